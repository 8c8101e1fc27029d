// Words for made-up text. Common ones only, so that nothing reads like an answer.
#pragma once

#include <string_view>

#include "base/prng.hpp"

namespace gilmok::fleet {

std::string_view english_word(Prng& prng);
std::string_view korean_word(Prng& prng);
bool has_hangul(std::string_view text);

}  // namespace gilmok::fleet
