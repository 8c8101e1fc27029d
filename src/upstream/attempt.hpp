// One dispatch of an exchange to one upstream: connect, send, wait for the head of the answer, then hand bytes out until
// the end. A small state machine over one socket; it never waits itself. The exchange waits, calls on_ready(), and asks
// what the state is. Dying before the end closes the connection: that is how a losing hedge and the request of a client
// who left are cancelled, at once.
// Owner: one exchange. Thread: its shard's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/snapshot.hpp"
#include "io/loop.hpp"
#include "upstream/pool.hpp"
#include "wire/http1.hpp"

namespace gilmok::upstream {

class Attempt {
public:
    enum class State : std::uint8_t {
        none,
        connecting,      // → ready_to_send
        ready_to_send,   // the exchange calls send()
        waiting,         // sending or sent, no head of an answer yet
        answering,       // the head is there; read() gives the rest
        failed,          // error() says why
    };

    Attempt() = default;
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;
    ~Attempt() { cancel(); }

    // Takes a connection. `readable`/`writable` are the bits its socket sets in `waiter`.
    void begin(Pool& pool, const config::Upstream& upstream, bool fresh, io::Waiter& waiter, io::Events readable,
               io::Events writable, Instant now);
    // Parts live until the next turn only; what the socket does not take now is copied.
    void send(std::span<const std::string_view> parts);
    // Something happened on the socket. `scratch` receives bytes; `head` is filled when the state becomes answering, and
    // `rest` are the bytes behind it. Both die at the next use of the scratch.
    State on_ready(std::span<char> scratch, wire::http1::ResponseHead& head, std::string_view& rest);
    // Bytes of the answer's body. After `end` or `failed` the connection is closed.
    io::Transfer read(std::span<char> scratch);
    // The request is not wholly sent yet: writable readiness matters.
    [[nodiscard]] bool is_sending() const { return !unsent_.empty(); }
    void continue_sending();

    // The answer was consumed to its exact end; the connection may be used again when both sides are clean.
    void finish(bool is_reusable, Instant now);
    void cancel();

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const Error& error() const { return error_; }
    [[nodiscard]] bool is_active() const { return state_ != State::none && state_ != State::failed; }
    [[nodiscard]] bool is_reused() const { return is_reused_; }
    [[nodiscard]] bool has_received_bytes() const { return has_received_bytes_; }
    [[nodiscard]] bool is_readable() const { return connection_.is_open() && connection_.socket().is_readable(); }
    [[nodiscard]] Instant started() const { return started_; }
    [[nodiscard]] Instant connected() const { return connected_; }
    // When the present state has lasted too long, and what that is called.
    [[nodiscard]] Instant deadline(const config::Upstream& upstream) const;
    void time_out();
    void set_connected(Instant now) { connected_ = now; }

private:
    State fail_with(Error error);
    State read_head(std::span<char> scratch, wire::http1::ResponseHead& head, std::string_view& rest);

    Connection connection_;
    Pool* pool_ = nullptr;
    std::string unsent_;
    std::string head_pending_;   // of a head that came in pieces
    Instant started_{};
    Instant connected_{};
    Error error_{};
    State state_ = State::none;
    std::uint8_t interim_heads_ = 0;
    bool is_reused_ = false;
    bool has_received_bytes_ = false;
};

}   // namespace gilmok::upstream
