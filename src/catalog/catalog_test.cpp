// Goal: the committed catalogs are whole and agree with each other, so that nobody who reads them needs to check.
#include "catalog/catalog.hpp"

#include <doctest/doctest.h>

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
