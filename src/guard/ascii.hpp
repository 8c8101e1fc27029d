// Which bytes make words of ASCII. Pure.
#pragma once

#include <array>
#include <string_view>

namespace gilmok::guard {

inline constexpr auto ascii_words = [] {
    std::array<bool, 256> is{};
    for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"))
        is[static_cast<unsigned char>(c)] = true;
    return is;
}();
// ASCII letters, digits and '_': what an identifier cannot touch without being a part of something longer. Bytes of other
// scripts are none, because Korean writes particles right behind a number.
constexpr bool is_ascii_word(char c) { return ascii_words[static_cast<unsigned char>(c)]; }

}   // namespace gilmok::guard
