#include <sys/random.h>

#include <cstdio>

#include "base/assert.hpp"
#include "cli/key.hpp"
#include "io/linux/files.hpp"
#include "io/linux/loop.hpp"

namespace gilmok::cli {

namespace {

void fill_random(std::span<char> out) {
    while (!out.empty()) {
        const ssize_t filled = ::getrandom(out.data(), out.size(), 0);
        GILMOK_ASSERT(filled > 0);   // blocks until the kernel has entropy; a key of anything less must not exist
        out = out.subspan(static_cast<std::size_t>(filled));
    }
}

}   // namespace

int run_key(const std::vector<std::string>& arguments) {
    io::linux_::LinuxFiles files;
    const CommandResult result = key_command(arguments, {files, io::linux_::wall_now(), fill_random});
    std::fputs(result.err.c_str(), stderr);
    std::fputs(result.out.c_str(), stdout);
    return result.exit_code;
}

}   // namespace gilmok::cli
