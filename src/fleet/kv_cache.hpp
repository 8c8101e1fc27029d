// KV blocks of one engine with a prefix cache: a block that is full and has a hash can be found again by whoever comes
// with the same prefix, until its place is needed. The hash of a block covers all tokens before it (a chain), so equal
// hashes mean equal prefixes. Pure; every block is at all times either held by somebody or on the free list.
// Eviction: least recently released first, the tail of a sequence before its head, unnamed blocks before all.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace gilmok::fleet {

using BlockHash = std::uint64_t;
using BlockIndex = std::uint32_t;

class KvCache {
public:
    KvCache(std::uint32_t blocks, bool keeps_prefixes);

    // How many leading hashes are present now.
    [[nodiscard]] std::uint32_t match(std::span<const BlockHash> hashes) const;
    // Of those leading blocks, how many are free ones, that is: stop being available once they are held.
    [[nodiscard]] std::uint32_t free_among(std::span<const BlockHash> hashes) const;
    // Holds the blocks of these hashes, which must be present, and appends them to `held`.
    void hold(std::span<const BlockHash> hashes, std::vector<BlockIndex>& held);
    // Takes `count` unnamed blocks, evicting as needed. There must be that many free ones.
    void take(std::uint32_t count, std::vector<BlockIndex>& held);
    // The block is full and has this hash from now on. When another block has it already, that one stays the named one.
    void name(BlockIndex block, BlockHash hash);
    // Lets go of all blocks of one sequence and empties the list.
    void release(std::vector<BlockIndex>& held);

    [[nodiscard]] std::uint32_t blocks() const { return static_cast<std::uint32_t>(blocks_.size()); }
    [[nodiscard]] std::uint32_t free() const { return free_; }
    [[nodiscard]] std::uint64_t evictions() const { return evictions_; }
    [[nodiscard]] std::uint32_t holders(BlockIndex block) const { return blocks_[block].holders; }
    void check() const;   // walks everything; for tests

private:
    static constexpr BlockIndex none = 0xffffffff;
    struct Block {
        BlockHash hash = 0;
        std::uint32_t holders = 0;
        BlockIndex previous = none;
        BlockIndex next = none;
        bool is_named = false;
    };
    void unlink(BlockIndex block);
    void link_first(BlockIndex block);
    void link_last(BlockIndex block);

    std::vector<Block> blocks_;
    std::unordered_map<BlockHash, BlockIndex> named_;
    BlockIndex first_ = none;   // the next one to be reused
    BlockIndex last_ = none;
    std::uint32_t free_ = 0;
    std::uint64_t evictions_ = 0;
    bool keeps_prefixes_;
};

}  // namespace gilmok::fleet
