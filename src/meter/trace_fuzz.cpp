// Property: a traceparent that is accepted means the same after it was written again; what is written is always accepted.
#include <cstdint>
#include <string>

#include "base/assert.hpp"
#include "meter/trace.hpp"

using namespace gilmok;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto trace = meter::parse_traceparent(text);
    if (!trace) return 0;
    std::string written;
    meter::append_traceparent(written, *trace);
    GILMOK_ASSERT(written.size() == 55);
    const auto again = meter::parse_traceparent(written);
    GILMOK_ASSERT(again.has_value() && again->trace_id == trace->trace_id && again->span_id == trace->span_id);
    GILMOK_ASSERT(again->is_sampled == trace->is_sampled);
    GILMOK_ASSERT(written.substr(3, 49) == text.substr(3, 49));
    return 0;
}
