// Looks at a pattern before the engine does, for what cannot be matched in one pass, so that the problem names its place
// and a way out in people's words; and for repeats so large that compiling them would cost memory without end. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gilmok::guard {

struct SyntaxProblem {
    std::size_t column = 0;   // byte, from 1
    std::string text;
};
// Nothing when none of this file's problems is in it; the engine may still find others.
std::optional<SyntaxProblem> look_at_syntax(std::string_view regex, std::size_t repeat_max, std::size_t positions_max);

}   // namespace gilmok::guard
