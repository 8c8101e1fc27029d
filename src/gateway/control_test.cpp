// Goal: what the control loop watches is told once and never hurts an exchange: certificates, spans for a collector.
// Method: a seeded world; the log is read back.
#include <doctest/doctest.h>

#include <algorithm>

#include "base/log.hpp"
#include "gateway/span_sender.hpp"
#include "gateway/test_gate.hpp"
#include "io/test_certificates.hpp"

using namespace gilmok;
using namespace gilmok::gateway;
using namespace std::chrono_literals;

namespace {

std::vector<std::string>& lines() {
    static std::vector<std::string> kept;
    return kept;
}
// Reads the log while it lives.
struct LogEar {
    LogEar() {
        lines().clear();
        log::set_sink([](std::string_view line) { lines().emplace_back(line); });
    }
    ~LogEar() { log::set_sink(nullptr); }
    [[nodiscard]] static std::ptrdiff_t count(std::string_view event) {
        return std::count_if(lines().begin(), lines().end(), [&](const std::string& line) { return has(line, event); });
    }
};

const io::Address collector_address{"10.0.0.9", 4318};
const std::string with_spans = TestGate::toml("[telemetry]\notlp_endpoint = \"http://10.0.0.9:4318/v1/traces\"\n");

std::string short_answer(const std::string&) { return http_answer(R"({"choices":[{"message":{"content":"hi"}}]})"); }

}   // namespace

TEST_CASE("a certificate that cannot be used is told once for each content, and the one before stays") {
    const io::TestAuthority authority;
    const io::TestIdentity first = authority.issue({}), second = authority.issue({});
    TestGate gate;
    REQUIRE(gate.problem == "");
    gate.files.put("/tls/cert.pem", first.certificate_pem);
    gate.files.put("/tls/key.pem", first.key_pem);
    gate.files.put("gilmok.toml",
                   TestGate::toml("[server.tls]\ncertificate = \"/tls/cert.pem\"\nkey = \"/tls/key.pem\"\n"));
    REQUIRE(gate.control->reload("gilmok.toml") == "");
    const auto before = gate.control->setup()->door_tls;
    REQUIRE(before != nullptr);
    const LogEar ear;

    gate.files.put("/tls/cert.pem", second.certificate_pem);   // its key comes later
    gate.world.run_for(5s);
    CHECK(LogEar::count("certificate_refused") == 1);
    CHECK(has(lines().front(), "\"fix\""));
    gate.files.put("/tls/cert.pem", "no certificate");
    gate.world.run_for(5s);
    CHECK(LogEar::count("certificate_refused") == 2);
    CHECK(gate.control->setup()->door_tls == before);
    CHECK(has(gate.control->prometheus(), "gilmok_certificate_failures_total 2\n"));

    gate.files.put("/tls/cert.pem", second.certificate_pem);
    gate.files.put("/tls/key.pem", second.key_pem);
    gate.world.run_for(1s);
    CHECK(LogEar::count("certificate_rotated") == 1);
    CHECK(gate.control->setup()->door_tls != before);
    CHECK(has(gate.control->prometheus(), "gilmok_certificate_expiry_timestamp_seconds "));
}

TEST_CASE("spans reach the collector within two seconds of the exchange") {
    TestGate gate(with_spans);
    REQUIRE(gate.problem == "");
    TestServer upstream(gate.world, gate.upstream, short_answer);
    TestServer collector(gate.world, collector_address, [](const std::string&) { return http_answer("{}"); });
    const auto client = gate.chat(TestGate::fixed_key);
    REQUIRE(gate.run_until([&] { return client->status() == 200; }));
    REQUIRE(gate.run_until([&] { return !collector.requests.empty(); }, 3s));
    gate.world.run_for(3s);
    CHECK(collector.requests.size() == 1);   // nothing to tell, nothing is sent
    const std::string& request = collector.requests.front();
    CHECK(request.starts_with("POST /v1/traces HTTP/1.1\r\nhost: 10.0.0.9:4318\r\n"));
    for (const char* part :
         {"content-type: application/json", "\"service.version\",\"value\":{\"stringValue\":\"9.9.9\"}",
          "\"name\":\"chat chat\"", "\"name\":\"attempt a\"", "\"gilmok.tenant\""})
        CHECK_MESSAGE(has(request, part), part << " is not in " << request);
    CHECK(has(gate.control->prometheus(), "gilmok_spans_sent_total 2\n"));
}

TEST_CASE("a collector that is away costs spans, one warning, and nothing else") {
    TestGate gate(with_spans);
    REQUIRE(gate.problem == "");
    TestServer upstream(gate.world, gate.upstream, short_answer);
    const LogEar ear;
    for (int i = 0; i < 3; ++i) {
        const auto client = gate.chat(TestGate::fixed_key);
        CHECK(gate.run_until([&] { return client->status() == 200; }, 1s));
        gate.world.run_for(15s);
    }
    CHECK(LogEar::count("spans_not_taken") == 1);
    CHECK(has(gate.control->prometheus(), "gilmok_spans_given_up_total 6\n"));
    TestServer collector(gate.world, collector_address, [](const std::string&) { return http_answer("{}"); });
    const auto client = gate.chat(TestGate::fixed_key);
    CHECK(gate.run_until([&] { return !collector.requests.empty(); }, 15s));
    gate.world.run_for(1s);
    CHECK(LogEar::count("spans_taken_again") == 1);
}

TEST_CASE("a collector that refuses or never answers is not waited for beyond its time") {
    TestGate gate(with_spans);
    REQUIRE(gate.problem == "");
    bool is_silent = false;
    TestServer collector(gate.world, collector_address, [&](const std::string&) {
        return is_silent ? std::string() : std::string("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n");
    });
    const std::string span = R"({"traceId":"00","name":"a \"traceId\" in a text"},)";
    REQUIRE(gate.spans.try_push(span + span));
    gate.world.run_for(3s);
    CHECK(gate.control->process().spans_given_up == 2);
    is_silent = true;
    REQUIRE(gate.spans.try_push(span));
    gate.world.run_for(13s);
    CHECK(gate.control->process().spans_given_up == 3);
    CHECK(gate.control->process().spans_sent == 0);
}

TEST_CASE("many spans go in requests of whole spans below their limit, at once and not after a second") {
    const std::string span = R"({"traceId":"00","name":")" + std::string(1000, 'x') + "\"},";
    std::string spans;
    while (spans.size() < 2 * SpanSender::batch_bytes_max) spans += span;
    const std::string_view batch = SpanSender::next_batch(spans);
    CHECK(batch.size() <= SpanSender::batch_bytes_max);
    CHECK(batch.size() % span.size() == 0);
    CHECK(SpanSender::next_batch(span) == span);
    const std::string giant = R"({"traceId":"00","name":")" + std::string(SpanSender::batch_bytes_max, 'x') + "\"},";
    CHECK(SpanSender::next_batch(giant + span) == giant);

    TestGate gate(with_spans);
    REQUIRE(gate.problem == "");
    TestServer collector(gate.world, collector_address, [](const std::string&) { return http_answer("{}"); });
    gate.world.run_for(1100ms);   // just after a look
    REQUIRE(gate.spans.try_push(spans));
    gate.world.run_for(700ms);
    CHECK(collector.requests.size() == 3);
    CHECK(gate.control->process().spans_sent == SpanSender::count_spans(spans));
}
