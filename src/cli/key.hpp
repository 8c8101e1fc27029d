// `gilmok key create|list|revoke|rotate`: works on the key store of the configured state directory; a running server
// notices within 250 ms. The key is printed once.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "config/load.hpp"
#include "io/files.hpp"

namespace gilmok::cli {

// What the command needs of the world, so that a test can be the world.
struct KeyWorld {
    io::Files& files;
    config::Secrets& secrets;
    WallTime now;
    std::function<void(std::span<char>)> random_bytes;
};
struct CommandResult {
    int exit_code = 0;   // 0 done, 2 usage, 3 configuration or key store
    std::string out;     // for standard output
    std::string err;     // for standard error
};
// `arguments` begin after "key".
CommandResult key_command(const std::vector<std::string>& arguments, const KeyWorld& world);

}   // namespace gilmok::cli
