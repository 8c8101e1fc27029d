// How much a word of Korean looks like a name, and what may follow one in its word. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gilmok::guard {

// How much a run of syllables looks like a name. `possible`: only the surname fits.
enum class Likeness : std::uint8_t { none, possible, fair, strong };
Likeness likeness_of(std::span<const std::uint16_t> syllables);   // 2 to 4 of them
// Of the two syllables behind a surname.
Likeness likeness_of_given(std::uint16_t first, std::uint16_t second, bool is_usual_surname);
bool is_no_name(std::span<const std::uint16_t> syllables);   // a word of the language: 2 to 4 of them

// Whether `rest`, all that follows a name in its word, is nothing, a particle, or begins with a title.
bool is_ending(std::string_view rest);
// A common word with a particle behind it ("조건의"); where little speaks for a name, also one with a noun's ending ("신청서").
bool is_common_word(std::string_view word, bool is_strict);

}   // namespace gilmok::guard
