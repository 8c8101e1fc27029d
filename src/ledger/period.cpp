#include "ledger/period.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace gilmok::ledger {
namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;

std::int64_t divide_down(std::int64_t a, std::int64_t b) {
    const std::int64_t quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
}

std::chrono::year_month_day date_of(std::int64_t day) {
    return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(day)));
}

std::int64_t month_of_day(std::int64_t day) {
    const auto date = date_of(day);
    return std::int64_t{static_cast<int>(date.year())} * 12 + static_cast<unsigned>(date.month()) - 1;
}

std::int64_t first_day_of(std::int64_t month) {
    const std::int64_t year = divide_down(month, 12);
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(year)),
                                           std::chrono::month(static_cast<unsigned>(month - year * 12 + 1)),
                                           std::chrono::day(1));
    return std::chrono::sys_days(date).time_since_epoch().count();
}

// The first period that begins at or after the time.
std::int64_t number_up(const Calendar& calendar, Grain grain, std::int64_t time_ns) {
    const std::int64_t seconds = divide_down(time_ns, ns_per_s);
    const std::int64_t number = calendar.number(grain, seconds);
    return calendar.start_s(grain, number) * ns_per_s == time_ns ? number : number + 1;
}

struct Span {
    std::int64_t begin_ns = 0, end_ns = 0;
};

void add_attempts(std::vector<Piece>& pieces, Span span) {
    if (span.begin_ns < span.end_ns) pieces.push_back({false, Grain::hour, span.begin_ns, span.end_ns});
}

void add_periods(std::vector<Piece>& pieces, const Calendar& calendar, Grain grain, Grain finest, Span span) {
    const std::int64_t begin = number_up(calendar, grain, span.begin_ns);
    const std::int64_t end = calendar.number(grain, divide_down(span.end_ns, ns_per_s));
    const auto finer = [&](Span part) {
        if (part.begin_ns >= part.end_ns) return;
        if (grain == finest)
            add_attempts(pieces, part);
        else
            add_periods(pieces, calendar, static_cast<Grain>(static_cast<int>(grain) - 1), finest, part);
    };
    if (begin >= end) return finer(span);
    finer({span.begin_ns, calendar.start_s(grain, begin) * ns_per_s});
    pieces.push_back({true, grain, begin, end});
    finer({calendar.start_s(grain, end) * ns_per_s, span.end_ns});
}

}   // namespace

std::int64_t unix_seconds(WallTime time) {
    return std::clamp<std::int64_t>(divide_down(time.time_since_epoch().count(), ns_per_s), 0, unix_seconds_max);
}

std::int64_t Calendar::number(Grain grain, std::int64_t unix_s) const {
    if (grain == Grain::hour) return divide_down(unix_s + shift_s(), 3'600);
    const std::int64_t day = divide_down(unix_s + offset_s_, 86'400);
    return grain == Grain::day ? day : month_of_day(day);
}

std::int64_t Calendar::start_s(Grain grain, std::int64_t number) const {
    if (grain == Grain::hour) return number * 3'600 - shift_s();
    return (grain == Grain::day ? number : first_day_of(number)) * 86'400 - offset_s_;
}

std::string Calendar::text(Grain grain, std::int64_t number) const {
    const std::int64_t local_s = start_s(grain, number) + offset_s_;
    const auto date = date_of(divide_down(local_s, 86'400));
    std::array<char, 64> text{};
    int length = std::snprintf(text.data(), text.size(), "%04d-%02u", static_cast<int>(date.year()),
                               static_cast<unsigned>(date.month()));
    const auto rest = [&] { return text.data() + length; };
    const auto room = [&] { return text.size() - static_cast<std::size_t>(length); };
    if (grain != Grain::month) length += std::snprintf(rest(), room(), "-%02u", static_cast<unsigned>(date.day()));
    if (grain == Grain::hour) {
        const auto hour = static_cast<int>((local_s - divide_down(local_s, 86'400) * 86'400) / 3'600);
        length += std::snprintf(rest(), room(), "T%02d:00:00", hour);
        const int minutes = static_cast<int>(offset_s_ < 0 ? -offset_s_ : offset_s_) / 60;
        if (minutes == 0)
            length += std::snprintf(rest(), room(), "Z");
        else
            length +=
                std::snprintf(rest(), room(), "%c%02d:%02d", offset_s_ < 0 ? '-' : '+', minutes / 60, minutes % 60);
    }
    return {text.data(), static_cast<std::size_t>(length)};
}

std::vector<Piece> cut(const Calendar& calendar, WallTime from, WallTime until, Grain coarsest, bool has_hours) {
    std::vector<Piece> pieces;
    // Nothing is booked outside, and inside no start of a period overflows.
    const Span span{std::max<std::int64_t>(from.time_since_epoch().count(), 0),
                    std::min<std::int64_t>(until.time_since_epoch().count(), 9'200'000'000 * ns_per_s)};
    if (span.begin_ns >= span.end_ns) return pieces;
    if (coarsest == Grain::hour && !has_hours)
        add_attempts(pieces, span);
    else
        add_periods(pieces, calendar, coarsest, has_hours ? Grain::hour : Grain::day, span);
    return pieces;
}

}   // namespace gilmok::ledger
