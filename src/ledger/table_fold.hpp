// Records → rows: one batch, one transaction, every record once. docs/ledger-tables.md.
// Owner and thread: the Tables.
#pragma once

#include <memory>
#include <span>

#include "ledger/table_database.hpp"
#include "ledger/table_schema.hpp"

namespace gilmok::ledger {

class Folder {
public:
    Folder(Dialect dialect, Calendar calendar);
    ~Folder();
    // Writes what the entries mean, inside the caller's transaction, and takes `folded` to behind them. Entries follow each other
    // without a gap. What breaks a promise of the format (a second TERMINAL, a correction of nothing) is an alarm row, never
    // an error: a log that cannot be changed must not stop the tables for ever.
    TablesResult<bool> fold(Database& database, std::span<const IndexedEntry> entries, Folded& folded);

    struct Statements;

private:
    Calendar calendar_;
    std::unique_ptr<Statements> statements_;
};

}   // namespace gilmok::ledger
