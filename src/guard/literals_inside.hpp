// What the making of a search for fixed texts (literals.cpp) and the search itself (literals_find.cpp) agree on.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "guard/literals.hpp"

namespace gilmok::guard {

namespace literal {

inline unsigned char byte(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }
inline bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
inline bool is_letter(unsigned char c) { return (c | 0x20U) >= 'a' && (c | 0x20U) <= 'z'; }

// Behind the lead byte of a Hangul syllable, which nearly all share; two syllables.
inline constexpr std::array<std::size_t, 4> other_offsets = {1, 2, 4, 5};
inline constexpr std::array<std::size_t, 4> ascii_offsets = {0, 1, 2, 3};
inline constexpr std::size_t ahead_bytes = 5;   // the farthest offset

// The bytes of a fingerprint, out of a key; of a short text those that it has for sure.
template <bool is_ascii>
std::uint32_t print_of(std::uint64_t key) {
    return static_cast<std::uint32_t>(is_ascii ? key : (key >> 8U & 0xFFFFU) | (key >> 32U & 0xFFFFU) << 16U);
}
template <bool is_ascii>
std::uint32_t short_print_of(std::uint64_t key) {
    return static_cast<std::uint32_t>(is_ascii ? key & 0xFF'FFFFU : key >> 8U & 0xFFFFU);
}
inline std::size_t bit_of(std::uint32_t print) { return (print * 2'654'435'761U) >> 17U; }
template <class Sieve>
void set_bit(Sieve& sieve, std::size_t bit) {
    sieve[bit / 64] |= std::uint64_t{1} << (bit % 64);
}
template <class Sieve>
std::uint64_t has_bit(const Sieve& sieve, std::size_t bit) {
    return sieve[bit / 64] >> (bit % 64) & 1U;
}

}   // namespace literal

// Eight bytes from `at` on, the first one lowest; zero behind the text's end.
inline std::uint64_t Literals::bytes_at(std::string_view text, std::size_t at) {
    std::uint64_t bytes = 0;
    if (at + sizeof bytes <= text.size()) [[likely]]
        std::memcpy(&bytes, text.data() + at, sizeof bytes);
    else
        std::memcpy(&bytes, text.data() + at, text.size() - at);
    if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap64(bytes);
    return bytes;
}
// Folding a byte may make two texts one key, never one text two.
inline std::uint64_t Literals::folded(std::uint64_t bytes) const {
    return letters_ == Case::ignored ? bytes | 0x2020'2020'2020'2020U : bytes;
}

}   // namespace gilmok::guard
