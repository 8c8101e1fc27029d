// What the verbs about money share: their options, the configuration, and a read-only connection to the ledger's tables.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/fetch.hpp"
#include "cli/grammar.hpp"
#include "cli/messages.hpp"
#include "cli/outcome.hpp"
#include "config/load.hpp"
#include "ledger/tables.hpp"
#include "report/question.hpp"

namespace gilmok::cli {

// What the commands need of the world, so that a test can be the world.
struct MoneyWorld {
    io::Files& files;
    config::Secrets& secrets;
    WallTime now;
    Language language = Language::en;
    // Null: the outcome says why.
    std::function<std::unique_ptr<ledger::Questions>(const config::Snapshot&, std::string_view verb, Outcome&)> ask;
    Fetcher* fetcher = nullptr;                      // null: no gateway is asked
    std::function<void(std::string_view)> write{};   // long answers, in parts; none: they come in the Outcome
};
MoneyWorld money_world(io::Files& files, config::Secrets& secrets, WallTime now, Language language);

struct LedgerOptions {
    std::string config_path = "gilmok.toml";
    std::string output = "table";
    report::Asked asked;
    bool without_simulated = false;
    [[nodiscard]] bool is_json() const { return output == "json"; }
    [[nodiscard]] bool is_csv() const { return output == "csv"; }
};
void add_common_options(const Command& command, LedgerOptions& options);
// --period, --from, --to and the filters.
void add_question_options(const Command& command, LedgerOptions& options);

struct OpenedTables {
    config::SnapshotPtr snapshot;
    std::unique_ptr<ledger::Questions> tables;
    report::Clock clock;
};
// Nothing: `outcome` says why, and how to mend it. `verb`: "gilmok usage".
std::optional<OpenedTables> open_for_questions(const LedgerOptions& options, const MoneyWorld& world,
                                               std::string_view verb, Outcome& outcome);

}   // namespace gilmok::cli
