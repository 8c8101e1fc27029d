// Retries and hedges may be at most a share of what clients asked for, or a sick fleet is beaten to death by its own
// gateway. Tokens: every first attempt earns `ratio`, every second earns per_second_min, a retry or hedge costs 1.
// The bucket holds ten seconds' worth. Pure; the time is given. Owner: one shard.
#pragma once

#include <algorithm>

#include "base/time.hpp"

namespace gilmok::upstream {

class RetryBudget {
public:
    struct Settings {
        double ratio = 0.1;
        double per_second_min = 3;
    };
    explicit RetryBudget(const Settings& settings) : settings_(settings), tokens_(settings.per_second_min) {}

    void first_attempt() { tokens_ = std::min(tokens_ + settings_.ratio, tokens_max()); }
    // True when one more attempt is allowed; then it is paid.
    [[nodiscard]] bool spend(Instant now) {
        if (last_ != Instant{}) {
            const double seconds = std::chrono::duration<double>(now - last_).count();
            tokens_ = std::min(tokens_ + seconds * settings_.per_second_min, tokens_max());
        }
        last_ = now;
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }
    void set(const Settings& settings) { settings_ = settings; }

private:
    [[nodiscard]] double tokens_max() const {
        return std::max(1.0, 10 * settings_.per_second_min) + 100 * settings_.ratio;
    }
    Settings settings_;
    double tokens_;
    Instant last_{};
};

}   // namespace gilmok::upstream
