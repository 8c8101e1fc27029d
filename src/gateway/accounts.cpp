#include "gateway/accounts.hpp"

#include <algorithm>
#include <set>

namespace gilmok::gateway {

using ledger::NameKind;
using model::NameId;

namespace {

class Namer {
public:
    Namer(ledger::Keeper* keeper, WallTime now) : keeper_(keeper), now_(now) {}
    NameId operator()(NameKind kind, std::string_view text) const {
        return keeper_ == nullptr || text.empty() ? NameId::none : keeper_->intern(kind, text, now_);
    }

private:
    ledger::Keeper* keeper_;
    WallTime now_;
};

// A node without a class of its own has its parent's. Parents come first.
std::vector<std::string> classes_of(const config::Snapshot& snapshot) {
    std::vector<std::string> classes;
    for (const config::Tenant& tenant : snapshot.tenants)
        classes.push_back(!tenant.class_.empty() || tenant.parent == model::TenantId::none
                              ? tenant.class_
                              : classes[model::index_of(tenant.parent)]);
    return classes;
}

void name_keys(Accounts& accounts, const auth::Keyring& keyring, const Namer& name) {
    accounts.keys.clear();
    for (std::size_t i = 0; i < keyring.size(); ++i)
        accounts.keys.push_back(name(NameKind::key, keyring.record(static_cast<model::KeyId>(i)).id));
}

void name_everything(Accounts& accounts, const config::Snapshot& snapshot, const Namer& name) {
    const std::vector<std::string> classes = classes_of(snapshot);
    for (std::size_t i = 0; i < snapshot.tenants.size(); ++i) {
        accounts.tenants.push_back(name(NameKind::tenant, snapshot.tenants[i].path));
        accounts.classes.push_back(name(NameKind::data_class, classes[i]));
    }
    for (const config::Upstream& upstream : snapshot.upstreams) {
        accounts.upstreams.push_back(name(NameKind::upstream, upstream.name));
    }
    for (const config::Model& model : snapshot.models) {
        accounts.models.push_back(name(NameKind::model, model.name));
        auto& served = accounts.served.emplace_back();
        for (const config::Candidate& candidate : model.candidates)
            served.push_back(name(NameKind::served_model, candidate.served_name));
    }
}

void price_pools(Accounts& accounts, const config::Snapshot& snapshot, const Namer& name, WallTime now) {
    const auto convert = [&](const Money& money) -> std::optional<Pico> {
        if (money.currency == accounts.settings.currency) return money.pico;
        return accounts.prices->convert(money.pico, money.currency, accounts.settings.currency, now);
    };
    for (const config::Pool& pool : snapshot.pools) {
        accounts.pools.push_back(meter::PoolRate::make(pool, grid_g_kwh(pool.country), convert));
        const auto& rate = accounts.pools.back();
        accounts.pool_names.push_back(name(NameKind::pool, pool.name));
        accounts.pool_cards.push_back(rate ? name(NameKind::price_card, rate->card_text()) : NameId::none);
        if (!rate)
            accounts.problems.push_back("pool " + pool.name + ": an amount cannot be brought into " +
                                        std::string(accounts.settings.currency.view()) +
                                        "; its requests are booked without cost. Add an [[fx]] rate.");
    }
    for (const config::Upstream& upstream : snapshot.upstreams) {
        const auto found = std::find_if(snapshot.pools.begin(), snapshot.pools.end(),
                                        [&](const config::Pool& pool) { return pool.name == upstream.pool; });
        accounts.pool_of.push_back(upstream.pool.empty() || found == snapshot.pools.end()
                                       ? Accounts::rented
                                       : static_cast<std::uint32_t>(found - snapshot.pools.begin()));
    }
}

bool has_money_budget(const config::Tenant& tenant) {
    return tenant.budget_day.pico != 0 || tenant.budget_month.pico != 0 || tenant.budget_window.pico != 0;
}

// What will be booked without a cost, told once when it is configured and not first when the bill comes.
void find_unpriced(Accounts& accounts, const config::Snapshot& snapshot, WallTime now) {
    std::set<std::string> problems;   // what several models are served by is told once
    for (const config::Model& model : snapshot.models)
        for (const config::Candidate& candidate : model.candidates) {
            const config::Upstream& upstream = snapshot.upstream(candidate.upstream);
            if (upstream.is_simulated || accounts.is_owned(candidate.upstream)) continue;
            const std::string& provider = upstream.price.empty() ? upstream.name : upstream.price;
            if (accounts.prices->find(provider, candidate.served_name, upstream.place, model::ServiceTier::standard,
                                      now, upstream.discount_ppm) == nullptr)
                problems.insert("no price is known for " + upstream.name + "/" + candidate.served_name +
                                ": add a [[price]] with provider = \"" + provider + "\", or a pool");
        }
    accounts.problems.insert(accounts.problems.end(), problems.begin(), problems.end());
}

}   // namespace

AccountsPtr build_accounts(const config::Snapshot& snapshot, const auth::Keyring& keyring, ledger::Keeper* keeper,
                           ledger::People* people, const Accounts* previous, WallTime now) {
    auto accounts = std::make_shared<Accounts>();
    accounts->settings = {snapshot.ledger.currency, snapshot.ledger.is_strict && keeper != nullptr,
                          snapshot.ledger.unknown_price};
    accounts->keeper = keeper;
    accounts->people = people;
    accounts->prices = build_price_book(snapshot);
    const Namer name(keeper, now);
    name_everything(*accounts, snapshot, name);
    name_keys(*accounts, keyring, name);
    price_pools(*accounts, snapshot, name, now);
    // Who counts no money need not be told of prices.
    const bool counts_money =
        keeper != nullptr || std::any_of(snapshot.tenants.begin(), snapshot.tenants.end(), has_money_budget);
    if (counts_money) find_unpriced(*accounts, snapshot, now);
    const auto convert = [&](const Money& money) -> std::optional<Pico> {
        if (money.currency == snapshot.ledger.currency) return money.pico;
        return accounts->prices->convert(money.pico, money.currency, snapshot.ledger.currency, now);
    };
    accounts->treasury =
        admit::Treasury::build(snapshot, convert, previous != nullptr ? previous->treasury : admit::TreasuryPtr{});
    for (const std::string& problem : accounts->treasury->problems()) accounts->problems.push_back(problem);
    return accounts;
}

AccountsPtr with_keys(const Accounts& accounts, const auth::Keyring& keyring, WallTime now) {
    auto changed = std::make_shared<Accounts>(accounts);
    name_keys(*changed, keyring, Namer(accounts.keeper, now));
    return changed;
}

namespace {

WallTime floor_to(WallTime at, Duration step, Duration offset) {
    const auto since = at.time_since_epoch() + offset;
    return WallTime(since - (since % step + step) % step - offset);
}

WallTime month_begin(WallTime at, Duration offset) {
    const auto day = std::chrono::floor<std::chrono::days>(at + offset);
    const std::chrono::year_month_day date{day};
    const std::chrono::sys_days first{date.year() / date.month() / std::chrono::day{1}};
    return WallTime(first.time_since_epoch()) - offset;
}

std::int64_t tokens_of(const ledger::UsageRow& row) {
    std::int64_t tokens = 0;
    for (std::size_t i = 0; i < model::meters_count; ++i)
        if (model::is_input(static_cast<model::Meter>(i)) || model::is_output(static_cast<model::Meter>(i)))
            tokens += row.meters[i];
    return tokens;
}

}   // namespace

std::string restore_treasury(const Accounts& accounts, const config::Snapshot& snapshot, ledger::Questions& tables,
                             WallTime now) {
    const Duration offset = std::chrono::minutes(snapshot.ledger.utc_offset_minutes);
    const auto hour = std::chrono::hours(1);
    for (std::size_t i = 0; i < snapshot.tenants.size(); ++i) {
        const config::Tenant& tenant = snapshot.tenants[i];
        const auto id = static_cast<model::TenantId>(i);
        if (!accounts.treasury->is_fresh(id)) continue;
        const WallTime day = floor_to(now, std::chrono::hours(24), offset);
        const WallTime month = month_begin(now, offset);
        ledger::Filter filter;
        filter.tenant = tenant.path;
        filter.until = floor_to(now, hour, {}) + hour;
        admit::Spent spent;
        std::vector<admit::Treasury::Bucket> buckets;
        const auto ask = [&](WallTime from, Pico& money, std::int64_t& tokens) -> std::string {
            filter.from = from;
            const auto rows = tables.usage(filter, {}, snapshot.ledger.utc_offset_minutes);
            if (!rows) return rows.error().message;
            for (const ledger::UsageRow& row : *rows) {
                money += row.cost_ledger;
                tokens += tokens_of(row);
            }
            return {};
        };
        if (std::string problem = ask(day, spent.money_day, spent.tokens_day); !problem.empty()) return problem;
        if (std::string problem = ask(month, spent.money_month, spent.tokens_month); !problem.empty()) return problem;
        if (tenant.window.count() > 0) {
            filter.from = floor_to(now - tenant.window, hour, {});
            const std::array<ledger::Dimension, 1> by_hour{ledger::Dimension::hour};
            const auto rows = tables.usage(filter, by_hour, 0);
            if (!rows) return rows.error().message;
            for (const ledger::UsageRow& row : *rows) {
                const auto begin = parse_rfc3339(row.keys[0]);
                if (begin) buckets.push_back({*begin, row.cost_ledger, tokens_of(row)});
            }
        }
        accounts.treasury->restore(id, spent, buckets, now);
    }
    return {};
}

}   // namespace gilmok::gateway
