#include "upstream/power.hpp"

#include <algorithm>
#include <cmath>

namespace gilmok::upstream {

namespace {

constexpr double micro = 1e6;

bool is_power(double watts) { return std::isfinite(watts) && watts >= 0 && watts <= Power::watts_max; }
double seconds(Duration span) { return std::chrono::duration<double>(std::max(span, Duration::zero())).count(); }

}   // namespace

void Power::saw_watts(double watts, Instant now) {
    if (!is_power(watts)) return;
    const auto before = point_.load();
    auto next = std::make_shared<Point>();
    if (before != nullptr)
        next->microjoules = before->microjoules + before->watts * seconds(std::min(now - before->at, silence_max)) * micro;
    next->watts = watts;
    next->at = now;
    point_.store(std::move(next));
}

void Power::saw_joules(double joules, Instant now) {
    if (!std::isfinite(joules) || joules < 0) return;
    const auto before = point_.load();
    auto next = std::make_shared<Point>();
    next->at = now;
    next->counter_joules = joules;
    if (before != nullptr) {
        next->microjoules = before->microjoules;
        const double used = joules - before->counter_joules.value_or(joules);
        const double elapsed = seconds(now - before->at);
        // A counter that began anew tells nothing of what was in between.
        if (used >= 0 && elapsed > 0 && is_power(used / elapsed)) {
            next->microjoules += used * micro;
            next->watts = used / elapsed;
        }
    }
    point_.store(std::move(next));
}

std::optional<std::uint64_t> Power::microjoules(Instant now) const {
    const auto point = point_.load();
    if (point == nullptr || now - point->at > silence_max) return std::nullopt;
    return static_cast<std::uint64_t>(point->microjoules + point->watts * seconds(now - point->at) * micro);
}

}   // namespace gilmok::upstream
