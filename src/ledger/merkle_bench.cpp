// What the log costs for each record of 300 bytes: its leaf hash, and that and its place in the tree.
#include <benchmark/benchmark.h>

#include <string>

#include "ledger/merkle.hpp"

using namespace gilmok::ledger;

namespace {

void hash_leaf(benchmark::State& state) {
    const std::string record(300, 'r');
    for (auto _ : state) benchmark::DoNotOptimize(leaf_hash(record));
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(hash_leaf);

void hash_node(benchmark::State& state) {
    const Hash hash = leaf_hash("x");
    for (auto _ : state) benchmark::DoNotOptimize(node_hash(hash, hash));
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(hash_node);

void append_record(benchmark::State& state) {
    const std::string record(300, 'r');
    Tree tree;
    for (auto _ : state) tree.append(leaf_hash(record));
    benchmark::DoNotOptimize(tree.root());
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(append_record);

}   // namespace

BENCHMARK_MAIN();
