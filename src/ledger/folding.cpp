#include "ledger/folding.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace gilmok::ledger {

namespace {

constexpr std::size_t batch_records_max = 4'096;
constexpr std::size_t batch_bytes_max = 2 << 20;
constexpr Duration retry_after = std::chrono::seconds(1);

using Failure = tl::unexpected<io::FileError>;

}   // namespace

bool Folding::fold(std::uint64_t end, WallTime now) {
    // A clock that was set back does not make it wait for longer.
    if (retry_at_ && now < *retry_at_ && *retry_at_ - now <= retry_after) return false;
    retry_at_.reset();
    auto done = reader_ ? io::FileResult<bool>(true) : begin(end);
    if (done && folded_ < end) done = fold_batch(end);
    if (!done) {
        problem_ = done.error().message;
        reader_.reset();
        retry_at_ = now + retry_after;
        return false;
    }
    problem_.clear();
    return folded_ < end;
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
    folded_ = where->records;
    return true;
}

io::FileResult<bool> Folding::fold_batch(std::uint64_t end) {
    if (auto seen = reader_->refresh(); !seen) return seen;
    // Views of entries point into the bytes, which stay where they are: a string for each would be an allocation each.
    bytes_.clear();
    lengths_.clear();
    entries_.clear();
    while (folded_ + lengths_.size() < end && lengths_.size() < batch_records_max && bytes_.size() < batch_bytes_max) {
        auto record = reader_->next();
        if (!record) return Failure(record.error());
        if (!*record) break;
        bytes_.append((*record)->bytes);
        lengths_.push_back((*record)->bytes.size());
    }
    if (lengths_.empty())
        return Failure(
            io::FileError{EBADMSG, directory_ + "/log: record " + std::to_string(folded_) + " cannot be found"});
    std::string_view rest = bytes_;
    for (const std::size_t length : lengths_) {
        IndexedEntry& indexed = entries_.emplace_back();
        indexed.index = folded_ + entries_.size() - 1;
        if (auto read = read_entry(rest.substr(0, length), indexed.entry); !read)
            return Failure(io::FileError{EBADMSG, directory_ + "/log: record " + std::to_string(indexed.index) + ": " +
                                                      std::string(read.error().detail)});
        rest.remove_prefix(length);
    }
    if (auto applied = tables_.apply(entries_); !applied) return applied;
    folded_ += entries_.size();
    return true;
}

}   // namespace gilmok::ledger
