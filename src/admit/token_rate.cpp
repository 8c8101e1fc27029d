#include "admit/token_rate.hpp"

#include <utility>

namespace gilmok::admit {

void TokenRate::set_rate(std::int64_t per_minute) {
    rate_.set_rate(per_minute);
    if (per_minute == 0) first_ = next_;
}

bool TokenRate::make_room() {
    if (ring_.size() >= chunks_max) return false;
    constexpr std::size_t smallest = 16;
    std::vector<Chunk> larger(ring_.empty() ? smallest : ring_.size() * 2);
    for (std::uint64_t place = first_; place < next_; ++place) larger[place & (larger.size() - 1)] = chunk(place);
    ring_ = std::move(larger);
    return true;
}

}   // namespace gilmok::admit
