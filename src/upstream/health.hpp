// Whether an upstream may be asked: outlier ejection by what exchanges saw, and the verdict of the health check.
// closed → (eject_after consecutive failures) → ejected for eject_base·2ⁿ, at most eject_max → one trial → closed, or
// ejected for longer. Envoy's outlier detection has the same shape (5 failures, 30 s); our base is shorter because an
// engine that restarts is back in seconds.
// Shared by all shards. The good path reads two atomics; only failures take the mutex.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "base/time.hpp"

namespace gilmok::upstream {

class Health {
public:
    struct Settings {
        std::uint32_t eject_after = 5;
        Duration eject_base = std::chrono::seconds(5);
        Duration eject_max = std::chrono::seconds(60);
    };

    enum class Verdict : std::uint8_t { open, trial, out };
    // `trial`: the ejection is over and this caller, and nobody else for a while, may try it.
    [[nodiscard]] Verdict ask(Instant now);
    // The same without taking the trial; for plans, metrics and pages.
    [[nodiscard]] bool is_out(Instant now) const;
    [[nodiscard]] Instant out_until() const;

    void succeeded();
    // Returns true when this failure ejected it.
    bool failed(Instant now, const Settings& settings);
    // It asked to be left alone (429 or 503 with Retry-After). Not a failure.
    void asked_to_wait(Instant until);
    // The health check's verdict. Unhealthy upstreams are out whatever exchanges saw.
    void checked(bool is_healthy) { is_healthy_.store(is_healthy, std::memory_order_relaxed); }
    [[nodiscard]] bool is_healthy() const { return is_healthy_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t ejections() const { return ejections_total_.load(std::memory_order_relaxed); }

private:
    // Nobody else may try for so long after a trial was given, whatever becomes of it.
    static constexpr Duration trial_spacing = std::chrono::seconds(1);

    std::atomic<std::uint32_t> failures_in_a_row_{0};
    std::atomic<std::int64_t> out_until_ns_{0};
    std::atomic<std::int64_t> wait_until_ns_{0};
    std::atomic<bool> is_healthy_{true};
    std::atomic<std::uint64_t> ejections_total_{0};
    mutable std::mutex mutex_;
    std::uint32_t ejections_in_a_row_ = 0;   // guarded by mutex_
    std::atomic<bool> is_on_trial_{false};
};

}   // namespace gilmok::upstream
