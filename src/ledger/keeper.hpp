// The keeper of the ledger: takes the records of all lanes into the log, syncs in groups, signs checkpoints, folds
// records into the tables, and brings the ledger back after a crash. The only writer of the ledger's directory besides
// the lanes' memory. Everything slow happens here, never on a shard.
// Owner: the process. Thread: its own (turn() in a loop) in production; the test's in a simulated world. Lanes are
// handed to shards; intern() may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "config/snapshot.hpp"
#include "io/files.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/journal.hpp"
#include "ledger/tables.hpp"

namespace gilmok::ledger {

struct KeeperOptions {
    std::string directory;
    config::Ledger settings{};
    std::uint16_t lanes = 1;                      // one for each shard; the control lane comes on top
    Secret seed{};                                // 32 random bytes for a new ledger's key; unused when it has one
    std::string new_id{};                         // 26 characters, for a new ledger
    std::function<Instant()> clock{};             // for recovery_us; may be empty
    std::uint64_t log_file_bytes = 64ULL << 20;   // then the log goes on in a new file
};

// For the metrics and the status page.
struct KeeperStatus {
    bool is_failing = false;
    std::string problem;           // of log, journal or checkpoints: what, where, why; "" when all is well
    std::string tables_problem;    // the tables lag because of it; "" when all is well
    std::string witness_problem;   // "" when all is well
    std::uint64_t records = 0;     // in the log
    std::uint64_t lag_bytes = 0;   // in lanes, not yet in the log
    std::uint64_t checkpoint_size = 0;
    WallTime checkpoint_at{};
    std::uint64_t folded = 0;      // records in the tables
    std::uint64_t recovered = 0;   // attempts closed at the start
    WallTime opened_at{};          // the end that each of those was given
    std::uint64_t recovery_us = 0;
    std::uint64_t syncs = 0;
    bool is_witness_failing = false;
};

class Keeper {
public:
    // Opens or makes the ledger: takes the lock, drains what a dead process left, closes orphans as recovered, folds
    // what the tables lack. `problem` in people's words on failure. Then lanes are there and admission is open.
    static std::unique_ptr<Keeper> open(io::Files& files, Tables& tables, KeeperOptions options, WallTime now,
                                        std::string& problem);
    ~Keeper();
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

    [[nodiscard]] Lane& lane(std::uint16_t shard);
    // The number of a text; new ones are journalled before this returns. Thread-safe, takes a lock: not for the path of
    // every request. NameId::none for "" and while the ledger cannot take a new name.
    model::NameId intern(NameKind kind, std::string_view text, WallTime now);
    // A record of the control side (notes, corrections, pools). Thread-safe.
    Result<std::uint64_t> append(const Body& body, WallTime now);

    // One group: lanes → log → sync → durable; then tables and, when due, a checkpoint. Returns how many records were
    // taken. A failing disk closes admission at once; every later turn tries again, and opens it when all is well.
    std::size_t turn(WallTime now);
    // Called (on the keeper's thread) after each group that made records durable; for strict mode.
    std::function<void()> on_durable;
    // An orderly end: everything in the log, folded, a last checkpoint, journals removed.
    void close(WallTime now);

    [[nodiscard]] KeeperStatus status() const;   // thread-safe
    [[nodiscard]] const std::string& directory() const;
    [[nodiscard]] const VerifierKey& verifier() const;

private:
    struct Inside;
    explicit Keeper(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}   // namespace gilmok::ledger
