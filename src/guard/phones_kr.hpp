// Telephone numbers of Korea by the numbering plan (전기통신번호관리세칙): mobile 01x, areas 02 to 064, 070, 080, 050x, call centres of
// eight digits, and +82 in front of them. Pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "guard/matcher.hpp"

namespace gilmok::guard {

struct KoreanPhone {
    std::size_t begin = 0;    // with '+' and parenthesis
    std::size_t groups = 0;   // from the first on; 0: no telephone number begins here
    int score = 0;            // by form alone
    int score_least = 0;      // without a word it is none below this
    bool is_international = false;
};
KoreanPhone read_korean_phone(std::string_view text, const DigitRun& run, std::size_t first);

}   // namespace gilmok::guard
