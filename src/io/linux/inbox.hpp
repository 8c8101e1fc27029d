// What the sockets that became readable in one loop turn hold, received before any coroutine goes on. Between two system
// calls a processor forgets much of the program; with all receiving at the beginning of a turn and all sending at its end
// (outbox.hpp), the work on one request finds the code that the work on the one before has just used.
// Owner: one loop. Thread: the loop's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace gilmok::io::linux_ {

// A socket with bytes in the inbox.
class EarlyReader {
public:
    // The turn ends: what nobody has read yet must be copied.
    virtual void keep_early() = 0;

protected:
    ~EarlyReader() = default;
};

class Inbox {
public:
    static constexpr std::size_t bytes_max =
        512 * 1024;   // of one turn; beyond, sockets are read when their owners ask
    // Of one socket: heads, short prompts, answers, tokens. One that brings more is read by its owner, for copying that
    // would cost more than is won; and a client who sends what nobody reads makes us keep no more than this.
    static constexpr std::size_t read_bytes_max = 8 * 1024;

    Inbox() : memory_(std::make_unique_for_overwrite<char[]>(bytes_max)) { readers_.reserve(512); }

    using Place = std::uint32_t;
    static constexpr Place nowhere = 0xffffffff;
    // Where to receive; empty when the turn has had enough.
    [[nodiscard]] std::span<char> room() {
        if (bytes_max - used_ < read_bytes_max) return {};
        return {memory_.get() + used_, read_bytes_max};
    }
    // The reader has put `bytes` into the room.
    [[nodiscard]] Place took(EarlyReader& reader, std::size_t bytes) {
        used_ += bytes;
        readers_.push_back(&reader);
        return static_cast<Place>(readers_.size() - 1);
    }
    // The reader at `place` dies.
    void forget(Place place) { readers_[place] = nullptr; }
    void end_turn() {
        for (EarlyReader* reader : readers_)
            if (reader != nullptr) reader->keep_early();
        readers_.clear();
        used_ = 0;
    }

private:
    std::unique_ptr<char[]> memory_;
    std::size_t used_ = 0;
    std::vector<EarlyReader*> readers_;
};

}   // namespace gilmok::io::linux_
