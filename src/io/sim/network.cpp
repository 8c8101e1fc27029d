#include "io/sim/network.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "io/sim/world.hpp"

namespace gilmok::io::sim {

namespace {

// Linux sends a lost connection request again after one second.
constexpr Duration connect_again = std::chrono::seconds(1);

std::optional<std::uint64_t> earlier(std::optional<std::uint64_t> left, std::optional<std::uint64_t> right) {
    if (!left || !right) return left ? left : right;
    return std::min(*left, *right);
}

std::uint64_t hash_of(std::string_view bytes) {   // FNV-1a
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return hash;
}

}   // namespace

Result<ListenerPtr> SimNetwork::listen(const Address& address, const ListenOptions& options) {
    Address bound = address;
    if (bound.port == 0) bound.port = next_port_++;
    for (const SimListener* other_one : listeners_)
        if (other_one->address() == bound && !(other_one->is_shared() && options.shared))
            return fail(Code::internal, Fault::gateway, Retry::never, "Address already in use");
    auto listener = std::make_unique<SimListener>(*this, bound, options);
    listeners_.push_back(listener.get());
    world_->note("listen", bound.port, hash_of(bound.host));
    return ListenerPtr(std::move(listener));
}

Result<SocketPtr> SimNetwork::connect(const Address& address) {
    auto link = std::make_shared<Link>();
    link->id = next_link_++;
    link->target = address;
    link->origin = {"127.0.0.1", next_port_};
    next_port_ = next_port_ == 0xffff ? 32'768 : static_cast<std::uint16_t>(next_port_ + 1);
    link->faults = &faults_of(address);
    draw_faults(*link);
    std::erase_if(links_, [](const auto& old) { return old.expired(); });
    links_.push_back(link);
    world_->note("connect", link->id, address.port);

    auto socket = std::make_unique<SimSocket>(*this, link, Side::connecting, false);
    Prng& prng = world_->prng();
    auto connect = link->faults->connect;
    if (prng.unit() < link->faults->refuse_chance) connect = Faults::Connect::refuse;
    if (prng.unit() < link->faults->black_hole_chance) connect = Faults::Connect::black_hole;
    const Duration latency = link->flow_to(Side::listening).latency;
    switch (connect) {
        case Faults::Connect::accept: world_->after(latency, [this, link] { arrive(link); }); break;
        case Faults::Connect::refuse: refuse(link, 2 * latency); break;
        case Faults::Connect::black_hole: break;
    }
    return SocketPtr(std::move(socket));
}

void SimNetwork::draw_faults(Link& link) {
    Prng& prng = world_->prng();
    for (const Side side : {Side::listening, Side::connecting}) {
        const Flow& flow = link.flow_to(side);
        const std::uint64_t bound = std::max<std::uint64_t>(flow.chance_bytes, 1);
        if (prng.unit() < flow.stall_chance) link.pipe_to(side).stall_at = prng.below(bound);
        if (prng.unit() < flow.reset_chance) link.pipe_to(side).reset_at = prng.below(bound);
    }
}

SimListener* SimNetwork::listener_at(const Address& address) {
    std::vector<SimListener*> found;
    for (const bool any : {false, true}) {
        for (SimListener* listener : listeners_) {
            const Address at = listener->address();
            const bool fits = any ? at.host == "0.0.0.0" || at.host == "::" : at.host == address.host;
            if (fits && at.port == address.port) found.push_back(listener);
        }
        if (!found.empty()) return found[world_->prng().below(found.size())];   // shared: the kernel's choice
    }
    return nullptr;
}

void SimNetwork::arrive(const LinkPtr& link) {
    if (link->end(Side::connecting) == nullptr) return;   // gave up meanwhile
    const Duration latency = link->flow_to(Side::connecting).latency;
    SimListener* listener = listener_at(link->target);
    if (listener == nullptr) return refuse(link, latency);
    if (listener->is_full()) return world_->after(connect_again, [this, link] { arrive(link); });
    world_->note("arrive", link->id, 0);
    listener->on_connection(std::make_unique<SimSocket>(*this, link, Side::listening, true));
    world_->after(latency, [this, link] {
        world_->note("connected", link->id, 0);
        if (SimSocket* socket = link->end(Side::connecting)) socket->on_connected();
    });
}

void SimNetwork::refuse(const LinkPtr& link, Duration later) {
    world_->after(later, [this, link] {
        world_->note("refused", link->id, 0);
        if (SimSocket* socket = link->end(Side::connecting)) socket->on_refused("Connection refused");
    });
}

const Faults& SimNetwork::faults_of(const Address& address) const {
    const auto own = faults_.find({address.host, address.port});
    return own == faults_.end() ? default_faults_ : own->second;
}

void SimNetwork::set_faults(const Faults& faults) {
    default_faults_ = faults;
    wake_all();
}

void SimNetwork::set_faults(const Address& listening, const Faults& faults) {
    faults_[{listening.host, listening.port}] = faults;
    for (const auto& weak : links_)
        if (const LinkPtr link = weak.lock()) link->faults = &faults_of(link->target);
    wake_all();
}

// New faults may end a stall or widen a window; both are noticed at the next event only.
void SimNetwork::wake_all() {
    for (const auto& weak : links_) {
        const LinkPtr link = weak.lock();
        if (link == nullptr) continue;
        for (const Side side : {Side::listening, Side::connecting}) {
            schedule(link, side);
            make_room(link, side);
        }
    }
}

void SimNetwork::reset_connections(const Address& listening) {
    for (const auto& weak : links_) {
        const LinkPtr link = weak.lock();
        if (link != nullptr && link->target == listening) reset_both(link);
    }
}

void SimNetwork::send(const LinkPtr& link, Side to, Piece::What what, std::string bytes) {
    const Flow& flow = link->flow_to(to);
    Pipe& pipe = link->pipe_to(to);
    Prng& prng = world_->prng();
    pipe.bytes_held += bytes.size();
    std::string_view rest = bytes;
    do {
        const Duration jitter{prng.between(0, flow.jitter.count())};
        pipe.last_due = std::max(pipe.last_due, world_->now() + flow.latency + jitter);
        const std::size_t most = std::min(rest.size(), std::max<std::size_t>(flow.piece_bytes_max, 1));
        // Half of the pieces are as large as they may be: most real ones are, and cuts everywhere come soon enough.
        const std::size_t size = most == 0 || prng.chance(1, 2) ? most : prng.below(most) + 1;
        pipe.flying.push_back({what, pipe.last_due, std::string(rest.substr(0, size))});
        rest.remove_prefix(size);
    } while (!rest.empty());
    schedule(link, to);
}

void SimNetwork::schedule(const LinkPtr& link, Side to) {
    Pipe& pipe = link->pipe_to(to);
    if (pipe.is_scheduled || pipe.flying.empty()) return;
    pipe.is_scheduled = true;
    world_->at(pipe.flying.front().due, [this, link, to] {
        link->pipe_to(to).is_scheduled = false;
        deliver(link, to);
    });
}

bool SimNetwork::is_stalled(const LinkPtr& link, Side to) {
    Pipe& pipe = link->pipe_to(to);
    const Flow& flow = link->flow_to(to);
    const auto stall_at = earlier(pipe.stall_at, flow.stall_at);
    if (!stall_at || pipe.bytes_delivered < *stall_at || pipe.has_stalled) return false;
    if (flow.stall_for == forever) return true;   // until set_faults wakes us
    if (pipe.stalled_until == Instant{}) pipe.stalled_until = world_->now() + flow.stall_for;
    if (world_->now() >= pipe.stalled_until) {
        pipe.has_stalled = true;
        return false;
    }
    pipe.flying.front().due = pipe.stalled_until;
    schedule(link, to);
    return true;
}

// The reset has its own event, so that the last bytes can be read before it.
bool SimNetwork::is_reset_due(const LinkPtr& link, Side to) {
    Pipe& pipe = link->pipe_to(to);
    const auto reset_at = earlier(pipe.reset_at, link->flow_to(to).reset_at);
    if (!reset_at || pipe.bytes_delivered < *reset_at) return false;
    if (!std::exchange(pipe.is_reset_scheduled, true))
        world_->after(link->flow_to(to).latency, [this, link] { reset_both(link); });
    return true;
}

std::size_t SimNetwork::deliverable_bytes(const Link& link, Side to, const Pipe& pipe) const {
    const Flow& flow = link.flow_to(to);
    std::size_t bytes = pipe.flying.front().bytes.size();
    if (flow.drip > Duration{}) bytes = std::min<std::size_t>(bytes, 1);
    const auto stall_at = earlier(pipe.stall_at, flow.stall_at);
    if (stall_at && !pipe.has_stalled && *stall_at > pipe.bytes_delivered)
        bytes = std::min<std::size_t>(bytes, *stall_at - pipe.bytes_delivered);
    const auto reset_at = earlier(pipe.reset_at, flow.reset_at);
    if (reset_at && *reset_at > pipe.bytes_delivered)
        bytes = std::min<std::size_t>(bytes, *reset_at - pipe.bytes_delivered);
    return bytes;
}

void SimNetwork::deliver(const LinkPtr& link, Side to) {
    Pipe& pipe = link->pipe_to(to);
    if (pipe.flying.empty() || is_stalled(link, to)) return;
    if (is_reset_due(link, to)) return;

    const Piece::What what = pipe.flying.front().what;
    if (what == Piece::What::bytes) {
        deliver_bytes(link, to);
        (void)is_reset_due(link, to);
    } else {
        pipe.flying.pop_front();
        world_->note(what == Piece::What::end ? "end" : "reset", link->id, index_of(to));
        SimSocket* socket = link->end(to);
        if (what == Piece::What::end) {
            pipe.has_ended = true;
            if (socket != nullptr) socket->on_end();
        } else {
            link->pipe_to(other(to)).drop_flying();
            if (socket != nullptr) socket->on_reset();
        }
    }
    schedule(link, to);
}

void SimNetwork::deliver_bytes(const LinkPtr& link, Side to) {
    Pipe& pipe = link->pipe_to(to);
    const std::size_t size = deliverable_bytes(*link, to, pipe);
    Piece& piece = pipe.flying.front();
    const std::string bytes = piece.bytes.substr(0, size);
    if (size == piece.bytes.size()) {
        pipe.flying.pop_front();
    } else {
        piece.bytes.erase(0, size);
        piece.due = world_->now() + link->flow_to(to).drip;
    }
    if (!pipe.flying.empty())
        pipe.flying.front().due = std::max(pipe.flying.front().due, world_->now() + link->flow_to(to).drip);
    pipe.bytes_delivered += size;
    world_->note("bytes", link->id * 2 + index_of(to), hash_of(bytes));
    if (SimSocket* socket = link->end(to)) {
        pipe.unread += bytes;
        return socket->on_bytes();
    }
    // Bytes for a closed socket are answered by a reset, as in TCP.
    pipe.bytes_held -= size;
    if (std::exchange(pipe.is_reader_gone, true)) return;
    send(link, other(to), Piece::What::reset, {});
}

void SimNetwork::reset_both(const LinkPtr& link) {
    world_->note("reset both", link->id, 0);
    for (const Side side : {Side::listening, Side::connecting}) {
        link->pipe_to(side).drop_flying();
        if (SimSocket* socket = link->end(side)) socket->on_reset();
    }
}

void Pipe::drop_flying() {
    for (const Piece& piece : flying) bytes_held -= piece.bytes.size();
    flying.clear();
}

void Pipe::drop_unread() {
    bytes_held -= unread.size();
    unread.clear();
}

std::size_t SimNetwork::bytes_in_pipes() const {
    std::size_t bytes = 0;
    for (const auto& weak : links_)
        if (const LinkPtr link = weak.lock())
            for (const Pipe& pipe : link->pipes) bytes += pipe.bytes_held;
    return bytes;
}

// Tells a waiting writer when a third of the window is free, as Linux does, after the way of the acknowledgement.
void SimNetwork::make_room(const LinkPtr& link, Side to) {
    Pipe& pipe = link->pipe_to(to);
    const std::size_t window = std::max<std::size_t>(link->flow_to(to).window_bytes, 1);
    if (!pipe.is_writer_waiting || pipe.bytes_held > window - (window + 2) / 3) return;
    pipe.is_writer_waiting = false;
    world_->after(link->flow_to(other(to)).latency, [this, link, to] {
        world_->note("room", link->id, index_of(to));
        if (SimSocket* writer = link->end(other(to))) writer->on_room();
    });
}

SimListener::~SimListener() {
    for (const auto& socket : waiting_) socket->reset_on_close();
    waiting_.clear();
    std::erase(network_->listeners_, this);
}

SocketPtr SimListener::accept() {
    if (waiting_.empty()) return nullptr;
    SocketPtr socket = std::move(waiting_.front());
    waiting_.pop_front();
    return socket;
}

void SimListener::watch(Waiter* waiter, Events acceptable) {
    waiter_ = waiter;
    bits_ = acceptable;
    if (waiter_ != nullptr && !waiting_.empty()) waiter_->notify(bits_);
}

void SimListener::on_connection(SocketPtr socket) {
    waiting_.push_back(std::move(socket));
    if (waiter_ != nullptr) waiter_->notify(bits_);
}

}   // namespace gilmok::io::sim
