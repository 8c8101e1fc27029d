// Goal: every refusal happens, and docs/strict-http.md tells of it.
// Method: one smallest input for each entry of the table of refusals; the three lists must be one.
#include "wire/http1_refusals.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string>

#include "wire/http1.hpp"

using namespace gilmok;
using namespace gilmok::wire::http1;
using namespace gilmok::wire::http1::refusals;

namespace {

enum class Kind : std::uint8_t { request, response, body };

struct Example {
    const Refusal* refusal;
    Kind kind;
    std::string_view bytes;
};

constexpr Limits limits{.head_bytes_max = 60,
                        .target_bytes_max = 20,
                        .headers_max = 4,
                        .chunk_line_bytes_max = 300,
                        .trailer_bytes_max = 20};
constexpr std::string_view long_chunk_line =
    "1;"
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    "xxxxxxxxxxxxxxx"
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    "xxxxxxxxxxxx"
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    "xxxxxxxxxx\r\n";

constexpr std::array examples{
    Example{&empty_lines_many, Kind::request, "\r\n\r\n\r"},
    Example{&method_bad, Kind::request, "G("},
    Example{&method_long, Kind::request, "ABCDEFGHIJKLMNOPQ"},
    Example{&connect, Kind::request, "CONNECT "},
    Example{&target_form, Kind::request, "GET *"},
    Example{&target_bad, Kind::request, "GET /#"},
    Example{&target_long, Kind::request, "GET /23456789012345678901"},
    Example{&version_missing, Kind::request, "GET /\r\n"},
    Example{&version_bad, Kind::request, "GET / http"},
    Example{&version_other, Kind::request, "GET / HTTP/2"},
    Example{&response_late, Kind::response, "\r\nHTTP/1.1 200\r\n\r\n"},
    Example{&status_bad, Kind::response, "HTTP/1.1 6"},
    Example{&reason_bad, Kind::response, "HTTP/1.1 200 \x01"},
    Example{&bare_cr, Kind::request, "GET / HTTP/1.1\r\nHost: a\rb"},
    Example{&bare_lf, Kind::request, "GET / HTTP/1.1\r\nHost: a\n"},
    Example{&folded, Kind::request, "GET / HTTP/1.1\r\nHost: a\r\n b"},
    Example{&name_empty, Kind::request, "GET / HTTP/1.1\r\n: a"},
    Example{&name_space, Kind::request, "GET / HTTP/1.1\r\nHost :"},
    Example{&name_bad, Kind::request, "GET / HTTP/1.1\r\nHo(st"},
    Example{&value_bad, Kind::request, "GET / HTTP/1.1\r\nHost: \x7f"},
    Example{&lines_many, Kind::request, "GET / HTTP/1.1\r\na:\r\na:\r\na:\r\na:\r\na"},
    Example{&head_large, Kind::request, "GET / HTTP/1.1\r\nHost: 34567890123456789012345678901234567890"},
    Example{&host_missing, Kind::request, "GET / HTTP/1.1\r\n\r\n"},
    Example{&host_twice, Kind::request, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
    Example{&host_bad, Kind::request, "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"},
    Example{&upgrade, Kind::request, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: b\r\n\r\n"},
    Example{&expectation, Kind::request, "GET / HTTP/1.1\r\nHost: a\r\nExpect: b\r\n\r\n"},
    Example{&length_twice, Kind::request, "P / HTTP/1.1\r\nContent-Length:1\r\nContent-Length:1\r\n\r\n"},
    Example{&length_bad, Kind::request, "P / HTTP/1.1\r\nContent-Length: +1\r\n\r\n"},
    Example{&coding_twice, Kind::request, "P / HTTP/1.1\r\nTransfer-Encoding:\r\nTransfer-Encoding:\r\n\r\n"},
    Example{&coding_bad, Kind::request, "P / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n"},
    Example{&coding_old, Kind::request, "P / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
    Example{&coding_unasked, Kind::response, "HTTP/1.1 204\r\nTransfer-Encoding: chunked\r\n\r\n"},
    Example{&framed_twice, Kind::request, "P / HTTP/1.1\r\nTransfer-Encoding:\r\nContent-Length:\r\n\r\n"},
    Example{&switching, Kind::response, "HTTP/1.1 101\r\n\r\n"},
    Example{&size_bad, Kind::body, "-"},
    Example{&size_long, Kind::body, "00000000000000001"},
    Example{&size_end_bad, Kind::body, "5 "},
    Example{&size_bare_cr, Kind::body, "5\rx"},
    Example{&chunk_line_long, Kind::body, long_chunk_line},
    Example{&extensions_long, Kind::body, ""},   // built below
    Example{&extension_bad, Kind::body, "5;="},
    Example{&extension_control, Kind::body, "5;a=\"\n"},
    Example{&data_end_bad, Kind::body, "1\r\nxy"},
    Example{&trailer_name_bad, Kind::body, "0\r\n:"},
    Example{&trailer_value_bad, Kind::body, "0\r\nA:\n"},
    Example{&trailer_bare_cr, Kind::body, "0\r\nA:\rB"},
    Example{&end_bare_cr, Kind::body, "0\r\n\rA"},
    Example{&trailer_forbidden, Kind::body, "0\r\nHost:"},
    Example{&trailers_long, Kind::body, "0\r\nA: 3456789012345678901"},
};

std::string bytes_of(const Example& example) {
    if (example.refusal != &extensions_long) return std::string(example.bytes);
    std::string bytes;
    for (int chunk = 0; chunk < 100; ++chunk) bytes += "1;" + std::string(290, 'x') + "\r\nx\r\n";
    return bytes;
}

Error error_of(const Example& example) {
    const std::string bytes = bytes_of(example);
    if (example.kind == Kind::body) {
        BodyReader reader(Framing::chunked, 0, limits);
        for (std::string_view rest = bytes; !rest.empty();) {
            const auto step = reader.feed(rest);
            if (!step) return step.error();
            rest.remove_prefix(step->consumed);
        }
        return {};
    }
    HeadParser parser(limits);
    RequestHead request;
    ResponseHead response;
    const auto state = example.kind == Kind::request ? parser.parse_request(bytes, request)
                                                     : parser.parse_response(bytes, false, response);
    return state ? Error{} : state.error();
}

}   // namespace

TEST_CASE("every refusal has an input that causes it, with its code and fault") {
    for (const Example& example : examples) {
        CAPTURE(example.refusal->detail);
        const Error error = error_of(example);
        CHECK(error.detail == example.refusal->detail);
        CHECK(error.code == (example.kind == Kind::response ? Code::upstream_protocol : example.refusal->code));
        CHECK(error.fault == (example.kind == Kind::response ? Fault::upstream : Fault::client));
    }
    for (const Refusal* refusal : all) {
        CAPTURE(refusal->detail);
        CHECK(std::count_if(examples.begin(), examples.end(),
                            [&](const Example& each) { return each.refusal == refusal; }) == 1);
    }
}

TEST_CASE("docs/strict-http.md has one line for each refusal, with its code") {
    std::ifstream file(GILMOK_SOURCE_DIR "/docs/strict-http.md");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (const Refusal* refusal : all) {
        const std::string line =
            "| " + std::string(refusal->detail) + " | " + std::string(name_of(refusal->code)) + " |";
        CAPTURE(line);
        CHECK(text.find(line) != std::string::npos);
    }
}
