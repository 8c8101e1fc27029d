// Brings what is in the log into the tables, part by part: what was just written is still in the caches, and nobody who shares the
// core waits for long. Many parts are one batch, because each batch writes the pages anew that the next one goes on with. Tables
// that fail are asked again after a second; the log does not wait for them. Owner: the keeper.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/log.hpp"
#include "ledger/tables.hpp"

namespace gilmok::ledger {

class Folding {
public:
    Folding(io::Files& files, std::string directory, Tables& tables)
        : files_(files), directory_(std::move(directory)), tables_(tables) {}

    // Records [first, end) of the log, which are on the disk: what the next fold() needs not read. Ignored where the tables lag.
    void hand(std::uint64_t first, std::uint64_t end, std::string_view records);
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
    io::FileResult<std::string_view> read_part(std::uint64_t end);
    [[nodiscard]] bool is_handed() const { return added_ >= handed_first_ && added_ < handed_end_; }
    std::string_view handed_part(std::uint64_t end);
    io::FileResult<bool> commit_batch();
    void fail(const io::FileError& error, WallTime now);

    io::Files& files_;
    std::string directory_;
    Tables& tables_;
    bool is_begun_ = false;   // it is known where the tables are
    std::uint64_t folded_ = 0;
    std::uint64_t added_ = 0;   // with those of the open batch
    std::optional<WallTime> retry_at_;
    std::string problem_;

    std::optional<LogReader> reader_;
    std::uint64_t read_ = 0;   // where the reader is
    // What was handed and is not added yet: records [handed_first_, handed_end_), of which the first begins at handed_at_.
    std::string handed_;
    std::size_t handed_at_ = 0;
    std::uint64_t handed_first_ = 0, handed_end_ = 0;

    // Of the part at hand; kept, because the next one needs as much.
    std::string bytes_;
    std::vector<IndexedEntry> entries_;
};

}   // namespace gilmok::ledger
