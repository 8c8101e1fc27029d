#include "admit/window.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace gilmok::admit {

Window::Window(Duration length)
    : length_(length), width_((length + Duration{buckets_count - 2}) / static_cast<std::int64_t>(buckets_count - 1)) {
    GILMOK_ASSERT(length > Duration{0});
}

Window::Window(const Window& other, Duration length, Instant now) : Window(length) {
    is_turning_ = other.is_turning_;
    head_begin_ = now;
    for (std::size_t k = 0; k < buckets_count; ++k) {
        // The youngest that may lie in that bucket.
        const Instant end = other.head_begin_ - (static_cast<std::int64_t>(k) - 1) * other.width_;
        const Duration age =
            std::max(other.is_turning_ ? now - end : (static_cast<std::int64_t>(k) - 1) * other.width_, Duration{0});
        const auto buckets = static_cast<std::size_t>(age / width_);
        if (buckets >= buckets_count) continue;
        Tally& target = back(buckets);
        target.used += other.back(k).used;
        target.spent += other.back(k).spent;
    }
}

void Window::advance(Instant now, Pot& pot) {
    if (!is_turning_) {
        is_turning_ = true;
        head_begin_ = now;
        return;
    }
    if (now < head_begin_ + width_) return;
    const std::int64_t steps = (now - head_begin_) / width_;
    head_begin_ += steps * width_;
    for (std::int64_t step = 0; step < std::min<std::int64_t>(steps, buckets_count); ++step) {
        head_ = (head_ + 1) % buckets_count;
        const Tally old = std::exchange(ring_[head_], {});
        pot.correct(Amount{} - old.used, Amount{} - old.spent);
    }
}

bool Window::correct(Instant at, const Amount& used, const Amount& spent) {
    const Duration ago = head_begin_ - at;
    const std::int64_t buckets = ago <= Duration{0} ? 0 : (ago + width_ - Duration{1}) / width_;
    if (buckets >= static_cast<std::int64_t>(buckets_count)) return false;
    Tally& bucket = back(static_cast<std::size_t>(buckets));
    bucket.used += used;
    bucket.spent += spent;
    return true;
}

bool Window::restore(Duration age, const Amount& spent) {
    const std::int64_t buckets = std::max(age, Duration{0}) / width_;
    if (buckets >= static_cast<std::int64_t>(buckets_count)) return false;
    Tally& bucket = back(static_cast<std::size_t>(buckets));
    bucket.used += spent;
    bucket.spent += spent;
    return true;
}

Duration Window::until_freed(const Amount& freed, Instant now) const {
    Amount sum;
    for (std::size_t k = buckets_count; k-- > 0;) {
        sum += back(k).used;
        if ((sum.money >= freed.money && sum.tokens >= freed.tokens) || k == 0)
            return std::max(head_begin_ + static_cast<std::int64_t>(buckets_count - k) * width_ - now, Duration{0});
    }
    return {};
}

}   // namespace gilmok::admit
