#include "cli/ask_ledger.hpp"

#include "cli/open_config.hpp"

namespace gilmok::cli {

MoneyWorld money_world(io::Files& files, config::Secrets& secrets, WallTime now, Language language) {
    MoneyWorld world{files, secrets, now, language, {}};
    world.ask = [&files](const config::Snapshot& snapshot, std::string_view verb, Outcome& outcome) {
        return open_questions(snapshot, files, verb, outcome);
    };
    return world;
}

void add_common_options(const Command& command, LedgerOptions& options) {
    command.config(options.config_path);
    command.output(options.output, {"table", "json", "csv"});
}

void add_question_options(const Command& command, LedgerOptions& options) {
    report::Asked& asked = options.asked;
    command.option("--period", asked.period,
                   "today, yesterday, this-month (default), last-month, 7d, 2026-10, 2026-10-05");
    command.option("--from", asked.from, "First day, or a time");
    command.option("--to", asked.to, "Last day, whole, or a time; without it today");
    command.option("--tenant", asked.tenant, "A node of the tenant tree, with all below it").type_name("NODE");
    command.option("--key", asked.key, "Id of a key");
    command.option("--model", asked.model, "Public name of a model");
    command.option("--upstream", asked.upstream, "Name of an upstream");
    command.option("--place", asked.place, "Where it was processed");
    command.option("--class", asked.data_class, "Class of the data");
    command.option("--tag", asked.tag, "What the caller sent as x-gilmok-tag");
    command.flag("--no-simulated", options.without_simulated, "Leave out answers of simulated engines");
}

std::optional<OpenedTables> open_for_questions(const LedgerOptions& options, const MoneyWorld& world,
                                               std::string_view verb, Outcome& outcome) {
    OpenedTables opened;
    opened.snapshot = open_config(options.config_path, world.files, world.secrets, verb, outcome);
    if (opened.snapshot == nullptr) return std::nullopt;
    opened.tables = world.ask(*opened.snapshot, verb, outcome);
    if (opened.tables == nullptr) return std::nullopt;
    opened.clock = {world.now, opened.snapshot->ledger.utc_offset_minutes};
    return opened;
}

}   // namespace gilmok::cli
