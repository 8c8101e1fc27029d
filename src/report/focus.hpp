// The ledger as a FOCUS 1.2 file with the columns of 1.3 (docs/finance.md): one row for each hour, tenant, model, upstream and class
// of tokens; idle devices, corrections and usage without a known price are rows of their own. BilledCost adds up to what the
// ledger booked and the pools cost, to the pico.
//
// Roll-ups tell what a group of attempts cost together. That sum is split among the classes of tokens as the price card weighs
// them, the remainder on the heaviest, so that no rounding is lost; prices of long requests are not told apart in the split.
// Pure but for the questions to the tables.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/snapshot.hpp"
#include "ledger/tables.hpp"
#include "meter/price_book.hpp"
#include "report/focus_columns.hpp"
#include "report/question.hpp"

namespace gilmok::report {

struct FocusOptions {
    Period month;   // the billing period
    WallTime now{};
};

struct FocusTotals {
    std::uint64_t rows = 0;
    Pico billed = 0;              // in the ledger's currency
    std::uint64_t unpriced = 0;   // attempts whose price is unknown: their rows have no price and cost 0
};

// Asks by the day, so that a month of a busy gateway never has to fit into memory; `write` takes the file in parts. Simulated
// answers are left out: nobody is billed for them.
Told<FocusTotals> export_focus(ledger::Questions& tables, const config::Snapshot& snapshot,
                               const meter::PriceBook& prices, const FocusOptions& options,
                               const std::function<void(std::string_view)>& write);

// `cost` for `count` things sold by `per`: the price of `per` of them, with as many digits as it takes for price × (count ÷ per)
// to be the cost again when rounded to a pico. cost >= 0, count > 0, per a power of ten.
std::string unit_price(Pico cost, std::int64_t count, std::int64_t per);

}   // namespace gilmok::report
