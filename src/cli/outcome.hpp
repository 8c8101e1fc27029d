// What a verb did, as a value: main prints it, tests compare it.
#pragma once

#include <string>
#include <string_view>

namespace gilmok::cli {

// Exit codes of every verb. Scripts depend on them: a number is never given another meaning.
enum Exit : int {
    exit_ok = 0,
    exit_failed = 1,        // cannot start, or a check failed
    exit_usage = 2,         // the command line
    exit_config = 3,        // the configuration is refused
    exit_unreachable = 4,   // nobody answers
    exit_denied = 5,        // somebody answers, and refuses
    exit_over_budget = 6,   // what was asked about is over its budget, or will be
};

struct Outcome {
    int exit_code = exit_ok;
    std::string out{};   // for standard output: what was asked for
    std::string err{};   // for standard error: what is said about it
};

// "gilmok VERB: WHY\n" on standard error; `verb` as people type it.
Outcome failed(int exit_code, std::string_view verb, std::string_view why);

}   // namespace gilmok::cli
