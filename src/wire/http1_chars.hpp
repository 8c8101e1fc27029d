// Byte classes of HTTP/1.1 (RFC 9110 section 5.6, RFC 9112) and scans over runs of them. Private to http1*.cpp.
// Names and values are scanned many bytes at a time: they are most of a head.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace gilmok::wire::http1::chars {

enum Class : std::uint8_t { token = 1, target = 2, digit = 4, hex = 8, host = 16 };

constexpr bool is_any_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

inline constexpr std::array<std::uint8_t, 256> classes = [] {
    std::array<std::uint8_t, 256> table{};
    for (unsigned byte = 0x21; byte < 0x7F; ++byte) {
        const auto c = static_cast<char>(byte);
        const bool is_digit = c >= '0' && c <= '9';
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        unsigned bits = 0;
        if (is_digit || is_letter || is_any_of(c, "!#$%&'*+-.^_`|~")) bits |= token;
        if (c != '#' && c != '\\') bits |= target;
        if (is_digit) bits |= digit;
        if (is_digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) bits |= hex;
        if (is_digit || is_letter || is_any_of(c, "-._~")) bits |= host;
        table[byte] = static_cast<std::uint8_t>(bits);
    }
    return table;
}();

inline bool is(char c, Class wanted) { return (classes[static_cast<unsigned char>(c)] & wanted) != 0; }
inline bool is_blank(char c) { return c == ' ' || c == '\t'; }
// What may stand in a header value: visible ASCII, SP, HTAB and obs-text.
inline bool is_value(char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F); }

inline const char* skip(const char* at, const char* end, Class wanted) {
    while (at != end && is(*at, wanted)) ++at;
    return at;
}

// skip() for names and methods. Letters, digits and dashes, which names are made of, are told sixteen at a time.
inline const char* skip_token(const char* at, const char* end) {
#if defined(__x86_64__)
    const auto is_at_most = [](__m128i bytes, char most) {
        return _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(most)), bytes);
    };
    while (end - at >= 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i letter = _mm_sub_epi8(_mm_or_si128(block, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
        const __m128i digit = _mm_sub_epi8(block, _mm_set1_epi8('0'));
        const __m128i is_dash = _mm_cmpeq_epi8(block, _mm_set1_epi8('-'));
        const __m128i is_usual = _mm_or_si128(_mm_or_si128(is_at_most(letter, 25), is_at_most(digit, 9)), is_dash);
        const unsigned others = static_cast<unsigned>(_mm_movemask_epi8(is_usual)) ^ 0xffffU;
        if (others != 0) {
            at += std::countr_zero(others);
            if (*at == ':') return at;   // what most names end with
            break;
        }
        at += 16;
    }
#endif
    return skip(at, end, token);
}

// The first byte that may not stand in a value (a tab may), or `end`.
inline const char* skip_value(const char* at, const char* end) {
#if defined(__x86_64__)
    while (end - at >= 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i is_control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
        const __m128i is_delete = _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7f));
        const auto others = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(is_control, is_delete)));
        if (others == 0) {
            at += 16;
            continue;
        }
        at += std::countr_zero(others);
        if (*at != '\t') return at;
        ++at;
    }
#endif
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t tops = ones * 0x80U;
    while (end - at >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        // The top bit of each byte below 0x20 or equal to 0x7F; exact for the lowest such byte, later ones may be echoes.
        const std::uint64_t is_delete = word ^ (ones * 0x7FU);
        const std::uint64_t hits = (((word - ones * 0x20U) & ~word) | ((is_delete - ones) & ~is_delete)) & tops;
        if (hits == 0) {
            at += 8;
            continue;
        }
        if constexpr (std::endian::native == std::endian::little)
            at += std::countr_zero(hits) / 8;
        else
            while (is_value(*at)) ++at;
        if (*at != '\t') return at;
        ++at;
    }
    while (at != end && is_value(*at)) ++at;
    return at;
}

}   // namespace gilmok::wire::http1::chars
