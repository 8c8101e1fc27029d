// Goal: days and months begin where people say that they begin, and no clock makes one begin twice.
#include "admit/period.hpp"

#include <doctest/doctest.h>

#include "base/prng.hpp"

using namespace gilmok;
using namespace gilmok::admit;
using namespace std::chrono_literals;
using std::chrono::sys_days;

namespace {

constexpr WallTime utc(int year, unsigned month, unsigned day, Duration time = {}) {
    return WallTime{sys_days{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)}} + time;
}

}   // namespace

TEST_CASE("a day begins at midnight of the place") {
    const Period seoul = day_of(utc(2026, 11, 21, 15h), 540min);
    CHECK(seoul.begin == utc(2026, 11, 21, 15h));
    CHECK(seoul.end == utc(2026, 11, 22, 15h));
    CHECK(day_of(utc(2026, 11, 21, 15h) - 1ns, 540min).index == seoul.index - 1);
    CHECK(day_of(utc(2026, 11, 21), 0min).begin == utc(2026, 11, 21));
    CHECK(day_of(utc(2026, 11, 21, 4h + 59min), -300min).begin == utc(2026, 11, 20, 5h));
    CHECK(day_of(utc(1969, 12, 31, 23h), 0min).index == -1);
}

TEST_CASE("months have the days they have") {
    CHECK(month_of(utc(2028, 2, 29, 14h), 540min).end == utc(2028, 2, 29, 15h));
    CHECK(month_of(utc(2027, 2, 28, 15h), 540min).begin == utc(2027, 2, 28, 15h));
    const Period december = month_of(utc(2026, 12, 31, 14h + 59min), 540min);
    const Period january = month_of(utc(2026, 12, 31, 15h), 540min);
    CHECK(january.index == december.index + 1);
    CHECK(december.end == january.begin);
    CHECK(december.begin == utc(2026, 11, 30, 15h));
}

TEST_CASE("periods lie end to end, wherever one looks") {
    Prng prng{7};
    for (int i = 0; i < 2'000; ++i) {
        const WallTime wall{Duration{prng.between(0, 4'000'000'000LL) * 1'000'000'000}};
        const std::chrono::minutes offset{prng.between(-720, 840)};
        for (const auto& period_of : {day_of, month_of}) {
            const Period period = period_of(wall, offset);
            REQUIRE(period.begin <= wall);
            REQUIRE(wall < period.end);
            REQUIRE(period_of(period.end, offset).index == period.index + 1);
            REQUIRE(period_of(period.end, offset).begin == period.end);
        }
    }
}

TEST_CASE("a clock that jumps back stays in its period, and one that ran ahead has used that period up") {
    for (const Duration jump : {Duration{1h}, Duration{24h}, Duration{31 * 24h}}) {
        CAPTURE(jump.count());
        BudgetClock clock;
        clock.set_utc_offset(540min);
        const WallTime wall = utc(2026, 11, 21, 14h + 30min);   // half an hour before midnight in Seoul
        clock.advance(wall, Instant{1s});
        const auto today = clock.day().index;
        clock.advance(wall - jump, Instant{2s});
        CHECK(clock.day().index == today);
        clock.advance(wall + jump, Instant{3s});
        const auto ahead = clock.day().index;
        CHECK(ahead > today);
        int days_begun = 0;
        for (WallTime real = wall; real < wall + 2 * jump; real += 10min) {
            const auto before = clock.day().index;
            clock.advance(real, Instant{4s});
            if (clock.day().index != before) ++days_begun;
        }
        // From the jump on, no more days began than midnights passed beyond the one it had run into.
        CHECK(days_begun == clock.day().index - ahead);
    }
}

TEST_CASE("an offset that changes begins no period again") {
    BudgetClock clock;
    clock.set_utc_offset(540min);
    clock.advance(utc(2026, 11, 30, 16h), Instant{1s});   // December in Seoul, November in London
    const Booking seoul = clock.next_booking();
    clock.set_utc_offset(0min);
    clock.advance(utc(2026, 11, 30, 17h), Instant{2s});
    CHECK(clock.next_booking().day == seoul.day);
    CHECK(clock.next_booking().month == seoul.month);
    clock.advance(utc(2026, 12, 1, 1h), Instant{3s});
    CHECK(clock.next_booking().day == seoul.day);
    clock.advance(utc(2026, 12, 2), Instant{4s});
    CHECK(clock.next_booking().day == seoul.day + 1);
    CHECK(clock.day().end == utc(2026, 12, 3));
}
