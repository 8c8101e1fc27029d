// For tests: a configuration of an organisation with a few nodes.
#pragma once

#include <memory>

#include "config/snapshot.hpp"

namespace gilmok::report {

// acme (root) ← finance, risk ← bot; risk pays for itself and half of it is carried by "rnd"; beta pays as "B Corp".
inline std::shared_ptr<config::Snapshot> test_snapshot() {
    auto snapshot = std::make_shared<config::Snapshot>();
    const auto add = [&](const char* path, std::uint32_t parent) -> config::Tenant& {
        config::Tenant tenant;
        tenant.path = path;
        tenant.parent = static_cast<model::TenantId>(parent);
        snapshot->tenants.push_back(std::move(tenant));
        return snapshot->tenants.back();
    };
    constexpr std::uint32_t none = 0xffffffff;
    add("acme", none).budget_month = {1'000 * pico_per_unit, {{'K', 'R', 'W'}}};
    add("acme/finance", 0).tokens_day = 1'000;
    config::Tenant& risk = add("acme/risk", 0);
    risk.payer = "risk office";
    risk.subsidised_by = "rnd";
    risk.subsidy_ppm = 500'000;
    add("acme/risk/bot", 2).budget_day = {10 * pico_per_unit, {{'U', 'S', 'D'}}};
    add("beta", none).payer = "B Corp";
    for (std::size_t i = 0; i < snapshot->tenants.size(); ++i)
        snapshot->tenants_by_path[snapshot->tenants[i].path] = static_cast<model::TenantId>(i);
    return snapshot;
}

}   // namespace gilmok::report
