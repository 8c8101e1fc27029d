// The rolling origins of the back-test: from each of them a method forecasts knowing only what came before, and the steps
// after it judge. Later choices (weights, method, width of the interval) at an origin use only windows that had ended by
// then, so that the back-test of a choice is itself out of sample.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "plan/forecast.hpp"
#include "plan/log_scale.hpp"

namespace gilmok::plan {

// A history, made ready once.
struct History {
    History(std::span<const Step> steps_given, std::size_t season_wanted);

    std::span<const Step> steps;
    std::vector<double> spent;
    LogScale scale;
    std::vector<double> log_spent;
    std::size_t season = 1;
    std::size_t beginning = 0;   // steps from which filters take their first state; the back-test begins behind them
};

struct Windows {
    Windows(const History& history, std::size_t horizon_asked);

    // One after another; the last is the end of the history, whose steps are still to come.
    std::vector<std::size_t> origins;
    std::size_t ahead = 0;    // steps forecast from each origin: what is asked
    std::size_t judged = 0;   // of them, those judged in the back-test: fewer than asked where the history is short
    [[nodiscard]] std::size_t past() const { return origins.size() - 1; }
    // How many past windows had ended when the one with this number began.
    [[nodiscard]] std::size_t ended_before(std::size_t number) const;
    // How many of the first `count` past windows do not overlap: what they are worth as evidence.
    [[nodiscard]] double independent(std::size_t count) const;
};

// Forecasts on the log scale, a row for each origin.
class Paths {
public:
    explicit Paths(const Windows& windows) : width_(windows.ahead), values_(windows.origins.size() * windows.ahead) {}
    [[nodiscard]] std::span<double> row(std::size_t number) { return {values_.data() + number * width_, width_}; }
    [[nodiscard]] std::span<const double> row(std::size_t number) const {
        return {values_.data() + number * width_, width_};
    }

private:
    std::size_t width_;
    std::vector<double> values_;
};

// Sum of the absolute errors of each past window, in units of `spent`.
std::vector<double> errors_of(const History& history, const Windows& windows, const Paths& paths);

}   // namespace gilmok::plan
