// Sockets, clock, arguments and /proc readings for the load programs. They stand apart from src/ on purpose: a measuring
// instrument must not change when the thing it measures does. Loopback only, one thread, failures end the program.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace load {

[[noreturn]] void die(std::string_view what);   // adds errno's text when it is set

std::int64_t now_ns();   // CLOCK_MONOTONIC: one clock for all processes of the machine, so event time stamps compare

// --name value …; a name may come more than once. Names outside `known` end the program, so that a typing error in a
// script cannot pass for a measurement.
class Arguments {
public:
    Arguments(int argc, char** argv, const std::vector<std::string>& known);
    [[nodiscard]] std::string text(const std::string& name, const std::string& absent) const;
    [[nodiscard]] std::int64_t number(const std::string& name, std::int64_t absent) const;
    [[nodiscard]] double real(const std::string& name, double absent) const;
    [[nodiscard]] std::vector<std::string> all(const std::string& name) const;

private:
    std::multimap<std::string, std::string> values_;
};

struct Listening {
    int fd = -1;
    std::uint16_t port = 0;
};
Listening listen_on(std::uint16_t port);   // 127.0.0.1, 0 = any; non-blocking
int accept_from(int listener);             // non-blocking, no delay; -1 when nobody waits
int connect_to(std::uint16_t port);        // 127.0.0.1; non-blocking after it stands; -1 when refused
int connect_start(std::uint16_t port);     // the same without waiting
void close_hard(int fd);                   // RST: leaves no TIME_WAIT behind for the next window
void raise_file_limit();

class Epoll {
public:
    Epoll();
    void add(int fd, std::uint32_t events, std::uint64_t tag) const;
    // At most `wait_ns` (negative = for ever); returns what happened.
    const std::vector<epoll_event>& wait(std::int64_t wait_ns);

private:
    int fd_;
    std::vector<epoll_event> buffer_;
    std::vector<epoll_event> events_;
};

// Run time of all threads of these processes so far, from /proc/PID/task/*/schedstat: exact to the scheduler's own
// accounting, where utime/stime are samples of the clock tick.
std::int64_t cpu_ns_of(const std::vector<std::int64_t>& pids);
std::int64_t rss_kb_of(const std::vector<std::int64_t>& pids);

// Log-linear histogram of nanoseconds: 64 steps in each power of two, so a quantile is right to 1.6 %.
class Histogram {
public:
    Histogram() : counts_(64 * 64, 0) {}
    void add(std::int64_t value_ns);
    void clear();
    [[nodiscard]] std::uint64_t count() const { return total_; }
    [[nodiscard]] double quantile_us(double q) const;

private:
    std::vector<std::uint64_t> counts_;
    std::uint64_t total_ = 0;
};

}   // namespace load
