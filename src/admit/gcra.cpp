#include "admit/gcra.hpp"

#include <algorithm>

namespace gilmok::admit {

void Gcra::set_rate(std::int64_t per_minute) {
    per_minute_ = per_minute;
    capacity_ = per_minute * unit;
    if (per_minute_ == 0) level_ = 0;
}

std::int64_t Gcra::room() const { return static_cast<std::int64_t>(std::max<Pico>(capacity_ - level_, 0) / unit); }

Duration Gcra::until_room(std::int64_t amount) const {
    const Pico too_much = level_ + amount * unit - capacity_;
    if (too_much <= 0 || per_minute_ == 0) return {};
    return Duration{static_cast<std::int64_t>(std::min<Pico>((too_much + per_minute_ - 1) / per_minute_, INT64_MAX))};
}

Duration Gcra::until_empty() const {
    if (per_minute_ == 0) return {};
    return Duration{static_cast<std::int64_t>(std::min<Pico>((level_ + per_minute_ - 1) / per_minute_, INT64_MAX))};
}

}   // namespace gilmok::admit
