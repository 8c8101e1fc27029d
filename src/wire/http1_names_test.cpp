// Goal: names are recognised whatever their case, and nothing else is.
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "wire/http1.hpp"
#include "wire/http1_chars.hpp"

using namespace gilmok;
using namespace gilmok::wire::http1;

namespace {

constexpr std::array<std::pair<std::string_view, Known>, 48> names{{
    {"Accept", Known::accept},
    {"Accept-Encoding", Known::accept_encoding},
    {"Alt-Svc", Known::alt_svc},
    {"api-key", Known::api_key},
    {"Authorization", Known::authorization},
    {"Connection", Known::connection},
    {"Content-Encoding", Known::content_encoding},
    {"Content-Length", Known::content_length},
    {"Content-Type", Known::content_type},
    {"Cookie", Known::cookie},
    {"Date", Known::date},
    {"endpoint-load-metrics", Known::endpoint_load_metrics},
    {"endpoint-load-metrics-format", Known::endpoint_load_metrics_format},
    {"Expect", Known::expect},
    {"Forwarded", Known::forwarded},
    {"X-Gilmok-Something", Known::gilmok},
    {"X-Gilmok-Class", Known::gilmok_class},
    {"X-Gilmok-Conversation", Known::gilmok_conversation},
    {"X-Gilmok-Simulated", Known::gilmok_simulated},
    {"X-Gilmok-Tag", Known::gilmok_tag},
    {"Host", Known::host},
    {"Idempotency-Key", Known::idempotency_key},
    {"Keep-Alive", Known::keep_alive},
    {"OpenAI-Organization", Known::openai_organization},
    {"OpenAI-Project", Known::openai_project},
    {"Origin", Known::origin},
    {"Proxy-Authorization", Known::proxy_authorization},
    {"Proxy-Authenticate", Known::proxy_authenticate},
    {"Proxy-Connection", Known::proxy_connection},
    {"Retry-After", Known::retry_after},
    {"Server", Known::server},
    {"Set-Cookie", Known::set_cookie},
    {"Strict-Transport-Security", Known::strict_transport_security},
    {"TE", Known::te},
    {"Trailer", Known::trailer},
    {"traceparent", Known::traceparent},
    {"tracestate", Known::tracestate},
    {"Transfer-Encoding", Known::transfer_encoding},
    {"Upgrade", Known::upgrade},
    {"User-Agent", Known::user_agent},
    {"Via", Known::via},
    {"x-api-key", Known::x_api_key},
    {"X-Forwarded-For", Known::x_forwarded_for},
    {"X-Forwarded-Host", Known::x_forwarded_host},
    {"X-Forwarded-Port", Known::x_forwarded_port},
    {"X-Forwarded-Proto", Known::x_forwarded_proto},
    {"X-Real-IP", Known::x_real_ip},
    {"X-Request-Id", Known::x_request_id},
}};
// What an unknown name is: ours where it begins like ours.
Known unknown(std::string_view name) {
    constexpr std::string_view ours = "x-gilmok-";
    return name.size() > ours.size() && lowercase(name).starts_with(ours) ? Known::gilmok : Known::other;
}
static_assert(names.size() == static_cast<std::size_t>(Known::count_) - 1, "a Known lacks its line here");

}   // namespace

TEST_CASE("every known name is recognised in any case, and no name one byte away from it") {
    for (const auto& [name, known] : names) {
        CAPTURE(name);
        CHECK(known_of(name) == known);
        CHECK(known_of(lowercase(name)) == known);
        std::string upper(name);
        for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        CHECK(known_of(upper) == known);
        for (std::size_t at = 0; at < name.size(); ++at) {
            for (const char other : std::string_view("!#$%&'*+-.^_`|~09azAZ")) {
                std::string near(name);
                if (ascii_lower(near[at]) == ascii_lower(other)) continue;
                near[at] = other;
                CHECK(known_of(near) == unknown(near));
            }
        }
        CHECK(known_of(std::string(name) + "x") == unknown(name));
    }
}

TEST_CASE("headers are found by known name and by text, first line first") {
    Headers headers;
    headers.add({"X-A", "1", Known::other});
    headers.add({"Host", "h", Known::host});
    headers.add({"x-a", "2", Known::other});
    CHECK(headers.size() == 3);
    CHECK(headers.find("x-a")->value == "1");
    CHECK(headers.find("x-b") == nullptr);
    CHECK(headers.value(Known::host) == "h");
    CHECK(headers.value(Known::cookie).empty());
    CHECK(headers.find(Known::cookie) == nullptr);
    CHECK(headers.count(Known::other) == 2);
    const Headers copy = headers;
    CHECK(copy.find("X-A")->value == "1");
    headers.clear();
    CHECK(headers.find(Known::host) == nullptr);
}

TEST_CASE("hop-by-hop names are those of RFC 9110 section 7.6.1 and the ones of old") {
    for (const char* name : {"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
                             "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade"})
        CHECK(is_hop_by_hop(known_of(name)));
    for (const char* name : {"Host", "Content-Length", "Authorization", "Via", "X-Other"})
        CHECK_FALSE(is_hop_by_hop(known_of(name)));
}

TEST_CASE("a name is listed only as a whole member") {
    CHECK(is_listed("close", "Close"));
    CHECK(is_listed(" a ,\tX-Thing , b", "x-thing"));
    CHECK_FALSE(is_listed("closed, unclose", "close"));
    CHECK_FALSE(is_listed("", "close"));
    CHECK_FALSE(is_listed("clo se", "close"));
}

TEST_CASE("what is written can be read, and a chunk size is bare hex") {
    std::string out = "GET / HTTP/1.1\r\n";
    append_header(out, "host", "a");
    append_header(out, HeaderName::checked("X-Text"), "a\tb \xec\x95\x88");
    out += "\r\n";
    HeadParser parser(Limits{});
    RequestHead head;
    REQUIRE(parser.parse_request(out, head));
    CHECK(head.headers.find("x-text")->value == "a\tb \xec\x95\x88");
    std::string chunk;
    append_chunk_size(chunk, 0x1aF0);
    CHECK(chunk == "1af0\r\n");
}

TEST_CASE("a parsed line is written the same whether it came so or not") {
    const std::string lines = "a: b\r\nC-d:e\r\nf: \tg h\t \r\ni: \r\nj: k\r\n";
    HeadParser parser(Limits{});
    RequestHead head;
    const std::string text = "GET / HTTP/1.1\r\nhost: h\r\n" + lines + "\r\nbody";
    REQUIRE(parser.parse_request(text, head));
    std::string out;
    for (const Header& line : head.headers) append_header(out, line);
    CHECK(out == "host: h\r\na: b\r\nC-d: e\r\nf: g h\r\ni: \r\nj: k\r\n");
}

TEST_CASE("every status has some reason phrase of legal bytes") {
    for (unsigned status = 100; status < 600; ++status) CHECK_FALSE(reason_phrase(status).empty());
    CHECK(reason_phrase(200) == "OK");
    CHECK(reason_phrase(429) == "Too Many Requests");
    CHECK(reason_phrase(418) == "Client Error");
}

TEST_CASE("names and values end at the same byte whether they are looked at one by one or many at a time") {
    for (unsigned byte = 0; byte < 256; ++byte)
        for (std::size_t at = 0; at < 40; ++at)
            for (const char around : {'a', 'Z', '5', '-', '_', '~'}) {
                std::string text(at + 20, around);
                text[at] = static_cast<char>(byte);
                text.back() = ':';
                const char* const begin = text.data();
                const char* const end = begin + text.size();
                REQUIRE(chars::skip_token(begin, end) == chars::skip(begin, end, chars::token));
                const char* slow = begin;
                while (slow != end && chars::is_value(*slow)) ++slow;
                REQUIRE(chars::skip_value(begin, end) == slow);
            }
    for (const std::string_view short_text : {"", "a", "a:", "\t", "a\tb\x7f"}) {
        const char* const end = short_text.data() + short_text.size();
        CHECK(chars::skip_token(short_text.data(), end) == chars::skip(short_text.data(), end, chars::token));
    }
    const std::string tabs = std::string(50, '\t') + "\r";
    CHECK(chars::skip_value(tabs.data(), tabs.data() + tabs.size()) == tabs.data() + 50);
}
