#include "ledger/folding.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace gilmok::ledger {

namespace {

// An entry is half a kilobyte, so that a part of this many stays in a core's own cache with the pages that it goes to.
constexpr std::size_t part_records_max = 1'024;
constexpr std::size_t part_bytes_max = 512 << 10;
constexpr std::size_t handed_bytes_max = 4 << 20;   // a fifth of a second at 25,000 requests a second
constexpr std::size_t slice_records_max = 4'096;
constexpr std::uint64_t batch_records_max = 16'384;
constexpr Duration retry_after = std::chrono::seconds(1);

using Failure = tl::unexpected<io::FileError>;

}   // namespace

void Folding::hand(std::uint64_t first, std::uint64_t end, std::string_view records) {
    // What is added is forgotten with all of it, which is at the end of nearly every turn.
    const bool is_next =
        first == handed_end_ && added_ < handed_end_ && handed_.size() + records.size() <= handed_bytes_max;
    if (!is_next) {
        handed_.clear();
        handed_at_ = 0;
        handed_first_ = first;
    }
    handed_.append(records);
    handed_end_ = end;
}

bool Folding::fold(std::uint64_t end, WallTime now) {
    // A clock that was set back does not make it wait for longer.
    if (retry_at_ && now < *retry_at_ && *retry_at_ - now <= retry_after) return false;
    retry_at_.reset();
    auto done = is_begun_ ? io::FileResult<bool>(true) : begin(end);
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
    is_begun_ = false;
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
    folded_ = added_ = where->records;
    is_begun_ = true;
    return true;
}

io::FileResult<bool> Folding::add_slice(std::uint64_t end) {
    const std::uint64_t slice_end = std::min(end, added_ + slice_records_max);
    while (added_ < slice_end)
        if (auto added = add_part(slice_end); !added) return added;
    return true;
}

io::FileResult<bool> Folding::add_part(std::uint64_t end) {
    auto part = is_handed() ? io::FileResult<std::string_view>(handed_part(end)) : read_part(end);
    if (!part) return Failure(part.error());
    entries_.clear();
    for (std::string_view rest = *part; !rest.empty();) {
        IndexedEntry& indexed = entries_.emplace_back();
        indexed.index = added_ + entries_.size() - 1;
        const std::size_t length = length_at(rest);
        if (auto read = read_entry(rest.substr(0, length), indexed.entry); !read)
            return Failure(io::FileError{EBADMSG, directory_ + "/log: record " + std::to_string(indexed.index) + ": " +
                                                      std::string(read.error().detail)});
        rest.remove_prefix(length);
    }
    if (auto added = tables_.add(entries_); !added) return added;
    added_ += entries_.size();
    return true;
}

// Whole records, as the log's writer cut them. They stay where they are until the next hand().
std::string_view Folding::handed_part(std::uint64_t end) {
    std::size_t part_begin = handed_at_;
    std::size_t records = 0;
    for (; handed_first_ < std::min(end, handed_end_) && records < part_records_max; ++handed_first_) {
        const std::size_t length = length_at(std::string_view(handed_).substr(handed_at_));
        if (handed_first_ < added_) part_begin += length;   // tables that failed had more than they have
        if (handed_first_ >= added_) ++records;
        handed_at_ += length;
    }
    return std::string_view(handed_).substr(part_begin, handed_at_ - part_begin);
}

io::FileResult<std::string_view> Folding::read_part(std::uint64_t end) {
    if (!reader_ || read_ != added_) {
        auto reader = LogReader::open(files_, directory_, added_);
        if (!reader) return Failure(reader.error());
        reader_ = std::move(*reader);
        read_ = added_;
    }
    if (auto seen = reader_->refresh(); !seen) return Failure(seen.error());
    // Views of entries point into the bytes, which stay where they are: a string for each would be an allocation each.
    bytes_.clear();
    for (std::size_t records = 0; read_ < end && records < part_records_max && bytes_.size() < part_bytes_max;
         ++records) {
        auto record = reader_->next();
        if (!record) return Failure(record.error());
        if (!*record) break;
        bytes_.append((*record)->bytes);
        ++read_;
    }
    if (bytes_.empty())
        return Failure(
            io::FileError{EBADMSG, directory_ + "/log: record " + std::to_string(added_) + " cannot be found"});
    return std::string_view(bytes_);
}

}   // namespace gilmok::ledger
