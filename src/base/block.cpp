#include "base/block.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <vector>

#include "base/assert.hpp"

namespace gilmok {

namespace {

// 64 idle blocks are what a busy shard reuses; a crowd that comes at once (ten thousand new streams) must not leave its
// pages behind, so what exceeds them goes back to the system at once. mmap, because malloc keeps the top of its heap.
constexpr std::size_t blocks_kept_max = 64;

struct Pool {
    std::vector<char*> idle;
    Pool() { idle.reserve(blocks_kept_max); }
    ~Pool() { for (char* memory : idle) munmap(memory, Block::bytes); }
};

thread_local Pool pool;

}  // namespace

Block Block::take() {
    if (!pool.idle.empty()) {
        char* memory = pool.idle.back();
        pool.idle.pop_back();
        return Block(memory);
    }
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    GILMOK_ASSERT(memory != MAP_FAILED);   // out of memory ends the process
    return Block(static_cast<char*>(memory));
}

void Block::release() noexcept {
    if (memory_ == nullptr) return;
    if (pool.idle.size() < blocks_kept_max) pool.idle.push_back(memory_);
    else munmap(memory_, bytes);
    memory_ = nullptr;
}

}  // namespace gilmok
