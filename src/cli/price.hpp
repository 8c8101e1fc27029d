// `gilmok price list|show|check|import`: what models cost, as the catalogue and the configuration say it, and the way by which other
// people's lists come in: read, compared, shown, and written to a file only when somebody approves. Asks no network.
#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "cli/messages.hpp"
#include "cli/outcome.hpp"
#include "config/load.hpp"

namespace gilmok::cli {

// What the command needs of the world, so that a test can be the world.
struct PriceWorld {
    io::Files& files;
    config::Secrets& secrets;
    WallTime now;
    Language language = Language::en;
};
// `arguments` begin after "price". Exit codes: 0 done; 1 a price is missing or an import is refused; 2 usage; 3 configuration or a
// file that cannot be read.
Outcome price_command(const std::vector<std::string>& arguments, const PriceWorld& world);

}   // namespace gilmok::cli
