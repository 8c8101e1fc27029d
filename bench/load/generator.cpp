// Load generator: N keep-alive connections that POST chats to one port of this machine.
//   closed loop (default): each connection asks again as soon as it has its answer; counts answers and their latency.
//   --sse 1: each connection opens one stream and keeps it; counts events by the time stamp in them ("@" and 19 digits,
//   written by the mock upstream just before it sends), so the latency of an event is the way through the proxy alone.
// The CPU time and memory of the proxy (--pid, repeated) are read here, at the very edges of the window. One line of JSON.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "chat_body.hpp"
#include "http.hpp"
#include "net.hpp"

namespace {

using load::now_ns;

struct Options {
    std::uint16_t port = 0;
    std::size_t connections = 0;
    bool is_sse = false;
    std::int64_t warm_ns = 0;
    std::int64_t measure_ns = 0;
    std::int64_t open_per_second = 0;
    std::vector<std::int64_t> pids;
};

struct Connection {
    int fd = -1;
    std::size_t sent = 0;
    bool is_answered = false;   // --sse: the first event came
    std::int64_t started_ns = 0;
    load::MessageReader reader{false};
    // A time stamp may be cut by the end of a read: digits so far, -1 = not inside one.
    int digits = -1;
    std::int64_t stamp_ns = 0;
};

struct Counts {
    std::uint64_t answers = 0;
    std::uint64_t chunks = 0;
    std::uint64_t errors = 0;   // wrong status, broken framing, closed before the end
    std::uint64_t reconnects = 0;
    load::Histogram latency;
};

class Generator {
public:
    Generator(const Options& options, std::string request)
        : options_(options), request_(std::move(request)), connections_(options.connections), scratch_(64 * 1024) {}

    void run();

private:
    void open(std::size_t index);
    void open_all();
    void turn(std::int64_t wait_ns);
    void send_more(Connection& connection);
    void receive(std::size_t index);
    void take(std::size_t index, std::string_view bytes);
    void end_answer(std::size_t index);
    void lose(std::size_t index);
    void scan(Connection& connection, std::string_view body);
    void report(std::int64_t rss_before_kb, std::int64_t elapsed_ns, std::int64_t cpu_ns);

    const Options options_;
    const std::string request_;
    load::Epoll epoll_;
    std::vector<Connection> connections_;
    std::vector<char> scratch_;
    Counts counts_;
    std::size_t answered_streams_ = 0;
    std::int64_t read_ns_ = 0;   // when the bytes at hand were read
};

void Generator::run() {
    const std::int64_t rss_before_kb = load::rss_kb_of(options_.pids);
    open_all();
    for (const std::int64_t end_ns = now_ns() + options_.warm_ns; now_ns() < end_ns;) turn(1'000'000);
    counts_ = Counts{};
    const std::int64_t cpu_start_ns = load::cpu_ns_of(options_.pids);
    const std::int64_t start_ns = now_ns();
    while (now_ns() < start_ns + options_.measure_ns) turn(1'000'000);
    const std::int64_t elapsed_ns = now_ns() - start_ns;
    report(rss_before_kb, elapsed_ns, load::cpu_ns_of(options_.pids) - cpu_start_ns);
    for (const Connection& connection : connections_)
        if (connection.fd >= 0) load::close_hard(connection.fd);
}

void Generator::report(std::int64_t rss_before_kb, std::int64_t elapsed_ns, std::int64_t cpu_ns) {
    std::printf(
        "{\"answers\":%llu,\"chunks\":%llu,\"errors\":%llu,\"reconnects\":%llu,\"streams\":%zu,\"seconds\":%.4f,"
        "\"cpu_ns\":%lld,\"p50_us\":%.1f,\"p99_us\":%.1f,\"rss_before_kb\":%lld,\"rss_kb\":%lld}\n",
        static_cast<unsigned long long>(counts_.answers), static_cast<unsigned long long>(counts_.chunks),
        static_cast<unsigned long long>(counts_.errors), static_cast<unsigned long long>(counts_.reconnects),
        answered_streams_, static_cast<double>(elapsed_ns) / 1e9, static_cast<long long>(cpu_ns),
        counts_.latency.quantile_us(0.5), counts_.latency.quantile_us(0.99), static_cast<long long>(rss_before_kb),
        static_cast<long long>(load::rss_kb_of(options_.pids)));
    std::fflush(stdout);
}

// Streams are opened at a steady rate: a burst of thousands measures the accept queue and leaves the proxy's memory in a
// state that no real day brings about.
void Generator::open_all() {
    const std::int64_t start_ns = now_ns();
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        open(i);
        if (!options_.is_sse) continue;
        const std::int64_t due_ns = start_ns + static_cast<std::int64_t>(i) * 1'000'000'000 / options_.open_per_second;
        while (now_ns() < due_ns) turn(due_ns - now_ns());
    }
    const std::int64_t end_ns = now_ns() + 10'000'000'000;
    while (options_.is_sse && answered_streams_ < connections_.size() && now_ns() < end_ns) turn(1'000'000);
}

void Generator::open(std::size_t index) {
    Connection& connection = connections_[index];
    connection.fd = load::connect_to(options_.port);
    if (connection.fd < 0) load::die("connect");
    connection.reader.reset();
    connection.sent = 0;
    connection.started_ns = now_ns();
    epoll_.add(connection.fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, index);
    send_more(connection);
}

void Generator::turn(std::int64_t wait_ns) {
    const auto& events = epoll_.wait(wait_ns);
    for (const epoll_event& event : events) {
        const auto index = static_cast<std::size_t>(event.data.u64);
        if ((event.events & EPOLLOUT) != 0 && connections_[index].sent < request_.size())
            send_more(connections_[index]);
        if ((event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) receive(index);
    }
}

void Generator::send_more(Connection& connection) {
    while (connection.sent < request_.size()) {
        const ssize_t put =
            ::send(connection.fd, request_.data() + connection.sent, request_.size() - connection.sent, MSG_NOSIGNAL);
        if (put <= 0) return;   // full, or broken: the read side will tell
        connection.sent += static_cast<std::size_t>(put);
    }
}

void Generator::receive(std::size_t index) {
    for (;;) {
        const int fd = connections_[index].fd;
        const ssize_t got = ::recv(fd, scratch_.data(), scratch_.size(), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (got <= 0) {
            lose(index);
            return;
        }
        read_ns_ = now_ns();
        const auto size = static_cast<std::size_t>(got);
        take(index, std::string_view(scratch_.data(), size));
        if (size < scratch_.size() || connections_[index].fd != fd) return;
    }
}

void Generator::take(std::size_t index, std::string_view bytes) {
    Connection& connection = connections_[index];
    const auto on_body = [&](std::string_view body) {
        if (options_.is_sse) scan(connection, body);
    };
    const std::size_t used = connection.reader.feed(bytes, on_body);
    if (connection.reader.is_bad() || used < bytes.size()) {
        lose(index);
    } else if (connection.reader.is_done()) {
        end_answer(index);
    }
}

void Generator::end_answer(std::size_t index) {
    Connection& connection = connections_[index];
    if (connection.reader.status() == 200)
        ++counts_.answers;
    else
        ++counts_.errors;
    if (options_.is_sse) ++counts_.errors;   // these streams have no end
    counts_.latency.add(options_.is_sse ? 0 : read_ns_ - connection.started_ns);
    if (connection.reader.closes()) {
        ::close(connection.fd);
        ++counts_.reconnects;
        open(index);
        return;
    }
    connection.reader.reset();
    connection.sent = 0;
    connection.started_ns = read_ns_;
    send_more(connection);
}

void Generator::lose(std::size_t index) {
    Connection& connection = connections_[index];
    const bool was_idle = connection.reader.is_idle() && connection.sent == 0;
    if (!was_idle && !(connection.reader.finish() && connection.reader.status() == 200)) ++counts_.errors;
    ::close(connection.fd);
    ++counts_.reconnects;
    open(index);
}

// Looks for "@" and 19 digits. "@" stands nowhere else in an answer of the mock upstream.
void Generator::scan(Connection& connection, std::string_view body) {
    std::size_t at = 0;
    while (at < body.size()) {
        if (connection.digits < 0) {
            const void* found = std::memchr(body.data() + at, '@', body.size() - at);
            if (found == nullptr) return;
            at = static_cast<std::size_t>(static_cast<const char*>(found) - body.data()) + 1;
            connection.digits = 0;
            connection.stamp_ns = 0;
            continue;
        }
        connection.stamp_ns = connection.stamp_ns * 10 + (body[at++] - '0');
        if (++connection.digits < 19) continue;
        connection.digits = -1;
        ++counts_.chunks;
        counts_.latency.add(read_ns_ - connection.stamp_ns);
        if (!connection.is_answered) {
            connection.is_answered = true;
            ++answered_streams_;
        }
    }
}

std::string request_text(const load::Arguments& arguments, std::uint16_t port) {
    const bool is_sse = arguments.number("sse", 0) != 0;
    const std::string body = load::chat_body(static_cast<std::size_t>(arguments.number("bytes", 1024)),
                                             arguments.text("model", "bench-model"), is_sse ? "\"stream\":true," : "");
    std::string head =
        "POST " + arguments.text("path", "/v1/chat/completions") +
        " HTTP/1.1\r\nhost: 127.0.0.1:" + std::to_string(port) +
        "\r\naccept: application/json\r\ncontent-type: application/json\r\nuser-agent: OpenAI/Python 1.99.1\r\n"
        "accept-encoding: identity\r\nx-stainless-lang: python\r\nx-stainless-retry-count: 0\r\n"
        "x-stainless-read-timeout: 600\r\nauthorization: Bearer " +
        arguments.text("key", "none") + "\r\n";
    for (const std::string& header : arguments.all("header")) head += header + "\r\n";
    return head + "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::int64_t nanoseconds(double seconds) { return static_cast<std::int64_t>(seconds * 1e9); }

}   // namespace

int main(int argc, char** argv) {
    const load::Arguments arguments(argc, argv,
                                    {"port", "connections", "sse", "bytes", "model", "path", "key", "header", "warm",
                                     "measure", "open-per-second", "pid", "print-request"});
    load::raise_file_limit();
    Options options{.port = static_cast<std::uint16_t>(arguments.number("port", 0)),
                    .connections = static_cast<std::size_t>(arguments.number("connections", 64)),
                    .is_sse = arguments.number("sse", 0) != 0,
                    .warm_ns = nanoseconds(arguments.real("warm", 0.25)),
                    .measure_ns = nanoseconds(arguments.real("measure", 0.6)),
                    .open_per_second = arguments.number("open-per-second", 4000),
                    .pids = {}};
    for (const std::string& pid : arguments.all("pid")) options.pids.push_back(std::strtoll(pid.c_str(), nullptr, 10));
    const std::string request = request_text(arguments, options.port);
    if (arguments.number("print-request", 0) != 0) {
        std::fwrite(request.data(), 1, request.size(), stdout);
        return 0;
    }
    Generator(options, request).run();
    return 0;
}
