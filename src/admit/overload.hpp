// Sheds new exchanges when the shard itself is the queue. The signal is the lag of the loop: how late a turn began after
// its work was ready. As in CoDel (RFC 8289) only a lag that stayed above the target for a whole interval counts, so
// bursts pass; then a growing share is refused until one turn is on time again. Some are always kept, because a shard
// that refuses all would never learn that it recovered. Pure. Owner and thread: the shard.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "base/time.hpp"

namespace gilmok::admit {

struct OverloadLimits {
    Duration lag_target = std::chrono::milliseconds(100);   // a turn later than this is late
    Duration interval =
        std::chrono::milliseconds(500);   // late for so long: shedding begins, then doubles each interval
    std::uint32_t keep_one_of_max = 16;   // at most 15 of 16 are refused
};

class Overload {
public:
    explicit Overload(OverloadLimits limits = {}) : limits_(limits) {}
    // Once a turn.
    void observe(Duration lag, Instant now);
    // For each new exchange. Errors: overloaded (fault gateway).
    Result<bool> admit();
    [[nodiscard]] bool is_shedding() const { return keep_one_of_ > 1; }

private:
    OverloadLimits limits_;
    Instant late_since_ = far_future;
    std::uint32_t keep_one_of_ = 1;
    std::uint32_t turn_ = 0;
};

}   // namespace gilmok::admit
