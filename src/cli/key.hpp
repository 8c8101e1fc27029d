// `gilmok key create|list|revoke|rotate`: works on the key store of the configured state directory; a running server
// notices within 250 ms. The key is printed once. Secrets that the configuration refers to are not resolved, so the
// command works in a shell that does not have them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "io/files.hpp"

namespace gilmok::cli {

// What the command needs of the world, so that a test can be the world.
struct KeyWorld {
    io::Files& files;
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
// The same in the real world: prints, and returns the exit code.
int run_key(const std::vector<std::string>& arguments);

}   // namespace gilmok::cli
