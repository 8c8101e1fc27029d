// Brings what is in the log into the tables, part by part: what was just written is still in the caches, and nobody who shares the
// core waits for long. Many parts are one batch, because each batch writes the pages anew that the next one goes on with. Tables
// that fail are asked again after a second; the log does not wait for them. Owner: the keeper.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/log.hpp"
#include "ledger/tables.hpp"

namespace gilmok::ledger {

class Folding {
public:
    Folding(io::Files& files, std::string directory, Tables& tables)
        : files_(files), directory_(std::move(directory)), tables_(tables) {}

    // At most one slice of the records below `end`, which are on the disk. True when there is more to do now.
    bool fold(std::uint64_t end, WallTime now);
    // Ends the batch, so that others see it. A large one ends by itself.
    void commit(WallTime now);
    // The next batch will be the first try, whatever failed before.
    void try_again() { retry_at_.reset(); }
    [[nodiscard]] std::uint64_t folded() const { return folded_; }   // records, of batches that ended
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    io::FileResult<bool> begin(std::uint64_t end);
    io::FileResult<bool> add_slice(std::uint64_t end);
    io::FileResult<bool> add_part(std::uint64_t end);
    io::FileResult<bool> commit_batch();
    void fail(const io::FileError& error, WallTime now);

    io::Files& files_;
    std::string directory_;
    Tables& tables_;
    std::optional<LogReader> reader_;   // nothing: where the tables are is not known
    std::uint64_t folded_ = 0;
    std::uint64_t added_ = 0;   // with those of the open batch
    std::optional<WallTime> retry_at_;
    std::string problem_;
    // Of the part at hand; kept, because the next one needs as much.
    std::string bytes_;
    std::vector<std::size_t> lengths_;
    std::vector<IndexedEntry> entries_;
};

}   // namespace gilmok::ledger
