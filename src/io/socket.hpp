// A stream socket that never blocks, and a listener. Real ones live in io/linux, simulated ones in io/sim, and io/tls
// wraps either. Readiness is sticky and edge-triggered: read() and write() return would_block without a system call
// until the kernel (or the world) has said otherwise.
// Owner: one coroutine. Thread: the loop's. Destroying a socket closes it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "io/waiter.hpp"

namespace gilmok::io {

// One transfer attempt. `bytes` is meaningful for `done` only; `done` always moved at least one byte.
struct Transfer {
    enum class State : std::uint8_t { done, would_block, end, failed };
    State state;
    std::size_t bytes = 0;
    [[nodiscard]] bool is_done() const { return state == State::done; }
    [[nodiscard]] bool would_block() const { return state == State::would_block; }
    // end: the peer closed its side in order. failed: reset or another error; the socket is of no further use.
    [[nodiscard]] bool is_over() const { return state == State::end || state == State::failed; }
};

// A numeric address. Unix sockets are out of scope.
struct Address {
    std::string host;          // "127.0.0.1", "::1"; never a name
    std::uint16_t port = 0;
    friend bool operator==(const Address&, const Address&) = default;
};
std::string to_string(const Address& address);   // "127.0.0.1:80", "[::1]:80"

class Socket {
public:
    Socket() = default;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    virtual ~Socket() = default;

    [[nodiscard]] virtual Transfer read(std::span<char> into) = 0;
    // Gathers: at most 16 parts. May write less than all.
    [[nodiscard]] virtual Transfer write(std::span<const std::string_view> parts) = 0;
    // write() may take bytes and send them a little later, at the latest when the turn ends. True when all it took are on
    // their way; false: wait for writable readiness before closing, or they are lost.
    [[nodiscard]] virtual bool is_drained() { return true; }
    // Tells the peer that no more bytes will come; reading goes on.
    virtual void shutdown_write() = 0;
    // The next destruction sends a reset instead of an orderly close. Used where a clean end would be a lie: a body cut
    // short must not look complete.
    virtual void reset_on_close() = 0;
    [[nodiscard]] virtual Address peer() const = 0;
    // For a socket from Network::connect: failed → the reason; otherwise whether the connection is there.
    [[nodiscard]] virtual Result<bool> is_connected() = 0;

    // Who is told, and by which bits. What is already ready is told at once. Null: nobody.
    virtual void watch(Waiter* waiter, Events readable, Events writable) {
        waiter_ = waiter;
        readable_bits_ = readable;
        writable_bits_ = writable;
        if (waiter == nullptr) return;
        const Events now = (is_readable_ ? readable : 0) | (is_writable_ ? writable : 0);
        if (now != 0) waiter->notify(now);
    }
    // Virtual for wrappers, which derive them from the socket inside; plain sockets use the flags and override nothing.
    [[nodiscard]] virtual bool is_readable() const { return is_readable_; }
    [[nodiscard]] virtual bool is_writable() const { return is_writable_; }
    // The peer has closed or reset, though unread bytes may still wait. Lets an idle pooled connection be dropped, and
    // a client's leaving be seen while nothing is read from him.
    [[nodiscard]] virtual bool has_hung_up() const { return has_hung_up_; }

protected:
    void became_readable() { is_readable_ = true; if (waiter_ != nullptr) waiter_->notify(readable_bits_); }
    void became_writable() { is_writable_ = true; if (waiter_ != nullptr) waiter_->notify(writable_bits_); }

    Waiter* waiter_ = nullptr;
    Events readable_bits_ = 0;
    Events writable_bits_ = 0;
    bool is_readable_ = false;
    bool is_writable_ = false;
    bool has_hung_up_ = false;
};

using SocketPtr = std::unique_ptr<Socket>;

class Listener {
public:
    Listener() = default;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    virtual ~Listener() = default;
    // The next waiting connection, or null when there is none now. Out of file descriptors is null as well: the loop
    // reports it and tries again later.
    [[nodiscard]] virtual SocketPtr accept() = 0;
    [[nodiscard]] virtual Address address() const = 0;   // with the port that was really bound
    virtual void watch(Waiter* waiter, Events acceptable) = 0;
};

using ListenerPtr = std::unique_ptr<Listener>;

}  // namespace gilmok::io
