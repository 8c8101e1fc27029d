// Hours, days and months as numbers, and a span of time cut into the largest of them. Pure.
// Hours are those of UTC, shifted by the minutes of an offset such as +05:30, so that whole hours always make whole days;
// days and months begin at midnight of the offset.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace gilmok::ledger {

// Order is part of the tables' schema.
enum class Grain : std::uint8_t { hour, day, month };

// Nobody's clock is out of these: outside, a time counts as the nearest one inside, so that no number overflows.
inline constexpr std::int64_t unix_seconds_max = 253'402'300'799;   // the year 9999

class Calendar {
public:
    explicit Calendar(std::int32_t utc_offset_minutes = 0) : offset_s_(std::int64_t{utc_offset_minutes} * 60) {}
    [[nodiscard]] std::int32_t utc_offset_minutes() const { return static_cast<std::int32_t>(offset_s_ / 60); }
    // Whether hours of one are hours of the other.
    [[nodiscard]] bool shares_hours_with(const Calendar& other) const { return shift_s() == other.shift_s(); }

    [[nodiscard]] std::int64_t number(Grain grain, std::int64_t unix_s) const;
    [[nodiscard]] std::int64_t start_s(Grain grain, std::int64_t number) const;
    // "2026-11-21T13:00:00+09:00", "2026-11-21", "2026-11".
    [[nodiscard]] std::string text(Grain grain, std::int64_t number) const;

private:
    [[nodiscard]] std::int64_t shift_s() const { return ((offset_s_ % 3'600) + 3'600) % 3'600; }
    std::int64_t offset_s_;
};

std::int64_t unix_seconds(WallTime time);   // rounded down, within 0 and unix_seconds_max

// A part of a span: whole periods [begin, end) of a grain, or single attempts in nanoseconds [begin, end).
struct Piece {
    bool is_periods = true;
    Grain grain = Grain::hour;
    std::int64_t begin = 0, end = 0;
};
// [from, until) as pieces that do not overlap: months and days no coarser than `coarsest`, hours, and what is left at the edges.
// Without `has_hours`, what days do not cover is single attempts.
std::vector<Piece> cut(const Calendar& calendar, WallTime from, WallTime until, Grain coarsest, bool has_hours);

}   // namespace gilmok::ledger
