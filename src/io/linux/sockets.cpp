#include "io/linux/sockets.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/assert.hpp"
#include "base/log.hpp"

namespace gilmok::io::linux_ {

namespace {

struct NativeAddress {
    sockaddr_storage storage{};
    socklen_t length = 0;
    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

bool to_native(const Address& address, NativeAddress& native) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(native.storage);
    if (inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(address.port);
        native.length = sizeof v4;
        return true;
    }
    auto& v6 = reinterpret_cast<sockaddr_in6&>(native.storage);
    if (inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(address.port);
        native.length = sizeof v6;
        return true;
    }
    return false;
}

Address from_native(const sockaddr_storage& storage) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    Address address;
    if (storage.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
        inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
        address.port = ntohs(v4.sin_port);
    } else if (storage.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
        inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
        address.port = ntohs(v6.sin6_port);
    }
    address.host = text.data();
    return address;
}

class TcpSocket final : public Socket, public Descriptor, public Sender, public EarlyReader {
public:
    TcpSocket(int fd, bool is_connected, Outbox& outbox, Inbox& inbox)
        : fd_(fd), is_connected_(is_connected), outbox_(outbox), inbox_(inbox) {
        is_writable_ = is_connected;
    }
    ~TcpSocket() {
        if (early_place_ != Inbox::nowhere) inbox_.forget(early_place_);
        // Also before a reset: an answer that is cut short must be seen to have begun, or a client would take it for a
        // connection that was closed while idle and send his request again.
        if (place_ != Outbox::nowhere) send_gathered(outbox_.take(place_));
        close(fd_);
    }

    Transfer read(std::span<char> into) override {
        if (early_bytes_ > 0) return take_early(into);
        if (!is_readable_) return {Transfer::State::would_block};
        for (;;) {
            const ssize_t got = recv(fd_, into.data(), into.size(), 0);
            if (got > 0) {
                reads_much_ = is_early_a_part_ || static_cast<std::size_t>(got) >= Inbox::read_bytes_max;
                is_early_a_part_ = false;
                // A short read has emptied the socket: the next byte will be a new edge. Only a hang-up already seen
                // leaves something (its end) to be read.
                if (static_cast<std::size_t>(got) < into.size() && !has_hung_up_) is_readable_ = false;
                return {Transfer::State::done, static_cast<std::size_t>(got)};
            }
            if (got == 0) {
                has_hung_up_ = true;
                return {Transfer::State::end};
            }
            if (errno == EINTR) continue;
            if (errno == EAGAIN) {
                is_readable_ = false;
                return {Transfer::State::would_block};
            }
            has_hung_up_ = true;
            return {Transfer::State::failed};
        }
    }

    // Small writes are taken at once and leave with the turn; what the kernel then does not take is kept here, and no
    // more is taken before it has gone. Large ones go out now: copying them would cost more than waking somebody.
    Transfer write(std::span<const std::string_view> parts) override {
        if (has_failed_) return {Transfer::State::failed};
        if (!is_writable_) return {Transfer::State::would_block};
        std::size_t bytes = 0;
        for (const std::string_view part : parts) bytes += part.size();
        GILMOK_DASSERT(bytes > 0);
        if (place_ != Outbox::nowhere && (bytes > bytes_gathered_max || !outbox_.is_last(place_))) {
            send_gathered(outbox_.take(place_));
            if (has_failed_) return {Transfer::State::failed};
            if (!is_writable_) return {Transfer::State::would_block};
        }
        if (bytes <= bytes_gathered_max) {
            const Outbox::Place place = outbox_.add(*this, place_, parts, bytes);
            if (place != Outbox::nowhere) {
                place_ = place;
                return {Transfer::State::done, bytes};
            }
            if (place_ != Outbox::nowhere) send_gathered(outbox_.take(place_));
            if (!is_writable_) return {Transfer::State::would_block};
        }
        return write_now(parts);
    }

    void send_gathered(std::string_view bytes) override {
        place_ = Outbox::nowhere;
        const Transfer sent = write_now({&bytes, 1});
        if (sent.state == Transfer::State::failed) return become_failed();
        if (sent.is_done()) bytes.remove_prefix(sent.bytes);
        if (bytes.empty()) return;
        is_writable_ = false;   // until what is kept has gone
        kept_ = std::make_unique<std::string>(bytes);
    }

    void shutdown_write() override {
        if (place_ != Outbox::nowhere) send_gathered(outbox_.take(place_));
        if (kept_ == nullptr)
            shutdown(fd_, SHUT_WR);
        else
            is_shutdown_wanted_ = true;
    }

    [[nodiscard]] bool is_drained() override {
        if (place_ != Outbox::nowhere) send_gathered(outbox_.take(place_));
        return kept_ == nullptr;
    }

    void reset_on_close() override {
        const linger option{.l_onoff = 1, .l_linger = 0};
        setsockopt(fd_, SOL_SOCKET, SO_LINGER, &option, sizeof option);
    }

    [[nodiscard]] Address peer() const override {
        sockaddr_storage storage{};
        socklen_t length = sizeof storage;
        getpeername(fd_, reinterpret_cast<sockaddr*>(&storage), &length);
        return from_native(storage);
    }

    Result<bool> is_connected() override {
        if (is_connected_) return true;
        if (!is_writable_ && !has_hung_up_) return false;
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error != 0)
            return fail(Code::connect_failed, Fault::upstream, Retry::other_upstream, strerrordesc_np(error));
        if (!is_writable_) return false;
        is_connected_ = true;
        return true;
    }

    void on_events(std::uint32_t events) override {
        if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) has_hung_up_ = true;
        if ((events & EPOLLIN) != 0) read_early();
        if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) became_readable();
        if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) == 0 || is_writable_) return;
        if (kept_ != nullptr && !send_kept()) return;
        became_writable();
    }

    void keep_early() override {
        early_place_ = Inbox::nowhere;
        if (early_bytes_ == 0) return;
        early_kept_ = std::make_unique_for_overwrite<char[]>(early_bytes_);
        std::memcpy(early_kept_.get(), early_, early_bytes_);
        early_ = early_kept_.get();
    }

private:
    // Only for an owner who waits for bytes: what he does not ask for must stay with the kernel, which slows the sender.
    void read_early() {
        early_is_all_ = false;   // should some wait already, more has come behind them
        if (early_bytes_ != 0 || has_hung_up_ || reads_much_ || waiter_ == nullptr || !waiter_->awaits(readable_bits_))
            return;
        const std::span<char> room = inbox_.room();
        if (room.empty()) return;
        const ssize_t got = recv(fd_, room.data(), room.size(), 0);
        if (got <= 0) return;   // the owner's own read will meet it again
        early_ = room.data();
        early_bytes_ = static_cast<std::uint32_t>(got);
        early_is_all_ = early_bytes_ < room.size();
        is_early_a_part_ = !early_is_all_;
        early_place_ = inbox_.took(*this, early_bytes_);
    }

    Transfer take_early(std::span<char> into) {
        const std::size_t bytes = std::min<std::size_t>(into.size(), early_bytes_);
        std::memcpy(into.data(), early_, bytes);
        early_ += bytes;
        early_bytes_ -= static_cast<std::uint32_t>(bytes);
        if (early_bytes_ == 0) {
            early_kept_.reset();
            if (early_is_all_ && !has_hung_up_) is_readable_ = false;
        }
        return {Transfer::State::done, bytes};
    }

    // What is copied to leave with the turn: prompts of some thousand tokens. At 30 KB it still saved 6 % of the CPU time of
    // a request; larger ones fill the outbox and the cache.
    static constexpr std::size_t bytes_gathered_max = 48 * 1024;

    Transfer write_now(std::span<const std::string_view> parts) {
        std::array<iovec, 16> vectors;   // filled below as far as used
        std::size_t count = 0;
        std::size_t bytes = 0;
        for (const auto& part : parts) {
            if (part.empty()) continue;
            GILMOK_DASSERT(count < vectors.size());
            vectors[count++] = {const_cast<char*>(part.data()), part.size()};
            bytes += part.size();
        }
        msghdr message{};
        message.msg_iov = vectors.data();
        message.msg_iovlen = count;
        for (;;) {
            const ssize_t sent = count == 1 ? send(fd_, vectors[0].iov_base, vectors[0].iov_len, MSG_NOSIGNAL)
                                            : sendmsg(fd_, &message, MSG_NOSIGNAL);
            if (sent >= 0) {
                if (static_cast<std::size_t>(sent) < bytes) is_writable_ = false;
                return {Transfer::State::done, static_cast<std::size_t>(sent)};
            }
            if (errno == EINTR) continue;
            if (errno == EAGAIN) {
                is_writable_ = false;
                return {Transfer::State::would_block};
            }
            return {Transfer::State::failed};
        }
    }

    // True when nothing is kept any more.
    bool send_kept() {
        while (!kept_->empty()) {
            const std::string_view bytes = *kept_;
            const Transfer sent = write_now({&bytes, 1});
            if (sent.would_block()) return false;
            if (!sent.is_done()) {
                become_failed();
                return true;
            }
            kept_->erase(0, sent.bytes);
        }
        kept_.reset();
        if (is_shutdown_wanted_) shutdown(fd_, SHUT_WR);
        return true;
    }

    // The owner was told that his bytes were taken; he learns of the failure as of any broken connection.
    void become_failed() {
        has_failed_ = true;
        has_hung_up_ = true;
        kept_.reset();
        became_readable();
    }

    int fd_;
    bool is_connected_;
    bool is_shutdown_wanted_ = false;
    bool has_failed_ = false;
    Outbox::Place place_ = Outbox::nowhere;
    bool early_is_all_ = false;   // the kernel had no more
    bool is_early_a_part_ = false;
    bool reads_much_ = false;
    std::uint32_t early_bytes_ = 0;   // received and not read yet
    Inbox::Place early_place_ = Inbox::nowhere;
    const char* early_ = nullptr;
    Outbox& outbox_;
    Inbox& inbox_;
    std::unique_ptr<std::string> kept_;
    std::unique_ptr<char[]> early_kept_;
};

class TcpListener final : public Listener, public Descriptor {
public:
    TcpListener(int fd, int epoll, Outbox& outbox, Inbox& inbox)
        : fd_(fd), epoll_(epoll), outbox_(outbox), inbox_(inbox) {}
    ~TcpListener() { close(fd_); }

    SocketPtr accept() override;
    [[nodiscard]] Address address() const override {
        sockaddr_storage storage{};
        socklen_t length = sizeof storage;
        getsockname(fd_, reinterpret_cast<sockaddr*>(&storage), &length);
        return from_native(storage);
    }
    void watch(Waiter* waiter, Events acceptable) override {
        waiter_ = waiter;
        bits_ = acceptable;
        if (waiter_ != nullptr) waiter_->notify(bits_);
    }
    void on_events(std::uint32_t) override {
        if (waiter_ != nullptr) waiter_->notify(bits_);
    }

private:
    int fd_;
    int epoll_;
    Outbox& outbox_;
    Inbox& inbox_;
    Waiter* waiter_ = nullptr;
    Events bits_ = 0;
};

// Registers once, for both directions, edge-triggered; the descriptor leaves epoll by being closed.
bool register_descriptor(int epoll, int fd, Descriptor* descriptor, std::uint32_t events) {
    epoll_event event{};
    event.events = events | EPOLLET;
    event.data.ptr = descriptor;
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

SocketPtr make_socket(int epoll, Outbox& outbox, Inbox& inbox, int fd, bool is_connected) {
    // One token is about 150 bytes: with Nagle on it would wait for the ACK of the previous one. We coalesce ourselves.
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto socket = std::make_unique<TcpSocket>(fd, is_connected, outbox, inbox);
    if (!register_descriptor(epoll, fd, socket.get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP)) return nullptr;
    return socket;
}

SocketPtr TcpListener::accept() {
    for (;;) {
        const int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) return make_socket(epoll_, outbox_, inbox_, fd, true);
        if (errno == EINTR || errno == ECONNABORTED) continue;
        if (errno != EAGAIN)
            log::warn("accept_failed", {{"reason", strerrordesc_np(errno)},
                                        {"fix", "raise the open files limit (ulimit -n, LimitNOFILE=)"}});
        return nullptr;
    }
}

}   // namespace

Result<ListenerPtr> LinuxNetwork::listen(const Address& address, const ListenOptions& options) {
    NativeAddress native;
    const auto failed = [](const char* what) { return fail(Code::internal, Fault::gateway, Retry::never, what); };
    if (!to_native(address, native)) return failed("not a numeric address");
    const int fd = socket(native.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return failed(strerrordesc_np(errno));
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (options.shared) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(fd, native.get(), native.length) != 0 || ::listen(fd, options.backlog) != 0) {
        const char* reason = strerrordesc_np(errno);
        close(fd);
        return failed(reason);
    }
    auto listener = std::make_unique<TcpListener>(fd, epoll_, outbox_, inbox_);
    if (!register_descriptor(epoll_, fd, listener.get(), EPOLLIN)) return failed(strerrordesc_np(errno));
    return ListenerPtr(std::move(listener));
}

Result<SocketPtr> LinuxNetwork::connect(const Address& address) {
    NativeAddress native;
    const auto failed = [](const char* what) {
        return fail(Code::connect_failed, Fault::upstream, Retry::other_upstream, what);
    };
    if (!to_native(address, native)) return failed("not a numeric address");
    const int fd = socket(native.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return failed(strerrordesc_np(errno));
    if (::connect(fd, native.get(), native.length) != 0 && errno != EINPROGRESS) {
        const char* reason = strerrordesc_np(errno);
        close(fd);
        return failed(reason);
    }
    auto socket = make_socket(epoll_, outbox_, inbox_, fd, false);
    if (socket == nullptr) return failed(strerrordesc_np(errno));
    return socket;
}

}   // namespace gilmok::io::linux_
