#include "base/block.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <vector>

#include "base/assert.hpp"

namespace gilmok {

namespace {

// 64 idle blocks are what a busy shard reuses; a crowd that comes at once (ten thousand new streams) must not leave its
// pages behind, so what exceeds them goes back to the system at once. mmap, because malloc keeps the top of its heap.
constexpr std::size_t blocks_kept_max = 64;

// Blocks that all began at the start of a page would fight for the same few lines of the cache: the first bytes of each,
// which are the ones in use, fall into the same sets. So each begins at another line of its first page (colouring).
constexpr std::size_t page_bytes = 4096;
constexpr std::size_t colour_step_bytes = 13 * 64;   // odd in lines: visits every line of a page before it repeats
constexpr std::size_t mapped_bytes = Block::bytes + page_bytes;

char* map_block(std::size_t& colour) {
    void* memory = mmap(nullptr, mapped_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    GILMOK_ASSERT(memory != MAP_FAILED);   // out of memory ends the process
    colour = (colour + colour_step_bytes) % page_bytes;
    return static_cast<char*>(memory) + colour;
}

void unmap_block(char* memory) {
    const auto offset = reinterpret_cast<std::uintptr_t>(memory) % page_bytes;
    munmap(memory - offset, mapped_bytes);
}

struct Pool {
    std::vector<char*> idle;
    std::size_t colour = 0;
    Pool() { idle.reserve(blocks_kept_max); }
    ~Pool() {
        for (char* memory : idle) unmap_block(memory);
    }
};

thread_local Pool pool;

}   // namespace

Block Block::take() {
    if (!pool.idle.empty()) {
        char* memory = pool.idle.back();
        pool.idle.pop_back();
        return Block(memory);
    }
    return Block(map_block(pool.colour));
}

void Block::release() noexcept {
    if (memory_ == nullptr) return;
    if (pool.idle.size() < blocks_kept_max)
        pool.idle.push_back(memory_);
    else
        unmap_block(memory_);
    memory_ = nullptr;
}

}   // namespace gilmok
