// What it costs to authenticate one request.
#include <benchmark/benchmark.h>

#include "auth/keyring.hpp"
#include "base/prng.hpp"

namespace {

using namespace gilmok;

std::vector<std::string> made_keys;

auth::KeyringPtr ring_of(std::size_t keys) {
    config::Snapshot snapshot;
    snapshot.tenants.emplace_back().path = "acme";
    snapshot.tenants_by_path.emplace(snapshot.tenants[0].path, model::TenantId{0});
    auth::StoredKeys stored;
    Prng prng{1};
    made_keys.clear();
    for (std::size_t i = 0; i < keys; ++i) {
        std::array<char, auth::key_random_bytes> random;
        for (char& byte : random) byte = static_cast<char>(prng.next());
        const auto made = auth::create_key(stored, {"acme", "bench", {}, {}}, random, WallTime{});
        made_keys.emplace_back(made.key.reveal());
    }
    return auth::Keyring::build(snapshot, stored, nullptr, nullptr);
}

void digest(benchmark::State& state) {
    const std::string key(auth::key_length, 'k');
    for (auto _ : state) benchmark::DoNotOptimize(auth::digest_of(key));
}
BENCHMARK(digest);

void lookup(benchmark::State& state) {
    const auto ring = ring_of(static_cast<std::size_t>(state.range(0)));
    std::size_t next = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(ring->lookup(made_keys[next], WallTime{}));
        next = (next + 7'919) % made_keys.size();
    }
}
BENCHMARK(lookup)->Arg(1)->Arg(100)->Arg(10'000);

void lookup_unknown(benchmark::State& state) {
    const auto ring = ring_of(10'000);
    const std::string key = "gm-0123456789012345678901234567890123456789012";
    for (auto _ : state) benchmark::DoNotOptimize(ring->lookup(key, WallTime{}));
}
BENCHMARK(lookup_unknown);

}   // namespace

BENCHMARK_MAIN();
