// A client of the simulated world: it connects, asks, reads, and misbehaves as its seed says. What it saw of each
// request it writes into a Ticket, for the judge to hold against the gateway's record.
// Owner: the test. Thread: the world's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/prng.hpp"
#include "io/sim/world.hpp"
#include "io/task.hpp"

namespace gilmok::worldtest {

enum class Ask : std::uint8_t { chat, chat_stream, completion_stream, embedding, models, nonsense };

// One request and what its client saw of the answer.
struct Ticket {
    std::uint64_t number = 0;
    Ask ask = Ask::chat;
    std::string trace_id;   // 32 hex digits, sent as traceparent: leads to the record
    std::string text;       // what the engine was told to echo; holds a nonce
    std::string bytes;      // the request as sent
    std::size_t head_bytes = 0;
    bool is_head_sent = false;   // wholly given to the network
    bool is_sent = false;        // the body as well
    bool is_http10 = false;
    // seen
    bool has_head = false;
    bool is_whole = false;     // the message ended as HTTP says
    bool is_garbage = false;   // not HTTP, or a broken stream
    bool says_close = false;
    unsigned status = 0;
    std::string request_id;
    std::string body;   // payload
    bool is_event_stream = false;
    // about the connection
    bool has_left = false;    // the client gave up before the end, or left early on purpose
    bool was_reset = false;   // the connection broke while this one was unanswered
    bool has_connection_ended = false;
    bool is_read_slowly = false;
    bool comes_after_close = false;   // an answer before it on the connection said "close"
    [[nodiscard]] bool has_error_event() const;
    [[nodiscard]] bool has_done() const;
    [[nodiscard]] bool is_answered() const;      // a whole 2xx answer that says of itself that it is whole
    [[nodiscard]] std::string content() const;   // of all choices' texts
};

// How a client behaves; drawn once for each connection.
struct Manner {
    bool pipelines = false;
    bool reads_slowly = false;
    std::size_t leaves_after_sent = SIZE_MAX;       // bytes of requests…
    std::size_t leaves_after_received = SIZE_MAX;   // …or of answers
    Duration leaves_after{};                        // zero: never
    bool leaves_by_reset = false;
    bool goes_silent = false;   // at leaves_after_sent it stays, and sends no more
};

class Client {
public:
    static constexpr Duration patience = std::chrono::seconds(90);

    Client(io::Loop& loop, const io::Address& door, Manner manner, std::vector<Ticket*> tickets, std::uint64_t seed);
    void start() { task_.start(); }
    [[nodiscard]] bool is_over() const { return is_over_; }

private:
    io::Task<> talk();
    void write();
    // False when the connection has ended.
    bool read();
    void look(bool has_ended);
    void leave();

    io::Loop& loop_;
    io::Address door_;
    Manner manner_;
    std::vector<Ticket*> tickets_;
    Prng prng_;
    io::Waiter waiter_;
    io::Timer timer_;
    io::SocketPtr socket_;
    std::string out_;
    std::size_t sent_ = 0;   // bytes, all requests
    std::size_t received_ = 0;
    std::string in_;          // of the answer being read
    std::size_t asked_ = 0;   // tickets whose bytes are in out_
    std::size_t answered_ = 0;
    bool is_over_ = false;
    io::Task<> task_;
};

}   // namespace gilmok::worldtest
