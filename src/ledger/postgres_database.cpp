// PostgreSQL behind Database, through libpq. All rows of a batch go in one statement, as one array for each column.
#include <libpq-fe.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <deque>

#include "base/text.hpp"
#include "ledger/table_database.hpp"

namespace gilmok::ledger {
namespace {

constexpr Oid bytea_oid = 17;   // pg_type.dat
constexpr std::size_t rows_a_statement = 8'192;
constexpr const char* connect_timeout_s = "10";
// Any number will do as long as every gilmok takes the same: "gilmok" in ASCII.
constexpr const char* writer_lock = "SELECT pg_try_advisory_lock(113702488338283)";

struct Closer {
    void operator()(PGconn* connection) const { PQfinish(connection); }
    void operator()(PGresult* result) const { PQclear(result); }
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Connection = std::unique_ptr<PGconn, Closer>;
using ResultSet = std::unique_ptr<PGresult, Closer>;

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
}

class PostgresRow final : public RowView {
public:
    PostgresRow(const PGresult* result, int row) : result_(result), row_(row) {}
    [[nodiscard]] Pico integer(int column) const override {
        const std::string_view text = value(column);
        const bool is_negative = text.starts_with('-');
        Pico number = 0;
        for (const char c : text.substr(is_negative ? 1 : 0)) number = number * 10 + (c - '0');
        return is_negative ? -number : number;
    }
    [[nodiscard]] bool is_null(int column) const override { return PQgetisnull(result_, row_, column) != 0; }
    [[nodiscard]] std::string_view bytes(int column) const override {
        const std::string_view text = value(column);
        if (PQftype(result_, column) != bytea_oid || !text.starts_with("\\x")) return text;
        std::string& decoded = decoded_.emplace_back();
        for (std::size_t i = 2; i + 1 < text.size(); i += 2)
            decoded.push_back(static_cast<char>(digit_of(text[i]) * 16 + digit_of(text[i + 1])));
        return decoded;
    }

private:
    [[nodiscard]] std::string_view value(int column) const {
        return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
    }
    const PGresult* result_;
    int row_;
    mutable std::deque<std::string> decoded_;   // what bytes() has given out
};

// The columns of many rows as the texts of arrays: {1,2,NULL}, {"\\x00ff"}.
class ArraySink final : public RowSink {
public:
    explicit ArraySink(std::size_t columns) : arrays_(columns, "{") {}
    void begin_row() { column_ = 0; }
    void integer(std::int64_t value) override { append_number(next(), value); }
    void null() override { next().append("NULL"); }
    void bytes(std::string_view value) override { next().append("\"\\\\x").append(hex(value)).append("\""); }
    void text(std::string_view value) override {
        std::string& array = next();
        array.push_back('"');
        for (const char c : value) {
            if (c == '"' || c == '\\') array.push_back('\\');
            array.push_back(c);
        }
        array.push_back('"');
    }
    std::vector<const char*> finish() {
        std::vector<const char*> values;
        for (std::string& array : arrays_) values.push_back(array.append("}").c_str());
        return values;
    }

private:
    std::string& next() {
        std::string& array = arrays_[column_++];
        if (array.size() > 1) array.push_back(',');
        return array;
    }
    std::vector<std::string> arrays_;
    std::size_t column_ = 0;
};

std::string text_of(const Parameter& parameter) {
    if (const auto* number = std::get_if<std::int64_t>(&parameter)) return std::to_string(*number);
    if (const auto* text = std::get_if<std::string_view>(&parameter)) return std::string(*text);
    if (const auto* bytes = std::get_if<Bytes>(&parameter)) return "\\x" + hex(bytes->view);
    std::string list = "{";
    for (const std::int64_t number : *std::get<const Numbers*>(parameter)) {
        if (list.size() > 1) list.push_back(',');
        append_number(list, number);
    }
    return list + "}";
}

class PostgresDatabase final : public Database {
public:
    PostgresDatabase(Secret conninfo, bool is_read_only)
        : conninfo_(std::move(conninfo)), is_read_only_(is_read_only) {}

    TablesResult<bool> connect() {
        connection_.reset();
        const std::string conninfo(conninfo_.reveal());
        const std::unique_ptr<PQconninfoOption, Closer> options(PQconninfoParse(conninfo.c_str(), nullptr));
        // libpq's own words may quote the password, so they are not shown.
        if (options == nullptr)
            return refuse(EINVAL, "PostgreSQL: the setting is neither postgresql://… nor key=value");
        for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option)
            if (std::string_view(option->keyword) == "password" && option->val != nullptr)
                password_ = Secret(option->val);
        // What stands before dbname can be overruled by what the setting says.
        const std::array<const char*, 4> names{"connect_timeout", "application_name", "dbname", nullptr};
        const std::array<const char*, 4> values{connect_timeout_s, "gilmok", conninfo.c_str(), nullptr};
        connection_.reset(PQconnectdbParams(names.data(), values.data(), 1));
        if (connection_ == nullptr || PQstatus(connection_.get()) != CONNECTION_OK) return failure("connecting");
        PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
        return set_up();
    }

    [[nodiscard]] Dialect dialect() const override { return Dialect::postgres; }

    TablesResult<bool> run(const std::string& sql, std::span<const Parameter> parameters, const OnRow& on_row,
                           std::string_view doing) override {
        std::vector<std::string> texts;
        for (const Parameter& parameter : parameters) texts.push_back(text_of(parameter));
        std::vector<const char*> values;
        for (const std::string& text : texts) values.push_back(text.c_str());
        if (connection_ == nullptr || PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()),
                                                        nullptr, values.data(), nullptr, nullptr, 0) == 0)
            return failure(doing);
        PQsetSingleRowMode(connection_.get());   // an answer of any size takes the memory of one row
        std::string problem;
        while (const ResultSet result{PQgetResult(connection_.get())}) {
            const ExecStatusType status = PQresultStatus(result.get());
            if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
                problem = PQresultErrorMessage(result.get());
            for (int row = 0; on_row && problem.empty() && row < PQntuples(result.get()); ++row)
                on_row(PostgresRow(result.get(), row));
        }
        if (!problem.empty()) return failure(doing, problem);
        return true;
    }

    TablesResult<std::vector<bool>> write(const RowStatement& statement, std::size_t rows,
                                          const std::function<void(std::size_t, RowSink&)>& fill,
                                          std::string_view doing) override {
        std::vector<bool> touched(rows, statement.touched == RowStatement::Touched::all);
        for (std::size_t begin = 0; begin < rows; begin += rows_a_statement) {
            const std::size_t end = std::min(rows, begin + rows_a_statement);
            ArraySink sink(statement.columns.size());
            for (std::size_t row = begin; row < end; ++row) {
                sink.begin_row();
                fill(row, sink);
            }
            const std::vector<const char*> values = sink.finish();
            const ResultSet result(PQexecParams(connection_.get(), statement.sql.c_str(),
                                                static_cast<int>(values.size()), nullptr, values.data(), nullptr,
                                                nullptr, 0));
            const ExecStatusType status = PQresultStatus(result.get());
            if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
                return failure(doing, PQresultErrorMessage(result.get()));
            note_touched(*result, statement, values.front(), begin, touched);
        }
        return touched;
    }

    TablesResult<bool> begin(bool is_read_only) override {
        if (connection_ == nullptr || PQstatus(connection_.get()) != CONNECTION_OK) {
            auto again = connect();
            if (!again) return again;
        }
        return run(is_read_only ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN", {}, nullptr,
                   "beginning a transaction");
    }
    TablesResult<bool> commit() override { return run("COMMIT", {}, nullptr, "committing"); }
    void rollback() override {
        if (connection_ != nullptr && PQtransactionStatus(connection_.get()) != PQTRANS_IDLE)
            static_cast<void>(run("ROLLBACK", {}, nullptr, "rolling back"));
    }
    void rest() override {}

private:
    TablesResult<bool> set_up() {
        std::vector<const char*> statements{"SET client_encoding = 'UTF8'", "SET bytea_output = 'hex'",
                                            "SET lock_timeout = '10s'"};
        if (!is_read_only_) statements.push_back("CREATE SCHEMA IF NOT EXISTS gilmok");
        statements.push_back("SET search_path TO gilmok");
        for (const char* statement : statements) {
            auto done = run(statement, {}, nullptr, "setting it up");
            if (!done) return done;
        }
        if (is_read_only_) return true;
        bool is_ours = false;
        auto locked = run(writer_lock, {}, [&](const RowView& row) { is_ours = row.bytes(0) == "t"; }, "locking it");
        if (locked && !is_ours) {
            connection_.reset();
            return refuse(EBUSY,
                          "PostgreSQL: another gilmok writes into this database; give each a database of its own");
        }
        return locked;
    }

    // `first`: the array of the first column, which names the rows that RETURNING tells of, in the same order or not.
    static void note_touched(const PGresult& result, const RowStatement& statement, const char* first,
                             std::size_t begin, std::vector<bool>& touched) {
        if (statement.touched == RowStatement::Touched::all) return;
        std::vector<std::int64_t> told;
        for (int row = 0; row < PQntuples(&result); ++row)
            told.push_back(static_cast<std::int64_t>(PostgresRow(&result, row).integer(0)));
        if (statement.touched == RowStatement::Touched::by_number) {
            for (const std::int64_t number : told) touched[begin + static_cast<std::size_t>(number) - 1] = true;
            return;
        }
        std::ranges::sort(told);
        const std::string_view values(first);
        std::size_t row = begin;
        for (std::size_t at = 1; at < values.size(); ++row) {
            std::int64_t value = 0;
            const auto end = std::from_chars(values.data() + at, values.data() + values.size(), value).ptr;
            touched[row] = std::ranges::binary_search(told, value);
            at = static_cast<std::size_t>(end - values.data()) + 1;
        }
    }

    static tl::unexpected<TablesProblem> refuse(int code, std::string message) {
        return tl::unexpected<TablesProblem>(TablesProblem{code, std::move(message)});
    }

    tl::unexpected<TablesProblem> failure(std::string_view doing, std::string why = {}) {
        if (why.empty()) why = connection_ == nullptr ? "no connection" : PQerrorMessage(connection_.get());
        while (why.ends_with('\n')) why.pop_back();
        const std::string_view password = password_.reveal();
        for (std::size_t at = 0; !password.empty() && (at = why.find(password, at)) != std::string::npos; at += 3)
            why.replace(at, password.size(), "***");
        const bool is_lost = connection_ == nullptr || PQstatus(connection_.get()) != CONNECTION_OK;
        return refuse(is_lost ? ECONNREFUSED : EIO,
                      "PostgreSQL: " + why + " (while " + std::string(doing) + ")" +
                          (is_lost ? "; gilmok tries again, and adds what is missing from the log" : ""));
    }

    Secret conninfo_;
    Secret password_;   // only to keep it out of messages
    bool is_read_only_;
    Connection connection_;
};

}   // namespace

TablesResult<std::unique_ptr<Database>> connect_postgres(const Secret& conninfo, bool is_read_only) {
    auto database = std::make_unique<PostgresDatabase>(conninfo.clone(), is_read_only);
    auto connected = database->connect();
    if (!connected) return tl::unexpected<TablesProblem>(connected.error());
    return std::unique_ptr<Database>(std::move(database));
}

}   // namespace gilmok::ledger
