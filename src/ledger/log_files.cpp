#include "ledger/log_files.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"

namespace gilmok::ledger {

namespace {

constexpr std::size_t chunk_bytes = 1 << 20;
constexpr std::size_t length_bytes = 4;
constexpr std::size_t header_bytes_min = 40;
constexpr std::size_t record_bytes_most = 65'528;
constexpr std::size_t index_digits = 20;

std::uint32_t length_of(std::string_view bytes) {
    std::uint32_t length = 0;
    for (std::size_t i = length_bytes; i > 0; --i) length = length << 8U | static_cast<unsigned char>(bytes[i - 1]);
    return length;
}

std::optional<std::uint64_t> index_of(std::string_view name, std::string_view suffix) {
    if (name.size() != index_digits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
    return parse_u64(name.substr(0, index_digits));
}

}   // namespace

io::FileResult<std::vector<LogFile>> list_log(io::Files& files, const std::string& directory,
                                              std::vector<std::string>* strangers) {
    auto names = files.list(directory + "/log");
    if (!names) return tl::unexpected<io::FileError>(names.error());
    std::vector<LogFile> log;
    for (const std::string& name : *names)
        if (const auto index = index_of(name, ".log")) log.push_back({.name = "log/" + name, .first_index = *index});
    std::ranges::sort(log, {}, &LogFile::first_index);
    for (const std::string& name : *names) {
        auto of = index_of(name, ".hash");
        if (!of) of = index_of(name, ".edge");
        const bool is_known =
            index_of(name, ".log") || (of && std::ranges::binary_search(log, *of, {}, &LogFile::first_index));
        if (!is_known && strangers != nullptr) strangers->push_back("log/" + name);
    }
    return log;
}

std::string hash_name_of(const LogFile& file) { return file.name.substr(0, file.name.size() - 4) + ".hash"; }

RecordWalk::Step RecordWalk::next() {
    offset_ += record_.size();
    record_ = {};
    // Twice at most: what the buffer lacks is read once, and what is then not there is missing.
    for (bool is_filled = false;; is_filled = true) {
        const std::string_view rest = std::string_view(buffer_).substr(offset_ - buffer_offset_);
        std::size_t needed = length_bytes;
        if (rest.size() >= length_bytes) {
            needed = length_of(rest);
            if (needed < header_bytes_min || needed > record_bytes_most || needed % 8 != 0)
                return broken("a record cannot have " + std::to_string(needed) + " bytes");
            if (rest.size() >= needed) {
                record_ = rest.substr(0, needed);
                return Step::record;
            }
        }
        if (!is_filled) {
            if (!fill()) return Step::broken;
            continue;
        }
        if (rest.empty()) return Step::end;
        return broken("the file ends " + std::to_string(needed - rest.size()) + " bytes before the record does");
    }
}

bool RecordWalk::fill() {
    auto bytes = files_.read_range(path_, offset_, chunk_bytes);
    if (!bytes) {
        broken(bytes.error().message);
        return false;
    }
    buffer_ = std::move(*bytes);
    buffer_offset_ = offset_;
    return true;
}

RecordWalk::Step RecordWalk::broken(std::string problem) {
    problem_ = std::move(problem);
    return Step::broken;
}

Hash hash_at(std::string_view hashes, std::uint64_t i) {
    Hash hash;
    std::memcpy(hash.data(), hashes.data() + i * hash.size(), hash.size());
    return hash;
}

io::FileResult<HashCache> HashCache::open(io::Files& files, std::string directory) {
    auto log = list_log(files, directory);
    if (!log) return tl::unexpected<io::FileError>(log.error());
    return HashCache(files, std::move(directory), std::move(*log));
}

std::optional<Hash> HashCache::at(std::uint64_t index) {
    if (index < buffer_begin_ || index - buffer_begin_ >= buffer_.size() / sizeof(Hash)) {
        const auto after = std::ranges::upper_bound(log_, index, {}, &LogFile::first_index);
        if (after == log_.begin()) return std::nullopt;
        const LogFile& file = *std::prev(after);
        const std::uint64_t in_file = index - file.first_index;
        auto bytes = files_->read_range(directory_ + "/" + hash_name_of(file), in_file * sizeof(Hash), chunk_bytes);
        // A file that goes on where the next begins is wrong; the next one's own hashes count.
        const std::uint64_t most = after == log_.end() ? chunk_bytes : (after->first_index - index) * sizeof(Hash);
        if (!bytes || bytes->size() < sizeof(Hash)) return std::nullopt;
        bytes->resize(std::min<std::size_t>(bytes->size(), most));
        buffer_ = std::move(*bytes);
        buffer_begin_ = index;
    }
    return hash_at(buffer_, index - buffer_begin_);
}

}   // namespace gilmok::ledger
