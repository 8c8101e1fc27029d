// Damped additive Holt-Winters: level, trend and season of a series on the log scale, each moved by a share of the last
// error (Gardner and McKenzie 1985). Errors beyond a few times the usual are cut before they move anything, so that one
// batch job or one holiday does not bend the weeks after it (Gelper, Fried and Croux 2010).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace gilmok::plan {

struct Smoothing {
    double level = 0.2;   // shares of the error
    double trend = 0;
    double season = 0.1;
    double damping = 0.95;   // of the trend, each step
    double cut = 2.5;        // errors beyond this many usual ones are cut
};

class HoltWinters {
public:
    // Starts from the mean and the seasonal pattern of `beginning`: one or more whole seasons, the first of the series.
    HoltWinters(std::span<const double> beginning, std::size_t season, const Smoothing& smoothing);
    // The next value; NaN: not known, then the state only ages.
    void update(double value);
    // The values after the last one, as many as `out` holds.
    void ahead(std::span<double> out) const;

private:
    Smoothing smoothing_;
    double level_ = 0, trend_ = 0, usual_error_ = 0;
    std::vector<double> pattern_;   // one value a step of the season
    std::size_t at_ = 0;            // the next step's place in it
};

}   // namespace gilmok::plan
