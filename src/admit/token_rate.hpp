// A rate whose unused part is given back: tokens are added by the bound, and at the end less was used. What has leaked out of the
// bucket since is used up and must not be given back, or it would be freed twice; so the bucket is kept as the queue that it
// is: one chunk for each addition, the oldest leaks first, and a chunk gives back only what it still holds.
// Pure. Owner: an Account, under its organisation's lock.
#pragma once

#include <cstdint>
#include <memory>

#include "admit/gcra.hpp"
#include "base/assert.hpp"

namespace gilmok::admit {

class TokenRate {
public:
    // Chunks that have not leaked yet: with 2,000 tokens each, a limit of 32 million a minute. What is added beyond joins
    // the last chunk, and nothing comes back from that.
    static constexpr std::size_t chunks_max = 16'384;

    void set_rate(std::int64_t per_minute);
    [[nodiscard]] bool is_limit() const { return rate_.is_limit(); }
    [[nodiscard]] const Gcra& rate() const { return rate_; }
    [[nodiscard]] bool fits(std::int64_t amount) const { return rate_.fits(amount); }
    void drain(Instant now) {
        if (const Pico leaked = rate_.drain(now); leaked != 0) leak(leaked);
    }
    // Returns the place of its chunk, for give_back().
    std::uint64_t add(std::int64_t amount) {
        if (amount == 0 || !rate_.is_limit()) return no_place;
        rate_.add(amount);
        if (next_ - first_ == capacity_ && !make_room()) {
            Chunk& last = chunk(next_ - 1);
            last.units += amount * Gcra::unit;
            last.is_shared = true;
            return no_place;
        }
        // Member by member: a whole chunk goes through the stack, and its store is waited for.
        Chunk& mine = chunk(next_);
        mine.units = amount * Gcra::unit;
        mine.is_shared = false;
        return next_++;
    }
    void give_back(std::int64_t amount, std::uint64_t place) {
        if (place < first_ || place >= next_) return;   // it has leaked, or never was
        Chunk& mine = chunk(place);
        if (mine.is_shared) return;
        const Pico units = std::min(mine.units, amount * Gcra::unit);
        mine.units -= units;
        rate_.take_out(units);
    }

private:
    static constexpr std::uint64_t no_place = 0;
    struct Chunk {
        Pico units = 0;
        bool is_shared = false;
    };
    Chunk& chunk(std::uint64_t place) { return ring_[place & (capacity_ - 1)]; }
    bool make_room();
    void leak(Pico units) {
        while (units > 0) {
            GILMOK_DASSERT(first_ < next_);   // the chunks together are the level
            Chunk& oldest = chunk(first_);
            if (oldest.units > units) {
                oldest.units -= units;
                return;
            }
            units -= oldest.units;
            ++first_;
        }
    }

    Gcra rate_;
    std::uint64_t first_ = 1, next_ = 1;   // places of the chunks in the ring: [first, next)
    std::uint64_t capacity_ = 0;           // of the ring: a power of two
    std::unique_ptr<Chunk[]> ring_;
};

}   // namespace gilmok::admit
