#include "cli/serve.hpp"

#include <cstdio>
#include <cstdlib>

#include "cli/check.hpp"
#include "cli/outcome.hpp"
#include "cli/version.hpp"
#include "gateway/process.hpp"
#include "guard/examine.hpp"
#include "io/linux/files.hpp"
#include "io/linux/machine.hpp"

namespace gilmok::cli {

int run_serve(const ServeArgs& args) {
    io::linux_::LinuxFiles files;
    const config::Loaded loaded = config::load(args.config_path, files, config::system_secrets(), 1, guard::examine);
    const char* no_colour = std::getenv("NO_COLOR");
    const bool with_colour = (no_colour == nullptr || *no_colour == '\0') && io::linux_::is_terminal(2);
    std::fputs(problems_text(loaded.problems, with_colour).c_str(), stderr);
    if (loaded.snapshot == nullptr) return exit_config;
    gateway::Process::Options options;
    options.config_path = args.config_path;
    options.version = gilmok_version;
    gateway::Process process(files, config::system_secrets(), std::move(options));
    if (const std::string problem = process.run(loaded.snapshot); !problem.empty()) {
        std::fprintf(stderr, "gilmok serve: %s\n", problem.c_str());
        return exit_failed;
    }
    return exit_ok;
}

}   // namespace gilmok::cli
