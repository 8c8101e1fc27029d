// What the renderers of metrics share: figures summed over shards, each of which writes its own and reads nobody's.
// Runs on the control thread; a sum is of what each shard has written so far, not of one moment.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "meter/exposition.hpp"
#include "meter/metrics.hpp"

namespace gilmok::meter {

using Shards = std::span<const Metrics* const>;

inline constexpr double nanoseconds = 1e9;   // in the seconds that Prometheus wants

// A histogram summed over shards.
template <class H>
struct Sum {
    std::array<std::uint64_t, H::buckets_count> counts{};
    std::uint64_t sum = 0;
    void add(const H& histogram) {
        for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += histogram.bucket(i);
        sum += histogram.sum();
    }
    [[nodiscard]] bool is_empty() const {
        for (const std::uint64_t count : counts)
            if (count != 0) return false;
        return true;
    }
};

// The blocks of one name on all shards, names sorted.
template <class Block>
using ByName = std::map<std::string_view, std::vector<const Block*>>;

template <class Block, class Pick>
ByName<Block> by_name(Shards shards, Pick pick) {
    ByName<Block> blocks;
    for (const Metrics* shard : shards) {
        const auto& slots = pick(*shard);
        for (std::uint32_t i = 0; i < slots.size(); ++i) blocks[slots.at(i).name].push_back(&slots.at(i));
    }
    return blocks;
}

template <class Parts, class Value>
auto total(const Parts& parts, Value value) {
    decltype(value(**std::begin(parts))) sum{};
    for (const auto* part : parts) sum += value(*part);
    return sum;
}

// Of models, of upstreams and of tenants.
void render_by_name(Exposition& text, Shards shards);

}   // namespace gilmok::meter
