#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/text.hpp"
#include "ledger/log.hpp"
#include "ledger/log_edge.hpp"

namespace gilmok::ledger {

namespace {

// More than the longest record, and small enough that its memory is used again and stays in the caches: the keeper reads what it
// has just written ten times a second.
constexpr std::size_t chunk_bytes = 128 << 10;
constexpr std::size_t length_bytes = 4;
constexpr std::string_view suffix = ".log";

bool can_be_length(std::uint32_t length) {
    return length >= header_bytes && length <= record_bytes_max && length % 8 == 0;
}

}   // namespace

struct LogReader::Inside {
    io::Files* files = nullptr;
    std::string directory;
    std::string path;           // of the file that is being read; "" = none yet
    std::string name;           // below the directory
    std::uint64_t size = 0;     // of the file, as far as we know
    std::uint64_t index = 0;    // of the next record
    std::uint64_t offset = 0;   // of the next record
    std::string buffer;
    std::uint64_t buffer_offset = 0;   // of its first byte in the file
    std::size_t given = 0;             // bytes of the record that was given last

    io::FileResult<bool> enter(std::uint64_t first_index) {
        path = log_path(directory, first_index, suffix);
        name = path.substr(directory.size() + 1);
        index = first_index;
        offset = buffer_offset = 0;
        buffer.clear();
        return measure();
    }

    io::FileResult<bool> measure() {
        auto bytes = files->size(path);
        if (!bytes) return tl::unexpected<io::FileError>(bytes.error());
        size = *bytes;
        return true;
    }

    // Replaces the buffer by what stands at `offset`. False when nothing more is there.
    io::FileResult<bool> fill() {
        const std::uint64_t held = buffer_offset + buffer.size();
        if (held >= size) return false;
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_bytes, size - offset));
        auto bytes = files->read_range(path, offset, wanted);
        if (!bytes) return tl::unexpected<io::FileError>(bytes.error());
        const bool is_more = offset + bytes->size() > held;
        buffer = std::move(*bytes);
        buffer_offset = offset;
        return is_more;
    }

    [[nodiscard]] std::string_view rest() const {
        return std::string_view(buffer).substr(static_cast<std::size_t>(offset - buffer_offset));
    }

    // The length of the record at `offset`, 0 when it is not all there.
    io::FileResult<std::uint32_t> frame() {
        for (;;) {
            const std::string_view bytes = rest();
            if (bytes.size() >= length_bytes) {
                const std::uint32_t length = length_at(bytes);
                if (!can_be_length(length)) return broken("a record cannot have " + std::to_string(length) + " bytes");
                if (bytes.size() >= length) return length;
            }
            auto filled = fill();
            if (!filled) return tl::unexpected<io::FileError>(filled.error());
            if (!*filled) return std::uint32_t{0};
        }
    }

    [[nodiscard]] tl::unexpected<io::FileError> broken(const std::string& what) const {
        return tl::unexpected<io::FileError>(io::FileError{
            EBADMSG, path + ": record " + std::to_string(index) + " at byte " + std::to_string(offset) + ": " + what});
    }
};

LogReader::LogReader(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
LogReader::LogReader(LogReader&&) noexcept = default;
LogReader& LogReader::operator=(LogReader&&) noexcept = default;
LogReader::~LogReader() = default;

io::FileResult<LogReader> LogReader::open(io::Files& files, std::string directory, std::uint64_t first_index) {
    auto names = files.list(directory + "/log");
    if (!names) return tl::unexpected<io::FileError>(names.error());
    std::optional<std::uint64_t> begin;   // of the last file that begins at or before the index; names are sorted
    for (const std::string_view name : *names) {
        if (!name.ends_with(suffix)) continue;
        const auto number = parse_u64(name.substr(0, name.size() - suffix.size()));
        if (number && *number <= first_index) begin = number;
    }
    auto inside = std::make_unique<Inside>();
    inside->files = &files;
    inside->directory = std::move(directory);
    inside->index = begin.value_or(0);
    if (begin) {
        if (auto entered = inside->enter(*begin); !entered) return tl::unexpected<io::FileError>(entered.error());
    }
    LogReader reader(std::move(inside));
    Inside& self = *reader.inside_;
    while (self.index + (self.given != 0 ? 1 : 0) < first_index) {
        auto record = reader.next();
        if (!record) return tl::unexpected<io::FileError>(record.error());
        if (!*record)
            return tl::unexpected<io::FileError>(
                io::FileError{ERANGE, self.directory + "/log: has " + std::to_string(self.index) +
                                          " records, and number " + std::to_string(first_index) + " was asked for"});
    }
    return reader;
}

io::FileResult<std::optional<LogRecord>> LogReader::next() {
    Inside& self = *inside_;
    if (self.given != 0) {
        self.offset += std::exchange(self.given, 0);
        ++self.index;
    }
    for (;;) {
        if (!self.path.empty()) {
            auto length = self.frame();
            if (!length) return tl::unexpected<io::FileError>(length.error());
            if (*length != 0) {
                self.given = *length;
                return LogRecord{self.index, self.rest().substr(0, *length), self.name, self.offset};
            }
            if (self.offset == 0) return std::nullopt;   // an empty file: the next one would have the same name
        }
        if (!self.files->exists(log_path(self.directory, self.index, suffix))) return std::nullopt;
        if (auto entered = self.enter(self.index); !entered) return tl::unexpected<io::FileError>(entered.error());
    }
}

io::FileResult<bool> LogReader::refresh() {
    Inside& self = *inside_;
    if (self.given != 0) {
        self.offset += std::exchange(self.given, 0);
        ++self.index;
    }
    // What was read behind this place may have been cut and written anew since.
    self.buffer.clear();
    self.buffer_offset = self.offset;
    return self.path.empty() ? io::FileResult<bool>(true) : self.measure();
}

}   // namespace gilmok::ledger
