// The configuration, for verbs that look at prices or at the ledger beside a gateway. The gateway has the secrets of its own
// environment; this shell may lack them, and mostly does not need them: what cannot be resolved stands for itself.
#pragma once

#include <memory>
#include <string>

#include "cli/outcome.hpp"
#include "config/load.hpp"
#include "ledger/tables.hpp"

namespace gilmok::cli {

// Null: `outcome` says what is wrong, with exit code 3. `verb` begins the last line of it: "gilmok price".
config::SnapshotPtr open_config(const std::string& path, io::Files& files, config::Secrets& secrets,
                                std::string_view verb, Outcome& outcome);
// "" when the configuration turns the ledger off or names no place for it; `why` then says so.
std::string ledger_directory_of(const config::Snapshot& snapshot, std::string& why);
// The tables of the ledger, to read. Null: `outcome` says why there are none.
std::unique_ptr<ledger::Questions> open_questions(const config::Snapshot& snapshot, io::Files& files,
                                                  std::string_view verb, Outcome& outcome);
// The same to write, for whoever holds the ledger's lock.
std::unique_ptr<ledger::Tables> open_tables(const config::Snapshot& snapshot, const std::string& directory,
                                            std::string_view verb, Outcome& outcome);

}   // namespace gilmok::cli
