#include "upstream/attempt.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "base/give_back.hpp"

namespace gilmok::upstream {

namespace {
// An upstream may say "100 Continue" or "103 Early Hints" a few times; more is a flood.
constexpr std::uint8_t interim_heads_max = 8;
constexpr wire::http1::Limits head_limits{};

Error closed_early(bool has_received_bytes) {
    return {Code::upstream_closed, Fault::upstream, Retry::other_upstream,
            has_received_bytes ? "the upstream closed inside the head of its answer"
                               : "the upstream closed before it answered"};
}
}   // namespace

void Attempt::begin(Pool& pool, const config::Upstream& upstream, bool fresh, io::Waiter& waiter, io::Events readable,
                    io::Events writable, Instant now) {
    GILMOK_DASSERT(state_ == State::none || state_ == State::failed);
    GILMOK_DASSERT(!connection_.is_open());
    // A slot that failed or was cancelled begins again: nothing of the last connection may reach the next one.
    pool_ = &pool;
    started_ = now;
    give_back(unsent_);
    give_back(head_pending_);
    error_ = {};
    interim_heads_ = 0;
    has_received_bytes_ = false;
    auto connection = pool.take(upstream, fresh);
    if (!connection) {
        fail_with(connection.error());
        return;
    }
    connection_ = std::move(*connection);
    is_reused_ = connection_.is_reused();
    connected_ = is_reused_ ? now : Instant{};
    state_ = is_reused_ ? State::ready_to_send : State::connecting;
    connection_.socket().watch(&waiter, readable, writable);
}

Attempt::State Attempt::fail_with(Error error) {
    connection_.close();
    error_ = error;
    state_ = State::failed;
    return state_;
}

void Attempt::send(std::span<const std::string_view> parts) {
    GILMOK_DASSERT(state_ == State::ready_to_send);
    state_ = State::waiting;
    std::size_t written = 0;
    const io::Transfer sent = connection_.socket().write(parts);
    if (sent.is_done()) written = sent.bytes;
    // A failed write is not yet a failed attempt: the upstream may have answered before it closed (413, 429).
    for (std::string_view part : parts) {
        const std::size_t skip = std::min(written, part.size());
        written -= skip;
        unsent_.append(part.substr(skip));
    }
    // A short write does not mean that the socket is full, and only a full one tells when it has room again.
    if (sent.is_done()) continue_sending();
}

void Attempt::continue_sending() {
    while (!unsent_.empty()) {
        const std::string_view part = unsent_;
        const io::Transfer sent = connection_.socket().write({&part, 1});
        if (!sent.is_done()) return;
        unsent_.erase(0, sent.bytes);
    }
    give_back(unsent_);
}

Attempt::State Attempt::on_ready(std::span<char> scratch, wire::http1::ResponseHead& head, std::string_view& rest) {
    if (state_ == State::connecting) {
        const auto connected = connection_.socket().is_connected();
        if (!connected) {
            pool_->state()->address_next.fetch_add(1, std::memory_order_relaxed);
            return fail_with(connected.error());
        }
        if (*connected) state_ = State::ready_to_send;
        return state_;
    }
    if (state_ != State::waiting) return state_;
    if (is_sending()) continue_sending();
    return read_head(scratch, head, rest);
}

Attempt::State Attempt::read_head(std::span<char> scratch, wire::http1::ResponseHead& head, std::string_view& rest) {
    for (;;) {
        // What came before stands at the front of the scratch, so that a head is always parsed in one piece.
        const std::size_t before = head_pending_.size();
        std::memcpy(scratch.data(), head_pending_.data(), before);
        const io::Transfer got = connection_.socket().read(scratch.subspan(before));
        if (got.would_block()) return state_;
        if (got.is_over()) return fail_with(closed_early(has_received_bytes_));
        has_received_bytes_ = true;
        std::string_view bytes(scratch.data(), before + got.bytes);
        for (;;) {
            wire::http1::HeadParser parser(head_limits);
            const auto parsed = parser.parse_response(bytes, false, head);
            if (!parsed) return fail_with(parsed.error());
            if (*parsed == wire::http1::HeadParser::State::need_more) break;
            bytes.remove_prefix(parser.bytes_consumed());
            if (head.status >= 200) {
                give_back(head_pending_);
                rest = bytes;
                return state_ = State::answering;
            }
            if (++interim_heads_ > interim_heads_max)
                return fail_with(
                    {Code::upstream_protocol, Fault::upstream, Retry::other_upstream, "too many 1xx answers"});
        }
        head_pending_.assign(bytes);
    }
}

io::Transfer Attempt::read(std::span<char> scratch) {
    if (is_sending()) continue_sending();
    return connection_.socket().read(scratch);
}

void Attempt::finish(bool is_reusable, Instant now) {
    if (!connection_.is_open()) return;
    if (is_reusable && unsent_.empty()) connection_.give_back(now);
    connection_.close();
    state_ = State::none;
}

void Attempt::cancel() {
    if (!connection_.is_open()) return;
    // A reset tells the engine at once; an orderly close would be read by some only when they next write.
    connection_.socket().reset_on_close();
    connection_.close();
    state_ = State::none;
}

Instant Attempt::deadline(const config::Upstream& upstream) const {
    switch (state_) {
        case State::connecting: return started_ + upstream.connect_timeout;
        case State::ready_to_send:
        case State::waiting: return started_ + upstream.first_byte_timeout;
        case State::none:
        case State::answering:
        case State::failed: return far_future;
    }
    return far_future;
}

void Attempt::time_out() {
    const bool was_connecting = state_ == State::connecting;
    if (was_connecting) pool_->state()->address_next.fetch_add(1, std::memory_order_relaxed);
    if (connection_.is_open()) connection_.socket().reset_on_close();
    fail_with(was_connecting ? Error{Code::connect_timeout, Fault::upstream, Retry::other_upstream,
                                     "no connection within connect_timeout"}
                             : Error{Code::first_byte_timeout, Fault::upstream, Retry::other_upstream,
                                     "no answer within first_byte_timeout"});
}

}   // namespace gilmok::upstream
