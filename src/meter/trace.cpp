#include "meter/trace.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace gilmok::meter {

namespace {

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
bool is_hex(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return is_hex(c); });
}
bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }
unsigned digit(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

// Sixteen digits, eight at a time: every nibble gets a byte, the lowest in the last.
void write_hex(char* out, std::uint64_t number) {
    constexpr std::uint64_t ones = 0x0101010101010101U;
    for (const unsigned shift : {32U, 0U}) {
        std::uint64_t nibbles = (number >> shift) & 0xffff'ffffU;
        nibbles = (nibbles << 16 | nibbles) & 0x0000ffff0000ffffU;
        nibbles = (nibbles << 8 | nibbles) & 0x00ff00ff00ff00ffU;
        nibbles = (nibbles << 4 | nibbles) & 0x0f0f0f0f0f0f0f0fU;
        const std::uint64_t letters = ((nibbles + 6 * ones) >> 4) & ones;   // 1 where a nibble is ten or more
        const std::uint64_t digits = nibbles + '0' * ones + letters * ('a' - '0' - 10);
        const std::uint64_t in_order = std::endian::native == std::endian::little ? __builtin_bswap64(digits) : digits;
        std::memcpy(out, &in_order, sizeof in_order);
        out += sizeof in_order;
    }
}
// All zeros mean "none" in a traceparent.
std::uint64_t not_zero(std::uint64_t number) { return number != 0 ? number : 1; }

}   // namespace

std::optional<TraceContext> parse_traceparent(std::string_view header) {
    if (header.size() < 55 || header[2] != '-' || header[35] != '-' || header[52] != '-') return std::nullopt;
    const std::string_view version = header.substr(0, 2), trace_id = header.substr(3, 32),
                           span_id = header.substr(36, 16), flags = header.substr(53, 2);
    if (!is_hex(version) || !is_hex(trace_id) || !is_hex(span_id) || !is_hex(flags)) return std::nullopt;
    if (version == "ff" || is_zero(trace_id) || is_zero(span_id)) return std::nullopt;
    // A later version may append fields after a dash; version 00 ends here.
    if (header.size() > 55 && (version == "00" || header[55] != '-')) return std::nullopt;
    TraceContext trace;
    trace_id.copy(trace.trace_id.data(), trace.trace_id.size());
    span_id.copy(trace.span_id.data(), trace.span_id.size());
    trace.is_sampled = (digit(flags[1]) & 1U) != 0;
    return trace;
}

TraceContext make_trace(std::uint64_t random_high, std::uint64_t random_low, std::uint64_t random_span,
                        bool is_sampled) {
    TraceContext trace;
    write_hex(trace.trace_id.data(), random_high);
    write_hex(trace.trace_id.data() + 16, not_zero(random_low));
    write_hex(trace.span_id.data(), not_zero(random_span));
    trace.is_sampled = is_sampled;
    return trace;
}

TraceContext child_of(const TraceContext& parent, std::uint64_t random_span) {
    TraceContext child = parent;
    write_hex(child.span_id.data(), not_zero(random_span));
    return child;
}

bool is_in_sample(const TraceContext& trace, double ratio) {
    if (ratio >= 1.0) return true;
    if (!(ratio > 0.0)) return false;
    // The last 56 bits of a trace id are its random part (Trace Context level 2, section 3.2.2.3).
    std::uint64_t bits = 0;
    for (std::size_t i = 18; i < 32; ++i) bits = bits * 16 + digit(trace.trace_id[i]);
    return static_cast<double>(bits) < ratio * 72'057'594'037'927'936.0;   // 2^56
}

void append_traceparent(std::string& out, const TraceContext& trace) {
    out += "00-";
    out.append(trace.trace_id.data(), trace.trace_id.size());
    out += '-';
    out.append(trace.span_id.data(), trace.span_id.size());
    out += trace.is_sampled ? "-01" : "-00";
}

}   // namespace gilmok::meter
