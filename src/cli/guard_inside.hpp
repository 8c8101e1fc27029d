// What the parts of `gilmok guard` share.
#pragma once

#include <string>

#include "cli/guard.hpp"
#include "config/snapshot.hpp"
#include "gateway/guard_answers.hpp"

namespace gilmok::cli {

struct GuardOptions {
    std::string config_path;   // "" = gilmok.toml where it is there, else nothing but the packs
    std::string output = "table";
    std::string explain;         // rules: the kind
    gateway::GuardAsked asked;   // rules and test
    std::string pack;            // rules: only this one's
    std::string file = "-";      // test
    std::string text;            // test: instead of a file
    std::uint32_t seconds = 1;   // bench
    [[nodiscard]] bool is_json() const { return output == "json"; }
    [[nodiscard]] bool is_csv() const { return output == "csv"; }
};

inline constexpr std::string_view guard_verb = "gilmok guard";

Outcome guard_rules(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot);
Outcome guard_explain(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot);
Outcome guard_test(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot);
Outcome guard_bench(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot);

}   // namespace gilmok::cli
