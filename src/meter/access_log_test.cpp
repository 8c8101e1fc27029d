// Goal: a line is one JSON object that says what the record says and nothing it does not know.
#include "meter/access_log.hpp"

#include <doctest/doctest.h>

#include "meter/test_sample.hpp"
#include "wire/json.hpp"

using namespace gilmok;
using meter::AccessLog;

namespace {

std::string line_of(const model::Record& record, const config::Snapshot& snapshot,
                    const meter::LineContext& context = {}) {
    AccessLog log;
    log.use(snapshot);
    std::string out = "before\n";
    log.append_line(out, record, snapshot, context);
    CHECK(out.substr(0, 7) == "before\n");
    out.erase(0, 7);
    CHECK(out.back() == '\n');
    CHECK(out.find('\n') == out.size() - 1);
    const auto type = wire::json::scan(std::string_view(out).substr(0, out.size() - 1), {}, nullptr);
    CHECK((type.has_value() && *type == wire::json::Type::object));
    return out;
}

bool has(const std::string& line, std::string_view what) { return line.find(what) != std::string::npos; }

}   // namespace

TEST_CASE("a line tells the exchange from beginning to end") {
    const auto snapshot = meter::sample::snapshot();
    const std::string line =
        line_of(meter::sample::record(), *snapshot, {"key_0123456789ab", "127.0.0.1", "b7ad6b7169203331"});
    CHECK(
        line ==
        "{\"time\":\"2026-11-21T04:04:05.678Z\",\"request_id\":\"" + std::string(meter::sample::record().id.view()) +
            "\",\"client\":\"127.0.0.1\",\"tenant\":\"acme/search\",\"key\":\"key_0123456789ab\",\"endpoint\":\"chat\","
            "\"model\":\"exaone-32b\",\"upstream\":\"h100-0\",\"served\":\"LGAI-EXAONE/EXAONE-4.0-32B\",\"status\":200,"
            "\"outcome\":\"answered\",\"stream\":true,\"duration_ms\":1234.567,\"ttft_ms\":87.654,\"bytes_in\":2345,"
            "\"bytes_out\":45678,\"events\":257,\"usage\":{\"input\":512,\"input_cached\":384,\"output\":256,\"total\":"
            "768},"
            "\"attempts\":[{\"upstream\":\"rngd-0\",\"end\":\"failed\",\"code\":\"connect_failed\",\"start_ms\":0.040,"
            "\"connect_ms\":0.800},{\"upstream\":\"h100-0\",\"end\":\"answered\",\"status\":200,\"start_ms\":0.900,"
            "\"first_byte_ms\":80.000}],\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"span_id\":"
            "\"00f067aa0ba902b7\","
            "\"parent_span_id\":\"b7ad6b7169203331\"}\n");
}

TEST_CASE("what was booked stands in the line, and what cannot be priced is said to be unknown") {
    const auto snapshot = meter::sample::snapshot();
    model::Record record = meter::sample::record();
    record.settled.has_cost = true;
    record.settled.cost_ledger = 2 * pico_per_unit + 5;
    record.settled.provenance = model::Provenance::aborted;
    record.settled.microjoules = 1'234;
    record.settled.is_over_bound = true;
    const std::string line = line_of(record, *snapshot);
    CHECK(has(line, ",\"cost\":\"2.000000000005\",\"currency\":\"KRW\",\"usage_from\":\"aborted\","
                    "\"microjoules\":1234,\"over_bound\":true,"));
    record.settled.is_cost_known = false;
    CHECK(has(line_of(record, *snapshot), ",\"cost_unknown\":true,"));
    CHECK_FALSE(has(line_of(record, *snapshot), "\"cost\":"));
    record.settled.cost_ledger = -pico_max * 1'000;   // the longest that can be
    record.settled.is_cost_known = true;
    CHECK(has(line_of(record, *snapshot), "\"cost\":\"-1000000000000000000\""));
}

TEST_CASE("what is not known is absent") {
    const auto snapshot = meter::sample::snapshot();
    model::Record record;
    record.code = Code::key_missing;
    record.status = 401;
    const std::string line = line_of(record, *snapshot);
    for (const char* member : {"tenant", "\"key\"", "model", "upstream", "served", "usage", "attempts", "trace_id",
                               "span_id", "ttft_ms", "simulated", "\"client\":", "events", "request_id"}) {
        CAPTURE(member);
        CHECK_FALSE(has(line, member));
    }
    CHECK(has(line, "\"code\":\"key_missing\",\"fault\":\"client\""));
    CHECK(has(line, "\"endpoint\":\"none\""));
    CHECK(has(line, "\"time\":\"1970-01-01T00:00:00.000Z\""));
}

TEST_CASE("an answer of a simulated engine says so") {
    const auto snapshot = meter::sample::snapshot();
    auto record = meter::sample::record();
    record.is_simulated = true;
    CHECK(has(line_of(record, *snapshot), "\"simulated\":true"));
}

TEST_CASE("names are escaped, of the snapshot in use and of an older one") {
    const auto snapshot = meter::sample::snapshot();
    snapshot->tenants[1].path = "a\"b\\c\n서울";
    snapshot->models[0].name = "m\x1b[31m";
    snapshot->upstreams[1].name = "\xff";
    auto record = meter::sample::record();
    record.served_name = "s\"";
    const std::string in_use = line_of(record, *snapshot, {"key\"\n", "::1%\x7f", {}});
    CHECK(has(in_use, "\"tenant\":\"a\\\"b\\\\c\\n서울\""));
    CHECK(has(in_use, "\"model\":\"m\\u001b[31m\""));
    CHECK(has(in_use, "\"upstream\":\"\\ufffd\""));
    CHECK(has(in_use, "\"served\":\"s\\\"\""));
    CHECK(has(in_use, "\"client\":\"::1%?\""));
    AccessLog other;
    other.use(*meter::sample::snapshot(2));
    std::string older;
    other.append_line(older, record, *snapshot, {"key\"\n", "::1%\x7f", {}});
    CHECK(older == in_use);
}

TEST_CASE("the longest line fits the room made for it") {
    const auto snapshot = meter::sample::snapshot();
    auto record = meter::sample::record();
    constexpr auto huge = INT64_MIN + 1;
    record.usage = {huge, huge, huge, huge, huge, huge, huge};
    record.total = Duration::max();
    record.time_to_first_token = Duration::max();
    record.bytes_in = record.bytes_out = UINT64_MAX;
    record.events_out = UINT32_MAX;
    record.is_simulated = true;
    record.status = UINT16_MAX;
    record.code = Code::upstream_error_event;
    record.fault = Fault::upstream;
    record.outcome = model::Outcome::upstream_refused;
    record.endpoint = model::Endpoint::audio_transcriptions;
    record.attempts_count = 200;   // more than the record can hold
    record.started = Instant::min() + std::chrono::hours(1);
    for (auto& attempt : record.attempts)
        attempt = {model::UpstreamId{1},
                   model::AttemptEnd::hedge_lost,
                   Code::upstream_error_event,
                   UINT16_MAX,
                   Instant(Duration::zero()),
                   Duration::max(),
                   Duration::max(),
                   true};
    record.started = Instant(Duration::zero());
    const std::string long_text(500, 'x');
    line_of(record, *snapshot, {long_text, long_text, long_text});
}

TEST_CASE("the time is right across seconds and lines do not disturb each other") {
    const auto snapshot = meter::sample::snapshot();
    AccessLog log;
    log.use(*snapshot);
    auto record = meter::sample::record();
    std::string out;
    for (int i = 0; i < 3; ++i) {
        log.append_line(out, record, *snapshot, {});
        record.started_wall += std::chrono::milliseconds(322);
    }
    CHECK(has(out, "04:04:05.678Z"));
    CHECK(has(out, "04:04:06.000Z"));
    CHECK(has(out, "04:04:06.322Z"));
}
