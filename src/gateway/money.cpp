// Where an exchange meets money: what is set aside for an attempt and settled at its end, what happens at a limit, the
// headers that tell a client where it stands, and the memory of Idempotency-Keys. The arithmetic is in spending.cpp, the
// limits in admit/budget.
#include <algorithm>

#include "base/text.hpp"
#include "gateway/exchange.hpp"

namespace gilmok::gateway {

using model::AttemptEnd;
using model::Outcome;
using wire::http1::Known;

namespace {

// While a request waits for room it looks again at least so often: room comes back whenever anybody's attempt ends.
constexpr Duration queue_look = std::chrono::milliseconds(50);

std::string_view reason_of(admit::LimitKind kind) { return admit::name_of(kind); }

// "1.5s", "6m0s", "250ms": as OpenAI writes its resets.
void append_reset(std::string& out, Duration wait) {
    const std::int64_t ms = std::max<std::int64_t>(0, to_ms(wait + std::chrono::microseconds(999)));
    if (ms < 1'000) {
        append_number(out, ms);
        out += "ms";
        return;
    }
    if (ms >= 60'000) {
        append_number(out, ms / 60'000);
        out += 'm';
    }
    append_number(out, ms % 60'000 / 1'000);
    if (const std::int64_t rest = ms % 1'000; rest != 0 && ms < 60'000) {
        out += '.';
        out += static_cast<char>('0' + rest / 100);
    }
    out += 's';
}

void append_count(std::string& out, std::string_view name, std::int64_t count) {
    out.append(name).append(": ");
    append_number(out, std::max<std::int64_t>(0, count));
    out += "\r\n";
}

void append_reset_line(std::string& out, std::string_view name, Duration wait) {
    out.append(name).append(": ");
    append_reset(out, wait);
    out += "\r\n";
}

}   // namespace

SpendContext Exchange::spend_context(const Try& slot) const {
    return {shard_, snapshot(), *setup_->accounts, *setup_->guards, record_, *slot.request, *model_, person_, tag_};
}

// Nobody takes the attempt. What the limit's owner wants then: wait, take another model, stay at home, or be refused.
// True: try the candidates again.
io::Task<Result<bool>> Exchange::make_room() {
    const bool is_limit = last_error_.code == Code::budget_exhausted || last_error_.code == Code::rate_limited;
    if (!is_limit) co_return gilmok::fail(last_error_);
    detail_ = std::string(reason_of(refusal_.kind)) + " of tenant " + snapshot().tenant(refusal_.tenant).path;
    const config::Tenant& owner = snapshot().tenant(refusal_.tenant);
    switch (refusal_.at_limit) {
        case config::AtLimit::reject: break;
        case config::AtLimit::degrade:
            if (degrade(owner.degrade_to)) co_return true;
            break;
        case config::AtLimit::local_only:
            if (stay_local()) co_return true;
            break;
        case config::AtLimit::queue: {
            if (refusal_.is_never) break;
            if (queued_until_ == far_future) queued_until_ = now() + owner.queue_timeout;
            if (now() >= queued_until_) break;
            const Duration wait = std::clamp(refusal_.retry_after, Duration(std::chrono::milliseconds(1)), queue_look);
            const Instant look_again = std::min(queued_until_, now() + wait);
            while (now() < look_again) {
                connection_.timer().arm(look_again);
                co_await connection_.waiter().wait(event::client_readable | event::timer | event::attention);
                if (connection_.has_client_left())
                    co_return gilmok::fail(Code::client_gone, Fault::client, Retry::never, "the client left");
                if (connection_.is_cut() || shard_.is_draining())
                    co_return gilmok::fail(Code::draining, Fault::gateway, Retry::never,
                                           "the gateway is shutting down");
                if (is_revoked())
                    co_return gilmok::fail(Code::key_revoked, Fault::client, Retry::never, "the key was revoked");
            }
            plan_route();
            order_next_ = 0;
            co_return true;
        }
    }
    co_return gilmok::fail(last_error_);
}

// Once: a model that has no room either is not followed to the next.
bool Exchange::degrade(const std::string& model_name) {
    if (is_degraded_) return false;
    const auto found = snapshot().models_by_name.find(model_name);
    if (found == snapshot().models_by_name.end() || found->second == record_.model) return false;
    if (!auth::check_model(*key_, found->second)) return false;
    is_degraded_ = true;
    shard_.metrics().model(record_.model, snapshot()).exchanges_running.sub();
    record_.model = found->second;
    model_ = &snapshot().model(found->second);
    shard_.metrics().model(record_.model, snapshot()).exchanges_running.add();
    plan_route();
    order_next_ = 0;
    return true;
}

// Only upstreams on the organisation's own pools. They are paid for already: the tokens count, the money budget does not.
bool Exchange::stay_local() {
    if (is_outside_budget_) return false;
    plan_route();
    const auto begin = order_.begin();
    const auto end = std::remove_if(begin, begin + order_count_, [&](std::uint8_t candidate) {
        return !setup_->accounts->is_owned(model_->candidates[candidate].upstream);
    });
    order_count_ = static_cast<std::uint8_t>(end - begin);
    order_next_ = 0;
    is_outside_budget_ = true;
    return order_count_ > 0;
}

void Exchange::settle_money(Try& slot, AttemptEnd end, Code code, std::uint16_t status) {
    if (!slot.spending.is_open()) return;
    const bool is_winner = winner_ == &slot;
    EndOfAttempt how;
    how.end = end;
    how.code = code;
    how.status = status != 0 ? status : record_.attempts[slot.record_index].status;
    how.outcome = is_winner ? record_.outcome : Outcome::failed;
    how.was_sent = slot.was_sent;
    how.was_hedge = record_.attempts[slot.record_index].was_hedge;
    how.ran = slot.was_sent ? now() - slot.sent : Duration{};
    how.batch = std::max(1U, (slot.batch + running_on(*slot.state, now()) + 1) / 2);
    const auto microjoules =
        slot.was_sent && slot.microjoules_sent ? slot.state->power.microjoules(now()) : std::nullopt;
    if (microjoules) how.microjoules = *microjoules - std::min(*microjoules, *slot.microjoules_sent);
    how.answer = is_winner ? answer_ : nullptr;
    how.reported = &record_.usage;
    const model::Terminal terminal = slot.spending.end(spend_context(slot), how);
    model::Settled& settled = record_.settled;
    settled.has_cost = true;
    settled.is_cost_known &= terminal.charge.is_known;
    settled.cost_ledger += terminal.charge.cost_ledger;
    settled.microjoules += terminal.energy.microjoules;
    if (is_winner || settled.provenance == model::Provenance::none) settled.provenance = terminal.provenance;
    settled.is_over_bound |= terminal.is_over_bound;
    if (terminal.is_suspect) shard_.metrics().usage_suspect.add();
}

void Exchange::append_standing(std::string& headers) const {
    const admit::Treasury& treasury = *setup_->accounts->treasury;
    if (!treasury.is_limited(record_.tenant)) return;
    const admit::Standing standing = treasury.standing(record_.tenant, shard_.loop().wall_now(), now());
    if (standing.limit_requests >= 0) {
        append_count(headers, "x-ratelimit-limit-requests", standing.limit_requests);
        append_count(headers, "x-ratelimit-remaining-requests", standing.remaining_requests);
        append_reset_line(headers, "x-ratelimit-reset-requests", standing.reset_requests);
    }
    if (standing.limit_tokens >= 0) {
        append_count(headers, "x-ratelimit-limit-tokens", standing.limit_tokens);
        append_count(headers, "x-ratelimit-remaining-tokens", standing.remaining_tokens);
        append_reset_line(headers, "x-ratelimit-reset-tokens", standing.reset_tokens);
    }
    if (standing.has_budget) {
        headers.append("x-gilmok-budget-remaining: ").append(decimal(std::max<Pico>(0, standing.budget_remaining)));
        headers.append(" ").append(setup_->accounts->settings.currency.view()).append("\r\n");
    }
}

// Idempotency-Key: the first request under a key runs; later ones get its answer.
Result<bool> Exchange::remember() {
    const auto& headers = connection_.head().headers;
    const wire::http1::Header* tag_line = shard_.lane() != nullptr ? headers.find(Known::gilmok_tag) : nullptr;
    if (tag_line != nullptr && !tag_line->value.empty()) {
        const std::string_view tag = tag_line->value;
        constexpr std::size_t tag_bytes_max = 64;
        const bool is_printable = std::all_of(tag.begin(), tag.end(), [](char c) { return c > ' ' && c < 0x7f; });
        if (tag.size() > tag_bytes_max || !is_printable)
            return gilmok::fail(Code::member_invalid, Fault::client, Retry::never,
                                "x-gilmok-tag must be 1 to 64 printable characters");
        if (!may_be_written(tag))
            return gilmok::fail(
                Code::member_invalid, Fault::client, Retry::never,
                "x-gilmok-tag looks like a secret, an identifier or a mail address, and a tag stays in the "
                "ledger for good; a person belongs into `user`");
        tag_ = shard_.cards().name_of(*setup_->accounts, ledger::NameKind::tag, tag, shard_.loop().wall_now());
    }
    if (ledger::People* people = setup_->accounts->people; people != nullptr && !request_.user.empty())
        person_ = shard_.persons().id_of(*people, snapshot().tenant(record_.tenant).path, request_.user);
    const std::string_view key = headers.value(Known::idempotency_key);
    if (key.empty()) return true;
    if (key.size() > Idempotency::key_bytes_max)
        return gilmok::fail(Code::member_invalid, Fault::client, Retry::never,
                            "Idempotency-Key must not be longer than 255 characters");
    idempotency_ = scope_of(snapshot().tenant(record_.tenant).path, key_->id, key);
    const std::uint64_t hash = request_hash_of(connection_.head().path, connection_.body().body());
    GILMOK_TRY(begun, setup_->idempotency->begin(idempotency_, hash, shard_.loop().wall_now()));
    if (begun.kept == nullptr) {
        is_remembered_ = true;
        return true;
    }
    std::string replayed = "idempotency-replayed: true\r\n";
    append_labels(replayed, begun.kept->status);
    reply_json(begun.kept->status, begun.kept->content_type, begun.kept->body, replayed);
    return true;
}

void Exchange::end_remembering() {
    if (!is_remembered_) return;
    is_remembered_ = false;
    const WallTime wall = shard_.loop().wall_now();
    if (is_kept_whole_)
        setup_->idempotency->keep(idempotency_, std::move(*kept_answer_), wall);
    else if (answer_begun_)
        setup_->idempotency->forget_answer(idempotency_, wall);
    else
        setup_->idempotency->release(idempotency_);
}

}   // namespace gilmok::gateway
