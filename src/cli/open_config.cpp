#include "cli/open_config.hpp"

#include <cerrno>
#include <optional>

#include "cli/check.hpp"
#include "cli/lenient_secrets.hpp"
#include "gateway/ledger_service.hpp"

namespace gilmok::cli {

config::SnapshotPtr open_config(const std::string& path, io::Files& files, config::Secrets& secrets,
                                std::string_view verb, Outcome& outcome) {
    LenientSecrets lenient(secrets, LenientSecrets::Commands::leave);
    config::Loaded loaded = config::load(path, files, lenient, 1);
    if (loaded.snapshot == nullptr)
        outcome = {exit_config,
                   {},
                   problems_text(loaded.problems, false) + std::string(verb) + ": the configuration is refused\n"};
    return std::move(loaded.snapshot);
}

std::string ledger_directory_of(const config::Snapshot& snapshot, std::string& why) {
    if (!snapshot.ledger.is_on) {
        why = snapshot.source + " turns the ledger off ([ledger] on = false)";
        return {};
    }
    if (std::string directory = gateway::ledger_directory(snapshot); !directory.empty()) return directory;
    why = snapshot.source + " names no place for a ledger: set state_dir under [server], or dir under [ledger]";
    return {};
}

namespace {
bool lacks_database_secret(const config::Snapshot& snapshot, std::string_view verb, Outcome& outcome) {
    if (!LenientSecrets::is_unresolved(snapshot.ledger.database.reveal())) return false;
    outcome = failed(exit_config, verb,
                     "the ledger's tables are in PostgreSQL, and " + snapshot.ledger.database_reference +
                         " cannot be resolved in this shell: set the variable here as well");
    return true;
}
std::string sqlite_path(const std::string& directory) { return directory + "/tables.sqlite"; }
}   // namespace

std::unique_ptr<ledger::Questions> open_questions(const config::Snapshot& snapshot, io::Files& files,
                                                  std::string_view verb, Outcome& outcome) {
    std::string why;
    const std::string directory = ledger_directory_of(snapshot, why);
    if (directory.empty()) {
        outcome = failed(exit_config, verb, why);
        return nullptr;
    }
    const bool is_sqlite = snapshot.ledger.database.is_empty();
    if (!is_sqlite && lacks_database_secret(snapshot, verb, outcome)) return nullptr;
    // One byte: whether it may be read at all. "Not there" of what is only not ours would lead astray.
    const auto seen = is_sqlite ? files.read(sqlite_path(directory), 1) : io::FileResult<std::string>();
    if (is_sqlite && !seen && (seen.error().code == EACCES || seen.error().code == EPERM)) {
        outcome =
            failed(exit_denied, verb,
                   "the ledger in " + directory + " may not be read by this user; ask as the user of the gateway");
        return nullptr;
    }
    if (is_sqlite && !files.exists(sqlite_path(directory))) {
        outcome =
            failed(exit_config, verb,
                   "nothing was written down yet in " + directory + ": the gateway makes it when it first serves");
        return nullptr;
    }
    auto questions =
        is_sqlite ? ledger::ask_sqlite(sqlite_path(directory)) : ledger::ask_postgres(snapshot.ledger.database);
    if (!questions) {
        outcome = failed(exit_config, verb, "the ledger's tables: " + questions.error().message);
        return nullptr;
    }
    return std::move(*questions);
}

std::unique_ptr<ledger::Tables> open_tables(const config::Snapshot& snapshot, const std::string& directory,
                                            std::string_view verb, Outcome& outcome) {
    const bool is_sqlite = snapshot.ledger.database.is_empty();
    if (!is_sqlite && lacks_database_secret(snapshot, verb, outcome)) return nullptr;
    const std::int32_t offset = snapshot.ledger.utc_offset_minutes;
    auto tables = is_sqlite ? ledger::open_sqlite(sqlite_path(directory), offset)
                            : ledger::open_postgres(snapshot.ledger.database, offset);
    if (!tables) {
        outcome = failed(exit_config, verb, "the ledger's tables: " + tables.error().message);
        return nullptr;
    }
    return std::move(*tables);
}

}   // namespace gilmok::cli
