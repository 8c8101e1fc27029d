#include "admit/token_rate.hpp"

#include <utility>

namespace gilmok::admit {

void TokenRate::set_rate(std::int64_t per_minute) {
    rate_.set_rate(per_minute);
    if (per_minute == 0) first_ = next_;
}

bool TokenRate::make_room() {
    if (capacity_ >= chunks_max) return false;
    constexpr std::uint64_t smallest = 16;
    const std::uint64_t capacity = capacity_ == 0 ? smallest : capacity_ * 2;
    auto larger = std::make_unique<Chunk[]>(capacity);
    for (std::uint64_t place = first_; place < next_; ++place) larger[place & (capacity - 1)] = chunk(place);
    ring_ = std::move(larger);
    capacity_ = capacity;
    return true;
}

}   // namespace gilmok::admit
