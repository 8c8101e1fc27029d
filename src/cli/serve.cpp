#include "cli/serve.hpp"

#include <unistd.h>

#include <cstdio>

#include "cli/version.hpp"
#include "config/load.hpp"
#include "gateway/process.hpp"
#include "io/linux/files.hpp"

namespace gilmok::cli {

int run_serve(const ServeArgs& args) {
    io::linux_::LinuxFiles files;
    const config::Loaded loaded = config::load(args.config_path, files, config::system_secrets(), 1);
    const bool with_colour = isatty(STDERR_FILENO) == 1;
    for (const config::Problem& problem : loaded.problems) std::fputs(config::render(problem, with_colour).c_str(), stderr);
    if (loaded.snapshot == nullptr) return 3;
    gateway::Process process(files, config::system_secrets(), {.config_path = args.config_path, .version = std::string(version), .on_ready = {}});
    if (const std::string problem = process.run(loaded.snapshot); !problem.empty()) {
        std::fprintf(stderr, "error: %s\n", problem.c_str());
        return 1;
    }
    return 0;
}

}  // namespace gilmok::cli
