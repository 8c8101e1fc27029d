// `gilmok key create|list|revoke|rotate`: works on the key store of the configured state directory; a running server
// notices within 250 ms. The key is printed once. Secrets that the configuration refers to are not resolved, so the
// command works in a shell that does not have them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cli/outcome.hpp"
#include "io/files.hpp"

namespace gilmok::cli {

// What the command needs of the world, so that a test can be the world.
struct KeyWorld {
    io::Files& files;
    WallTime now;
    std::function<void(std::span<char>)> random_bytes;
};
// `arguments` begin after "key".
Outcome key_command(const std::vector<std::string>& arguments, const KeyWorld& world);

}   // namespace gilmok::cli
