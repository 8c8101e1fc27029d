#include "gateway/spending.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "dialect/usage.hpp"
#include "gateway/input_bound.hpp"
#include "gateway/shard.hpp"

namespace gilmok::gateway {

using model::AttemptEnd;
using model::Meter;
using model::Provenance;
using model::TerminalKind;

namespace {

// No model writes more; a client that names a larger limit must not make sums overflow.
constexpr std::int64_t output_tokens_most = 1'000'000'000;
constexpr std::uint32_t mark_events = 64;
constexpr Duration mark_interval = std::chrono::seconds(1);

bool writes_tokens(model::Endpoint endpoint) {
    return endpoint == model::Endpoint::chat || endpoint == model::Endpoint::completions;
}

// What the request was when it was decided on: its tenant's class, raised by header or by what was found. Where nobody looks, the tenant's.
model::NameId class_of(const SpendContext& context) {
    return context.guards.is_on ? context.guards.classes[static_cast<std::size_t>(context.record.data_class)]
                                : context.accounts.classes[model::index_of(context.record.tenant)];
}

bool has_input(const model::Meters& meters) { return meters.input_tokens() > 0 || meters.has(Meter::input_fresh); }
bool has_output(const model::Meters& meters) { return meters.output_tokens() > 0 || meters.has(Meter::output_text); }

// A stream is counted by its events with content: what else comes in it (roles, an error) is no token.
std::uint64_t countable_bytes(const relay::Answer& answer) {
    return answer.is_event_stream() ? 0 : answer.body_bytes();
}

// Gemini's OpenAI-compatible endpoint leaves thinking out of completion_tokens and only shows it in the total; elsewhere
// such a gap is a contradiction.
dialect::UsageShape shape_of(const config::Upstream& upstream) {
    const std::string& provider = upstream.price.empty() ? upstream.name : upstream.price;
    return provider == "gemini" ? dialect::UsageShape::gemini : dialect::UsageShape::unknown;
}

// For the access log and the metrics, which speak of wholes and their parts.
model::Usage usage_of(const model::Meters& meters) {
    model::Usage usage;
    if (has_input(meters)) usage.input = meters.input_tokens();
    if (has_output(meters)) usage.output = meters.output_tokens();
    usage.input_cached = meters[Meter::cache_read];
    usage.input_audio = meters[Meter::input_audio];
    usage.output_reasoning = meters[Meter::output_reasoning];
    usage.output_audio = meters[Meter::output_audio];
    if (usage.is_reported())
        usage.total = std::max<std::int64_t>(usage.input, 0) + std::max<std::int64_t>(usage.output, 0);
    return usage;
}

std::int64_t booked_tokens(const model::Meters& meters) { return meters.input_tokens() + meters.output_tokens(); }

}   // namespace

std::uint32_t running_on(const upstream::State& state, Instant now) {
    const upstream::Load::View load = state.load.view(now);
    return static_cast<std::uint32_t>(std::max({1.0, static_cast<double>(load.in_flight), load.running}));
}

Spending::~Spending() { GILMOK_ASSERT(!is_open_); }

Result<bool> Spending::begin(const SpendContext& context, std::uint8_t candidate, std::uint8_t attempt,
                             bool outside_budget, admit::Refusal* refusal) {
    GILMOK_ASSERT(!is_open_);
    const Accounts& accounts = context.accounts;
    const bool is_limited = accounts.treasury->is_limited(context.record.tenant);
    candidate_ = candidate;
    attempt_ = attempt;
    upstream_ = context.model.candidates[candidate].upstream;
    is_outside_budget_ = outside_budget;
    begun_wall_ = context.shard.loop().wall_now();
    begun_ = marked_ = context.shard.loop().now();
    events_marked_ = 0;
    output_limit_to_set_ = 0;

    bound_ = {};
    // Where nobody keeps a limit or a ledger nothing is set aside, and the body need not be looked through.
    if (is_limited || context.shard.lane() != nullptr) bound_.input_tokens = input_bound(context.request.text);
    if (writes_tokens(context.request.endpoint)) {
        const std::int64_t asked = context.request.output_tokens_max;
        const std::int64_t each = asked >= 0 ? asked : context.model.output_tokens_max;
        bound_.output_tokens = std::min(each, output_tokens_most) * std::max<std::int64_t>(context.request.choices, 1);
        if (asked < 0 && is_limited) output_limit_to_set_ = each;
    }
    if (auto priced = price(context, candidate); !priced) return priced;
    if (is_limited) {
        const Pico cost = outside_budget ? Pico{0} : bound_.cost_ledger;
        auto grant = accounts.treasury->reserve(context.record.tenant, bound_.input_tokens + bound_.output_tokens, cost,
                                                attempt == 0, begun_wall_, begun_, refusal);
        if (!grant) return fail(grant.error());
        grant_ = std::move(*grant);
    }
    if (ledger::Lane* lane = context.shard.lane()) {
        model::Reserve reserve;
        reserve.ref = {context.record.id, attempt};
        reserve.at = begun_wall_;
        reserve.tenant = accounts.tenants[model::index_of(context.record.tenant)];
        reserve.key = accounts.keys[model::index_of(context.record.key)];
        reserve.model = accounts.models[model::index_of(context.record.model)];
        reserve.upstream = accounts.upstreams[model::index_of(upstream_)];
        reserve.served_model = accounts.served[model::index_of(context.record.model)][candidate];
        reserve.place = context.guards.places[model::index_of(context.record.model)][candidate];
        reserve.data_class = class_of(context);
        reserve.bound = bound_;
        reserve.endpoint = context.request.endpoint;
        reserve.is_stream = context.record.is_stream;
        auto sequence = lane->reserve(reserve, begun_wall_);
        if (!sequence) {
            grant_.release();
            return fail(sequence.error());
        }
        sequence_ = *sequence;
        is_journalled_ = true;
    }
    is_open_ = true;
    return true;
}

// Finds the price, and with it the most that the attempt can cost.
Result<bool> Spending::price(const SpendContext& context, std::uint8_t candidate) {
    const Accounts& accounts = context.accounts;
    const config::Upstream& upstream = context.snapshot.upstream(upstream_);
    card_ = nullptr;
    card_name_ = model::NameId::none;
    std::optional<Pico> cost;
    if (accounts.is_owned(upstream_)) {
        const std::uint32_t pool = accounts.pool_of[model::index_of(upstream_)];
        card_name_ = accounts.pool_cards[pool];
        if (accounts.pools[pool]) cost = accounts.pools[pool]->fully_loaded(upstream.total_timeout);
    } else {
        const auto found =
            context.shard.cards().find(accounts, upstream, context.model.candidates[candidate].served_name,
                                       model::ServiceTier::standard, begun_wall_, begun_);
        card_ = found.card;
        card_name_ = found.name;
        if (card_ != nullptr)
            if (const auto in_currency = meter::cost_bound(*card_, bound_.input_tokens, bound_.output_tokens))
                cost = accounts.prices->convert(*in_currency, card_->currency, accounts.settings.currency, begun_wall_);
    }
    bound_.is_cost_known = cost.has_value();
    bound_.cost_ledger = cost.value_or(0);
    if (!cost && accounts.settings.unknown_price == config::Ledger::UnknownPrice::refuse)
        return fail(Code::price_unknown, Fault::gateway, Retry::other_upstream, "no price is known for this model");
    return true;
}

bool Spending::may_send(const SpendContext& context) const {
    if (!is_journalled_ || !context.accounts.settings.is_strict) return true;
    return context.shard.lane()->durable() >= sequence_;
}

void Spending::mark(const SpendContext& context, const relay::Answer& answer) {
    const Instant now = context.shard.loop().now();
    const std::uint32_t events = answer.content_events();
    if (!is_open_ || (events < events_marked_ + mark_events && now < marked_ + mark_interval)) return;
    events_marked_ = events;
    marked_ = now;
    if (!is_journalled_ && !grant_.is_held()) return;
    model::Progress progress;
    progress.ref = {context.record.id, attempt_};
    progress.at = context.shard.loop().wall_now();
    progress.meters =
        dialect::read_usage_object(answer.raw_usage(), shape_of(context.snapshot.upstream(upstream_))).meters;
    // What a crash would leave is to be worth something, also where the engine tells its usage at the end only.
    const meter::TokenRatio& ratio = context.shard.token_ratio(context.record.model);
    if (!has_input(progress.meters))
        progress.meters[Meter::input_fresh] = ratio.input_tokens(context.request.input_bytes);
    if (!has_output(progress.meters) && writes_tokens(context.request.endpoint))
        progress.meters[Meter::output_text] = ratio.output_tokens(events, countable_bytes(answer));
    progress.meters[Meter::requests] = 1;
    progress.delivered_events = events;
    progress.delivered_bytes = answer.body_bytes();
    if (is_journalled_) context.shard.lane()->progress(progress, progress.at);
    if (!grant_.is_held()) return;
    // Moves from reserved to spent as it streams, so that warnings come in the middle of a long answer and not behind it.
    Pico cost = 0;
    if (card_ != nullptr && !is_outside_budget_)
        if (const auto so_far = meter::cost_of(*card_, progress.meters))
            cost = context.accounts.prices
                       ->convert(so_far->total, card_->currency, context.accounts.settings.currency, progress.at)
                       .value_or(0);
    grant_.progress(booked_tokens(progress.meters), cost);
}

// Which tokens were used, and how that is known.
void Spending::count(const SpendContext& context, const EndOfAttempt& how, model::Terminal& terminal) const {
    const bool is_refused = how.status >= 400;
    const bool is_left = how.code == Code::client_gone || how.code == Code::draining || how.code == Code::key_revoked ||
                         how.end == AttemptEnd::hedge_lost;
    if (!how.was_sent || is_refused || (how.answer == nullptr && !is_left)) return;   // nothing is owed: voided
    terminal.kind = TerminalKind::settled;
    meter::TokenRatio& ratio = context.shard.token_ratio(context.record.model);
    if (how.answer != nullptr) {
        const dialect::UsageReport report =
            dialect::read_usage_object(how.answer->raw_usage(), shape_of(context.snapshot.upstream(upstream_)));
        terminal.meters = report.meters;
        if (how.reported != nullptr && report.is_reported()) *how.reported = usage_of(report.meters);
        const std::string_view tier_name = how.answer->service_tier();
        const auto tier = dialect::service_tier_of(tier_name);
        terminal.tier = report.has_tier ? report.tier : tier.value_or(model::ServiceTier::standard);
        // A tier that nobody knows has a price that nobody knows.
        terminal.is_suspect = report.is_suspect || (!tier && !tier_name.empty());
        terminal.delivered_events = how.answer->content_events();
        terminal.delivered_bytes = how.answer->body_bytes();
        terminal.is_raw_usage_cut = how.answer->raw_usage().size() > model::Terminal::raw_usage_bytes_max;
        if (!terminal.is_raw_usage_cut) terminal.raw_usage = how.answer->raw_usage();
    }
    const bool is_whole = how.end == AttemptEnd::answered;
    const bool knows_input = has_input(terminal.meters);
    const bool knows_output = has_output(terminal.meters);
    const bool is_reported = knows_input && (knows_output || !writes_tokens(context.request.endpoint));
    terminal.meters[Meter::requests] = 1;
    if (is_reported) {
        terminal.provenance = is_whole ? Provenance::provider : Provenance::aborted;
        if (is_whole)
            ratio.learn({.input_bytes = context.request.input_bytes,
                         .input_tokens = terminal.meters.input_tokens(),
                         .output_events = terminal.delivered_events,
                         .output_bytes = countable_bytes(*how.answer),
                         .output_tokens = terminal.meters.output_tokens()});
        return;
    }
    terminal.provenance = is_whole ? Provenance::counted : Provenance::aborted;
    if (!knows_input) terminal.meters[Meter::input_fresh] = ratio.input_tokens(context.request.input_bytes);
    if (!knows_output && writes_tokens(context.request.endpoint))
        terminal.meters[Meter::output_text] =
            how.answer == nullptr ? 0 : ratio.output_tokens(terminal.delivered_events, countable_bytes(*how.answer));
}

// Which price, and what it makes.
void Spending::charge(const SpendContext& context, const EndOfAttempt& how, model::Terminal& terminal) const {
    const Accounts& accounts = context.accounts;
    model::Charge& charge = terminal.charge;
    charge.ledger_currency = accounts.settings.currency;
    charge.card = card_name_;
    if (terminal.kind == TerminalKind::voided) {
        charge.is_known = true;
        charge.currency = charge.ledger_currency;
        return;
    }
    if (accounts.is_owned(upstream_)) {
        const auto& rate = accounts.pools[accounts.pool_of[model::index_of(upstream_)]];
        charge.currency = charge.ledger_currency;
        charge.is_known = rate.has_value();
        if (rate) charge.cost = charge.cost_ledger = rate->fully_loaded(how.ran);
        return;
    }
    const config::Upstream& upstream = context.snapshot.upstream(upstream_);
    const WallTime wall = terminal.at;
    const Instant now = context.shard.loop().now();
    // The answer's own name for the model decides, where it has a price; else the name it was asked by.
    const std::string_view served = context.model.candidates[candidate_].served_name;
    Cards::Found found;
    if (how.answer != nullptr && !how.answer->response_model().empty())
        found = context.shard.cards().find(accounts, upstream, how.answer->response_model(), terminal.tier, wall, now);
    if (found.card == nullptr) found = context.shard.cards().find(accounts, upstream, served, terminal.tier, wall, now);
    if (found.card == nullptr) return;
    const auto cost = meter::cost_of(*found.card, terminal.meters);
    if (!cost) return;
    const auto in_ledger = accounts.prices->convert(cost->total, found.card->currency, charge.ledger_currency, wall);
    charge.card = found.name;
    charge.currency = found.card->currency;
    charge.cost = cost->total;
    if (!in_ledger) return;
    charge.cost_ledger = *in_ledger;
    charge.is_known = true;
}

model::Terminal Spending::end(const SpendContext& context, const EndOfAttempt& how) {
    GILMOK_ASSERT(is_open_);
    is_open_ = false;
    const Accounts& accounts = context.accounts;
    model::Terminal terminal;
    terminal.ref = {context.record.id, attempt_};
    terminal.at = context.shard.loop().wall_now();
    terminal.started = begun_wall_;
    terminal.outcome = how.outcome;
    terminal.code = how.code;
    terminal.status = how.status;
    terminal.endpoint = context.request.endpoint;
    terminal.is_stream = context.record.is_stream;
    terminal.is_simulated = context.snapshot.upstream(upstream_).is_simulated;
    terminal.was_hedge = how.was_hedge;
    terminal.tenant = accounts.tenants[model::index_of(context.record.tenant)];
    terminal.key = accounts.keys[model::index_of(context.record.key)];
    terminal.model = accounts.models[model::index_of(context.record.model)];
    terminal.upstream = accounts.upstreams[model::index_of(upstream_)];
    terminal.served_model = accounts.served[model::index_of(context.record.model)][candidate_];
    terminal.place = context.guards.places[model::index_of(context.record.model)][candidate_];
    terminal.data_class = class_of(context);
    terminal.tag = context.tag;
    terminal.person = context.person;
    terminal.bound_input_tokens = bound_.input_tokens;
    terminal.bound_output_tokens = bound_.output_tokens;
    terminal.bound_cost_ledger = bound_.cost_ledger;
    terminal.duration_us =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_us(context.shard.loop().now() - begun_)));
    if (how.answer != nullptr)
        terminal.first_token_us = static_cast<std::uint32_t>(
            std::clamp<std::int64_t>(to_us(context.record.time_to_first_token), 0, 0xffff'ffff));
    count(context, how, terminal);
    if (how.answer != nullptr) {
        const std::string_view named = how.answer->response_model();
        const bool is_as_asked = named == context.model.candidates[candidate_].served_name;
        terminal.response_model =
            is_as_asked ? terminal.served_model
                        : context.shard.cards().name_of(accounts, ledger::NameKind::served_model, named, terminal.at);
    }
    charge(context, how, terminal);
    if (terminal.kind == TerminalKind::settled && accounts.is_owned(upstream_)) {
        const auto& rate = accounts.pools[accounts.pool_of[model::index_of(upstream_)]];
        if (rate)
            terminal.energy =
                how.microjoules ? rate->measured(*how.microjoules, how.batch) : rate->modelled(how.ran, how.batch);
    }
    const std::int64_t tokens = booked_tokens(terminal.meters);
    terminal.is_over_bound =
        bound_.input_tokens > 0 && (tokens > bound_.input_tokens + bound_.output_tokens ||
                                    (bound_.is_cost_known && terminal.charge.cost_ledger > bound_.cost_ledger));
    if (grant_.is_held()) {
        const Pico cost = is_outside_budget_ || !terminal.charge.is_known ? Pico{0} : terminal.charge.cost_ledger;
        grant_.settle(tokens, cost);
        grant_ = {};
    }
    if (is_journalled_) {
        context.shard.lane()->finish(terminal, terminal.at);
        is_journalled_ = false;
    }
    return terminal;
}

}   // namespace gilmok::gateway
