#include "cli/outcome.hpp"

namespace gilmok::cli {

Outcome failed(int exit_code, std::string_view verb, std::string_view why) {
    return {exit_code, {}, std::string(verb) + ": " + std::string(why) + '\n'};
}

}   // namespace gilmok::cli
