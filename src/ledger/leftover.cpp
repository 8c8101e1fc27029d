// Reads the journals of a process that died.
#include <algorithm>
#include <charconv>
#include <tuple>

#include "ledger/journal.hpp"

namespace gilmok::ledger {

namespace {

struct SegmentFile {
    std::uint32_t epoch = 0;
    std::uint16_t lane = 0;
    std::uint64_t number = 0;
    std::string path;
    [[nodiscard]] auto order() const { return std::tuple(epoch, lane, number); }
};

template <class Number>
bool eat_number(std::string_view& text, Number& number, char behind) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end == text.data() + text.size() || *end != behind) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    return true;
}

std::optional<SegmentFile> parse_name(const std::string& directory, std::string_view name) {
    SegmentFile file;
    std::string_view rest = name;
    if (!eat_number(rest, file.epoch, '-') || !eat_number(rest, file.lane, '-') ||
        !eat_number(rest, file.number, '.') || rest != "jnl")
        return std::nullopt;
    file.path = directory + "/" + std::string(name);
    return file;
}

// After the last record there are zeros, or the record that was being written when the process died, whose length is not
// there yet. A whole one further on means that something in front of it is gone.
bool has_record_behind(std::string_view bytes) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(8, bytes.size())))
        if (length_at(bytes) != 0 && read_entry(bytes)) return true;
    return false;
}

class LaneReader {
public:
    explicit LaneReader(Leftover& leftover) : leftover_(leftover) {}

    void read(const SegmentFile& file, std::string_view bytes) {
        if (file.epoch != epoch_ || file.lane != lane_) {
            epoch_ = file.epoch;
            lane_ = file.lane;
            last_sequence_ = 0;
            has_ended_ = false;
            is_some_empty_ = false;
        }
        std::size_t offset = 0;
        while (!has_ended_ && length_at(bytes.substr(offset)) != 0) offset += take(file, bytes, offset);
        if (offset == 0) is_some_empty_ = true;
        if (!has_ended_ && has_record_behind(bytes.substr(offset))) end(file, offset, "records are missing here");
    }

private:
    // Returns the length of the record.
    std::size_t take(const SegmentFile& file, std::string_view bytes, std::size_t offset) {
        const auto entry = read_entry(bytes.substr(offset));
        if (!entry) {
            end(file, offset, entry.error().detail);
            return 0;
        }
        const Header& header = entry->header;
        if (header.epoch != file.epoch || header.lane != file.lane) {
            end(file, offset, "a record of another lane");
            return 0;
        }
        // The first one found may have any number: files in front of it were removed when they were in the log.
        const bool is_next = last_sequence_ == 0 || header.sequence == last_sequence_ + 1;
        if (!is_next || is_some_empty_) {
            end(file, offset, "records are missing here");
            return 0;
        }
        last_sequence_ = header.sequence;
        leftover_.records.emplace_back(bytes.substr(offset, header.length));
        return header.length;
    }

    void end(const SegmentFile& file, std::size_t offset, std::string_view detail) {
        has_ended_ = true;
        leftover_.problems.push_back(file.path + ", byte " + std::to_string(offset) + ": " + std::string(detail));
    }

    Leftover& leftover_;
    std::uint32_t epoch_ = 0;   // none
    std::uint16_t lane_ = 0;
    std::uint64_t last_sequence_ = 0;
    bool has_ended_ = false;
    bool is_some_empty_ = false;   // a file without a record, though a writer leaves none
};

}   // namespace

io::FileResult<Leftover> read_leftovers(io::Files& files, const std::string& directory) {
    Leftover leftover;
    if (!files.exists(directory)) return leftover;
    const auto names = files.list(directory);
    if (!names) return tl::unexpected<io::FileError>(names.error());
    std::vector<SegmentFile> segments;
    for (const std::string& name : *names) {
        if (auto file = parse_name(directory, name)) segments.push_back(std::move(*file));
        if (name.ends_with(rested_suffix)) leftover.files.push_back(directory + "/" + name);   // of records in the log
    }
    std::ranges::sort(segments, {}, &SegmentFile::order);

    LaneReader reader(leftover);
    for (const SegmentFile& file : segments) {
        // In one piece of the right size: all lanes together are what a start waits for.
        const auto bytes = files.read_range(file.path, 0, segment_bytes_max);
        if (!bytes) return tl::unexpected<io::FileError>(bytes.error());
        reader.read(file, *bytes);
        leftover.files.push_back(file.path);
    }
    return leftover;
}

}   // namespace gilmok::ledger
