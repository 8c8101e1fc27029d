// `gilmok evidence`: the report for an auditor, and the proofs that go with it. Reads only; needs no gateway.
#pragma once

#include <string>
#include <vector>

#include "cli/ask_ledger.hpp"

namespace gilmok::cli {

// `arguments` begin after "evidence". Exit codes: 0 nothing of class C or S was where it must not be, 1 something was, or it cannot be
// told; 2 usage; 3 configuration or a file that cannot be read.
Outcome evidence_command(const std::vector<std::string>& arguments, const MoneyWorld& world);

}   // namespace gilmok::cli
