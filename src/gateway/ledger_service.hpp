// The ledger as a running part of the gateway: opened before anything else, turned on a loop of its own so that no disk ever
// holds up a shard, closed after the last exchange. In tests it turns on the world's loop.
// Owner: the process. Thread: open() and close() the owner's; the turning is the loop's.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "config/snapshot.hpp"
#include "gateway/idempotency.hpp"
#include "io/files.hpp"
#include "io/loop.hpp"
#include "io/task.hpp"
#include "ledger/keeper.hpp"
#include "ledger/people.hpp"
#include "ledger/tables.hpp"

namespace gilmok::gateway {

// Where the ledger of this configuration lies; "" = there is none.
std::string ledger_directory(const config::Snapshot& snapshot);

class LedgerService {
public:
    // `open_tables`, for tests: where the tables are kept in place of the configuration's SQLite or PostgreSQL.
    using OpenTables = std::function<ledger::TablesResult<std::unique_ptr<ledger::Tables>>()>;
    // `clock` tells how long the recovery took; the loop does not turn meanwhile.
    using Clock = std::function<Instant()>;
    LedgerService(io::Files& files, io::Loop& loop, OpenTables open_tables = {}, Clock clock = {})
        : files_(files), loop_(loop), open_tables_(std::move(open_tables)), clock_(std::move(clock)) {}
    ~LedgerService();
    LedgerService(const LedgerService&) = delete;
    LedgerService& operator=(const LedgerService&) = delete;

    // Opens (or makes) the ledger and brings it back to where it was. What prevents it, in people's words; empty when all
    // is well, also when the configuration wants none.
    std::string open(const config::Snapshot& snapshot, std::uint16_t lanes);
    [[nodiscard]] ledger::Keeper* keeper() const { return keeper_.get(); }
    // Which Idempotency-Keys were used; remembered in the ledger's directory. Never null.
    [[nodiscard]] const std::shared_ptr<Idempotency>& idempotency() const { return idempotency_; }
    // Null without a ledger.
    [[nodiscard]] ledger::People* people() const { return people_.get(); }
    // A new connection to the tables, for questions. Any thread.
    [[nodiscard]] ledger::TablesResult<std::unique_ptr<ledger::Questions>> ask() const;

    // Begins to turn. `on_durable` is called on the loop's thread after records have reached the disk.
    void start(std::function<void()> on_durable);
    // Turns now instead of at the next tick. Any thread.
    void poke();
    // After the shards are gone: what is left goes into the log, a last checkpoint is signed.
    void close();

private:
    io::Task<> turn();

    io::Files& files_;
    io::Loop& loop_;
    OpenTables open_tables_;
    Clock clock_;
    std::unique_ptr<ledger::Tables> tables_;
    std::unique_ptr<ledger::Keeper> keeper_;
    std::unique_ptr<ledger::People> people_;
    std::string open_tables(const std::string& directory, const config::Snapshot& snapshot);
    std::string open_idempotency(const std::string& directory, const config::Snapshot& snapshot);

    std::shared_ptr<Idempotency> idempotency_ = std::make_shared<Idempotency>();
    std::string sqlite_path_;
    Secret database_;
    std::mutex random_mutex_;   // shards ask for salts, too
    Duration sync_interval_{};
    std::unique_ptr<io::Waiter> waiter_;
    std::unique_ptr<io::Timer> timer_;
    io::Task<> task_;
};

}   // namespace gilmok::gateway
