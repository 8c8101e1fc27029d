// Snapshots of tenants in code, and a reservation in one line; for the tests and the bench of budgets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "admit/budget.hpp"

namespace gilmok::admit::test {

inline constexpr Currency krw{{'K', 'R', 'W'}}, usd{{'U', 'S', 'D'}};
constexpr Money won(std::int64_t units) { return {units * pico_per_unit, krw}; }

// Saturday, 21 November 2026, 12:00 in Seoul.
inline constexpr WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours{3}};
inline constexpr Instant start{std::chrono::hours{5}};

// Adds a tenant; its parent is the one whose path is before the last slash.
inline config::Tenant& add_tenant(config::Snapshot& snapshot, std::string path) {
    config::Tenant& tenant = snapshot.tenants.emplace_back();
    tenant.path = std::move(path);
    const std::string_view parent =
        std::string_view(tenant.path).substr(0, std::min(tenant.path.rfind('/'), tenant.path.size()));
    for (std::size_t i = 0; i + 1 < snapshot.tenants.size(); ++i)
        if (snapshot.tenants[i].path == parent) tenant.parent = model::TenantId{static_cast<std::uint32_t>(i)};
    return tenant;
}

// Won are won, dollars are 1,400 of them, other money is unknown.
inline std::optional<Pico> into_won(const Money& money) {
    if (money.currency == krw) return money.pico;
    if (money.currency == usd) return money.pico * 1'400;
    return std::nullopt;
}

inline TreasuryPtr treasury_of(const config::Snapshot& snapshot, const TreasuryPtr& previous = nullptr) {
    return Treasury::build(snapshot, into_won, previous);
}

constexpr model::TenantId id(std::uint32_t index) { return model::TenantId{index}; }

}   // namespace gilmok::admit::test
