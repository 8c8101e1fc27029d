// The command line → what is to be done. Pure: nothing is run or printed here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/check.hpp"
#include "cli/messages.hpp"
#include "cli/outcome.hpp"
#include "cli/schema.hpp"
#include "cli/serve.hpp"
#include "cli/sim.hpp"
#include "cli/up.hpp"

namespace gilmok::cli {

// `say`: nothing to run; `said` holds help, a script, or what is wrong with the line.
enum class Verb : std::uint8_t {
    say,
    up,
    serve,
    reload,
    sim,
    check,
    doctor,
    schema,
    key,
    usage,
    spend,
    budget,
    price,
    forecast,
    ledger,
    guard,
    evidence,
    archive,
    version,
    completion,
};

struct CommandLine {
    Verb verb = Verb::say;
    Outcome said{};
    Language language = Language::en;
    std::string config_path = "gilmok.toml";   // reload, doctor
    bool is_json = false;                      // version, doctor
    UpArgs up{};
    ServeArgs serve{};
    SimArgs sim{};
    CheckArgs check{};
    SchemaArgs schema{};
    std::vector<std::string> words{};   // all after a verb that parses its own: see own_words_of()
};

// `arguments` begin after the program's name. `language` is the locale's; --lang overrides it.
CommandLine parse_command_line(std::vector<std::string> arguments, Language language);

// `gilmok completion bash|zsh|fish`: a script that completes verbs and options, generated from the same tree that parses them.
Outcome completion(std::string_view shell);

}   // namespace gilmok::cli
