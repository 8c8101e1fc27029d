// Reads the numbers of a text as people group them. Pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "guard/matcher.hpp"

namespace gilmok::guard {

// The run whose first digit stands at `at`; the byte before is none. Stops in front of what does not fit. `next` is where the
// next run may begin: behind this one; or in its middle where it was cut, so that no number is lost at a cut. A group of more
// than digits_max digits is no number of anybody: the run ends before it, and when it comes first the run is empty.
DigitRun read_digit_run(std::string_view text, std::size_t at, std::size_t& next);

}   // namespace gilmok::guard
