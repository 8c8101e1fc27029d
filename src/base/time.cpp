#include "base/time.hpp"

#include <array>
#include <cstdio>
#include <ctime>

#include "base/text.hpp"

namespace gilmok {

namespace {
std::tm utc(WallTime time) {
    const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return parts;
}
}  // namespace

std::string rfc3339(WallTime time) {
    const std::tm t = utc(time);
    const auto ms = static_cast<int>(unix_ms(time) % 1000);
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.tm_year + 1900,
                                     t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, ms);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
    if (text.size() != 10 && text.size() != 20 && text.size() != 24) return std::nullopt;
    const std::string_view form = std::string_view("dddd-dd-ddTdd:dd:dd.dddZ");
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char want = text.size() == 20 && i == 19 ? 'Z' : form[i];
        if (want == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != want) return std::nullopt;
    }
    const auto number = [&](std::size_t at, std::size_t digits) {
        return at + digits <= text.size() ? static_cast<int>(parse_u64(text.substr(at, digits)).value_or(0)) : 0;
    };
    const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                           std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                           std::chrono::day{static_cast<unsigned>(number(8, 2))}};
    const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2), ms = number(20, 3);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    return WallTime(std::chrono::sys_days{date}.time_since_epoch() + std::chrono::hours(hour) +
                    std::chrono::minutes(minute) + std::chrono::seconds(second) + std::chrono::milliseconds(ms));
}

std::string http_date(WallTime time) {
    static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::tm t = utc(time);
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                     days[static_cast<std::size_t>(t.tm_wday)], t.tm_mday,
                                     months[static_cast<std::size_t>(t.tm_mon)], t.tm_year + 1900, t.tm_hour, t.tm_min,
                                     t.tm_sec);
    return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace gilmok
