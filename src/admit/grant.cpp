// What happens to one attempt: reserved on all its ancestors or on none, moved, settled once.
#include <algorithm>
#include <utility>

#include "admit/treasury_inside.hpp"
#include "base/assert.hpp"

namespace gilmok::admit {

namespace {

// What upstreams report is unbounded, sums of it are not: 10^15 tokens and 10^15 units of money are beyond any truth.
constexpr std::int64_t tokens_most = 1'000'000'000'000'000;

std::int64_t sane_tokens(std::int64_t tokens) { return std::clamp<std::int64_t>(tokens, 0, tokens_most); }
Pico sane_cost(Pico cost) { return std::clamp<Pico>(cost, 0, pico_max); }

tl::unexpected<Error> refuse(const Link& link, const Need& need, const BudgetClock& clock, Refusal* refusal) {
    const std::optional<Denial> denial = link.account->denial(need, clock);
    GILMOK_ASSERT(denial.has_value());
    if (refusal != nullptr)
        *refusal = {link.tenant, denial->kind, link.account->at_limit(), denial->retry_after, denial->is_never};
    switch (denial->kind) {
        case LimitKind::money_day:
        case LimitKind::money_month:
        case LimitKind::money_window:
            return fail(Code::budget_exhausted, Fault::client, Retry::never, "the budget of the tenant is used up");
        case LimitKind::tokens_day:
        case LimitKind::tokens_month:
        case LimitKind::tokens_window:
            return fail(Code::budget_exhausted, Fault::client, Retry::never, "the tokens of the tenant are used up");
        case LimitKind::tokens_per_minute:
            return fail(Code::rate_limited, Fault::client, Retry::never,
                        "the tenant uses as many tokens a minute as it may (tokens_per_minute)");
        case LimitKind::requests_per_minute:
        case LimitKind::count_: break;
    }
    return fail(Code::rate_limited, Fault::client, Retry::never,
                "the tenant makes as many requests a minute as it may (requests_per_minute)");
}

void note_warnings(Account& account, Organisation& organisation) {
    if (!account.is_warning_due()) return;
    account.take_warnings(organisation.clock, organisation.warnings);
    if (organisation.warnings.size() > Organisation::warnings_max)
        organisation.warnings.resize(Organisation::warnings_max);
}

}   // namespace

Result<Grant> Treasury::reserve(model::TenantId tenant, std::int64_t tokens, Pico cost, bool counts_request,
                                WallTime wall, Instant now, Refusal* refusal) {
    const Node& node = inside_->node(tenant);
    if (node.links.empty()) return Grant{};
    const std::int64_t bound_tokens = sane_tokens(tokens);
    const Need need{{sane_cost(cost), bound_tokens}, bound_tokens, counts_request ? 1 : 0};

    Grant grant;
    Organisation& organisation = *node.organisation;
    const OrganisationLock lock(organisation);
    organisation.clock.advance(wall, now);
    const BudgetClock& clock = organisation.clock;
    for (const Link& link : node.links) {
        link.account->advance(clock);
        if (!link.account->has_room(need)) return refuse(link, need, clock, refusal);
    }
    const Booking booking = organisation.clock.next_booking();
    for (std::size_t i = 0; i < node.links.size(); ++i) {
        const std::uint64_t place = node.links[i].account->reserve(need, booking);
        if (i < Grant::places_max) grant.places_[i] = place;
    }
    organisation.reserved += need.amount;
    grant.treasury_ = shared_from_this();
    grant.node_ = model::index_of(tenant);
    grant.tokens_ = bound_tokens;
    grant.cost_ = need.amount.money;
    grant.day_ = booking.day;
    grant.month_ = booking.month;
    grant.at_ = booking.at;
    grant.number_ = booking.number;
    return grant;
}

Grant::Grant(Grant&& other) noexcept { *this = std::move(other); }

Grant& Grant::operator=(Grant&& other) noexcept {
    if (this == &other) return *this;
    release();
    treasury_ = std::exchange(other.treasury_, nullptr);
    node_ = other.node_;
    tokens_ = other.tokens_;
    tokens_moved_ = other.tokens_moved_;
    cost_ = other.cost_;
    cost_moved_ = other.cost_moved_;
    day_ = other.day_;
    month_ = other.month_;
    at_ = other.at_;
    number_ = other.number_;
    places_ = other.places_;
    return *this;
}

void Grant::progress(std::int64_t tokens, Pico cost) {
    if (treasury_ == nullptr) return;
    const std::int64_t tokens_moved = std::clamp(tokens, tokens_moved_, tokens_);
    const Pico cost_moved = std::clamp(cost, cost_moved_, cost_);
    if (tokens_moved == tokens_moved_ && cost_moved == cost_moved_) return;
    const Node& node = treasury_->inside_->nodes[node_];
    const Held held{{cost_, tokens_}, {cost_moved_, tokens_moved_}, {day_, month_, at_, number_}};
    const Amount moved{cost_moved, tokens_moved};
    const OrganisationLock lock(*node.organisation);
    for (const Link& link : node.links) {
        link.account->advance(node.organisation->clock);
        link.account->move(held, moved);
        note_warnings(*link.account, *node.organisation);
    }
    node.organisation->reserved -= moved - held.moved;
    tokens_moved_ = tokens_moved;
    cost_moved_ = cost_moved;
}

bool Grant::settle(std::int64_t tokens, Pico cost) {
    const TreasuryPtr treasury = std::exchange(treasury_, nullptr);
    if (treasury == nullptr) return false;
    const Node& node = treasury->inside_->nodes[node_];
    Held held{{cost_, tokens_}, {cost_moved_, tokens_moved_}, {day_, month_, at_, number_}};
    const Amount spent{sane_cost(cost), sane_tokens(tokens)};
    const OrganisationLock lock(*node.organisation);
    for (std::size_t i = 0; i < node.links.size(); ++i) {
        held.has_place = i < places_max;
        held.place = held.has_place ? places_[i] : 0;
        Account& account = *node.links[i].account;
        account.advance(node.organisation->clock);
        account.settle(held, spent);
        note_warnings(account, *node.organisation);
    }
    node.organisation->reserved -= held.bound - held.moved;
    return tokens > tokens_ || cost > cost_;
}

void Grant::release() {
    if (treasury_ != nullptr) settle(0, 0);
}

}   // namespace gilmok::admit
