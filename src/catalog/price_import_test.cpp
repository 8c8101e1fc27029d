// LiteLLM's list becomes prices as ours, and a slip of the unit shows before anybody is billed by it.
#include "catalog/price_import.hpp"

#include <doctest/doctest.h>

using namespace gilmok;
using namespace gilmok::catalog;
using model::Meter;
using model::ServiceTier;

namespace {

constexpr std::string_view list = R"({
    "sample_spec": {"input_cost_per_token": 0.0, "litellm_provider": "openai"},
    "gpt-5-mini": {"litellm_provider": "openai", "mode": "chat", "max_tokens": 128000,
        "input_cost_per_token": 2.5e-07, "cache_read_input_token_cost": 2.5e-08, "output_cost_per_token": 2e-06,
        "input_cost_per_token_flex": 1.25e-07, "output_cost_per_token_flex": 1e-06},
    "xai/grok-4": {"litellm_provider": "xai", "input_cost_per_token": 3e-06, "output_cost_per_token": 1.5e-05,
        "input_cost_per_token_above_128k_tokens": 6e-06, "output_cost_per_token_above_128k_tokens": 3e-05},
    "claude-opus-5": {"litellm_provider": "anthropic", "input_cost_per_token": 5e-06,
        "cache_creation_input_token_cost": 6.25e-06, "cache_creation_input_token_cost_above_1hr": 1e-05,
        "cache_read_input_token_cost": 5e-07, "output_cost_per_token": 2.5e-05, "output_cost_per_image": 0.04},
    "odd": {"litellm_provider": "openai", "input_cost_per_token": "free", "output_cost_per_token": null},
    "bedrock/x": {"litellm_provider": "bedrock", "input_cost_per_token": 1e-06}
})";

const Price* find(const std::vector<Price>& prices, std::string_view sku, ServiceTier tier = ServiceTier::standard,
                  std::int64_t above = 0) {
    for (const Price& price : prices)
        if (price.skus.front() == sku && price.tier == tier && price.above_input_tokens == above) return &price;
    return nullptr;
}

std::string amount(const Price* price, Meter meter) {
    if (price == nullptr) return "no price";
    for (const Price::Amount& each : price->amounts)
        if (each.meter == meter) return decimal(each.money.pico);
    return "no amount";
}

Price one(std::string_view sku, std::string_view input, std::int64_t per = 1'000'000) {
    Price price;
    price.provider = "openai";
    price.skus = {std::string(sku)};
    price.per = per;
    price.amounts = {{Meter::input_fresh, *parse_money(std::string(input) + " USD")}};
    return price;
}

}   // namespace

TEST_CASE("prices per token are read as prices per million, by tier and threshold") {
    const auto imported = read_litellm(list);
    REQUIRE(imported);
    const std::vector<Price>& prices = imported->prices;
    CHECK(amount(find(prices, "gpt-5-mini"), Meter::input_fresh) == "0.25");
    CHECK(amount(find(prices, "gpt-5-mini"), Meter::cache_read) == "0.025");
    CHECK(amount(find(prices, "gpt-5-mini", ServiceTier::flex), Meter::output_text) == "1");
    CHECK(amount(find(prices, "grok-4", ServiceTier::standard, 128'000), Meter::output_text) == "30");
    CHECK(amount(find(prices, "claude-opus-5"), Meter::cache_write_5m) == "6.25");
    CHECK(amount(find(prices, "claude-opus-5"), Meter::cache_write_1h) == "10");
    CHECK(find(prices, "grok-4")->provider == "xai");
    CHECK(find(prices, "x") == nullptr);
    CHECK(find(prices, "sample_spec") == nullptr);
    CHECK(imported->problems == std::vector<std::string>{"odd: input_cost_per_token is no price"});
}

TEST_CASE("what is no price list is refused") {
    CHECK(read_litellm("").error().code == Code::bad_json);
    CHECK(read_litellm("[]").error().code == Code::bad_json);
    CHECK(read_litellm("{\"a\":").error().code == Code::bad_json);
    CHECK(read_litellm(std::string(import_bytes_max + 1, ' ')).error().code == Code::body_too_large);
    CHECK(read_litellm("{}")->prices.empty());
    CHECK(read_litellm(R"({"a":1,"b":{},"c":{"litellm_provider":7}})")->prices.empty());
}

TEST_CASE("only what differs is a change, whatever the unit it is written in") {
    const std::vector<Price> before{one("a", "1"), one("b", "2"), one("c", "0.003", 1'000)};
    const std::vector<Price> after{one("a", "1"), one("b", "2.5"), one("c", "3"), one("d", "4")};
    const auto changes = price_changes(before, after, WallTime{});
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].sku == "b");
    CHECK(decimal(changes[0].before.pico) == "2");
    CHECK(decimal(changes[0].after.pico) == "2.5");
    CHECK_FALSE(changes[0].is_new);
    CHECK_FALSE(changes[0].is_suspect);
    CHECK(changes[1].is_new);
    CHECK_FALSE(changes[1].is_suspect);
}

TEST_CASE("golden price: a slip between per token and per million is told before it is applied (#20615)") {
    const auto suspect = [](const std::vector<Price>& before, std::string_view after) {
        const auto changes = price_changes(before, std::vector<Price>{one("a", after)}, WallTime{});
        return changes.size() == 1 && changes[0].is_suspect;
    };
    const std::vector<Price> before{one("a", "3")};
    CHECK(suspect(before, "3000000"));
    CHECK(suspect(before, "0.000003"));
    CHECK(suspect(before, "3000"));
    CHECK(suspect(before, "0"));
    CHECK_FALSE(suspect(before, "30"));
    CHECK_FALSE(suspect(before, "0.03"));
    CHECK(suspect({}, "3000000"));
    CHECK(suspect({}, "0.000003"));
    CHECK_FALSE(suspect({}, "3"));
    CHECK_FALSE(suspect({}, "0"));
}

TEST_CASE("a price that no longer holds, or holds for some hours, is not what is compared with") {
    Price old_price = one("a", "9");
    old_price.valid_until = WallTime{} + std::chrono::days(1);
    Price night = one("a", "8");
    night.utc_until_minutes = 60;
    const auto changes = price_changes(std::vector<Price>{one("a", "3"), old_price, night},
                                       std::vector<Price>{one("a", "3")}, WallTime{} + std::chrono::days(2));
    CHECK(changes.empty());
}

TEST_CASE("the committed catalogue differs from itself in nothing that holds all day") {
    for (const PriceChange& change : price_changes(prices(), prices(), WallTime{} + std::chrono::days(20'778)))
        CHECK((change.provider == "deepseek" || change.sku.starts_with("claude-sonnet-5-5") ||
               change.sku.starts_with("solar-pro2")));
}
