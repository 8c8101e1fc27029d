#include "fleet/kv_cache.hpp"

#include "base/assert.hpp"

namespace gilmok::fleet {

KvCache::KvCache(std::uint32_t blocks, bool keeps_prefixes) : blocks_(blocks), keeps_prefixes_(keeps_prefixes) {
    for (BlockIndex block = 0; block < blocks; ++block) link_last(block);
}

void KvCache::unlink(BlockIndex index) {
    Block& block = blocks_[index];
    (block.previous != none ? blocks_[block.previous].next : first_) = block.next;
    (block.next != none ? blocks_[block.next].previous : last_) = block.previous;
    block.previous = block.next = none;
    --free_;
}

void KvCache::link_first(BlockIndex index) {
    Block& block = blocks_[index];
    block.previous = none;
    block.next = first_;
    (first_ != none ? blocks_[first_].previous : last_) = index;
    first_ = index;
    ++free_;
}

void KvCache::link_last(BlockIndex index) {
    Block& block = blocks_[index];
    block.next = none;
    block.previous = last_;
    (last_ != none ? blocks_[last_].next : first_) = index;
    last_ = index;
    ++free_;
}

std::uint32_t KvCache::match(std::span<const BlockHash> hashes) const {
    std::uint32_t matched = 0;
    for (const BlockHash hash : hashes) {
        if (!named_.contains(hash)) break;
        ++matched;
    }
    return matched;
}

std::uint32_t KvCache::free_among(std::span<const BlockHash> hashes) const {
    std::uint32_t count = 0;
    for (const BlockHash hash : hashes) {
        const auto found = named_.find(hash);
        if (found == named_.end()) break;
        if (blocks_[found->second].holders == 0) ++count;
    }
    return count;
}

void KvCache::hold(std::span<const BlockHash> hashes, std::vector<BlockIndex>& held) {
    for (const BlockHash hash : hashes) {
        const auto found = named_.find(hash);
        GILMOK_ASSERT(found != named_.end());
        if (blocks_[found->second].holders++ == 0) unlink(found->second);
        held.push_back(found->second);
    }
}

void KvCache::take(std::uint32_t count, std::vector<BlockIndex>& held) {
    GILMOK_ASSERT(count <= free_);
    for (; count > 0; --count) {
        const BlockIndex index = first_;
        unlink(index);
        Block& block = blocks_[index];
        if (block.is_named) {
            named_.erase(block.hash);
            block.is_named = false;
            ++evictions_;
        }
        block.holders = 1;
        held.push_back(index);
    }
}

void KvCache::name(BlockIndex index, BlockHash hash) {
    if (!keeps_prefixes_) return;
    Block& block = blocks_[index];
    GILMOK_ASSERT(block.holders > 0);
    if (block.is_named || !named_.try_emplace(hash, index).second) return;
    block.hash = hash;
    block.is_named = true;
}

void KvCache::release(std::vector<BlockIndex>& held) {
    for (; !held.empty(); held.pop_back()) {
        Block& block = blocks_[held.back()];
        GILMOK_ASSERT(block.holders > 0);
        if (--block.holders > 0) continue;
        if (block.is_named)
            link_last(held.back());
        else
            link_first(held.back());
    }
}

void KvCache::check() const {
    std::uint32_t walked = 0;
    for (BlockIndex index = first_; index != none; index = blocks_[index].next) {
        GILMOK_ASSERT(blocks_[index].holders == 0);
        ++walked;
    }
    std::uint32_t held = 0;
    std::size_t named = 0;
    for (const Block& block : blocks_) {
        if (block.holders > 0) ++held;
        if (!block.is_named) continue;
        ++named;
        GILMOK_ASSERT(named_.contains(block.hash));
    }
    GILMOK_ASSERT(walked == free_);
    GILMOK_ASSERT(walked + held == blocks_.size());
    GILMOK_ASSERT(named == named_.size());
}

}  // namespace gilmok::fleet
