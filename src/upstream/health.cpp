#include "upstream/health.hpp"

#include <algorithm>

namespace gilmok::upstream {

namespace {
std::int64_t ns_of(Instant time) { return time.time_since_epoch().count(); }
}   // namespace

Health::Verdict Health::ask(Instant now) {
    if (!is_healthy() || ns_of(now) < wait_until_ns_.load(std::memory_order_relaxed)) return Verdict::out;
    std::int64_t until = out_until_ns_.load(std::memory_order_relaxed);
    if (until == 0) return Verdict::open;
    if (ns_of(now) < until) return Verdict::out;
    // The ejection is over. Whoever moves the time forward has the trial.
    const bool is_ours =
        out_until_ns_.compare_exchange_strong(until, ns_of(now + trial_spacing), std::memory_order_relaxed);
    if (is_ours) is_on_trial_.store(true, std::memory_order_relaxed);
    return is_ours ? Verdict::trial : Verdict::out;
}

bool Health::is_out(Instant now) const {
    const std::int64_t until = out_until_ns_.load(std::memory_order_relaxed);
    return !is_healthy() || (until != 0 && ns_of(now) < until) ||
           ns_of(now) < wait_until_ns_.load(std::memory_order_relaxed);
}

Instant Health::out_until() const {
    return Instant(Duration(
        std::max(out_until_ns_.load(std::memory_order_relaxed), wait_until_ns_.load(std::memory_order_relaxed))));
}

void Health::succeeded() {
    if (failures_in_a_row_.load(std::memory_order_relaxed) == 0 && out_until_ns_.load(std::memory_order_relaxed) == 0)
        return;
    const std::lock_guard lock(mutex_);
    failures_in_a_row_.store(0, std::memory_order_relaxed);
    is_on_trial_.store(false, std::memory_order_relaxed);
    out_until_ns_.store(0, std::memory_order_relaxed);
    ejections_in_a_row_ = 0;
}

bool Health::failed(Instant now, const Settings& settings) {
    const std::lock_guard lock(mutex_);
    const std::uint32_t failures = failures_in_a_row_.load(std::memory_order_relaxed) + 1;
    failures_in_a_row_.store(failures, std::memory_order_relaxed);
    const bool was_ejected = ejections_in_a_row_ > 0;
    // Late failures of attempts that began before the ejection do not lengthen it; only a trial does, or what failed
    // after the ejection was over.
    const bool is_verdict = is_on_trial_.exchange(false, std::memory_order_relaxed) ||
                            ns_of(now) >= out_until_ns_.load(std::memory_order_relaxed);
    if (was_ejected ? !is_verdict : failures < settings.eject_after) return false;
    const std::uint32_t doublings = std::min(ejections_in_a_row_, 10U);
    const Duration length = std::min(settings.eject_max, Duration(settings.eject_base * (1LL << doublings)));
    ++ejections_in_a_row_;
    out_until_ns_.store(ns_of(now + length), std::memory_order_relaxed);
    ejections_total_.fetch_add(1, std::memory_order_relaxed);
    return true;
}

void Health::asked_to_wait(Instant until) {
    std::int64_t known = wait_until_ns_.load(std::memory_order_relaxed);
    while (known < ns_of(until) &&
           !wait_until_ns_.compare_exchange_weak(known, ns_of(until), std::memory_order_relaxed)) {}
}

}   // namespace gilmok::upstream
