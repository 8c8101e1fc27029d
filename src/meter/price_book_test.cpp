// The book: which rows make the card of one moment, and what one currency is in another.
#include "meter/price_book.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "meter/test_prices.hpp"

using namespace gilmok;
using namespace gilmok::meter;
using model::Meter;
using model::ServiceTier;

namespace {

WallTime at_hour(int hours) { return WallTime{} + std::chrono::hours(hours); }
WallTime on_day(int days) { return at_hour(24 * days); }

std::string input_price(const std::shared_ptr<const PriceBook>& book, std::string_view sku, WallTime at = {},
                        std::string_view region = "") {
    const PriceCard* card = book->find("test", sku, region, ServiceTier::standard, at);
    if (card == nullptr) return "unknown";
    for (const auto& line : card->lines)
        if (line.meter == Meter::input_fresh && line.above_input_tokens == 0) return decimal(line.price);
    return "no line";
}

}   // namespace

TEST_CASE("an unknown price is unknown, not zero") {
    const auto book = PriceBook::build({test_row("a", Meter::input_fresh, "1 USD")}, {});
    CHECK(book->find("test", "b", "", ServiceTier::standard, {}) == nullptr);
    CHECK(book->find("other", "a", "", ServiceTier::standard, {}) == nullptr);
    CHECK(book->find("test", "a", "", ServiceTier::flex, {}) == nullptr);
    CHECK(book->find("test", "A", "", ServiceTier::standard, {}) == nullptr);
    CHECK(book->find("test", "a", "", ServiceTier::standard, {}) != nullptr);
    CHECK(PriceBook{}.find("test", "a", "", ServiceTier::standard, {}) == nullptr);
}

TEST_CASE("the exact name wins over the longest beginning, and that over a shorter one") {
    const auto book = PriceBook::build(
        {test_row("*", Meter::input_fresh, "1 USD"), test_row("gpt-5-mini", Meter::input_fresh, "4 USD"),
         test_row("gpt-5-mini-20*", Meter::input_fresh, "3 USD"), test_row("gpt-5*", Meter::input_fresh, "2 USD")},
        {});
    CHECK(input_price(book, "gpt-5-mini") == "4");
    CHECK(input_price(book, "gpt-5-mini-2025-08-07") == "3");
    CHECK(input_price(book, "gpt-5-nano") == "2");
    CHECK(input_price(book, "o3") == "1");
}

TEST_CASE("lines of two patterns are never mixed into one card") {
    const auto book = PriceBook::build(
        {test_row("a*", Meter::cache_read, "0.1 USD"), test_row("a1", Meter::input_fresh, "2 USD")}, {});
    const PriceCard* card = book->find("test", "a1", "", ServiceTier::standard, {});
    REQUIRE(card != nullptr);
    CHECK(card->lines.size() == 1);
}

TEST_CASE("a row for the region wins over one for any") {
    auto korea = test_row("a", Meter::input_fresh, "2 USD");
    korea.region = "kr";
    const auto book = PriceBook::build({korea, test_row("a", Meter::input_fresh, "1 USD")}, {});
    CHECK(input_price(book, "a", {}, "kr") == "2");
    CHECK(input_price(book, "a", {}, "us") == "1");
    CHECK(input_price(book, "a") == "1");
}

TEST_CASE("a later row wins, so an override takes the place of what the catalogue says") {
    const auto book =
        PriceBook::build({test_row("a", Meter::input_fresh, "1 USD"), test_row("a", Meter::output_text, "8 USD"),
                          test_row("a", Meter::input_fresh, "0.9 USD")},
                         {});
    const PriceCard* card = book->find("test", "a", "", ServiceTier::standard, {});
    REQUIRE(card != nullptr);
    REQUIRE(card->lines.size() == 2);
    CHECK(card->lines[0].price == test_pico("0.9"));
    CHECK(card->lines[1].price == test_pico("8"));
}

TEST_CASE("one card has one currency: what is priced in another is left out and thus unknown") {
    const auto book = PriceBook::build(
        {test_row("a", Meter::output_text, "8 USD"), test_row("a", Meter::input_fresh, "1300 KRW")}, {});
    const PriceCard* card = book->find("test", "a", "", ServiceTier::standard, {});
    REQUIRE(card != nullptr);
    CHECK(card->currency.view() == "KRW");
    CHECK(card->lines.size() == 1);
    CHECK_FALSE(cost_of(*card, test_meters({{Meter::input_fresh, 1}, {Meter::output_text, 1}})));
}

TEST_CASE("a price holds from its first day until before its last") {
    auto old_row = test_row("a", Meter::input_fresh, "2 USD");
    old_row.valid_from = on_day(10);
    old_row.valid_until = on_day(20);
    auto new_row = test_row("a", Meter::input_fresh, "1 USD");
    new_row.valid_from = on_day(20);
    const auto book = PriceBook::build({old_row, new_row}, {});
    // Asked twice and in both directions, so that what is remembered is tested too.
    for (int round = 0; round < 2; ++round) {
        CHECK(input_price(book, "a", on_day(10) - Duration(1)) == "unknown");
        CHECK(input_price(book, "a", on_day(10)) == "2");
        CHECK(input_price(book, "a", on_day(20) - Duration(1)) == "2");
        CHECK(input_price(book, "a", on_day(20)) == "1");
        CHECK(input_price(book, "a", WallTime::max()) == "1");
        CHECK(input_price(book, "a", WallTime::min()) == "unknown");
    }
}

TEST_CASE("a price for some hours of the local day holds in them, over midnight too") {
    auto night = test_row("a", Meter::input_fresh, "0.5 USD");
    night.day_from_minutes = 23 * 60;
    night.day_until_minutes = 9 * 60;
    night.utc_offset_minutes = 9 * 60;   // 14:00 to 00:00 UTC
    const auto book = PriceBook::build({test_row("a", Meter::input_fresh, "1 USD"), night}, {});
    for (int round = 0; round < 2; ++round)
        for (const int day : {0, 1, 20'000}) {
            CHECK(input_price(book, "a", on_day(day) + std::chrono::hours(14)) == "0.5");
            CHECK(input_price(book, "a", on_day(day + 1) - Duration(1)) == "0.5");
            CHECK(input_price(book, "a", on_day(day + 1)) == "1");
            CHECK(input_price(book, "a", on_day(day) + std::chrono::hours(14) - Duration(1)) == "1");
        }
    auto daytime = night;
    daytime.day_from_minutes = 9 * 60;
    daytime.day_until_minutes = 23 * 60;
    const auto other = PriceBook::build({test_row("a", Meter::input_fresh, "1 USD"), daytime}, {});
    CHECK(input_price(other, "a", at_hour(0)) == "0.5");
    CHECK(input_price(other, "a", at_hour(14)) == "1");
    CHECK(input_price(other, "a", WallTime::max()) != "unknown");
    CHECK(input_price(other, "a", WallTime::min()) == "unknown");
}

TEST_CASE("the same card is the same pointer, and a discount is taken off every line") {
    const auto book = PriceBook::build(
        {test_row("a*", Meter::input_fresh, "1.25 USD"), test_row("a*", Meter::output_text, "0.000000000003 USD")}, {});
    const PriceCard* one = book->find("test", "a1", "", ServiceTier::standard, {});
    REQUIRE(one != nullptr);
    CHECK(one == book->find("test", "a2", "", ServiceTier::standard, on_day(3)));
    CHECK(one == book->find("test", "a1", "kr", ServiceTier::standard, {}));
    const PriceCard* cheaper = book->find("test", "a1", "", ServiceTier::standard, {}, 100'000);
    REQUIRE(cheaper != nullptr);
    CHECK(cheaper != one);
    CHECK(cheaper->lines[0].price == test_pico("1.125"));
    const PriceCard* half = book->find("test", "a1", "", ServiceTier::standard, {}, 500'000);
    CHECK(half->lines[1].price == 2);   // 1.5 pico, half to even
    CHECK(book->find("test", "a1", "", ServiceTier::standard, {}, 1'000'000)->lines[0].price == 0);
    CHECK(book->find("test", "a1", "", ServiceTier::standard, {}, -1) == nullptr);
    CHECK(book->find("test", "a1", "", ServiceTier::standard, {}, 1'000'001) == nullptr);
}

TEST_CASE("names made up by an upstream do not grow the book without end, and are answered rightly") {
    const auto book = PriceBook::build({test_row("a*", Meter::input_fresh, "1 USD")}, {});
    const PriceCard* card = book->find("test", "a", "", ServiceTier::standard, {});
    for (int i = 0; i < 10'000; ++i)
        REQUIRE(book->find("test", "a" + std::to_string(i), "", ServiceTier::standard, {}) == card);
    CHECK(book->find("test", std::string(1'000, 'a'), "", ServiceTier::standard, {}) == nullptr);
}

TEST_CASE("rows that make no sense price nothing") {
    auto negative = test_row("a", Meter::input_fresh, "1 USD");
    negative.price.pico = -1;
    auto no_currency = test_row("a", Meter::input_fresh, "1 USD");
    no_currency.price.currency = {};
    auto per_nothing = test_row("a", Meter::input_fresh, "1 USD");
    per_nothing.per = 0;
    auto no_minute = test_row("a", Meter::input_fresh, "1 USD");
    no_minute.day_from_minutes = -1;
    auto far_away = test_row("a", Meter::input_fresh, "1 USD");
    far_away.utc_offset_minutes = 30'000;
    auto below = test_row("a", Meter::input_fresh, "1 USD");
    below.above_input_tokens = -1;
    const auto book = PriceBook::build({negative, no_currency, per_nothing, no_minute, far_away, below}, {});
    CHECK(book->rows().empty());
    CHECK(input_price(book, "a") == "unknown");
}

TEST_CASE("a card with more lines than a price list has is no card") {
    std::vector<PriceRow> rows;
    for (int i = 0; i <= 256; ++i) {
        rows.push_back(test_row("a", Meter::input_fresh, "1 USD"));
        rows.back().above_input_tokens = i;
    }
    CHECK(input_price(PriceBook::build(rows, {}), "a") == "unknown");
    rows.pop_back();
    CHECK(input_price(PriceBook::build(rows, {}), "a") == "1");
}

TEST_CASE("an amount becomes another currency at the rate of its day, directly or by the inverse") {
    const Currency usd = *parse_currency("USD"), krw = *parse_currency("KRW"), eur = *parse_currency("EUR");
    const auto book = PriceBook::build(
        {}, {{.from = usd, .to = krw, .rate = test_pico("1400"), .valid_from = on_day(10), .source = ""},
             {.from = usd, .to = krw, .rate = test_pico("1300"), .valid_from = on_day(1), .source = ""},
             {.from = eur, .to = krw, .rate = 0, .valid_from = on_day(1), .source = ""}});
    CHECK(book->convert(test_pico("2"), usd, krw, on_day(12)) == test_pico("2800"));
    CHECK(book->convert(test_pico("2"), usd, krw, on_day(10) - Duration(1)) == test_pico("2600"));
    CHECK(book->convert(test_pico("1"), krw, usd, on_day(12)) == test_pico("0.000714285714"));
    CHECK(book->convert(test_pico("1400"), krw, usd, on_day(12)) == test_pico("1"));
    CHECK(book->convert(-5, usd, usd, {}) == Pico{-5});
    CHECK_FALSE(book->convert(1, usd, krw, on_day(0)));
    CHECK_FALSE(book->convert(1, eur, krw, on_day(12)));
    CHECK_FALSE(book->convert(1, usd, eur, on_day(12)));
    CHECK_FALSE(PriceBook{}.convert(1, usd, krw, on_day(12)));
    CHECK(book->rates().size() == 2);
}

TEST_CASE("of a direct and an inverse rate the newer is taken, the direct one of two from one day") {
    const Currency usd = *parse_currency("USD"), krw = *parse_currency("KRW");
    const FxRate direct{.from = usd, .to = krw, .rate = test_pico("1000"), .valid_from = on_day(1), .source = ""};
    const FxRate inverse{.from = krw, .to = usd, .rate = test_pico("0.0005"), .valid_from = on_day(2), .source = ""};
    const auto book = PriceBook::build({}, {direct, inverse});
    CHECK(book->convert(test_pico("1"), usd, krw, on_day(1)) == test_pico("1000"));
    CHECK(book->convert(test_pico("1"), usd, krw, on_day(2)) == test_pico("2000"));
    CHECK(book->convert(test_pico("1"), krw, usd, on_day(2)) == test_pico("0.0005"));
    CHECK_FALSE(book->convert(pico_max * 1'000'000'000, usd, krw, on_day(1)).has_value());
}

TEST_CASE("shards may ask one book at once") {
    std::vector<PriceRow> rows;
    for (int i = 0; i < 50; ++i) rows.push_back(test_row("m" + std::to_string(i), Meter::input_fresh, "1 USD"));
    const auto book = PriceBook::build(rows, {});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&book] {
            for (int i = 0; i < 2'000; ++i)
                static_cast<void>(
                    book->find("test", "m" + std::to_string(i % 60), "", ServiceTier::standard, on_day(i)));
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(input_price(book, "m7") == "1");
}
