#include "upstream/pool.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "io/tls.hpp"

namespace gilmok::upstream {

namespace {

// Whether an idle connection may be trusted with the next client: open, the last request wholly sent, and without bytes
// that nobody asked for. A socket that may be readable is asked for one: under TLS that takes in what is not for us
// (session tickets), and nothing else.
bool is_quiet(io::Socket& socket) {
    if (socket.has_hung_up() || !socket.is_writable()) return false;
    if (!socket.is_readable()) return true;
    char unasked = 0;
    return socket.read({&unasked, 1}).would_block();
}

}   // namespace

Connection& Connection::operator=(Connection&& other) noexcept {
    if (this != &other) {
        close();
        pool_ = std::exchange(other.pool_, nullptr);
        socket_ = std::move(other.socket_);
        is_reused_ = other.is_reused_;
    }
    return *this;
}

void Connection::close() {
    if (socket_ == nullptr) return;
    socket_.reset();
    --pool_->busy_;
}

void Connection::give_back(Instant now) {
    GILMOK_ASSERT(socket_ != nullptr);
    --pool_->busy_;
    socket_->watch(nullptr, 0, 0);
    if (is_quiet(*socket_) && pool_->idle_.size() < pool_->limits_.idle_max)
        pool_->idle_.push_back({std::move(socket_), now});
    socket_.reset();
}

Result<Connection> Pool::take(const config::Upstream& upstream, bool fresh) {
    while (!fresh && !idle_.empty()) {
        io::SocketPtr socket = std::move(idle_.back().socket);
        idle_.pop_back();
        if (!is_quiet(*socket)) continue;
        ++busy_;
        return Connection(*this, std::move(socket), true);
    }
    if (busy_ + idle_.size() >= limits_.connections_max) {
        if (idle_.empty())
            return fail(Code::overloaded, Fault::gateway, Retry::other_upstream,
                        "connections_max of the upstream is reached");
        idle_.erase(idle_.begin());
    }
    GILMOK_TRY(socket, connect(upstream));
    ++busy_;
    ++connects_total_;
    return Connection(*this, std::move(socket), false);
}

Result<io::SocketPtr> Pool::connect(const config::Upstream& upstream) {
    const auto addresses = state_->addresses.load();
    if (addresses == nullptr || addresses->empty())
        return fail(Code::connect_failed, Fault::upstream, Retry::other_upstream,
                    "the upstream's name has no address yet");
    const std::uint32_t which = state_->address_next.load(std::memory_order_relaxed);
    GILMOK_TRY(socket, loop_->network().connect((*addresses)[which % addresses->size()]));
    if (state_->tls == nullptr) return std::move(socket);
    return io::tls_client(std::move(socket), *state_->tls,
                          upstream.tls_name.empty() ? upstream.host : upstream.tls_name);
}

void Pool::reap(Instant now) {
    std::erase_if(
        idle_, [&](const Idle& idle) { return now - idle.since >= limits_.idle_timeout || !is_quiet(*idle.socket); });
}

}   // namespace gilmok::upstream
