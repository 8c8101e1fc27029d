// Finding the end of a JSON string, the inner loop of json.hpp: three twins of one contract, so that tests can hold the
// quick ones against the plain one. Internal to wire/.
#pragma once

#include <cstddef>
#include <string_view>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace gilmok::wire::json {

// `at` stands behind the opening quote. `stop` is the closing quote when `is_whole`, else where the string broke (a
// control byte, a bad escape, the end of the text). `is_ascii` is cleared when a byte above 0x7f stands before it.
struct StringEnd {
    const char* stop;
    bool is_whole;
};
using FindStringEnd = StringEnd (*)(const char* at, const char* end, bool& is_ascii);

StringEnd string_end_scalar(const char* at, const char* end, bool& is_ascii);
#if defined(__x86_64__)
StringEnd string_end_sse2(const char* at, const char* end, bool& is_ascii);
StringEnd string_end_avx2(const char* at, const char* end, bool& is_ascii);   // only where has_avx2()
#endif
bool has_avx2();

// The best twin for this machine, chosen when the program starts.
extern FindStringEnd string_end_wide;

// What follows a backslash at `at`: the byte behind the escape, or null when there is no such escape.
const char* escape_end(const char* at, const char* end);

// Where `wanted`, of two bytes or more, stands first, or npos. Looks for its first two bytes, many places at a time:
// memmem() takes a step for every byte.
std::size_t find_text(std::string_view text, std::string_view wanted);
#if defined(__x86_64__)
std::size_t find_text_sse2(std::string_view text, std::string_view wanted);
std::size_t find_text_avx2(std::string_view text, std::string_view wanted);   // only where has_avx2()
#endif

bool is_utf8(std::string_view text);
// The same, byte by byte; `valid_bytes` says where the first wrong sequence stands.
bool is_utf8_scalar(std::string_view text, std::size_t& valid_bytes);

// Byte by byte: the oracle.
struct ScalarKernel {
    static StringEnd string_end(const char* at, const char* end, bool& is_ascii) {
        return string_end_scalar(at, end, is_ascii);
    }
    static const char* short_end(const char*, const char*) { return nullptr; }
    static StringEnd long_end(const char* at, const char* end, bool& is_ascii) { return string_end(at, end, is_ascii); }
    static const char* space_end(const char* at, const char* end) {
        while (at != end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) ++at;
        return at;
    }
    static bool is_text(std::string_view text) {
        std::size_t valid_bytes = 0;
        return is_utf8_scalar(text, valid_bytes);
    }
};

#if defined(__x86_64__)
// One bit for each of 16 bytes that ends a run of plain text: a quote, a backslash or a control byte. With bit 1 turned
// over the quote stands right above the control bytes and nothing else comes to stand there, so one comparison finds both.
inline unsigned special_bytes(__m128i block) {
    const __m128i turned = _mm_xor_si128(block, _mm_set1_epi8(0x02));
    const __m128i is_low = _mm_cmpeq_epi8(_mm_min_epu8(turned, _mm_set1_epi8(0x20)), turned);
    const __m128i is_backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(is_low, is_backslash)));
}
#endif

// What runs. Most strings of a request are member names and short words: one or two 16-byte looks in line, and a call only for
// what is longer.
struct FastKernel {
    // The closing quote of a string of at most 31 bytes, all of them plain ASCII; else null, which says nothing.
    [[gnu::always_inline]] static const char* short_end(const char* at, const char* end) {
#if defined(__x86_64__)
        if (end - at < 16) return nullptr;
        __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        unsigned special = special_bytes(block);
        if (special == 0) {
            if (end - at < 32 || _mm_movemask_epi8(block) != 0) return nullptr;
            at += 16;
            block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
            special = special_bytes(block);
            if (special == 0) return nullptr;
        }
        const unsigned to_first = special ^ (special - 1);
        if ((static_cast<unsigned>(_mm_movemask_epi8(block)) & to_first) != 0) return nullptr;
        const char* const stop = at + __builtin_ctz(special);
        return *stop == '"' ? stop : nullptr;
#else
        static_cast<void>(at), static_cast<void>(end);
        return nullptr;
#endif
    }
    static StringEnd long_end(const char* at, const char* end, bool& is_ascii) {
        return string_end_wide(at, end, is_ascii);
    }
    static StringEnd string_end(const char* at, const char* end, bool& is_ascii) {
        const char* const stop = short_end(at, end);
        return stop != nullptr ? StringEnd{stop, true} : long_end(at, end, is_ascii);
    }
    static const char* space_end(const char* at, const char* end) {
        if (at == end || static_cast<unsigned char>(*at) > ' ') return at;
        const char* const rest = at + 1;
        if (rest == end || static_cast<unsigned char>(*rest) > ' ') return ScalarKernel::space_end(at, rest);
        return space_run_end(at, end);
    }
    static bool is_text(std::string_view text) { return is_utf8(text); }

private:
    static const char* space_run_end(const char* at, const char* end);
};

}   // namespace gilmok::wire::json
