// `gilmok guard rules|test|bench`: what is looked for, which rule decides what may go where, and how fast. Asks no network and no
// gateway: everything follows from the configuration and its packs.
#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "cli/messages.hpp"
#include "cli/outcome.hpp"
#include "config/load.hpp"

namespace gilmok::cli {

// What the command needs of the world, so that a test can be the world.
struct GuardWorld {
    io::Files& files;
    config::Secrets& secrets;
    Language language = Language::en;
    Instant (*now)() = nullptr;   // monotonic; for bench
    // Standard input, at most that many bytes.
    std::string (*read_input)(std::size_t bytes_max) = nullptr;
};
// `arguments` begin after "guard". Exit codes: 0 done; 1 nothing could be looked at; 2 usage; 3 configuration or a file that cannot be
// read.
Outcome guard_command(const std::vector<std::string>& arguments, const GuardWorld& world);

}   // namespace gilmok::cli
