// Both ends of `scripts/prove burst`: --connections clients of the gateway at --port, and the upstream that holds their requests
// until every one has been admitted or refused. Prints the upstream's port, then answers each line of standard input with one line of
// JSON. A line is: KEY REQUESTS MODE OUTPUT_TOKENS INPUT_BOUND SEED
//   hold   all cost the same and are held until all are decided, then answered
//   abort  the same, but half of the clients leave instead of waiting for their answer
//   flow   each costs something else, is answered after a while, and may leave: requests come while others end
// The start is a barrier: every request but its last byte lies with the gateway before the first last byte is sent.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>

#include "http.hpp"
#include "net.hpp"

namespace {

constexpr std::size_t body_bytes = 220;   // all the same, so that they cost the same
constexpr std::int64_t shed_wait_ns = 30'000'000;
constexpr std::int64_t round_ns_max = 60'000'000'000;
constexpr std::uint64_t listener_tag = 0, upstream_tag = 1ULL << 32, client_tag = 1ULL << 33;

std::uint64_t mix(std::uint64_t value) {   // splitmix64
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

enum class Mode { hold, abort, flow };

struct Order {
    std::string key;
    std::size_t requests = 0;
    Mode mode = Mode::hold;
    std::int64_t output_tokens = 0, input_bound = 0;
    std::uint64_t seed = 0;
    [[nodiscard]] std::uint64_t draw(std::size_t index, std::uint64_t what) const {
        return mix(seed * 1'000'003 + index * 7 + what);
    }
    [[nodiscard]] std::int64_t tokens_asked(std::size_t index) const {
        if (mode != Mode::flow) return output_tokens;
        return 1 + static_cast<std::int64_t>(draw(index, 1) % static_cast<std::uint64_t>(2 * output_tokens));
    }
    [[nodiscard]] std::int64_t bound(std::size_t index) const { return input_bound + tokens_asked(index); }
    // Never more than was asked for: input as the mock counts it, and some of the output.
    [[nodiscard]] std::int64_t input_used(std::size_t index) const {
        return 1 + static_cast<std::int64_t>(draw(index, 2) % 40);
    }
    [[nodiscard]] std::int64_t output_used(std::size_t index) const {
        return static_cast<std::int64_t>(draw(index, 3) % static_cast<std::uint64_t>(tokens_asked(index) + 1));
    }
    [[nodiscard]] bool leaves(std::size_t index) const {
        return (mode == Mode::abort && draw(index, 4) % 2 == 0) || (mode == Mode::flow && draw(index, 4) % 8 == 0);
    }
};

struct Client {
    int fd = -1;
    bool is_running = false;
    std::int64_t again_ns = 0;   // shed: sent once more then
    load::MessageReader reader{false};
};

struct Hold {
    int fd = -1;
    load::MessageReader reader{true};
    std::string body;
    bool is_holding = false;
    std::size_t index = 0;
    std::int64_t until_ns = 0;   // flow: answered then
};

struct Counts {
    std::int64_t admitted = 0, refused = 0, shed = 0, left = 0, answered = 0, other = 0, most = 0, tokens_spent = 0,
                 most_used = 0;
    std::int64_t decided_ns = 0;
    std::string remaining_tokens, remaining_budget, oddity;
};

class Driver {
public:
    Driver(std::uint16_t port, std::size_t connections)
        : port_(port), listening_(load::listen_on(0)), clients_(connections), scratch_(64 * 1024) {
        epoll_.add(listening_.fd, EPOLLIN, listener_tag);
    }
    [[nodiscard]] std::uint16_t upstream_port() const { return listening_.port; }
    Counts run(const Order& order);

private:
    void connect(std::size_t index);
    [[nodiscard]] std::string request(std::size_t index) const;
    void send(int fd, std::string_view bytes) const;
    void accept();
    void take_request(std::uint64_t tag);
    void take_answer(std::size_t index);
    void end_client(std::size_t index);
    void answer(Hold& hold);
    void leave(std::size_t index);
    void look_at_clock(std::int64_t now_ns);
    void decide();

    const std::uint16_t port_;
    load::Listening listening_;
    load::Epoll epoll_;
    std::vector<Client> clients_;
    std::map<std::uint64_t, Hold> holds_;   // by tag
    std::uint64_t next_hold_ = upstream_tag;
    std::vector<char> scratch_;

    Order order_;
    Counts counts_;
    std::size_t running_ = 0, undecided_ = 0;
    std::int64_t holding_ = 0, used_ = 0, began_ns_ = 0;
};

void Driver::connect(std::size_t index) {
    Client& client = clients_[index];
    client.fd = load::connect_to(port_);
    if (client.fd < 0) load::die("the gateway does not accept");
    client.reader.reset();
    epoll_.add(client.fd, EPOLLIN, client_tag + index);
}

std::string Driver::request(std::size_t index) const {
    std::string body = "{\"model\":\"burst\",\"max_tokens\":" + std::to_string(order_.tokens_asked(index)) +
                       ",\"messages\":[{\"role\":\"user\",\"content\":\"#" + std::to_string(1'000'000 + index) + " ";
    const std::string_view end = "\"}]}";
    body.append(body_bytes - body.size() - end.size(), 'x').append(end);
    return "POST /v1/chat/completions HTTP/1.1\r\nhost: gilmok\r\nauthorization: Bearer " + order_.key +
           "\r\ncontent-type: application/json\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

void Driver::send(int fd, std::string_view bytes) const {
    // A few hundred bytes into an empty socket buffer: they go at once, or the other side has gone.
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0 && static_cast<std::size_t>(sent) != bytes.size()) load::die("a short write");
}

Counts Driver::run(const Order& order) {
    order_ = order;
    counts_ = {};
    running_ = undecided_ = order.requests;
    holding_ = used_ = 0;
    if (order.requests > clients_.size()) load::die("more requests than connections");
    for (std::size_t i = 0; i < order.requests; ++i) {
        if (clients_[i].fd < 0) connect(i);
        clients_[i].is_running = true;
        clients_[i].again_ns = 0;
        const std::string text = request(i);
        send(clients_[i].fd, std::string_view(text).substr(0, text.size() - 1));
    }
    began_ns_ = load::now_ns();
    for (std::size_t i = 0; i < order.requests; ++i) send(clients_[i].fd, "}");

    while (running_ > 0 || holding_ > 0) {
        for (const epoll_event& event : epoll_.wait(2'000'000)) {
            if (event.data.u64 == listener_tag)
                accept();
            else if (event.data.u64 >= client_tag)
                take_answer(event.data.u64 - client_tag);
            else
                take_request(event.data.u64);
        }
        const std::int64_t now_ns = load::now_ns();
        look_at_clock(now_ns);
        if (now_ns - began_ns_ > round_ns_max) {
            counts_.oddity =
                std::to_string(running_) + " clients and " + std::to_string(holding_) + " holds did not end";
            break;
        }
    }
    return counts_;
}

void Driver::accept() {
    for (int fd = load::accept_from(listening_.fd); fd >= 0; fd = load::accept_from(listening_.fd)) {
        Hold& hold = holds_[++next_hold_];
        hold.fd = fd;
        epoll_.add(fd, EPOLLIN, next_hold_);
    }
}

void Driver::take_request(std::uint64_t tag) {
    const auto found = holds_.find(tag);
    if (found == holds_.end()) return;
    Hold& hold = found->second;
    const ssize_t got = ::recv(hold.fd, scratch_.data(), scratch_.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {   // the gateway closed it: idle, or its client has left
        if (hold.is_holding) --holding_;
        ::close(hold.fd);
        holds_.erase(found);
        return;
    }
    hold.reader.feed({scratch_.data(), static_cast<std::size_t>(got)},
                     [&](std::string_view part) { hold.body += part; });
    if (!hold.reader.is_done()) return;
    const std::size_t mark = hold.body.find('#');
    if (mark == std::string::npos) load::die("a request that nobody sent");
    hold.index = std::strtoull(hold.body.c_str() + mark + 1, nullptr, 10) - 1'000'000;
    hold.is_holding = true;
    ++counts_.admitted;
    counts_.most = std::max(counts_.most, ++holding_);
    used_ += order_.bound(hold.index);
    counts_.most_used = std::max(counts_.most_used, used_);
    if (order_.mode == Mode::flow)
        hold.until_ns = load::now_ns() + static_cast<std::int64_t>(order_.draw(hold.index, 5) % 20'000'000);
    decide();
}

void Driver::take_answer(std::size_t index) {
    Client& client = clients_[index];
    if (client.fd < 0) return;
    const ssize_t got = ::recv(client.fd, scratch_.data(), scratch_.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        ::close(client.fd);
        client.fd = -1;
        if (!client.is_running) return;
        ++counts_.other;
        counts_.oddity = "a connection was closed without an answer";
        end_client(index);
        decide();
        return;
    }
    client.reader.feed({scratch_.data(), static_cast<std::size_t>(got)}, [](std::string_view) {});
    if (!client.reader.is_done()) return;
    const int status = client.reader.status();
    const bool closes = client.reader.closes();
    if (status == 200) {
        ++counts_.answered;
        counts_.remaining_tokens = client.reader.header("x-ratelimit-remaining-tokens");
        counts_.remaining_budget = client.reader.header("x-gilmok-budget-remaining");
    } else if (status == 429) {
        ++counts_.refused;
        decide();
    } else if (status == 503) {   // a late loop sheds; nothing is decided yet
        ++counts_.shed;
        client.again_ns = load::now_ns() + shed_wait_ns;
    } else {
        ++counts_.other;
        counts_.oddity = "status " + std::to_string(status);
        decide();
    }
    client.reader.reset();
    if (closes) {
        ::close(client.fd);
        client.fd = -1;
    }
    if (status != 503) end_client(index);
}

void Driver::end_client(std::size_t index) {
    clients_[index].is_running = false;
    --running_;
}

void Driver::answer(Hold& hold) {
    const std::int64_t input = order_.input_used(hold.index), output = order_.output_used(hold.index);
    const std::string body =
        "{\"id\":\"chatcmpl-burst\",\"object\":\"chat.completion\",\"created\":1795219200,\"model\":\"burst\","
        "\"choices\":[{\"index\":0,"
        "\"message\":{\"role\":\"assistant\",\"content\":\"ok\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_"
        "tokens\":" +
        std::to_string(input) + ",\"completion_tokens\":" + std::to_string(output) +
        ",\"total_tokens\":" + std::to_string(input + output) + "}}";
    counts_.tokens_spent += input + output;
    used_ += input + output - order_.bound(hold.index);
    hold.is_holding = false;
    --holding_;
    hold.body.clear();
    hold.reader.reset();
    send(hold.fd, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " +
                      std::to_string(body.size()) + "\r\n\r\n" + body);
}

void Driver::leave(std::size_t index) {
    used_ -= order_.bound(index);
    load::close_hard(clients_[index].fd);
    clients_[index].fd = -1;
    ++counts_.left;
    end_client(index);
}

// One more request is held or refused. The last one ends the waiting of those that are held.
void Driver::decide() {
    if (--undecided_ > 0) return;
    counts_.decided_ns = load::now_ns() - began_ns_;
    if (order_.mode == Mode::flow) return;
    for (auto& [tag, hold] : holds_) {
        if (!hold.is_holding) continue;
        // Who leaves is taken from the upstream by the gateway, which resets the connection.
        if (order_.leaves(hold.index))
            leave(hold.index);
        else
            answer(hold);
    }
}

void Driver::look_at_clock(std::int64_t now_ns) {
    for (std::size_t i = 0; i < order_.requests; ++i) {
        Client& client = clients_[i];
        if (!client.is_running || client.again_ns == 0 || now_ns < client.again_ns) continue;
        client.again_ns = 0;
        if (client.fd < 0) connect(i);
        send(client.fd, request(i));
    }
    if (order_.mode != Mode::flow) return;
    for (auto& [tag, hold] : holds_) {
        if (!hold.is_holding || hold.until_ns == 0 || now_ns < hold.until_ns) continue;
        hold.until_ns = 0;
        if (order_.leaves(hold.index))
            leave(hold.index);
        else
            answer(hold);
    }
}

}   // namespace

int main(int argc, char** argv) {
    const load::Arguments arguments(argc, argv, {"port", "connections"});
    load::raise_file_limit();
    Driver driver(static_cast<std::uint16_t>(arguments.number("port", 0)),
                  static_cast<std::size_t>(arguments.number("connections", 1'000)));
    std::printf("%u\n", driver.upstream_port());
    std::fflush(stdout);
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        Order order;
        std::string mode;
        words >> order.key >> order.requests >> mode >> order.output_tokens >> order.input_bound >> order.seed;
        if (!words) load::die("not an order: " + line);
        order.mode = mode == "flow" ? Mode::flow : mode == "abort" ? Mode::abort : Mode::hold;
        const Counts c = driver.run(order);
        std::printf(
            "{\"admitted\":%lld,\"refused\":%lld,\"shed\":%lld,\"left\":%lld,\"answered\":%lld,\"other\":%lld,\"most\":"
            "%lld,"
            "\"tokens_spent\":%lld,\"most_used\":%lld,\"decided_ms\":%.3f,\"remaining_tokens\":\"%s\","
            "\"remaining_budget\":\"%s\",\"oddity\":\"%s\"}\n",
            static_cast<long long>(c.admitted), static_cast<long long>(c.refused), static_cast<long long>(c.shed),
            static_cast<long long>(c.left), static_cast<long long>(c.answered), static_cast<long long>(c.other),
            static_cast<long long>(c.most), static_cast<long long>(c.tokens_spent), static_cast<long long>(c.most_used),
            static_cast<double>(c.decided_ns) / 1e6, c.remaining_tokens.c_str(), c.remaining_budget.c_str(),
            c.oddity.c_str());
        std::fflush(stdout);
    }
    return 0;
}
