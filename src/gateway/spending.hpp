// The money of one attempt: set aside in treasury and ledger before the first byte goes upstream, marked as the answer
// comes, settled once at the end. Whatever way an attempt ends, end() is called for it; the exchange's destructor sees to that.
// Owner: the attempt's slot in an exchange. Thread: its shard's.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "admit/budget.hpp"
#include "base/result.hpp"
#include "config/snapshot.hpp"
#include "dialect/openai.hpp"
#include "gateway/accounts.hpp"
#include "gateway/guards.hpp"
#include "ledger/journal.hpp"
#include "model/spend.hpp"
#include "relay/answer.hpp"
#include "upstream/state.hpp"

namespace gilmok::gateway {

class Shard;

// What all attempts of an exchange share.
struct SpendContext {
    Shard& shard;
    const config::Snapshot& snapshot;
    const Accounts& accounts;
    const Guards& guards;
    const model::Record& record;
    const dialect::openai::Request& request;
    const config::Model& model;
    std::array<std::uint8_t, 16> person{};
    model::NameId tag{};
};

struct EndOfAttempt {
    model::AttemptEnd end = model::AttemptEnd::failed;
    Code code = Code::none;
    std::uint16_t status = 0;
    model::Outcome outcome = model::Outcome::failed;
    bool was_sent = false;   // the request left for the upstream
    bool was_hedge = false;
    Duration ran{};          // on the upstream's device, as far as we saw: since the request was sent
    std::uint32_t batch = 1; // requests that ran beside it, itself included, on average
    std::optional<std::uint64_t> microjoules{};   // that the upstream's devices used meanwhile, all requests; none: not measured
    const relay::Answer* answer = nullptr;   // of the attempt whose answer the client got
    model::Usage* reported = nullptr;        // receives what the upstream itself said it used
};

// Requests that run on an engine now, ours and others', as far as is known; at least 1.
std::uint32_t running_on(const upstream::State& state, Instant now);

class Spending {
public:
    Spending() = default;
    Spending(const Spending&) = delete;
    Spending& operator=(const Spending&) = delete;
    ~Spending();

    // Sets the upper bound aside. Errors: budget_exhausted, rate_limited (`refusal` says which limit), price_unknown,
    // ledger_unavailable. `outside_budget`: the tenant is at his limit and on his own devices: tokens only.
    Result<bool> begin(const SpendContext& context, std::uint8_t candidate, std::uint8_t attempt, bool outside_budget,
                       admit::Refusal* refusal);
    // In strict mode not before the RESERVE is on the disk.
    [[nodiscard]] bool may_send(const SpendContext& context) const;
    [[nodiscard]] bool is_open() const { return is_open_; }
    // Marks how far the answer has come, at most once in 64 events or a second.
    void mark(const SpendContext& context, const relay::Answer& answer);
    // The one end. Returns what was booked, for the access log and the metrics.
    model::Terminal end(const SpendContext& context, const EndOfAttempt& how);
    // How many tokens the answer may have when the client named no limit and one must hold; 0 = nothing to add.
    [[nodiscard]] std::int64_t output_limit_to_set() const { return output_limit_to_set_; }

private:
    Result<bool> price(const SpendContext& context, std::uint8_t candidate);
    void charge(const SpendContext& context, const EndOfAttempt& how, model::Terminal& terminal) const;
    void count(const SpendContext& context, const EndOfAttempt& how, model::Terminal& terminal) const;

    admit::Grant grant_;
    model::Bound bound_{};
    const meter::PriceCard* card_ = nullptr;
    model::NameId card_name_{};
    WallTime begun_wall_{};
    Instant begun_{}, marked_{};
    std::uint64_t sequence_ = 0;
    std::int64_t output_limit_to_set_ = 0;
    std::uint32_t events_marked_ = 0;
    model::UpstreamId upstream_ = model::UpstreamId::none;
    std::uint8_t candidate_ = 0, attempt_ = 0;
    bool is_open_ = false;
    bool is_journalled_ = false;
    bool is_outside_budget_ = false;
};

}   // namespace gilmok::gateway
