// What the ledger costs on the path: an attempt begun and ended in a lane on the real file system. The keeper's part
// (taking, new files) is done outside the measured time, as it is on another thread. Smoke: --benchmark_min_time=0.01.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>

#include "base/assert.hpp"
#include "io/linux/files.hpp"
#include "ledger/journal.hpp"
#include "ledger/test_entries.hpp"

namespace gilmok::ledger {
namespace {

const WallTime moment(Duration(1'763'700'000'000'000'000));

struct RealLane {
    std::string folder = (std::filesystem::temp_directory_path() / "gilmok-lane-XXXXXX").string();
    io::linux_::LinuxFiles files;
    std::unique_ptr<Lane> lane;
    RealLane() {
        GILMOK_ASSERT(::mkdtemp(folder.data()) != nullptr);
        auto made = Lane::create(files, {.directory = folder, .lane = 0, .epoch = 1});
        GILMOK_ASSERT(made);
        lane = std::move(*made);
    }
    ~RealLane() {
        lane.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    void keep_house() {
        while (!lane->peek().empty()) lane->taken(lane->peek().size());
        GILMOK_ASSERT(lane->keep_house());
    }
};

void reserve_and_finish(benchmark::State& state) {
    RealLane real;
    RandomEntries random(1);
    const model::Reserve reserve = random.reserve();
    model::Terminal terminal = random.terminal();
    const std::string usage(static_cast<std::size_t>(state.range(0)), 'u');
    terminal.raw_usage = usage;
    std::uint64_t attempts = 0;
    for (auto _ : state) {
        GILMOK_ASSERT(real.lane->reserve(reserve, moment));
        benchmark::DoNotOptimize(real.lane->finish(terminal, moment));
        if (++attempts % 1'024 != 0) continue;
        state.PauseTiming();
        real.keep_house();
        state.ResumeTiming();
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(reserve_and_finish)->Arg(0)->Arg(120)->Arg(2'048);

void read_records(benchmark::State& state) {
    RandomEntries random(2);
    std::string records;
    for (std::uint64_t i = 1; i <= 1'000; ++i)
        records += sealed(random.body(i % 2 == 0 ? Kind::reserve : Kind::terminal), 0, 1, i, moment);
    for (auto _ : state) {
        std::string_view rest = records;
        while (!rest.empty()) {
            const auto entry = read_entry(rest);
            GILMOK_ASSERT(entry);
            rest.remove_prefix(entry->header.length);
        }
    }
    state.SetItemsProcessed(state.iterations() * 1'000);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(records.size()));
}
BENCHMARK(read_records);

}   // namespace
}   // namespace gilmok::ledger

BENCHMARK_MAIN();
