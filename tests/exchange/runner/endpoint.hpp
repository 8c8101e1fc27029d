// One connection in the hands of a script, of a client or of an upstream: sends what it is told in the pieces it is told,
// and reads eagerly unless it was paused. Raw bytes on the wire; HTTP is understood only to be looked at.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "io/sim/world.hpp"
#include "io/task.hpp"
#include "message.hpp"

namespace gilmok::exchange {

class Endpoint {
public:
    Endpoint(io::Loop& loop, io::SocketPtr socket, Message::Kind reads);
    ~Endpoint();
    Endpoint(const Endpoint&) = delete;
    Endpoint& operator=(const Endpoint&) = delete;

    // piece_bytes 0: all at once. Otherwise a piece every `gap`.
    void send(std::string bytes, std::size_t piece_bytes = 0, Duration gap = {});
    // After what is queued. `reset` does not wait for the queue.
    enum class Leave : std::uint8_t { none, shutdown, close, reset };
    void leave(Leave how);
    void pause();
    void resume();
    // The next request whose answer comes is (not) a HEAD: for Message::Kind::response only.
    void expect_answer(bool to_head) { answers_to_head_.push_back(to_head); }

    [[nodiscard]] std::deque<Message>& messages() { return messages_; }
    [[nodiscard]] std::uint64_t bytes_received() const { return bytes_received_; }
    [[nodiscard]] bool has_sent_all() const { return queue_.empty(); }
    [[nodiscard]] bool has_ended() const { return has_ended_; }     // the peer closed in order
    [[nodiscard]] bool has_failed() const { return has_failed_; }   // reset, or refused
    // Ended, failed, or about to be: told even while paused.
    [[nodiscard]] bool is_left_by_peer() const;
    [[nodiscard]] bool is_open() const { return socket_ != nullptr; }

private:
    struct Piece {
        std::string bytes;
        Duration gap;   // after it
    };
    io::Task<> run();
    bool write_some();
    bool read_some();
    bool leave_if_told();
    void take_bytes(std::string_view bytes);

    io::Loop& loop_;
    io::SocketPtr socket_;
    Message::Kind reads_;
    io::Waiter waiter_;
    io::Timer timer_;
    std::deque<Piece> queue_;
    Instant next_write_{};
    Leave leave_ = Leave::none;
    bool is_paused_ = false;
    bool has_ended_ = false;
    bool has_failed_ = false;
    std::uint64_t bytes_received_ = 0;
    std::deque<Message> messages_;
    std::deque<bool> answers_to_head_;
    io::Task<> task_;
};

// A listener whose connections become Endpoints that read requests.
class Server {
public:
    Server(io::Loop& loop, io::Address address);
    void start_listening();
    // As when the process dies: no listener, and all connections reset.
    void stop();
    [[nodiscard]] bool is_listening() const { return listener_ != nullptr; }
    [[nodiscard]] const io::Address& address() const { return address_; }
    struct Accepted {
        std::unique_ptr<Endpoint> endpoint;
        std::size_t requests_taken = 0;   // by the script
    };
    [[nodiscard]] std::list<Accepted>& accepted() { return accepted_; }
    [[nodiscard]] std::size_t connections_open() const;

private:
    io::Task<> run();
    io::Loop& loop_;
    io::Address address_;
    io::ListenerPtr listener_;
    io::Waiter waiter_;
    std::list<Accepted> accepted_;
    io::Task<> task_;
};

}   // namespace gilmok::exchange
