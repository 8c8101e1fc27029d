#include "ledger/folding.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace gilmok::ledger {

namespace {

// An entry is half a kilobyte, so that a part of this many stays in a core's own cache with the pages that it goes to.
constexpr std::size_t part_records_max = 512;
constexpr std::size_t part_bytes_max = 512 << 10;
constexpr std::size_t slice_records_max = 4'096;
constexpr std::uint64_t batch_records_max = 16'384;
constexpr Duration retry_after = std::chrono::seconds(1);

using Failure = tl::unexpected<io::FileError>;

}   // namespace

bool Folding::fold(std::uint64_t end, WallTime now) {
    // A clock that was set back does not make it wait for longer.
    if (retry_at_ && now < *retry_at_ && *retry_at_ - now <= retry_after) return false;
    retry_at_.reset();
    auto done = reader_ ? io::FileResult<bool>(true) : begin(end);
    if (done && added_ < end) done = add_slice(end);
    if (done && added_ - folded_ >= batch_records_max) done = commit_batch();
    if (!done) {
        fail(done.error(), now);
        return false;
    }
    problem_.clear();
    return added_ < end;
}

void Folding::commit(WallTime now) {
    if (auto done = commit_batch(); !done) fail(done.error(), now);
}

void Folding::fail(const io::FileError& error, WallTime now) {
    problem_ = error.message;
    // When it was the log that could not be read, the batch so far is good; tables that failed have none.
    static_cast<void>(tables_.commit());
    reader_.reset();
    added_ = folded_;
    retry_at_ = now + retry_after;
}

io::FileResult<bool> Folding::commit_batch() {
    if (added_ == folded_) return true;
    if (auto done = tables_.commit(); !done) return done;
    folded_ = added_;
    return true;
}

io::FileResult<bool> Folding::begin(std::uint64_t end) {
    auto where = tables_.folded();
    if (!where) return Failure(where.error());
    if (where->records > end)
        return Failure(
            io::FileError{ERANGE, "the tables hold " + std::to_string(where->records) + " records and the log has " +
                                      std::to_string(end) +
                                      ": they are those of another ledger, or the log was rolled back; `gilmok "
                                      "ledger rebuild` makes them again"});
    auto reader = LogReader::open(files_, directory_, where->records);
    if (!reader) return Failure(reader.error());
    reader_ = std::move(*reader);
    folded_ = added_ = where->records;
    return true;
}

io::FileResult<bool> Folding::add_slice(std::uint64_t end) {
    if (auto seen = reader_->refresh(); !seen) return seen;
    const std::uint64_t slice_end = std::min(end, added_ + slice_records_max);
    while (added_ < slice_end)
        if (auto added = add_part(slice_end); !added) return added;
    return true;
}

io::FileResult<bool> Folding::add_part(std::uint64_t end) {
    // Views of entries point into the bytes, which stay where they are: a string for each would be an allocation each.
    bytes_.clear();
    lengths_.clear();
    entries_.clear();
    while (added_ + lengths_.size() < end && lengths_.size() < part_records_max && bytes_.size() < part_bytes_max) {
        auto record = reader_->next();
        if (!record) return Failure(record.error());
        if (!*record) break;
        bytes_.append((*record)->bytes);
        lengths_.push_back((*record)->bytes.size());
    }
    if (lengths_.empty())
        return Failure(
            io::FileError{EBADMSG, directory_ + "/log: record " + std::to_string(added_) + " cannot be found"});
    std::string_view rest = bytes_;
    for (const std::size_t length : lengths_) {
        IndexedEntry& indexed = entries_.emplace_back();
        indexed.index = added_ + entries_.size() - 1;
        if (auto read = read_entry(rest.substr(0, length), indexed.entry); !read)
            return Failure(io::FileError{EBADMSG, directory_ + "/log: record " + std::to_string(indexed.index) + ": " +
                                                      std::string(read.error().detail)});
        rest.remove_prefix(length);
    }
    if (auto added = tables_.add(entries_); !added) return added;
    added_ += entries_.size();
    return true;
}

}   // namespace gilmok::ledger
