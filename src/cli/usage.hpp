// `gilmok usage` and `gilmok spend`: what was used and what it cost, out of the ledger's tables. docs/finance.md.
#pragma once

#include <string>
#include <vector>

#include "cli/ask_ledger.hpp"

namespace gilmok::cli {

// `arguments` begin after the verb. Exit codes: 0 done, 1 the ledger cannot be read, 2 usage, 3 configuration.
Outcome usage_command(const std::vector<std::string>& arguments, const MoneyWorld& world);
// With no further word as usage; also `statement`, `elsewhere`, `export`.
Outcome spend_command(const std::vector<std::string>& arguments, const MoneyWorld& world);

}   // namespace gilmok::cli
