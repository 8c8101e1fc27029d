// How much each of several forecasters counts at each origin, from the windows that had ended by then.
#pragma once

#include "plan/windows.hpp"

namespace gilmok::plan {

class WeightTable {
public:
    // errors[forecaster][window]. A forecaster twice as wrong as the best counts 2^-sharpness as much.
    WeightTable(const Windows& windows, std::span<const std::vector<double>> errors, double sharpness = 12);
    [[nodiscard]] double at(std::size_t forecaster, std::size_t number) const {
        return weights_[number * forecasters_ + forecaster];
    }
    // Adds the forecaster's share of the origin's row to `sum`.
    void add(std::size_t forecaster, std::size_t number, const Paths& paths, Paths& sum) const;

private:
    std::size_t forecasters_;
    std::vector<double> weights_;
};

}   // namespace gilmok::plan
