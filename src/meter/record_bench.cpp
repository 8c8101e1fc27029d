// What it costs to write down one finished exchange: the access line, the metrics.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "meter/access_log.hpp"
#include "meter/metrics.hpp"
#include "meter/otlp.hpp"
#include "meter/test_sample.hpp"

namespace {

using namespace gilmok;

void access_line(benchmark::State& state) {
    const auto snapshot = meter::sample::snapshot();
    auto record = meter::sample::record();
    meter::AccessLog log;
    log.use(*snapshot);
    std::string out;
    std::size_t bytes = 0;
    for (auto _ : state) {
        record.started_wall += std::chrono::microseconds(10);
        log.append_line(out, record, *snapshot, {"key_0123456789ab", "127.0.0.1", {}});
        bytes += out.size();
        out.clear();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(access_line);

void metrics_observe(benchmark::State& state) {
    const auto snapshot = meter::sample::snapshot();
    const auto record = meter::sample::record();
    const auto metrics = std::make_unique<meter::Metrics>(0);
    metrics->use(*snapshot);
    for (auto _ : state) metrics->observe(record, *snapshot);
}
BENCHMARK(metrics_observe);

void spans(benchmark::State& state) {
    const auto snapshot = meter::sample::snapshot();
    const auto record = meter::sample::record();
    std::string out;
    for (auto _ : state) {
        meter::append_spans(out, record, *snapshot, {"key_0123456789ab", "127.0.0.1", {}});
        out.clear();
    }
}
BENCHMARK(spans);

void render(benchmark::State& state) {
    const auto snapshot = meter::sample::snapshot();
    const auto metrics = std::make_unique<meter::Metrics>(0);
    metrics->use(*snapshot);
    metrics->observe(meter::sample::record(), *snapshot);
    meter::ProcessMetrics process;
    const meter::Metrics* shards[] = {metrics.get()};
    for (auto _ : state) benchmark::DoNotOptimize(meter::render_prometheus(shards, process, *snapshot));
}
BENCHMARK(render);

}   // namespace

BENCHMARK_MAIN();
