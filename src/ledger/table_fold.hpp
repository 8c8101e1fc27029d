// Records → rows: one batch, one transaction, every record once. docs/ledger-tables.md.
// Owner and thread: the Tables.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "ledger/rollup.hpp"
#include "ledger/table_database.hpp"

namespace gilmok::ledger {

// Sums wait in memory until so many attempts or so long have come, because a batch of ten attempts touches two hundred rows
// of roll-ups and one of ten thousand thirty thousand. Questions add the attempts that wait (Meta::rolled) themselves.
inline constexpr std::uint64_t rolled_attempts_most = 32'768;
inline constexpr Duration rolled_interval = std::chrono::seconds(1);

class Folder {
public:
    Folder(Dialect dialect, Calendar calendar);
    ~Folder();
    // Writes what the entries mean, inside the caller's transaction, and takes `meta` to behind them. Entries follow each other
    // without a gap, also from call to call: all until finish() are one batch. What breaks a promise of the format (a second
    // TERMINAL, a correction of nothing) is an alarm row, never an error: a log that cannot be changed must not stop the tables
    // for ever.
    TablesResult<bool> add(Database& database, std::span<const IndexedEntry> entries, Meta& meta);
    // Writes what is known at the end of the batch only: what is still open, periods, sums. Then the caller commits.
    TablesResult<bool> finish(Meta& meta);
    // After a transaction that was not committed: what waits is read from the tables again.
    void forget();

private:
    struct Statements;
    struct Waiting {
        RollUps rolls;
        std::uint64_t attempts = 0;
        WallTime since{};
    };
    class Batch;

    TablesResult<bool> load(Database& database, std::uint64_t rolled);
    Calendar calendar_;
    std::unique_ptr<Statements> statements_;
    std::optional<Waiting> waiting_;
    std::unique_ptr<Batch> batch_;   // refers to all of the above
};

}   // namespace gilmok::ledger
