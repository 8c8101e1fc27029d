// Goal: LiteLLM's file becomes exact rows; what it does not say is not made up. The diff shouts at slips of the unit.
#include "meter/litellm_prices.hpp"

#include <doctest/doctest.h>

#include "meter/price_diff.hpp"
#include "meter/test_prices.hpp"

using namespace gilmok;
using namespace gilmok::meter;
using model::Meter;
using model::ServiceTier;

namespace {

LitellmPrices read(std::string_view json, std::string provider = {}) {
    const auto prices = read_litellm_prices(json, {std::move(provider), "2026-11-21"});
    REQUIRE(prices);
    return *prices;
}

const PriceRow* row_of(const LitellmPrices& prices, Meter meter, ServiceTier tier = ServiceTier::standard, std::int64_t above = 0) {
    for (const PriceRow& row : prices.rows)
        if (row.meter == meter && row.tier == tier && row.above_input_tokens == above) return &row;
    return nullptr;
}

std::string amount(const PriceRow* row) { return row == nullptr ? "none" : decimal(row->price.pico); }

constexpr std::string_view some = R"({
 "sample_spec": {"litellm_provider": "one of many", "input_cost_per_token": 0.0},
 "gpt-x": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1.25e-06, "output_cost_per_token": 1e-05,
  "cache_read_input_token_cost": 1.25e-07, "input_cost_per_token_above_272k_tokens": 2.5e-06,
  "input_cost_per_token_above_272k_tokens_priority": 5e-06, "output_cost_per_token_flex": 0.000005,
  "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 1.2e-05, "input_cost_per_token_batches": 6.25e-07,
  "output_cost_per_image": 0.04, "search_context_cost_per_query": {"search_context_size_low": 0.01},
  "max_tokens": 128000, "source": "https://example.org/prices"},
 "groq/llama": {"litellm_provider": "groq", "input_cost_per_token": 5.9e-07, "output_cost_per_token": 0.0},
 "cohere/rerank": {"litellm_provider": "cohere", "mode": "rerank", "input_cost_per_query": 0.002, "input_cost_per_token": 0.0},
 "openai/*": {"litellm_provider": "openai", "input_cost_per_token": 1e-06},
 "nobody": {"input_cost_per_token": 1e-06},
 "free": {"litellm_provider": "openai", "input_cost_per_token": 0}
})";

}   // namespace

TEST_CASE("a field's name says meter, tier and threshold, in any order of its endings") {
    const auto field = read_litellm_field("cache_creation_input_token_cost_above_1hr_above_200k_tokens_priority");
    REQUIRE(field);
    CHECK(field->meter == Meter::cache_write_1h);
    CHECK(field->tier == ServiceTier::priority);
    CHECK(field->above_input_tokens == 200'000);
    const auto turned = read_litellm_field("input_cost_per_token_flex_above_272k_tokens");
    REQUIRE(turned);
    CHECK(turned->tier == ServiceTier::flex);
    CHECK(turned->above_input_tokens == 272'000);
    for (const char* name : {"output_cost_per_image", "input_cost_per_second", "input_cost_per_token_above_k_tokens",
                             "input_cost_per_token_above_0k_tokens", "input_cost_per_token_flex_flex", ""})
        CHECK_FALSE(read_litellm_field(name));
}

TEST_CASE("amounts per token become exact amounts per million") {
    const LitellmPrices prices = read(some, "openai");
    CHECK(amount(row_of(prices, Meter::input_fresh)) == "1.25");
    CHECK(amount(row_of(prices, Meter::output_text)) == "10");
    CHECK(amount(row_of(prices, Meter::cache_read)) == "0.125");
    CHECK(amount(row_of(prices, Meter::input_fresh, ServiceTier::standard, 272'000)) == "2.5");
    CHECK(amount(row_of(prices, Meter::input_fresh, ServiceTier::priority, 272'000)) == "5");
    CHECK(amount(row_of(prices, Meter::output_text, ServiceTier::flex)) == "5");
    CHECK(amount(row_of(prices, Meter::cache_write_1h, ServiceTier::standard, 200'000)) == "12");
    CHECK(amount(row_of(prices, Meter::input_fresh, ServiceTier::batch)) == "0.625");
    CHECK(prices.rows.front().source == "https://example.org/prices");
    CHECK(prices.rows.front().date == "2026-11-21");
    CHECK(prices.models == 1);
}

TEST_CASE("zeros, stars, models of nobody and what gilmok has no meter for are told, not taken") {
    const LitellmPrices prices = read(some);
    CHECK(prices.models == 3);
    CHECK(prices.models_unpriced == 1);
    CHECK(prices.zeros == 3);
    CHECK(prices.not_taken == std::vector<std::string>{"output_cost_per_image", "search_context_cost_per_query"});
    CHECK(prices.doubts.size() == 2);
    const PriceRow* rerank = row_of(prices, Meter::requests);
    REQUIRE(rerank != nullptr);
    CHECK(rerank->per == 1);
    CHECK(rerank->sku == "rerank");
    CHECK(amount(rerank) == "0.002");
    for (const PriceRow& row : prices.rows) CHECK(row.sku != "groq/llama");
}

TEST_CASE("what is no object of models is refused") {
    for (const char* text : {"", "[]", "{", "3", "{\"a\":}"}) CHECK_FALSE(read_litellm_prices(text, {}));
}

TEST_CASE("the diff tells new, gone, changed by which factor, and shouts at a slip of the unit") {
    std::vector<PriceRow> present{test_row("old", Meter::input_fresh, "1 USD"), test_row("m", Meter::input_fresh, "2 USD"),
                                  test_row("m", Meter::output_text, "8 USD"), test_row("slip", Meter::input_fresh, "3 USD"),
                                  test_row("star-*", Meter::input_fresh, "3 USD")};
    const PriceBookPtr book = PriceBook::build(present, {});
    std::vector<PriceRow> offered{test_row("m", Meter::input_fresh, "2 USD"), test_row("m", Meter::output_text, "10 USD"),
                                  test_row("slip", Meter::input_fresh, "0.000003 USD"), test_row("fresh", Meter::input_fresh, "1 USD"),
                                  test_row("star-2", Meter::input_fresh, "30 USD")};
    const PriceDiff diff = diff_prices(*book, offered, WallTime{});
    CHECK(diff.same == 1);
    CHECK(diff.added == 1);
    CHECK(diff.changed == 3);
    CHECK(diff.gone == 1);
    CHECK(diff.large == 1);   // ten times is not yet more than ten times
    for (const PriceChange& change : diff.changes) {
        if (change.sku == "slip") CHECK(change.is_large);
        if (change.sku == "star-2") CHECK(decimal(change.factor.value_or(0)) == "10");
        if (change.sku == "m") CHECK(decimal(change.factor.value_or(0)) == "1.25");
        if (change.sku == "old") CHECK(change.kind == PriceChange::Kind::gone);
    }
}

TEST_CASE("rows with the same text as the book do not change it, and a price in another currency is compared at the rate") {
    const PriceBookPtr book = PriceBook::build({test_row("m", Meter::input_fresh, "1300 KRW")},
                                               {{*parse_currency("USD"), *parse_currency("KRW"), test_pico("1300"), {}, ""}});
    const std::vector<PriceRow> offered{test_row("m", Meter::input_fresh, "1 USD")};
    const PriceDiff diff = diff_prices(*book, offered, WallTime{});
    REQUIRE(diff.changes.size() == 1);
    CHECK(decimal(diff.changes[0].factor.value_or(0)) == "1");
    CHECK_FALSE(diff.changes[0].is_large);
}
