// The way back: bytes of the winner's answer to the client as they come, back-pressure both ways, and an honest end.
#include <algorithm>

#include "base/assert.hpp"
#include "gateway/exchange.hpp"

namespace gilmok::gateway {

using model::AttemptEnd;
using model::Outcome;

namespace {
// A stream that always has more must not keep the loop from the others: after so many reads it waits for its next turn.
constexpr int reads_per_turn_max = 4;

io::Events events_of_relay(bool has_unsent) {
    const io::Events upstream_events = has_unsent ? 0 : event::upstream | event::hedge;
    return event::client_readable | event::client_writable | upstream_events | event::timer | event::attention;
}
}   // namespace

Exchange::AnswerInHand::~AnswerInHand() {
    if (exchange_.winner_->is_running) {
        exchange_.record_.outcome = Outcome::cut_off;
        exchange_.end_try(*exchange_.winner_, AttemptEnd::cancelled, Code::draining, exchange_.record_.status);
    }
    exchange_.answer_ = nullptr;
}

// What its frame holds is held for as long as the stream runs: all that is done in one go is done elsewhere.
io::Task<> Exchange::relay() {
    const std::unique_ptr<GuardedAnswer> guarded = guard_answer();
    relay::Answer answer(answer_options(guarded.get()));
    const AnswerInHand in_hand(*this, answer);
    begin_answer(answer);
    while (go_on(answer)) {
        co_await connection_.waiter().wait(events_of_relay(connection_.has_unsent()));
        connection_.continue_sending();
        keep_alive(answer);
    }
    end_relay(answer, guarded.get());
}

relay::AnswerOptions Exchange::answer_options(relay::Rewriter* rewriter) const {
    const config::Upstream& upstream = *winner_->upstream;
    relay::AnswerOptions options;
    options.endpoint = record_.endpoint;
    options.hide_usage = request_.is_stream && !request_.asks_for_usage;
    options.hide_delta_usage = request_.is_stream && upstream.is_usage_continuous;
    options.keeps_copy = is_remembered_ || is_archived_;
    options.wants_stream = request_.is_stream;
    options.is_simulated = upstream.is_simulated;
    options.keep_alive = client_keeps_alive_ && connection_.body_is_whole() && !shard_.is_draining();
    options.client_version_minor = client_version_minor_;
    options.event_bytes_max = upstream.event_bytes_max;
    options.answer_bytes_max = upstream.answer_bytes_max;
    options.request_id = record_.id.view();
    options.rewriter = rewriter;
    return options;
}

// No suspension before: the head and the bytes behind it still lie in the scratch.
void Exchange::begin_answer(relay::Answer& answer) {
    const wire::http1::ResponseHead& head = shard_.scratch().response_head;
    upstream_keeps_alive_ = head.keep_alive;
    record_.status = head.status;
    if (is_remembered_) {
        kept_answer_ = std::make_unique<Idempotency::Kept>();
        kept_answer_->content_type = head.headers.value(wire::http1::Known::content_type);
    }
    std::string standing;
    append_standing(standing);
    append_labels(standing, head.status);
    std::string& out = shard_.scratch().out;
    out.clear();
    answer.begin(head, shard_.date_line(), out, standing);
    answer_begun_ = true;
    last_byte_ = last_sent_ = now();
    connection_.release_request();   // what the upstream has not taken yet is the attempt's own copy
    request_.text = {};
    forget_bodies();
    take_bytes(answer, rest_);
}

// Takes what has come. True when there is something to wait for, by the timer at the latest.
bool Exchange::go_on(relay::Answer& answer) {
    if (answer_over_) return false;
    const bool has_more = pump(answer);
    if (answer_over_) return false;
    if (const auto error = why_stop(answer)) {
        shard_.scratch().out.clear();   // after a suspension it holds somebody else's bytes
        cut_answer(answer, *error);
        return false;
    }
    connection_.timer().arm(has_more ? now() : relay_deadline(answer));
    return true;
}

// Comments cover an upstream's silence, so that nobody on the way takes the connection for dead.
void Exchange::keep_alive(relay::Answer& answer) {
    const auto interval = snapshot().server.limits.sse_keepalive;
    if (!answer.is_event_stream() || interval.count() <= 0 || connection_.has_unsent()) return;
    if (now() - last_sent_ < interval) return;
    std::string& out = shard_.scratch().out;
    out.clear();
    answer.append_keepalive(out);
    connection_.send(out);
    last_sent_ = now();
}

void Exchange::end_relay(relay::Answer& answer, const GuardedAnswer* guarded) {
    const bool is_whole_sent = connection_.has_unsent() || !connection_.has_client_left();   // run() sends what is left
    if (guarded != nullptr) record_answer(*guarded);
    record_.bytes_out = answer.body_bytes();
    record_.events_out = answer.events_passed();
    if (!is_whole_sent) lose_client();
    if (!answer.has_copy()) return;
    std::string text = answer.take_copy();
    if (is_archived_) archive_answer(text);
    if (!is_remembered_ || record_.outcome == Outcome::cut_off) return;
    kept_answer_->status = record_.status;
    kept_answer_->body = std::move(text);
    is_kept_whole_ = true;
}

// Reads what the upstream has, unless the client still owes us room. True when there is more and others should have a turn.
bool Exchange::pump(relay::Answer& answer) {
    for (int reads = 0; !answer_over_ && !connection_.has_unsent() && !connection_.has_client_left(); ++reads) {
        if (reads == reads_per_turn_max) return true;
        const io::Transfer got = winner_->attempt.read(shard_.scratch().input);
        if (got.would_block()) return false;
        shard_.scratch().out.clear();
        if (got.is_done()) {
            take_bytes(answer, {shard_.scratch().input.data(), got.bytes});
            continue;
        }
        const auto closed = got.state == io::Transfer::State::end
                                ? answer.upstream_closed()
                                : Result<bool>(fail(Code::upstream_closed, Fault::upstream, Retry::never,
                                                    "the upstream's connection broke in the middle of its answer"));
        upstream_keeps_alive_ = false;
        if (closed)
            end_answer(answer);
        else
            cut_answer(answer, closed.error());
    }
    return false;
}

// Appends to what the scratch's `out` holds already (the head, at first) and sends it all.
void Exchange::take_bytes(relay::Answer& answer, std::string_view bytes) {
    std::string& out = shard_.scratch().out;
    last_byte_ = now();
    const std::size_t before = out.size();
    const auto taken = answer.feed(bytes, shard_.scratch().payload, out);
    if (record_.time_to_first_token == Duration{} && answer.has_passed_content())
        record_.time_to_first_token = now() - record_.started;
    if (out.size() > before) last_sent_ = now();
    if (!taken) return cut_answer(answer, taken.error());
    winner_->spending.mark(spend_context(*winner_), answer);
    if (answer.is_upstream_done()) return end_answer(answer);
    connection_.send(out);
    out.clear();
}

void Exchange::end_answer(relay::Answer& answer) {
    std::string& out = shard_.scratch().out;
    const auto finished = answer.finish(out);
    if (!finished) return cut_answer(answer, finished.error());
    answer_over_ = true;
    winner_->attempt.finish(upstream_keeps_alive_ && answer.is_upstream_done() && !answer.has_surplus(), now());
    set_outcome_of_answer();
    end_try(*winner_, AttemptEnd::answered, Code::none, record_.status);
    client_keeps_alive_ = answer.keeps_client_connection();
    connection_.send(out);
    connection_.release_request();
}

void Exchange::set_outcome_of_answer() {
    if (record_.status < 400) {
        record_.outcome = Outcome::answered;
        return;
    }
    record_.outcome = record_.status < 500 ? Outcome::upstream_refused : Outcome::failed;
    record_.code = Code::upstream_status;
    record_.fault = record_.status < 500 ? Fault::client : Fault::upstream;
}

// The answer has begun and cannot be finished. The upstream is cancelled at once; the client is told, in a way that
// cannot be taken for a proper end.
void Exchange::cut_answer(relay::Answer& answer, const Error& error) {
    const bool is_upstreams_fault = error.fault == Fault::upstream;
    // After "[DONE]" the client lacks nothing but the end of the message, and that end is ours to write.
    if (is_upstreams_fault && answer.is_whole_stream()) {
        upstream_keeps_alive_ = false;
        return end_answer(answer);
    }
    answer_over_ = true;
    winner_->attempt.cancel();
    const Outcome outcome = answer.is_held() ? Outcome::failed : Outcome::cut_off;
    record_.outcome = error.code == Code::client_gone ? Outcome::client_gone : outcome;
    end_try(*winner_, is_upstreams_fault ? AttemptEnd::failed : AttemptEnd::cancelled, error.code, record_.status);
    record_.code = error.code;
    record_.fault = error.fault;
    if (error.code == Code::client_gone) {
        client_keeps_alive_ = false;
        connection_.reset();   // he may be there still, too slow: an orderly close would make the rest look like all
        return;
    }
    std::string& out = shard_.scratch().out;
    const bool is_told = answer.cut_off(error, {}, out);
    record_.status = answer.status();
    client_keeps_alive_ = is_told && answer.keeps_client_connection();
    connection_.send(out);
    if (!is_told) connection_.reset();
}

std::optional<Error> Exchange::why_stop(const relay::Answer&) const {
    const config::Upstream& upstream = *winner_->upstream;
    if (connection_.has_client_left()) return Error{Code::client_gone, Fault::client, Retry::never, "the client left"};
    if (connection_.is_cut())
        return Error{Code::draining, Fault::gateway, Retry::never, "the gateway is shutting down"};
    if (is_revoked()) return Error{Code::key_revoked, Fault::client, Retry::never, "the key was revoked"};
    if (connection_.has_unsent()) {
        if (now() >= connection_.write_deadline())
            return Error{Code::client_gone, Fault::client, Retry::never, "the client took nothing for write_timeout"};
    } else if (now() >= last_byte_ + upstream.idle_timeout) {
        return Error{Code::idle_timeout, Fault::upstream, Retry::never, "the upstream sent nothing for idle_timeout"};
    }
    if (now() >= winner_->attempt.started() + upstream.total_timeout)
        return Error{Code::total_timeout, Fault::upstream, Retry::never, "the answer took longer than total_timeout"};
    return std::nullopt;
}

Instant Exchange::relay_deadline(const relay::Answer& answer) const {
    const config::Upstream& upstream = *winner_->upstream;
    Instant deadline = winner_->attempt.started() + upstream.total_timeout;
    if (connection_.has_unsent()) return std::min(deadline, connection_.write_deadline());
    deadline = std::min(deadline, last_byte_ + upstream.idle_timeout);
    const auto keepalive = snapshot().server.limits.sse_keepalive;
    if (answer.is_event_stream() && keepalive.count() > 0) deadline = std::min(deadline, last_sent_ + keepalive);
    return deadline;
}

}   // namespace gilmok::gateway
