// Verbs with the real clock, files, network and terminal.
#pragma once

#include <string>
#include <vector>

#include "cli/archive.hpp"
#include "cli/forecast.hpp"
#include "cli/ledger.hpp"

namespace gilmok::cli {

Outcome forecast_here(const std::vector<std::string>& words, Language language);
Outcome key_here(const std::vector<std::string>& words);
Outcome guard_here(const std::vector<std::string>& words, Language language);
Outcome ledger_here(const std::vector<std::string>& words, Language language);
Outcome archive_here(const std::vector<std::string>& words, Language language);

}   // namespace gilmok::cli
