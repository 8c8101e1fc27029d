#include "cli/guard.hpp"

#include <CLI/CLI.hpp>

#include "cli/check.hpp"
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

void add_config(CLI::App& app, GuardOptions& options) {
    app.add_option("-c,--config", options.config_path,
                   "Configuration file; without it gilmok.toml, or the defaults alone")
        ->type_name("FILE");
}
void add_output(CLI::App& app, GuardOptions& options, const std::vector<std::string>& formats) {
    app.add_option("-o,--output", options.output, "Format")->check(CLI::IsMember(formats))->capture_default_str();
}

}   // namespace

bool declared_class(const GuardOptions& options, const config::Snapshot& snapshot, const guard::Rules& rules,
                    model::DataClass& data_class, model::TenantId& tenant, Outcome& outcome) {
    if (!options.tenant.empty()) {
        const auto found = snapshot.tenants_by_path.find(options.tenant);
        if (found == snapshot.tenants_by_path.end()) {
            outcome = failed(exit_usage, guard_verb, "there is no tenant \"" + options.tenant + "\"");
            return false;
        }
        tenant = found->second;
    }
    data_class = rules.class_of(tenant);
    if (options.data_class.empty()) return true;
    const auto named = model::data_class_named(options.data_class);
    if (!named) outcome = failed(exit_usage, guard_verb, "--class is C, S or O");
    if (named) data_class = std::max(data_class, *named);
    return named.has_value();
}

Outcome guard_command(const std::vector<std::string>& arguments, const GuardWorld& world) {
    GuardOptions options;
    CLI::App app{"What the guard looks for, and which rule decides what may go where", std::string(guard_verb)};
    app.require_subcommand(1);
    CLI::App* rules = app.add_subcommand("rules", "Show the rules in the order in which they are asked");
    add_config(*rules, options);
    add_output(*rules, options, {"table", "json", "csv"});
    rules->add_option("--pack", options.pack, "Only those of one pack, whether it is switched on or not")
        ->type_name("PACK");
    rules->add_option("--explain", options.explain, "Tell which rule decides about this kind")->type_name("KIND");
    CLI::App* test = app.add_subcommand("test", "Look through a text: what is found, and what would go where");
    add_config(*test, options);
    add_output(*test, options, {"table", "json"});
    test->add_option("file", options.file, "A file of text, or - for standard input")->type_name("FILE");
    for (CLI::App* sub : {rules, test}) {
        sub->add_option("--class", options.data_class, "Class that the request declares: C, S or O")
            ->type_name("CLASS");
        sub->add_option("--tenant", options.tenant, "Whose request it is")->type_name("TENANT");
        sub->add_option("--place", options.place, "Where it would go; without it the places of the configuration")
            ->type_name("PLACE");
        sub->add_option("--operator", options.operator_, "Who runs that place, e.g. \"OpenAI (US)\"")
            ->type_name("NAME");
    }
    rules->footer(
        "Own rules come first; then each pack is asked, and the strictest answer counts.\n\n  gilmok guard rules\n"
        "  gilmok guard rules --pack kr-public -o csv\n"
        "  gilmok guard rules --explain kr_passport --class O --place us-cloud");
    test->footer(
        "  echo '주민번호 900101-1234567, mail a@b.kr' | gilmok guard test\n  gilmok guard test letter.txt --class S");
    CLI::App* bench = app.add_subcommand("bench", "Measure how fast texts are looked through on this machine");
    add_config(*bench, options);
    bench->add_option("--seconds", options.seconds, "How long for each text")
        ->check(CLI::Range(1, 60))
        ->capture_default_str();
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());   // as CLI11 wants a vector
        app.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
        const auto asked = app.get_subcommands();
        return {exit_ok, (asked.empty() ? app.help() : asked.front()->help()), {}};
    } catch (const CLI::ParseError& error) {
        return {
            exit_usage, {}, std::string(guard_verb) + ": " + error.what() + "\n`gilmok guard --help` tells more.\n"};
    }
    Outcome outcome;
    const config::SnapshotPtr snapshot = open(options, world, outcome);
    if (snapshot == nullptr) return outcome;
    if (test->parsed()) return guard_test(options, world, *snapshot);
    if (bench->parsed()) return guard_bench(options, world, *snapshot);
    return options.explain.empty() ? guard_rules(options, world, *snapshot) : guard_explain(options, world, *snapshot);
}

}   // namespace gilmok::cli
