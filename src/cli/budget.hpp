// `gilmok budget`: every node of the tenant tree with its limits, what is spent, what is set aside and what is left.
#pragma once

#include <string>
#include <vector>

#include "cli/ask_ledger.hpp"

namespace gilmok::cli {

// `arguments` begin after "budget". The running gateway is asked what is set aside now; where nobody answers, the tables are.
// Exit codes: 0 there is room, 1 the ledger cannot be read, 2 usage, 3 configuration, 6 a budget is used up.
Outcome budget_command(const std::vector<std::string>& arguments, const MoneyWorld& world);

}   // namespace gilmok::cli
