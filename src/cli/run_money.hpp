// `gilmok forecast` and `gilmok ledger` with the real clock, files, network and terminal.
#pragma once

#include <string>
#include <vector>

#include "cli/forecast.hpp"
#include "cli/ledger.hpp"

namespace gilmok::cli {

Outcome forecast_here(const std::vector<std::string>& words, Language language);
Outcome ledger_here(const std::vector<std::string>& words, Language language);

}   // namespace gilmok::cli
