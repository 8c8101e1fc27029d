// Goal: what is given back was never used by others in the meantime.
// Method: seeded walks against a queue that leaks item by item, and against hindsight.
#include "admit/token_rate.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <vector>

#include "base/prng.hpp"

using namespace gilmok;
using namespace gilmok::admit;
using namespace std::chrono_literals;

namespace {

constexpr Instant begin{1h};
constexpr Pico units_per_item = 60'000'000'000;

TokenRate rate_of(std::int64_t per_minute) {
    TokenRate rate;
    rate.set_rate(per_minute);
    rate.drain(begin);
    return rate;
}

// The same queue, told the long way: every item with what of it has not leaked yet.
struct NaiveQueue {
    std::int64_t per_minute = 0;
    Instant at = begin;
    std::deque<Pico> items;   // never removed, so that an index stays
    void drain(Instant now) {
        if (now <= at) return;
        leak(Pico{per_minute} * (now - at).count());
        at = now;
    }
    void leak(Pico units) {
        for (Pico& item : items) {
            const Pico gone = std::min(item, units);
            item -= gone;
            units -= gone;
        }
    }
    [[nodiscard]] Pico level() const {
        Pico sum = 0;
        for (const Pico item : items) sum += item;
        return sum;
    }
    void give_back(std::size_t index, std::int64_t amount) {
        items[index] -= std::min(items[index], amount * units_per_item);
    }
};

}   // namespace

TEST_CASE("what leaked away is not given back, because others have had it") {
    TokenRate rate = rate_of(1'000);
    const auto place = rate.add(1'000);
    rate.drain(begin + 60s);
    CHECK(rate.rate().room() == 1'000);
    rate.add(500);
    rate.give_back(900, place);
    CHECK(rate.rate().room() == 500);
}

TEST_CASE("what still waits is given back whole, in whatever order") {
    TokenRate rate = rate_of(1'000);
    rate.add(300);
    const auto place = rate.add(400);
    rate.add(200);
    rate.drain(begin + 6s);   // a hundred of the first
    rate.give_back(400, place);
    CHECK(rate.rate().room() == 600);
    // The last first, then those before it: each gets all it did not use.
    TokenRate burst = rate_of(1'000);
    const std::uint64_t places[] = {burst.add(300), burst.add(300), burst.add(300)};
    for (const int i : {2, 0, 1}) burst.give_back(290, places[i]);
    CHECK(burst.rate().room() == 970);
    burst.give_back(1'000, places[0]);   // never more than the chunk still holds
    CHECK(burst.rate().room() == 980);
}

TEST_CASE("more chunks than are kept share the last one, and nothing comes back from it") {
    const auto kept = static_cast<std::int64_t>(TokenRate::chunks_max);
    TokenRate rate = rate_of(2 * kept);
    std::vector<std::uint64_t> places;
    for (std::int64_t i = 0; i < kept + 10; ++i) places.push_back(rate.add(1));
    CHECK(rate.rate().room() == kept - 10);
    for (const std::uint64_t place : places) rate.give_back(1, place);
    CHECK(rate.rate().room() == 2 * kept - 11);   // the last chunk and the ten that joined it stay
    rate.drain(begin + 60s);
    CHECK(rate.rate().room() == 2 * kept);
    const std::uint64_t place = rate.add(5);
    rate.give_back(5, place);
    CHECK(rate.rate().room() == 2 * kept);
}

TEST_CASE("without a limit nothing is kept, and a limit that goes forgets") {
    TokenRate rate = rate_of(0);
    const std::uint64_t none = rate.add(1'000);
    rate.set_rate(10);
    rate.give_back(1'000, none);
    CHECK(rate.rate().room() == 10);
    const std::uint64_t place = rate.add(10);
    rate.set_rate(0);
    rate.set_rate(10);
    CHECK(rate.rate().room() == 10);
    rate.add(4);
    rate.give_back(10, place);
    CHECK(rate.rate().room() == 6);
}

TEST_CASE(
    "random adding, leaking, giving back and new rates: equal to the queue told the long way, and never kinder than "
    "hindsight") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        Prng prng{seed};
        NaiveQueue naive;
        naive.per_minute = prng.between(1, 2'000);
        TokenRate rate = rate_of(naive.per_minute);
        // Hindsight: the level had every caller asked for no more than it used at last.
        struct Taken {
            std::uint64_t place;
            std::size_t index;
            std::int64_t amount, used;
            Instant at;
            bool is_open;
        };
        std::vector<Taken> taken;
        std::vector<std::pair<Instant, std::int64_t>> rates{{begin, naive.per_minute}};
        Instant now = begin;
        for (int step = 0; step < 300; ++step) {
            if (prng.chance(1, 2)) now += Duration{prng.between(0, 20'000'000'000)};
            rate.drain(now);
            naive.drain(now);
            const auto choice = prng.below(20);
            if (choice < 10) {
                const std::int64_t amount = prng.between(0, naive.per_minute);
                const bool fits =
                    naive.level() + amount * units_per_item <= naive.per_minute * units_per_item || amount == 0;
                REQUIRE(rate.fits(amount) == fits);
                if (fits) {
                    taken.push_back({rate.add(amount), naive.items.size(), amount, amount, now, true});
                    naive.items.push_back(amount * units_per_item);
                }
            } else if (choice < 19 && !taken.empty()) {
                Taken& one = taken[prng.below(taken.size())];
                if (!one.is_open) continue;
                one.is_open = false;
                one.used = prng.between(0, one.amount);
                rate.give_back(one.amount - one.used, one.place);
                naive.give_back(one.index, one.amount - one.used);
            } else if (choice == 19 && prng.chance(1, 4)) {
                naive.per_minute = prng.between(1, 2'000);
                rate.set_rate(naive.per_minute);
                rates.emplace_back(now, naive.per_minute);
            }
            const Pico level = naive.level();
            REQUIRE(rate.rate().room() ==
                    static_cast<std::int64_t>(std::max<Pico>(naive.per_minute * units_per_item - level, 0) /
                                              units_per_item));
            // Replay with what was really used.
            NaiveQueue hindsight;
            std::size_t next_rate = 0;
            const auto advance = [&](Instant to) {
                for (; next_rate < rates.size() && rates[next_rate].first <= to; ++next_rate) {
                    hindsight.drain(rates[next_rate].first);
                    hindsight.per_minute = rates[next_rate].second;
                }
                hindsight.drain(to);
            };
            if (step % 10 != 0) continue;
            for (const Taken& one : taken) {
                advance(one.at);
                hindsight.items.push_back(one.used * units_per_item);
            }
            advance(now);
            REQUIRE(hindsight.level() <= level);
        }
    }
}
