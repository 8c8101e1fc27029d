// CORRECTION records in the tables: a row each, and the change in the row of the attempt. docs/ledger-tables.md.
// Owner: the Folder; one thread.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "ledger/rollup.hpp"
#include "ledger/table_database.hpp"

namespace gilmok::ledger {

struct CorrectionStatements {
    explicit CorrectionStatements(Dialect dialect);
    RowStatement corrections;
    std::string corrected;   // the row of the attempt
};

// What changes in the sums of the attempt's hour, so that a statement of that month is right from then on.
struct Corrected {
    std::uint64_t index = 0;   // of the attempt
    WallTime at{};
    Dims dims{};
    Measures change{};
};

// Nothing: there is no such attempt.
TablesResult<std::optional<Corrected>> correct_attempt(Database& database, const CorrectionStatements& statements,
                                                       const Correction& correction, const std::string& doing);
TablesResult<bool> add_corrections(Database& database, const CorrectionStatements& statements,
                                   std::span<const IndexedEntry* const> corrections, const std::string& doing);

}   // namespace gilmok::ledger
