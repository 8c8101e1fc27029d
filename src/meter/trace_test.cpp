// Goal: traceparent as W3C Trace Context says, wrong ones ignored rather than mended.
#include "meter/trace.hpp"

#include <doctest/doctest.h>

using namespace gilmok::meter;

namespace {

constexpr std::string_view good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::string text_of(const TraceContext& trace) {
    std::string out;
    append_traceparent(out, trace);
    return out;
}

std::string with(std::size_t at, char c) {
    std::string text(good);
    text[at] = c;
    return text;
}

}   // namespace

TEST_CASE("a good traceparent is read and written back") {
    const auto trace = parse_traceparent(good);
    REQUIRE(trace.has_value());
    CHECK(trace->is_sampled);
    CHECK(text_of(*trace) == good);
    CHECK_FALSE(parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")->is_sampled);
    CHECK(parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03")->is_sampled);
}

TEST_CASE("a wrong traceparent is no traceparent") {
    CHECK_FALSE(parse_traceparent("").has_value());
    CHECK_FALSE(parse_traceparent(good.substr(1)).has_value());
    CHECK_FALSE(parse_traceparent(good.substr(0, 54)).has_value());
    CHECK_FALSE(parse_traceparent(std::string(good) + "-").has_value());
    CHECK_FALSE(parse_traceparent(std::string(good) + "-00").has_value());   // version 00 ends after the flags
    for (const std::size_t at : {2U, 35U, 52U}) CHECK_FALSE(parse_traceparent(with(at, '_')).has_value());
    for (const std::size_t at : {0U, 5U, 40U, 54U}) {
        CHECK_FALSE(parse_traceparent(with(at, 'A')).has_value());
        CHECK_FALSE(parse_traceparent(with(at, 'g')).has_value());
        CHECK_FALSE(parse_traceparent(with(at, ' ')).has_value());
    }
    CHECK_FALSE(parse_traceparent("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").has_value());
    CHECK_FALSE(parse_traceparent("00-00000000000000000000000000000000-00f067aa0ba902b7-01").has_value());
    CHECK_FALSE(parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01").has_value());
}

TEST_CASE("a later version may be longer behind a dash") {
    CHECK(
        parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-holds").has_value());
    CHECK(parse_traceparent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").has_value());
    CHECK_FALSE(parse_traceparent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.x").has_value());
}

TEST_CASE("a new trace can be read back even when all random numbers are zero") {
    CHECK(parse_traceparent(text_of(make_trace(0, 0, 0, false))).has_value());
    const auto trace = make_trace(0x0123456789abcdefU, 0xfedcba9876543210U, 42, true);
    CHECK(text_of(trace) == "00-0123456789abcdeffedcba9876543210-000000000000002a-01");
    const auto child = child_of(trace, 0);
    CHECK(text_of(child) == "00-0123456789abcdeffedcba9876543210-0000000000000001-01");
}

TEST_CASE("the sample is decided by the trace id alone") {
    const auto low = make_trace(7, 0, 1, false), high = make_trace(0, ~std::uint64_t{0}, 1, false);
    CHECK(is_in_sample(low, 1.0));
    CHECK(is_in_sample(high, 1.0));
    CHECK_FALSE(is_in_sample(low, 0.0));
    CHECK(is_in_sample(low, 0.01));
    CHECK_FALSE(is_in_sample(high, 0.99));
    CHECK_FALSE(is_in_sample(low, -1.0));
    const auto half = make_trace(0, 0x0080000000000000U, 1, false);
    CHECK_FALSE(is_in_sample(half, 0.5));
    CHECK(is_in_sample(half, 0.51));
}

TEST_CASE("ids of a new trace are the random numbers in hex, whatever their digits") {
    CHECK(text_of(make_trace(0x0123456789abcdef, 0xfedcba9876543210, 0x90a9f00fa9900a9f, true)) ==
          "00-0123456789abcdeffedcba9876543210-90a9f00fa9900a9f-01");
    for (unsigned nibble = 0; nibble < 16; ++nibble)
        for (unsigned place = 0; place < 16; ++place) {
            std::string wanted(16, '0');
            wanted[15 - place] = "0123456789abcdef"[nibble];
            const TraceContext trace = make_trace(std::uint64_t{nibble} << (4 * place), 1, 1, false);
            REQUIRE(std::string(trace.trace_id.data(), 16) == wanted);
        }
}
