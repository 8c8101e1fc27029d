#include "io/linux/dns.hpp"

#include <ares.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <list>
#include <mutex>
#include <thread>

#include "base/assert.hpp"

namespace gilmok::io::linux_ {

namespace {

using Clock = std::chrono::steady_clock;

constexpr Duration ttl_min =
    std::chrono::seconds(1);   // /etc/hosts and some servers say 0: asking per request helps nobody
constexpr Duration ttl_max = std::chrono::hours(1);   // an upstream that moved is found again within the hour
constexpr std::size_t name_bytes_max = 253;           // RFC 1035 section 2.3.4, as text
constexpr int try_timeout_ms = 1'500;
constexpr int tries = 2;

Error failure(Code code, std::string_view detail) { return {code, Fault::upstream, Retry::other_upstream, detail}; }

Error failure_of(int status) {
    switch (status) {
        case ARES_ENOTFOUND:
        case ARES_ENODATA: return failure(Code::connect_failed, "the name has no address");
        case ARES_ETIMEOUT: return failure(Code::connect_timeout, "no name server answered in time");
        case ARES_ECONNREFUSED: return failure(Code::connect_failed, "no name server can be reached");
        case ARES_ESERVFAIL:
        case ARES_EREFUSED: return failure(Code::connect_failed, "the name server refused or failed");
        case ARES_EBADNAME: return failure(Code::connect_failed, "this is not a name");
        case ARES_EDESTRUCTION:
        case ARES_ECANCELLED: return failure(Code::connect_failed, "the resolver is stopping");
        default: return failure(Code::connect_failed, "the name could not be resolved");
    }
}

bool is_numeric(const std::string& name) {
    in6_addr scratch;
    return inet_pton(AF_INET, name.c_str(), &scratch) == 1 || inet_pton(AF_INET6, name.c_str(), &scratch) == 1;
}

std::string host_of(const ares_addrinfo_node& node) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (node.ai_family == AF_INET) {
        inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(node.ai_addr)->sin_addr, text.data(), text.size());
    } else if (node.ai_family == AF_INET6) {
        inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(node.ai_addr)->sin6_addr, text.data(), text.size());
    }
    return text.data();
}

Result<Resolved> read_answer(const ares_addrinfo* answer, std::uint16_t port) {
    Resolved resolved;
    resolved.ttl = ttl_max;
    for (const ares_addrinfo_node* node = answer->nodes; node != nullptr; node = node->ai_next) {
        if (resolved.addresses.size() == Resolved::addresses_max) break;
        Address address{host_of(*node), port};
        if (address.host.empty()) continue;
        resolved.ttl = std::min(resolved.ttl, Duration(std::chrono::seconds(std::max(node->ai_ttl, 0))));
        // /etc/hosts may say the same twice.
        if (std::find(resolved.addresses.begin(), resolved.addresses.end(), address) == resolved.addresses.end())
            resolved.addresses.push_back(std::move(address));
    }
    // An answer must not outlive the alias that led to it.
    for (const ares_addrinfo_cname* alias = answer->cnames; alias != nullptr; alias = alias->next)
        resolved.ttl = std::min(resolved.ttl, Duration(std::chrono::seconds(std::max(alias->ttl, 0))));
    resolved.ttl = std::max(resolved.ttl, ttl_min);
    if (resolved.addresses.empty())
        return tl::unexpected<Error>(failure(Code::connect_failed, "the name has no address"));
    return resolved;
}

}   // namespace

// Everything but the queue belongs to the thread.
class Resolver::Worker {
public:
    explicit Worker(const ResolverOptions& options) : options_(options) {
        static const int is_library_ready = ares_library_init(ARES_LIB_INIT_ALL);
        wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        ares_options wishes{};
        wishes.flags = ARES_FLAG_NOALIASES;   // HOSTALIASES: an environment variable must not redirect an upstream
        wishes.timeout = try_timeout_ms;
        wishes.tries = tries;
        wishes.sock_state_cb = [](void* worker, ares_socket_t fd, int reads, int writes) {
            static_cast<Worker*>(worker)->watch(fd, reads != 0, writes != 0);
        };
        wishes.sock_state_cb_data = this;
        const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
        GILMOK_ASSERT(is_library_ready == ARES_SUCCESS && wake_ >= 0);
        if (ares_init_options(&channel_, &wishes, mask) != ARES_SUCCESS) channel_ = nullptr;
        if (channel_ != nullptr && !options.servers.empty())
            ares_set_servers_ports_csv(channel_, options.servers.c_str());
        thread_ = std::thread([this] { run(); });
    }
    ~Worker() {
        {
            const std::lock_guard lock(mutex_);
            is_stopping_ = true;
        }
        wake();
        thread_.join();
        ::close(wake_);
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void ask(std::string name, std::uint16_t port, Done done) {
        {
            std::unique_lock lock(mutex_);
            if (lookups_ >= options_.lookups_max) {
                lock.unlock();
                return done(tl::unexpected<Error>(failure(Code::connect_failed, "too many names are being resolved")));
            }
            ++lookups_;
            queue_.push_back({this, std::move(name), port, std::move(done), Clock::now() + options_.timeout});
        }
        wake();
    }

private:
    struct Lookup {
        Worker* worker;
        std::string name;
        std::uint16_t port;
        Done done;   // empty once answered
        Clock::time_point deadline;
    };

    void wake() {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
    }

    void watch(ares_socket_t fd, bool reads, bool writes) {
        std::erase_if(watched_, [fd](const pollfd& one) { return one.fd == fd; });
        const int events = (reads ? POLLIN : 0) | (writes ? POLLOUT : 0);
        if (events != 0) watched_.push_back({fd, static_cast<short>(events), 0});
    }

    void run() {
        while (take_queue()) {
            wait();
            expire();
        }
        // Calls back for every lookup that still runs, with ARES_EDESTRUCTION.
        if (channel_ != nullptr) ares_destroy(channel_);
        for (Lookup& lookup : running_) answer(lookup, tl::unexpected<Error>(failure_of(ARES_EDESTRUCTION)));
    }

    // False when it is time to stop.
    bool take_queue() {
        std::list<Lookup> fresh;
        bool goes_on = true;
        {
            const std::lock_guard lock(mutex_);
            fresh.swap(queue_);
            goes_on = !is_stopping_;
        }
        while (!fresh.empty()) {
            running_.splice(running_.end(), fresh, fresh.begin());
            if (goes_on) begin(std::prev(running_.end()));
        }
        return goes_on;
    }

    void begin(std::list<Lookup>::iterator lookup) {
        if (channel_ == nullptr) return finish(&*lookup, ARES_ENOTINITIALIZED, nullptr);
        ares_addrinfo_hints hints{};
        hints.ai_family = AF_UNSPEC;
        hints.ai_socktype = SOCK_STREAM;
        const auto done = [](void* found, int status, int, ares_addrinfo* answer) {
            auto* finished = static_cast<Lookup*>(found);
            finished->worker->finish(finished, status, answer);
            ares_freeaddrinfo(answer);
        };
        ares_getaddrinfo(channel_, lookup->name.c_str(), nullptr, &hints, done, &*lookup);   // may be done already
    }

    void finish(Lookup* lookup, int status, const ares_addrinfo* found) {
        if (status == ARES_SUCCESS && found != nullptr) {
            answer(*lookup, read_answer(found, lookup->port));
        } else {
            answer(*lookup, tl::unexpected<Error>(failure_of(status)));
        }
        running_.remove_if([lookup](const Lookup& one) { return &one == lookup; });
        const std::lock_guard lock(mutex_);
        --lookups_;
    }

    static void answer(Lookup& lookup, Result<Resolved> result) {
        const Done done = std::exchange(lookup.done, nullptr);
        if (done) done(std::move(result));
    }

    void wait() {
        auto until = Clock::time_point::max();
        for (const Lookup& lookup : running_)
            if (lookup.done) until = std::min(until, lookup.deadline);
        std::int64_t wait_ms = -1;
        if (until != Clock::time_point::max())
            wait_ms = std::clamp<std::int64_t>(
                std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count(), 0, 60'000);
        timeval next{};
        if (channel_ != nullptr && ares_timeout(channel_, nullptr, &next) != nullptr) {
            const std::int64_t ares_ms = next.tv_sec * 1'000 + (next.tv_usec + 999) / 1'000;
            wait_ms = wait_ms < 0 ? ares_ms : std::min(wait_ms, ares_ms);
        }
        std::vector<pollfd> ready = watched_;
        ready.push_back({wake_, POLLIN, 0});
        ::poll(ready.data(), ready.size(), static_cast<int>(wait_ms));
        if (ready.back().revents != 0) {
            std::uint64_t count = 0;
            [[maybe_unused]] const auto got = ::read(wake_, &count, sizeof count);
        }
        ready.pop_back();
        if (channel_ == nullptr) return;
        for (const pollfd& one : ready)
            if (one.revents != 0)
                ares_process_fd(channel_, (one.revents & ~POLLOUT) != 0 ? one.fd : ARES_SOCKET_BAD,
                                (one.revents & POLLOUT) != 0 ? one.fd : ARES_SOCKET_BAD);
        ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);   // its time-outs
    }

    // Our limit is for the whole lookup; c-ares counts per try and server and goes on, to an answer that nobody awaits.
    void expire() {
        const auto now = Clock::now();
        for (Lookup& lookup : running_)
            if (lookup.done && lookup.deadline <= now) answer(lookup, tl::unexpected<Error>(failure_of(ARES_ETIMEOUT)));
    }

    const ResolverOptions options_;
    ares_channel channel_ = nullptr;
    int wake_ = -1;
    std::vector<pollfd> watched_;
    std::list<Lookup> running_;   // c-ares holds pointers to them

    std::mutex mutex_;
    std::list<Lookup> queue_;
    std::size_t lookups_ = 0;
    bool is_stopping_ = false;

    std::thread thread_;
};

Resolver::Resolver() : Resolver(ResolverOptions{}) {}
Resolver::Resolver(const ResolverOptions& options) : worker_(std::make_unique<Worker>(options)) {}
Resolver::~Resolver() = default;

void Resolver::resolve(std::string name, std::uint16_t port, Done done) {
    if (is_numeric(name)) return done(Resolved{{{std::move(name), port}}, ttl_max});
    if (name.empty() || name.size() > name_bytes_max || name.find('\0') != std::string::npos)
        return done(tl::unexpected<Error>(failure_of(ARES_EBADNAME)));
    worker_->ask(std::move(name), port, std::move(done));
}

}   // namespace gilmok::io::linux_
