// Goal: no order of beginnings and ends puts more than the limit through, and all ends leave nothing behind.
// Method: seeded walks against a plain count; threads for the atomics shared by shards.
#include "admit/limits.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "base/prng.hpp"

using namespace gilmok;
using namespace gilmok::admit;

namespace {

config::DoorLimits door(std::uint32_t exchanges_max) {
    config::DoorLimits limits;
    limits.exchanges_max = exchanges_max;
    return limits;
}

struct TenantSpec {
    const char* path;
    std::uint32_t parent;   // none when it is its own index
    std::uint32_t streams_max;
};
config::Snapshot tree_of(std::initializer_list<TenantSpec> specs) {
    config::Snapshot snapshot;
    for (const TenantSpec& spec : specs) {
        const auto index = static_cast<std::uint32_t>(snapshot.tenants.size());
        config::Tenant& tenant = snapshot.tenants.emplace_back();
        tenant.path = spec.path;
        if (spec.parent != index) tenant.parent = model::TenantId{spec.parent};
        tenant.streams_max = spec.streams_max;
    }
    return snapshot;
}
constexpr auto org = model::TenantId{0}, team_a = model::TenantId{1}, team_b = model::TenantId{2};

}   // namespace

TEST_CASE("a shard runs at most exchanges_max exchanges, and an end makes room") {
    ShardAdmission shard(door(2));
    auto first = shard.begin_exchange();
    auto second = shard.begin_exchange();
    REQUIRE(first.has_value());
    REQUIRE(second.has_value());
    const auto third = shard.begin_exchange();
    REQUIRE_FALSE(third.has_value());
    CHECK(third.error().code == Code::overloaded);
    CHECK(third.error().fault == Fault::gateway);
    first->release();
    first->release();   // giving back twice gives back once
    CHECK(shard.exchanges_running() == 1);
    CHECK(shard.begin_exchange().has_value());   // a ticket that nobody keeps comes back at once
    CHECK(shard.exchanges_running() == 1);
}

TEST_CASE("a moved ticket is given back once") {
    ShardAdmission shard(door(9));
    {
        auto taken = shard.begin_exchange();
        ExchangeTicket moved = std::move(*taken);
        ExchangeTicket assigned;
        assigned = std::move(moved);
        CHECK(assigned.is_held());
        CHECK_FALSE(moved.is_held());
        CHECK(shard.exchanges_running() == 1);
    }
    CHECK(shard.exchanges_running() == 0);
}

TEST_CASE("a lower limit lets what runs go on and takes nothing new") {
    ShardAdmission shard(door(5));
    const auto first = shard.begin_exchange();
    const auto second = shard.begin_exchange();
    shard.set_limits(door(1));
    CHECK(shard.exchanges_running() == 2);
    CHECK_FALSE(shard.begin_exchange().has_value());
}

TEST_CASE("a shard keeps its limits under random begin and end") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        Prng prng{seed};
        ShardAdmission shard(door(20));
        {
            std::vector<ExchangeTicket> exchanges;
            for (int step = 0; step < 3'000; ++step) {
                if (exchanges.empty() || prng.chance(1, 2)) {
                    if (auto ticket = shard.begin_exchange()) exchanges.push_back(std::move(*ticket));
                } else {
                    exchanges.erase(exchanges.begin() + static_cast<std::ptrdiff_t>(prng.below(exchanges.size())));
                }
                REQUIRE(shard.exchanges_running() == exchanges.size());
                REQUIRE(shard.exchanges_running() <= 20);
            }
        }
        CHECK(shard.exchanges_running() == 0);
    }
}

TEST_CASE("a tenant's limit and each ancestor's hold, and a refusal takes nothing") {
    const auto tree = TenantStreams::build(tree_of({{"org", 0, 3}, {"org/a", 0, 2}, {"org/b", 0, 0}}), nullptr);
    auto a1 = tree->acquire(team_a), a2 = tree->acquire(team_a);
    REQUIRE(a1.has_value());
    REQUIRE(a2.has_value());
    auto refused_by = model::TenantId::none;
    const auto a3 = tree->acquire(team_a, &refused_by);
    REQUIRE_FALSE(a3.has_value());
    CHECK(a3.error().code == Code::rate_limited);
    CHECK(refused_by == team_a);
    CHECK(tree->running(org) == 2);
    auto b1 = tree->acquire(team_b);
    REQUIRE(b1.has_value());
    CHECK_FALSE(tree->acquire(team_b, &refused_by).has_value());   // its own has none, its parent's is reached
    CHECK(refused_by == org);
    CHECK(tree->running(team_b) == 1);
    a1->release();
    a1->release();
    CHECK(tree->running(org) == 2);
    CHECK(tree->acquire(team_b).has_value());
}

TEST_CASE("counts survive a reload, and tickets of before end in the tree of after") {
    const auto before = TenantStreams::build(tree_of({{"org", 0, 0}, {"org/a", 0, 0}}), nullptr);
    auto old_ticket = before->acquire(team_a);
    const auto after = TenantStreams::build(tree_of({{"x", 0, 0}, {"org", 1, 1}, {"org/a", 1, 0}}), before.get());
    CHECK(after->running(model::TenantId{1}) == 1);
    CHECK_FALSE(
        after->acquire(model::TenantId{2}).has_value());   // a limit that came with the reload finds the true number
    old_ticket->release();
    CHECK(after->running(model::TenantId{1}) == 0);
    CHECK(after->acquire(model::TenantId{2}).has_value());
}

TEST_CASE("no tenant of a random tree is ever above its limit, and all ends leave zero") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        Prng prng{seed};
        config::Snapshot snapshot;
        for (std::uint32_t i = 0; i < 12; ++i) {
            config::Tenant& tenant = snapshot.tenants.emplace_back();
            tenant.path = "t" + std::to_string(i);
            if (i > 0 && prng.chance(3, 4)) tenant.parent = model::TenantId{static_cast<std::uint32_t>(prng.below(i))};
            if (prng.chance(1, 2)) tenant.streams_max = static_cast<std::uint32_t>(1 + prng.below(6));
        }
        const auto tree = TenantStreams::build(snapshot, nullptr);
        std::vector<TenantTicket> tickets;
        for (int step = 0; step < 3'000; ++step) {
            if (prng.chance(3, 5)) {
                if (auto ticket = tree->acquire(model::TenantId{static_cast<std::uint32_t>(prng.below(12))}))
                    tickets.push_back(std::move(*ticket));
            } else if (!tickets.empty()) {
                std::swap(tickets[prng.below(tickets.size())], tickets.back());
                tickets.pop_back();
            }
            for (std::uint32_t i = 0; i < 12; ++i) {
                const std::uint32_t limit = snapshot.tenants[i].streams_max;
                if (limit != 0) REQUIRE(tree->running(model::TenantId{i}) <= limit);
            }
        }
        tickets.clear();
        for (std::uint32_t i = 0; i < 12; ++i) CHECK(tree->running(model::TenantId{i}) == 0);
    }
}

TEST_CASE("shards that acquire at the same time stay within the limit together") {
    const auto tree = TenantStreams::build(tree_of({{"org", 0, 5}, {"org/a", 0, 3}, {"org/b", 0, 0}}), nullptr);
    std::atomic<std::uint32_t> worst{0};
    std::vector<std::thread> shards;
    for (std::uint64_t shard = 0; shard < 3; ++shard)
        shards.emplace_back([&, shard] {
            Prng prng{shard + 1};
            std::vector<TenantTicket> tickets;
            for (int step = 0; step < 20'000; ++step) {
                if (auto ticket = tree->acquire(prng.chance(1, 2) ? team_a : team_b))
                    tickets.push_back(std::move(*ticket));
                if (tree->running(org) > 5 || tree->running(team_a) > 3) worst.fetch_add(1);
                if (!tickets.empty() && prng.chance(1, 2)) tickets.pop_back();
            }
        });
    for (auto& shard : shards) shard.join();
    CHECK(worst == 0);
    for (const auto id : {org, team_a, team_b}) CHECK(tree->running(id) == 0);
}

TEST_CASE("a refusal for want of room says when to come back, spread out") {
    CHECK(retry_after_s(Code::rate_limited, 0) == 1);
    CHECK(retry_after_s(Code::rate_limited, 2) == 3);
    CHECK(retry_after_s(Code::overloaded, 6) == 8);
    CHECK(retry_after_s(Code::key_invalid, 5) == 0);
}
