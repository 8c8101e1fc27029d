#include "plan/weights.hpp"

#include <algorithm>
#include <cmath>

namespace gilmok::plan {

WeightTable::WeightTable(const Windows& windows, std::span<const std::vector<double>> errors, double sharpness)
    : forecasters_(errors.size()), weights_(errors.size() * windows.origins.size()) {
    std::vector<double> sums(forecasters_, 0.0);
    std::size_t ended = 0;
    for (std::size_t number = 0; number < windows.origins.size(); ++number) {
        for (const std::size_t now = windows.ended_before(number); ended < now; ++ended)
            for (std::size_t i = 0; i < forecasters_; ++i) sums[i] += errors[i][ended];
        const double best = *std::min_element(sums.begin(), sums.end());
        double total = 0;
        double* const row = weights_.data() + number * forecasters_;
        for (std::size_t i = 0; i < forecasters_; ++i) {
            // Nothing known yet, or one that never erred: those that are as good as the best share alike.
            row[i] = sums[i] <= best ? 1.0 : std::pow(best / sums[i], sharpness);
            total += row[i];
        }
        for (std::size_t i = 0; i < forecasters_; ++i) row[i] /= total;
    }
}

void WeightTable::add(std::size_t forecaster, std::size_t number, const Paths& paths, Paths& sum) const {
    const double weight = at(forecaster, number);
    const auto from = paths.row(number);
    const auto to = sum.row(number);
    for (std::size_t step = 0; step < to.size(); ++step) to[step] += weight * from[step];
}

}   // namespace gilmok::plan
