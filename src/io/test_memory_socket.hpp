// Two sockets joined in memory, for tests of what wraps a socket: edge-triggered like the real ones, and as slow and
// as torn into pieces as the test wants. Tests only.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "io/socket.hpp"

namespace gilmok::io {

struct MemoryLink {
    std::size_t read_bytes_max = 1 << 20;    // one read() returns at most so many
    std::size_t write_bytes_max = 1 << 20;   // one write() takes at most so many
    std::size_t capacity = 1 << 20;          // bytes on the way, in one direction
};

class MemorySocket final : public Socket {
public:
    // What is on the way to one of the two.
    struct Pipe {
        std::string bytes;
        std::string history;   // all that ever went through, for tests that look at the wire
        bool is_ended = false;
        bool is_reset = false;
        MemorySocket* reader = nullptr;
        MemorySocket* writer = nullptr;
    };

    MemorySocket(MemoryLink link, std::shared_ptr<Pipe> incoming, std::shared_ptr<Pipe> outgoing)
        : in(std::move(incoming)), out(std::move(outgoing)), link_(link) {
        in->reader = this;
        out->writer = this;
        is_writable_ = true;
    }
    ~MemorySocket() override {
        (will_reset_ ? out->is_reset : out->is_ended) = true;
        in->reader = nullptr;
        out->writer = nullptr;
        wake_reader(true);
    }

    Transfer read(std::span<char> into) override {
        if (in->is_reset) return {Transfer::State::failed};
        const std::size_t bytes = std::min({into.size(), in->bytes.size(), link_.read_bytes_max});
        if (bytes == 0) {
            is_readable_ = false;
            return {in->is_ended ? Transfer::State::end : Transfer::State::would_block};
        }
        in->bytes.copy(into.data(), bytes);
        in->bytes.erase(0, bytes);
        if (in->writer != nullptr && !in->writer->is_writable_) in->writer->became_writable();
        return {Transfer::State::done, bytes};
    }

    Transfer write(std::span<const std::string_view> parts) override {
        if (in->is_reset || out->is_ended) return {Transfer::State::failed};
        std::size_t room = std::min(link_.write_bytes_max, link_.capacity - out->bytes.size());
        std::size_t taken = 0;
        for (const std::string_view part : parts) {
            const std::string_view piece = part.substr(0, room - taken);
            out->bytes += piece;
            out->history += piece;
            taken += piece.size();
        }
        if (taken == 0) {
            is_writable_ = false;
            return {Transfer::State::would_block};
        }
        wake_reader(false);
        return {Transfer::State::done, taken};
    }

    void shutdown_write() override {
        out->is_ended = true;
        wake_reader(true);
    }
    void reset_on_close() override { will_reset_ = true; }
    [[nodiscard]] Address peer() const override { return {"127.0.0.1", 7}; }
    Result<bool> is_connected() override { return true; }

    std::shared_ptr<Pipe> in;
    std::shared_ptr<Pipe> out;

private:
    void wake_reader(bool has_ended) {
        if (out->reader == nullptr) return;
        out->reader->has_hung_up_ |= has_ended;
        out->reader->became_readable();
    }
    MemoryLink link_;
    bool will_reset_ = false;
};

struct MemoryPair {
    std::unique_ptr<MemorySocket> left;
    std::unique_ptr<MemorySocket> right;
};

inline MemoryPair memory_pair(MemoryLink link = {}) {
    auto to_left = std::make_shared<MemorySocket::Pipe>();
    auto to_right = std::make_shared<MemorySocket::Pipe>();
    return {std::make_unique<MemorySocket>(link, to_left, to_right),
            std::make_unique<MemorySocket>(link, to_right, to_left)};
}

}   // namespace gilmok::io
