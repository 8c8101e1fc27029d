#include "ledger/table_schema.hpp"

#include "ledger/table_decisions.hpp"

namespace gilmok::ledger {
namespace {

using enum ColumnType;
using Touched = RowStatement::Touched;

constexpr std::array meta_columns{
    Column{"one", integer16},     Column{"version", integer32},    Column{"utc_offset_minutes", integer32},
    Column{"records", integer64}, Column{"last_epoch", integer64}, Column{"last_name", integer64},
    Column{"rolled", integer64}};

constexpr std::array name_columns{Column{"idx", integer64}, Column{"id", integer32}, Column{"kind", integer16},
                                  Column{"text", text}};

constexpr std::array attempts_columns{
    Column{"idx", integer64},
    Column{"exchange", bytes},
    Column{"attempt", integer16},
    Column{"kind", integer16},
    Column{"provenance", integer16},
    Column{"tier", integer16},
    Column{"outcome", integer16},
    Column{"endpoint", integer16},
    Column{"code", integer16},
    Column{"status", integer32},
    Column{"flags", integer16},
    Column{"tenant", integer32},
    Column{"key", integer32},
    Column{"model", integer32},
    Column{"upstream", integer32},
    Column{"served_model", integer32},
    Column{"response_model", integer32},
    Column{"place", integer32},
    Column{"data_class", integer32},
    Column{"tag", integer32},
    Column{"price_card", integer32},
    Column{"at_ns", integer64},
    Column{"lasted_ns", integer64},
    Column{"duration_us", integer64},
    Column{"first_token_us", integer64},
    Column{"events", integer64},
    Column{"bytes", integer64},
    Column{"input_fresh", integer64, true},
    Column{"cache_read", integer64, true},
    Column{"cache_write_5m", integer64, true},
    Column{"cache_write_1h", integer64, true},
    Column{"input_audio", integer64, true},
    Column{"input_image", integer64, true},
    Column{"output_text", integer64, true},
    Column{"output_reasoning", integer64, true},
    Column{"output_audio", integer64, true},
    Column{"output_image", integer64, true},
    Column{"pages", integer64, true},
    Column{"requests", integer64, true},
    Column{"currency", text, true},
    Column{"price_whole", integer64},
    Column{"price_pico", integer64},
    Column{"ledger_currency", text, true},
    Column{"cost_whole", integer64},
    Column{"cost_pico", integer64},
    Column{"correction_whole", integer64},
    Column{"correction_pico", integer64},
    Column{"microjoules", integer64},
    Column{"micrograms_co2e", integer64},
    Column{"energy_method", integer16},
    Column{"bound_input", integer64},
    Column{"bound_output", integer64},
    Column{"bound_whole", integer64},
    Column{"bound_pico", integer64},
    Column{"person", bytes, true},
    Column{"raw_usage", bytes, true},
};

constexpr std::array<std::string_view, 24> measured{
    "kind",           "provenance",       "flags",           "duration_us", "first_token_us",
    "microjoules",    "micrograms_co2e",  "input_fresh",     "cache_read",  "cache_write_5m",
    "cache_write_1h", "input_audio",      "input_image",     "output_text", "output_reasoning",
    "output_audio",   "output_image",     "pages",           "requests",    "cost_whole",
    "cost_pico",      "correction_whole", "correction_pico", "at_ns"};

constexpr std::array reservations_columns{
    Column{"idx", integer64},         Column{"exchange", bytes},         Column{"attempt", integer16},
    Column{"at_ns", integer64},       Column{"endpoint", integer16},     Column{"flags", integer16},
    Column{"tenant", integer32},      Column{"key", integer32},          Column{"model", integer32},
    Column{"upstream", integer32},    Column{"served_model", integer32}, Column{"place", integer32},
    Column{"data_class", integer32},  Column{"bound_input", integer64},  Column{"bound_output", integer64},
    Column{"bound_whole", integer64}, Column{"bound_pico", integer64}};

constexpr std::array corrections_columns{
    Column{"idx", integer64},         Column{"exchange", bytes},       Column{"attempt", integer16},
    Column{"at_ns", integer64},       Column{"price_card", integer32}, Column{"currency", text, true},
    Column{"price_whole", integer64}, Column{"price_pico", integer64}, Column{"ledger_currency", text, true},
    Column{"cost_whole", integer64},  Column{"cost_pico", integer64}};

constexpr std::array pool_columns{Column{"hour_ns", integer64},          Column{"pool", integer32},
                                  Column{"microjoules", integer64},      Column{"microjoules_attributed", integer64},
                                  Column{"cost_whole", integer64},       Column{"cost_pico", integer64},
                                  Column{"attributed_whole", integer64}, Column{"attributed_pico", integer64}};

constexpr std::array period_columns{Column{"grain", integer16}, Column{"period", integer64},
                                    Column{"first_idx", integer64}, Column{"last_idx", integer64}};

constexpr std::array alarm_columns{Column{"idx", integer64}, Column{"at_ns", integer64}, Column{"what", text},
                                   Column{"detail", text}};

constexpr std::array<std::string_view, Measures::counts_max> count_columns{
    "attempts", "settled",     "voided",          "recovered",   "aborted",        "counted",     "suspect",
    "unpriced", "microjoules", "micrograms_co2e", "duration_us", "first_token_us", "first_tokens"};

constexpr std::array<std::string_view, dims_count> dim_columns{
    "tenant", "key",      "model",      "upstream", "served_model", "place",    "data_class",
    "tag",    "endpoint", "provenance", "outcome",  "price_card",   "simulated"};

std::vector<Column> roll_columns(const Cube& cube, const std::vector<std::string>& measures) {
    std::vector<Column> columns{{"grain", integer16}, {"period", integer32}};
    for (std::size_t i = 0; i < dims_count; ++i)
        if ((cube.dims >> i & 1U) != 0) columns.push_back({dim_columns[i], integer32});
    for (const std::string& measure : measures) columns.push_back({measure, integer64});
    return columns;
}

std::string key_of(const Cube& cube) {
    std::string key = "grain, period";
    for (std::size_t i = 0; i < dims_count; ++i)
        if ((cube.dims >> i & 1U) != 0) key.append(", ").append(dim_columns[i]);
    return key;
}

std::string_view type_name(Dialect dialect, ColumnType type) {
    const bool is_sqlite = dialect == Dialect::sqlite;
    switch (type) {
        case integer16: return is_sqlite ? "INTEGER" : "smallint";
        case integer32: return is_sqlite ? "INTEGER" : "integer";
        case integer64: return is_sqlite ? "INTEGER" : "bigint";
        case bytes: return is_sqlite ? "BLOB" : "bytea";
        case text: return is_sqlite ? "TEXT" : "text";
    }
    return "";
}

// "a = t.a + excluded.a, …", amounts with their carry.
std::string sums(std::string_view table, std::span<const std::string> columns) {
    std::string sql;
    const auto sum = [&](const std::string& column) {
        return std::string(table) + "." + column + " + excluded." + column;
    };
    for (const std::string& column : columns) {
        if (!sql.empty()) sql.append(", ");
        sql.append(column).append(" = ");
        if (column.ends_with("_whole")) {
            const std::string pico = column.substr(0, column.size() - 5) + "pico";
            sql.append(sum(column)).append(" + (").append(sum(pico)).append(") / 1000000000000");
        } else if (column.ends_with("_pico")) {
            sql.append("(").append(sum(column)).append(") % 1000000000000");
        } else {
            sql.append(sum(column));
        }
    }
    return sql;
}

}   // namespace

// SQLite keeps a table without rowid in the order of its key, which is what a roll-up is read by.
std::string create_table(Dialect dialect, std::string_view table, std::span<const Column> columns, std::string_view key,
                         bool has_rowid) {
    std::string sql = "CREATE TABLE " + std::string(table) + " (";
    for (const Column& column : columns) {
        sql.append(column.name).append(" ").append(type_name(dialect, column.type));
        sql.append(column.is_optional ? ", " : " NOT NULL, ");
    }
    sql.append("PRIMARY KEY (").append(key).append("))");
    if (dialect == Dialect::sqlite) sql.append(has_rowid ? " STRICT" : " STRICT, WITHOUT ROWID");
    return sql;
}

std::span<const Column> attempt_columns() { return attempts_columns; }
std::span<const Column> reservation_columns() { return reservations_columns; }
std::string select_measured(DimSet dims) {
    std::string sql = "SELECT ";
    for (const std::string_view column : measured) sql.append(sql.size() > 7 ? ", " : "").append(column);
    for (std::size_t i = 0; i + 1 < dims_count; ++i)   // whether it was simulated is one of the flags
        if ((dims >> i & 1U) != 0) sql.append(", ").append(dim_columns[i]);
    return sql + " FROM attempts";
}
std::string_view column_of(Dimension dimension) { return dim_columns[dim_index(dimension)]; }

std::vector<std::string> measure_columns() {
    std::vector<std::string> columns(count_columns.begin(), count_columns.end());
    for (std::size_t i = 0; i < model::meters_count; ++i) columns.emplace_back(name_of(static_cast<model::Meter>(i)));
    for (const char* amount : {"cost_whole", "cost_pico", "correction_whole", "correction_pico"})
        columns.emplace_back(amount);
    return columns;
}

std::vector<std::string> create_statements(Dialect dialect) {
    std::vector<std::string> statements;
    const auto table = [&](std::string_view name, std::span<const Column> columns, std::string_view key,
                           bool has_rowid) {
        statements.push_back(create_table(dialect, name, columns, key, has_rowid));
    };
    table("meta", meta_columns, "one", true);
    table("names", name_columns, "idx", true);
    table("attempts", attempts_columns, "idx", true);
    table("reservations", reservations_columns, "exchange, attempt", false);
    table("corrections", corrections_columns, "idx", true);
    table("pools", pool_columns, "hour_ns, pool", false);
    table("periods", period_columns, "grain, period", false);
    table("alarms", alarm_columns, "idx, what", false);
    for (const Cube& cube : cubes()) table(cube.table, roll_columns(cube, measure_columns()), key_of(cube), false);
    statements.emplace_back("CREATE UNIQUE INDEX attempts_by_exchange ON attempts (exchange, attempt)");
    statements.emplace_back("CREATE UNIQUE INDEX names_by_id ON names (id)");
    statements.emplace_back("CREATE INDEX reservations_by_idx ON reservations (idx)");
    for (std::string& statement : create_decision_statements(dialect)) statements.push_back(std::move(statement));
    return statements;
}

std::vector<std::string_view> table_names() {
    std::vector<std::string_view> names{"meta",        "names", "attempts", "reservations",
                                        "corrections", "pools", "periods",  "alarms",
                                        "decisions", "decision_kinds"};
    for (const Cube& cube : cubes()) names.push_back(cube.table);
    return names;
}

RowStatement insert_statement(Dialect dialect, std::string_view table, std::span<const Column> columns,
                              std::string_view conflict, Touched touched) {
    RowStatement statement;
    statement.touched = touched;
    std::string names, values;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string_view comma = i == 0 ? "" : ", ";
        names.append(comma).append(columns[i].name);
        values.append(comma).append("$").append(std::to_string(i + 1));
        if (dialect == Dialect::postgres) values.append("::").append(type_name(dialect, columns[i].type)).append("[]");
        statement.columns.push_back(columns[i].type);
    }
    statement.sql = "INSERT INTO " + std::string(table) + " (" + names + ") ";
    statement.sql += dialect == Dialect::sqlite ? "VALUES (" + values + ")" : "SELECT * FROM unnest(" + values + ")";
    if (!conflict.empty()) statement.sql.append(" ").append(conflict);
    if (dialect == Dialect::postgres && touched == Touched::by_first_column)
        statement.sql.append(" RETURNING ").append(columns[0].name);
    return statement;
}

RowStatement attempt_insert(Dialect dialect) {
    return insert_statement(dialect, "attempts", attempts_columns, "ON CONFLICT (exchange, attempt) DO NOTHING",
                            Touched::by_first_column);
}
RowStatement name_insert(Dialect dialect) {
    return insert_statement(dialect, "names", name_columns, "ON CONFLICT (id) DO NOTHING", Touched::by_first_column);
}
RowStatement reservation_insert(Dialect dialect) {
    return insert_statement(dialect, "reservations", reservations_columns, "ON CONFLICT (exchange, attempt) DO NOTHING",
                            Touched::by_first_column);
}
RowStatement reservation_delete(Dialect dialect) {
    RowStatement statement{.sql = {}, .columns = {bytes, integer16}, .touched = Touched::by_number};
    statement.sql = dialect == Dialect::sqlite
                        ? "DELETE FROM reservations WHERE exchange = $1 AND attempt = $2"
                        : "DELETE FROM reservations USING unnest($1::bytea[], $2::smallint[]) WITH ORDINALITY AS ended "
                          "(exchange, attempt, number) WHERE reservations.exchange = ended.exchange AND "
                          "reservations.attempt = ended.attempt RETURNING ended.number";
    return statement;
}
RowStatement correction_insert(Dialect dialect) {
    return insert_statement(dialect, "corrections", corrections_columns, "", Touched::all);
}
RowStatement pool_insert(Dialect dialect) {
    const std::array<std::string, 6> added{"microjoules", "microjoules_attributed", "cost_whole",
                                           "cost_pico",   "attributed_whole",       "attributed_pico"};
    return insert_statement(dialect, "pools", pool_columns,
                            "ON CONFLICT (hour_ns, pool) DO UPDATE SET " + sums("pools", added), Touched::all);
}
RowStatement period_insert(Dialect dialect) {
    // What SQLite calls min and max of two values is least and greatest elsewhere.
    const bool is_sqlite = dialect == Dialect::sqlite;
    const std::string least = is_sqlite ? "min" : "least", greatest = is_sqlite ? "max" : "greatest";
    return insert_statement(dialect, "periods", period_columns,
                            "ON CONFLICT (grain, period) DO UPDATE SET first_idx = " + least +
                                "(periods.first_idx, excluded.first_idx), last_idx = " + greatest +
                                "(periods.last_idx, excluded.last_idx)",
                            Touched::all);
}
RowStatement alarm_insert(Dialect dialect) {
    return insert_statement(dialect, "alarms", alarm_columns, "ON CONFLICT (idx, what) DO NOTHING", Touched::all);
}
RowStatement roll_insert(Dialect dialect, const Cube& cube) {
    const std::vector<std::string> measures = measure_columns();
    return insert_statement(dialect, cube.table, roll_columns(cube, measures),
                            "ON CONFLICT (" + key_of(cube) + ") DO UPDATE SET " + sums(cube.table, measures),
                            Touched::all);
}

}   // namespace gilmok::ledger
