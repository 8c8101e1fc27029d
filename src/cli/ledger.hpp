// `gilmok ledger show|verify|proof|export|rebuild|erase|rerate`: what an auditor and an operator do with a
// ledger. Reading needs no gateway and disturbs none; what writes asks the running gateway, or takes the ledger's lock when none runs.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cli/fetch.hpp"
#include "cli/messages.hpp"
#include "cli/outcome.hpp"
#include "config/load.hpp"
#include "io/loop.hpp"

namespace gilmok::cli {

struct LedgerWorld {
    io::Files& files;
    config::Secrets& secrets;
    Fetcher& fetcher;   // for the running gateway
    WallTime now;
    std::function<Instant()> clock{};                   // for the speed that is told; may be empty
    std::function<void(std::string_view)> progress{};   // a line for people while it works; empty: nobody looks
    std::function<void(std::span<char>)> random_bytes{};
    io::Loop* loop = nullptr;   // for a ledger that is written here because no gateway runs
    Language language = Language::en;
};
// `arguments` begin after "ledger". Exit codes: 0 done, the ledger is whole; 1 it is not, or it cannot be done; 2 usage; 3 configuration
// or a file that cannot be read; 4 and 5 the running gateway is silent or refuses.
Outcome ledger_command(const std::vector<std::string>& arguments, const LedgerWorld& world);

}   // namespace gilmok::cli
