// What was used in any span of a given length up to now: a ring of 61 buckets of a sixtieth each. An amount counts until the whole
// of its bucket is older than the window, so the sum is never too small, and too old by a sixtieth at most. Told by the
// monotonic clock: a wall clock that jumps frees nothing and holds nothing back.
// Pure. Owner: an Account, under its organisation's lock.
#pragma once

#include <array>
#include <cstddef>

#include "admit/pot.hpp"
#include "base/time.hpp"

namespace gilmok::admit {

class Window {
public:
    // length > 0.
    explicit Window(Duration length);
    // The same amounts, none of them older than it is. `now` is no earlier than any time told so far.
    Window(const Window& other, Duration length, Instant now);

    [[nodiscard]] Duration length() const { return length_; }
    // Drops what has become too old from the ring and from `pot`.
    void advance(Instant now, Pot& pot);
    // Adds to the bucket of `at`; false when that is no longer in the window, and then nothing changes.
    bool correct(Instant at, const Amount& used, const Amount& spent);
    // Of the ledger: spent `age` ago. False when that is too long ago.
    bool restore(Duration age, const Amount& spent);
    // Until so much has left the window. All of it when nothing less will do.
    [[nodiscard]] Duration until_freed(const Amount& freed, Instant now) const;

private:
    static constexpr std::size_t buckets_count = 61;
    [[nodiscard]] Tally& back(std::size_t buckets) { return ring_[(head_ + buckets_count - buckets) % buckets_count]; }
    [[nodiscard]] const Tally& back(std::size_t buckets) const {
        return ring_[(head_ + buckets_count - buckets) % buckets_count];
    }

    Duration length_;
    Duration width_;
    // Restored before any monotonic time was told: the ring begins to turn with the first.
    bool is_turning_ = false;
    Instant head_begin_{};
    std::size_t head_ = 0;
    std::array<Tally, buckets_count> ring_{};
};

}   // namespace gilmok::admit
