// What a keeper is made of. keeper_start.cpp opens it, keeper.cpp runs it.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledger/folding.hpp"
#include "ledger/identity.hpp"
#include "ledger/keeper.hpp"
#include "ledger/log.hpp"
#include "ledger/names.hpp"
#include "ledger/orphans.hpp"
#include "ledger/signing.hpp"

namespace gilmok::ledger {

struct Keeper::Inside {
    Inside(io::Files& the_files, Tables& the_tables, KeeperOptions the_options)
        : files(the_files), tables(the_tables), options(std::move(the_options)) {}

    // the start
    io::FileResult<bool> start(WallTime now);
    io::FileResult<bool> take_lock();
    io::FileResult<bool> open_log();
    io::FileResult<bool> read_past();
    io::FileResult<bool> drain_leftovers();
    void see(const Entry& entry);
    io::FileResult<bool> make_lanes();
    io::FileResult<bool> close_orphans(WallTime now);

    // each turn
    void look_at_clock(WallTime now);
    io::FileResult<bool> write_all(WallTime now);
    io::FileResult<std::size_t> take(bool with_shards);
    io::FileResult<bool> keep_house();
    io::FileResult<bool> ensure_reserve();
    io::FileResult<bool> sign(WallTime now);
    void fail(const io::FileError& error, WallTime now);
    void resume(WallTime now);
    void fold(WallTime now);
    void publish();

    [[nodiscard]] bool is_checkpoint_due(WallTime now) const;
    [[nodiscard]] std::string path(std::string_view name) const { return options.directory + "/" + std::string(name); }
    // Best effort: what cannot be noted while the disk fails is told by the next note.
    void note(std::string_view what, const std::string& members, WallTime now);

    io::Files& files;
    Tables& tables;
    const KeeperOptions options;
    std::unique_ptr<io::FileLock> lock;
    std::optional<Identity> identity;
    std::optional<Checkpoints> checkpoints;
    std::optional<LogWriter> log;
    std::optional<Folding> folding;

    std::uint32_t epoch = 0;
    std::vector<std::unique_ptr<Lane>> lanes;   // of the shards
    std::unique_ptr<Lane> control;
    std::mutex control_lock;   // the control lane has many writers; guards `names` too
    NameMap names;

    std::atomic<bool> is_failing{false};
    std::string problem;
    WallTime failing_since{};
    WallTime last_at{};   // no record is younger
    WallTime checkpoint_at{}, folded_at{};
    bool has_all_names = false;   // the log has every name that its records use
    std::vector<std::string> repairs;
    Orphans orphans;   // of processes that are gone
    std::uint64_t syncs = 0;
    std::uint64_t taken = 0;   // records, this turn
    std::string group;         // kept for its memory

    mutable std::mutex status_lock;
    KeeperStatus status;
};

}   // namespace gilmok::ledger
