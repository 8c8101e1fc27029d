// How wrong the forecast may be. The errors that the method made over whole past windows are drawn again and laid over
// its forecast: a window's errors stay together, so that the sum of the rest is as uncertain as it has been, and not as
// little as it would be were the days independent. Then the width is stretched until 80 % of the past would have fallen
// inside.
#pragma once

#include <cstdint>

#include "plan/windows.hpp"

namespace gilmok::plan {

class Intervals {
public:
    // `paths` of the chosen method.
    Intervals(const History& history, const Windows& windows, const Paths& paths, std::uint64_t seed);

    [[nodiscard]] std::vector<Quantiles> steps() const;
    // Of the sum up to each step, on top of `before`.
    [[nodiscard]] std::vector<Quantiles> cumulative(double before) const;
    // Share of the past windows whose sum lies within the stretched interval; NaN where there was nothing to judge by.
    [[nodiscard]] double coverage() const { return coverage_; }

private:
    // Turns drawn errors into drawn spend, and moves each path as a whole away from the middle one, or towards it.
    void stretch(const History& history, std::span<const double> forecast, double factor);

    std::size_t ahead_ = 0, draws_ = 0;
    double coverage_ = 0;
    std::vector<double> values_;   // a row of `ahead_` for each draw
};

}   // namespace gilmok::plan
