#include "plan/drivers.hpp"

#include <algorithm>
#include <cmath>

namespace gilmok::plan {
namespace {
Step sum_of(std::span<const Step> steps) {
    Step sum;
    for (const Step& step : steps) {
        sum.spent += step.spent;
        sum.requests += step.requests;
        sum.tokens += step.tokens;
    }
    return sum;
}

bool is_known(const Step& sum) { return sum.spent > 0 && sum.requests > 0 && sum.tokens > 0; }

// (a − b) / (ln a − ln b), and a where both are the same.
double log_mean(double a, double b) {
    const double log_ratio = std::log(a) - std::log(b);
    return std::abs(log_ratio) < 1e-9 ? (a + b) / 2 : (a - b) / log_ratio;
}
}   // namespace

Drivers drivers_of(std::span<const Step> history, std::size_t season) {
    const std::size_t steps = std::min(std::max<std::size_t>(season, 1), history.size() / 2);
    const Step before = sum_of(history.last(2 * steps).first(steps)), after = sum_of(history.last(steps));
    Drivers drivers;
    drivers.total = after.spent - before.spent;
    if (!is_known(before) || !is_known(after)) {
        drivers.volume = drivers.total;
        return drivers;
    }
    const double weight = log_mean(after.spent, before.spent);
    const auto log_change = [&](double Step::* factor) { return std::log(after.*factor) - std::log(before.*factor); };
    drivers.mix = weight * (log_change(&Step::tokens) - log_change(&Step::requests));
    drivers.price = weight * (log_change(&Step::spent) - log_change(&Step::tokens));
    // The remainder is weight × ln(requests after / before), but for the last bit: so the parts add up to the total.
    drivers.volume = drivers.total - drivers.mix - drivers.price;
    return drivers;
}

}   // namespace gilmok::plan
