// The arithmetic of a charge, and the promise that no charge is above its bound.
#include <doctest/doctest.h>

#include <algorithm>

#include "base/prng.hpp"
#include "meter/price_book.hpp"
#include "meter/test_prices.hpp"

using namespace gilmok;
using namespace gilmok::meter;
using model::Meter;
using model::Meters;

namespace {

std::string total(const PriceCard& card, const Meters& meters) {
    const auto cost = cost_of(card, meters);
    if (!cost) return "unknown";
    Pico sum = 0;
    for (const Pico part : cost->by_meter) sum += part;
    CHECK(sum == cost->total);
    return decimal(cost->total);
}

PriceCard random_card(Prng& prng) {
    PriceCard card = test_card({});
    for (std::size_t i = 0; i < model::meters_count; ++i) {
        if (prng.chance(1, 3)) continue;
        std::int64_t above = 0;
        for (std::uint64_t line = prng.below(3) + 1; line > 0; --line) {
            card.lines.push_back({.meter = static_cast<Meter>(i),
                                  .above_input_tokens = above,
                                  .tier_mode = prng.chance(1, 2) ? TierMode::whole : TierMode::excess,
                                  .per = prng.chance(1, 2) ? 1'000'000 : prng.between(1, 1'000),
                                  .price = static_cast<Pico>(prng.below(5'000'000'000'000))});
            above += prng.between(1, 500);
        }
    }
    return card;
}

Meters random_meters(Prng& prng) {
    Meters meters;
    for (std::int64_t& count : meters.counts)
        if (!prng.chance(1, 8)) count = prng.between(0, 400);
    meters[Meter::requests] = 1;
    return meters;
}

}   // namespace

TEST_CASE("each meter is count times price by per, and the parts add up") {
    const PriceCard card = test_card({test_line(Meter::input_fresh, "3"), test_line(Meter::cache_read, "0.3"),
                                      test_line(Meter::cache_write_5m, "3.75"), test_line(Meter::output_text, "15")});
    const auto cost = cost_of(
        card, test_meters({{Meter::input_fresh, 3}, {Meter::cache_write_5m, 12'304}, {Meter::output_text, 550}}));
    REQUIRE(cost);
    CHECK(decimal(cost->total) == "0.054399");
    CHECK(decimal(cost->by_meter[static_cast<std::size_t>(Meter::cache_write_5m)]) == "0.04614");
}

TEST_CASE("each line is rounded half to even to one pico") {
    PriceCard card =
        test_card({test_line(Meter::input_fresh, "0.0000005"), test_line(Meter::output_text, "0.0000015")});
    CHECK(total(card, test_meters({{Meter::input_fresh, 1}, {Meter::output_text, 0}})) == "0");
    CHECK(total(card, test_meters({{Meter::input_fresh, 3}, {Meter::output_text, 0}})) == "0.000000000002");
    CHECK(total(card, test_meters({{Meter::input_fresh, 1}, {Meter::output_text, 1}})) == "0.000000000002");
}

TEST_CASE("a meter without a line falls back to plain input or output") {
    const PriceCard card = test_card({test_line(Meter::input_fresh, "1"), test_line(Meter::output_text, "10")});
    for (std::size_t i = 0; i < model::meters_count; ++i) {
        const auto meter = static_cast<Meter>(i);
        auto meters = test_meters({{Meter::input_fresh, 0}, {Meter::output_text, 0}});
        meters[meter] = 1'000'000;
        CHECK(total(card, meters) == (model::is_input(meter) ? "1" : model::is_output(meter) ? "10" : "0"));
    }
}

TEST_CASE("what has no price even by fallback makes the whole unknown") {
    const PriceCard only_cached = test_card({test_line(Meter::cache_read, "1"), test_line(Meter::output_text, "10")});
    CHECK(total(only_cached, test_meters({{Meter::cache_read, 5}, {Meter::output_text, 0}})) == "0.000005");
    CHECK(total(only_cached, test_meters({{Meter::cache_read, 5}, {Meter::input_fresh, 1}, {Meter::output_text, 0}})) ==
          "unknown");
    const PriceCard only_input = test_card({test_line(Meter::input_fresh, "1")});
    CHECK(total(only_input, test_meters({{Meter::input_fresh, 5}})) == "0.000005");
    CHECK(total(only_input, test_meters({{Meter::input_fresh, 5}, {Meter::output_text, 0}})) == "0.000005");
    CHECK(total(only_input, test_meters({{Meter::input_fresh, 5}, {Meter::output_text, 1}})) == "unknown");
    CHECK(total(test_card({}), test_meters({{Meter::input_fresh, 1}})) == "unknown");
}

TEST_CASE("missing is not zero: an unreported side that is priced makes the cost unknown") {
    const PriceCard card = test_card({test_line(Meter::input_fresh, "1"), test_line(Meter::output_text, "10")});
    CHECK(total(card, {}) == "unknown");
    CHECK(total(card, test_meters({{Meter::input_fresh, 5}})) == "unknown");
    CHECK(total(card, test_meters({{Meter::output_text, 5}})) == "unknown");
    CHECK(total(card, test_meters({{Meter::cache_read, 5}, {Meter::output_reasoning, 5}})) == "0.000055");
    PriceCard by_page = card;
    by_page.lines.push_back({.meter = Meter::pages, .per = 1, .price = test_pico("0.1")});
    CHECK(total(by_page, test_meters({{Meter::input_fresh, 5}, {Meter::output_text, 0}})) == "unknown");
}

TEST_CASE("a card that prices pages or requests alone leaves tokens free") {
    PriceCard card = test_card({});
    card.lines = {{.meter = Meter::pages, .per = 1'000, .price = test_pico("2")},
                  {.meter = Meter::requests, .per = 1, .price = test_pico("0.01")}};
    CHECK(total(card, test_meters({{Meter::pages, 3}, {Meter::requests, 1}, {Meter::input_fresh, 999}})) == "0.016");
    CHECK(total(card, test_meters({{Meter::pages, 3}})) == "unknown");
    CHECK(cost_bound(card, 1'000'000, 0) == test_pico("0.012"));
    CHECK(cost_bound(card, 1'000'000, 0, 10) == test_pico("0.03"));
}

TEST_CASE("above a whole threshold all tokens have the higher price, at it none") {
    const PriceCard card =
        test_card({test_line(Meter::input_fresh, "1"), test_line(Meter::input_fresh, "2", 200'000),
                   test_line(Meter::output_text, "10"), test_line(Meter::output_text, "15", 200'000)});
    CHECK(total(card, test_meters({{Meter::input_fresh, 200'000}, {Meter::output_text, 100}})) == "0.201");
    CHECK(total(card, test_meters({{Meter::input_fresh, 200'001}, {Meter::output_text, 100}})) == "0.401502");
    // The whole input passes the threshold, wherever it was found.
    CHECK(total(card, test_meters({{Meter::input_fresh, 1}, {Meter::cache_read, 200'000}, {Meter::output_text, 0}})) ==
          "0.400002");
}

TEST_CASE("above an excess threshold only what lies beyond it has the higher price") {
    const PriceCard card =
        test_card({test_line(Meter::cache_read, "0.1"), test_line(Meter::input_fresh, "1"),
                   test_line(Meter::input_fresh, "2", 200'000, TierMode::excess), test_line(Meter::output_text, "10"),
                   test_line(Meter::output_text, "15", 200'000, TierMode::excess)});
    CHECK(total(card, test_meters({{Meter::input_fresh, 200'000}, {Meter::output_text, 100}})) == "0.201");
    CHECK(total(card, test_meters({{Meter::input_fresh, 200'001}, {Meter::output_text, 0}})) == "0.200002");
    // The cached prefix lies first, so what is beyond is fresh; the output lies behind the input.
    CHECK(total(card, test_meters(
                          {{Meter::cache_read, 150'000}, {Meter::input_fresh, 100'000}, {Meter::output_text, 100}})) ==
          "0.1665");
}

TEST_CASE("whole and excess lines of one meter follow each other") {
    const PriceCard card = test_card({test_line(Meter::input_fresh, "1"), test_line(Meter::input_fresh, "2", 100),
                                      test_line(Meter::input_fresh, "3", 200, TierMode::excess),
                                      test_line(Meter::input_fresh, "4", 300, TierMode::excess)});
    CHECK(total(card, test_meters({{Meter::input_fresh, 100}})) == "0.0001");
    CHECK(total(card, test_meters({{Meter::input_fresh, 150}})) == "0.0003");
    CHECK(total(card, test_meters({{Meter::input_fresh, 350}})) == "0.0009");
    const PriceCard headless = test_card({test_line(Meter::input_fresh, "3", 200, TierMode::excess)});
    CHECK(total(headless, test_meters({{Meter::input_fresh, 350}})) == "unknown");
}

TEST_CASE("a cost that does not fit is unknown") {
    PriceCard card = test_card({test_line(Meter::input_fresh, "1000000000000000")});
    card.lines[0].per = 1;
    const auto most = std::numeric_limits<std::int64_t>::max();
    CHECK(total(card, test_meters({{Meter::input_fresh, most}})) == "unknown");
    CHECK(total(card, test_meters({{Meter::input_fresh, most}, {Meter::cache_read, most}})) == "unknown");
    CHECK_FALSE(cost_bound(card, most, 0));
}

TEST_CASE("the bound takes the dearest line, thresholds included, and is exact where prices are") {
    const PriceCard card = test_card({test_line(Meter::input_fresh, "1"), test_line(Meter::input_fresh, "2", 200'000),
                                      test_line(Meter::cache_write_1h, "3"), test_line(Meter::output_text, "10")});
    CHECK(cost_bound(card, 1'000, 100) == test_pico("0.004"));
    CHECK(cost_bound(card, 0, 0) == Pico{0});
    CHECK(cost_bound(test_card({test_line(Meter::input_fresh, "1")}), 5, 0) == test_pico("0.000005"));
    CHECK_FALSE(cost_bound(test_card({test_line(Meter::input_fresh, "1")}), 5, 1));
    CHECK_FALSE(cost_bound(test_card({}), 5, 0));
}

TEST_CASE("no charge is above the bound of its tokens, and more tokens never cost less within a tier") {
    Prng prng(3);
    int priced = 0;
    for (int i = 0; i < 50'000; ++i) {
        const PriceCard card = random_card(prng);
        const Meters meters = random_meters(prng);
        const auto cost = cost_of(card, meters);
        if (!cost) continue;
        ++priced;
        const auto bound = cost_bound(card, meters.input_tokens(), meters.output_tokens(),
                                      std::max<std::int64_t>(meters[Meter::pages], 0));
        if (bound) REQUIRE(cost->total <= *bound);
        Meters more = meters;
        more[Meter::output_text] = std::max<std::int64_t>(more[Meter::output_text], 0) + 1;
        if (const auto dearer = cost_of(card, more)) REQUIRE(dearer->total >= cost->total);
    }
    CHECK(priced > 5'000);
}
