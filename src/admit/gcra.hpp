// How fast: so many requests or tokens a minute, without windows and so without edges. The generic cell rate algorithm of
// ITU-T I.371 (annex A) in its form as a leaky bucket, which admits exactly what the virtual schedule admits: the level of
// the bucket is the theoretical arrival time minus now. The bucket holds a whole minute's worth, so a client that was silent
// may send a minute's worth at once, and afterwards at the rate; in any span of t minutes at most 1 + t times the rate.
// Amounts are kept in units of 1/(60·10⁹) of a request or token: at a rate of n a minute, n of them leave in a nanosecond,
// so nothing is ever rounded and a rate may change while the bucket is full.
// Pure. Owner: an Account, under its organisation's lock.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/money.hpp"
#include "base/time.hpp"

namespace gilmok::admit {

class Gcra {
public:
    // 0 = no limit: nothing is counted. What lies in the bucket stays in it when the rate changes.
    void set_rate(std::int64_t per_minute);
    [[nodiscard]] bool is_limit() const { return per_minute_ > 0; }
    [[nodiscard]] std::int64_t per_minute() const { return per_minute_; }

    // Returns the units that leaked away. A time before the last one changes nothing: shards read their clocks at different
    // moments.
    Pico drain(Instant now) {
        if (now <= drained_at_) return 0;
        const Pico leaked = level_ == 0 ? 0 : std::min(level_, Pico{per_minute_} * (now - drained_at_).count());
        level_ -= leaked;
        drained_at_ = now;
        return leaked;
    }
    // Of the bucket as it was drained last.
    [[nodiscard]] bool fits(std::int64_t amount) const {
        return amount == 0 || per_minute_ == 0 || level_ + amount * unit <= capacity_;
    }
    [[nodiscard]] std::int64_t room() const;                        // whole ones that fit now
    [[nodiscard]] Duration until_room(std::int64_t amount) const;   // amount ≤ per_minute()
    [[nodiscard]] Duration until_empty() const;

    // Whether it fits or not: an upstream may have used more than was asked for.
    void add(std::int64_t amount) {
        if (per_minute_ > 0) level_ += amount * unit;
    }
    void take_out(Pico units) { level_ -= units; }

    static constexpr Pico unit = 60'000'000'000;   // nanoseconds in a minute

private:
    std::int64_t per_minute_ = 0;
    Pico capacity_ = 0, level_ = 0;
    Instant drained_at_{};
};

}   // namespace gilmok::admit
