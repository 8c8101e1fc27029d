// The committed catalogue, priced: the rows make the cards that the providers' pages show.
#include "meter/catalog_prices.hpp"

#include <doctest/doctest.h>

#include "meter/test_prices.hpp"

using namespace gilmok;
using namespace gilmok::meter;
using model::Meter;
using model::ServiceTier;

namespace {

// 2026-11-21 is 20,778 days after 1970-01-01.
constexpr WallTime today = WallTime{} + std::chrono::days(20'778);

std::string price_of(const PriceBook& book, std::string_view provider, std::string_view sku, Meter meter,
                     WallTime at = today, std::int64_t above = 0) {
    const PriceCard* card = book.find(provider, sku, "", ServiceTier::standard, at);
    if (card == nullptr) return "unknown";
    for (const auto& line : card->lines)
        if (line.meter == meter && line.above_input_tokens == above) return decimal(line.price);
    return "no line";
}

}   // namespace

TEST_CASE("the catalogue's rows are all taken by the book") {
    const auto rows = catalog_rows();
    const auto book = PriceBook::build(rows, catalog_rates());
    CHECK(book->rows().size() == rows.size());
    CHECK(book->rates().size() == catalog_rates().size());
    for (const PriceRow& row : rows) {
        if (row.valid_until <= today || row.sku.ends_with('*')) continue;
        CAPTURE(row.sku);
        const PriceCard* card = book->find(row.provider, row.sku, row.region, row.tier, today);
        REQUIRE(card != nullptr);
        CHECK(parse_price_card(card->text()).has_value());
    }
}

TEST_CASE("a model and its dated name have the price of the page") {
    const auto book = PriceBook::build(catalog_rows(), catalog_rates());
    CHECK(price_of(*book, "anthropic", "claude-opus-5", Meter::cache_write_1h) == "10");
    CHECK(price_of(*book, "anthropic", "claude-opus-4-5-20251101", Meter::input_fresh) == "5");
    CHECK(price_of(*book, "openai", "gpt-5-mini-2025-08-07", Meter::cache_read) == "0.025");
    CHECK(price_of(*book, "openai", "gpt-5.5", Meter::input_fresh, today, 272'000) == "10");
    CHECK(price_of(*book, "openai", "gpt-5.5-pro", Meter::input_fresh) == "unknown");
    CHECK(price_of(*book, "upstage", "solar-mini4-260922", Meter::output_text) == "0.4");
    CHECK(price_of(*book, "upstage", "solar-pro2", Meter::output_text) == "unknown");
}

TEST_CASE("prices follow the hour and the day") {
    const auto book = PriceBook::build(catalog_rows(), catalog_rates());
    const auto deepseek = [&](int hour) {
        return price_of(*book, "deepseek", "deepseek-v4-pro", Meter::input_fresh, today + std::chrono::hours(hour));
    };
    CHECK(deepseek(0) == "0.66");
    CHECK(deepseek(1) == "1.32");
    CHECK(deepseek(4) == "0.66");
    CHECK(deepseek(6) == "1.32");
    CHECK(deepseek(10) == "0.66");
    CHECK(price_of(*book, "anthropic", "claude-sonnet-5-5", Meter::cache_read) == "0.1");
    CHECK(price_of(*book, "anthropic", "claude-sonnet-5-5", Meter::cache_read, today - std::chrono::days(60)) == "0.2");
    CHECK(price_of(*book, "anthropic", "claude-sonnet-5-5", Meter::output_text) == "10");
}

TEST_CASE("a dollar is some won, and back") {
    const auto book = PriceBook::build(catalog_rows(), catalog_rates());
    const Currency usd = *parse_currency("USD"), krw = *parse_currency("KRW");
    const auto won = book->convert(pico_per_unit, usd, krw, today);
    REQUIRE(won);
    CHECK(decimal(*won) == "1466.780035711249");
    CHECK(book->convert(*won, krw, usd, today) == pico_per_unit);
}
