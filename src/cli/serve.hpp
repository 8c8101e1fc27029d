// `gilmok serve`: the production run.
#pragma once

#include <string>

namespace gilmok::cli {

struct ServeArgs {
    std::string config_path = "gilmok.toml";
};

// Serves until SIGTERM or SIGINT. Exit codes: 0 orderly end, 1 cannot start, 3 configuration refused.
int run_serve(const ServeArgs& args);

}  // namespace gilmok::cli
