// Goal: the catalogue stands in front of the configuration, in prices, rates and the carbon of the mains.
#include <doctest/doctest.h>

#include "gateway/accounts.hpp"

using namespace gilmok;
using namespace gilmok::gateway;

namespace {

const WallTime today = *parse_rfc3339("2026-11-21");

std::string input_price(const meter::PriceBook& book, std::string_view sku) {
    const meter::PriceCard* card = book.find("openai", sku, "", model::ServiceTier::standard, today);
    if (card == nullptr) return "unknown";
    for (const auto& line : card->lines)
        if (line.meter == model::Meter::input_fresh && line.above_input_tokens == 0) return decimal(line.price);
    return "none";
}

}   // namespace

TEST_CASE("the catalogue prices what the configuration does not, and a row of the configuration goes before it") {
    config::Snapshot snapshot;
    const std::string listed = input_price(*build_price_book(snapshot), "gpt-5.5");
    CHECK(listed != "unknown");
    config::Price own;
    own.provider = "openai";
    own.sku = "gpt-5.5";
    own.input_fresh = *parse_money("0.42 USD");
    snapshot.prices = {own};
    const meter::PriceBookPtr book = build_price_book(snapshot);
    CHECK(input_price(*book, "gpt-5.5") == "0.42");
    CHECK(input_price(*book, "gpt-5-mini") == input_price(*build_price_book(config::Snapshot{}), "gpt-5-mini"));
    CHECK(input_price(*book, "no-such-model") == "unknown");
}

TEST_CASE("currencies are converted by the catalogue's rates until the configuration names a later one") {
    config::Snapshot snapshot;
    const Currency usd{{'U', 'S', 'D'}}, krw{{'K', 'R', 'W'}};
    const auto listed = build_price_book(snapshot)->convert(pico_per_unit, usd, krw, today);
    REQUIRE(listed);
    CHECK(*listed > 500 * pico_per_unit);
    config::Fx own;
    own.from_currency = usd;
    own.to_currency = krw;
    own.rate_pico = 1'400 * pico_per_unit;
    own.valid_from = today;
    snapshot.fx = {own};
    CHECK(build_price_book(snapshot)->convert(pico_per_unit, usd, krw, today) == own.rate_pico);
}

TEST_CASE("the carbon of a country's mains comes from the catalogue; an unknown country has none") {
    CHECK(grid_g_kwh("KR") > 100);
    CHECK(grid_g_kwh("KR") < 1'000);
    CHECK(grid_g_kwh("XX") == 0);
    CHECK(grid_g_kwh("") == 0);
}
