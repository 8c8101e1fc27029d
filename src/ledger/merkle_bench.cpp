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

// What a turn brings of 250 requests: a RESERVE, a DECISION and a TERMINAL each.
void append_turn(benchmark::State& state) {
    const std::string reserve(120, 'r'), decision(104, 'd'), terminal(480, 't');
    std::vector<std::string_view> records;
    for (int i = 0; i < 250; ++i) records.insert(records.end(), {reserve, decision, terminal});
    Tree tree;
    std::vector<Hash> hashes(records.size());
    for (auto _ : state) {
        leaf_hashes(records, hashes);
        tree.append(hashes);
    }
    benchmark::DoNotOptimize(tree.root());
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(records.size()));
}
BENCHMARK(append_turn);

}   // namespace

BENCHMARK_MAIN();
