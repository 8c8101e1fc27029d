// From a snapshot to accounts, and back to what people ask of them. What happens to one attempt is in grant.cpp.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "admit/treasury_inside.hpp"
#include "base/assert.hpp"

namespace gilmok::admit {

namespace {

constexpr std::int64_t rate_max = 1'000'000'000'000'000;   // 128 bits hold its product with 292 years of nanoseconds

std::int64_t rate(std::uint64_t per_minute) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(per_minute, static_cast<std::uint64_t>(rate_max)));
}

Pico tokens_limit(std::uint64_t tokens) { return tokens == 0 ? no_limit : Pico{tokens}; }

// Reads the limits of one tenant; a budget that cannot be understood refuses, because letting all through would be worse.
class LimitsReader {
public:
    LimitsReader(const config::Tenant& tenant, const Treasury::Convert& convert, std::vector<std::string>& problems)
        : tenant_(tenant), convert_(convert), problems_(problems) {}

    AccountLimits read() {
        AccountLimits limits;
        limits.day = {money(tenant_.budget_day, "budget_day"), tokens_limit(tenant_.tokens_day)};
        limits.month = {money(tenant_.budget_month, "budget_month"), tokens_limit(tenant_.tokens_month)};
        limits.window = {money(tenant_.budget_window, "budget_window"), tokens_limit(tenant_.tokens_window)};
        if (limits.window != Amount{no_limit, no_limit}) {
            limits.window_length = tenant_.window;
            if (tenant_.window <= Duration{0}) {
                limits.window_length = Duration{0};
                limits.window = {refuses_all, refuses_all};
                problem("a limit by window needs `window`, its length; until then everything is refused");
            }
        }
        limits.tokens_per_minute = rate(tenant_.tokens_per_minute);
        limits.requests_per_minute = rate(tenant_.requests_per_minute);
        limits.at_limit = tenant_.at_limit;
        limits.warn_ppm = tenant_.warn_ppm;
        std::sort(limits.warn_ppm.begin(), limits.warn_ppm.end());
        return limits;
    }

private:
    Pico money(const Money& budget, std::string_view name) {
        if (budget.pico == 0) return no_limit;
        const std::optional<Pico> limit = convert_(budget);
        if (limit && *limit >= 0 && *limit < no_limit) return *limit;
        problem(std::string(name) + " = \"" + decimal(budget.pico) + " " + std::string(budget.currency.view()) +
                "\" has no exchange rate into the currency of the ledger; until there is one everything is refused");
        return refuses_all;
    }
    void problem(const std::string& why) { problems_.push_back("tenant \"" + tenant_.path + "\": " + why); }

    const config::Tenant& tenant_;
    const Treasury::Convert& convert_;
    std::vector<std::string>& problems_;
};

}   // namespace

std::string_view name_of(LimitKind kind) {
    switch (kind) {
        case LimitKind::money_day: return "money_day";
        case LimitKind::money_month: return "money_month";
        case LimitKind::money_window: return "money_window";
        case LimitKind::tokens_day: return "tokens_day";
        case LimitKind::tokens_month: return "tokens_month";
        case LimitKind::tokens_window: return "tokens_window";
        case LimitKind::tokens_per_minute: return "tokens_per_minute";
        case LimitKind::requests_per_minute: return "requests_per_minute";
        case LimitKind::count_: break;
    }
    return "";
}

Treasury::Treasury(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Treasury::~Treasury() = default;

TreasuryPtr Treasury::build(const config::Snapshot& snapshot, const Convert& convert, const TreasuryPtr& previous) {
    // By path; the root's path is the organisation's.
    std::unordered_map<std::string_view, const Node*> before;
    if (previous != nullptr)
        for (const Node& node : previous->inside_->nodes) before.emplace(node.path, &node);

    auto inside = std::make_unique<Inside>();
    std::vector<Node>& nodes = inside->nodes;
    nodes.reserve(snapshot.tenants.size());
    for (const config::Tenant& tenant : snapshot.tenants) {
        const std::uint32_t index = static_cast<std::uint32_t>(nodes.size());
        const bool is_root = tenant.parent == model::TenantId::none;
        // Parents come first, so a parent's links are complete.
        GILMOK_ASSERT(is_root || model::index_of(tenant.parent) < index);
        const auto found = before.find(tenant.path);
        const Node* known = found == before.end() ? nullptr : found->second;
        Node& node = nodes.emplace_back();
        node.path = tenant.path;
        node.is_root = is_root;
        if (is_root)
            node.organisation = known != nullptr ? known->organisation : std::make_shared<Organisation>();
        else
            node.organisation = nodes[model::index_of(tenant.parent)].organisation;

        const AccountLimits limits = LimitsReader(tenant, convert, inside->problems).read();
        const OrganisationLock lock(*node.organisation);
        node.organisation->clock.set_utc_offset(std::chrono::minutes{snapshot.ledger.utc_offset_minutes});
        if (limits.has_any()) {
            // Counters belong to the lock that guards them, so they do not follow a tenant into another organisation.
            const bool stays =
                known != nullptr && known->account != nullptr && known->organisation == node.organisation;
            node.account = stays ? known->account : std::make_shared<Account>(tenant.path);
            node.account->set_limits(limits, node.organisation->clock);
            node.links.push_back({node.account.get(), model::TenantId{index}});
            node.has_money_budget = limits.has_money();
        }
        if (!is_root) {
            const Node& parent = nodes[model::index_of(tenant.parent)];
            node.links.insert(node.links.end(), parent.links.begin(), parent.links.end());
            node.has_money_budget = node.has_money_budget || parent.has_money_budget;
        }
    }
    return TreasuryPtr(new Treasury(std::move(inside)));
}

bool Treasury::is_limited(model::TenantId tenant) const { return !inside_->node(tenant).links.empty(); }

bool Treasury::has_money_budget(model::TenantId tenant) const { return inside_->node(tenant).has_money_budget; }

Standing Treasury::standing(model::TenantId tenant, WallTime wall, Instant now) const {
    const Node& node = inside_->node(tenant);
    Standing standing;
    if (node.links.empty()) return standing;
    const OrganisationLock lock(*node.organisation);
    node.organisation->clock.advance(wall, now);
    for (const Link& link : node.links) {
        link.account->advance(node.organisation->clock);
        link.account->tell(standing, node.organisation->clock);
    }
    return standing;
}

Spent Treasury::spent(model::TenantId tenant, WallTime wall) const {
    const Node& node = inside_->node(tenant);
    if (node.account == nullptr) return {};
    const OrganisationLock lock(*node.organisation);
    node.organisation->clock.advance(wall);
    node.account->advance(node.organisation->clock);
    return node.account->spent();
}

void Treasury::restore(model::TenantId tenant, const Spent& spent, std::span<const Bucket> buckets, WallTime wall) {
    const Node& node = inside_->node(tenant);
    if (node.account == nullptr) return;
    const OrganisationLock lock(*node.organisation);
    node.organisation->clock.advance(wall);
    node.account->restore(spent, buckets, wall, node.organisation->clock);
}

bool Treasury::is_fresh(model::TenantId tenant) const {
    const Node& node = inside_->node(tenant);
    if (node.account == nullptr) return false;
    const OrganisationLock lock(*node.organisation);
    return node.account->is_fresh();
}

std::vector<Warning> Treasury::take_warnings() {
    std::vector<Warning> taken;
    for (const Node& node : inside_->nodes) {
        if (!node.is_root) continue;
        std::vector<Warning> some;
        {
            const OrganisationLock lock(*node.organisation);
            some.swap(node.organisation->warnings);
        }
        taken.insert(taken.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    }
    return taken;
}

const std::vector<std::string>& Treasury::problems() const { return inside_->problems; }

Spent Treasury::total_reserved() const {
    Amount sum;
    for (const Node& node : inside_->nodes) {
        if (!node.is_root) continue;
        const OrganisationLock lock(*node.organisation);
        sum += node.organisation->reserved;
    }
    Spent out;
    out.money_reserved = sum.money;
    out.tokens_reserved = narrow(sum.tokens);
    return out;
}

}   // namespace gilmok::admit
