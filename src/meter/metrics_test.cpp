// Goal: what a record says is counted once in the right places, survives reloads, and is rendered as valid text.
#include "meter/metrics.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "meter/exposition.hpp"
#include "meter/test_sample.hpp"

using namespace gilmok;
using namespace gilmok::meter;

namespace {

std::string render(std::initializer_list<const Metrics*> shards, const config::Snapshot& snapshot) {
    ProcessMetrics process;
    process.version = "0.1.0";
    process.started = WallTime(std::chrono::milliseconds(1'795'233'845'678));
    return render_prometheus(std::span(shards.begin(), shards.size()), process, snapshot);
}

bool has(const std::string& text, const std::string& line) { return text.find(line + "\n") != std::string::npos; }

bool is_name(std::string_view name) {
    const auto is_good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    return !name.empty() && (name[0] < '0' || name[0] > '9') && std::all_of(name.begin(), name.end(), is_good);
}

// Reads `name="value",…` with the escapes of the format. False when it is not that.
bool read_labels(std::string_view text) {
    while (!text.empty()) {
        const std::size_t equals = text.find("=\"");
        if (equals == std::string_view::npos || !is_name(text.substr(0, equals))) return false;
        std::size_t at = equals + 2;
        for (; at < text.size() && text[at] != '"'; ++at) {
            if (text[at] == '\n') return false;
            if (text[at] != '\\') continue;
            ++at;
            if (at == text.size() || (text[at] != '\\' && text[at] != '"' && text[at] != 'n')) return false;
        }
        if (at == text.size()) return false;
        text.remove_prefix(at + 1);
        if (text.empty()) return true;
        if (text.front() != ',' || text.size() == 1) return false;
        text.remove_prefix(1);
    }
    return true;
}

// Checks text against the exposition format: a family is announced once, its samples stand together, no series twice,
// buckets rise to the count.
void check_exposition(const std::string& text) {
    std::set<std::string> families, series;
    std::string family, type;
    double last_bucket = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = text.find('\n', at);
        REQUIRE(end != std::string::npos);
        const std::string line = text.substr(at, end - at);
        at = end + 1;
        CAPTURE(line);
        if (line.starts_with("# HELP ")) {
            family = line.substr(7, line.find(' ', 7) - 7);
            REQUIRE(is_name(family));
            REQUIRE(families.insert(family).second);
            continue;
        }
        if (line.starts_with("# TYPE ")) {
            REQUIRE(line.starts_with("# TYPE " + family + ' '));
            type = line.substr(8 + family.size());
            REQUIRE((type == "counter" || type == "gauge" || type == "histogram"));
            if (type == "counter") REQUIRE(family.ends_with("_total"));
            continue;
        }
        const std::size_t space = line.rfind(' ');
        const std::string key = line.substr(0, space);
        REQUIRE(series.insert(key).second);
        char* number_end = nullptr;
        const double value = std::strtod(line.c_str() + space + 1, &number_end);
        REQUIRE(*number_end == '\0');
        const std::size_t brace = key.find('{');
        const std::string name = key.substr(0, brace);
        REQUIRE(name.starts_with(family));
        const std::string suffix = name.substr(family.size());
        if (brace != std::string::npos) {
            REQUIRE(key.back() == '}');
            REQUIRE(read_labels(std::string_view(key).substr(brace + 1, key.size() - brace - 2)));
        }
        if (type != "histogram") {
            REQUIRE(suffix.empty());
            continue;
        }
        if (suffix == "_bucket") {
            REQUIRE(value >= last_bucket);
            last_bucket = value;
        } else if (suffix == "_count") {
            REQUIRE(value == last_bucket);
            last_bucket = 0;
        } else {
            REQUIRE(suffix == "_sum");
        }
    }
}

std::unique_ptr<Metrics> metrics_of(const config::Snapshot& snapshot) {
    auto metrics = std::make_unique<Metrics>(0);
    metrics->use(snapshot);
    return metrics;
}

}   // namespace

TEST_CASE("a finished exchange is counted everywhere it belongs") {
    const auto snapshot = sample::snapshot();
    const auto metrics = metrics_of(*snapshot);
    metrics->observe(sample::record(), *snapshot);
    const std::string text = render({metrics.get()}, *snapshot);
    check_exposition(text);
    CHECK(has(text, "gilmok_exchanges_total{endpoint=\"chat\",outcome=\"answered\",status=\"2xx\"} 1"));
    CHECK(has(text, "gilmok_tenant_exchanges_total{tenant=\"acme/search\",outcome=\"answered\"} 1"));
    CHECK(has(text, "gilmok_tenant_tokens_total{tenant=\"acme/search\",type=\"input_cached\"} 384"));
    CHECK(has(text, "gilmok_attempts_total{upstream=\"rngd-0\",end=\"failed\"} 1"));
    CHECK(has(text, "gilmok_attempts_total{upstream=\"h100-0\",end=\"answered\"} 1"));
    CHECK(has(text, "gilmok_attempt_errors_total{upstream=\"rngd-0\",code=\"connect_failed\"} 1"));
    CHECK(has(text, "gilmok_upstream_connects_total{upstream=\"rngd-0\"} 1"));
    CHECK(has(text, "gilmok_upstream_connects_total{upstream=\"h100-0\"} 0"));
    CHECK(has(text, "gilmok_upstream_retries_total{upstream=\"h100-0\"} 1"));
    CHECK(has(text, "gilmok_upstream_hedges_total{upstream=\"h100-0\"} 0"));
    CHECK(has(text, "gilmok_upstream_tokens_total{upstream=\"h100-0\",type=\"output\"} 256"));
    const std::string labels =
        "gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"vllm\",gen_ai_request_model=\"exaone-32b\"";
    CHECK(has(text, "gen_ai_server_request_duration_seconds_bucket{" + labels + ",le=\"0.64\"} 0"));
    CHECK(has(text, "gen_ai_server_request_duration_seconds_bucket{" + labels + ",le=\"1.28\"} 1"));
    CHECK(has(text, "gen_ai_server_request_duration_seconds_sum{" + labels + "} 1.234567"));
    CHECK(has(text, "gen_ai_server_request_duration_seconds_count{" + labels + "} 1"));
    CHECK(has(text, "gen_ai_server_time_to_first_token_seconds_bucket{" + labels + ",le=\"0.08\"} 0"));
    CHECK(has(text, "gen_ai_server_time_to_first_token_seconds_bucket{" + labels + ",le=\"0.1\"} 1"));
    CHECK(has(text, "gen_ai_server_time_per_output_token_seconds_bucket{" + labels + ",le=\"0.01\"} 1"));   // 4.5 ms
    CHECK(has(text, "gen_ai_client_token_usage_bucket{" + labels + ",gen_ai_token_type=\"input\",le=\"256\"} 0"));
    CHECK(has(text, "gen_ai_client_token_usage_bucket{" + labels + ",gen_ai_token_type=\"input\",le=\"1024\"} 1"));
    CHECK(has(text, "gen_ai_client_token_usage_sum{" + labels + ",gen_ai_token_type=\"output\"} 256"));
    CHECK(has(text, "gilmok_build_info{version=\"0.1.0\"} 1"));
    CHECK(has(text, "process_start_time_seconds 1795233845.678"));
    CHECK(has(text, "gilmok_config_version 1"));
}

TEST_CASE("a failed exchange has its duration apart and no first token") {
    const auto snapshot = sample::snapshot();
    const auto metrics = metrics_of(*snapshot);
    auto record = sample::record();
    record.outcome = model::Outcome::failed;
    record.code = Code::upstream_closed;
    record.status = 502;
    metrics->observe(record, *snapshot);
    const std::string text = render({metrics.get()}, *snapshot);
    check_exposition(text);
    CHECK(has(text, "gilmok_errors_total{code=\"upstream_closed\"} 1"));
    CHECK(text.find("gen_ai_request_model=\"exaone-32b\",error_type=\"_OTHER\",le=") != std::string::npos);
    CHECK(text.find("gen_ai_server_time_to_first_token_seconds") == std::string::npos);
}

TEST_CASE("simulated answers never count as a real provider's") {
    const auto snapshot = sample::snapshot();
    const auto metrics = metrics_of(*snapshot);
    auto record = sample::record();
    record.is_simulated = true;
    metrics->observe(record, *snapshot);
    const std::string text = render({metrics.get()}, *snapshot);
    CHECK(text.find("gen_ai_provider_name=\"gilmok.simulated\"") != std::string::npos);
    CHECK(text.find("gen_ai_provider_name=\"vllm\"") == std::string::npos);
}

TEST_CASE("unknown usage counts no tokens") {
    const auto snapshot = sample::snapshot();
    const auto metrics = metrics_of(*snapshot);
    auto record = sample::record();
    record.usage = {};
    metrics->observe(record, *snapshot);
    const std::string text = render({metrics.get()}, *snapshot);
    CHECK(text.find("gen_ai_client_token_usage") == std::string::npos);
    CHECK(has(text, "gilmok_model_tokens_total{model=\"exaone-32b\",type=\"input\"} 0"));
}

TEST_CASE("shards are summed") {
    const auto snapshot = sample::snapshot();
    const auto first = metrics_of(*snapshot), second = metrics_of(*snapshot);
    for (int i = 0; i < 3; ++i) first->observe(sample::record(), *snapshot);
    second->observe(sample::record(), *snapshot);
    first->connections_open.add(5);
    second->connections_open.sub(1);
    second->upstream(model::UpstreamId{0}, *snapshot).connections_idle.set(7);
    second->count_parse_error(Code::bad_head);
    const std::string text = render({first.get(), second.get()}, *snapshot);
    check_exposition(text);
    CHECK(has(text, "gilmok_exchanges_total{endpoint=\"chat\",outcome=\"answered\",status=\"2xx\"} 4"));
    CHECK(has(text, "gilmok_connections_open 4"));
    CHECK(has(text, "gilmok_pool_connections_idle{upstream=\"rngd-0\"} 7"));
    CHECK(has(text, "gilmok_parse_errors_total{code=\"bad_head\"} 1"));
    CHECK(text == render({second.get(), first.get()}, *snapshot));   // the order of shards is nobody's business
}

TEST_CASE("counts survive a reload that renumbers, and an exchange of before is counted by its own names") {
    const auto before = sample::snapshot(1);
    const auto metrics = metrics_of(*before);
    UpstreamMetrics& held = metrics->upstream(model::UpstreamId{1}, *before);   // as an attempt holds it
    metrics->observe(sample::record(), *before);
    const auto after = sample::snapshot(2);
    std::swap(after->upstreams[0], after->upstreams[1]);
    after->upstreams.pop_back();   // rngd-0 is gone
    std::swap(after->models[0], after->models[1]);
    metrics->use(*after);
    metrics->observe(sample::record(), *before);
    CHECK(&metrics->upstream(model::UpstreamId{0}, *after) == &held);
    const std::string text = render({metrics.get()}, *after);
    check_exposition(text);
    CHECK(has(text, "gilmok_attempts_total{upstream=\"h100-0\",end=\"answered\"} 2"));
    CHECK(has(text, "gilmok_attempts_total{upstream=\"rngd-0\",end=\"failed\"} 2"));
    CHECK(has(text, "gilmok_model_tokens_total{model=\"exaone-32b\",type=\"input\"} 1024"));
    CHECK(has(text, "gilmok_model_tokens_total{model=\"bge-m3\",type=\"input\"} 0"));
}

TEST_CASE("names with quotes, backslashes and line feeds leave the text valid") {
    const auto snapshot = sample::snapshot();
    snapshot->tenants[1].path = "a\"b\\c\nd";
    const auto metrics = metrics_of(*snapshot);
    metrics->observe(sample::record(), *snapshot);
    const std::string text = render({metrics.get()}, *snapshot);
    check_exposition(text);
    CHECK(has(text, "gilmok_tenant_exchanges_total{tenant=\"a\\\"b\\\\c\\nd\",outcome=\"answered\"} 1"));
}

TEST_CASE("names beyond the limit share one block") {
    struct Block {
        std::string name;
        int count = 0;
    };
    const auto slots = std::make_unique<Slots<Block, 3>>();
    for (const char* name : {"a", "b", "c", "d", "e", "a"}) ++slots->of(name).count;
    REQUIRE(slots->size() == 3);
    CHECK(slots->at(0).count == 2);
    CHECK(slots->at(2).name == "(other)");
    CHECK(slots->at(2).count == 3);
}

TEST_CASE("a bound belongs to its bucket") {
    DurationHistogram histogram;
    histogram.observe(10 * bounds::ms);
    histogram.observe(10 * bounds::ms + 1);
    histogram.observe(81'920 * bounds::ms + 1);
    histogram.observe(-5);
    CHECK(histogram.bucket(0) == 2);
    CHECK(histogram.bucket(1) == 1);
    CHECK(histogram.bucket(bounds::duration.size()) == 1);
    CHECK(histogram.sum() == static_cast<std::uint64_t>(20 * bounds::ms + 1 + 81'920 * bounds::ms + 1));
}

namespace {

template <const auto& Bounds>
void check_buckets() {
    for (const std::int64_t bound : Bounds)
        for (const std::int64_t value : {bound - 1, bound, bound + 1}) {
            Histogram<Bounds> histogram;
            histogram.observe(value);
            const auto below =
                std::count_if(Bounds.begin(), Bounds.end(), [value](std::int64_t each) { return each < value; });
            CAPTURE(value);
            CHECK(histogram.bucket(static_cast<std::size_t>(below)) == 1);
        }
}

}   // namespace

TEST_CASE("a value is in the bucket of the first bound that is not below it, however many bounds there are") {
    check_buckets<bounds::lag>();           // 10
    check_buckets<bounds::per_token>();     // 13
    check_buckets<bounds::duration>();      // 14
    check_buckets<bounds::first_token>();   // 16
    check_buckets<bounds::tokens>();
}

TEST_CASE("rendering while a shard counts and reloads sees only whole blocks") {
    const auto snapshot = sample::snapshot();
    const auto metrics = metrics_of(*snapshot);
    std::atomic<bool> is_done{false};
    std::thread shard([&] {
        for (std::uint64_t version = 2; version < 200; ++version) {
            const auto next = sample::snapshot(version);
            next->models[0].name = "m" + std::to_string(version);
            next->tenants[1].path = "t" + std::to_string(version);
            metrics->use(*next);
            for (int i = 0; i < 20; ++i) metrics->observe(sample::record(), *next);
        }
        is_done = true;
    });
    std::size_t rendered = render({metrics.get()}, *snapshot).size();
    while (!is_done) rendered += render({metrics.get()}, *snapshot).size();
    shard.join();
    CHECK(rendered > 0);
    CHECK(has(render({metrics.get()}, *snapshot),
              "gilmok_exchanges_total{endpoint=\"chat\",outcome=\"answered\",status=\"2xx\"} 3960"));
}
