// One client connection: reads requests one after the other, runs an exchange for each, writes what it must. The
// exchange borrows the connection's waiter and timer, so that one coroutine at a time waits for everything at once.
// Owner: its shard. Holds a block only while a request is coming in or not yet answered.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/block.hpp"
#include "door/body.hpp"
#include "gateway/shard.hpp"
#include "io/task.hpp"
#include "wire/http1.hpp"

namespace gilmok::gateway {

// What a connection's coroutine can be woken by.
namespace event {
inline constexpr io::Events client_readable = 1U << 0;
inline constexpr io::Events client_writable = 1U << 1;
inline constexpr io::Events upstream_readable = 1U << 2;
inline constexpr io::Events upstream_writable = 1U << 3;
inline constexpr io::Events hedge_readable = 1U << 4;
inline constexpr io::Events hedge_writable = 1U << 5;
inline constexpr io::Events timer = 1U << 6;
inline constexpr io::Events attention = 1U << 7;   // the shard wants something: look at is_cut(), the key, draining
inline constexpr io::Events upstream = upstream_readable | upstream_writable;
inline constexpr io::Events hedge = hedge_readable | hedge_writable;
}   // namespace event

class Connection {
public:
    Connection(Shard& shard, io::SocketPtr socket);
    void start() { task_.start(); }

    // for the shard
    void call_attention() { waiter_.notify(event::attention); }
    void cut() {
        is_cut_ = true;
        call_attention();
    }
    Connection* next = nullptr;
    Connection* previous = nullptr;

    // for the exchange
    [[nodiscard]] Shard& shard() { return shard_; }
    [[nodiscard]] io::Waiter& waiter() { return waiter_; }
    [[nodiscard]] io::Timer& timer() { return timer_; }
    [[nodiscard]] Instant now() const { return shard_.loop().now(); }
    [[nodiscard]] bool is_cut() const { return is_cut_; }
    [[nodiscard]] bool has_client_left() const { return socket_->has_hung_up() || has_failed_; }
    [[nodiscard]] const std::string& client() const { return client_; }
    // The head of the present request; parsed again when another one has used the scratch since.
    const wire::http1::RequestHead& head() {
        Scratch& scratch = shard_.scratch();
        if (scratch.request_head_owner != this) parse_again(scratch);
        return scratch.request_head;
    }
    [[nodiscard]] door::BodyCollector& body() { return body_; }
    // Reads the body to its end. Says "100 Continue" first when the client waits for it and nothing has come yet.
    io::Task<Result<bool>> read_body();
    [[nodiscard]] bool body_is_whole() const { return body_is_whole_; }
    Result<bool> begin_body();
    // The request's bytes are no longer needed (the answer has begun).
    void release_request();

    // Writes as much as the client takes now; the rest waits in `unsent` (back-pressure: stop reading the upstream).
    void send(std::string_view bytes);
    [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }
    void continue_sending();
    // Waits until the client has taken everything. False: he left or took nothing for write_timeout.
    io::Task<bool> flush();
    [[nodiscard]] Instant write_deadline() const { return write_deadline_; }
    void fail() { has_failed_ = true; }
    void reset() {
        socket_->reset_on_close();
        has_failed_ = true;
    }

private:
    enum class Next : std::uint8_t { request, close };
    io::Task<> serve();
    io::Task<bool> shake_hands();
    io::Task<Next> read_head();
    void parse_again(Scratch& scratch);
    io::Task<> refuse_head(Error error);
    io::Task<> drain_socket();
    io::Task<> linger();
    void prepare_next();

    Shard& shard_;
    io::SocketPtr socket_;
    io::Waiter waiter_;
    io::Timer timer_;
    wire::http1::Limits limits_;
    wire::http1::HeadParser parser_;
    door::BodyCollector body_;
    Block block_;
    std::uint32_t filled_ = 0;   // bytes in the block
    std::uint32_t head_end_ = 0;
    bool body_is_whole_ = false;
    bool is_cut_ = false;
    bool has_failed_ = false;   // the socket is of no further use
    std::string unsent_;
    Instant write_deadline_ = far_future;
    std::string client_;
    io::Task<> task_;
};

// The limits of the door as the parser wants them.
wire::http1::Limits parser_limits(const config::DoorLimits& limits);

}   // namespace gilmok::gateway
