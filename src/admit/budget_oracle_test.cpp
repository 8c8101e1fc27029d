// Goal: never over a limit at any instant, nothing lost, nothing freed twice, whatever happens in whatever order.
// Method: seeded walks of reservations, progress, ends, clock jumps and reloads over random trees, against an oracle that
// keeps every attempt ever made and adds them up anew for each question.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "admit/budget.hpp"
#include "admit/period.hpp"
#include "admit/test_budget.hpp"
#include "base/prng.hpp"

using namespace gilmok;
using namespace gilmok::admit;
using namespace gilmok::admit::test;
using namespace std::chrono_literals;

namespace {

constexpr Pico units_per_item = 60'000'000'000;
constexpr std::size_t no_account = SIZE_MAX;

// A queue that leaks, item by item.
struct NaiveRate {
    std::int64_t per_minute = 0;
    Instant at{};
    std::vector<Pico> items;
    void leak(Pico units) {
        for (Pico& item : items) {
            const Pico gone = std::min(item, units);
            item -= gone;
            units -= gone;
        }
    }
    void drain(Instant now) {
        if (now <= at) return;
        leak(Pico{per_minute} * (now - at).count());
        at = now;
    }
    [[nodiscard]] bool fits(std::int64_t amount) const {
        Pico level = 0;
        for (const Pico item : items) level += item;
        return amount == 0 || per_minute == 0 || level + amount * units_per_item <= per_minute * units_per_item;
    }
    std::size_t add(std::int64_t amount) {
        items.push_back(per_minute == 0 ? Pico{0} : amount * units_per_item);
        return items.size() - 1;
    }
    void give_back(std::size_t index, std::int64_t amount) {
        items[index] -= std::min(items[index], amount * units_per_item);
    }
};

struct NaiveAccount {   // lives as long as its tenant keeps a limit
    config::Tenant limits;
    NaiveRate requests, tokens;
};

struct Attempt {
    Grant grant;
    std::size_t tenant = 0;
    std::vector<std::size_t> accounts, token_items;
    std::int64_t tokens = 0, tokens_moved = 0, tokens_spent = 0;
    Pico cost = 0, cost_moved = 0, cost_spent = 0;
    std::int64_t day = 0, month = 0;
    Instant at{};
    bool is_open = true;
    [[nodiscard]] Pico cost_used() const { return is_open ? cost : cost_spent; }
    [[nodiscard]] std::int64_t tokens_used() const { return is_open ? tokens : tokens_spent; }
};

struct Sums {
    Pico money_used = 0, money_spent = 0;
    std::int64_t tokens_used = 0, tokens_spent = 0;
};

class World {
public:
    explicit World(std::uint64_t seed) : prng_(seed) {
        static constexpr std::array paths{"a", "a/b", "a/b/c", "a/b/c/d", "a/b/c/d/e", "a/f", "a/f/g", "h", "h/i"};
        for (const char* path : paths) add_tenant(snapshot_, path);
        account_of_.resize(snapshot_.tenants.size(), no_account);
        clock_of_.resize(snapshot_.tenants.size());
        for (auto& clock : clock_of_) clock.set_utc_offset(540min);
        change_limits();
        reload();
    }

    void step() {
        pass_time();
        const auto choice = prng_.below(100);
        if (choice < 50)
            reserve();
        else if (choice < 65)
            progress();
        else if (choice < 96)
            end();
        else if (choice < 98) {
            change_limits();
            reload();
        }
        compare();
    }

    void end_all() {
        for (Attempt& attempt : attempts_)
            if (attempt.is_open) end(attempt);
        compare();
        const Spent total = treasury_->total_reserved();
        REQUIRE(total.money_reserved == 0);
        REQUIRE(total.tokens_reserved == 0);
    }
    [[nodiscard]] int admitted() const { return admitted_; }
    [[nodiscard]] int refused() const { return refused_; }

private:
    std::size_t root_of(std::size_t index) const {
        while (snapshot_.tenants[index].parent != model::TenantId::none)
            index = model::index_of(snapshot_.tenants[index].parent);
        return index;
    }
    BudgetClock& clock_of(std::size_t index) { return clock_of_[root_of(index)]; }

    void pass_time() {
        now_ += Duration{prng_.between(-5'000'000, 3'000'000'000)};   // shards read their clocks at different moments
        wall_ += Duration{prng_.between(0, 1'000) * 1'000'000'000};
        if (prng_.chance(1, 40)) {
            static constexpr std::array jumps{Duration{1h}, Duration{-1h}, Duration{24h}, Duration{-24h},
                                              Duration{31 * 24h}};
            wall_ += jumps[prng_.below(jumps.size())];
        }
    }

    void change_limits() {
        for (config::Tenant& tenant : snapshot_.tenants) {
            if (!prng_.chance(1, 2)) continue;
            const auto some = [&](std::int64_t most) { return prng_.chance(1, 3) ? prng_.between(1, most) : 0; };
            tenant.budget_day = won(some(3'000));
            tenant.budget_month = won(some(20'000));
            tenant.budget_window = won(some(3'000));
            tenant.tokens_day = static_cast<std::uint64_t>(some(30'000));
            tenant.tokens_month = static_cast<std::uint64_t>(some(200'000));
            tenant.tokens_window = static_cast<std::uint64_t>(some(30'000));
            tenant.tokens_per_minute = static_cast<std::uint64_t>(some(20'000));
            tenant.requests_per_minute = static_cast<std::uint32_t>(some(100));
            tenant.window = 300s;
        }
    }

    static bool has_limit(const config::Tenant& t) {
        return t.budget_day.pico != 0 || t.budget_month.pico != 0 || t.budget_window.pico != 0 || t.tokens_day != 0 ||
               t.tokens_month != 0 || t.tokens_window != 0 || t.tokens_per_minute != 0 || t.requests_per_minute != 0;
    }

    void reload() {
        treasury_ = treasury_of(snapshot_, treasury_);
        for (std::size_t i = 0; i < snapshot_.tenants.size(); ++i) {
            const config::Tenant& tenant = snapshot_.tenants[i];
            if (!has_limit(tenant)) {
                account_of_[i] = no_account;
                continue;
            }
            if (account_of_[i] == no_account) {
                account_of_[i] = accounts_.size();
                accounts_.emplace_back();
            }
            NaiveAccount& account = accounts_[account_of_[i]];
            const bool kept_window = account.limits.budget_window.pico != 0 || account.limits.tokens_window != 0;
            if (!kept_window) window_since_.resize(accounts_.size()), window_since_[account_of_[i]] = attempts_.size();
            account.limits = tenant;
            account.requests.drain(clock_of(i).now());
            account.tokens.drain(clock_of(i).now());
            account.requests.per_minute = tenant.requests_per_minute;
            account.tokens.per_minute = static_cast<std::int64_t>(tenant.tokens_per_minute);
            if (account.requests.per_minute == 0) account.requests.items.assign(account.requests.items.size(), 0);
            if (account.tokens.per_minute == 0) account.tokens.items.assign(account.tokens.items.size(), 0);
        }
    }

    template <class Predicate>
    Sums sum(std::size_t account, Predicate&& counts) const {
        Sums out;
        for (const Attempt& attempt : attempts_) {
            if (std::find(attempt.accounts.begin(), attempt.accounts.end(), account) == attempt.accounts.end())
                continue;
            if (!counts(attempt)) continue;
            out.money_used += attempt.cost_used();
            out.tokens_used += attempt.tokens_used();
            out.money_spent += attempt.is_open ? attempt.cost_moved : attempt.cost_spent;
            out.tokens_spent += attempt.is_open ? attempt.tokens_moved : attempt.tokens_spent;
        }
        return out;
    }
    Sums in_window(std::size_t account, Duration age, Instant now) const {
        const Attempt* first = attempts_.data() + window_since_[account];
        return sum(account, [&](const Attempt& a) { return &a >= first && now - a.at < age; });
    }

    enum class Verdict { fits, refuses, either };
    Verdict judge(std::size_t index, std::int64_t tokens, Pico cost) {
        const std::size_t id_of_account = account_of_[index];
        NaiveAccount& account = accounts_[id_of_account];
        const config::Tenant& limits = account.limits;
        const BudgetClock& clock = clock_of(index);
        account.requests.drain(clock.now());
        account.tokens.drain(clock.now());
        const auto room = [&](const Sums& used, Pico money, std::uint64_t most_tokens) {
            return (cost == 0 || money == 0 || used.money_used + cost <= money) &&
                   (tokens == 0 || most_tokens == 0 ||
                    used.tokens_used + tokens <= static_cast<std::int64_t>(most_tokens));
        };
        const Sums day = sum(id_of_account, [&](const Attempt& a) { return a.day == clock.day().index; });
        const Sums month = sum(id_of_account, [&](const Attempt& a) { return a.month == clock.month().index; });
        if (!room(day, limits.budget_day.pico, limits.tokens_day) ||
            !room(month, limits.budget_month.pico, limits.tokens_month) || !account.requests.fits(1) ||
            !account.tokens.fits(tokens))
            return Verdict::refuses;
        // The window may count what is up to two sixtieths too old, never less than the truth.
        const Duration width = limits.window / 60;
        if (!room(in_window(id_of_account, limits.window, clock.now()), limits.budget_window.pico,
                  limits.tokens_window))
            return Verdict::refuses;
        if (!room(in_window(id_of_account, limits.window + 2 * width, clock.now()), limits.budget_window.pico,
                  limits.tokens_window))
            return Verdict::either;
        return Verdict::fits;
    }

    void reserve() {
        const auto tenant = static_cast<std::size_t>(prng_.below(snapshot_.tenants.size()));
        const std::int64_t tokens = prng_.chance(1, 10) ? 0 : prng_.between(1, 3'000);
        const Pico cost =
            prng_.chance(1, 10) ? Pico{0} : Pico{prng_.between(1, 300)} * pico_per_unit + prng_.between(0, 999);
        Refusal refusal;
        auto grant =
            treasury_->reserve(id(static_cast<std::uint32_t>(tenant)), tokens, cost, true, wall_, now_, &refusal);

        std::vector<std::size_t> path;
        for (std::size_t at = tenant;; at = model::index_of(snapshot_.tenants[at].parent)) {
            if (account_of_[at] != no_account) path.push_back(at);
            if (snapshot_.tenants[at].parent == model::TenantId::none) break;
        }
        REQUIRE(treasury_->is_limited(id(static_cast<std::uint32_t>(tenant))) == !path.empty());
        if (path.empty()) {
            REQUIRE(grant.has_value());
            return;
        }
        clock_of(tenant).advance(wall_, now_);
        bool may_fit = true;
        for (const std::size_t at : path) {
            const Verdict verdict = judge(at, tokens, cost);
            if (verdict == Verdict::fits) continue;
            if (verdict == Verdict::either &&
                (grant.has_value() || refusal.tenant != id(static_cast<std::uint32_t>(at))))
                continue;
            may_fit = false;
            CAPTURE(at);
            REQUIRE_FALSE(grant.has_value());                                // else a limit would be passed
            REQUIRE(refusal.tenant == id(static_cast<std::uint32_t>(at)));   // the nearest that refuses
            REQUIRE((refusal.is_never || refusal.retry_after > 0ns));
            break;
        }
        if (!may_fit) {
            ++refused_;
            return;
        }
        REQUIRE(grant.has_value());
        ++admitted_;
        Attempt& attempt = attempts_.emplace_back();
        attempt.grant = std::move(*grant);
        attempt.tenant = tenant;
        attempt.tokens = tokens;
        attempt.cost = cost;
        attempt.day = clock_of(tenant).day().index;
        attempt.month = clock_of(tenant).month().index;
        attempt.at = clock_of(tenant).now();
        for (const std::size_t at : path) {
            NaiveAccount& account = accounts_[account_of_[at]];
            attempt.accounts.push_back(account_of_[at]);
            attempt.token_items.push_back(account.tokens.add(tokens));
            account.requests.add(1);
        }
    }

    Attempt* open_one() {
        std::vector<Attempt*> open;
        for (Attempt& attempt : attempts_)
            if (attempt.is_open) open.push_back(&attempt);
        return open.empty() ? nullptr : open[prng_.below(open.size())];
    }

    void progress() {
        Attempt* attempt = open_one();
        if (attempt == nullptr) return;
        const std::int64_t tokens = prng_.between(0, attempt->tokens + 100);
        const Pico cost = attempt->cost * prng_.between(0, 110) / 100;
        attempt->grant.progress(tokens, cost);
        attempt->tokens_moved = std::clamp(tokens, attempt->tokens_moved, attempt->tokens);
        attempt->cost_moved = std::clamp(cost, attempt->cost_moved, attempt->cost);
    }

    void end() {
        Attempt* attempt = open_one();
        if (attempt != nullptr) end(*attempt);
    }
    void end(Attempt& attempt) {
        attempt.is_open = false;
        const auto how = prng_.below(10);
        if (how < 6) {
            attempt.tokens_spent = prng_.between(0, attempt.tokens);
            attempt.cost_spent = attempt.cost * prng_.between(0, 100) / 100;
            REQUIRE_FALSE(attempt.grant.settle(attempt.tokens_spent, attempt.cost_spent));
        } else if (how == 6) {   // a lying upstream
            attempt.tokens_spent = attempt.tokens + prng_.between(0, 100);
            attempt.cost_spent = attempt.cost + 1;
            REQUIRE(attempt.grant.settle(attempt.tokens_spent, attempt.cost_spent));
        } else if (how == 7) {
            attempt.grant = Grant{};
        } else {
            attempt.grant.release();
        }
        for (std::size_t i = 0; i < attempt.accounts.size(); ++i) {
            NaiveRate& rate = accounts_[attempt.accounts[i]].tokens;
            if (rate.per_minute == 0) continue;
            rate.drain(clock_of(attempt.tenant).now());
            const std::int64_t less = attempt.tokens - attempt.tokens_spent;
            if (less >= 0)
                rate.give_back(attempt.token_items[i], less);
            else
                rate.add(-less);
        }
        if (prng_.chance(1, 3))
            REQUIRE_FALSE(attempt.grant.settle(1'000'000, 1'000'000 * pico_per_unit));   // once is enough
    }

    void compare() {
        Pico reserved = 0;
        for (const Attempt& attempt : attempts_)
            if (attempt.is_open) reserved += attempt.cost - attempt.cost_moved;
        for (std::size_t i = 0; i < snapshot_.tenants.size(); ++i) {
            const auto tenant = id(static_cast<std::uint32_t>(i));
            const Spent told = treasury_->spent(tenant, wall_);
            if (account_of_[i] == no_account) {
                REQUIRE(told.money_month == 0);
                continue;
            }
            clock_of(i).advance(wall_);
            const BudgetClock& clock = clock_of(i);
            const Sums day = sum(account_of_[i], [&](const Attempt& a) { return a.day == clock.day().index; });
            const Sums month = sum(account_of_[i], [&](const Attempt& a) { return a.month == clock.month().index; });
            const Sums held = sum(account_of_[i], [&](const Attempt& a) { return a.is_open; });
            REQUIRE(told.money_day == day.money_spent);
            REQUIRE(told.tokens_day == day.tokens_spent);
            REQUIRE(told.money_month == month.money_spent);
            REQUIRE(told.tokens_month == month.tokens_spent);
            REQUIRE(told.money_reserved == held.money_used - held.money_spent);
            REQUIRE(told.tokens_reserved == held.tokens_used - held.tokens_spent);
        }
        REQUIRE(treasury_->total_reserved().money_reserved == reserved);
    }

    Prng prng_;
    config::Snapshot snapshot_;
    TreasuryPtr treasury_;
    WallTime wall_ = noon;
    Instant now_ = start;
    std::vector<BudgetClock> clock_of_;     // by root
    std::vector<std::size_t> account_of_;   // by tenant
    std::vector<NaiveAccount> accounts_;
    std::vector<std::size_t> window_since_;   // by account: the first attempt that its window has seen
    std::vector<Attempt> attempts_;
    int admitted_ = 0, refused_ = 0;
};

}   // namespace

TEST_CASE(
    "budgets agree with a list of everything that ever happened, over random trees, limits, orders, jumps and "
    "reloads") {
    int admitted = 0, refused = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        World world(seed);
        for (int step = 0; step < 250; ++step) {
            CAPTURE(step);
            world.step();
        }
        world.end_all();
        admitted += world.admitted();
        refused += world.refused();
    }
    // Both sides were reached, or the walk proves nothing.
    CHECK(admitted > 1'000);
    CHECK(refused > 1'000);
}

TEST_CASE("equal costs are admitted exactly as often as they fit, at every node and by every kind") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        CAPTURE(seed);
        Prng prng{seed};
        const std::int64_t k = prng.between(1, 60);
        const std::int64_t tokens = prng.between(1, 500);
        const Pico cost = Pico{prng.between(1, 1'000'000'000)} * prng.between(1, 1'000'000);
        config::Snapshot snapshot;
        for (const char* path : {"a", "a/b", "a/b/c"}) add_tenant(snapshot, path);
        config::Tenant& tenant = snapshot.tenants[prng.below(3)];
        tenant.window = 90s;
        // A limit that is no multiple of the cost admits as many as fit whole.
        const Pico money = cost * k + static_cast<std::int64_t>(prng.below(2)) * (cost - 1);
        const auto tokens_in_all =
            static_cast<std::uint64_t>(tokens * k + static_cast<std::int64_t>(prng.below(2)) * (tokens - 1));
        switch (static_cast<LimitKind>(prng.below(static_cast<std::uint64_t>(LimitKind::count_)))) {
            case LimitKind::money_day: tenant.budget_day = {money, krw}; break;
            case LimitKind::money_month: tenant.budget_month = {money, krw}; break;
            case LimitKind::money_window: tenant.budget_window = {money, krw}; break;
            case LimitKind::tokens_day: tenant.tokens_day = tokens_in_all; break;
            case LimitKind::tokens_month: tenant.tokens_month = tokens_in_all; break;
            case LimitKind::tokens_window: tenant.tokens_window = tokens_in_all; break;
            case LimitKind::tokens_per_minute: tenant.tokens_per_minute = tokens_in_all; break;
            case LimitKind::requests_per_minute:
            case LimitKind::count_: tenant.requests_per_minute = static_cast<std::uint32_t>(k); break;
        }
        const auto treasury = treasury_of(snapshot);
        std::vector<Grant> held;
        for (int i = 0; i < 100; ++i)
            if (auto grant = treasury->reserve(id(2), tokens, cost, true, noon, start, nullptr))
                held.push_back(std::move(*grant));
        REQUIRE(static_cast<std::int64_t>(held.size()) == k);
    }
}
