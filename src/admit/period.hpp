// When: calendar days and months where the configuration says that they begin, and the clock of an organisation, which
// never steps back. Pure.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.hpp"

namespace gilmok::admit {

struct Period {
    std::int64_t index = INT64_MIN;   // days since 1970-01-01, months since year 0; local
    WallTime begin{}, end{};          // half open
};
Period day_of(WallTime wall, std::chrono::minutes utc_offset);
Period month_of(WallTime wall, std::chrono::minutes utc_offset);

// Where an amount was booked, so that the rest comes back to the same place.
struct Booking {
    std::int64_t day = 0, month = 0;
    Instant at{};
    std::uint64_t number = 0;   // of the organisation's bookings, rising
};

// The latest time that any shard has told. A wall clock that steps back stays where it was until it has caught up, and one that
// ran ahead has used up the period it ran into: no period is ever begun twice.
class BudgetClock {
public:
    void set_utc_offset(std::chrono::minutes offset);
    void advance(WallTime wall, Instant now) {
        if (now > now_) now_ = now;
        advance(wall);
    }
    void advance(WallTime wall) {
        if (wall > wall_) wall_ = wall;
        if (wall_ >= day_.end) turn();
    }
    [[nodiscard]] WallTime wall() const { return wall_; }
    // Nothing reads the monotonic clock before the first attempt: restoring and reloading know only the wall's.
    [[nodiscard]] bool has_now() const { return now_ != Instant::min(); }
    [[nodiscard]] Instant now() const { return now_; }
    [[nodiscard]] const Period& day() const { return day_; }
    [[nodiscard]] const Period& month() const { return month_; }
    Booking next_booking() { return {day_.index, month_.index, now_, ++bookings_}; }
    [[nodiscard]] std::uint64_t bookings() const { return bookings_; }

private:
    void turn();

    std::chrono::minutes utc_offset_{0};
    WallTime wall_{};
    Instant now_ = Instant::min();
    std::uint64_t bookings_ = 0;
    Period day_, month_;
};

}   // namespace gilmok::admit
