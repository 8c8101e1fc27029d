#include "upstream/request_head.hpp"

#include <doctest/doctest.h>

namespace gilmok::upstream {

namespace {

std::string head_for(std::string_view client_head, const Forwarded& forwarded, std::string_view key = "sk-upstream") {
    const wire::http1::Limits limits;
    wire::http1::HeadParser parser(limits);
    wire::http1::RequestHead head;
    const auto parsed = parser.parse_request(client_head, head);
    REQUIRE((parsed && *parsed == wire::http1::HeadParser::State::done));
    config::Upstream upstream;
    upstream.base_path = "/base/v1";
    upstream.authority = "engine:8000";
    if (!key.empty()) upstream.key = Secret(std::string(key));
    std::string out;
    append_request_head(out, upstream, head, forwarded);
    return out;
}

constexpr Forwarded chat{
    .endpoint = model::Endpoint::chat, .body_bytes = 12, .request_id = "req_1", .traceparent = "00-ours"};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}   // namespace

TEST_CASE("the request line is ours, and the query the client's") {
    const std::string out = head_for("POST /v1/chat/completions?api-version=1 HTTP/1.1\r\nhost: door\r\n\r\n", chat);
    CHECK(out.starts_with("POST /base/v1/chat/completions?api-version=1 HTTP/1.1\r\nhost: engine:8000\r\n"));
    CHECK(has(out, "\r\ncontent-length: 12\r\n"));
    CHECK(has(out, "\r\nx-request-id: req_1\r\n"));
    CHECK(has(out, "\r\ntraceparent: 00-ours\r\n"));
    CHECK(out.ends_with("\r\n\r\n"));
}

TEST_CASE("credentials, addresses, accounts, hops and our own headers of the client stay behind") {
    const std::string out = head_for(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: door\r\nauthorization: Bearer sk-client\r\nx-api-key: "
        "sk-client\r\napi-key: sk-client\r\n"
        "cookie: a=secret\r\nx-forwarded-for: 1.2.3.4\r\nforwarded: for=1.2.3.4\r\nopenai-organization: "
        "org-client\r\nX-Gilmok-Class: O\r\n"
        "connection: keep-alive, x-hop\r\nx-hop: 1\r\nte: trailers\r\ntraceparent: 00-theirs\r\nx-request-id: "
        "theirs\r\naccept-encoding: br\r\n"
        "transfer-encoding: chunked\r\nexpect: 100-continue\r\nendpoint-load-metrics-format: JSON\r\n\r\n",
        chat);
    for (const char* gone : {"sk-client", "secret", "1.2.3.4", "org-client", "gilmok", "x-hop", "trailers", "theirs",
                             "br\r\n", "chunked", "100-continue", "JSON"}) {
        CAPTURE(gone);
        CHECK(!has(out, gone));
    }
    CHECK(has(out, "authorization: Bearer sk-upstream\r\n"));
}

TEST_CASE("what an engine may want of the client is passed") {
    const std::string out = head_for(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: door\r\ncontent-type: application/json\r\nuser-agent: "
        "app/1\r\nidempotency-key: i-1\r\n"
        "tracestate: a=b\r\nx-custom: 1\r\naccept: text/event-stream\r\n\r\n",
        chat, "");
    for (const char* kept : {"content-type: application/json", "user-agent: app/1", "idempotency-key: i-1",
                             "tracestate: a=b", "x-custom: 1", "accept: text/event-stream"}) {
        CAPTURE(kept);
        CHECK(has(out, kept));
    }
    CHECK(!has(out, "authorization"));
}

TEST_CASE("the coding of a body goes with it until it is taken off") {
    constexpr std::string_view head =
        "POST /v1/audio/transcriptions HTTP/1.1\r\nhost: door\r\ncontent-encoding: gzip\r\n\r\n";
    CHECK(has(head_for(head, chat), "content-encoding: gzip\r\n"));
    Forwarded decoded = chat;
    decoded.is_decoded = true;
    CHECK(!has(head_for(head, decoded), "content-encoding"));
}

}   // namespace gilmok::upstream
