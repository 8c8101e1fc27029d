// Charges a span of time again and writes down the differences as CORRECTION records; the records they correct stay as they are.
#pragma once

#include "config/snapshot.hpp"
#include "ledger/keeper.hpp"
#include "meter/price_book.hpp"
#include "report/rerate.hpp"

namespace gilmok::gateway {

// `keeper` null: nothing is written. What was written before an error stays written: asked again, only the rest differs.
report::Told<report::Rerated> rerate(ledger::Questions& tables, const config::Snapshot& snapshot,
                                     const meter::PriceBook& book, report::Period period, ledger::Keeper* keeper,
                                     WallTime now);
// At the start, before the keeper turns on its loop: attempts that a crash left open were closed without a price, since the ledger
// opens before prices are read. Charges them and folds the corrections, so that budgets begin with what was spent. How many. Those on
// devices of one's own are not charged: how long they ran nobody knows, and the hours of their pool are booked whether used or not.
// An error is no reason not to start: what was not charged rerate() charges at any time.
report::Told<std::size_t> charge_recovered(ledger::Questions& tables, const config::Snapshot& snapshot,
                                           const meter::PriceBook& book, ledger::Keeper& keeper, WallTime now);
// One correction. The problem in people's words; "" when it was taken.
std::string write_correction(ledger::Keeper& keeper, const report::RerateChange& change, Currency currency,
                             WallTime now);
// For the admin API: {"models":[…],"corrections":n}.
std::string rerated_json(const report::Rerated& rerated, Currency currency, bool is_written);

}   // namespace gilmok::gateway
