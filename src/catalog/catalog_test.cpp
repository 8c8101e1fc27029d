// Goal: the committed catalogs are whole and agree with each other, so that nobody who reads them needs to check.
#include "catalog/catalog.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "catalog/embedded.hpp"

using namespace gilmok::catalog;

TEST_CASE("the catalogs are sound") {
    for (const std::string& fault : check_catalog()) FAIL_CHECK(fault);
    CHECK_FALSE(embedded("engines.toml").empty());
    CHECK(embedded("nothing.toml").empty());
    CHECK(engine_profiles().size() >= 8);
    CHECK(providers().size() >= 10);
    CHECK(chip_tools().size() >= 4);
}

TEST_CASE("names and kinds in the catalogs are known and unique") {
    std::set<std::string> kinds;
    for (const EngineProfile& engine : engine_profiles()) {
        CHECK(kinds.insert(engine.kind).second);
        CHECK((engine.metrics_path.empty() == engine.waiting.empty()));
        CHECK((engine.health_path.empty() || engine.health_path.front() == '/'));
        CHECK(engine.models_path.front() == '/');
    }
    std::set<std::string> names;
    for (const Provider& provider : providers()) {
        CHECK(names.insert(provider.name).second);
        CHECK(engine_profile(provider.kind) != nullptr);
        CHECK(provider.url.starts_with("https://"));
    }
    for (const LocalEngine& local : local_engines()) {
        CHECK(names.insert(local.name).second);
        CHECK(engine_profile(local.kind) != nullptr);
        CHECK(local.port != 0);
    }
}

TEST_CASE("old metric names come after new ones") {
    const EngineProfile* vllm = engine_profile("vllm");
    REQUIRE(vllm != nullptr);
    CHECK(vllm->kv_usage == std::vector<std::string>{"vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"});
    CHECK(vllm->waiting == std::vector<std::string>{"vllm:num_requests_waiting"});
    CHECK(engine_profile("trtllm")->metrics_path == "/prometheus/metrics");
    CHECK(engine_profile("ollama")->metrics_path.empty());
    CHECK(engine_profile("mystery") == nullptr);
}

TEST_CASE("a chip is found by the name its tool shows, the longest match first") {
    REQUIRE(chip_named("NVIDIA H100 80GB HBM3") != nullptr);
    CHECK(chip_named("NVIDIA H100 80GB HBM3")->power_w == doctest::Approx(700));
    CHECK(chip_named("RBLN-CA25")->devices == 4);
    CHECK(chip_named("NVIDIA RTX A6000")->name == "RTX A6000");
    CHECK(chip_named("toaster") == nullptr);
}

TEST_CASE("every price has a meter, one currency and a known provider, and overrides follow what they replace") {
    // Upstreams of these may be named so, though `gilmok up` does not look for their keys.
    std::set<std::string> names{"xai", "together", "cohere"};
    for (const Provider& provider : providers()) names.insert(provider.name);
    CHECK(prices().size() >= 40);
    for (const Price& price : prices()) {
        CAPTURE(price.skus.front());
        CHECK(names.contains(price.provider));
        CHECK(price.per > 0);
        CHECK(price.valid_from < price.valid_until);
        CHECK_FALSE(price.amounts.empty());
        for (const Price::Amount& amount : price.amounts) {
            CHECK(amount.money.currency == price.amounts.front().money.currency);
            // A list price per million tokens of a thousand units would be a slip of the unit.
            CHECK(amount.money.pico < 1'000 * gilmok::pico_per_unit);
            CHECK(amount.money.pico > 0);
        }
    }
}

TEST_CASE("a cached token never costs more than a fresh one, and one that is written never less") {
    using gilmok::model::Meter;
    for (const Price& price : prices()) {
        const auto amount_of = [&](Meter meter) {
            for (const Price::Amount& amount : price.amounts)
                if (amount.meter == meter) return amount.money.pico;
            return gilmok::Pico{-1};
        };
        const gilmok::Pico fresh = amount_of(Meter::input_fresh);
        if (fresh < 0) continue;
        CAPTURE(price.skus.front());
        CHECK(amount_of(Meter::cache_read) <= fresh);
        if (amount_of(Meter::cache_write_5m) >= 0) CHECK(amount_of(Meter::cache_write_5m) >= fresh);
        if (amount_of(Meter::cache_write_1h) >= 0)
            CHECK(amount_of(Meter::cache_write_1h) >= amount_of(Meter::cache_write_5m));
        CHECK(amount_of(Meter::output_text) >= fresh);
    }
}

TEST_CASE("won and dollar change into each other, and the mains of Korea are known") {
    const auto found = std::find_if(fx_rates().begin(), fx_rates().end(), [](const FxRate& rate) {
        return rate.from.view() == "USD" && rate.to.view() == "KRW";
    });
    REQUIRE(found != fx_rates().end());
    CHECK(found->rate > 1'000 * gilmok::pico_per_unit);
    CHECK(found->valid_from > gilmok::WallTime{});
    REQUIRE(grid_of("KR") != nullptr);
    CHECK(grid_of("KR")->milligrams_per_kwh == 430'600);
    CHECK(grid_of("XX") == nullptr);
    std::set<std::string> countries;
    for (const Grid& grid : grids()) CHECK(countries.insert(grid.country).second);
}
