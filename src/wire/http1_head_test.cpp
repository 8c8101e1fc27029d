// Goal: a head is read as RFC 9112 says or refused, and how the network cut it never matters.
// Method: every case is fed whole and at every split point, and byte by byte; all must agree.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "wire/http1.hpp"

using namespace gilmok;
using namespace gilmok::wire::http1;

namespace {

std::string show(const Headers& headers) {
    std::string out;
    for (const Header& line : headers) out.append(line.name).append("=").append(line.value).append(";");
    return out;
}

std::string show(const RequestHead& head) {
    return std::string(head.method_text) + " " + std::string(head.path) + " ?" + std::string(head.query) + " 1." +
           std::to_string(head.version_minor) + " keep=" + std::to_string(head.keep_alive) +
           " expect=" + std::to_string(head.expects_continue) +
           " framing=" + std::to_string(static_cast<int>(head.framing)) + ":" + std::to_string(head.content_length) +
           " " + show(head.headers);
}

std::string show(const ResponseHead& head) {
    return std::to_string(head.status) + " [" + std::string(head.reason) + "] 1." + std::to_string(head.version_minor) +
           " keep=" + std::to_string(head.keep_alive) + " framing=" + std::to_string(static_cast<int>(head.framing)) +
           ":" + std::to_string(head.content_length) + " " + show(head.headers);
}

Result<HeadParser::State> step(HeadParser& parser, std::string_view bytes, RequestHead& head, bool) {
    return parser.parse_request(bytes, head);
}
Result<HeadParser::State> step(HeadParser& parser, std::string_view bytes, ResponseHead& head, bool to_head_request) {
    return parser.parse_response(bytes, to_head_request, head);
}

// Feeds prefixes of `bytes` that end at each of `cuts`, each in a fresh buffer; returns what came of it in one line.
template <class Head>
std::string feed(std::string_view bytes, const std::vector<std::size_t>& cuts, const Limits& limits,
                 bool to_head_request) {
    HeadParser parser(limits);
    Head head;
    for (const std::size_t cut : cuts) {
        const std::string buffer(bytes.substr(0, cut));
        const auto state = step(parser, buffer, head, to_head_request);
        if (!state)
            return "refused " + std::string(name_of(state.error().code)) + ": " + std::string(state.error().detail);
        if (*state == HeadParser::State::done)
            return "done " + std::to_string(parser.bytes_consumed()) + " " + show(head);
    }
    return "needs more";
}

template <class Head>
std::string feed_every_way(std::string_view bytes, const Limits& limits, bool to_head_request = false) {
    const std::string whole = feed<Head>(bytes, {bytes.size()}, limits, to_head_request);
    std::vector<std::size_t> all;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        all.push_back(cut);
        if (bytes.size() > 3000) continue;
        const std::string in_two = feed<Head>(bytes, {cut, bytes.size()}, limits, to_head_request);
        if (in_two != whole) return "cut at " + std::to_string(cut) + ": " + in_two + " but whole: " + whole;
    }
    const std::string in_bytes = feed<Head>(bytes, all, limits, to_head_request);
    return in_bytes == whole ? whole : "byte by byte: " + in_bytes + " but whole: " + whole;
}

std::string request(std::string_view bytes, const Limits& limits = {}) {
    return feed_every_way<RequestHead>(bytes, limits);
}
std::string response(std::string_view bytes, bool to_head_request = false) {
    return feed_every_way<ResponseHead>(bytes, {}, to_head_request);
}
std::string with_lines(std::string_view lines) {
    return request("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n");
}

bool refused(const std::string& outcome, std::string_view code) {
    const bool is_refused = outcome.starts_with("refused " + std::string(code) + ": ");
    if (!is_refused) MESSAGE(outcome);
    return is_refused;
}
bool accepted(const std::string& outcome) {
    if (!outcome.starts_with("done ")) MESSAGE(outcome);
    return outcome.starts_with("done ");
}

}  // namespace

TEST_CASE("a request head is read into its parts") {
    CHECK(
        request(
            "POST /v1/chat/completions?a=1&b=?2 HTTP/1.1\r\nHost: api.example.com\r\nContent-Type:application/json\r\n"
            "Content-Length:  12 \t\r\nX-Empty:\r\n\r\nhello") ==
        "done 134 POST /v1/chat/completions ?a=1&b=?2 1.1 keep=1 expect=0 framing=1:12 "
        "Host=api.example.com;Content-Type=application/json;Content-Length=12;X-Empty=;");
    CHECK(request("GET / HTTP/1.0\r\n\r\n") == "done 18 GET / ? 1.0 keep=0 expect=0 framing=0:0 ");
}

TEST_CASE("a response head is read into its parts") {
    CHECK(response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") ==
          "done 38 200 [OK] 1.1 keep=1 framing=1:5 Content-Length=5;");
    CHECK(response("HTTP/1.1 503 \r\n\r\n") == "done 17 503 [] 1.1 keep=0 framing=3:0 ");
    CHECK(response("HTTP/1.1 503\r\n\r\n") == "done 16 503 [] 1.1 keep=0 framing=3:0 ");
}

TEST_CASE("a request line is exactly method, origin-form target and version") {
    const auto line = [](std::string_view text) { return request(std::string(text) + "\r\nHost: a\r\n\r\n"); };
    CHECK(accepted(line("PATCH /a%20b;c=d/../e?x=1&y=%zz HTTP/1.1")));
    CHECK(accepted(line("M-SEARCH / HTTP/1.1")));
    for (const char* bad : {"GET  / HTTP/1.1",
                            "GET /  HTTP/1.1",
                            " GET / HTTP/1.1",
                            "GET / HTTP/1.1 ",
                            "GET\t/ HTTP/1.1",
                            "GET /",
                            "GET / ",
                            "/ HTTP/1.1",
                            "GET http://a/ HTTP/1.1",
                            "OPTIONS * HTTP/1.1",
                            "GET a:80 HTTP/1.1",
                            "G@T / HTTP/1.1",
                            "G:T / HTTP/1.1",
                            "GET /a#b HTTP/1.1",
                            "GET /a\\b HTTP/1.1",
                            "GET /\x7f HTTP/1.1",
                            "GET /\xc3\xa9 HTTP/1.1",
                            "GET /\x01 HTTP/1.1",
                            "GET / http/1.1",
                            "GET / HTTP/1.10",
                            "GET / HTTP/1,1",
                            "GET / HTTPS/1.1",
                            "GET / HTTP/1.",
                            "GET / HTTP /1.1",
                            "GET / HTTP/x.1",
                            "GET / HTTP/1.x",
                            "\xef\xbb\xbfGET / HTTP/1.1"}) {
        CAPTURE(bad);
        CHECK(refused(line(bad), "bad_head"));
    }
    CHECK(refused(request(std::string("GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n", 31)), "bad_head"));
    CHECK(refused(line("CONNECT a:443 HTTP/1.1"), "upgrade_refused"));
    CHECK(refused(line("PRI * HTTP/2.0"), "bad_head"));
    for (const char* other : {"GET / HTTP/2.0", "GET / HTTP/1.2", "GET / HTTP/0.9", "GET / HTTP/3"})
        CHECK(refused(line(other), "version_unsupported"));
}

TEST_CASE("a method has at most 16 bytes") {
    CHECK(accepted(request("ABCDEFGHIJKLMNOP / HTTP/1.1\r\nHost: a\r\n\r\n")));
    CHECK(refused(request("ABCDEFGHIJKLMNOPQ / HTTP/1.1\r\nHost: a\r\n\r\n"), "bad_head"));
}

TEST_CASE("methods are recognised in capitals only") {
    const auto method = [](std::string_view text) {
        HeadParser parser(Limits{});
        RequestHead head;
        const std::string bytes = std::string(text) + " / HTTP/1.1\r\nHost: a\r\n\r\n";
        const auto state = parser.parse_request(bytes, head);
        REQUIRE(state);
        return head.method;
    };
    CHECK(method("GET") == Method::get);
    CHECK(method("HEAD") == Method::head);
    CHECK(method("POST") == Method::post);
    CHECK(method("PUT") == Method::put);
    CHECK(method("PATCH") == Method::patch);
    CHECK(method("DELETE") == Method::delete_);
    CHECK(method("OPTIONS") == Method::options);
    CHECK(method("get") == Method::other);
    CHECK(method("TRACE") == Method::other);
}

TEST_CASE("up to two empty lines before a request are skipped, and only CRLF ones") {
    CHECK(accepted(request("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")));
    CHECK(refused(request("\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), "bad_head"));
    CHECK(refused(request("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), "bad_head"));
    CHECK(refused(request("\r\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"), "bad_head"));
    CHECK(refused(response("\r\nHTTP/1.1 200 OK\r\n\r\n"), "upstream_protocol"));
}

TEST_CASE("only CRLF ends a line of a head") {
    CHECK(refused(request("GET / HTTP/1.1\nHost: a\r\n\r\n"), "bad_head"));
    CHECK(refused(request("GET / HTTP/1.1\r\nHost: a\n\r\n"), "bad_head"));
    CHECK(refused(request("GET / HTTP/1.1\r\nHost: a\r\n\n"), "bad_head"));
    CHECK(refused(request("GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n"), "bad_head"));
    CHECK(refused(request("GET / HTTP/1.1\r\nHost: a\r\n\rX: y\r\n\r\n"), "bad_head"));
    CHECK(refused(request("GET / HTTP/1.1\rHost: a\r\n\r\n"), "bad_head"));
    CHECK(refused(request("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n"), "bad_head"));
    CHECK(refused(request("GET /\r\nHost: a\r\n\r\n"), "bad_head"));
    CHECK(refused(with_lines("X: a\nTransfer-Encoding: chunked\r\n"), "bad_head"));
}

TEST_CASE("a header line is a token, a colon at once, and a value without control bytes") {
    CHECK(accepted(with_lines("X_under.score!#$%&'*+-^`|~: \xec\x95\x88\tok\r\n")));
    for (const char* bad : {": v\r\n", "X : v\r\n", "X\t: v\r\n", " X: v\r\n", "\tX: v\r\n", "X: a\r\n b\r\n",
                            "X: a\r\n\tb\r\n", "X\r\n", "X y: v\r\n", "X(y): v\r\n", "X\xc3\xa9: v\r\n", "X: a\x01\r\n",
                            "X: a\x7f\r\n", "X: a\x0c\r\n", "X: a\x0b\r\n", "\"X\": v\r\n", "X: 12345678\x1fz\r\n"}) {
        CAPTURE(bad);
        CHECK(refused(with_lines(bad), "bad_head"));
    }
    CHECK(refused(with_lines(std::string_view("X: a\0b\r\n", 8)), "bad_head"));
    CHECK(refused(with_lines(std::string_view("X\0: a\r\n", 7)), "bad_head"));
    CHECK(refused(request("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), "bad_head"));
}

TEST_CASE("every control byte is found at every place of a value") {
    for (int control = 0; control < 256; ++control) {
        const char byte = static_cast<char>(control);
        const bool is_legal = control == '\t' || (control >= 0x20 && control != 0x7F);
        if (byte == '\r' || byte == '\n') continue;
        for (std::size_t at = 0; at < 20; ++at) {
            std::string value(20, '\xff');
            value[at] = byte;
            HeadParser parser(Limits{});
            RequestHead head;
            const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\nX: " + value + "\r\n\r\n";
            const auto state = parser.parse_request(bytes, head);
            REQUIRE(state.has_value() == is_legal);
            const bool is_trimmed = (byte == ' ' || byte == '\t') && (at == 0 || at == 19);
            if (is_legal) REQUIRE(head.headers.find("x")->value.size() == (is_trimmed ? 19U : 20U));
        }
    }
}

TEST_CASE("Content-Length is one line of digits") {
    CHECK(with_lines("Content-Length: 18446744073709551615\r\n").find("framing=1:18446744073709551615 ") !=
          std::string::npos);
    CHECK(with_lines("Content-Length: 0\r\n").find("framing=1:0 ") != std::string::npos);
    for (const char* bad : {"", "+1", "-1", "1 1", "0x1", "1,1", "1, 1", "1.0", "1e3", "18446744073709551616",
                            "99999999999999999999", "1\t1", "1_0", "\"1\"", "\xb9"}) {
        CAPTURE(bad);
        CHECK(refused(with_lines("Content-Length: " + std::string(bad) + "\r\n"), "bad_framing"));
        CHECK(refused(response("HTTP/1.1 200 OK\r\nContent-Length: " + std::string(bad) + "\r\n\r\n"),
                      "upstream_protocol"));
    }
    CHECK(refused(with_lines("Content-Length: 1\r\nContent-Length: 2\r\n"), "bad_framing"));
    CHECK(refused(with_lines("Content-Length: 1\r\ncontent-length: 1\r\n"), "bad_framing"));
    CHECK(refused(response("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n"), "upstream_protocol"));
}

TEST_CASE("Transfer-Encoding is one line that says chunked, in HTTP/1.1, without Content-Length") {
    CHECK(with_lines("Transfer-Encoding: ChunkeD\r\n").find("framing=2:0 ") != std::string::npos);
    for (const char* bad :
         {"", "identity", "gzip, chunked", "chunked, chunked", "chunked, identity", "chunked;q=1", "xchunked",
          "chunked,", ",chunked", "\"chunked\"", "chunk", "'chunked'", "chunked\tx", "x\tchunked"}) {
        CAPTURE(bad);
        CHECK(refused(with_lines("Transfer-Encoding: " + std::string(bad) + "\r\n"), "bad_framing"));
        CHECK(refused(response("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + std::string(bad) + "\r\n\r\n"),
                      "upstream_protocol"));
    }
    CHECK(refused(with_lines("Transfer-Encoding: \x0b"
                             "chunked\r\n"),
                  "bad_head"));
    CHECK(refused(with_lines("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), "bad_framing"));
    CHECK(refused(with_lines("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), "bad_framing"));
    CHECK(refused(with_lines("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"), "bad_framing"));
    CHECK(refused(with_lines("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"), "bad_framing"));
    CHECK(refused(request("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), "bad_framing"));
    CHECK(refused(response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"),
                  "upstream_protocol"));
    CHECK(refused(response("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), "upstream_protocol"));
}

TEST_CASE("any method may have a body by its framing, none has one without") {
    CHECK(request("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc").find("framing=1:3 ") !=
          std::string::npos);
    CHECK(request("POST / HTTP/1.1\r\nHost: a\r\n\r\n").find("framing=0:0 ") != std::string::npos);
    CHECK(request("POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc").find("framing=1:3 ") != std::string::npos);
}

TEST_CASE("HTTP/1.1 needs one Host with legal bytes, HTTP/1.0 at most one") {
    const auto host = [](std::string_view value) {
        return request("GET / HTTP/1.1\r\nHost: " + std::string(value) + "\r\n\r\n");
    };
    for (const char* good : {"a", "api.example.com", "a_b.c~d-e:8080", "127.0.0.1:1", "[::1]", "[fe80::1]:443",
                             "[::ffff:1.2.3.4]", "a:", "a:65535"}) {
        CAPTURE(good);
        CHECK(accepted(host(good)));
    }
    for (const char* bad :
         {"",        "a,b",  "a b", "a@b", "a/b",    "a?b",   "a#b",  ":80",  "a:b", "a:65536", "a:000080",
          "a:80:80", "[::1", "::1", "[]",  "[::1]a", "[g::]", "a%00", "a\\b", "<a>", "a;b",     "\xc3\xa9"}) {
        CAPTURE(bad);
        CHECK(refused(host(bad), "bad_head"));
    }
    CHECK(refused(request("GET / HTTP/1.1\r\n\r\n"), "bad_head"));
    CHECK(refused(request("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), "bad_head"));
    CHECK(refused(request("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"), "bad_head"));
    CHECK(refused(request("GET / HTTP/1.0\r\nHost: \r\n\r\n"), "bad_head"));
    CHECK(accepted(request("GET / HTTP/1.0\r\nHost: a\r\n\r\n")));
}

TEST_CASE("the connection is kept as version and Connection say") {
    const auto keeps = [](std::string_view version, std::string_view lines) {
        return request("GET / HTTP/" + std::string(version) + "\r\nHost: a\r\n" + std::string(lines) + "\r\n")
                   .find(" keep=1 ") != std::string::npos;
    };
    CHECK(keeps("1.1", ""));
    CHECK(keeps("1.1", "Connection: keep-alive\r\n"));
    CHECK(keeps("1.1", "Connection: closed\r\n"));
    CHECK_FALSE(keeps("1.1", "Connection: Close\r\n"));
    CHECK_FALSE(keeps("1.1", "Connection: te, \tclose\r\n"));
    CHECK_FALSE(keeps("1.1", "Connection: te\r\nConnection: ,close,\r\n"));
    CHECK_FALSE(keeps("1.1", "Connection: keep-alive, close\r\n"));
    CHECK_FALSE(keeps("1.0", ""));
    CHECK(keeps("1.0", "Connection: Keep-Alive\r\n"));
    CHECK_FALSE(keeps("1.0", "Connection: keep-alive\r\nConnection: close\r\n"));
    CHECK(response("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n").find("keep=1") !=
          std::string::npos);
    CHECK(response("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").find("keep=0") != std::string::npos);
}

TEST_CASE("100-continue is the only expectation, and Upgrade is refused") {
    CHECK(with_lines("Expect: 100-Continue\r\n").find("expect=1") != std::string::npos);
    CHECK(request("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").find("expect=0") != std::string::npos);
    CHECK(refused(with_lines("Expect: 100-continue, x\r\n"), "expectation_failed"));
    CHECK(refused(with_lines("Expect: \r\n"), "expectation_failed"));
    CHECK(refused(with_lines("Expect: 100-continue\r\nExpect: 100-continue\r\n"), "expectation_failed"));
    CHECK(refused(with_lines("Upgrade: h2c\r\nConnection: Upgrade\r\n"), "upgrade_refused"));
    CHECK(refused(with_lines("Upgrade:\r\n"), "upgrade_refused"));
}

TEST_CASE("limits hold to the byte") {
    const std::string small = "GET /345678 HTTP/1.1\r\nHost: a\r\n\r\n";
    CHECK(accepted(request(small, {.head_bytes_max = static_cast<std::uint32_t>(small.size())})));
    CHECK(
        refused(request(small, {.head_bytes_max = static_cast<std::uint32_t>(small.size()) - 1}), "headers_too_large"));
    CHECK(accepted(request(small, {.target_bytes_max = 7})));
    CHECK(refused(request(small, {.target_bytes_max = 6}), "uri_too_long"));
    CHECK(accepted(request(small, {.headers_max = 1})));
    CHECK(refused(request(small, {.headers_max = 0}), "headers_too_large"));
    std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (std::size_t line = 1; line < headers_stored_max; ++line) many += "x:\r\n";
    CHECK(accepted(request(many + "\r\n", {.headers_max = 1000})));
    CHECK(refused(request(many + "x:\r\n\r\n", {.headers_max = 1000}), "headers_too_large"));
    CHECK(refused(request("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(40000, 'x')), "headers_too_large"));
    CHECK(refused(request("GET /" + std::string(9000, 'x')), "uri_too_long"));
    CHECK(request("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(10000, 'x')) == "needs more");
}

TEST_CASE("a response line is a version, three digits and maybe a reason") {
    CHECK(accepted(response("HTTP/1.1 599 \xec\x95\x88\t!\r\n\r\n")));
    for (const char* bad : {"HTTP/1.1 99 OK", "HTTP/1.1 099 OK", "HTTP/1.1 600 OK", "HTTP/1.1 2000 OK",
                            "HTTP/1.1  200 OK", "HTTP/1.1 +20 OK", "HTTP/1.1\t200 OK", "HTTP/1.1 200\tOK",
                            "HTTP/2 200 OK", "HTTP/1.2 200 OK", "http/1.1 200 OK", "ICY 200 OK", "HTTP/1.1",
                            "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 200 a\x01", "HTTP/1.1 200OK", "<html>"}) {
        CAPTURE(bad);
        CHECK(refused(response(std::string(bad) + "\r\n\r\n"), "upstream_protocol"));
    }
    CHECK(refused(response("HTTP/1.1 200 OK\nX: y\r\n\r\n"), "upstream_protocol"));
    CHECK(refused(response("HTTP/1.1 200 O\rK\r\nX: y\r\n\r\n"), "upstream_protocol"));
    CHECK(refused(response("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"), "upstream_protocol"));
}

TEST_CASE("the framing of a response follows its status and its request") {
    CHECK(response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").find("keep=1 framing=2:0") !=
          std::string::npos);
    CHECK(response("HTTP/1.1 200 OK\r\n\r\n").find("keep=0 framing=3:0") != std::string::npos);
    CHECK(response("HTTP/1.1 204 No Content\r\n\r\n").find("keep=1 framing=0:0") != std::string::npos);
    CHECK(response("HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n").find("framing=0:7") != std::string::npos);
    CHECK(response("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n").find("keep=1 framing=0:7") !=
          std::string::npos);
    CHECK(response("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n").find("framing=0:0") !=
          std::string::npos);
    CHECK(response("HTTP/1.1 100 Continue\r\n\r\n").find("keep=1 framing=0:0") != std::string::npos);
    CHECK(response("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", true).find("keep=1 framing=0:7") !=
          std::string::npos);
    CHECK(response("HTTP/1.1 200 OK\r\n\r\n", true).find("keep=1 framing=0:0") != std::string::npos);
    CHECK(refused(response("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"), "upstream_protocol"));
    CHECK(refused(response("HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n"), "upstream_protocol"));
}

TEST_CASE("one parser reads pipelined heads one after the other") {
    const std::string bytes = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: b\r\n\r\n";
    HeadParser parser(Limits{});
    RequestHead head;
    REQUIRE(parser.parse_request(bytes, head));
    CHECK(head.path == "/1");
    const std::string_view rest = std::string_view(bytes).substr(parser.bytes_consumed());
    parser.reset();
    REQUIRE(parser.parse_request(rest, head));
    CHECK(head.path == "/2");
    CHECK(head.headers.size() == 1);
    CHECK(head.headers.value(Known::host) == "b");
}
