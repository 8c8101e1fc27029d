// Goal: every warning of a budget reaches the receiver signed, however long it takes, and nothing waits for it.
#include "gateway/webhook.hpp"

#include <doctest/doctest.h>

#include "gateway/test_gate.hpp"

using namespace gilmok;
using namespace gilmok::gateway;
using namespace std::chrono_literals;

namespace {

const io::Address receiver_address{"10.0.0.8", 9000};

config::Webhook settings() {
    config::Webhook webhook;
    webhook.url = "http://10.0.0.8:9000/hooks/gilmok";
    webhook.secret = Secret("webhook-secret-0123456789");
    return webhook;
}

admit::Warning warning_of(std::string tenant) {
    admit::Warning warning;
    warning.tenant = std::move(tenant);
    warning.kind = admit::LimitKind::money_month;
    warning.threshold_ppm = 800'000;
    warning.used_pico = 81 * pico_per_unit;
    warning.limit_pico = 100 * pico_per_unit;
    warning.at = *parse_rfc3339("2026-11-21T04:05:06Z");
    warning.period_begin = *parse_rfc3339("2026-11-01");
    return warning;
}

const Currency krw{{'K', 'R', 'W'}};

std::string header_of(const std::string& request, const std::string& name) {
    const std::size_t at = request.find(name + ": ");
    return at == std::string::npos ? std::string()
                                   : request.substr(at + name.size() + 2, request.find("\r\n", at) - at - name.size() - 2);
}
std::string body_of(const std::string& request) { return request.substr(request.find("\r\n\r\n") + 4); }

}   // namespace

TEST_CASE("the signature is HMAC-SHA256 of the body, as RFC 4231 has it") {
    // Test case 2 of RFC 4231.
    CHECK(Webhook::signature("Jefe", "what do ya want for nothing?") ==
          "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("a warning is posted signed, with what its reader needs") {
    io::sim::World world{3};
    io::sim::SimFiles files;
    TestServer receiver(world, receiver_address, [](const std::string&) { return http_answer("{}"); });
    Webhook webhook({world, files, nullptr});
    webhook.use(settings());
    webhook.warn(warning_of("acme/research"), krw);
    world.run_until(world.now() + 5s, [&] { return !receiver.requests.empty() && webhook.waiting() == 0; });
    REQUIRE(receiver.requests.size() == 1);
    const std::string& request = receiver.requests.front();
    CHECK(request.starts_with("POST /hooks/gilmok HTTP/1.1\r\n"));
    const std::string body = body_of(request);
    CHECK(header_of(request, "x-gilmok-signature") == Webhook::signature("webhook-secret-0123456789", body));
    for (const char* part : {R"("tenant":"acme/research")", R"("budget":"money_month")", R"("threshold_ppm":800000)", R"("used":"81")",
                             R"("limit":"100")", R"("unit":"KRW")", R"("at":"2026-11-21T04:05:06.000Z")"})
        CHECK(has(body, part));
}

TEST_CASE("what is not taken is sent again until it is, in order; without a url nothing is kept") {
    io::sim::World world{4};
    io::sim::SimFiles files;
    int refusals = 3;
    TestServer receiver(world, receiver_address, [&](const std::string&) {
        return refusals-- > 0 ? std::string("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n") : http_answer("{}");
    });
    Webhook webhook({world, files, nullptr});
    webhook.use(settings());
    webhook.warn(warning_of("first"), krw);
    webhook.warn(warning_of("second"), krw);
    world.run_until(world.now() + 120s, [&] { return webhook.waiting() == 0; });
    REQUIRE(receiver.requests.size() == 5);
    for (std::size_t i = 0; i < 4; ++i) CHECK(body_of(receiver.requests[i]) == body_of(receiver.requests[0]));
    CHECK(has(receiver.requests[4], "second"));
    webhook.use({});
    webhook.warn(warning_of("third"), krw);
    CHECK(webhook.waiting() == 0);
}

TEST_CASE("a receiver that never answers costs a bounded memory") {
    io::sim::World world{5};
    io::sim::SimFiles files;
    Webhook webhook({world, files, nullptr});
    webhook.use(settings());
    for (std::size_t i = 0; i < Webhook::waiting_max + 50; ++i) webhook.warn(warning_of("t"), krw);
    CHECK(webhook.waiting() == Webhook::waiting_max);
    world.run_for(60s);
    CHECK(webhook.waiting() == Webhook::waiting_max);
    world.run_for(std::chrono::hours(49));
    CHECK(webhook.waiting() < Webhook::waiting_max);   // each is given up after a day
}
