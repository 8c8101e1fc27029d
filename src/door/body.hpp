// Collects one request body. Small ones stay where they were read, in the connection's block; larger ones get a buffer
// of exactly their length; chunked ones grow up to the limit. Sans-IO: tells where the next bytes should go, and is told
// how many came.
// Owner: one connection. Limits: body_bytes_max (413) and the shard's budget for all bodies (503).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/block.hpp"
#include "base/result.hpp"
#include "wire/http1.hpp"

namespace gilmok::door {

// Bytes that all request bodies of a shard may hold together, outside the blocks.
class BodyBudget {
public:
    explicit BodyBudget(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}
    [[nodiscard]] bool take(std::uint64_t bytes) {
        if (bytes > bytes_max_ - bytes_held_) return false;
        bytes_held_ += bytes;
        return true;
    }
    void give_back(std::uint64_t bytes) { bytes_held_ -= bytes; }
    [[nodiscard]] std::uint64_t bytes_held() const { return bytes_held_; }
    void set_max(std::uint64_t bytes_max) { bytes_max_ = bytes_max < bytes_held_ ? bytes_held_ : bytes_max; }

private:
    std::uint64_t bytes_max_;
    std::uint64_t bytes_held_ = 0;
};

class BodyCollector {
public:
    BodyCollector(const wire::http1::Limits& limits, std::uint64_t body_bytes_max, BodyBudget& budget)
        : limits_(limits), body_bytes_max_(body_bytes_max), budget_(&budget) {}
    BodyCollector(const BodyCollector&) = delete;
    BodyCollector& operator=(const BodyCollector&) = delete;
    ~BodyCollector() { release(); }

    // The head ends at `head_end` in `block`, bytes up to `filled` have been read. True when the body is whole already.
    // Errors: body_too_large, bad_framing (client); overloaded (the budget).
    Result<bool> begin(const wire::http1::RequestHead& head, const Block& block, std::size_t head_end,
                       std::size_t filled);
    // Where the next bytes go. Never empty while the body is not whole.
    [[nodiscard]] std::span<char> space() const;
    // `count` bytes were put at space(). True when the body is whole.
    Result<bool> received(std::size_t count);

    [[nodiscard]] std::string_view body() const;
    // Where in the block the bytes after this message begin (the next pipelined request), and end.
    [[nodiscard]] std::size_t surplus_begin() const { return surplus_begin_; }
    [[nodiscard]] std::size_t surplus_end() const { return surplus_end_; }
    [[nodiscard]] bool has_begun() const { return block_ != nullptr; }
    [[nodiscard]] std::uint64_t bytes_received() const { return bytes_received_; }
    // The body lies in the block itself: the block must live as long as the body is needed.
    [[nodiscard]] bool is_in_block() const { return !owned_ && decoded_.empty(); }
    // Replaces the body by its decoded form. Error: overloaded.
    Result<bool> replace(std::string decoded);
    void release();

private:
    Result<bool> decode(std::string_view bytes);
    Result<bool> charge(std::uint64_t bytes);

    wire::http1::Limits limits_;
    std::uint64_t body_bytes_max_;
    BodyBudget* budget_;
    const Block* block_ = nullptr;
    wire::http1::BodyReader chunks_;
    bool is_chunked_ = false;
    std::size_t head_end_ = 0;
    std::size_t surplus_begin_ = 0;
    std::size_t surplus_end_ = 0;
    std::uint64_t length_ = 0;           // of a length-framed body
    std::uint64_t bytes_received_ = 0;   // payload
    std::uint64_t bytes_charged_ = 0;
    std::unique_ptr<char[]> owned_;   // a length-framed body that does not fit into the block
    std::string decoded_;             // a chunked or decompressed body
};

}   // namespace gilmok::door
