// W3C Trace Context, level 1 (https://www.w3.org/TR/trace-context/): the traceparent header, read strictly, made anew when
// the caller sent none or a wrong one, and handed to the upstream with a span of our own.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gilmok::meter {

struct TraceContext {
    std::array<char, 32> trace_id{};   // lower-case hex
    std::array<char, 16> span_id{};
    bool is_sampled = false;
};

// Nothing for a header that is malformed, of version ff, or all zeros: the trace then begins here.
[[nodiscard]] std::optional<TraceContext> parse_traceparent(std::string_view header);
// A new trace out of three random numbers.
[[nodiscard]] TraceContext make_trace(std::uint64_t random_high, std::uint64_t random_low, std::uint64_t random_span,
                                      bool is_sampled);
// The same trace, a new span.
[[nodiscard]] TraceContext child_of(const TraceContext& parent, std::uint64_t random_span);
// Whether a trace that began here is sampled; depends on the trace id only, so every hop decides alike.
[[nodiscard]] bool is_in_sample(const TraceContext& trace, double ratio);
// "00-…-…-01", 55 bytes.
void append_traceparent(std::string& out, const TraceContext& trace);

}   // namespace gilmok::meter
