// Goal: each promise of docs/budgets.md by itself. Random walks are in budget_oracle_test.cpp, threads in
// budget_threads_test.cpp.
#include "admit/budget.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "admit/test_budget.hpp"

using namespace gilmok;
using namespace gilmok::admit;
using namespace gilmok::admit::test;
using namespace std::chrono_literals;

namespace {

constexpr Pico one = pico_per_unit;

// acme → acme/team → acme/team/app, and acme/other.
config::Snapshot company() {
    config::Snapshot snapshot;
    for (const char* path : {"acme", "acme/team", "acme/team/app", "acme/other"}) add_tenant(snapshot, path);
    return snapshot;
}
constexpr auto acme = id(0), team = id(1), app = id(2), other = id(3);

struct Asked {
    Result<Grant> grant;
    Refusal refusal;
};
Asked ask(const TreasuryPtr& treasury, model::TenantId tenant, std::int64_t tokens, Pico cost, WallTime wall = noon,
          Instant now = start, bool counts_request = true) {
    Refusal refusal;
    auto grant = treasury->reserve(tenant, tokens, cost, counts_request, wall, now, &refusal);
    return {std::move(grant), refusal};
}

bool is_at_rest(const Treasury& treasury) {
    const Spent total = treasury.total_reserved();
    return total.money_reserved == 0 && total.tokens_reserved == 0;
}

}   // namespace

TEST_CASE("a tenant without limits on any ancestor is free") {
    auto snapshot = company();
    snapshot.tenants[1].tokens_day = 5;
    const auto treasury = treasury_of(snapshot);
    CHECK_FALSE(treasury->is_limited(other));
    CHECK_FALSE(treasury->is_limited(acme));
    CHECK(treasury->is_limited(app));
    CHECK_FALSE(treasury->has_money_budget(app));
    auto free = ask(treasury, other, 1'000'000'000, 1'000'000 * one);
    REQUIRE(free.grant.has_value());
    CHECK_FALSE(free.grant->is_held());
    CHECK_FALSE(free.grant->settle(2'000'000'000, 0));
    CHECK(treasury->standing(other, noon, start).limit_tokens == -1);
}

TEST_CASE("all ancestors or none: a refusal leaves nothing behind") {
    auto snapshot = company();
    snapshot.tenants[0].budget_month = won(100);
    snapshot.tenants[1].tokens_per_minute = 1'000;
    snapshot.tenants[2].requests_per_minute = 10;
    const auto treasury = treasury_of(snapshot);
    CHECK(treasury->has_money_budget(app));
    auto held = ask(treasury, app, 400, 60 * one);
    REQUIRE(held.grant.has_value());
    const auto refused = ask(treasury, app, 100, 50 * one);
    REQUIRE_FALSE(refused.grant.has_value());
    CHECK(refused.grant.error().code == Code::budget_exhausted);
    CHECK(refused.grant.error().fault == Fault::client);
    CHECK(refused.refusal.tenant == acme);
    CHECK(refused.refusal.kind == LimitKind::money_month);
    const Standing standing = treasury->standing(app, noon, start);
    CHECK(standing.remaining_requests == 9);
    CHECK(standing.remaining_tokens == 600);
    CHECK(standing.budget_remaining == 40 * one);
    CHECK(treasury->total_reserved().money_reserved == 60 * one);
}

TEST_CASE("the tenant nearest to the key is named, and of its limits the one that lasts longest") {
    auto snapshot = company();
    snapshot.tenants[0].tokens_day = 10;
    snapshot.tenants[1].tokens_day = 10;
    snapshot.tenants[1].budget_month = won(1);
    snapshot.tenants[1].at_limit = config::AtLimit::queue;
    snapshot.tenants[1].requests_per_minute = 1;
    const auto treasury = treasury_of(snapshot);
    auto held = ask(treasury, app, 10, one);
    REQUIRE(held.grant.has_value());
    const auto refused = ask(treasury, app, 1, 1);
    REQUIRE_FALSE(refused.grant.has_value());
    CHECK(refused.refusal.tenant == team);
    CHECK(refused.refusal.kind == LimitKind::money_month);
    CHECK(refused.refusal.at_limit == config::AtLimit::queue);
    CHECK(refused.refusal.retry_after == 9 * 24h + 12h);   // noon of the 21st to the end of November
    CHECK_FALSE(refused.refusal.is_never);
    const auto elsewhere = ask(treasury, other, 1, 0);
    REQUIRE_FALSE(elsewhere.grant.has_value());
    CHECK(elsewhere.refusal.tenant == acme);
    CHECK(elsewhere.refusal.retry_after == 12h);
}

TEST_CASE("a request larger than the whole limit can never be had, and says so") {
    auto snapshot = company();
    snapshot.tenants[2].tokens_per_minute = 100;
    const auto treasury = treasury_of(snapshot);
    const auto large = ask(treasury, app, 101, 0);
    REQUIRE_FALSE(large.grant.has_value());
    CHECK(large.grant.error().code == Code::rate_limited);
    CHECK(large.refusal.is_never);
    auto whole = ask(treasury, app, 100, 0);
    REQUIRE(whole.grant.has_value());
    const auto later = ask(treasury, app, 50, 0);
    CHECK_FALSE(later.refusal.is_never);
    CHECK(later.refusal.retry_after == 30s);
    CHECK(ask(treasury, app, 50, 0, noon, start + 30s).grant.has_value());
}

TEST_CASE("each kind of limit refuses under its own name, and as what it is") {
    struct Case {
        LimitKind kind;
        Code code;
    };
    for (const Case& c : {Case{LimitKind::money_day, Code::budget_exhausted},
                          {LimitKind::money_month, Code::budget_exhausted},
                          {LimitKind::money_window, Code::budget_exhausted},
                          {LimitKind::tokens_day, Code::budget_exhausted},
                          {LimitKind::tokens_month, Code::budget_exhausted},
                          {LimitKind::tokens_window, Code::budget_exhausted},
                          {LimitKind::tokens_per_minute, Code::rate_limited},
                          {LimitKind::requests_per_minute, Code::rate_limited}}) {
        CAPTURE(name_of(c.kind));
        auto snapshot = company();
        config::Tenant& tenant = snapshot.tenants[1];
        tenant.window = 1h;
        if (c.kind == LimitKind::money_day) tenant.budget_day = won(3);
        if (c.kind == LimitKind::money_month) tenant.budget_month = won(3);
        if (c.kind == LimitKind::money_window) tenant.budget_window = won(3);
        if (c.kind == LimitKind::tokens_day) tenant.tokens_day = 3;
        if (c.kind == LimitKind::tokens_month) tenant.tokens_month = 3;
        if (c.kind == LimitKind::tokens_window) tenant.tokens_window = 3;
        if (c.kind == LimitKind::tokens_per_minute) tenant.tokens_per_minute = 3;
        if (c.kind == LimitKind::requests_per_minute) tenant.requests_per_minute = 3;
        const auto treasury = treasury_of(snapshot);
        std::vector<Grant> held;
        for (int i = 0; i < 3; ++i) {
            auto asked = ask(treasury, app, 1, one);
            REQUIRE(asked.grant.has_value());
            held.push_back(std::move(*asked.grant));
        }
        const auto refused = ask(treasury, app, 1, one);
        REQUIRE_FALSE(refused.grant.has_value());
        CHECK(refused.grant.error().code == c.code);
        CHECK(refused.refusal.kind == c.kind);
        CHECK(refused.refusal.tenant == team);
        CHECK(refused.refusal.retry_after > 0ns);
        // Nothing but time or an end makes room; of a rate also the end does not, because the request was made.
        const WallTime later = noon + refused.refusal.retry_after;
        CHECK_FALSE(
            ask(treasury, app, 1, one, later - 1ns, start + refused.refusal.retry_after - 1ns).grant.has_value());
        auto then = ask(treasury, app, 1, one, later, start + refused.refusal.retry_after);
        CHECK(then.grant.has_value());
        held.clear();
        then.grant->release();
        CHECK(is_at_rest(*treasury));
    }
    CHECK(name_of(LimitKind::tokens_window) == "tokens_window");
}

TEST_CASE("what was not used comes back at the end, exactly once") {
    auto snapshot = company();
    snapshot.tenants[0].budget_day = won(100);
    const auto treasury = treasury_of(snapshot);
    auto asked = ask(treasury, app, 1'000, 90 * one);
    REQUIRE(asked.grant.has_value());
    Grant grant = std::move(*asked.grant);
    CHECK_FALSE(asked.grant->is_held());
    grant.progress(100, 10 * one);
    grant.progress(50, 5 * one);   // an older count comes late
    CHECK(treasury->spent(acme, noon).money_day == 10 * one);
    CHECK(treasury->spent(acme, noon).money_reserved == 80 * one);
    CHECK(treasury->total_reserved().tokens_reserved == 900);
    grant.progress(5'000, 500 * one);   // never above the bound
    CHECK(treasury->spent(acme, noon).money_day == 90 * one);
    CHECK_FALSE(grant.settle(300, 30 * one));
    CHECK_FALSE(grant.settle(300, 30 * one));
    grant.progress(400, 40 * one);
    grant.release();
    CHECK(treasury->spent(acme, noon).money_day == 30 * one);
    CHECK(treasury->spent(acme, noon).tokens_day == 300);
    CHECK(treasury->standing(app, noon, start).budget_remaining == 70 * one);
    CHECK(is_at_rest(*treasury));
}

TEST_CASE("a grant that dies gives everything back; one that is overwritten too") {
    auto snapshot = company();
    snapshot.tenants[0].budget_day = won(100);
    const auto treasury = treasury_of(snapshot);
    {
        auto first = ask(treasury, app, 10, 60 * one);
        auto second = ask(treasury, app, 10, 30 * one);
        REQUIRE(second.grant.has_value());
        *first.grant = std::move(*second.grant);
        CHECK(treasury->total_reserved().money_reserved == 30 * one);
    }
    CHECK(is_at_rest(*treasury));
    CHECK(treasury->spent(acme, noon).money_day == 0);
}

TEST_CASE("more than was reserved is booked all the same, flagged, and stands in the way of the next") {
    auto snapshot = company();
    snapshot.tenants[0].budget_day = won(100);
    snapshot.tenants[0].tokens_per_minute = 100;
    const auto treasury = treasury_of(snapshot);
    auto asked = ask(treasury, app, 10, 60 * one);
    CHECK(asked.grant->settle(150, 130 * one));
    CHECK(treasury->spent(acme, noon).money_day == 130 * one);
    CHECK(treasury->standing(app, noon, start).budget_remaining == -30 * one);
    CHECK(treasury->standing(app, noon, start).remaining_tokens == 0);
    CHECK_FALSE(ask(treasury, app, 0, 1).grant.has_value());
    CHECK_FALSE(ask(treasury, app, 1, 0).grant.has_value());
    CHECK(ask(treasury, app, 0, 0).grant.has_value());   // what costs nothing goes on: that is local-only
    // Lies without measure do not overflow.
    for (int i = 0; i < 50; ++i) {
        auto more = ask(treasury, app, 0, 0);
        CHECK(more.grant->settle(INT64_MAX, Pico{1} << 126));
    }
    CHECK(treasury->spent(acme, noon).tokens_day > 0);
    CHECK(is_at_rest(*treasury));
}

TEST_CASE("a retry or a hedge is no second request") {
    auto snapshot = company();
    snapshot.tenants[1].requests_per_minute = 1;
    const auto treasury = treasury_of(snapshot);
    auto first = ask(treasury, app, 1, 0);
    REQUIRE(first.grant.has_value());
    CHECK(ask(treasury, app, 1, 0, noon, start, false).grant.has_value());
    first.grant->release();
    const auto next = ask(treasury, app, 1, 0);
    CHECK_FALSE(next.grant.has_value());   // it was made, whatever came of it
    CHECK(next.refusal.kind == LimitKind::requests_per_minute);
    CHECK(next.refusal.retry_after == 60s);
}

TEST_CASE("an attempt is settled in the day in which it was reserved") {
    auto snapshot = company();
    snapshot.tenants[0].budget_day = won(100);
    snapshot.tenants[0].budget_month = won(1'000);
    const auto treasury = treasury_of(snapshot);
    const WallTime before_midnight = noon + 12h - 1s, after_midnight = noon + 12h;
    auto late = ask(treasury, app, 10, 80 * one, before_midnight, start);
    REQUIRE(late.grant.has_value());
    CHECK_FALSE(ask(treasury, app, 10, 80 * one, before_midnight, start).grant.has_value());
    auto early = ask(treasury, app, 10, 80 * one, after_midnight, start + 1s);
    REQUIRE(early.grant.has_value());
    late.grant->progress(5, 40 * one);
    CHECK_FALSE(late.grant->settle(9, 70 * one));
    CHECK(treasury->spent(acme, after_midnight).money_day == 0);
    CHECK(treasury->spent(acme, after_midnight).money_month == 70 * one);
    CHECK(treasury->standing(app, after_midnight, start + 2s).budget_remaining == 20 * one);   // 100 − 80 of today
    CHECK_FALSE(early.grant->settle(10, 80 * one));
    CHECK(treasury->spent(acme, after_midnight).money_month == 150 * one);
    CHECK(is_at_rest(*treasury));
}

TEST_CASE("a wall clock that jumps frees no day twice") {
    for (const Duration jump : {Duration{1h}, Duration{24h}}) {
        CAPTURE(jump.count());
        auto snapshot = company();
        snapshot.tenants[0].budget_day = won(1);
        const auto treasury = treasury_of(snapshot);
        const WallTime evening = noon + 11h + 30min;   // half an hour before midnight
        int admitted = 0;
        const auto spend = [&](WallTime wall) {
            auto asked = ask(treasury, app, 1, one, wall, start);
            if (!asked.grant) return;
            ++admitted;
            asked.grant->settle(1, one);
        };
        spend(evening);
        spend(evening - jump);   // back: still the same day's money
        spend(evening);
        CHECK(admitted == 1);
        spend(evening + jump);   // ahead, into tomorrow
        CHECK(admitted == 2);
        spend(evening);
        spend(evening - jump);
        spend(evening + 1h);   // midnight comes at last, but tomorrow's money is gone
        spend(evening + jump);
        CHECK(admitted == 2);
        spend(evening + 24h + 1h);   // the day after
        CHECK(admitted == 3);
    }
}

TEST_CASE("a rolling window is deaf to the wall clock") {
    auto snapshot = company();
    snapshot.tenants[0].tokens_window = 10;
    snapshot.tenants[0].window = 1h;
    const auto treasury = treasury_of(snapshot);
    auto asked = ask(treasury, app, 10, 0);
    asked.grant->settle(10, 0);
    CHECK_FALSE(ask(treasury, app, 1, 0, noon + 240h, start + 59min).grant.has_value());
    CHECK(ask(treasury, app, 1, 0, noon - 240h, start + 62min).grant.has_value());
}

TEST_CASE(
    "counters survive a reload, changed limits hold at once, and a grant of before settles into the same counters") {
    auto snapshot = company();
    snapshot.tenants[0].budget_day = won(100);
    const auto before = treasury_of(snapshot);
    auto running = ask(before, app, 10, 50 * one);
    auto settled = ask(before, app, 10, 20 * one);
    settled.grant->settle(10, 20 * one);

    config::Snapshot changed;   // other indexes, another limit, another tenant
    for (const char* path : {"zeta", "acme", "acme/team", "acme/team/app"}) add_tenant(changed, path);
    changed.tenants[1].budget_day = won(75);
    changed.tenants[3].tokens_day = 5;
    auto after = treasury_of(changed, before);
    CHECK(after->spent(id(1), noon).money_day == 20 * one);
    CHECK(after->spent(id(1), noon).money_reserved == 50 * one);
    CHECK_FALSE(ask(after, id(3), 1, 6 * one).grant.has_value());
    CHECK(ask(after, id(3), 1, 5 * one).grant.has_value());
    CHECK_FALSE(ask(before, app, 1, 6 * one).grant.has_value());   // for exchanges that began before, too
    CHECK_FALSE(after->is_fresh(id(1)));
    CHECK(after->is_fresh(id(3)) == false);   // something was booked already
    CHECK(after->total_reserved().money_reserved == 50 * one);
    running.grant->settle(10, 10 * one);
    CHECK(after->spent(id(1), noon).money_day == 30 * one);
    CHECK(is_at_rest(*after));
    // The old tree may go before a grant that came from it.
    auto last = ask(before, app, 1, 5 * one);
    REQUIRE(last.grant.has_value());
    const_cast<TreasuryPtr&>(before).reset();
    last.grant->settle(1, 5 * one);
    CHECK(after->spent(id(1), noon).money_day == 35 * one);
}

TEST_CASE("a window that comes with a reload is given back nothing that it never held") {
    auto snapshot = company();
    snapshot.tenants[0].tokens_day = 1'000;
    const auto before = treasury_of(snapshot);
    auto running = ask(before, app, 900, 0);
    snapshot.tenants[0].tokens_window = 10;
    snapshot.tenants[0].window = 1h;
    const auto after = treasury_of(snapshot, before);
    running.grant->settle(0, 0);
    CHECK(ask(after, app, 10, 0).grant.has_value());
    auto whole = ask(after, app, 10, 0);
    REQUIRE(whole.grant.has_value());
    const auto more = ask(after, app, 1, 0);
    REQUIRE_FALSE(more.grant.has_value());
    CHECK(more.refusal.kind == LimitKind::tokens_window);
}

TEST_CASE("money in another currency is converted, and a budget that cannot be refuses and says why") {
    auto snapshot = company();
    snapshot.tenants[0].budget_month = {2 * one, usd};
    const auto dollars = treasury_of(snapshot);
    CHECK(dollars->problems().empty());
    CHECK(ask(dollars, app, 1, 2'800 * one).grant.has_value());
    CHECK_FALSE(ask(dollars, app, 1, 2'800 * one + 1).grant.has_value());

    snapshot.tenants[0].budget_month = {one / 2, Currency{{'X', 'A', 'U'}}};
    const auto gold = treasury_of(snapshot);
    REQUIRE(gold->problems().size() == 1);
    CHECK(gold->problems()[0] ==
          "tenant \"acme\": budget_month = \"0.5 XAU\" has no exchange rate into the currency of the ledger; until "
          "there is one "
          "everything is refused");
    const auto refused = ask(gold, app, 0, 0);
    REQUIRE_FALSE(refused.grant.has_value());
    CHECK(refused.refusal.is_never);
    CHECK(refused.refusal.kind == LimitKind::money_month);
    CHECK(gold->standing(app, noon, start).budget_remaining == 0);

    snapshot.tenants[0].budget_month = {};
    snapshot.tenants[0].tokens_window = 5;   // and no length
    const auto endless = treasury_of(snapshot);
    CHECK(endless->problems().size() == 1);
    CHECK_FALSE(ask(endless, app, 0, 0).grant.has_value());
}

TEST_CASE("a warning comes once for each threshold and period") {
    auto snapshot = company();
    snapshot.tenants[0].budget_day = won(100);
    snapshot.tenants[1].tokens_month = 1'000;
    snapshot.tenants[1].warn_ppm = {900'000};
    const auto treasury = treasury_of(snapshot);
    const auto spend = [&](std::int64_t tokens, std::int64_t cost, WallTime wall) {
        auto asked = ask(treasury, app, tokens, cost * one, wall);
        REQUIRE(asked.grant.has_value());
        asked.grant->settle(tokens, cost * one);
    };
    auto held = ask(treasury, app, 100, 60 * one);   // set aside is not spent
    CHECK(treasury->take_warnings().empty());
    held.grant->progress(0, 49 * one);
    CHECK(treasury->take_warnings().empty());
    held.grant->progress(0, 50 * one);
    auto warnings = treasury->take_warnings();
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].tenant == "acme");
    CHECK(warnings[0].kind == LimitKind::money_day);
    CHECK(warnings[0].threshold_ppm == 500'000);
    CHECK(warnings[0].used_pico == 50 * one);
    CHECK(warnings[0].limit_pico == 100 * one);
    CHECK(warnings[0].at == noon);
    CHECK(warnings[0].period_begin == noon - 12h);
    held.grant->settle(0, 20 * one);   // it came to less; the warning has been given
    spend(0, 30, noon);
    CHECK(treasury->take_warnings().empty());
    spend(900, 49, noon);   // two thresholds of money at once, one of tokens
    warnings = treasury->take_warnings();
    REQUIRE(warnings.size() == 3);
    CHECK(warnings[0].kind == LimitKind::tokens_month);
    CHECK(warnings[0].used_tokens == 900);
    CHECK(warnings[0].limit_tokens == 1'000);
    CHECK(warnings[0].limit_pico == 0);
    CHECK(warnings[1].threshold_ppm == 800'000);
    CHECK(warnings[2].threshold_ppm == 950'000);
    CHECK(treasury->take_warnings().empty());
    spend(0, 50, noon + 24h);   // tomorrow it begins anew
    CHECK(treasury->take_warnings().size() == 1);
    // A threshold that was warned of is not warned of again because the limit changed.
    snapshot.tenants[0].budget_day = won(1'000);
    const auto larger = treasury_of(snapshot, treasury);
    auto more = ask(larger, app, 0, 500 * one, noon + 24h);
    more.grant->settle(0, 500 * one);
    CHECK(larger->take_warnings().empty());
}

TEST_CASE("a rolling window warns again when its length has passed and it had fallen below") {
    auto snapshot = company();
    snapshot.tenants[0].tokens_window = 100;
    snapshot.tenants[0].window = 1h;
    const auto treasury = treasury_of(snapshot);
    const auto spend = [&](std::int64_t tokens, Instant now) {
        auto asked = ask(treasury, app, tokens, 0, noon, now);
        if (asked.grant) asked.grant->settle(tokens, 0);
        return treasury->take_warnings().size();
    };
    CHECK(spend(60, start) == 1);
    CHECK(spend(10, start + 40min) == 0);
    CHECK(spend(0, start + 62min) == 0);
    CHECK(spend(50, start + 70min) == 1);
    CHECK(spend(10, start + 80min) == 0);
}

TEST_CASE("the ledger sets the counters at a start, and what it had passed is not warned of again") {
    auto snapshot = company();
    snapshot.tenants[0].budget_day = won(100);
    snapshot.tenants[0].budget_month = won(1'000);
    snapshot.tenants[0].budget_window = won(100);
    snapshot.tenants[0].window = 4h;
    const auto treasury = treasury_of(snapshot);
    CHECK(treasury->is_fresh(acme));
    CHECK_FALSE(treasury->is_fresh(app));
    Spent spent;
    spent.money_day = 60 * one;
    spent.money_month = 800 * one;
    spent.tokens_day = 6;
    const Treasury::Bucket hours[] = {{noon - 8h, 500 * one, 0}, {noon - 3h, 50 * one, 0}, {noon - 30min, 10 * one, 0}};
    treasury->restore(acme, spent, hours, noon);
    treasury->restore(app, spent, hours, noon);   // it has no limit of its own
    CHECK_FALSE(treasury->is_fresh(acme));
    CHECK(treasury->spent(acme, noon).money_month == 800 * one);
    CHECK(treasury->spent(acme, noon).tokens_day == 6);
    CHECK(treasury->standing(app, noon, start).budget_remaining == 40 * one);
    const auto take = [&](std::int64_t cost, WallTime wall, Instant now) {
        auto asked = ask(treasury, app, 0, cost * one, wall, now);
        if (asked.grant) asked.grant->settle(0, cost * one);
        return asked.grant.has_value();
    };
    CHECK_FALSE(take(41, noon, start));
    CHECK(take(15, noon, start));
    CHECK(treasury->take_warnings().empty());
    CHECK(take(5, noon, start));   // 80 % of the day, 80 % of the window; half of the month was long ago
    const auto warnings = treasury->take_warnings();
    REQUIRE(warnings.size() == 2);
    CHECK(warnings[0].kind == LimitKind::money_day);
    CHECK(warnings[0].threshold_ppm == 800'000);
    CHECK(warnings[1].kind == LimitKind::money_window);
    // Restoring what is counted already changes nothing: the ledger may lag behind.
    treasury->restore(acme, spent, hours, noon);
    CHECK(treasury->spent(acme, noon).money_day == 80 * one);
    CHECK(treasury->standing(app, noon, start).budget_remaining == 20 * one);
    // The fifty of three hours ago leave the window after two hours and a little; then the day is the tightest.
    CHECK(take(20, noon + 2h + 10min, start + 2h + 10min));
    CHECK(treasury->standing(app, noon + 2h + 10min, start + 2h + 10min).budget_remaining == 0);
}

TEST_CASE("standing tells the tightest limit of each sort on the way to the root, and when it is whole again") {
    auto snapshot = company();
    snapshot.tenants[0].requests_per_minute = 100;
    snapshot.tenants[1].requests_per_minute = 60;
    snapshot.tenants[0].tokens_per_minute = 6'000;
    snapshot.tenants[2].tokens_day = 5'000;
    const auto treasury = treasury_of(snapshot);
    Standing standing = treasury->standing(app, noon, start);
    CHECK(standing.limit_requests == 60);
    CHECK(standing.remaining_requests == 60);
    CHECK(standing.reset_requests == 0ns);
    CHECK(standing.limit_tokens == 5'000);
    CHECK(standing.reset_tokens == 12h);
    CHECK_FALSE(standing.has_budget);
    auto asked = ask(treasury, other, 3'000, 0);
    standing = treasury->standing(app, noon, start + 1s);
    CHECK(standing.limit_requests == 60);
    CHECK(standing.limit_tokens == 6'000);
    CHECK(standing.remaining_tokens == 3'100);
    CHECK(standing.reset_tokens == 29s);
    CHECK(treasury->standing(other, noon, start + 1s).limit_requests == 100);
    CHECK(treasury->standing(other, noon, start + 1s).remaining_requests == 100);
    CHECK(treasury->standing(other, noon, start + 500ms).remaining_requests == 100);   // a shard whose clock lags
}

TEST_CASE("deep trees hold, and beyond eight levels only what leaks comes back to a rate") {
    config::Snapshot snapshot;
    std::string path = "org";
    for (int depth = 0; depth < 12; ++depth) {
        add_tenant(snapshot, path).tokens_per_minute = 100;
        path += "/x";
    }
    snapshot.tenants[0].budget_day = won(10);
    const auto treasury = treasury_of(snapshot);
    auto asked = ask(treasury, id(11), 90, 10 * one);
    REQUIRE(asked.grant.has_value());
    asked.grant->settle(10, one);
    CHECK(treasury->standing(id(4), noon, start).remaining_tokens <= 90);
    CHECK(treasury->standing(id(0), noon, start).remaining_tokens == 10);   // the root is the twelfth
    CHECK(treasury->standing(id(0), noon, start).budget_remaining == 9 * one);
    CHECK(treasury->standing(id(0), noon, start + 54s).remaining_tokens == 100);
    CHECK(is_at_rest(*treasury));
}
