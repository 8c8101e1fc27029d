// What a Setup knows about money: the price book, the treasury, the pools of one's own, and the numbers by which the ledger
// knows every name of the snapshot, so that an exchange looks nothing up by text.
// Made by control at each reload and whenever keys change; immutable, but for the treasury's counters.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admit/budget.hpp"
#include "auth/keyring.hpp"
#include "config/snapshot.hpp"
#include "ledger/keeper.hpp"
#include "ledger/people.hpp"
#include "meter/pool_rate.hpp"
#include "meter/price_book.hpp"
#include "model/spend.hpp"

namespace gilmok::gateway {

struct Accounts {
    static constexpr std::uint32_t rented = 0xffffffff;

    meter::PriceBookPtr prices;
    admit::TreasuryPtr treasury;
    ledger::Keeper* keeper = nullptr;   // null: nothing is written down
    ledger::People* people = nullptr;   // null: nobody is named
    struct Settings {   // of [ledger], what the path needs
        Currency currency{};
        bool is_strict = false;
        config::Ledger::UnknownPrice unknown_price = config::Ledger::UnknownPrice::allow;
    };
    Settings settings;
    std::vector<std::optional<meter::PoolRate>> pools;   // as Snapshot::pools; none: an amount cannot be converted
    std::vector<std::uint32_t> pool_of;                  // by UpstreamId; `rented` when it has none

    // Numbers in the ledger, by the snapshot's ids; none without a ledger.
    std::vector<model::NameId> tenants, classes, keys, models, upstreams, pool_cards, pool_names;
    std::vector<std::vector<model::NameId>> served;   // by ModelId, then candidate
    std::vector<std::string> problems;                // for people: what cannot be priced or converted

    [[nodiscard]] bool is_owned(model::UpstreamId upstream) const { return pool_of[model::index_of(upstream)] != rented; }
};
using AccountsPtr = std::shared_ptr<const Accounts>;

// `previous` hands on the treasury's counters; may be null. `now` decides which prices hold for the checks.
AccountsPtr build_accounts(const config::Snapshot& snapshot, const auth::Keyring& keyring, ledger::Keeper* keeper,
                           ledger::People* people, const Accounts* previous, WallTime now);
// The same with other keys.
AccountsPtr with_keys(const Accounts& accounts, const auth::Keyring& keyring, WallTime now);

// The catalogue's prices and rates, then the configuration's (prices.cpp).
meter::PriceBookPtr build_price_book(const config::Snapshot& snapshot);
// Of the country's grid, in gCO2e for each kWh; 0 = not known.
double grid_g_kwh(std::string_view country);

// Sets the treasury's counters that began with nothing from the ledger's tables: all at the start, later those of tenants
// and budgets that a reload brought. The problem in people's words; empty when all is well.
std::string restore_treasury(const Accounts& accounts, const config::Snapshot& snapshot, ledger::Questions& tables,
                             WallTime now);

}   // namespace gilmok::gateway
