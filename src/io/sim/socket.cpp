// One end of a simulated connection. It is as unkind as a socket may be: reads and writes are cut short at random, and
// whether the last read of what was there already says so is left to the seed.
#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "io/sim/network.hpp"
#include "io/sim/world.hpp"

namespace gilmok::io::sim {

SimSocket::SimSocket(SimNetwork& network, LinkPtr link, Side side, bool is_connected)
    : network_(&network), link_(std::move(link)), side_(side), is_connected_(is_connected) {
    is_writable_ = is_connected;
    link_->ends[index_of(side)] = this;
    ++network_->sockets_count_;
}

SimSocket::~SimSocket() {
    --network_->sockets_count_;
    link_->ends[index_of(side_)] = nullptr;
    network_->world_->note("close", link_->id, index_of(side_));
    // Closing with bytes unread is a reset in TCP: the peer must not believe that they were taken.
    const bool resets = resets_on_close_ || !incoming().unread.empty();
    incoming().drop_unread();
    if (!is_connected_ || has_failed_) return;
    if (resets) {
        incoming().is_reader_gone = true;
        network_->send(link_, other(side_), Piece::What::reset, {});
    } else if (!is_shut_) {
        network_->send(link_, other(side_), Piece::What::end, {});
    }
}

Transfer SimSocket::read(std::span<char> into) {
    GILMOK_ASSERT(!into.empty());
    if (!is_readable_) return {Transfer::State::would_block};
    Pipe& pipe = incoming();
    if (pipe.unread.empty()) {
        if (has_failed_) return {Transfer::State::failed};
        if (pipe.has_ended) return {Transfer::State::end};
        is_readable_ = false;
        return {Transfer::State::would_block};
    }
    Prng& prng = network_->world_->prng();
    std::size_t bytes = std::min(into.size(), pipe.unread.size());
    if (prng.chance(1, 4)) bytes = prng.below(bytes) + 1;
    std::memcpy(into.data(), pipe.unread.data(), bytes);
    pipe.unread.erase(0, bytes);
    pipe.bytes_held -= bytes;
    network_->make_room(link_, side_);
    if (pipe.unread.empty() && !has_failed_ && !pipe.has_ended && prng.chance(1, 2)) is_readable_ = false;
    return {Transfer::State::done, bytes};
}

Transfer SimSocket::write(std::span<const std::string_view> parts) {
    GILMOK_ASSERT(parts.size() <= 16);
    if (has_failed_ || is_shut_) return {Transfer::State::failed};
    if (!is_writable_) return {Transfer::State::would_block};
    std::string bytes;
    for (const std::string_view part : parts) bytes += part;
    GILMOK_ASSERT(!bytes.empty());
    Pipe& pipe = outgoing();
    const std::size_t window = std::max<std::size_t>(link_->flow_to(other(side_)).window_bytes, 1);
    const std::size_t room = window - std::min(window, pipe.bytes_held);
    if (room < bytes.size()) {
        is_writable_ = false;
        pipe.is_writer_waiting = true;
        if (room == 0) return {Transfer::State::would_block};
        bytes.resize(room);
    } else if (network_->world_->prng().chance(1, 8)) {
        bytes.resize(network_->world_->prng().below(bytes.size()) + 1);
    }
    const std::size_t written = bytes.size();
    network_->send(link_, other(side_), Piece::What::bytes, std::move(bytes));
    return {Transfer::State::done, written};
}

void SimSocket::shutdown_write() {
    if (is_shut_ || has_failed_ || !is_connected_) return;
    is_shut_ = true;
    network_->send(link_, other(side_), Piece::What::end, {});
}

Address SimSocket::peer() const { return side_ == Side::listening ? link_->origin : link_->target; }

Result<bool> SimSocket::is_connected() {
    if (!refusal_.empty()) return fail(Code::connect_failed, Fault::upstream, Retry::other_upstream, refusal_);
    if (has_failed_)
        return fail(Code::connect_failed, Fault::upstream, Retry::other_upstream, "Connection reset by peer");
    return is_connected_;
}

void SimSocket::on_connected() {
    if (has_failed_) return;
    is_connected_ = true;
    became_writable();
}

void SimSocket::on_refused(std::string_view reason) {
    refusal_ = reason;
    on_reset();
}

void SimSocket::on_end() {
    has_hung_up_ = true;
    became_readable();
}

void SimSocket::on_reset() {
    if (has_failed_) return;
    has_failed_ = true;
    has_hung_up_ = true;
    // What had arrived and was not read yet may be lost; kernels differ, so both happen.
    if (network_->world_->prng().chance(1, 2)) incoming().drop_unread();
    became_readable();
    became_writable();
}

void SimSocket::on_room() {
    if (!has_failed_) became_writable();
}

}   // namespace gilmok::io::sim
