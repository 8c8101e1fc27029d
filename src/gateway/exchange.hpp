// One client request and all that happens for it, until its record is written. The file to read first is exchange.cpp:
// it tells the stages in their order. dispatch.cpp is the part about attempts, stream.cpp the way back.
// Owner: the connection's coroutine. Every exchange ends with exactly one record; the destructor sees to it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "admit/limits.hpp"
#include "auth/keyring.hpp"
#include "dialect/openai.hpp"
#include "gateway/connection.hpp"
#include "gateway/guarded.hpp"
#include "gateway/guarded_answer.hpp"
#include "gateway/reply.hpp"
#include "gateway/spending.hpp"
#include "meter/trace.hpp"
#include "model/exchange.hpp"
#include "relay/answer.hpp"
#include "route/least_wait.hpp"
#include "upstream/attempt.hpp"

namespace gilmok::gateway {

class Exchange {
public:
    explicit Exchange(Connection& connection);
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange();

    // The whole story. True when the connection may carry another exchange.
    io::Task<bool> run();

private:
    // One attempt in flight, with what belongs to it.
    struct Try {
        upstream::Attempt attempt;
        const config::Upstream* upstream = nullptr;
        upstream::State* state = nullptr;
        model::UpstreamId id = model::UpstreamId::none;
        std::uint8_t candidate = 0;
        std::uint8_t record_index = 0;
        bool is_running = false;   // counted in the upstream's load
        bool was_sent = false;     // the request has left for it
        std::uint32_t batch = 1;   // requests that ran there when it was sent
        Instant sent{};
        std::optional<std::uint64_t> microjoules_sent{};   // what its devices had used until then; none: not measured
        Spending spending;
        const dialect::openai::Request* request = nullptr;   // as it may leave for this candidate
    };

    // the stages (exchange.cpp)
    io::Task<Result<bool>> tell();
    Result<bool> find_endpoint();
    Result<bool> authenticate();
    Result<bool> shed_early();
    Result<bool> decode_body();
    Result<bool> read_request();
    Result<bool> find_model();
    Result<bool> admit();
    Result<bool> remember();
    bool answer_locally();
    void reply_json(std::uint16_t status, std::string_view content_type, std::string_view body,
                    std::string_view more_headers = {});
    void refuse(const Error& error);
    void lose_client();
    [[nodiscard]] bool may_be_written(std::string_view tag) const;
    void hide_detail();
    void settle();

    // money (money.cpp)
    [[nodiscard]] SpendContext spend_context(const Try& slot) const;
    io::Task<Result<bool>> make_room();
    bool degrade(const std::string& model_name);
    bool stay_local();
    void settle_money(Try& slot, model::AttemptEnd end, Code code, std::uint16_t status);
    void append_standing(std::string& headers) const;
    void end_remembering();

    // the guard (guarding.cpp)
    Result<bool> inspect();
    void keep_allowed();
    [[nodiscard]] guard::Verdict decide(const guard::Destination& destination) const;
    [[nodiscard]] bool can_redact(const guard::Verdict& verdict) const;
    Result<const dialect::openai::Request*> request_for(std::uint8_t candidate);
    [[nodiscard]] bool record_decision(const Try& slot);
    bool write_decision(const guard::Verdict& verdict, std::uint8_t candidate, std::uint8_t attempt);
    void add_entries(model::Decision& decision, const guard::Verdict& verdict) const;
    [[nodiscard]] model::Decision decision_for(std::uint8_t candidate, std::uint8_t attempt) const;
    [[nodiscard]] bool reads_answer() const;
    std::unique_ptr<GuardedAnswer> guard_answer();
    void record_answer(const GuardedAnswer& answer);
    void forget_bodies();
    void append_labels(std::string& headers, std::uint16_t status) const;
    void archive_prompt(const Try& slot);
    void archive_answer(std::string_view text);

    // the external detector (external.cpp)
    io::Task<Result<bool>> ask_external();
    io::Task<Result<bool>> hear_external();
    [[nodiscard]] bool needs_external() const;
    [[nodiscard]] bool lacks_external(const guard::Destination& destination) const;
    [[nodiscard]] guard::Verdict decide_now(const guard::Destination& destination) const;
    [[nodiscard]] bool may_ask_external(const config::Upstream& upstream) const;
    [[nodiscard]] bool record_external(model::UpstreamId id);
    Result<bool> take_external(std::string_view answer);

    // attempts (dispatch.cpp)
    void plan_route();
    io::Task<Result<bool>> dispatch();
    bool start_next(Try& slot, bool is_hedge);
    bool start(Try& slot, std::uint8_t candidate, bool is_fresh, bool is_hedge);
    // True when this attempt's answer is the one for the client.
    bool advance(Try& slot);
    void send_request(Try& slot);
    bool accept_answer(Try& slot);
    [[nodiscard]] bool has_next() const;
    bool may_try_again(const Error& error);
    void end_try(Try& slot, model::AttemptEnd end, Code code, std::uint16_t status);
    void fail_try(Try& slot);
    [[nodiscard]] Instant dispatch_deadline(Instant hedge_at) const;
    void fire_deadlines(Instant now);
    [[nodiscard]] bool can_hedge() const;

    // the way back (stream.cpp)
    // While relay() holds the answer. A coroutine that is destroyed in the middle settles before the answer is gone.
    class AnswerInHand {
    public:
        AnswerInHand(Exchange& exchange, relay::Answer& answer) : exchange_(exchange) { exchange_.answer_ = &answer; }
        AnswerInHand(const AnswerInHand&) = delete;
        AnswerInHand& operator=(const AnswerInHand&) = delete;
        ~AnswerInHand();

    private:
        Exchange& exchange_;
    };
    io::Task<> relay();
    [[nodiscard]] relay::AnswerOptions answer_options(relay::Rewriter* rewriter) const;
    void begin_answer(relay::Answer& answer);
    bool go_on(relay::Answer& answer);
    void end_relay(relay::Answer& answer, const GuardedAnswer* guarded);
    void keep_alive(relay::Answer& answer);
    bool pump(relay::Answer& answer);
    void take_bytes(relay::Answer& answer, std::string_view bytes);
    void end_answer(relay::Answer& answer);
    void set_outcome_of_answer();
    void cut_answer(relay::Answer& answer, const Error& error);
    std::optional<Error> why_stop(const relay::Answer& answer) const;
    [[nodiscard]] Instant relay_deadline(const relay::Answer& answer) const;

    [[nodiscard]] Instant now() const { return connection_.now(); }
    [[nodiscard]] bool is_revoked() const {
        return key_ != nullptr && key_->state->is_revoked.load(std::memory_order_relaxed);
    }
    [[nodiscard]] const config::Snapshot& snapshot() const { return *setup_->snapshot; }
    [[nodiscard]] Reply reply() const;

    Connection& connection_;
    Shard& shard_;
    SetupPtr setup_;
    model::Record record_;
    dialect::openai::Request request_{};
    const auth::KeyRecord* key_ = nullptr;   // lives as long as setup_
    const config::Model* model_ = nullptr;
    admit::ExchangeTicket exchange_ticket_;
    admit::TenantTicket tenant_ticket_;
    meter::TraceContext trace_{};
    std::array<char, 16> parent_span_{};
    std::string detail_;   // of a refusal: the name or limit in question

    // money
    admit::Refusal refusal_{};   // of the last reservation that was refused
    bool is_outside_budget_ = false;
    bool is_degraded_ = false;
    Instant queued_until_ = far_future;
    relay::Answer* answer_ = nullptr;   // while relay() runs
    IdempotencyScope idempotency_{};
    bool is_remembered_ = false;                       // this exchange owes the memory of its Idempotency-Key an end
    std::unique_ptr<Idempotency::Kept> kept_answer_;   // with what is known when the answer begins
    bool is_kept_whole_ = false;
    std::array<std::uint8_t, 16> person_{};
    model::NameId tag_{};

    // the guard
    std::unique_ptr<Guarded> guarded_;   // null: it has nothing to say
    bool has_external_answer_ = false;   // the external detector's findings are among ours
    bool is_archived_ = false;           // the prompt is kept: so will be the answer

    std::array<std::uint8_t, route::candidates_max> order_{};
    std::uint8_t order_count_ = 0;
    std::uint8_t order_next_ = 0;
    bool is_desperate_ = false;
    Error last_error_{};
    Try first_;
    std::unique_ptr<Try> hedge_;
    Try* winner_ = nullptr;
    std::string_view rest_;   // bytes behind the winner's head, in the scratch
    bool upstream_keeps_alive_ = false;

    Instant last_byte_{};   // from the upstream
    Instant last_sent_{};   // to the client
    std::uint8_t client_version_minor_ = 1;
    bool client_keeps_alive_ = true;
    bool is_head_method_ = false;
    bool is_decoded_ = false;   // the body was compressed
    bool answer_begun_ = false;
    bool answer_over_ = false;
    bool is_recorded_ = false;
};

}   // namespace gilmok::gateway
