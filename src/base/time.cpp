#include "base/time.hpp"

#include <array>
#include <cstdio>
#include <ctime>

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
