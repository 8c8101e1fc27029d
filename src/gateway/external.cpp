// The external detector ([guard.external]): asked about the texts of a request before any of them may go to a place for which
// it is configured. Where it gives no answer, `on_failure` decides, and no doubt lets anything out: a candidate it should have been
// asked for is left out by keep_allowed() unless it did answer. What it says is guard/external's to read; here it is reached.
// Bodies that are forms are not asked about, nor headers and the query; rules on media decide about forms.
#include <algorithm>

#include "base/log.hpp"
#include "base/give_back.hpp"
#include "base/text.hpp"
#include "gateway/exchange.hpp"
#include "gateway/guards.hpp"
#include "guard/external.hpp"

namespace gilmok::gateway {

using config::GuardExternal;
using model::DataClass;
using wire::http1::Known;

namespace {

constexpr wire::http1::Limits body_limits{};

Error no_answer(std::string_view why) { return {Code::guard_failed, Fault::gateway, Retry::never, why}; }

bool is_for(const GuardExternal& external, std::string_view place) {
    if (external.upstream.empty()) return false;
    return std::none_of(external.places_not.begin(), external.places_not.end(),
                        [&](const std::string& pattern) { return guard::matches_place(pattern, place); });
}

// One question over one connection. Never waits itself. Counted in the detector's load as long as it lives, so that a coroutine
// destroyed in the middle ends it too.
class Call {
public:
    enum class State : std::uint8_t { waits, answered, failed };

    Call(upstream::State& state, meter::UpstreamMetrics& metrics) : state_(state), metrics_(metrics) {}
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call() {
        if (!is_counted_) return;
        state_.load.attempt_ends();
        metrics_.attempts_running.sub();
    }

    bool begin(upstream::Pool& pool, const config::Upstream& upstream, io::Waiter& waiter, Instant now) {
        if (!state_.load.try_attempt(upstream.streams_max)) return false;
        is_counted_ = true;
        metrics_.attempts_running.add();
        pool_ = &pool;
        upstream_ = &upstream;
        waiter_ = &waiter;
        connect(false, now);
        return true;
    }

    // As far as it comes without waiting. What it read lies nowhere but in answer().
    State advance(std::string_view request, std::span<char> scratch, wire::http1::ResponseHead& head, Instant now) {
        using Step = upstream::Attempt::State;
        for (;;) {
            std::string_view rest;
            switch (attempt_.state()) {
                case Step::connecting:
                    if (attempt_.on_ready(scratch, head, rest) == Step::connecting) return State::waits;
                    break;
                case Step::ready_to_send:
                    attempt_.set_connected(now);
                    attempt_.send({&request, 1});
                    break;
                case Step::waiting:
                    if (attempt_.on_ready(scratch, head, rest) == Step::waiting) return State::waits;
                    if (attempt_.state() == Step::answering && !take_head(head, rest, now)) return State::failed;
                    if (is_whole_) return State::answered;
                    break;
                case Step::answering: return read(scratch, now);
                case Step::failed:
                    // A pooled connection that was closed as we took it says nothing about the detector.
                    if (!attempt_.is_reused() || attempt_.has_received_bytes() ||
                        attempt_.error().code != Code::upstream_closed)
                        return State::failed;
                    connect(true, now);
                    break;
                case Step::none: return State::failed;
            }
        }
    }

    void time_out_if_due(Instant now) {
        if (attempt_.is_active() && now >= attempt_.deadline(*upstream_)) attempt_.time_out();
    }
    [[nodiscard]] Instant deadline() const { return attempt_.deadline(*upstream_); }
    [[nodiscard]] const std::string& answer() const { return answer_; }

private:
    void connect(bool is_fresh, Instant now) {
        attempt_.begin(*pool_, *upstream_, is_fresh, *waiter_, event::upstream_readable, event::upstream_writable, now);
    }

    bool take_head(const wire::http1::ResponseHead& head, std::string_view rest, Instant now) {
        if (head.status != 200 || head.headers.find(Known::content_encoding) != nullptr) return false;
        body_ = wire::http1::BodyReader(head.framing, head.content_length, body_limits);
        keeps_alive_ = head.keep_alive;
        return take(rest, now);
    }

    bool take(std::string_view bytes, Instant now) {
        while (!bytes.empty() && !body_.is_done()) {
            const auto step = body_.feed(bytes);
            if (!step || answer_.size() + step->payload.size() > guard::external_answer_bytes_max) return false;
            answer_ += step->payload;
            bytes.remove_prefix(step->consumed);
        }
        is_whole_ = body_.is_done();
        if (is_whole_) attempt_.finish(keeps_alive_ && bytes.empty(), now);
        return true;
    }

    State read(std::span<char> scratch, Instant now) {
        for (;;) {
            const io::Transfer got = attempt_.read(scratch);
            if (got.would_block()) return State::waits;
            if (got.is_done()) {
                if (!take({scratch.data(), got.bytes}, now)) return State::failed;
                if (is_whole_) return State::answered;
                continue;
            }
            return got.state == io::Transfer::State::end && body_.close_is_end() ? State::answered : State::failed;
        }
    }

    upstream::State& state_;
    meter::UpstreamMetrics& metrics_;
    upstream::Attempt attempt_;
    upstream::Pool* pool_ = nullptr;
    const config::Upstream* upstream_ = nullptr;
    io::Waiter* waiter_ = nullptr;
    wire::http1::BodyReader body_;
    std::string answer_;
    bool is_counted_ = false;
    bool keeps_alive_ = false;
    bool is_whole_ = false;
};

// No header of the client's goes along.
std::string post(const config::Upstream& upstream, const std::string& path, std::string_view request_id,
                 std::string_view json) {
    std::string out = "POST " + path + " HTTP/1.1\r\nhost: " + upstream.authority + "\r\n";
    if (!upstream.key.is_empty()) {
        out += "authorization: Bearer ";
        out += upstream.key.reveal();
        out += "\r\n";
    }
    out += "content-type: application/json\r\naccept: application/json\r\naccept-encoding: identity\r\n";
    wire::http1::append_header(out, "x-request-id", request_id);
    out += "content-length: ";
    append_number(out, json.size());
    out += "\r\n\r\n";
    out += json;
    return out;
}

}   // namespace

// The detector should have been asked about what goes there, and has not answered.
bool Exchange::lacks_external(const guard::Destination& destination) const {
    return !has_external_answer_ && !request_.is_multipart && is_for(snapshot().guard.external, destination.place);
}

guard::Verdict Exchange::decide_now(const guard::Destination& destination) const {
    if (guarded_ != nullptr) return decide(destination);
    return setup_->guards->rules.decide({record_.data_class, record_.tenant, {}}, destination);
}

// Whether a place for which the detector is there may get the request by what is known so far: where the rules keep it here
// anyhow, nobody need be asked.
bool Exchange::needs_external() const {
    const Guards& guards = *setup_->guards;
    if (!guards.is_on || snapshot().guard.external.upstream.empty()) return false;
    return std::any_of(model_->candidates.begin(), model_->candidates.end(), [&](const config::Candidate& candidate) {
        const guard::Destination destination = guards.destination(snapshot(), candidate);
        return lacks_external(destination) && decide_now(destination).leaves();
    });
}

// Where needs_external() says so.
io::Task<Result<bool>> Exchange::ask_external() {
    Result<bool> asked = co_await hear_external();
    connection_.waiter().clear(event::upstream | event::timer);
    if (asked) {
        has_external_answer_ = true;
        shard_.metrics().guard_external_answered.add();
        co_return true;
    }
    if (asked.error().code != Code::guard_failed) co_return asked;   // the client left, or it ends here for all
    shard_.metrics().guard_external_failed.add();
    if (snapshot().guard.external.on_failure == GuardExternal::OnFailure::refuse) {
        detail_ = asked.error().detail;
        co_return asked;
    }
    co_return true;   // keep_allowed() leaves out the places that it was to be asked for
}

// The question, the answer, and what it adds. Errors: guard_failed, whatever the reason; or why the exchange ends.
io::Task<Result<bool>> Exchange::hear_external() {
    const model::UpstreamId id = setup_->guards->external;
    const config::Upstream& upstream = snapshot().upstream(id);
    if (!may_ask_external(upstream))
        co_return gilmok::fail(no_answer("a rule keeps the request from the external detector"));
    auto question = guard::external_question(request_.text, request_.model, setup_->guards->rules.kinds());
    if (!question) co_return gilmok::fail(question.error());
    if (question->texts == 0) co_return true;
    const std::string request = post(upstream, snapshot().guard.external.path, record_.id.view(), question->json);
    give_back(question->json);

    upstream::State& state = *setup_->upstreams[model::index_of(id)];
    if (state.health.ask(now()) == upstream::Health::Verdict::out)
        co_return gilmok::fail(no_answer("the external detector is out of service"));
    Call call(state, shard_.metrics().upstream(id, snapshot()));
    upstream::Pool& pool = shard_.pool(setup_->upstreams[model::index_of(id)], upstream);
    if (!call.begin(pool, upstream, connection_.waiter(), now()))
        co_return gilmok::fail(no_answer("streams_max of the external detector is reached"));
    if (!record_external(id)) co_return gilmok::fail(no_answer("the journal is full"));
    const Instant until = now() + snapshot().guard.external.timeout;
    for (;;) {
        Scratch& scratch = shard_.scratch();
        const Call::State at = call.advance(request, scratch.input, scratch.response_head, now());
        if (at == Call::State::answered) break;
        const bool is_late = now() >= until;
        if (at == Call::State::failed || is_late) {
            if (state.health.failed(now(), upstream::health_settings(upstream))) {
                shard_.metrics().upstream(id, snapshot()).ejections.add();
                log::warn("external_detector_ejected", {{"upstream", upstream.name}});
            }
            co_return gilmok::fail(no_answer(is_late ? "the external detector did not answer within its timeout"
                                                     : "the external detector did not answer as it should"));
        }
        if (connection_.has_client_left())
            co_return gilmok::fail(Code::client_gone, Fault::client, Retry::never, "the client left");
        if (connection_.is_cut())
            co_return gilmok::fail(Code::draining, Fault::gateway, Retry::never, "the gateway is shutting down");
        if (is_revoked()) co_return gilmok::fail(Code::key_revoked, Fault::client, Retry::never, "the key was revoked");
        const Instant deadline = std::min(until, call.deadline());
        connection_.timer().arm(deadline);
        co_await connection_.waiter().wait(event::client_readable | event::upstream | event::timer | event::attention);
        call.time_out_if_due(now());
    }
    state.health.succeeded();
    co_return take_external(call.answer());
}

// Residency holds for the detector too: it gets the texts as they are, so every rule must let them go there as they are.
bool Exchange::may_ask_external(const config::Upstream& upstream) const {
    const guard::Verdict verdict = decide_now({upstream.place, upstream.operator_});
    return verdict.leaves() && !verdict.changes_text();
}

// That texts in which something was found left for the detector is written down like every other way out.
bool Exchange::record_external(model::UpstreamId id) {
    ledger::Lane* lane = shard_.lane();
    if (lane == nullptr || (guarded_ == nullptr && record_.data_class == DataClass::open)) return true;
    const config::Upstream& upstream = snapshot().upstream(id);
    const Guards& guards = *setup_->guards;
    model::Decision decision = decision_for(0, record_.attempts_count);
    decision.upstream = setup_->accounts->upstreams[model::index_of(id)];
    decision.place = guards.external_place;
    decision.operator_ = guards.operators[model::index_of(id)];
    add_entries(decision, decide_now({upstream.place, upstream.operator_}));
    return lane->append(decision, decision.at).has_value();
}

Result<bool> Exchange::take_external(std::string_view answer) {
    GILMOK_TRY(spans, guard::read_external_answer(answer));
    if (spans.empty()) return true;
    guard::Inspection found;
    guard::Inspection& inspection = guarded_ != nullptr ? guarded_->inspection : found;
    const std::uint8_t score_min = setup_->guards->detector->options().score_min;
    GILMOK_TRY(is_added, inspection.add(request_.text, request_.model, std::move(spans), score_min));
    static_cast<void>(is_added);
    if (guarded_ == nullptr && !found.is_empty()) guarded_ = std::make_unique<Guarded>(std::move(found));
    if (guarded_ != nullptr)
        record_.data_class = setup_->guards->rules.raise(record_.data_class, guarded_->inspection.findings());
    return true;
}

}   // namespace gilmok::gateway
