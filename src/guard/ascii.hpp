// What a byte is: digits, letters, words of ASCII. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace gilmok::guard {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_small(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
constexpr bool is_graphic(char c) { return c > ' ' && c < '\x7F'; }

inline constexpr auto ascii_words = [] {
    std::array<bool, 256> is{};
    for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"))
        is[static_cast<unsigned char>(c)] = true;
    return is;
}();
// ASCII letters, digits and '_': what an identifier cannot touch without being a part of something longer. Bytes of other
// scripts are none, because Korean writes particles right behind a number.
constexpr bool is_ascii_word(char c) { return ascii_words[static_cast<unsigned char>(c)]; }

constexpr char byte_at(std::string_view text, std::size_t at) { return at < text.size() ? text[at] : '\0'; }
constexpr char byte_before(std::string_view text, std::size_t at) { return at > 0 ? text[at - 1] : '\0'; }

}   // namespace gilmok::guard
