#include "gateway/connection.hpp"

#include <algorithm>
#include <cstring>

#include "base/give_back.hpp"
#include "base/log.hpp"
#include "gateway/exchange.hpp"
#include "gateway/reply.hpp"
#include "io/tls.hpp"

namespace gilmok::gateway {

namespace {
// After a refusal the client may still be sending his body; closing at once would reset the connection and could destroy
// the answer on its way (RFC 9112 section 9.6). So we say that no more comes and read on: until he is quiet, or for a
// while in all.
constexpr Duration linger_quiet = std::chrono::seconds(2);
constexpr Duration linger_quiet_draining = std::chrono::seconds(1);
constexpr Duration linger_total = std::chrono::seconds(10);
constexpr std::size_t linger_bytes_max = 1U << 20;
constexpr std::uint32_t chunks_bytes_min = 4 * 1024;
}   // namespace

wire::http1::Limits parser_limits(const config::DoorLimits& limits) {
    wire::http1::Limits parser;
    // A head must fit into one block and leave room behind it, where chunks of a body are read.
    parser.head_bytes_max = std::min<std::uint32_t>(limits.head_bytes_max, Block::bytes - chunks_bytes_min);
    parser.headers_max = std::min<std::uint32_t>(limits.headers_max, wire::http1::headers_stored_max);
    parser.target_bytes_max = limits.target_bytes_max;
    return parser;
}

Connection::Connection(Shard& shard, io::SocketPtr socket)
    : shard_(shard),
      socket_(std::move(socket)),
      waiter_(shard.loop().ready()),
      timer_(shard.loop().timers(), waiter_, event::timer),
      limits_(parser_limits(shard.setup()->snapshot->server.limits)),
      parser_(limits_),
      body_(limits_, shard.setup()->snapshot->server.limits.body_bytes_max, shard.body_budget()),
      client_(socket_->peer().host),
      task_(serve()) {}

io::Task<> Connection::serve() {
    socket_->watch(&waiter_, event::client_readable, event::client_writable);
    bool goes_on = co_await shake_hands();
    while (goes_on) {
        const Next what = co_await read_head();
        if (what == Next::close) break;
        Exchange exchange(*this);
        goes_on = co_await exchange.run();
        goes_on = goes_on && !has_failed_ && !shard_.is_draining();
        if (goes_on)
            prepare_next();
        else if (!has_failed_)
            co_await linger();   // also where all of this request was read: another may be under way behind it
    }
    if (!has_failed_ && !socket_->is_drained()) co_await drain_socket();
    body_.release();
    socket_.reset();
    shard_.retire(*this);
}

io::Task<bool> Connection::shake_hands() {
    const Instant deadline = now() + shard_.setup()->snapshot->server.limits.headers_timeout;
    for (;;) {
        const auto connected = socket_->is_connected();
        if (!connected) {
            shard_.metrics().count_parse_error(connected.error().code);
            log::debug("tls_refused", {{"client", client_}, {"reason", connected.error().detail}});
            co_return false;
        }
        if (*connected) co_return true;
        timer_.arm(deadline);
        const io::Events events =
            co_await waiter_.wait(event::client_readable | event::client_writable | event::timer | event::attention);
        if ((events & event::timer) != 0 && now() >= deadline) co_return false;
        if (is_cut_ || shard_.is_draining()) co_return false;
    }
}

io::Task<Connection::Next> Connection::read_head() {
    // Copies: an idle connection holds no snapshot, and a reload may free the one these came from.
    const Duration idle_timeout = shard_.setup()->snapshot->server.limits.idle_timeout;
    const Duration headers_timeout = shard_.setup()->snapshot->server.limits.headers_timeout;
    wire::http1::RequestHead& head = shard_.scratch().request_head;
    Instant deadline = now() + (filled_ == 0 ? idle_timeout : headers_timeout);
    for (;;) {
        if (filled_ > 0) {
            shard_.scratch().request_head_owner = this;
            const auto parsed = parser_.parse_request(block_.view(0, filled_), head);
            if (!parsed) {
                co_await refuse_head(parsed.error());
                co_return Next::close;
            }
            if (*parsed == wire::http1::HeadParser::State::done) {
                head_end_ = static_cast<std::uint32_t>(parser_.bytes_consumed());
                co_return Next::request;
            }
        }
        // A block is taken only when there is something to read into it.
        if (socket_->is_readable()) {
            if (!block_.is_held()) block_ = Block::take();
            const io::Transfer got = socket_->read(block_.space(filled_));
            if (got.is_done()) {
                if (filled_ == 0) deadline = now() + headers_timeout;
                filled_ += static_cast<std::uint32_t>(got.bytes);
                continue;
            }
            if (got.is_over()) co_return Next::close;
        }
        if (filled_ == 0) {
            block_.release();
            if (shard_.is_draining()) co_return Next::close;
        }
        timer_.arm(deadline);
        co_await waiter_.wait(event::client_readable | event::timer | event::attention);
        if (is_cut_) co_return Next::close;
        if (now() >= deadline) {
            if (filled_ > 0) {
                const Error late{Code::headers_timeout, Fault::client, Retry::never,
                                 "the head did not come within headers_timeout"};
                co_await refuse_head(late);
            }
            co_return Next::close;
        }
    }
}

// A head that cannot be read is no exchange: nobody knows what was asked. It is answered, counted, and the connection ends.
io::Task<> Connection::refuse_head(Error error) {
    shard_.metrics().count_parse_error(error.code);
    const auto id =
        model::make_request_id(unix_ms(shard_.loop().wall_now()), shard_.prng().next(), shard_.prng().next());
    Reply reply;
    reply.request_id = id.view();
    reply.keep_alive = false;
    std::string& out = shard_.scratch().out;
    out.clear();
    append_error_reply(out, reply, error, {}, shard_.date_line());
    send(out);
    const bool is_sent = co_await flush();
    if (is_sent) co_await linger();
}

void Connection::parse_again(Scratch& scratch) {
    wire::http1::HeadParser again(limits_);
    const auto parsed = again.parse_request(block_.view(0, head_end_), scratch.request_head);
    GILMOK_ASSERT(parsed && *parsed == wire::http1::HeadParser::State::done);   // it was, before
    scratch.request_head_owner = this;
}

Result<bool> Connection::begin_body() {
    auto whole = body_.begin(head(), block_, head_end_, filled_);
    body_is_whole_ = whole && *whole;
    return whole;
}

io::Task<Result<bool>> Connection::read_body() {
    const config::DoorLimits& limits = shard_.setup()->snapshot->server.limits;
    const Instant total_deadline = now() + limits.body_total_timeout;
    Instant deadline = now() + limits.body_timeout;
    if (head().expects_continue && body_.bytes_received() == 0) send("HTTP/1.1 100 Continue\r\n\r\n");
    for (;;) {
        if (has_unsent()) continue_sending();
        const io::Transfer got = socket_->read(body_.space());
        if (got.is_done()) {
            auto whole = body_.received(got.bytes);
            body_is_whole_ = whole && *whole;
            if (!whole || *whole) co_return whole;
            deadline = now() + limits.body_timeout;
            continue;
        }
        if (got.is_over()) {
            has_failed_ = true;
            co_return gilmok::fail(Code::client_gone, Fault::client, Retry::never,
                                   "the client left in the middle of its body");
        }
        timer_.arm(std::min(deadline, total_deadline));
        co_await waiter_.wait(event::client_readable | event::client_writable | event::timer | event::attention);
        if (is_cut_)
            co_return gilmok::fail(Code::draining, Fault::gateway, Retry::never, "the gateway is shutting down");
        if (now() >= std::min(deadline, total_deadline))
            co_return gilmok::fail(Code::body_timeout, Fault::client, Retry::never, "the body did not come in time");
    }
}

void Connection::release_request() {
    if (!body_is_whole_) return;
    const std::size_t surplus = body_.surplus_end() - body_.surplus_begin();
    if (surplus > 0) return;   // the next request waits behind this one, in the same block
    body_.release();
    block_.release();
    filled_ = head_end_ = 0;
}

void Connection::prepare_next() {
    if (block_.is_held()) {
        const std::size_t begin = body_.surplus_begin(), end = body_.surplus_end();
        filled_ = static_cast<std::uint32_t>(end - begin);
        if (filled_ > 0) std::memmove(block_.data(), block_.data() + begin, filled_);
        body_.release();
    }
    if (shard_.scratch().request_head_owner == this) shard_.scratch().request_head_owner = nullptr;
    parser_.reset();
    body_is_whole_ = false;
    head_end_ = 0;
}

void Connection::send(std::string_view bytes) {
    if (has_failed_ || bytes.empty()) return;
    if (unsent_.empty()) {
        // A short write does not mean that the socket is full, and only a full one tells when it has room again.
        while (!bytes.empty()) {
            const io::Transfer sent = socket_->write({&bytes, 1});
            if (sent.state == io::Transfer::State::failed) {
                has_failed_ = true;
                return;
            }
            if (!sent.is_done()) break;
            bytes.remove_prefix(sent.bytes);
        }
        if (bytes.empty()) return;
        write_deadline_ = now() + shard_.setup()->snapshot->server.limits.write_timeout;
    }
    unsent_.append(bytes);
}

void Connection::continue_sending() {
    while (!unsent_.empty() && !has_failed_) {
        const std::string_view bytes = unsent_;
        const io::Transfer sent = socket_->write({&bytes, 1});
        if (sent.would_block()) return;
        if (!sent.is_done()) {
            has_failed_ = true;
            break;
        }
        write_deadline_ = now() + shard_.setup()->snapshot->server.limits.write_timeout;
        if (sent.bytes == bytes.size()) break;
        unsent_.erase(0, sent.bytes);
    }
    give_back(unsent_);
    write_deadline_ = far_future;
}

io::Task<bool> Connection::flush() {
    for (;;) {
        continue_sending();
        if (has_failed_) co_return false;
        if (unsent_.empty()) co_return true;
        timer_.arm(write_deadline_);
        co_await waiter_.wait(event::client_writable | event::client_readable | event::timer | event::attention);
        if (is_cut_ || now() >= write_deadline_) {
            reset();
            co_return false;
        }
    }
}

// What the socket took and could not send yet goes before the connection does.
io::Task<> Connection::drain_socket() {
    const Instant deadline = now() + shard_.setup()->snapshot->server.limits.write_timeout;
    while (!socket_->is_drained() && !socket_->has_hung_up()) {
        timer_.arm(deadline);
        co_await waiter_.wait(event::client_writable | event::client_readable | event::timer | event::attention);
        if (is_cut_ || now() >= deadline) {
            reset();
            co_return;
        }
    }
}

io::Task<> Connection::linger() {
    socket_->shutdown_write();
    block_.release();
    const Instant last = now() + linger_total;
    const Duration quiet = shard_.is_draining() ? linger_quiet_draining : linger_quiet;
    Instant deadline = now() + quiet;
    std::size_t bytes_left = linger_bytes_max;
    for (;;) {
        const io::Transfer got = socket_->read(shard_.scratch().input);
        if (got.is_over()) co_return;
        if (got.is_done()) {
            if (got.bytes >= bytes_left) co_return;
            bytes_left -= got.bytes;
            deadline = std::min(last, now() + quiet);
            continue;
        }
        timer_.arm(deadline);
        co_await waiter_.wait(event::client_readable | event::timer | event::attention);
        if (now() >= deadline || is_cut_) co_return;
    }
}

}   // namespace gilmok::gateway
