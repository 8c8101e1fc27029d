// Goal: no order of hold, take, name and release loses, doubles or invents a block. Method: seeded walks whose invariants
// are checked by a full walk of the cache.
#include "fleet/kv_cache.hpp"

#include <doctest/doctest.h>

#include <map>

#include "base/prng.hpp"

using namespace gilmok;
using namespace gilmok::fleet;

namespace {

std::vector<BlockHash> chain(std::uint64_t start, std::uint32_t length) {
    std::vector<BlockHash> hashes;
    for (std::uint32_t index = 0; index < length; ++index) hashes.push_back(start * 1'000 + index);
    return hashes;
}

}  // namespace

TEST_CASE("a released prefix is found again until its blocks are needed") {
    KvCache cache(8, true);
    std::vector<BlockIndex> held;
    cache.take(4, held);
    const auto hashes = chain(1, 4);
    for (std::size_t index = 0; index < 4; ++index) cache.name(held[index], hashes[index]);
    cache.release(held);
    CHECK(cache.free() == 8);
    CHECK(cache.match(hashes) == 4);
    CHECK(cache.free_among(hashes) == 4);

    std::vector<BlockIndex> other;
    cache.take(5, other);   // four unnamed ones first, then one of the prefix
    CHECK(cache.evictions() == 1);
    CHECK(cache.match(hashes) == 3);   // the tail went first: the head is of use to more followers
    cache.release(other);
    cache.check();
}

TEST_CASE("blocks held by somebody are never evicted") {
    KvCache cache(4, true);
    std::vector<BlockIndex> first;
    cache.take(2, first);
    const auto hashes = chain(7, 2);
    cache.name(first[0], hashes[0]);
    cache.name(first[1], hashes[1]);
    std::vector<BlockIndex> second;
    cache.hold(hashes, second);
    cache.release(first);
    CHECK(cache.free() == 2);
    CHECK(cache.free_among(hashes) == 0);
    std::vector<BlockIndex> third;
    cache.take(2, third);
    CHECK(cache.match(hashes) == 2);
    CHECK(cache.evictions() == 0);
}

TEST_CASE("a cache that keeps no prefixes never matches") {
    KvCache cache(4, false);
    std::vector<BlockIndex> held;
    cache.take(1, held);
    cache.name(held[0], 42);
    cache.release(held);
    const BlockHash hash = 42;
    CHECK(cache.match(std::span(&hash, 1)) == 0);
}

TEST_CASE("blocks are conserved under random holders") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        Prng prng{seed};
        KvCache cache(static_cast<std::uint32_t>(prng.between(8, 64)), true);
        std::vector<std::vector<BlockIndex>> open;
        for (int step = 0; step < 500; ++step) {
            if (prng.chance(3, 5)) {
                const auto hashes = chain(prng.below(6), static_cast<std::uint32_t>(prng.between(1, 6)));
                const auto prefix = std::span(hashes).first(cache.match(hashes));
                const auto fresh = static_cast<std::uint32_t>(hashes.size() - prefix.size());
                if (cache.free() - cache.free_among(prefix) < fresh) continue;
                std::vector<BlockIndex> held;
                cache.hold(prefix, held);
                cache.take(fresh, held);
                for (std::size_t index = prefix.size(); index < hashes.size(); ++index)
                    cache.name(held[index], hashes[index]);
                open.push_back(std::move(held));
            } else if (!open.empty()) {
                const std::size_t index = prng.below(open.size());
                cache.release(open[index]);
                open.erase(open.begin() + static_cast<std::ptrdiff_t>(index));
            }
            cache.check();
        }
        for (auto& held : open) cache.release(held);
        cache.check();
        CHECK(cache.free() == cache.blocks());
    }
}
