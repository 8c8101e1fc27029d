// What the tables need of a database, so that SQLite and PostgreSQL hold the same schema and give the same answers through the
// same code. SQL comes from table_schema and from the shape of a question only; every value is bound, as $1, $2, … in the
// order of their first appearance, which both understand.
// Owner: a Tables or Questions; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ledger/tables.hpp"

namespace gilmok::ledger {

enum class Dialect : std::uint8_t { sqlite, postgres };

// What a column holds. An integer is as narrow as its values in PostgreSQL; SQLite stores each as short as it can.
enum class ColumnType : std::uint8_t { integer16, integer32, integer64, bytes, text };
struct Column {
    std::string_view name{};
    ColumnType type = ColumnType::integer64;
    bool is_optional = false;
};

struct Bytes {
    std::string_view view{};
};
// A list of numbers, for `IN`: see in_list().
using Numbers = std::vector<std::int64_t>;
using Parameter = std::variant<std::int64_t, std::string_view, Bytes, const Numbers*>;

// One row of an answer, alive during the call it is handed to.
class RowView {
public:
    virtual ~RowView() = default;
    [[nodiscard]] virtual Pico integer(int column) const = 0;   // 0 for null; sums may exceed 64 bits
    [[nodiscard]] virtual bool is_null(int column) const = 0;
    [[nodiscard]] virtual std::string_view bytes(int column) const = 0;   // of a text too
};
using OnRow = std::function<void(const RowView&)>;

// Takes the values of one row, in the order of the columns.
class RowSink {
public:
    virtual ~RowSink() = default;
    virtual void integer(std::int64_t value) = 0;
    virtual void null() = 0;
    virtual void bytes(std::string_view value) = 0;
    virtual void text(std::string_view value) = 0;
};

// A statement that is run for many rows of the same columns.
struct RowStatement {
    enum class Touched : std::uint8_t { all, by_first_column, by_number };
    std::string sql;
    std::vector<ColumnType> columns;
    // How PostgreSQL, which takes all rows at once, tells which ones did something: RETURNING the value of the first column, or
    // the number of the row, from 1.
    Touched touched = Touched::all;
};

class Database {
public:
    virtual ~Database() = default;
    [[nodiscard]] virtual Dialect dialect() const = 0;
    // `doing`, for people: "adding 128 records".
    virtual TablesResult<bool> run(const std::string& sql, std::span<const Parameter> parameters, const OnRow& on_row,
                                   std::string_view doing) = 0;
    // Which rows did something: false where another row with the same key was there, or there was none to remove.
    virtual TablesResult<std::vector<bool>> write(const RowStatement& statement, std::size_t rows,
                                                  const std::function<void(std::size_t row, RowSink& sink)>& fill,
                                                  std::string_view doing) = 0;
    virtual TablesResult<bool> begin(bool is_read_only) = 0;
    virtual TablesResult<bool> commit() = 0;
    virtual void rollback() = 0;
    // Housekeeping between transactions.
    virtual void rest() = 0;
};

// "IN (…)" over the Numbers bound as `parameter` ("$3").
std::string in_list(Dialect dialect, std::string_view parameter);

// The two that there are.

struct SqliteOptions {
    std::string path;
    bool is_read_only = false;
    // Fills a new file as fast as it can be written, without a journal: after a crash it is not a database. For generated
    // data and nothing else.
    bool is_bulk = false;
};
TablesResult<std::unique_ptr<Database>> connect_sqlite(const SqliteOptions& options);
TablesResult<std::unique_ptr<Database>> connect_postgres(const Secret& conninfo, bool is_read_only);

// What the tables say of themselves.
struct Meta {
    Folded folded;
    std::int32_t utc_offset_minutes = 0;   // of their days and months
    std::uint64_t rolled = 0;              // roll-ups hold the attempts with an index below; the rest is on its way
};
TablesResult<Meta> read_meta(Database& database);
// The schema's version; 0 for an empty database. A newer schema and tables of somebody else are refused.
TablesResult<std::int64_t> schema_version_of(Database& database);

// Tables (made if the database is empty) and Questions over any database.
TablesResult<std::unique_ptr<Tables>> make_tables(std::unique_ptr<Database> database, std::int32_t utc_offset_minutes);
TablesResult<std::unique_ptr<Questions>> make_questions(std::unique_ptr<Database> database,
                                                        std::size_t rows_most = rows_max);

}   // namespace gilmok::ledger
