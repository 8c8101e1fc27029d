// The forms of a character that hide what it says, and what they stand for: own tables, built from the ranges of the
// Unicode Character Database (compatibility decompositions of UAX #15, default-ignorable code points of UAX #44,
// conjoining jamo of chapter 3.12). Decimal digits of other scripts (general
// category Nd) count as well. Only what can hide a digit, a letter, a separator or a syllable is here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "guard/ascii.hpp"
#include "guard/vectors.hpp"

namespace gilmok::guard::forms {

struct Decoded {
    char32_t code = 0;
    std::uint8_t bytes = 0;   // 0: no UTF-8 begins here
};
Decoded decode(std::string_view text, std::size_t at);

enum class Fold : std::uint8_t {
    same,
    removed,        // shown as nothing
    ascii,          // one ASCII character
    ascii_in_run,   // the same, but only beside its like: a lone one is a list's mark or a footnote
    dash,           // '-' behind a digit
    joint,          // a middle dot or a wave, between digits of which two stand on each side
};
struct Folded {
    Fold what = Fold::same;
    char to = 0;
};
Folded fold(char32_t code);

// What a jamo may be in a syllable, as indices of Unicode 3.12; -1 where it cannot. Conjoining, compatibility and half width.
struct Jamo {
    std::int8_t leading = -1, vowel = -1, trailing = -1;
    bool is_trailing_only = false;   // a conjoining final: joins a whole syllable too
};
Jamo jamo(char32_t code);

// 0 to 9 for the syllables that numbers are spelled with (공 영 일 이 삼 사 오 육 륙 칠 팔 구); -1 for any other.
int numeral(std::string_view text, std::size_t at);
inline constexpr std::size_t numeral_bytes = 3;
// The same for the Hanja of digits (〇 零 一 … 九), and for either.
int hanja_numeral(std::string_view text, std::size_t at);
int spelled_digit(std::string_view text, std::size_t at);
// The same for a ring or a lone consonant too, which are read as zero between digits: "ㅇ1ㅇ".
int digit_in_disguise(std::string_view text, std::size_t at);

using guard::is_digit;
inline bool has_two_digits(std::string_view text, std::size_t at) {
    return at + 2 <= text.size() && is_digit(text[at]) && is_digit(text[at + 1]);
}
// The digit that a letter looks like, or 0.
inline char look_alike(char c) { return c == 'O' || c == 'o' ? '0' : c == 'l' || c == 'I' ? '1' : '\0'; }

// Places where a reading of the text begins to differ, told exactly; view_look.cpp finds them fast.
bool has_form_at(std::string_view text, std::size_t at);          // a non-ASCII character's first byte
bool has_three_numerals(std::string_view text, std::size_t at);   // in a row, or each behind one ASCII separator
bool has_three_spaced(std::string_view text, std::size_t at);     // "1 2 3"
// "공1공", told at the last byte of the first syllable.
bool has_digit_between(std::string_view text, std::size_t at);
// A digit and a letter like one, side by side, in a run of digits that may make a number: not "a1I" of a key, of which a text may be full.
bool has_look_alike(std::string_view text, std::size_t at);
inline constexpr std::size_t look_alike_digits_least = 6;

// The first place from `from` on at which the text may read differently than it stands; its size for none. The twins say the
// same of any bytes. A numeral in front of `from` is not looked for. `with` is what this machine has, or less.
std::size_t next_form(std::string_view text, std::size_t from, Vectors with = widest_vectors());
std::size_t next_form_scalar(std::string_view text, std::size_t from);

}   // namespace gilmok::guard::forms
