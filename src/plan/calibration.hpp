// The stretch of the interval at which 80 % of the past windows would have fallen inside. Each past window is judged as it
// would have been at its time: by the errors of the windows that had ended by then.
#pragma once

#include "plan/windows.hpp"

namespace gilmok::plan {

// log(actual / forecast) of each step of each past window.
class PathErrors {
public:
    PathErrors(const History& history, const Windows& windows, const Paths& paths);
    [[nodiscard]] std::span<const double> row(std::size_t number) const {
        return {values_.data() + number * width_, width_};
    }
    // What to take off the errors of the first `count` windows. Windows that overlap, or are few, all err to one side by
    // chance: only as far as there are many of them is their common error believed to come again.
    [[nodiscard]] double chance_bias(const Windows& windows, std::size_t count) const;
    [[nodiscard]] std::size_t count() const { return width_ == 0 ? 0 : values_.size() / width_; }
    [[nodiscard]] std::size_t width() const { return width_; }

private:
    std::size_t width_;
    std::vector<double> values_;
};

struct Calibration {
    double stretch = 1;    // of the interval around its median, on the log scale
    double coverage = 0;   // of the past windows at that stretch; NaN: none could be judged
};
Calibration calibrate(const History& history, const Windows& windows, const Paths& paths, const PathErrors& errors);

// The value below which a share of the values lies, between neighbours by proportion. Reorders them; not empty.
double quantile(std::span<double> values, double share);

}   // namespace gilmok::plan
