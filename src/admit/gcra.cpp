#include "admit/gcra.hpp"

#include <algorithm>

namespace gilmok::admit {

void Gcra::set_rate(std::int64_t per_minute) {
    per_minute_ = per_minute;
    if (per_minute_ == 0) level_ = 0;
}

void Gcra::drain(Instant now) {
    if (now <= drained_at_) return;
    if (level_ > 0) level_ = std::max<Pico>(level_ - Pico{per_minute_} * (now - drained_at_).count(), 0);
    drained_at_ = now;
}

std::int64_t Gcra::room() const {
    return static_cast<std::int64_t>(std::max<Pico>(per_minute_ * unit - level_, 0) / unit);
}

Duration Gcra::until_room(std::int64_t amount) const {
    const Pico too_much = level_ + amount * unit - per_minute_ * unit;
    if (too_much <= 0 || per_minute_ == 0) return {};
    return Duration{static_cast<std::int64_t>(std::min<Pico>((too_much + per_minute_ - 1) / per_minute_, INT64_MAX))};
}

Duration Gcra::until_empty() const {
    if (per_minute_ == 0) return {};
    return Duration{static_cast<std::int64_t>(std::min<Pico>((level_ + per_minute_ - 1) / per_minute_, INT64_MAX))};
}

std::uint64_t Gcra::add(std::int64_t amount) {
    if (per_minute_ == 0) return added_;
    level_ += amount * unit;
    return added_ += static_cast<std::uint64_t>(amount);
}

void Gcra::give_back(std::int64_t amount, std::uint64_t place) {
    const Pico behind = Pico{added_ - place} * unit;
    level_ -= std::clamp<Pico>(level_ - behind, 0, amount * unit);
}

}   // namespace gilmok::admit
