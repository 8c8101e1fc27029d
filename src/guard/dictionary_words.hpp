// Where a term of a dictionary is a whole word. Korean writes particles right behind a noun, so "프로젝트는" holds the word 프로젝트
// while "프로젝트명" is another. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace gilmok::guard {

bool is_whole_word(std::string_view text, std::size_t begin, std::size_t end);
bool is_utf8(std::string_view text);

}   // namespace gilmok::guard
