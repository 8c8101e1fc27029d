// Connections of one shard to one upstream. Idle ones are kept last in, first out: the warmest is used next, and the
// rest age until they are closed. A connection is put back only when both messages on it were exactly and fully consumed.
// Owner and thread: one shard. Limits: connections_max (busy and idle), pool_idle_max, pool_idle_timeout.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "config/snapshot.hpp"
#include "io/loop.hpp"
#include "upstream/state.hpp"

namespace gilmok::upstream {

class Pool;

// A connection on loan. Dying, it closes the connection and frees its place; give_back() returns it for reuse.
class Connection {
public:
    Connection() = default;
    Connection(Connection&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), socket_(std::move(other.socket_)), is_reused_(other.is_reused_) {}
    Connection& operator=(Connection&& other) noexcept;
    ~Connection() { close(); }

    [[nodiscard]] bool is_open() const { return socket_ != nullptr; }
    [[nodiscard]] io::Socket& socket() const { return *socket_; }
    // It has carried an exchange before: its first failure may only mean that the upstream closed an idle connection.
    [[nodiscard]] bool is_reused() const { return is_reused_; }
    void close();
    void give_back(Instant now);

private:
    friend class Pool;
    Connection(Pool& pool, io::SocketPtr socket, bool is_reused)
        : pool_(&pool), socket_(std::move(socket)), is_reused_(is_reused) {}
    Pool* pool_ = nullptr;
    io::SocketPtr socket_;
    bool is_reused_ = false;
};

class Pool {
public:
    struct Limits {
        std::uint32_t connections_max = 1024;
        std::uint32_t idle_max = 256;
        Duration idle_timeout = std::chrono::seconds(60);
    };
    Pool(io::Loop& loop, StatePtr state) : loop_(&loop), state_(std::move(state)) {}
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    // A warm connection, or a new one that begins to connect. `fresh` skips the warm ones. Errors: overloaded at
    // connections_max, connect_failed.
    Result<Connection> take(const config::Upstream& upstream, bool fresh);
    // Closes what has been idle for too long or was closed by the other side.
    void reap(Instant now);
    void set_limits(const Limits& limits) { limits_ = limits; }
    void close_idle() { idle_.clear(); }

    [[nodiscard]] std::size_t idle() const { return idle_.size(); }
    [[nodiscard]] std::uint32_t busy() const { return busy_; }
    [[nodiscard]] std::uint64_t connects() const { return connects_total_; }
    [[nodiscard]] const StatePtr& state() const { return state_; }

private:
    friend class Connection;
    struct Idle {
        io::SocketPtr socket;
        Instant since;
    };
    Result<io::SocketPtr> connect(const config::Upstream& upstream);

    io::Loop* loop_;
    StatePtr state_;
    Limits limits_;
    std::vector<Idle> idle_;
    std::uint32_t busy_ = 0;
    std::uint64_t connects_total_ = 0;
};

}   // namespace gilmok::upstream
