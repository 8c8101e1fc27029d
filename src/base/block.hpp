// Blocks of 64 KiB for bytes in flight, from a per-thread pool, last in first out. A request head and an ordinary prompt
// fit into one; only the pages that are written cost memory. A Block belongs to one connection and is given back as soon
// as its bytes are no longer needed, so an idle stream holds none.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace gilmok {

class Block {
public:
    static constexpr std::size_t bytes = 64 * 1024;

    Block() = default;
    static Block take();   // from this thread's pool
    Block(Block&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)) {}
    Block& operator=(Block&& other) noexcept {
        std::swap(memory_, other.memory_);
        return *this;
    }
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    ~Block() { release(); }

    void release() noexcept;
    [[nodiscard]] bool is_held() const { return memory_ != nullptr; }
    [[nodiscard]] char* data() const { return memory_; }
    [[nodiscard]] std::string_view view(std::size_t begin, std::size_t end) const {
        return {memory_ + begin, end - begin};
    }
    [[nodiscard]] std::span<char> space(std::size_t begin, std::size_t end = bytes) const {
        return {memory_ + begin, end - begin};
    }

private:
    explicit Block(char* memory) : memory_(memory) {}
    char* memory_ = nullptr;
};

}   // namespace gilmok
