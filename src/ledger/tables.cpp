#include "ledger/tables.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "ledger/table_database.hpp"
#include "ledger/table_decisions.hpp"
#include "ledger/table_fold.hpp"
#include "ledger/table_rows.hpp"
#include "ledger/table_schema.hpp"

namespace gilmok::ledger {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Dimension::count_)> dimension_names{
    "hour",  "day",   "month", "tenant",   "key",        "model",   "upstream",   "served_model",
    "place", "class", "tag",   "endpoint", "provenance", "outcome", "price_card", "simulated"};

tl::unexpected<TablesProblem> refuse(int code, std::string message) {
    return tl::unexpected<TablesProblem>(TablesProblem{code, std::move(message)});
}

std::string_view product_of(const Database& database) {
    return database.dialect() == Dialect::sqlite ? "SQLite" : "PostgreSQL";
}

// Ends the transaction one way or the other.
class Transaction {
public:
    explicit Transaction(Database& database) : database_(database) {}
    ~Transaction() {
        if (is_open_) database_.rollback();
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    TablesResult<bool> begin() {
        auto begun = database_.begin(false);
        is_open_ = begun.has_value();
        return begun;
    }
    TablesResult<bool> commit() {
        auto committed = database_.commit();
        is_open_ = !committed;
        return committed;
    }

private:
    Database& database_;
    bool is_open_ = false;
};

TablesResult<bool> create_schema(Database& database, std::int32_t utc_offset_minutes) {
    for (const std::string& statement : create_statements(database.dialect())) {
        auto made = database.run(statement, {}, nullptr, "making the tables");
        if (!made) return made;
    }
    const std::array<Parameter, 2> values{schema_version, std::int64_t{utc_offset_minutes}};
    return database.run(
        "INSERT INTO meta (one, version, utc_offset_minutes, records, last_epoch, last_name, rolled) VALUES (1, $1, "
        "$2, 0, 0, 0, "
        "0)",
        values, nullptr, "making the tables");
}

// Schema 2 has the decisions besides. No record of theirs can be in what schema 1 holds: who wrote that log knew none.
TablesResult<bool> bring_up(Database& database) {
    for (const std::string& statement : create_decision_statements(database.dialect())) {
        auto made = database.run(statement, {}, nullptr, "bringing the tables up to date");
        if (!made) return made;
    }
    const std::array<Parameter, 1> version{schema_version};
    return database.run("UPDATE meta SET version = $1", version, nullptr, "bringing the tables up to date");
}

class FoldedTables final : public Tables {
public:
    FoldedTables(std::unique_ptr<Database> database, std::int32_t utc_offset_minutes)
        : database_(std::move(database)), utc_offset_minutes_(utc_offset_minutes) {}

    TablesResult<bool> open() {
        auto meta = read_meta(*database_);
        if (!meta) return tl::unexpected<TablesProblem>(meta.error());
        std::int64_t last = -1;
        auto read = database_->run(
            "SELECT max(idx) FROM attempts", {},
            [&](const RowView& row) { last = row.is_null(0) ? -1 : static_cast<std::int64_t>(row.integer(0)); },
            "checking the tables");
        if (!read) return read;
        if (last >= static_cast<std::int64_t>(meta->folded.records))
            return refuse(EBADMSG, std::string(product_of(*database_)) + ": the tables say that they hold " +
                                       std::to_string(meta->folded.records) +
                                       " records and have an attempt of record " + std::to_string(last) +
                                       "; something else wrote them: `gilmok ledger rebuild` makes them again");
        folder_ = std::make_unique<Folder>(database_->dialect(), Calendar(meta->utc_offset_minutes));
        return true;
    }

    TablesResult<Folded> folded() override {
        auto meta = read_meta(*database_);
        if (!meta) return tl::unexpected<TablesProblem>(meta.error());
        return meta->folded;
    }

    TablesResult<bool> apply(std::span<const IndexedEntry> entries) override {
        auto added = add(entries);
        return added ? commit() : added;
    }

    TablesResult<bool> add(std::span<const IndexedEntry> entries) override {
        if (entries.empty()) return true;
        auto added = add_to_batch(entries);
        if (!added) take_back();
        return added;
    }

    TablesResult<bool> commit() override {
        if (!batch_) return true;
        auto committed = commit_batch();
        if (committed) {
            batch_.reset();
            database_->rest();
        } else {
            take_back();
        }
        return committed;
    }

    TablesResult<std::vector<NameRow>> names() override {
        std::vector<NameRow> rows;
        auto read = database_->run(
            "SELECT id, kind, text FROM names ORDER BY idx", {},
            [&](const RowView& row) {
                rows.push_back({model::NameId{id_of(row.integer(0))}, static_cast<NameKind>(row.integer(1)),
                                std::string(row.bytes(2))});
            },
            "reading the names");
        if (!read) return tl::unexpected<TablesProblem>(read.error());
        return rows;
    }

    TablesResult<bool> clear() override {
        take_back();
        Transaction transaction(*database_);
        auto begun = transaction.begin();
        if (!begun) return begun;
        for (const std::string_view table : table_names()) {
            auto dropped = database_->run("DROP TABLE " + std::string(table), {}, nullptr, "forgetting the tables");
            if (!dropped) return dropped;
        }
        auto made = create_schema(*database_, utc_offset_minutes_);
        if (!made) return made;
        auto committed = transaction.commit();
        if (!committed) return committed;
        folder_ = std::make_unique<Folder>(database_->dialect(), Calendar(utc_offset_minutes_));
        return true;
    }

private:
    struct Batch {
        explicit Batch(Database& database) : transaction(database) {}
        Transaction transaction;
        Meta meta{};
    };

    TablesResult<bool> add_to_batch(std::span<const IndexedEntry> entries) {
        for (std::size_t i = 1; i < entries.size(); ++i)
            if (entries[i].index != entries.front().index + i)
                return refuse(EINVAL, "the batch from record " + std::to_string(entries.front().index) +
                                          " has a gap at " + std::to_string(entries[i].index));
        if (!batch_) {
            auto begun = batch_.emplace(*database_).transaction.begin();
            if (!begun) return begun;
            auto meta = read_meta(*database_);
            if (!meta) return tl::unexpected<TablesProblem>(meta.error());
            batch_->meta = *meta;
        }
        if (entries.front().index != batch_->meta.folded.records)
            return refuse(EINVAL, "the tables hold " + std::to_string(batch_->meta.folded.records) +
                                      " records, so the next is not " + std::to_string(entries.front().index) +
                                      ": each record counts once");
        return folder_->add(*database_, entries, batch_->meta);
    }

    TablesResult<bool> commit_batch() {
        Meta& meta = batch_->meta;
        auto written = folder_->finish(meta);
        if (!written) return written;
        const std::array<Parameter, 4> values{static_cast<std::int64_t>(meta.folded.records),
                                              std::int64_t{meta.folded.last_epoch}, std::int64_t{meta.folded.last_name},
                                              static_cast<std::int64_t>(meta.rolled)};
        auto marked = database_->run("UPDATE meta SET records = $1, last_epoch = $2, last_name = $3, rolled = $4",
                                     values, nullptr, "noting how far the tables are");
        if (!marked) return marked;
        return batch_->transaction.commit();
    }

    void take_back() {
        if (batch_) folder_->forget();
        batch_.reset();
    }

    std::unique_ptr<Database> database_;
    std::int32_t utc_offset_minutes_;
    std::unique_ptr<Folder> folder_;
    std::optional<Batch> batch_;   // of which a part was added
};

class NoTables final : public Tables {
public:
    TablesResult<Folded> folded() override { return folded_; }
    // Holds nothing, so a log of any length can be continued: it only counts.
    TablesResult<bool> apply(std::span<const IndexedEntry> entries) override {
        if (entries.empty()) return true;
        folded_.records = entries.back().index + 1;
        folded_.oldest_open_index = folded_.records;
        for (const IndexedEntry& entry : entries) {
            folded_.last_epoch = std::max(folded_.last_epoch, entry.entry.header.epoch);
            if (const auto* name = std::get_if<Name>(&entry.entry.body))
                folded_.last_name = std::max(folded_.last_name, static_cast<std::uint32_t>(name->id));
        }
        return true;
    }
    TablesResult<std::vector<NameRow>> names() override { return std::vector<NameRow>{}; }
    TablesResult<bool> clear() override {
        folded_ = {};
        return true;
    }

private:
    Folded folded_;
};

}   // namespace

std::string_view name_of(Dimension dimension) {
    const auto index = static_cast<std::size_t>(dimension);
    return index < dimension_names.size() ? dimension_names[index] : std::string_view{};
}

std::optional<Dimension> dimension_of(std::string_view name) {
    for (std::size_t i = 0; i < dimension_names.size(); ++i)
        if (dimension_names[i] == name) return static_cast<Dimension>(i);
    return std::nullopt;
}

std::string in_list(Dialect dialect, std::string_view parameter) {
    return dialect == Dialect::sqlite ? "IN (SELECT value FROM json_each(" + std::string(parameter) + "))"
                                      : "= ANY (" + std::string(parameter) + "::bigint[])";
}

TablesResult<Meta> read_meta(Database& database) {
    Meta meta;
    auto read = database.run(
        "SELECT records, last_epoch, last_name, utc_offset_minutes, rolled, (SELECT min(idx) FROM reservations) FROM "
        "meta",
        {},
        [&](const RowView& row) {
            meta.folded.records = static_cast<std::uint64_t>(row.integer(0));
            meta.folded.last_epoch = static_cast<std::uint32_t>(row.integer(1));
            meta.folded.last_name = static_cast<std::uint32_t>(row.integer(2));
            meta.utc_offset_minutes = static_cast<std::int32_t>(row.integer(3));
            meta.rolled = static_cast<std::uint64_t>(row.integer(4));
            meta.folded.oldest_open_index =
                row.is_null(5) ? meta.folded.records : static_cast<std::uint64_t>(row.integer(5));
        },
        "reading what the tables hold");
    if (!read) return tl::unexpected<TablesProblem>(read.error());
    return meta;
}

TablesResult<std::int64_t> schema_version_of(Database& database) {
    std::int64_t tables = 0, ours = 0, version = 0;
    const std::string which =
        database.dialect() == Dialect::sqlite
            ? "SELECT count(*), coalesce(sum(name = 'meta'), 0) FROM sqlite_master WHERE type = 'table'"
            : "SELECT count(*), count(*) FILTER (WHERE tablename = 'meta') FROM pg_tables WHERE schemaname = "
              "current_schema()";
    auto counted = database.run(
        which, {},
        [&](const RowView& row) {
            tables = static_cast<std::int64_t>(row.integer(0));
            ours = static_cast<std::int64_t>(row.integer(1));
        },
        "reading its schema");
    if (!counted) return tl::unexpected<TablesProblem>(counted.error());
    if (tables == 0) return 0;
    if (ours == 0)
        return refuse(EBADMSG, std::string(product_of(database)) +
                                   ": this database holds tables that are not gilmok's; name another one");
    auto read = database.run(
        "SELECT version FROM meta", {},
        [&](const RowView& row) { version = static_cast<std::int64_t>(row.integer(0)); }, "reading its schema");
    if (!read) return tl::unexpected<TablesProblem>(read.error());
    if (version < 1 || version > schema_version)
        return refuse(EPROTO, std::string(product_of(database)) + ": the tables have schema " +
                                  std::to_string(version) + ", this gilmok knows " + std::to_string(schema_version) +
                                  "; run the newer gilmok, or give this one a database of its own");
    return version;
}

TablesResult<std::unique_ptr<Tables>> make_tables(std::unique_ptr<Database> database, std::int32_t utc_offset_minutes) {
    auto version = schema_version_of(*database);
    if (!version) return tl::unexpected<TablesProblem>(version.error());
    if (*version != schema_version) {
        Transaction transaction(*database);
        auto begun = transaction.begin();
        if (!begun) return tl::unexpected<TablesProblem>(begun.error());
        auto made = *version == 0 ? create_schema(*database, utc_offset_minutes) : bring_up(*database);
        if (made) made = transaction.commit();
        if (!made) return tl::unexpected<TablesProblem>(made.error());
    }
    auto tables = std::make_unique<FoldedTables>(std::move(database), utc_offset_minutes);
    auto opened = tables->open();
    if (!opened) return tl::unexpected<TablesProblem>(opened.error());
    return std::unique_ptr<Tables>(std::move(tables));
}

TablesResult<std::unique_ptr<Tables>> open_sqlite(const std::string& path, std::int32_t utc_offset_minutes) {
    auto database = connect_sqlite({.path = path});
    if (!database) return tl::unexpected<TablesProblem>(database.error());
    return make_tables(std::move(*database), utc_offset_minutes);
}

TablesResult<std::unique_ptr<Tables>> open_postgres(const Secret& conninfo, std::int32_t utc_offset_minutes) {
    auto database = connect_postgres(conninfo, false);
    if (!database) return tl::unexpected<TablesProblem>(database.error());
    return make_tables(std::move(*database), utc_offset_minutes);
}

std::unique_ptr<Tables> no_tables() { return std::make_unique<NoTables>(); }

TablesResult<std::unique_ptr<Questions>> ask_sqlite(const std::string& path) {
    auto database = connect_sqlite({.path = path, .is_read_only = true});
    if (!database) return tl::unexpected<TablesProblem>(database.error());
    return make_questions(std::move(*database));
}

TablesResult<std::unique_ptr<Questions>> ask_postgres(const Secret& conninfo) {
    auto database = connect_postgres(conninfo, true);
    if (!database) return tl::unexpected<TablesProblem>(database.error());
    return make_questions(std::move(*database));
}

}   // namespace gilmok::ledger
