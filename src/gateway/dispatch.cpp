// Attempts: which upstream is asked, when the next one is, and which answer is the client's.
// A retry or hedge happens only while no byte of an answer has been taken for the client; an error status (429, 5xx) is
// a refusal and not an answer, so it may still be tried elsewhere.
#include <algorithm>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "gateway/exchange.hpp"
#include "upstream/orca.hpp"
#include "upstream/request_head.hpp"

namespace gilmok::gateway {

using model::AttemptEnd;
using wire::http1::Known;

namespace {

// An upstream that asks to be left alone for longer is asked again after so long all the same.
constexpr std::uint64_t retry_after_max_s = 60;

bool is_refusal(std::uint16_t status) {
    return status == 429 || status == 500 || (status >= 502 && status <= 504) || status == 529;
}
bool is_sick(std::uint16_t status) { return status >= 500 && is_refusal(status); }

// Failures that say nothing against asking the same upstream once more.
bool is_of_connection(Code code) {
    return code == Code::connect_failed || code == Code::connect_timeout || code == Code::upstream_closed;
}

}   // namespace

void Exchange::plan_route() {
    const std::size_t count = std::min(model_->candidates.size(), route::candidates_max);
    order_count_ = static_cast<std::uint8_t>(count);
    if (count == 1) {
        order_[0] = 0;
        is_desperate_ = setup_->upstreams[model::index_of(model_->candidates[0].upstream)]->health.is_out(now());
        return keep_allowed();
    }
    std::array<route::CandidateState, route::candidates_max> states;
    for (std::size_t i = 0; i < count; ++i) {
        const upstream::State& state = *setup_->upstreams[model::index_of(model_->candidates[i].upstream)];
        const upstream::Load::View load = state.load.view(now());
        states[i] = {.is_out = state.health.is_out(now()),
                     .waiting = load.waiting,
                     .running = load.running,
                     .kv_usage = load.kv_usage,
                     .in_flight = load.in_flight,
                     .first_byte_us = load.first_byte_us,
                     .first_byte_idle_us = load.first_byte_idle_us};
    }
    const route::Plan plan = route::plan(model_->pick, std::span(states).first(count));
    for (std::size_t i = 0; i < count; ++i) order_[i] = plan.order[i].candidate;
    is_desperate_ = plan.is_desperate;
    keep_allowed();
}

io::Task<Result<bool>> Exchange::dispatch() {
    shard_.retry_budget().first_attempt();
    if (order_count_ == 0) co_return gilmok::fail(last_error_);   // no rule lets it go anywhere
    last_error_ = {Code::no_candidate, Fault::upstream, Retry::never, "every candidate of the model is out of service"};
    detail_ = model_->name;
    while (!start_next(first_, false)) {
        const Result<bool> room = co_await make_room();
        if (!room) co_return room;
    }
    Instant hedge_at = can_hedge() ? now() + model_->hedge_after : far_future;
    for (;;) {
        if (advance(first_) || (hedge_ != nullptr && advance(*hedge_))) {
            Try* loser = winner_ == &first_ ? hedge_.get() : &first_;
            if (loser != nullptr && loser->is_running) {
                loser->attempt.cancel();
                end_try(*loser, AttemptEnd::hedge_lost, Code::none, 0);
            }
            detail_.clear();
            co_return true;
        }
        if (!first_.is_running && (hedge_ == nullptr || !hedge_->is_running)) {
            if (!may_try_again(last_error_) || !start_next(first_, false)) co_return gilmok::fail(last_error_);
            continue;
        }
        if (connection_.has_client_left())
            co_return gilmok::fail(Code::client_gone, Fault::client, Retry::never, "the client left");
        if (connection_.is_cut())
            co_return gilmok::fail(Code::draining, Fault::gateway, Retry::never, "the gateway is shutting down");
        if (is_revoked()) co_return gilmok::fail(Code::key_revoked, Fault::client, Retry::never, "the key was revoked");
        connection_.timer().arm(dispatch_deadline(hedge_at));
        co_await connection_.waiter().wait(event::client_readable | event::upstream | event::hedge | event::timer |
                                           event::attention);
        fire_deadlines(now());
        if (now() >= hedge_at) {
            hedge_at = far_future;
            if (first_.is_running && order_next_ < order_count_ && shard_.retry_budget().spend(now())) {
                hedge_ = std::make_unique<Try>();
                start_next(*hedge_, true);
            }
        }
    }
}

bool Exchange::can_hedge() const {
    return model_->hedge_after.count() > 0 && order_count_ > 1 && model_->attempts_max > 1;
}

// Whether start_next() would find a candidate in service. A real answer, be it a refusal, is not thrown away for nobody.
bool Exchange::has_next() const {
    for (std::uint8_t at = order_next_; at < order_count_; ++at) {
        const auto id = model_->candidates[order_[at]].upstream;
        if (is_desperate_ || !setup_->upstreams[model::index_of(id)]->health.is_out(now())) return true;
    }
    return false;
}

// The next candidate that may be asked. False when there is none; last_error_ says why.
bool Exchange::start_next(Try& slot, bool is_hedge) {
    while (order_next_ < order_count_) {
        const std::uint8_t candidate = order_[order_next_++];
        const auto id = model_->candidates[candidate].upstream;
        upstream::State& state = *setup_->upstreams[model::index_of(id)];
        if (!is_desperate_ && state.health.ask(now()) == upstream::Health::Verdict::out) continue;
        if (start(slot, candidate, false, is_hedge)) return true;
    }
    return false;
}

bool Exchange::start(Try& slot, std::uint8_t candidate, bool is_fresh, bool is_hedge) {
    if (record_.attempts_count >= std::min<std::uint32_t>(model_->attempts_max, model::Record::attempts_max))
        return false;
    const model::UpstreamId id = model_->candidates[candidate].upstream;
    slot.id = id;
    slot.candidate = candidate;
    slot.upstream = &snapshot().upstream(id);
    slot.state = setup_->upstreams[model::index_of(id)].get();
    if (!slot.state->load.try_attempt(slot.upstream->streams_max)) {
        last_error_ = {Code::overloaded, Fault::gateway, Retry::other_upstream,
                       "streams_max of the upstream is reached"};
        return false;
    }
    auto request = request_for(candidate);
    if (!request) {
        slot.state->load.attempt_ends();
        last_error_ = request.error();
        detail_.clear();
        return false;
    }
    slot.request = *request;
    const SpendContext money = spend_context(slot);
    if (auto begun = slot.spending.begin(money, candidate, record_.attempts_count, is_outside_budget_, &refusal_); !begun) {
        slot.state->load.attempt_ends();
        last_error_ = begun.error();
        return false;
    }
    slot.is_running = true;
    slot.was_sent = false;
    shard_.metrics().upstream(id, snapshot()).attempts_running.add();
    slot.record_index = record_.attempts_count++;
    model::Attempt& attempt = record_.attempts[slot.record_index];
    attempt.upstream = id;
    attempt.started = now();
    attempt.was_hedge = is_hedge;
    if (!record_decision(slot)) {
        end_try(slot, AttemptEnd::cancelled, Code::ledger_unavailable, 0);
        last_error_ = {Code::ledger_unavailable, Fault::gateway, Retry::never, "the journal is full"};
        return false;
    }
    const bool is_first = &slot == &first_;
    upstream::Pool& pool = shard_.pool(setup_->upstreams[model::index_of(id)], *slot.upstream);
    slot.attempt.begin(pool, *slot.upstream, is_fresh, connection_.waiter(),
                       is_first ? event::upstream_readable : event::hedge_readable,
                       is_first ? event::upstream_writable : event::hedge_writable, now());
    return true;
}

bool Exchange::advance(Try& slot) {
    using State = upstream::Attempt::State;
    if (!slot.is_running) return false;
    for (;;) {
        switch (slot.attempt.state()) {
            case State::connecting: {
                wire::http1::ResponseHead& head = shard_.scratch().response_head;
                if (slot.attempt.on_ready(shard_.scratch().input, head, rest_) == State::connecting) return false;
                if (slot.attempt.state() == State::ready_to_send) {
                    slot.attempt.set_connected(now());
                    record_.attempts[slot.record_index].connect = now() - slot.attempt.started();
                }
                break;
            }
            case State::ready_to_send:
                if (!slot.spending.may_send(spend_context(slot))) {
                    shard_.wait_durable(connection_);
                    if (!slot.spending.may_send(spend_context(slot))) return false;
                }
                send_request(slot);
                break;
            case State::waiting: {
                wire::http1::ResponseHead& head = shard_.scratch().response_head;
                if (slot.attempt.on_ready(shard_.scratch().input, head, rest_) == State::waiting) return false;
                break;
            }
            case State::answering: return accept_answer(slot);
            case State::failed:
                fail_try(slot);
                // A new attempt may have failed at once (no address, no place in the pool): no event would ever tell.
                if (!slot.is_running) return false;
                break;
            case State::none: return false;
        }
    }
}

void Exchange::send_request(Try& slot) {
    Scratch& scratch = shard_.scratch();
    const std::string& served_name = model_->candidates[slot.candidate].served_name;
    scratch.made.clear();
    const bool is_hosted = slot.upstream->kind == config::Kind::openai;
    const bool is_chat = record_.endpoint == model::Endpoint::chat;
    const dialect::openai::Edits edits{
        .served_name = served_name,
        .continuous_usage = slot.upstream->is_usage_continuous,
        .output_tokens_max = slot.spending.output_limit_to_set(),
        // Hosted models that reason refuse the old name; engines of one's own all know it.
        .output_limit_member = is_hosted && is_chat ? "max_completion_tokens" : "max_tokens"};
    const dialect::openai::Edited body = dialect::openai::edit(*slot.request, edits, scratch.made);
    scratch.traceparent.clear();
    meter::append_traceparent(scratch.traceparent, trace_);
    scratch.upstream_head.clear();
    const upstream::Forwarded forwarded{.endpoint = record_.endpoint,
                                        .body_bytes = body.bytes,
                                        .is_json = !slot.request->is_multipart,
                                        .is_decoded = is_decoded_,
                                        .wants_plain = reads_answer(),
                                        .request_id = record_.id.view(),
                                        .traceparent = scratch.traceparent};
    upstream::append_request_head(scratch.upstream_head, *slot.upstream, connection_.head(), forwarded);
    std::array<std::string_view, 1 + std::tuple_size_v<decltype(body.parts)>> parts;
    parts[0] = scratch.upstream_head;
    std::copy_n(body.parts.begin(), body.count, parts.begin() + 1);
    slot.attempt.send(std::span(parts).first(body.count + 1));
    slot.was_sent = true;
    archive_prompt(slot);
    slot.sent = now();
    slot.batch = running_on(*slot.state, now());
    slot.microjoules_sent = slot.state->power.microjoules(slot.sent);
}

// The head of an answer is there. A refusal is dropped when somebody else may still be asked.
bool Exchange::accept_answer(Try& slot) {
    const wire::http1::ResponseHead& head = shard_.scratch().response_head;
    model::Attempt& attempt = record_.attempts[slot.record_index];
    attempt.status = head.status;
    attempt.first_byte = now() - slot.attempt.started();
    if (const auto* report = head.headers.find(Known::endpoint_load_metrics)) {
        const upstream::LoadReport load = upstream::read_load_report(report->value);
        if (load.is_told()) slot.state->load.saw_queue(load.waiting, load.running, load.kv_usage, now());
    }
    if (is_refusal(head.status)) {
        const auto retry_after_s = parse_u64(head.headers.value(Known::retry_after));
        if (retry_after_s && *retry_after_s > 0)
            slot.state->health.asked_to_wait(now() + std::chrono::seconds(std::min(*retry_after_s, retry_after_max_s)));
        last_error_ = {Code::upstream_status, Fault::upstream, Retry::other_upstream,
                       "the upstream answered with an error status"};
        const bool is_other_running = &slot == &first_ ? hedge_ != nullptr && hedge_->is_running : first_.is_running;
        if (is_other_running || (has_next() && may_try_again(last_error_))) {
            const std::uint16_t status = head.status;
            slot.attempt.cancel();
            end_try(slot, AttemptEnd::refused, Code::upstream_status, status);
            if (!is_other_running && start_next(slot, false)) return advance(slot);
            return false;
        }
    }
    // What cannot be read cannot be looked through: it is not passed on.
    if (reads_answer() && !relay::Answer::can_rewrite(head)) {
        last_error_ = {Code::upstream_protocol, Fault::upstream, Retry::other_upstream,
                       "the answer is compressed though it was not to be"};
        slot.attempt.cancel();
        end_try(slot, AttemptEnd::failed, Code::upstream_protocol, head.status);
        return false;
    }
    if (head.status < 300 && (record_.is_stream || record_.endpoint == model::Endpoint::embeddings))
        slot.state->load.saw_first_byte(now() - slot.attempt.started());
    winner_ = &slot;
    record_.upstream = slot.id;
    record_.served_name = model_->candidates[slot.candidate].served_name;
    record_.is_simulated = slot.upstream->is_simulated;
    return true;
}

void Exchange::fail_try(Try& slot) {
    last_error_ = slot.attempt.error();
    const std::uint8_t candidate = slot.candidate;
    const bool is_stale =
        slot.attempt.is_reused() && !slot.attempt.has_received_bytes() && last_error_.code == Code::upstream_closed;
    const bool was_hedge = record_.attempts[slot.record_index].was_hedge;
    // The upstream closed a pooled connection as we took it: not its fault, and no new request in its eyes.
    if (is_stale) {
        end_try(slot, AttemptEnd::cancelled, last_error_.code, 0);
        start(slot, candidate, true, was_hedge);
        return;
    }
    end_try(slot, AttemptEnd::failed, last_error_.code, 0);
    const bool is_alone = order_count_ == 1 && is_of_connection(last_error_.code);
    if (is_alone && record_.attempts_count < model_->attempts_max && shard_.retry_budget().spend(now()))
        start(slot, candidate, true, false);
}

bool Exchange::may_try_again(const Error& error) {
    return error.retry == Retry::other_upstream &&
           record_.attempts_count < std::min<std::uint32_t>(model_->attempts_max, model::Record::attempts_max) &&
           order_next_ < order_count_ && (record_.attempts_count == 0 || shard_.retry_budget().spend(now()));
}

void Exchange::end_try(Try& slot, AttemptEnd end, Code code, std::uint16_t status) {
    GILMOK_ASSERT(slot.is_running);
    slot.is_running = false;
    settle_money(slot, end, code, status);
    slot.state->load.attempt_ends();
    shard_.metrics().upstream(slot.id, snapshot()).attempts_running.sub();
    model::Attempt& attempt = record_.attempts[slot.record_index];
    attempt.end = end;
    attempt.code = code;
    if (status != 0) attempt.status = status;
    switch (end) {
        case AttemptEnd::answered:
            if (!is_sick(attempt.status)) {
                slot.state->health.succeeded();
                break;
            }
            [[fallthrough]];
        case AttemptEnd::refused:
        case AttemptEnd::failed: {
            const bool is_its_fault = end != AttemptEnd::refused || is_sick(attempt.status);
            if (is_its_fault && code != Code::overloaded &&
                slot.state->health.failed(now(), upstream::health_settings(*slot.upstream))) {
                shard_.metrics().upstream(slot.id, snapshot()).ejections.add();
                log::warn("upstream_ejected", {{"upstream", slot.upstream->name}, {"last_error", name_of(code)}});
            }
            if (code == Code::connect_failed || code == Code::connect_timeout)
                shard_.metrics().upstream(slot.id, snapshot()).connects_failed.add();
            break;
        }
        case AttemptEnd::cancelled:
        case AttemptEnd::hedge_lost: break;
    }
}

Instant Exchange::dispatch_deadline(Instant hedge_at) const {
    Instant deadline = hedge_at;
    if (first_.is_running) deadline = std::min(deadline, first_.attempt.deadline(*first_.upstream));
    if (hedge_ != nullptr && hedge_->is_running)
        deadline = std::min(deadline, hedge_->attempt.deadline(*hedge_->upstream));
    return deadline;
}

void Exchange::fire_deadlines(Instant now) {
    for (Try* slot : {&first_, hedge_.get()})
        if (slot != nullptr && slot->is_running && now >= slot->attempt.deadline(*slot->upstream))
            slot->attempt.time_out();
}

}   // namespace gilmok::gateway
