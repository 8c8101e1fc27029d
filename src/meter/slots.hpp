// Blocks of cells by name (a model, an upstream, a tenant) that survive reloads: an id of the present snapshot leads to
// its block by index, an id of an older one by name, and a name that is gone keeps its counts.
// One thread adds, another walks: a block is published after it is whole, and never moves or dies before the table.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gilmok::meter {

template <class Block, std::uint32_t SlotsMax>
class Slots {
public:
    Slots() = default;
    Slots(const Slots&) = delete;
    Slots& operator=(const Slots&) = delete;
    ~Slots() {
        for (std::uint32_t i = 0; i < size(); ++i) delete blocks_[i].load(std::memory_order_relaxed);
    }
    // The block of a name, made when it is new. Beyond SlotsMax names all share the last one, called "(other)".
    Block& of(std::string_view name) {
        if (const auto found = by_name_.find(name); found != by_name_.end()) return *found->second;
        const std::uint32_t used = size();
        if (used == SlotsMax) return *blocks_[SlotsMax - 1].load(std::memory_order_relaxed);
        auto block = std::make_unique<Block>();
        block->name = used + 1 == SlotsMax ? "(other)" : std::string(name);
        Block& made = *block.release();
        by_name_.emplace(made.name, &made);
        blocks_[used].store(&made, std::memory_order_release);
        count_.store(used + 1, std::memory_order_release);
        return made;
    }
    [[nodiscard]] std::uint32_t size() const { return count_.load(std::memory_order_acquire); }
    [[nodiscard]] const Block& at(std::uint32_t index) const { return *blocks_[index].load(std::memory_order_acquire); }

private:
    std::array<std::atomic<Block*>, SlotsMax> blocks_{};
    std::atomic<std::uint32_t> count_{0};
    std::unordered_map<std::string_view, Block*> by_name_;   // the writer's; views into the blocks
};

}   // namespace gilmok::meter
