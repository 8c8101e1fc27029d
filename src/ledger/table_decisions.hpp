// Records of decisions ↔ the tables `decisions` and `decision_kinds`, and what is asked of them. docs/ledger-tables.md.
// Owner and thread: the Folder, or a Questions.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <vector>

#include "ledger/name_book.hpp"
#include "ledger/table_rows.hpp"

namespace gilmok::ledger {

struct DecisionStatements {
    explicit DecisionStatements(Dialect dialect);
    RowStatement decisions, kinds;
};

std::span<const Column> decision_columns();
std::span<const Column> decision_kind_columns();
// The statements that make the two tables; also what takes tables of schema 1 to schema 2.
std::vector<std::string> create_decision_statements(Dialect dialect);

// Writes the rows of a batch's decisions, inside the caller's transaction.
TablesResult<bool> add_decisions(Database& database, const DecisionStatements& statements,
                                 std::span<const IndexedEntry* const> decisions, const std::string& doing);

// Inside the caller's read transaction.
TablesResult<std::vector<VerdictSum>> read_verdicts(Database& database, const NameBook& names,
                                                    const DecisionFilter& filter);
TablesResult<std::vector<FoundSum>> read_found(Database& database, const NameBook& names, const DecisionFilter& filter);
TablesResult<std::vector<DecisionRow>> read_decisions(Database& database, const NameBook& names,
                                                      const DecisionFilter& filter, std::uint64_t limit);
// "idx IN (…)": the attempts that went where a decision of the period says that they must not.
std::string condition_of_refused(Database& database, const NameBook& names, const DecisionFilter& filter,
                                 std::vector<Parameter>& parameters, std::deque<Numbers>& lists);

}   // namespace gilmok::ledger
