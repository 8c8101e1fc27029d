// SQLite behind Database. One connection writes and checkpoints, all others are read-only: the WAL-reset bug of SQLite 3.7.0
// to 3.51.2 (https://sqlite.org/wal.html#walresetbug) needs two that write or checkpoint.
#include <sqlite3.h>

#include <cerrno>
#include <unordered_map>

#include "base/assert.hpp"
#include "ledger/table_database.hpp"

namespace gilmok::ledger {
namespace {

constexpr int busy_timeout_ms = 10'000;
constexpr int page_bytes = 8'192;         // of a new file: half the writes of 4,096 for rows that are appended
constexpr int checkpoint_pages = 2'000;   // 16 MiB of WAL, then its pages go into the database
constexpr std::int64_t wal_bytes_kept = 64 << 20;      // what a reset WAL may keep of the disk
constexpr std::int64_t checked_bytes_max = 64 << 20;   // a larger file is not read through at every start
constexpr std::size_t statements_max = 256;

int errno_of(int code) {
    switch (code & 0xff) {
        case SQLITE_FULL: return ENOSPC;
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return EBUSY;
        case SQLITE_READONLY: return EROFS;
        case SQLITE_PERM:
        case SQLITE_AUTH: return EACCES;
        case SQLITE_CANTOPEN: return ENOENT;
        case SQLITE_NOMEM: return ENOMEM;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return EBADMSG;
        default: return EIO;
    }
}

std::string_view advice_of(int code) {
    switch (code & 0xff) {
        case SQLITE_FULL: return "; free space on this disk: what is missing is added by itself from the log";
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return "; another program holds the file: end it";
        case SQLITE_READONLY:
        case SQLITE_PERM: return "; the user that runs gilmok must be allowed to write the file and its directory";
        case SQLITE_CANTOPEN:
            return "; the directory must exist and be readable (writable too: SQLite keeps -wal and -shm beside the "
                   "file)";
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return "; the log is whole without it: `gilmok ledger rebuild` makes the tables again";
        case SQLITE_IOERR: return "; look at the disk (dmesg): what is missing is added by itself from the log";
        default: return "";
    }
}

// After these nobody knows what the connection's pages are worth.
bool breaks_connection(int code) {
    switch (code & 0xff) {
        case SQLITE_IOERR:
        case SQLITE_FULL:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_CANTOPEN:
        case SQLITE_NOMEM: return true;
        default: return false;
    }
}

struct Closer {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, Closer>;
using Statement = std::unique_ptr<sqlite3_stmt, Closer>;

class SqliteRow final : public RowView {
public:
    explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
    [[nodiscard]] Pico integer(int column) const override { return sqlite3_column_int64(statement_, column); }
    [[nodiscard]] bool is_null(int column) const override {
        return sqlite3_column_type(statement_, column) == SQLITE_NULL;
    }
    [[nodiscard]] std::string_view bytes(int column) const override {
        const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
        return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
    }

private:
    sqlite3_stmt* statement_;
};

// Nothing is copied: values live until the row has been written. What is bound stays bound from row to row, and most columns
// of a row hold what the row before held, so only what differs is bound.
class SqliteSink final : public RowSink {
public:
    SqliteSink(sqlite3_stmt* statement, std::size_t columns) : statement_(statement), bound_(columns) {}
    void begin() { column_ = 0; }
    void integer(std::int64_t value) override {
        Bound& bound = next();
        if (bound.what == Bound::What::number && bound.value == value) return;
        bound = {Bound::What::number, value};
        sqlite3_bind_int64(statement_, column_, value);
    }
    void null() override {
        Bound& bound = next();
        if (bound.what == Bound::What::nothing) return;
        bound = {Bound::What::nothing, 0};
        sqlite3_bind_null(statement_, column_);
    }
    void bytes(std::string_view value) override {
        next() = {Bound::What::view, 0};
        sqlite3_bind_blob64(statement_, column_, value.empty() ? "" : value.data(), value.size(), SQLITE_STATIC);
    }
    void text(std::string_view value) override {
        next() = {Bound::What::view, 0};
        sqlite3_bind_text64(statement_, column_, value.empty() ? "" : value.data(), value.size(), SQLITE_STATIC,
                            SQLITE_UTF8);
    }

private:
    struct Bound {
        enum class What : std::uint8_t { unknown, number, nothing, view };
        What what = What::unknown;
        std::int64_t value = 0;
    };
    Bound& next() {
        GILMOK_ASSERT(static_cast<std::size_t>(column_) < bound_.size());
        return bound_[static_cast<std::size_t>(column_++)];
    }

    sqlite3_stmt* statement_;
    std::vector<Bound> bound_;
    int column_ = 0;   // of the last value, from 1
};

// SQLite would add up under a lock what each of its allocations takes, which nobody asks it for.
void count_no_memory() {
    // Refused where another part of the program has used SQLite before, which then goes on as it began.
    [[maybe_unused]] static const int set = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

std::string json_of(const Numbers& numbers) {
    std::string json = "[";
    for (const std::int64_t number : numbers) json.append(json.size() > 1 ? "," : "").append(std::to_string(number));
    return json + "]";
}

class SqliteDatabase final : public Database {
public:
    explicit SqliteDatabase(SqliteOptions options) : options_(std::move(options)) {}
    ~SqliteDatabase() override { statements_.clear(); }

    TablesResult<bool> connect() {
        count_no_memory();
        statements_.clear();
        connection_.reset();
        const int access = options_.is_read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
        sqlite3* opened = nullptr;
        const int code = sqlite3_open_v2(options_.path.c_str(), &opened,
                                         access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
        connection_.reset(opened);
        if (code != SQLITE_OK) return failure(code, "opening it");
        sqlite3_busy_timeout(opened, busy_timeout_ms);
        auto set = set_up();
        is_broken_ = !set;
        return set;
    }

    [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }

    TablesResult<bool> run(const std::string& sql, std::span<const Parameter> parameters, const OnRow& on_row,
                           std::string_view doing) override {
        sqlite3_stmt* statement = prepared(sql);
        if (statement == nullptr) return failure(sqlite3_extended_errcode(connection_.get()), doing);
        std::vector<std::string> lists;
        lists.reserve(parameters.size());   // bound without a copy, so they must not move
        SqliteSink sink(statement, parameters.size());
        for (const Parameter& parameter : parameters) bind(sink, parameter, lists);
        const SqliteRow row(statement);
        int code = sqlite3_step(statement);
        for (; code == SQLITE_ROW; code = sqlite3_step(statement))
            if (on_row) on_row(row);
        sqlite3_reset(statement);
        if (code != SQLITE_DONE) return failure(code, doing);
        return true;
    }

    TablesResult<std::vector<bool>> write(const RowStatement& statement, std::size_t rows,
                                          const std::function<void(std::size_t, RowSink&)>& fill,
                                          std::string_view doing) override {
        std::vector<bool> touched(rows, true);
        if (rows == 0) return touched;
        sqlite3_stmt* prepared_statement = prepared(statement.sql);
        if (prepared_statement == nullptr) return failure(sqlite3_extended_errcode(connection_.get()), doing);
        SqliteSink sink(prepared_statement, statement.columns.size());
        for (std::size_t row = 0; row < rows; ++row) {
            sink.begin();
            fill(row, sink);
            const int code = sqlite3_step(prepared_statement);
            sqlite3_reset(prepared_statement);
            if (code != SQLITE_DONE) return failure(code, doing);
            if (statement.touched != RowStatement::Touched::all) touched[row] = sqlite3_changes(connection_.get()) > 0;
        }
        return touched;
    }

    TablesResult<bool> begin(bool is_read_only) override {
        if (is_broken_) {
            auto again = connect();
            if (!again) return again;
        }
        return run(is_read_only ? "BEGIN" : "BEGIN IMMEDIATE", {}, nullptr, "beginning a transaction");
    }
    TablesResult<bool> commit() override { return run("COMMIT", {}, nullptr, "committing"); }
    void rollback() override {
        if (connection_ != nullptr && sqlite3_get_autocommit(connection_.get()) == 0)
            sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    }

    void rest() override {
        if (options_.is_read_only || options_.is_bulk || is_broken_ || wal_pages_ < checkpoint_pages) return;
        // Passive: never waits for a reader. What it could not do is done the next time.
        const int code =
            sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
        is_broken_ = code != SQLITE_OK && breaks_connection(code);
        wal_pages_ = 0;
    }

private:
    TablesResult<bool> set_up() {
        const std::string page_size = "PRAGMA page_size=" + std::to_string(page_bytes);
        std::vector<std::string> pragmas;
        if (options_.is_read_only)
            pragmas = {"PRAGMA query_only=ON", "PRAGMA cache_size=-65536"};
        else if (options_.is_bulk)
            pragmas = {page_size, "PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA locking_mode=EXCLUSIVE",
                       "PRAGMA cache_size=-524288"};
        else
            pragmas = {page_size, "PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA cache_size=-131072",
                       "PRAGMA journal_size_limit=" + std::to_string(wal_bytes_kept)};
        pragmas.emplace_back("PRAGMA temp_store=MEMORY");
        for (const std::string& pragma : pragmas) {
            auto done = run(pragma, {}, nullptr, "setting it up");
            if (!done) return done;
        }
        if (options_.is_read_only || options_.is_bulk) return true;
        // In place of SQLite's own checkpoints, which come in the middle of a commit: ours come between batches.
        sqlite3_wal_hook(
            connection_.get(),
            [](void* self, sqlite3*, const char*, int pages) {
                static_cast<SqliteDatabase*>(self)->wal_pages_ = pages;
                return SQLITE_OK;
            },
            this);
        return check();
    }

    TablesResult<bool> check() {
        std::int64_t size_bytes = 0;
        auto sized = run(
            "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()", {},
            [&](const RowView& row) { size_bytes = static_cast<std::int64_t>(row.integer(0)); }, "reading its size");
        if (!sized || size_bytes > checked_bytes_max) return sized;
        std::string verdict;
        auto checked =
            run("PRAGMA quick_check(1)", {}, [&](const RowView& row) { verdict = row.bytes(0); }, "checking it");
        if (checked && verdict != "ok") {
            return tl::unexpected<TablesProblem>(TablesProblem{
                EBADMSG,
                "SQLite: " + options_.path + " is damaged: " + verdict + std::string(advice_of(SQLITE_CORRUPT))});
        }
        return checked;
    }

    static void bind(SqliteSink& sink, const Parameter& parameter, std::vector<std::string>& lists) {
        if (const auto* number = std::get_if<std::int64_t>(&parameter)) sink.integer(*number);
        if (const auto* text = std::get_if<std::string_view>(&parameter)) sink.text(*text);
        if (const auto* bytes = std::get_if<Bytes>(&parameter)) sink.bytes(bytes->view);
        if (const auto* numbers = std::get_if<const Numbers*>(&parameter))
            sink.text(lists.emplace_back(json_of(**numbers)));
    }

    // Null when it cannot be prepared.
    sqlite3_stmt* prepared(const std::string& sql) {
        if (connection_ == nullptr) return nullptr;
        const auto found = statements_.find(sql);
        if (found != statements_.end()) return found->second.get();
        if (statements_.size() >= statements_max) statements_.clear();
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v3(connection_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
            SQLITE_OK)
            return nullptr;
        return statements_.emplace(sql, Statement(statement)).first->second.get();
    }

    tl::unexpected<TablesProblem> failure(int code, std::string_view doing) {
        is_broken_ = is_broken_ || breaks_connection(code);
        const std::string why = connection_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(connection_.get());
        return tl::unexpected<TablesProblem>(TablesProblem{
            errno_of(code), "SQLite: " + why + " (" + std::to_string(code) + ") while " + std::string(doing) + ", in " +
                                options_.path + std::string(advice_of(code))});
    }

    SqliteOptions options_;
    Connection connection_;
    std::unordered_map<std::string, Statement> statements_;   // destroyed before the connection
    int wal_pages_ = 0;
    bool is_broken_ = false;
};

}   // namespace

TablesResult<std::unique_ptr<Database>> connect_sqlite(const SqliteOptions& options) {
    auto database = std::make_unique<SqliteDatabase>(options);
    auto connected = database->connect();
    if (!connected) return tl::unexpected<TablesProblem>(connected.error());
    return std::unique_ptr<Database>(std::move(database));
}

}   // namespace gilmok::ledger
