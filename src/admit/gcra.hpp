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

    // A time before the last one changes nothing: shards read their clocks at different moments.
    void drain(Instant now) {
        if (now <= drained_at_) return;
        if (level_ > 0) level_ = std::max<Pico>(level_ - Pico{per_minute_} * (now - drained_at_).count(), 0);
        drained_at_ = now;
    }
    // Of the bucket as it was drained last.
    [[nodiscard]] bool fits(std::int64_t amount) const {
        return amount == 0 || per_minute_ == 0 || level_ + amount * unit <= capacity_;
    }
    [[nodiscard]] std::int64_t room() const;                        // whole ones that fit now
    [[nodiscard]] Duration until_room(std::int64_t amount) const;   // amount ≤ per_minute()
    [[nodiscard]] Duration until_empty() const;

    // Whether it fits or not: an upstream may have used more than was asked for. Returns the place in the queue, for
    // give_back().
    std::uint64_t add(std::int64_t amount) {
        if (per_minute_ == 0) return added_;
        level_ += amount * unit;
        return added_ += static_cast<std::uint64_t>(amount);
    }
    // Takes out of the bucket what was put in too much, but only what has not leaked away since: what has is used up, and
    // giving it back would free it twice. What was added at or before `place` leaks first.
    void give_back(std::int64_t amount, std::uint64_t place) {
        const Pico behind = Pico{added_ - place} * unit;
        level_ -= std::clamp<Pico>(level_ - behind, 0, amount * unit);
    }

private:
    static constexpr Pico unit = 60'000'000'000;   // nanoseconds in a minute

    std::int64_t per_minute_ = 0;
    std::uint64_t added_ = 0;   // all that was ever added; wraps
    Pico capacity_ = 0, level_ = 0;
    Instant drained_at_{};
};

}   // namespace gilmok::admit
