// The rows of a FOCUS file that one group of attempts makes: one for each class of tokens or for the devices' time, and rows of
// their own for corrections and for what has no price. focus.hpp tells how a sum is split. Pure.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "config/snapshot.hpp"
#include "ledger/tables.hpp"
#include "meter/price_book.hpp"
#include "report/focus.hpp"
#include "report/focus_columns.hpp"

namespace gilmok::report {

// What is asked of the tables; a row of the answer is one group: an hour of what is alike in all of these.
inline constexpr auto focus_dimensions = std::to_array<ledger::Dimension>(
    {ledger::Dimension::hour, ledger::Dimension::tenant, ledger::Dimension::key, ledger::Dimension::model,
     ledger::Dimension::upstream, ledger::Dimension::served_model, ledger::Dimension::place,
     ledger::Dimension::data_class, ledger::Dimension::tag, ledger::Dimension::price_card});

std::vector<FocusRow> charge_rows(const config::Snapshot& snapshot, const meter::PriceBook& prices,
                                  const FocusOptions& options, const ledger::UsageRow& group);

std::string focus_time(WallTime at);

}   // namespace gilmok::report
