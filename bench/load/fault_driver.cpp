// The client of the fault proof: --requests requests over --connections connections, each made by its plan
// (fault_plan.hpp) and judged at its end (fault_judge.hpp). Prints one line of JSON: how many requests of each kind of
// fault had which outcome, and the violations. --ids FILE gets one line for each answer: request id, status, outcome.
// --priced 1 asks for models that have prices, with one of the keys for each request; --book FILE then gets a line for each request:
// NONCE REQUEST_ID STATUS OUTCOME EVENTS BODY_BYTES KEY, "-" where no head came.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "fault_judge.hpp"
#include "fault_plan.hpp"
#include "http.hpp"
#include "net.hpp"
#include "upstream_book.hpp"

namespace {

using load::Ending;
using load::Leaving;
using load::Outcome;
using load::Plan;

struct Options {
    std::uint16_t port = 0;
    std::uint64_t seed = 1;
    std::uint64_t requests = 0;
    std::size_t connections = 0;
    load::Rates rates;
    std::vector<std::string> keys;
    std::int64_t patience_ns = 0;
    std::string ids_path;
    std::string book_path;
};

struct Slot {
    int fd = -1;
    bool is_used = false;   // the connection has carried an answer before
    bool is_running = false;
    std::uint64_t number = 0;
    Plan plan;
    std::string request;
    std::size_t sent = 0;
    std::int64_t started_ns = 0;
    std::int64_t sent_ns = 0;
    load::MessageReader reader{false};
    load::Seen seen;
};

class Driver {
public:
    explicit Driver(Options options) : options_(std::move(options)), slots_(options_.connections), scratch_(64 * 1024) {
        if (!options_.ids_path.empty()) ids_ = std::fopen(options_.ids_path.c_str(), "w");
        if (!options_.book_path.empty()) book_ = std::fopen(options_.book_path.c_str(), "w");
    }
    bool run();

private:
    void start(std::size_t index);
    void send_more(Slot& slot);
    void receive(std::size_t index);
    bool take(std::size_t index, std::string_view bytes);
    void look_at_clock(std::int64_t now_ns);
    void end(std::size_t index, Ending ending);
    void note(const Slot& slot, const load::Verdict& verdict);
    void report(std::int64_t elapsed_ns) const;
    [[nodiscard]] std::size_t key_of(const Plan& plan) const { return load::mix(plan.nonce) % options_.keys.size(); }

    static constexpr std::int64_t leave_after_ns = 30'000'000;   // the request has long been with the upstream
    static constexpr std::size_t violations_told_max = 20;

    const Options options_;
    load::Epoll epoll_;
    std::vector<Slot> slots_;
    std::vector<char> scratch_;
    std::FILE* ids_ = nullptr;
    std::FILE* book_ = nullptr;
    std::uint64_t started_ = 0;
    std::uint64_t ended_ = 0;
    std::uint64_t connects_ = 0;
    std::array<std::array<std::uint64_t, static_cast<std::size_t>(Outcome::count_)>,
               static_cast<std::size_t>(load::Fault::count_)>
        counts_{};
    std::uint64_t violations_ = 0;
    std::vector<std::string> told_;
};

bool Driver::run() {
    const std::int64_t began_ns = load::now_ns();
    for (std::size_t i = 0; i < slots_.size(); ++i) start(i);
    std::int64_t looked_ns = began_ns;
    while (ended_ < options_.requests) {
        for (const epoll_event& event : epoll_.wait(2'000'000)) {
            const auto index = static_cast<std::size_t>(event.data.u64);
            if ((event.events & EPOLLOUT) != 0) send_more(slots_[index]);
            if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) receive(index);
        }
        const std::int64_t now_ns = load::now_ns();
        if (now_ns - looked_ns < 2'000'000) continue;
        looked_ns = now_ns;
        look_at_clock(now_ns);
    }
    for (const Slot& slot : slots_)
        if (slot.fd >= 0) ::close(slot.fd);
    if (ids_ != nullptr) std::fclose(ids_);
    if (book_ != nullptr) std::fclose(book_);
    report(load::now_ns() - began_ns);
    return violations_ == 0;
}

void Driver::start(std::size_t index) {
    Slot& slot = slots_[index];
    slot.is_running = started_ < options_.requests;
    if (!slot.is_running) return;
    slot.number = started_++;
    slot.plan = load::plan_of(options_.seed, slot.number, options_.rates);
    const std::string body = load::request_body(slot.plan);
    slot.request =
        "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nauthorization: "
        "Bearer " +
        options_.keys[key_of(slot.plan)] + "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    slot.sent = 0;
    slot.sent_ns = 0;
    slot.started_ns = load::now_ns();
    slot.reader.reset();
    slot.seen = load::Seen{};
    if (slot.fd < 0) {
        slot.fd = load::connect_start(options_.port);
        if (slot.fd < 0) load::die("connect");
        slot.is_used = false;
        ++connects_;
        epoll_.add(slot.fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, index);
    } else {
        send_more(slot);
    }
}

void Driver::send_more(Slot& slot) {
    while (slot.is_running && slot.sent < slot.request.size()) {
        const ssize_t put =
            ::send(slot.fd, slot.request.data() + slot.sent, slot.request.size() - slot.sent, MSG_NOSIGNAL);
        if (put <= 0) return;   // full, or broken: the read side will tell
        slot.sent += static_cast<std::size_t>(put);
    }
    if (slot.sent_ns == 0) slot.sent_ns = load::now_ns();
}

void Driver::receive(std::size_t index) {
    const int fd = slots_[index].fd;
    while (slots_[index].fd == fd && fd >= 0) {
        const ssize_t got = ::recv(fd, scratch_.data(), scratch_.size(), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (got <= 0) {
            end(index, got == 0 ? Ending::closed : Ending::reset);
            return;
        }
        if (!take(index, std::string_view(scratch_.data(), static_cast<std::size_t>(got)))) return;
    }
}

// False when the request came to its end.
bool Driver::take(std::size_t index, std::string_view bytes) {
    Slot& slot = slots_[index];
    const std::size_t used = slot.reader.feed(bytes, [&slot](std::string_view body) { slot.seen.body += body; });
    slot.seen.has_surplus = used < bytes.size() && slot.reader.is_done();
    if (slot.reader.is_done() || slot.reader.is_bad()) {
        end(index, Ending::framed);
        return false;
    }
    if (slot.plan.leaving == Leaving::in_stream && slot.seen.body.find("\n\n") != std::string::npos) {
        end(index, Ending::left);
        return false;
    }
    return true;
}

void Driver::look_at_clock(std::int64_t now_ns) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const Slot& slot = slots_[i];
        if (!slot.is_running) continue;
        if (slot.plan.leaving == Leaving::before_head && slot.sent_ns != 0 && now_ns - slot.sent_ns > leave_after_ns)
            end(i, Ending::left);
        else if (now_ns - slot.started_ns > options_.patience_ns)
            end(i, Ending::timed_out);
    }
}

void Driver::end(std::size_t index, Ending ending) {
    Slot& slot = slots_[index];
    if (slot.is_running) {
        slot.seen.ending = ending;
        slot.seen.is_whole = ending == Ending::framed || ending == Ending::closed ? slot.reader.finish() : false;
        slot.seen.is_bad = slot.reader.is_bad();
        slot.seen.status = slot.reader.has_head() ? slot.reader.status() : 0;
        slot.seen.content_type =
            slot.reader.has_head() ? std::string(slot.reader.header("content-type")) : std::string();
        slot.seen.retry_after = slot.reader.has_head() ? std::string(slot.reader.header("retry-after")) : std::string();
        note(slot, load::judge(slot.plan, slot.seen));
        ++ended_;
    }
    const bool goes_on = slot.is_running && ending == Ending::framed && slot.seen.is_whole && !slot.seen.has_surplus &&
                         !slot.reader.closes();
    if (goes_on) {
        slot.is_used = true;
    } else {
        // A client that leaves in anger resets; one that was answered says goodbye.
        if (ending == Ending::left && slot.plan.nonce % 2 == 0)
            load::close_hard(slot.fd);
        else
            ::close(slot.fd);
        slot.fd = -1;
    }
    start(index);
}

void Driver::note(const Slot& slot, const load::Verdict& verdict) {
    ++counts_[static_cast<std::size_t>(slot.plan.fault)][static_cast<std::size_t>(verdict.outcome)];
    if (ids_ != nullptr && slot.seen.status != 0 && slot.seen.ending != Ending::left)
        std::fprintf(ids_, "%.*s %d %s\n", static_cast<int>(slot.reader.header("x-request-id").size()),
                     slot.reader.header("x-request-id").data(), slot.seen.status,
                     load::name_of(verdict.outcome).data());
    if (book_ != nullptr) {
        const std::string id(slot.reader.has_head() ? slot.reader.header("x-request-id") : std::string_view("-"));
        std::fprintf(book_, "%016llx %s %d %s %zu %zu %zu\n", static_cast<unsigned long long>(slot.plan.nonce),
                     id.c_str(), slot.seen.status, load::name_of(verdict.outcome).data(),
                     slot.plan.is_stream && slot.seen.status == 200 ? load::content_events_of(slot.seen.body) : 0,
                     slot.seen.body.size(), key_of(slot.plan));
    }
    if (verdict.violation.empty()) return;
    ++violations_;
    if (told_.size() >= violations_told_max) return;
    told_.push_back("request " + std::to_string(slot.number) + " (" + std::string(load::name_of(slot.plan.fault)) +
                    (slot.plan.is_stream ? ", stream" : "") + (slot.plan.only_once ? ", once" : "") +
                    (slot.is_used ? ", reused connection" : "") + "): " + verdict.violation);
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return out + "\"";
}

void Driver::report(std::int64_t elapsed_ns) const {
    std::printf("{\"requests\":%llu,\"connects\":%llu,\"seconds\":%.2f,\"violations\":%llu,\"told\":[",
                static_cast<unsigned long long>(ended_), static_cast<unsigned long long>(connects_),
                static_cast<double>(elapsed_ns) / 1e9, static_cast<unsigned long long>(violations_));
    for (std::size_t i = 0; i < told_.size(); ++i) std::printf("%s%s", i == 0 ? "" : ",", quoted(told_[i]).c_str());
    std::printf("],\"outcomes\":{");
    for (std::size_t fault = 0; fault < counts_.size(); ++fault) {
        std::printf("%s\"%s\":{", fault == 0 ? "" : ",", load::name_of(static_cast<load::Fault>(fault)).data());
        for (std::size_t outcome = 0; outcome < counts_[fault].size(); ++outcome)
            std::printf("%s\"%s\":%llu", outcome == 0 ? "" : ",", load::name_of(static_cast<Outcome>(outcome)).data(),
                        static_cast<unsigned long long>(counts_[fault][outcome]));
        std::printf("}");
    }
    std::printf("}}\n");
}

}   // namespace

int main(int argc, char** argv) {
    const load::Arguments arguments(argc, argv,
                                    {"port", "seed", "requests", "connections", "fault-rate", "leave-rate", "key",
                                     "patience", "ids", "lie-rate", "priced", "book"});
    load::raise_file_limit();
    const std::vector<std::string> keys = arguments.all("key");
    Driver driver({.port = static_cast<std::uint16_t>(arguments.number("port", 0)),
                   .seed = static_cast<std::uint64_t>(arguments.number("seed", 1)),
                   .requests = static_cast<std::uint64_t>(arguments.number("requests", 1000)),
                   .connections = static_cast<std::size_t>(arguments.number("connections", 200)),
                   .rates = {.fault = arguments.real("fault-rate", 0.05),
                             .leave = arguments.real("leave-rate", 0.01),
                             .lie = arguments.real("lie-rate", 0),
                             .is_priced = arguments.number("priced", 0) != 0},
                   .keys = keys.empty() ? std::vector<std::string>{"none"} : keys,
                   .patience_ns = arguments.number("patience", 20) * 1'000'000'000,
                   .ids_path = arguments.text("ids", ""),
                   .book_path = arguments.text("book", "")});
    return driver.run() ? 0 : 1;
}
