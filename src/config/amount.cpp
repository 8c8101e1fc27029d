#include "config/amount.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace gilmok::config {
namespace {

constexpr std::uint32_t ppm_max = 1'000'000;
constexpr Pico pico_per_ppm = pico_per_unit / 10'000;   // of a number of per cent: 1 % is 10,000 millionths
constexpr std::uint64_t per_max = 1'000'000'000'000;
constexpr std::int32_t offset_minutes_max = 14 * 60;
constexpr int year_min = 2000;
constexpr int year_max = 2199;
constexpr std::string_view kwh = "/kWh";

// Exactly `width` digits at `at`.
std::optional<std::int32_t> digits_at(std::string_view text, std::size_t at, std::size_t width) {
    if (text.size() < at + width) return std::nullopt;
    const auto number = parse_u64(text.substr(at, width));
    return number ? std::optional(static_cast<std::int32_t>(*number)) : std::nullopt;
}

std::string padded(std::int32_t number, std::size_t width) {
    const std::string digits = std::to_string(number);
    return std::string(width - std::min(width, digits.size()), '0') + digits;
}

// "09:00" → minutes of the day, below `hours_end` hours.
std::optional<std::int32_t> parse_clock(std::string_view text, std::int32_t hours_end) {
    const auto hour = digits_at(text, 0, 2);
    const auto minute = digits_at(text, 3, 2);
    if (text.size() != 5 || text[2] != ':' || !hour || !minute || *hour >= hours_end || *minute > 59)
        return std::nullopt;
    return *hour * 60 + *minute;
}

std::string clock_text(std::int32_t minutes) { return padded(minutes / 60, 2) + ":" + padded(minutes % 60, 2); }

// What people write for a currency besides its code.
struct CurrencyName {
    std::string_view name;
    std::string_view code;
};
constexpr std::array<CurrencyName, 10> currency_names{{{"₩", "KRW"},
                                                       {"won", "KRW"},
                                                       {"원", "KRW"},
                                                       {"$", "USD"},
                                                       {"dollar", "USD"},
                                                       {"dollars", "USD"},
                                                       {"€", "EUR"},
                                                       {"euro", "EUR"},
                                                       {"¥", "JPY"},
                                                       {"£", "GBP"}}};

std::optional<Currency> guess_currency(std::string_view text) {
    const std::string lower = lowercase(trim(text));
    for (const CurrencyName& each : currency_names)
        if (each.name == lower) return parse_currency(each.code);
    std::string upper;
    for (const char c : lower) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return parse_currency(upper);
}

}   // namespace

std::optional<std::uint32_t> parse_percent(std::string_view text) {
    if (!text.ends_with('%')) return std::nullopt;
    const auto number = parse_decimal(text.substr(0, text.size() - 1));
    if (!number || *number < 0 || *number % pico_per_ppm != 0 || *number > pico_per_ppm * ppm_max) return std::nullopt;
    return static_cast<std::uint32_t>(*number / pico_per_ppm);
}

std::string percent_text(std::uint32_t ppm) { return decimal(ppm * pico_per_ppm) + "%"; }

std::optional<std::uint64_t> parse_per(std::string_view text) {
    const std::uint64_t factor = text.ends_with('M') ? 1'000'000 : text.ends_with('k') ? 1'000 : 1;
    const auto number = parse_u64(text.substr(0, text.size() - (factor == 1 ? 0 : 1)));
    if (!number || *number == 0 || *number > per_max / factor) return std::nullopt;
    return *number * factor;
}

std::string per_text(std::uint64_t per) {
    if (per != 0 && per % 1'000'000 == 0) return std::to_string(per / 1'000'000) + "M";
    if (per != 0 && per % 1'000 == 0) return std::to_string(per / 1'000) + "k";
    return std::to_string(per);
}

std::optional<Money> parse_money_kwh(std::string_view text) {
    if (!text.ends_with(kwh)) return std::nullopt;
    return parse_money(text.substr(0, text.size() - kwh.size()));
}

std::string money_text(const Money& money) {
    return money.currency.is_none() ? std::string{} : decimal(money.pico) + " " + std::string(money.currency.view());
}

std::optional<WallTime> parse_date(std::string_view text) {
    const auto year = digits_at(text, 0, 4);
    const auto month = digits_at(text, 5, 2);
    const auto day = digits_at(text, 8, 2);
    if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !year || !month || !day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok() || *year < year_min || *year > year_max) return std::nullopt;
    return WallTime(std::chrono::sys_days(date));
}

std::string date_text(WallTime day) {
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(day)};
    return padded(static_cast<int>(date.year()), 4) + "-" +
           padded(static_cast<std::int32_t>(static_cast<unsigned>(date.month())), 2) + "-" +
           padded(static_cast<std::int32_t>(static_cast<unsigned>(date.day())), 2);
}

std::optional<std::int32_t> parse_utc_offset(std::string_view text) {
    if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    const auto minutes = parse_clock(text.substr(1), 15);
    // -00:00 says in RFC 3339 that the offset is not known.
    if (!minutes || *minutes > offset_minutes_max || text == "-00:00") return std::nullopt;
    return text[0] == '-' ? -*minutes : *minutes;
}

std::string utc_offset_text(std::int32_t minutes) { return (minutes < 0 ? "-" : "+") + clock_text(std::abs(minutes)); }

std::optional<Hours> parse_hours(std::string_view text) {
    if (text.size() != 17 || text[5] != '-') return std::nullopt;
    const auto from = parse_clock(text.substr(0, 5), 24);
    const auto until = parse_clock(text.substr(6, 5), 24);
    const auto offset = parse_utc_offset(text.substr(11));
    if (!from || !until || !offset || *from == *until) return std::nullopt;
    return Hours{static_cast<std::int16_t>(*from), static_cast<std::int16_t>(*until),
                 static_cast<std::int16_t>(*offset)};
}

std::string hours_text(const Hours& hours) {
    if (hours.is_all_day()) return {};
    return clock_text(hours.from_minutes) + "-" + clock_text(hours.until_minutes) +
           utc_offset_text(hours.utc_offset_minutes);
}

std::optional<Money> guess_money(std::string_view text) {
    std::string number;
    std::string name;
    for (const char c : text) {
        if ((c >= '0' && c <= '9') || c == '.')
            number += c;
        else if (c != ',' && c != '_' && c != ' ')
            name += c;
    }
    const auto amount = parse_decimal(number);
    const auto currency = guess_currency(name);
    // Digits on both sides of the letters would be joined to a number that nobody wrote.
    const bool is_one_number = text.find(name) != std::string_view::npos;
    if (!amount || !currency || !is_one_number || name.empty()) return std::nullopt;
    const auto at = text.find(name);
    const auto has_digit = [](std::string_view part) { return part.find_first_of("0123456789") != part.npos; };
    if (has_digit(text.substr(0, at)) && has_digit(text.substr(at + name.size()))) return std::nullopt;
    return Money{*amount, *currency};
}

}   // namespace gilmok::config
