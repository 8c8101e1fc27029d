#include "net.hpp"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>

namespace load {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

const sockaddr* any(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address);   // what the socket calls ask for
}

void set_nodelay(int fd) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

std::string read_small(const std::string& path) {
    std::string text(512, '\0');
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return {};
    const ssize_t got = ::read(fd, text.data(), text.size());
    ::close(fd);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

}   // namespace

void die(std::string_view what) {
    const int error = errno;
    std::fprintf(stderr, "%.*s%s%s\n", static_cast<int>(what.size()), what.data(), error != 0 ? ": " : "",
                 error != 0 ? std::strerror(error) : "");
    std::exit(2);
}

std::int64_t now_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

Arguments::Arguments(int argc, char** argv, const std::vector<std::string>& known) {
    for (int i = 1; i < argc; i += 2) {
        const std::string_view name = argv[i];
        errno = 0;
        if (!name.starts_with("--") || std::find(known.begin(), known.end(), name.substr(2)) == known.end())
            die(std::string("unknown argument ") + argv[i]);
        if (i + 1 >= argc) die(std::string("no value for ") + argv[i]);
        values_.emplace(std::string(name.substr(2)), argv[i + 1]);
    }
}

std::string Arguments::text(const std::string& name, const std::string& absent) const {
    const auto found = values_.find(name);
    return found == values_.end() ? absent : found->second;
}

std::int64_t Arguments::number(const std::string& name, std::int64_t absent) const {
    const auto found = values_.find(name);
    return found == values_.end() ? absent : std::strtoll(found->second.c_str(), nullptr, 10);
}

double Arguments::real(const std::string& name, double absent) const {
    const auto found = values_.find(name);
    return found == values_.end() ? absent : std::strtod(found->second.c_str(), nullptr);
}

std::vector<std::string> Arguments::all(const std::string& name) const {
    std::vector<std::string> values;
    const auto [first, last] = values_.equal_range(name);
    for (auto at = first; at != last; ++at) values.push_back(at->second);
    return values;
}

Listening listen_on(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket");
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = loopback(port);
    if (::bind(fd, any(address), sizeof address) != 0) die("bind");
    if (::listen(fd, 16384) != 0) die("listen");
    socklen_t size = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return {.fd = fd, .port = ntohs(address.sin_port)};
}

int accept_from(int listener) {
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) set_nodelay(fd);
    return fd;
}

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket");
    const sockaddr_in address = loopback(port);
    if (::connect(fd, any(address), sizeof address) != 0) {
        ::close(fd);
        return -1;
    }
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    set_nodelay(fd);
    return fd;
}

int connect_start(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket");
    set_nodelay(fd);
    const sockaddr_in address = loopback(port);
    if (::connect(fd, any(address), sizeof address) != 0 && errno != EINPROGRESS) {
        ::close(fd);
        return -1;
    }
    return fd;
}

void close_hard(int fd) {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(fd);
}

void raise_file_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

Epoll::Epoll() : fd_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(512) {
    if (fd_ < 0) die("epoll_create1");
}

void Epoll::add(int fd, std::uint32_t events, std::uint64_t tag) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = tag;
    if (::epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
}

const std::vector<epoll_event>& Epoll::wait(std::int64_t wait_ns) {
    const timespec time{.tv_sec = wait_ns / 1'000'000'000, .tv_nsec = wait_ns % 1'000'000'000};
    const int count =
        ::epoll_pwait2(fd_, buffer_.data(), static_cast<int>(buffer_.size()), wait_ns < 0 ? nullptr : &time, nullptr);
    events_.assign(buffer_.begin(), buffer_.begin() + std::max(count, 0));
    return events_;
}

std::int64_t cpu_ns_of(const std::vector<std::int64_t>& pids) {
    std::int64_t sum_ns = 0;
    for (const std::int64_t pid : pids) {
        const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
        const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(tasks.c_str()), ::closedir);
        if (!dir) continue;
        while (const dirent* entry = ::readdir(dir.get())) {
            if (entry->d_name[0] == '.') continue;
            const std::string text = read_small(tasks + "/" + entry->d_name + "/schedstat");
            sum_ns += std::strtoll(text.c_str(), nullptr, 10);
        }
    }
    return sum_ns;
}

std::int64_t rss_kb_of(const std::vector<std::int64_t>& pids) {
    std::int64_t pages = 0;
    for (const std::int64_t pid : pids) {
        const std::string text = read_small("/proc/" + std::to_string(pid) + "/statm");
        const std::size_t space = text.find(' ');
        if (space != std::string::npos) pages += std::strtoll(text.c_str() + space, nullptr, 10);
    }
    return pages * (::sysconf(_SC_PAGESIZE) / 1024);
}

void Histogram::add(std::int64_t value_ns) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(value_ns, 0));
    const auto bits = static_cast<unsigned>(std::bit_width(value));
    const unsigned shift = bits > 7 ? bits - 7 : 0;
    ++counts_[shift * 64 + (value >> shift)];
    ++total_;
}

void Histogram::clear() {
    std::fill(counts_.begin(), counts_.end(), 0);
    total_ = 0;
}

double Histogram::quantile_us(double q) const {
    const double wanted = q * static_cast<double>(total_);
    double seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        seen += static_cast<double>(counts_[i]);
        if (counts_[i] == 0 || seen < wanted) continue;
        // Bucket i is (shift, top): values top << shift; tops below 64 occur only at shift 0.
        const std::size_t shift = i < 128 ? 0 : (i - 64) / 64;
        const auto top = static_cast<double>(i - shift * 64);
        return (top + 0.5) * static_cast<double>(1ULL << shift) / 1000.0;
    }
    return 0;
}

}   // namespace load
