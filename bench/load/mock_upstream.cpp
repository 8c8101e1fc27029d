// Mock upstream of the benches: answers every POST with 1,024 bytes of JSON (6 headers, a usage object), or, when the body
// asks to stream, with server-sent events, one of about 210 bytes in each HTTP chunk every --interval-ms, --events of them
// (0 = until the client leaves). Each event carries the time it was sent. Prints its port, serves until killed.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <queue>

#include "http.hpp"
#include "net.hpp"

namespace {

using load::now_ns;

struct Connection {
    int fd = -1;
    std::uint64_t serial = 0;   // tells a reused slot from the stream that a timer meant
    load::MessageReader reader{true};
    std::string pending;   // what a slow reader did not take yet
    bool is_streaming = false;
    bool asks_stream = false;
    std::uint64_t events_sent = 0;
    char tail[16]{};   // end of the last body bytes, so that a cut cannot hide "stream":true
    std::size_t tail_size = 0;
};

struct Due {
    std::int64_t at_ns;
    std::size_t slot;
    std::uint64_t serial;
    bool operator>(const Due& other) const { return at_ns > other.at_ns; }
};

constexpr std::string_view event_start =
    "data: "
    "{\"id\":\"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG\",\"object\":\"chat.completion.chunk\",\"created\":1741570283,"
    "\"model\":\"bench-model\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"@";
constexpr std::string_view event_end = " t\"},\"finish_reason\":null}]}\n\n";
constexpr std::string_view stream_head =
    "HTTP/1.1 200 OK\r\ndate: Sat, 21 Nov 2026 10:00:00 GMT\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    "transfer-encoding: chunked\r\nserver: mock\r\nx-request-id: req_5f3759df5f3759df\r\ncache-control: "
    "no-cache\r\n\r\n";

// 1,024 bytes of JSON behind 6 headers.
std::string json_answer() {
    const std::string start =
        "{\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion\",\"created\":1741569952,"
        "\"model\":\"bench-model\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"";
    const std::string end =
        "\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_"
        "tokens\":219,"
        "\"completion_tokens\":131,\"total_tokens\":350,\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_"
        "tokens\":0},"
        "\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0}}}";
    std::string content;
    constexpr std::string_view sentence = "The shipment left Busan on 14 May and the invoice was paid. ";
    const std::size_t wanted = 1024 - start.size() - end.size();
    while (content.size() < wanted) content += sentence.substr(0, wanted - content.size());
    return "HTTP/1.1 200 OK\r\ndate: Sat, 21 Nov 2026 10:00:00 GMT\r\ncontent-type: application/json\r\n"
           "content-length: 1024\r\nserver: mock\r\nx-request-id: req_5f3759df5f3759df\r\nopenai-processing-ms: "
           "12\r\n\r\n" +
           start + content + end;
}

std::string small_answer(std::string_view body) {
    return "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string(body);
}

class Mock {
public:
    Mock(std::uint16_t port, std::int64_t interval_ns, std::uint64_t events)
        : listening_(load::listen_on(port)),
          interval_ns_(interval_ns),
          events_(events),
          answer_(json_answer()),
          scratch_(128 * 1024) {
        epoll_.add(listening_.fd, EPOLLIN, listener_tag);
        std::printf("%u\n", static_cast<unsigned>(listening_.port));
        std::fflush(stdout);
    }
    [[noreturn]] void run();

private:
    static constexpr std::uint64_t listener_tag = ~0ULL;

    void accept_all();
    void receive(std::size_t slot);
    void respond(std::size_t slot);
    void put(Connection& connection, std::string_view bytes);
    void flush(Connection& connection);
    void close(std::size_t slot);
    void send_due();
    bool send_event(Connection& connection);

    load::Listening listening_;
    const std::int64_t interval_ns_;
    const std::uint64_t events_;
    const std::string answer_;
    load::Epoll epoll_;
    std::vector<char> scratch_;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::vector<std::size_t> free_slots_;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
    std::uint64_t serials_ = 0;
};

void Mock::run() {
    for (;;) {
        const std::int64_t wait_ns = due_.empty() ? -1 : std::max<std::int64_t>(due_.top().at_ns - now_ns(), 0);
        for (const epoll_event& event : epoll_.wait(wait_ns)) {
            if (event.data.u64 == listener_tag) {
                accept_all();
                continue;
            }
            const auto slot = static_cast<std::size_t>(event.data.u64);
            if (connections_[slot]->fd >= 0 && (event.events & EPOLLOUT) != 0) flush(*connections_[slot]);
            if (connections_[slot]->fd >= 0 && (event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0)
                receive(slot);
        }
        send_due();
    }
}

void Mock::accept_all() {
    for (int fd = load::accept_from(listening_.fd); fd >= 0; fd = load::accept_from(listening_.fd)) {
        if (free_slots_.empty()) {
            free_slots_.push_back(connections_.size());
            connections_.push_back(std::make_unique<Connection>());
        }
        const std::size_t slot = free_slots_.back();
        free_slots_.pop_back();
        *connections_[slot] = Connection{};
        connections_[slot]->fd = fd;
        connections_[slot]->serial = ++serials_;
        epoll_.add(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, slot);
    }
}

void Mock::receive(std::size_t slot) {
    Connection& connection = *connections_[slot];
    const auto on_body = [&connection](std::string_view body) {
        // Only the first part of a body is looked at: the benches put "stream" before the messages.
        if (connection.asks_stream) return;
        const std::string seen = std::string(connection.tail, connection.tail_size) + std::string(body.substr(0, 512));
        connection.asks_stream =
            seen.find("\"stream\":true") != std::string::npos || seen.find("\"stream\": true") != std::string::npos;
        connection.tail_size = std::min(seen.size(), sizeof connection.tail);
        std::memcpy(connection.tail, seen.data() + seen.size() - connection.tail_size, connection.tail_size);
    };
    for (;;) {
        const ssize_t got = ::recv(connection.fd, scratch_.data(), scratch_.size(), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (got <= 0) {
            close(slot);
            return;
        }
        std::string_view bytes(scratch_.data(), static_cast<std::size_t>(got));
        while (!bytes.empty()) {
            bytes.remove_prefix(connection.reader.feed(bytes, on_body));
            if (connection.reader.is_bad() || (connection.is_streaming && !bytes.empty())) {
                close(slot);
                return;
            }
            if (!connection.reader.is_done()) break;
            respond(slot);
        }
        if (static_cast<std::size_t>(got) < scratch_.size()) return;
    }
}

void Mock::respond(std::size_t slot) {
    Connection& connection = *connections_[slot];
    const bool is_post = connection.reader.head().starts_with("POST ");
    if (is_post && connection.asks_stream) {
        connection.is_streaming = true;
        connection.events_sent = 0;
        put(connection, stream_head);
        // Golden-ratio phases spread the streams evenly over the interval, whatever the order they came in.
        const std::uint64_t phase = (connection.serial * 11400714819323198485ULL) >> 40;
        due_.push({.at_ns = now_ns() + static_cast<std::int64_t>(phase) * interval_ns_ / (1 << 24),
                   .slot = slot,
                   .serial = connection.serial});
    } else if (is_post) {
        put(connection, answer_);
    } else if (connection.reader.head().find("/models") != std::string::npos) {
        put(connection, small_answer("{\"object\":\"list\",\"data\":[{\"id\":\"bench-model\",\"object\":\"model\","
                                     "\"created\":0,\"owned_by\":\"mock\"}]}"));
    } else {
        put(connection, small_answer("{}"));
    }
    connection.reader.reset();
    connection.asks_stream = false;
    connection.tail_size = 0;
}

void Mock::put(Connection& connection, std::string_view bytes) {
    if (connection.pending.empty()) {
        const ssize_t sent = ::send(connection.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    connection.pending += bytes;
}

void Mock::flush(Connection& connection) {
    while (!connection.pending.empty()) {
        const ssize_t sent = ::send(connection.fd, connection.pending.data(), connection.pending.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        connection.pending.erase(0, static_cast<std::size_t>(sent));
    }
}

void Mock::close(std::size_t slot) {
    ::close(connections_[slot]->fd);
    connections_[slot]->fd = -1;
    connections_[slot]->serial = 0;
    free_slots_.push_back(slot);
}

void Mock::send_due() {
    while (!due_.empty() && due_.top().at_ns <= now_ns()) {
        Due due = due_.top();
        due_.pop();
        Connection& connection = *connections_[due.slot];
        if (connection.serial != due.serial || !send_event(connection)) continue;
        due.at_ns += interval_ns_;
        due_.push(due);
    }
}

// False when that was the last one.
bool Mock::send_event(Connection& connection) {
    if (events_ != 0 && connection.events_sent == events_) {
        put(connection, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
        connection.is_streaming = false;
        return false;
    }
    ++connection.events_sent;
    if (!connection.pending.empty()) return true;   // a reader this slow has nothing to measure
    std::array<char, 512> chunk{};
    const int size = std::snprintf(chunk.data(), chunk.size(), "%zx\r\n%.*s%019lld%.*s\r\n",
                                   event_start.size() + 19 + event_end.size(), static_cast<int>(event_start.size()),
                                   event_start.data(), static_cast<long long>(now_ns()),
                                   static_cast<int>(event_end.size()), event_end.data());
    put(connection, std::string_view(chunk.data(), static_cast<std::size_t>(size)));
    return true;
}

}   // namespace

int main(int argc, char** argv) {
    const load::Arguments arguments(argc, argv, {"port", "interval-ms", "events"});
    load::raise_file_limit();
    Mock mock(static_cast<std::uint16_t>(arguments.number("port", 0)), arguments.number("interval-ms", 100) * 1'000'000,
              static_cast<std::uint64_t>(arguments.number("events", 0)));
    mock.run();
}
