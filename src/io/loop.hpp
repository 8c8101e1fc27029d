// Loop: the world as one shard sees it. Time, timers, readiness, network and random bytes all come from here, so the
// same coroutine runs on io/linux (epoll) and in io/sim (a seeded world with virtual time).
// Owner: one thread. Only submit() and stop() may be called from another.
#pragma once

#include <functional>
#include <span>

#include "base/time.hpp"
#include "io/socket.hpp"
#include "io/timers.hpp"
#include "io/waiter.hpp"

namespace gilmok::io {

struct ListenOptions {
    bool shared = false;   // several shards bind one port (SO_REUSEPORT)
    int backlog = 4096;
};

class Network {
public:
    virtual ~Network() = default;
    virtual Result<ListenerPtr> listen(const Address& address, const ListenOptions& options) = 0;
    // Begins to connect; writable readiness or is_connected() tells the outcome.
    virtual Result<SocketPtr> connect(const Address& address) = 0;
};

class Loop {
public:
    Loop() = default;
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    virtual ~Loop() = default;

    // Both are read once a turn: cheap, and all that happens in one turn happens at one time.
    [[nodiscard]] virtual Instant now() const = 0;
    [[nodiscard]] virtual WallTime wall_now() const = 0;
    virtual Network& network() = 0;
    // Unpredictable bytes for keys and ids (the world's seeded ones in io/sim).
    virtual void random_bytes(std::span<char> out) = 0;

    // Runs until stop(). run_once() is one turn, waiting at most until `deadline`.
    virtual void run() = 0;
    virtual void stop() = 0;
    // Any thread: runs `work` on the loop's thread, in order of submission. Rare things only (reload, revoke, stop).
    virtual void submit(std::function<void()> work) = 0;

    [[nodiscard]] Timers& timers() { return timers_; }
    [[nodiscard]] ReadyQueue& ready() { return ready_; }

protected:
    Timers timers_;
    ReadyQueue ready_;
};

}  // namespace gilmok::io
