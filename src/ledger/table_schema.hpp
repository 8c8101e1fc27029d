// The schema of docs/ledger-tables.md as SQL of either dialect. Pure.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "ledger/rollup.hpp"
#include "ledger/table_database.hpp"

namespace gilmok::ledger {

inline constexpr std::int64_t schema_version = 2;

// Bits of attempts.flags.
enum class Flag : std::uint32_t {
    stream = 1,
    simulated = 2,
    hedge = 4,
    suspect = 8,
    over_bound = 16,
    price_known = 32,
    raw_usage_cut = 64,
    unpriced = 128,   // counted as unpriced, and no correction named a price since
};
constexpr std::int64_t bit(Flag flag) { return static_cast<std::int64_t>(flag); }

std::span<const Column> attempt_columns();
std::span<const Column> reservation_columns();
// The part of them that roll-ups are computed from: "SELECT … FROM attempts", for read_measured().
std::string select_measured(DimSet dims);
std::vector<std::string> measure_columns();        // of a roll-up
std::string_view column_of(Dimension dimension);   // "tenant", …; not for times

// Every statement that makes the schema, in order.
std::vector<std::string> create_statements(Dialect dialect);
// "CREATE TABLE …" of either dialect. A table without rowid stands in the order of its key.
std::string create_table(Dialect dialect, std::string_view table, std::span<const Column> columns, std::string_view key,
                         bool has_rowid);
std::vector<std::string_view> table_names();

// INSERT of all columns; `conflict` is the text behind the values.
RowStatement insert_statement(Dialect dialect, std::string_view table, std::span<const Column> columns,
                              std::string_view conflict, RowStatement::Touched touched);
RowStatement attempt_insert(Dialect dialect);
RowStatement name_insert(Dialect dialect);
RowStatement reservation_insert(Dialect dialect);
RowStatement reservation_delete(Dialect dialect);
RowStatement correction_insert(Dialect dialect);
RowStatement pool_insert(Dialect dialect);
RowStatement period_insert(Dialect dialect);
RowStatement alarm_insert(Dialect dialect);
RowStatement roll_insert(Dialect dialect, const Cube& cube);

}   // namespace gilmok::ledger
