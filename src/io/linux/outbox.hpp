// Small writes of one loop turn, gathered and sent together at its end. Each send wakes the process on the other side;
// sent one by one between other work, every one of them finds that process asleep again and pays for waking it (on one
// machine 0.15 wake-ups a request instead of 0.04, and a tenth of the gateway's CPU time). It also makes one segment of
// what a connection says in one turn. Nothing waits longer than the turn that produced it.
// Owner: one loop. Thread: the loop's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace gilmok::io::linux_ {

// A socket whose bytes wait here.
class Sender {
public:
    // The end of the turn: `bytes` must be sent or kept by the sender.
    virtual void send_gathered(std::string_view bytes) = 0;

protected:
    ~Sender() = default;
};

class Outbox {
public:
    static constexpr std::size_t bytes_max = 512 * 1024;   // of one turn; beyond, writes go out at once

    Outbox();
    using Place = std::uint32_t;
    static constexpr Place nowhere = 0xffffffff;
    // Takes all parts or, when there is no room, nothing (nowhere). `place` is where this sender's bytes of the turn are
    // already, or nowhere; bytes that can be put right behind them are.
    [[nodiscard]] Place add(Sender& sender, Place place, std::span<const std::string_view> parts, std::size_t bytes);
    // True when add() would have to start a second entry: send the first one before.
    [[nodiscard]] bool is_last(Place place) const { return place + 1 == entries_.size(); }
    // The bytes at `place`, which is forgotten: the sender sends them himself, or dies.
    std::string_view take(Place place);
    // The end of the turn.
    void flush();

private:
    struct Entry {
        Sender* sender;
        std::uint32_t begin;
        std::uint32_t bytes;
    };
    std::unique_ptr<char[]> memory_;
    std::size_t used_ = 0;
    std::vector<Entry> entries_;
};

}   // namespace gilmok::io::linux_
