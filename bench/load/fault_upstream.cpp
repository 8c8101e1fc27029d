// An OpenAI-compatible upstream that misbehaves as each request's plan orders (fault_plan.hpp). Prints its port; on
// GET /counts tells what it saw. Every answer is a script of steps, run as far as time and the peer allow.
// --sides 2 listens on a second port too (its number stands on the same line), --book FILE keeps an account of each request.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <memory>
#include <queue>
#include <unordered_set>

#include "fault_plan.hpp"
#include "http.hpp"
#include "net.hpp"
#include "upstream_book.hpp"

namespace {

using load::Fault;
using load::Plan;

struct Step {
    enum class What { put, wait, end, reset, stall };
    What what = What::put;
    std::string bytes{};
    std::int64_t wait_ms = 0;
};
using Script = std::deque<Step>;

constexpr std::int64_t delay_ms = 120;
constexpr std::int64_t leave_delay_ms = 2'000;   // long after the client has left

std::string chunk_of(std::string_view bytes) {
    char size[24];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    return size + std::string(bytes) + "\r\n";
}

// Cuts fall anywhere, also inside an event: where chunks end means nothing to a stream of events.
std::string chunked(std::string_view bytes, std::uint64_t nonce) {
    std::string out;
    for (std::uint64_t seed = nonce; !bytes.empty(); seed = load::mix(seed)) {
        const std::size_t take = std::min<std::size_t>(bytes.size(), nonce % 3 == 0 ? 1 + seed % 400 : 180 + seed % 40);
        out += chunk_of(bytes.substr(0, take));
        bytes.remove_prefix(take);
    }
    return out;
}

std::string head_of(const Plan& plan, std::string_view framing) {
    return "HTTP/1.1 200 OK\r\ncontent-type: " +
           std::string(plan.is_stream ? "text/event-stream" : "application/json") + "\r\nserver: fault\r\n" +
           std::string(framing) + "\r\n";
}

std::string length_line(std::size_t bytes) { return "content-length: " + std::to_string(bytes) + "\r\n"; }

std::string status_answer(std::string_view status_line) {
    const std::string body =
        R"({"error":{"message":"ordered by the plan","type":"server_error","param":null,"code":null}})";
    return "HTTP/1.1 " + std::string(status_line) + "\r\ncontent-type: application/json\r\n" +
           length_line(body.size()) + "\r\n" + body;
}

// What the gateway asked of a stream.
struct Wanted {
    bool has_usage = false;
    bool is_continuous = false;
};

std::string events_of(const Plan& plan, Wanted wanted) {
    return load::event_stream(plan, wanted.has_usage, wanted.is_continuous);
}

std::string whole_answer(const Plan& plan, Wanted wanted) {
    if (!plan.is_stream) {
        const std::string body = load::json_answer(plan);
        return head_of(plan, length_line(body.size())) + body;
    }
    return head_of(plan, "transfer-encoding: chunked\r\n") + chunked(events_of(plan, wanted), plan.nonce) + "0\r\n\r\n";
}

// The answer up to the byte where the plan strikes, its framing promising more.
std::string cut_answer(const Plan& plan, Wanted wanted) {
    if (!plan.is_stream) {
        const std::string body = load::json_answer(plan);
        return head_of(plan, length_line(body.size())) + body.substr(0, plan.cut);
    }
    return head_of(plan, "transfer-encoding: chunked\r\n") +
           chunked(std::string_view(events_of(plan, wanted)).substr(0, plan.cut), plan.nonce);
}

std::string error_stream(const Plan& plan, Wanted wanted) {
    std::string events;
    for (std::uint32_t piece = 0; piece < plan.pieces / 2; ++piece)
        events += "data: " + load::sent_data(plan, piece, wanted.is_continuous) + "\n\n";
    events += R"(data: {"error":{"message":"ordered by the plan","type":"server_error","code":500}})";
    events += "\n\n";
    if (plan.only_once) events += "data: [DONE]\n\n";   // some engines do that, too
    return head_of(plan, "transfer-encoding: chunked\r\n") + chunked(events, plan.nonce) + "0\r\n\r\n";
}

Step put(std::string bytes) { return {.what = Step::What::put, .bytes = std::move(bytes)}; }
Step wait(std::int64_t wait_ms) { return {.what = Step::What::wait, .wait_ms = wait_ms}; }
Step stop(Step::What what) { return {.what = what}; }

Script dripping(const std::string& answer) {
    Script script;
    const std::size_t slow = std::min<std::size_t>(answer.size(), 40);
    for (std::size_t i = 0; i < slow; ++i) {
        script.push_back(put(answer.substr(i, 1)));
        script.push_back(wait(2));
    }
    script.push_back(put(answer.substr(slow)));
    return script;
}

std::string repeated(std::string_view text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

Script leaving_script(const Plan& plan, Wanted wanted) {
    if (plan.leaving == load::Leaving::before_head) return {wait(leave_delay_ms), put(whole_answer(plan, wanted))};
    std::string start = head_of(plan, "transfer-encoding: chunked\r\n");
    for (std::uint32_t piece = 0; piece <= plan.nonce / 2 % plan.pieces; ++piece)
        start += chunk_of("data: " + load::sent_data(plan, piece, wanted.is_continuous) + "\n\n");
    return {put(start), wait(leave_delay_ms), put("0\r\n\r\n")};
}

Script script_of(const Plan& plan, Wanted wanted) {
    using What = Step::What;
    constexpr std::string_view early_hints = "HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n";
    if (plan.leaving != load::Leaving::stays) return leaving_script(plan, wanted);
    const std::string whole = whole_answer(plan, wanted);
    switch (plan.fault) {
        case Fault::none:
        case Fault::lying_usage: return {put(whole)};
        case Fault::delay: return {wait(delay_ms), put(whole)};
        case Fault::drip: return dripping(whole);
        case Fault::interim_few: return {put(repeated(early_hints, 3) + whole)};
        case Fault::interim_flood: return {put(repeated(early_hints, 600) + whole)};
        case Fault::second_answer: {
            Plan poison = plan;
            poison.nonce = ~plan.nonce;
            return {put(whole + whole_answer(poison, wanted)), stop(What::stall)};
        }
        case Fault::close_after: return {put(whole), stop(What::end)};
        case Fault::until_close:
            return {put(head_of(plan, "") + (plan.is_stream ? events_of(plan, wanted) : load::json_answer(plan))),
                    stop(What::end)};
        case Fault::stall_head: return {stop(What::stall)};
        case Fault::reset_head: return {stop(What::reset)};
        case Fault::garbage_head: return {put("SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n"), stop(What::stall)};
        case Fault::status_400: return {put(status_answer("400 Bad Request"))};
        case Fault::status_500: return {put(status_answer("500 Internal Server Error"))};
        case Fault::status_503: return {put(status_answer("503 Service Unavailable"))};
        case Fault::stall_body: return {put(cut_answer(plan, wanted)), stop(What::stall)};
        case Fault::reset_body: return {put(cut_answer(plan, wanted)), wait(5), stop(What::reset)};
        case Fault::half_close: return {put(cut_answer(plan, wanted)), stop(What::end)};
        case Fault::length_long: {
            const std::string body = load::json_answer(plan);
            return {put(head_of(plan, length_line(body.size() + 1 + plan.cut)) + body), stop(What::end)};
        }
        case Fault::length_short:
            return {put(head_of(plan, length_line(plan.cut)) + load::json_answer(plan)), stop(What::stall)};
        case Fault::garbage_chunk: {
            const std::string body = plan.is_stream ? events_of(plan, wanted) : load::json_answer(plan);
            return {put(head_of(plan, "transfer-encoding: chunked\r\n") +
                        chunked(body.substr(0, plan.cut), plan.nonce) + "zz\r\n"),
                    stop(What::stall)};
        }
        case Fault::error_event: return {put(error_stream(plan, wanted))};
        case Fault::truncated_stream:
            return {put(head_of(plan, "transfer-encoding: chunked\r\n") +
                        chunked(std::string_view(events_of(plan, wanted)).substr(0, plan.cut), plan.nonce) +
                        "0\r\n\r\n")};
        case Fault::count_: break;
    }
    return {};
}

struct Connection {
    int fd = -1;
    std::uint64_t serial = 0;
    load::MessageReader reader{true};
    std::string body;
    std::string unsent;
    Script script;
    bool is_busy = false;   // a request is being answered
    bool client_will_leave = false;
    unsigned side = 0;
    std::unique_ptr<load::BookEntry> entry;   // of the request that is being answered
};

struct Due {
    std::int64_t at_ns;
    std::size_t slot;
    std::uint64_t serial;
    bool operator>(const Due& other) const { return at_ns > other.at_ns; }
};

struct Counts {
    unsigned long long requests = 0;
    unsigned long long faults = 0;          // answered by a faulty script
    unsigned long long leaving = 0;         // requests whose client is going to leave
    unsigned long long cancelled = 0;       // closed by the peer because the client had left
    unsigned long long not_cancelled = 0;   // the client had left and nobody told
    unsigned long long unplanned = 0;       // requests without a plan: bytes were lost or mixed on the way
    unsigned long long connections = 0;
    std::size_t open = 0;
};

class Upstream {
public:
    Upstream(std::uint16_t port, unsigned sides, const std::string& book) : book_(book), scratch_(128 * 1024) {
        for (unsigned side = 0; side < sides; ++side) {
            listening_.push_back(load::listen_on(side == 0 ? port : std::uint16_t{0}));
            epoll_.add(listening_.back().fd, EPOLLIN, listener_tag - side);
            std::printf("%s%u", side == 0 ? "" : " ", static_cast<unsigned>(listening_.back().port));
        }
        std::printf("\n");
        std::fflush(stdout);
    }
    [[noreturn]] void run();

private:
    static constexpr std::uint64_t listener_tag = ~0ULL;

    void accept_all(unsigned side);
    void close_entry(Connection& connection);
    void receive(std::size_t slot);
    void begin(std::size_t slot);
    void advance(std::size_t slot);
    bool flush(Connection& connection);
    void drop(std::size_t slot, bool by_peer, bool with_reset);
    std::string counts_answer() const;

    std::vector<load::Listening> listening_;
    load::UpstreamBook book_;
    load::Epoll epoll_;
    std::vector<char> scratch_;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::vector<std::size_t> free_slots_;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
    std::unordered_set<std::uint64_t> struck_;   // nonces whose only_once fault is spent
    std::uint64_t serials_ = 0;
    Counts counts_;
};

void Upstream::run() {
    for (;;) {
        const std::int64_t wait_ns = due_.empty() ? -1 : std::max<std::int64_t>(due_.top().at_ns - load::now_ns(), 0);
        for (const epoll_event& event : epoll_.wait(wait_ns)) {
            if (event.data.u64 > listener_tag - listening_.size()) {
                accept_all(static_cast<unsigned>(listener_tag - event.data.u64));
                continue;
            }
            const auto slot = static_cast<std::size_t>(event.data.u64);
            if (connections_[slot]->fd >= 0 && (event.events & EPOLLOUT) != 0 && !connections_[slot]->unsent.empty())
                advance(slot);
            if (connections_[slot]->fd >= 0 && (event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0)
                receive(slot);
        }
        while (!due_.empty() && due_.top().at_ns <= load::now_ns()) {
            const Due due = due_.top();
            due_.pop();
            if (connections_[due.slot]->serial == due.serial) advance(due.slot);
        }
    }
}

void Upstream::accept_all(unsigned side) {
    const int listener = listening_[side].fd;
    for (int fd = load::accept_from(listener); fd >= 0; fd = load::accept_from(listener)) {
        if (free_slots_.empty()) {
            free_slots_.push_back(connections_.size());
            connections_.push_back(std::make_unique<Connection>());
        }
        const std::size_t slot = free_slots_.back();
        free_slots_.pop_back();
        *connections_[slot] = Connection{};
        connections_[slot]->fd = fd;
        connections_[slot]->side = side;
        connections_[slot]->serial = ++serials_;
        ++counts_.connections;
        ++counts_.open;
        epoll_.add(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, slot);
    }
}

void Upstream::receive(std::size_t slot) {
    Connection& connection = *connections_[slot];
    const auto on_body = [&connection](std::string_view bytes) { connection.body += bytes; };
    while (connection.fd >= 0) {
        const ssize_t got = ::recv(connection.fd, scratch_.data(), scratch_.size(), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (got <= 0) {
            drop(slot, true, false);
            return;
        }
        std::string_view bytes(scratch_.data(), static_cast<std::size_t>(got));
        while (connection.fd >= 0 && !bytes.empty()) {
            if (connection.is_busy) {   // nobody may speak before the answer
                ++counts_.unplanned;
                drop(slot, true, true);
                return;
            }
            bytes.remove_prefix(connection.reader.feed(bytes, on_body));
            if (connection.reader.is_done())
                begin(slot);
            else if (connection.reader.is_bad())
                drop(slot, false, true);
        }
    }
}

void Upstream::begin(std::size_t slot) {
    Connection& connection = *connections_[slot];
    const bool is_post = connection.reader.head().starts_with("POST ");
    const bool is_counts = connection.reader.head().starts_with("GET /counts ");
    const std::string id(connection.reader.header("x-request-id"));
    const std::string body = std::move(connection.body);
    connection.body.clear();
    connection.reader.reset();
    connection.is_busy = true;
    connection.client_will_leave = false;
    if (is_counts) book_.flush();
    if (!is_post) {
        const std::string text = is_counts ? counts_answer() : "{}";
        connection.script = {
            put("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" + length_line(text.size()) + "\r\n" + text)};
        advance(slot);
        return;
    }
    ++counts_.requests;
    constexpr std::string_view marker = "\"user\":\"";
    const std::size_t at = body.find(marker);
    std::optional<Plan> plan =
        at == std::string::npos ? std::nullopt : load::read_plan(std::string_view(body).substr(at + marker.size()));
    if (!plan) {
        ++counts_.unplanned;
        connection.script = {put(status_answer("400 Bad Request"))};
        advance(slot);
        return;
    }
    if (plan->only_once && plan->fault != Fault::error_event && !struck_.insert(plan->nonce).second)
        plan->fault = Fault::none;
    counts_.faults += plan->fault != Fault::none ? 1U : 0U;
    connection.client_will_leave = plan->leaving != load::Leaving::stays;
    counts_.leaving += connection.client_will_leave ? 1U : 0U;
    const Wanted wanted{.has_usage = body.find("\"include_usage\":true") != std::string::npos,
                        .is_continuous = body.find("\"continuous_usage_stats\":true") != std::string::npos};
    if (book_.is_kept())
        connection.entry = std::make_unique<load::BookEntry>(load::BookEntry{.id = id,
                                                                             .side = connection.side,
                                                                             .plan = *plan,
                                                                             .is_continuous = wanted.is_continuous,
                                                                             .has_usage = wanted.has_usage,
                                                                             .input_bytes = load::input_bytes_of(body),
                                                                             .sent = {}});
    connection.script = script_of(*plan, wanted);
    advance(slot);
}

void Upstream::advance(std::size_t slot) {
    Connection& connection = *connections_[slot];
    while (connection.fd >= 0) {
        if (!flush(connection)) return;
        if (connection.script.empty()) {
            counts_.not_cancelled += connection.is_busy && connection.client_will_leave ? 1U : 0U;
            connection.is_busy = false;
            close_entry(connection);
            return;
        }
        const Step step = std::move(connection.script.front());
        connection.script.pop_front();
        switch (step.what) {
            case Step::What::put: connection.unsent += step.bytes; break;
            case Step::What::wait:
                due_.push(
                    {.at_ns = load::now_ns() + step.wait_ms * 1'000'000, .slot = slot, .serial = connection.serial});
                return;
            case Step::What::end: drop(slot, false, false); return;
            case Step::What::reset: drop(slot, false, true); return;
            case Step::What::stall: return;   // until the peer has had enough
        }
    }
}

// True when nothing is left to send.
bool Upstream::flush(Connection& connection) {
    while (!connection.unsent.empty()) {
        const ssize_t sent = ::send(connection.fd, connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;   // full, or broken: the read side will tell
        if (connection.entry != nullptr)
            connection.entry->sent.append(connection.unsent, 0, static_cast<std::size_t>(sent));
        connection.unsent.erase(0, static_cast<std::size_t>(sent));
    }
    return true;
}

void Upstream::drop(std::size_t slot, bool by_peer, bool with_reset) {
    Connection& connection = *connections_[slot];
    if (by_peer && connection.is_busy && connection.client_will_leave) ++counts_.cancelled;
    if (book_.is_kept() && !connection.is_busy && connection.reader.has_head() && !connection.reader.is_done())
        book_.write_partial(connection.reader.header("x-request-id"), connection.side);
    close_entry(connection);
    if (with_reset)
        load::close_hard(connection.fd);
    else
        ::close(connection.fd);
    connection.fd = -1;
    connection.serial = 0;
    --counts_.open;
    free_slots_.push_back(slot);
}

// How far it came is known when the connection is done with it.
void Upstream::close_entry(Connection& connection) {
    if (connection.entry == nullptr) return;
    book_.write(*connection.entry);
    connection.entry.reset();
}

std::string Upstream::counts_answer() const {
    char text[320];
    std::snprintf(text, sizeof text,
                  "{\"requests\":%llu,\"faults\":%llu,\"leaving\":%llu,\"cancelled\":%llu,\"not_cancelled\":%llu,"
                  "\"unplanned\":%llu,"
                  "\"connections\":%llu,\"open\":%zu}",
                  counts_.requests, counts_.faults, counts_.leaving, counts_.cancelled, counts_.not_cancelled,
                  counts_.unplanned, counts_.connections, counts_.open - 1);
    return text;
}

}   // namespace

int main(int argc, char** argv) {
    const load::Arguments arguments(argc, argv, {"port", "sides", "book"});
    load::raise_file_limit();
    Upstream upstream(static_cast<std::uint16_t>(arguments.number("port", 0)),
                      static_cast<unsigned>(arguments.number("sides", 1)), arguments.text("book", ""));
    upstream.run();
}
