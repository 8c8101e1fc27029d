// Reads the numbers of a text as people group them. Pure.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "guard/matcher.hpp"

namespace gilmok::guard {

// How many digits stand at `at`; eight for more. Without a branch for each: how many there are cannot be foretold.
inline std::size_t digits_at(std::string_view text, std::size_t at) {
    std::uint64_t eight = 0;
    if (at + sizeof eight > text.size() || std::endian::native != std::endian::little) [[unlikely]] {
        std::size_t end = at;
        while (end < text.size() && end - at < sizeof eight && text[end] >= '0' && text[end] <= '9') ++end;
        return end - at;
    }
    std::memcpy(&eight, text.data() + at, sizeof eight);
    // The high bit of each byte that is no digit.
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101U, low = 0x7F * ones;
    const std::uint64_t shifted = eight ^ ('0' * ones);
    const std::uint64_t others = (((shifted & low) + (0x7F - 9) * ones) | shifted) & ~low;
    return static_cast<std::size_t>(std::countr_zero(others)) / 8;
}

// The run whose first digit stands at `at`; the byte before is none. Stops in front of what does not fit. `next` is where the
// next run may begin: behind this one; or in its middle where it was cut, so that no number is lost at a cut. A group of more
// than digits_max digits is no number of anybody: the run ends before it, and when it comes first the run is empty.
DigitRun read_digit_run(std::string_view text, std::size_t at, std::size_t& next);

}   // namespace gilmok::guard
