// What was spent and what may be, as a picture for a terminal: the past as a line, the future as its median with the
// band from P10 to P90 around it, the budget as a dashed line. Only braille and ASCII: box-drawing and shade characters
// are of ambiguous width (Unicode UAX #11) and break the columns of a Korean terminal. Pure; no language in it.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "plan/forecast.hpp"

namespace gilmok::plan {

struct FanChart {
    std::span<const double> actual{};     // oldest first; sums of the period so far, or steps: as `ahead` is
    std::span<const Quantiles> ahead{};   // what follows it
    std::optional<double> budget{};
    std::size_t columns = 72;   // of the whole picture, labels included; fan_columns_min … fan_columns_max
    std::size_t rows = 12;      // fan_rows_min … fan_rows_max
};
inline constexpr std::size_t fan_columns_min = 24, fan_columns_max = 400;
inline constexpr std::size_t fan_rows_min = 3, fan_rows_max = 100;

// Lines, each ended by a newline: labels to the left at the top, the budget and the bottom; below, a mark where the future
// begins. Sizes out of bounds are brought into them. Empty when there is nothing to draw or a value is no number.
std::string fan_chart(const FanChart& chart);

}   // namespace gilmok::plan
