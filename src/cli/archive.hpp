// `gilmok archive list|show|destroy-key|status`: what is kept of prompts and answers. Reading needs no gateway and disturbs none.
#pragma once

#include <string>
#include <vector>

#include "cli/ledger.hpp"

namespace gilmok::cli {

// `arguments` begin after "archive". Exit codes: 0 done; 1 it is not there, cannot be read or could not be destroyed; 2 usage;
// 3 configuration or a file that cannot be read; 4 and 5 the running gateway is silent or refuses.
Outcome archive_command(const std::vector<std::string>& arguments, const LedgerWorld& world);

}   // namespace gilmok::cli
