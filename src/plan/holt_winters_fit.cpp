// The grid of Holt-Winters weights and how its filters are averaged. A mean of the better filters is steadier than the
// best of them: which of two neighbours on the grid won a few overlapping windows is mostly luck.
#include <algorithm>
#include <cmath>

#include "plan/holt_winters.hpp"
#include "plan/methods.hpp"
#include "plan/weights.hpp"

namespace gilmok::plan {
namespace {
// A trend that won a few windows often was a wave; it must be clearly better to count.
constexpr double trend_handicap = 1.2;

const std::vector<Smoothing>& grid() {
    static const std::vector<Smoothing> all = [] {
        std::vector<Smoothing> filters;
        for (const double level : {0.05, 0.15, 0.3, 0.6})
            for (const double trend : {0.0, 0.1})
                for (const double season : {0.05, 0.2})
                    for (const double cut : {2.5, 4.0})
                        for (const double damping : {0.9, 0.98})
                            if (trend > 0 || damping < 0.95)
                                filters.push_back(
                                    {.level = level, .trend = trend, .season = season, .damping = damping, .cut = cut});
        return filters;
    }();
    return all;
}

void run(const History& history, const Windows& windows, const Smoothing& smoothing, Paths& paths) {
    HoltWinters filter(std::span(history.log_spent).first(history.beginning), history.season, smoothing);
    std::size_t at = 0;
    for (std::size_t number = 0; number < windows.origins.size(); ++number) {
        while (at < windows.origins[number]) filter.update(history.log_spent[at++]);
        filter.ahead(paths.row(number));
    }
}
}   // namespace

Paths holt_winters(const History& history, const Windows& windows) {
    Paths one(windows);
    std::vector<std::vector<double>> errors;
    for (const Smoothing& smoothing : grid()) {
        run(history, windows, smoothing, one);
        errors.push_back(errors_of(history, windows, one));
        if (smoothing.trend > 0)
            for (double& error : errors.back()) error *= trend_handicap;
    }
    const WeightTable weights(windows, errors);
    // Run again rather than kept: all rows of all filters would be tens of megabytes at the limits.
    Paths mean(windows);
    for (std::size_t filter = 0; filter < grid().size(); ++filter) {
        run(history, windows, grid()[filter], one);
        for (std::size_t number = 0; number < windows.origins.size(); ++number) weights.add(filter, number, one, mean);
    }
    return mean;
}

}   // namespace gilmok::plan
