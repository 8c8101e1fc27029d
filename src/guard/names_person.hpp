// Names in Latin letters, where a title or a label in front says that they are names. Part of match_name().
#pragma once

#include <cstddef>
#include <string_view>

#include "guard/matcher.hpp"

namespace gilmok::guard {

// `anchor`, one of person_anchors, stands at `at`.
void match_person(std::string_view text, std::size_t at, std::string_view anchor, Sink& sink);
// At the value behind a label that says "name": two to four capitalised words. False where they are not there.
bool match_person_value(std::string_view text, std::size_t at, Sink& sink);
// At the value behind "Name:": a Korean name.
void match_korean_name_value(std::string_view text, std::size_t at, Sink& sink);

}   // namespace gilmok::guard
