#include "ledger/log.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "ledger/log_edge.hpp"

namespace gilmok::ledger {

namespace {

constexpr unsigned file_mode = 0600;
constexpr unsigned directory_mode = 0700;
constexpr std::size_t edge_bytes_max = 1 << 20;
constexpr std::uint64_t hash_file_bytes_max = 1ULL << 30;

using Failure = tl::unexpected<io::FileError>;

Failure wrong(const std::string& what) { return Failure(io::FileError{EBADMSG, what}); }

// Of a record that was sealed or read before.
Header header_of(std::string_view record) {
    Header header;
    header.length = length_at(record);
    std::memcpy(&header.lane, record.data() + 6, sizeof header.lane);
    std::memcpy(&header.epoch, record.data() + 16, sizeof header.epoch);
    std::memcpy(&header.sequence, record.data() + 24, sizeof header.sequence);
    return header;
}

// A place in the log, and all there is to know about what stands before it.
struct Point {
    LogEdge edge;
    std::uint64_t first_index = 0;   // of its file
    std::uint64_t offset = 0;        // in that file

    [[nodiscard]] std::uint64_t hash_bytes() const { return (edge.tree.size() - first_index) * sizeof(Hash); }
};

}   // namespace

struct LogWriter::Inside {
    Inside(io::Files& the_files, std::string the_directory, std::uint64_t the_signed_size, std::uint64_t the_file_bytes)
        : files(the_files),
          directory(std::move(the_directory)),
          signed_size(the_signed_size),
          file_bytes(the_file_bytes) {}

    io::Files& files;
    const std::string directory;
    const std::uint64_t signed_size;
    const std::uint64_t file_bytes;

    Point written;      // the end
    Point synced;       // as far as the last good sync
    LogEdge at_begin;   // of the file that is being written
    Hash signed_root = empty_root();
    bool is_broken = false;
    std::unique_ptr<io::AppendFile> log, hashes;
    std::string repaired;
    std::string leaves_at_hand;   // kept, because the next turn brings as many

    [[nodiscard]] std::string path(std::uint64_t first_index, std::string_view suffix) const {
        return log_path(directory, first_index, suffix);
    }
    [[nodiscard]] std::string path(std::string_view suffix) const { return path(written.first_index, suffix); }

    io::FileResult<bool> open();
    io::FileResult<std::vector<std::uint64_t>> tidy();
    io::FileResult<LogEdge> edge_before(const std::vector<std::uint64_t>& begins);
    io::FileResult<Point> read_from(LogEdge edge, std::string& problem);
    io::FileResult<bool> end_of_file(const Point& end, std::string_view leaves);
    io::FileResult<bool> cut(const Point& end, const std::string& problem);
    io::FileResult<bool> keep_tail(const Point& end);
    io::FileResult<bool> begin_file(std::uint64_t first_index);
    io::FileResult<bool> open_files();
    Failure broken(const io::FileError& error);
};

io::FileResult<bool> LogWriter::Inside::open() {
    const std::string folder = directory + "/log";
    if (auto made = files.make_directory(folder, directory_mode); !made) return made;
    auto begins = tidy();
    if (!begins) return Failure(begins.error());
    if (begins->empty()) {
        if (signed_size != 0)
            return wrong(folder + ": is empty, and " + std::to_string(signed_size) + " records were signed");
        return begin_file(0);
    }
    if (begins->front() != 0) return wrong(folder + ": the first file of the log is missing");

    auto edge = edge_before(*begins);
    if (!edge) return Failure(edge.error());
    std::string problem;
    auto end = read_from(std::move(*edge), problem);
    if (!end) return Failure(end.error());
    if (begins->back() != end->first_index)
        return wrong(path(begins->back(), ".log") + ": does not go on where the records before it end, at " +
                     std::to_string(end->edge.tree.size()) + (problem.empty() ? "" : "; " + problem));
    if (end->edge.tree.size() < signed_size)
        return wrong(folder + ": has " + std::to_string(end->edge.tree.size()) + " whole records, and " +
                     std::to_string(signed_size) + " were signed" + (problem.empty() ? "" : "; " + problem));
    if (auto done = cut(*end, problem); !done) return done;
    if (auto done = keep_tail(*end); !done) return done;
    if (auto done = files.sync_directory(folder); !done) return done;
    written = synced = std::move(*end);
    return open_files();
}

// The first indices of the files, sorted. Removes what a process left that died while it wrote.
io::FileResult<std::vector<std::uint64_t>> LogWriter::Inside::tidy() {
    auto names = files.list(directory + "/log");
    if (!names) return Failure(names.error());
    std::vector<std::uint64_t> begins;
    for (const std::string_view name : *names)
        if (name.ends_with(".log"))
            if (const auto number = parse_u64(name.substr(0, name.size() - 4))) begins.push_back(*number);
    for (const std::string& name : *names) {
        const bool is_beside = name.ends_with(".hash") || name.ends_with(".edge");
        const auto number = is_beside ? parse_u64(std::string_view(name).substr(0, name.size() - 5)) : std::nullopt;
        const bool is_alone = number && std::ranges::find(begins, *number) == begins.end();
        if (!is_alone && name.find(".new-") == std::string::npos) continue;
        if (auto removed = files.remove(directory + "/log/" + name); !removed) return Failure(removed.error());
    }
    return begins;
}

// Where reading begins: the newest file that is needed for the records from `signed_size` on and whose edge was kept.
io::FileResult<LogEdge> LogWriter::Inside::edge_before(const std::vector<std::uint64_t>& begins) {
    for (std::size_t i = begins.size() - 1; i > 0; --i) {
        if (begins[i] > signed_size) continue;
        const std::string name = path(begins[i], ".edge");
        if (!files.exists(name)) continue;
        auto bytes = files.read(name, edge_bytes_max);
        if (!bytes) return Failure(bytes.error());
        if (auto edge = read_edge(*bytes); edge && edge->tree.size() == begins[i]) return std::move(*edge);
    }
    return LogEdge{};
}

// Reads all from there, hashes it, and writes the hashes beside the log where they are missing. Returns where the whole
// records end; `problem` says why it went no further than that.
io::FileResult<Point> LogWriter::Inside::read_from(LogEdge edge, std::string& problem) {
    at_begin = edge;
    Point point{.edge = std::move(edge)};
    point.first_index = point.edge.tree.size();
    if (point.first_index == signed_size) signed_root = point.edge.tree.root();
    auto reader = LogReader::open(files, directory, point.first_index);
    if (!reader) return Failure(reader.error());
    std::string leaves;
    for (;;) {
        auto record = reader->next();
        if (!record && record.error().code != EBADMSG) return Failure(record.error());
        if (!record) problem = record.error().message;
        if (!record || !*record) break;
        const LogRecord& one = **record;
        const auto entry = read_entry(one.bytes);
        if (!entry) {
            problem = std::string(one.file) + ": record " + std::to_string(one.index) + " at byte " +
                      std::to_string(one.offset) + ": " + std::string(entry.error().detail);
            break;
        }
        if (one.offset == 0 && one.index != point.first_index) {
            if (auto done = end_of_file(point, leaves); !done) return Failure(done.error());
            point.first_index = one.index;
            at_begin = point.edge;
            leaves.clear();
        }
        const Hash leaf = leaf_hash(one.bytes);
        leaves.append(leaf.begin(), leaf.end());
        point.edge.add(leaf, entry->header);
        point.offset = one.offset + one.bytes.size();
        if (point.edge.tree.size() == signed_size) signed_root = point.edge.tree.root();
    }
    if (auto done = end_of_file(point, leaves); !done) return Failure(done.error());
    // A file that was begun and has no record yet, or none that is whole.
    const std::uint64_t size = point.edge.tree.size();
    if (size != point.first_index && files.exists(path(size, ".log"))) {
        point.first_index = size;
        point.offset = 0;
        at_begin = point.edge;
        if (auto done = end_of_file(point, {}); !done) return Failure(done.error());
    }
    return point;
}

// Hashes that were signed are left as they are: where they differ, `verify` shall find it.
io::FileResult<bool> LogWriter::Inside::end_of_file(const Point& end, std::string_view leaves) {
    const std::string name = path(end.first_index, ".hash");
    std::string kept;
    if (files.exists(name)) {
        auto bytes = files.read(name, hash_file_bytes_max);
        if (!bytes) return Failure(bytes.error());
        kept = std::move(*bytes);
    }
    const std::uint64_t is_signed = signed_size > end.first_index ? signed_size - end.first_index : 0;
    const auto signed_bytes =
        static_cast<std::size_t>(std::min<std::uint64_t>(is_signed * sizeof(Hash), leaves.size()));
    if (kept.size() >= signed_bytes && std::string_view(kept).substr(signed_bytes) == leaves.substr(signed_bytes))
        return true;
    kept.resize(std::min(kept.size(), signed_bytes));
    kept.append(leaves.substr(kept.size()));
    return files.write_atomically(name, kept, file_mode);
}

io::FileResult<bool> LogWriter::Inside::cut(const Point& end, const std::string& problem) {
    const std::string name = path(end.first_index, ".log");
    auto size = files.size(name);
    if (!size) return Failure(size.error());
    if (*size < end.offset) return wrong(name + ": became shorter while it was read");
    if (*size == end.offset) return true;
    if (auto done = files.truncate(name, end.offset); !done) return done;
    repaired = name + ": cut " + std::to_string(*size - end.offset) + " bytes behind record " +
               std::to_string(end.edge.tree.size()) + (problem.empty() ? ": a record that is cut" : ": " + problem);
    return true;
}

// What a process wrote that was killed is not on the disk yet; from now on it counts. A sync of this file might say so and be wrong:
// when one failed for that process, the kernel takes the pages for written that never arrived. So what nobody has signed, and
// the file with it, is written anew.
io::FileResult<bool> LogWriter::Inside::keep_tail(const Point& end) {
    const std::string name = path(end.first_index, ".log");
    if (end.edge.tree.size() == signed_size || end.offset == 0) return files.sync_file(name);
    auto bytes = files.read(name, end.offset);
    if (!bytes) return Failure(bytes.error());
    return files.write_atomically(name, *bytes, file_mode);
}

io::FileResult<bool> LogWriter::Inside::begin_file(std::uint64_t first_index) {
    // The edge first: a file of the log without one would cost the next start the reading of all.
    if (first_index != 0) {
        auto kept = files.write_atomically(path(first_index, ".edge"), write_edge(written.edge), file_mode);
        if (!kept) return kept;
    }
    const Point before = written;
    written.first_index = first_index;
    written.offset = 0;
    auto done = open_files();
    if (done) done = files.sync_directory(directory + "/log");
    if (!done) {
        written = before;
        return done;
    }
    at_begin = written.edge;
    synced = written;
    return true;
}

io::FileResult<bool> LogWriter::Inside::open_files() {
    auto log_file = files.open_append(path(".log"), file_mode);
    if (!log_file) return Failure(log_file.error());
    auto hash_file = files.open_append(path(".hash"), file_mode);
    if (!hash_file) return Failure(hash_file.error());
    log = std::move(*log_file);
    hashes = std::move(*hash_file);
    return true;
}

// Cuts at once, if it can: after a failed sync the kernel shows what is not on the disk, and the next process, should
// this one die now, must not take it for written.
Failure LogWriter::Inside::broken(const io::FileError& error) {
    is_broken = true;
    written = synced;
    static_cast<void>(files.truncate(path(".log"), synced.offset));
    return Failure(error);
}

LogWriter::LogWriter(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
LogWriter::LogWriter(LogWriter&&) noexcept = default;
LogWriter& LogWriter::operator=(LogWriter&&) noexcept = default;
LogWriter::~LogWriter() = default;

io::FileResult<LogWriter> LogWriter::open(io::Files& files, std::string directory, std::uint64_t signed_size,
                                          std::uint64_t file_bytes) {
    auto inside = std::make_unique<Inside>(files, std::move(directory), signed_size, file_bytes);
    if (auto opened = inside->open(); !opened) return Failure(opened.error());
    return LogWriter(std::move(inside));
}

io::FileResult<bool> LogWriter::append(std::string_view records) {
    Inside& self = *inside_;
    GILMOK_ASSERT(!self.is_broken);
    if (self.written.offset >= self.file_bytes) {
        if (auto done = sync(); !done) return done;
        if (auto done = sync_hashes(); !done) return done;
        if (auto done = self.begin_file(self.written.edge.tree.size()); !done) return self.broken(done.error());
    }
    Point end = self.written;
    std::string& leaves = self.leaves_at_hand;
    leaves.clear();
    for (std::string_view rest = records; !rest.empty();) {
        const std::string_view record = rest.substr(0, length_at(rest));
        GILMOK_ASSERT(record.size() >= header_bytes);
        rest.remove_prefix(record.size());
        const Hash leaf = leaf_hash(record);
        leaves.append(leaf.begin(), leaf.end());
        end.edge.add(leaf, header_of(record));
    }
    end.offset += records.size();
    if (auto done = self.log->append(records); !done) return self.broken(done.error());
    if (auto done = self.hashes->append(leaves); !done) return self.broken(done.error());
    self.written = std::move(end);
    return true;
}

io::FileResult<bool> LogWriter::sync() {
    Inside& self = *inside_;
    GILMOK_ASSERT(!self.is_broken);
    if (auto done = self.log->sync(); !done) return self.broken(done.error());
    self.synced = self.written;
    return true;
}

io::FileResult<bool> LogWriter::sync_hashes() {
    Inside& self = *inside_;
    GILMOK_ASSERT(!self.is_broken);
    if (auto done = self.hashes->sync(); !done) return self.broken(done.error());
    return true;
}

io::FileResult<bool> LogWriter::recover() {
    Inside& self = *inside_;
    const Point expected = self.synced;
    const std::string name = self.path(expected.first_index, ".log");
    // What lies behind is cut and the cut is synced, so that the kernel takes no page of it for written already.
    auto size = self.files.size(name);
    if (!size) return Failure(size.error());
    if (*size < expected.offset) return wrong(name + ": became shorter");
    if (auto done = self.files.truncate(name, expected.offset); !done) return done;
    if (auto done = self.files.sync_file(name); !done) return done;
    const std::string hash_name = self.path(expected.first_index, ".hash");
    if (self.files.exists(hash_name)) {
        // Likewise, and whatever of it is not right is written anew below.
        if (auto done = self.files.truncate(hash_name, 0); !done) return done;
    }
    std::string problem;
    auto end = self.read_from(self.at_begin, problem);
    if (!end) return Failure(end.error());
    // The next file may have been begun and nothing written into it.
    const bool is_at_end = end->offset == (end->first_index == expected.first_index ? expected.offset : 0);
    if (!is_at_end || end->edge.tree.root() != expected.edge.tree.root())
        return wrong(name + ": is not what was written" + (problem.empty() ? "" : "; " + problem));
    self.written = self.synced = std::move(*end);
    if (auto done = self.open_files(); !done) return done;
    self.is_broken = false;
    return true;
}

bool LogWriter::is_broken() const { return inside_->is_broken; }
std::uint64_t LogWriter::size() const { return inside_->written.edge.tree.size(); }
const Tree& LogWriter::tree() const { return inside_->written.edge.tree; }
const Hash& LogWriter::signed_root() const { return inside_->signed_root; }
std::uint64_t LogWriter::last_sequence(std::uint32_t epoch, std::uint16_t lane) const {
    return inside_->written.edge.last_sequence(epoch, lane);
}
std::uint32_t LogWriter::last_epoch() const { return inside_->written.edge.last_epoch(); }
const std::string& LogWriter::repaired() const { return inside_->repaired; }

}   // namespace gilmok::ledger
