#include "cli/guard.hpp"

#include "cli/check.hpp"
#include "cli/grammar.hpp"
#include "cli/guard_inside.hpp"
#include "cli/open_config.hpp"
#include "guard/examine.hpp"

namespace gilmok::cli {
namespace {

constexpr std::string_view default_config = "gilmok.toml";

config::SnapshotPtr open(const GuardOptions& options, const GuardWorld& world, Outcome& outcome) {
    const std::string path = options.config_path.empty() ? std::string(default_config) : options.config_path;
    if (!options.config_path.empty() || world.files.exists(path))
        return open_config(path, world.files, world.secrets, guard_verb, outcome);
    // Nothing configured yet: what a gateway without a word about the guard would do.
    config::Loaded loaded = config::load_text("", "defaults", world.files, world.secrets, 1);
    return std::move(loaded.snapshot);
}

}   // namespace

Outcome guard_command(const std::vector<std::string>& arguments, const GuardWorld& world) {
    GuardOptions options;
    const Grammar grammar("What the guard looks for, and which rule decides what may go where", guard_verb);
    const Command top = grammar.top();
    top.wants_verb();
    const auto add_config = [&](const Command& command) {
        command
            .option("-c,--config", options.config_path,
                    "Configuration file; without it gilmok.toml, or the defaults alone")
            .type_name("FILE");
    };
    const Command rules = top.verb("rules", "Show the rules in the order in which they are asked");
    add_config(rules);
    rules.output(options.output, {"table", "json", "csv"});
    rules.option("--pack", options.pack, "Only those of one pack, whether it is switched on or not").type_name("PACK");
    rules.option("--explain", options.explain, "Tell which rule decides about this kind").type_name("KIND");
    const Command test = top.verb("test", "Look through a text: what is found, and what would go where");
    add_config(test);
    test.output(options.output, {"table", "json"});
    test.option("file", options.file, "A file of text, or - for standard input").type_name("FILE");
    test.option("--text", options.text, "The text itself, instead of a file; your shell may remember it")
        .type_name("TEXT");
    for (const Command& sub : {rules, test}) {
        sub.option("--class", options.asked.data_class, "Class that the request declares: C, S or O")
            .type_name("CLASS");
        sub.option("--tenant", options.asked.tenant, "Whose request it is").type_name("TENANT");
        sub.option("--place", options.asked.place,
                   sub.name() == "test" ? "Where it would go; without it the places of the configuration"
                                        : "Where it would go; without it a place that nobody knows")
            .type_name("PLACE");
        sub.option("--operator", options.asked.operator_, "Who runs that place, e.g. \"OpenAI (US)\"")
            .type_name("NAME");
    }
    rules.footer(
        "Own rules come first; then each pack is asked, and the strictest answer counts.\n\n  gilmok guard rules\n"
        "  gilmok guard rules --pack kr-public -o csv\n"
        "  gilmok guard rules --explain kr_passport --class O --place us-cloud");
    test.footer(
        "  echo '주민번호 900101-1234567, mail a@b.kr' | gilmok guard test\n"
        "  gilmok guard test --text '여권 M123A4567' --place us-cloud\n  gilmok guard test letter.txt --class S");
    const Command bench = top.verb("bench", "Measure how fast texts are looked through on this machine");
    add_config(bench);
    bench.option("--seconds", options.seconds, "How long for each text").within(1, 60).shows_default();
    if (auto said = grammar.refuse(arguments)) return std::move(*said);
    Outcome outcome;
    const config::SnapshotPtr snapshot = open(options, world, outcome);
    if (snapshot == nullptr) return outcome;
    if (test.is_parsed()) return guard_test(options, world, *snapshot);
    if (bench.is_parsed()) return guard_bench(options, world, *snapshot);
    return options.explain.empty() ? guard_rules(options, world, *snapshot) : guard_explain(options, world, *snapshot);
}

}   // namespace gilmok::cli
