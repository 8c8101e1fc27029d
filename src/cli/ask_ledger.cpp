#include "cli/ask_ledger.hpp"

#include <CLI/CLI.hpp>

#include "cli/open_config.hpp"

namespace gilmok::cli {

MoneyWorld money_world(io::Files& files, config::Secrets& secrets, WallTime now, Language language) {
    MoneyWorld world{files, secrets, now, language, {}};
    world.ask = [&files](const config::Snapshot& snapshot, std::string_view verb, Outcome& outcome) {
        return open_questions(snapshot, files, verb, outcome);
    };
    return world;
}

void add_common_options(CLI::App& app, LedgerOptions& options) {
    app.add_option("-c,--config", options.config_path, "Configuration file")->type_name("FILE")->capture_default_str();
    app.add_option("-o,--output", options.output, "Format")
        ->check(CLI::IsMember({"table", "json", "csv"}))
        ->capture_default_str();
}

void add_question_options(CLI::App& app, LedgerOptions& options) {
    report::Asked& asked = options.asked;
    app.add_option("--period", asked.period,
                   "today, yesterday, this-month (default), last-month, 7d, 2026-10, 2026-10-05");
    app.add_option("--from", asked.from, "First day, or a time");
    app.add_option("--to", asked.to, "Last day, whole, or a time; without it today");
    app.add_option("--tenant", asked.tenant, "A node of the tenant tree, with all below it")->type_name("NODE");
    app.add_option("--key", asked.key, "Id of a key");
    app.add_option("--model", asked.model, "Public name of a model");
    app.add_option("--upstream", asked.upstream, "Name of an upstream");
    app.add_option("--place", asked.place, "Where it was processed");
    app.add_option("--class", asked.data_class, "Class of the data");
    app.add_option("--tag", asked.tag, "What the caller sent as x-gilmok-tag");
    app.add_flag("--no-simulated", options.without_simulated, "Leave out answers of simulated engines");
}

std::optional<OpenedLedger> open_ledger(const LedgerOptions& options, const MoneyWorld& world, std::string_view verb,
                                        Outcome& outcome) {
    OpenedLedger opened;
    opened.snapshot = open_config(options.config_path, world.files, world.secrets, verb, outcome);
    if (opened.snapshot == nullptr) return std::nullopt;
    opened.tables = world.ask(*opened.snapshot, verb, outcome);
    if (opened.tables == nullptr) return std::nullopt;
    opened.clock = {world.now, opened.snapshot->ledger.utc_offset_minutes};
    return opened;
}

}   // namespace gilmok::cli
