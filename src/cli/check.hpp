// `gilmok check`: tells everything that is wrong with a configuration, and starts nothing. Secrets are looked up, so that
// one that is missing shows here and not at the start; none is printed.
#pragma once

#include <string>

#include "cli/outcome.hpp"
#include "config/load.hpp"
#include "io/files.hpp"

namespace gilmok::cli {

struct CheckArgs {
    std::string config_path = "gilmok.toml";
    bool is_strict = false;     // warnings refuse as well
    bool is_json = false;       // for programs: one JSON object on standard output, nothing on standard error
    bool with_colour = false;   // standard error is a terminal and NO_COLOR is not set
};

// Exit code 0: sound, 3: refused.
Outcome check(const CheckArgs& args, io::Files& files, config::Secrets& secrets);

// As people read them, for `gilmok serve` and a reload: every problem, then "2 errors, 1 warning". Empty when there are none.
std::string problems_text(const std::vector<config::Problem>& problems, bool with_colour);

}   // namespace gilmok::cli
