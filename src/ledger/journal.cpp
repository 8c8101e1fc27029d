#include "ledger/journal.hpp"

#include <cstring>
#include <deque>
#include <utility>

#include "base/assert.hpp"

namespace gilmok::ledger {

namespace {

constexpr unsigned file_mode = 0600;
constexpr unsigned directory_mode = 0700;
constexpr std::size_t cache_line_bytes = 64;

// "0000000001-00000-0000000001.jnl"
std::string segment_path(const LaneOptions& options, std::uint64_t number) {
    const auto digits = [](std::uint64_t value, std::size_t width) {
        const std::string text = std::to_string(value);
        return std::string(width > text.size() ? width - text.size() : 0, '0') + text;
    };
    return options.directory + "/" + digits(options.epoch, 10) + "-" + digits(options.lane, 5) + "-" +
           digits(number, 10) + ".jnl";
}

// Terminals that are sure to fit.
std::size_t slots(std::size_t bytes) { return bytes / terminal_bytes_min; }

tl::unexpected<Error> unavailable(std::string_view detail) {
    return fail(Code::ledger_unavailable, Fault::gateway, Retry::never, detail);
}

}   // namespace

struct Lane::Segment {
    std::string path;
    std::unique_ptr<io::MappedFile> file;
    std::span<char> bytes;
    std::atomic<std::size_t> written{0};   // whole records; stored by the writer
    std::atomic<Segment*> next{nullptr};   // where the writer went on; then `written` is final
};

struct Lane::Inside {
    Inside(io::Files& the_files, LaneOptions the_options) : files(the_files), options(std::move(the_options)) {}

    // for the writer
    // Room for a record of so many bytes such that terminals of `open_after` attempts still fit behind it, here or in the
    // spare segment; null when there is none. That each record passes here is why finish() always finds room.
    char* room_for(std::size_t bytes, std::size_t open_after) {
        const std::size_t left = writing->bytes.size() - write_offset;
        if (bytes <= left) {
            std::size_t free_slots = slots(left - bytes);
            if (free_slots < open_after && spare.load(std::memory_order_acquire) != nullptr)
                free_slots += slots(options.segment_bytes);
            return free_slots >= open_after ? writing->bytes.data() + write_offset : nullptr;
        }
        Segment* next = spare.load(std::memory_order_acquire);
        if (next == nullptr || bytes > options.segment_bytes || slots(options.segment_bytes - bytes) < open_after)
            return nullptr;
        writing->next.store(next, std::memory_order_release);
        writing = next;
        write_offset = 0;
        spare.store(nullptr, std::memory_order_release);
        return writing->bytes.data();
    }

    std::uint64_t commit(char* record, std::size_t bytes, Kind kind, WallTime at) {
        const std::uint64_t sequence = next_sequence++;
        seal(record, bytes, kind, options.lane, options.epoch, sequence, at);
        write_offset += bytes;
        // First, so that whoever sees the record counts it: lag_bytes() never falls below zero.
        written_bytes.store(written_bytes.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
        writing->written.store(write_offset, std::memory_order_release);
        return sequence;
    }

    // for the keeper
    io::FileResult<std::unique_ptr<Segment>> make_segment() {
        auto segment = std::make_unique<Segment>();
        segment->path = segment_path(options, next_number);
        auto file = files.create_mapped(segment->path, options.segment_bytes, file_mode);
        if (!file) return tl::unexpected<io::FileError>(file.error());
        ++next_number;
        segment->file = std::move(*file);
        segment->bytes = segment->file->bytes();
        return segment;
    }

    io::FileResult<bool> make_spare() {
        if (spare.load(std::memory_order_acquire) != nullptr) return true;
        auto segment = rested != nullptr ? wake() : make_segment();
        if (!segment) return tl::unexpected<io::FileError>(segment.error());
        Segment* fresh = segment->get();
        segments.push_back(std::move(*segment));
        spare.store(fresh, std::memory_order_release);
        return true;
    }

    // Steps over segments that the writer has left and of which all is taken.
    void find_unread() {
        for (;;) {
            // In this order: once there is a next one, `written` does not change any more.
            Segment* next = reading->next.load(std::memory_order_acquire);
            if (next == nullptr || read_offset < reading->written.load(std::memory_order_acquire)) return;
            reading = next;
            read_offset = 0;
        }
    }

    // One drained segment rests until a spare is wanted: memory that the kernel has given already costs neither a file nor its page
    // faults, which the writer would meet. The others go.
    io::FileResult<bool> clear_drained() {
        while (segments.front().get() != reading) {
            Segment& drained = *segments.front();
            if (auto done = rested == nullptr ? rename(drained, drained.path + std::string(rested_suffix))
                                              : files.remove(drained.path);
                !done)
                return done;
            if (rested == nullptr) rested = std::move(segments.front());
            segments.pop_front();
        }
        return true;
    }

    // Under the name of a rested file nobody takes its bytes for records, so it may be cleared in any order.
    io::FileResult<std::unique_ptr<Segment>> wake() {
        std::memset(rested->bytes.data(), 0, rested->written.load(std::memory_order_acquire));
        rested->written.store(0, std::memory_order_relaxed);
        rested->next.store(nullptr, std::memory_order_relaxed);
        if (auto renamed = rename(*rested, segment_path(options, next_number)); !renamed)
            return tl::unexpected<io::FileError>(renamed.error());
        ++next_number;
        return std::move(rested);
    }

    io::FileResult<bool> rename(Segment& segment, std::string path) {
        auto renamed = files.rename(segment.path, path);
        if (renamed) segment.path = std::move(path);
        return renamed;
    }

    io::Files& files;
    const LaneOptions options;

    alignas(cache_line_bytes) Segment* writing = nullptr;
    std::size_t write_offset = 0;
    std::uint64_t next_sequence = 1;
    std::atomic<std::uint64_t> written_bytes{0};

    alignas(cache_line_bytes) std::atomic<Segment*> spare{nullptr};   // set by the keeper, taken by the writer
    std::deque<std::unique_ptr<Segment>> segments;                    // the rest is the keeper's
    std::unique_ptr<Segment> rested;                                  // drained, and not yet cleared
    Segment* reading = nullptr;
    std::size_t read_offset = 0;
    std::uint64_t next_number = 1;
    std::atomic<std::uint64_t> taken_bytes{0};
};

Lane::Lane(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Lane::~Lane() = default;

io::FileResult<std::unique_ptr<Lane>> Lane::create(io::Files& files, LaneOptions options) {
    GILMOK_ASSERT(options.segment_bytes % 8 == 0 && options.segment_bytes >= terminal_bytes_min &&
                  options.segment_bytes <= segment_bytes_max);
    if (auto made = files.make_directory(options.directory, directory_mode); !made)
        return tl::unexpected<io::FileError>(made.error());
    auto inside = std::make_unique<Inside>(files, std::move(options));
    auto first = inside->make_segment();
    if (!first) return tl::unexpected<io::FileError>(first.error());
    inside->writing = inside->reading = first->get();
    inside->segments.push_back(std::move(*first));
    if (auto made = inside->make_spare(); !made) {
        // The one that says what is wrong is the first error.
        static_cast<void>(files.remove(inside->segments.front()->path));
        return tl::unexpected<io::FileError>(made.error());
    }
    return std::unique_ptr<Lane>(new Lane(std::move(inside)));
}

Result<std::uint64_t> Lane::reserve(const model::Reserve& reserve, WallTime at) {
    if (!takes_new()) return unavailable("the ledger takes no new work");
    char* room = inside_->room_for(reserve_bytes, std::size_t{open_attempts_} + 1);
    if (room == nullptr) return unavailable("the journal is full");
    write_reserve({room, reserve_bytes}, reserve);
    ++open_attempts_;
    return inside_->commit(room, reserve_bytes, Kind::reserve, at);
}

void Lane::progress(const model::Progress& progress, WallTime at) {
    char* room = inside_->room_for(progress_bytes, open_attempts_);
    if (room == nullptr) return;
    write_progress({room, progress_bytes}, progress);
    inside_->commit(room, progress_bytes, Kind::progress, at);
}

std::uint64_t Lane::finish(const model::Terminal& terminal, WallTime at) {
    GILMOK_ASSERT(open_attempts_ > 0);
    --open_attempts_;
    const std::size_t bytes = size_of(terminal);
    if (char* room = inside_->room_for(bytes, open_attempts_)) {
        write_terminal({room, bytes}, terminal);
        return inside_->commit(room, bytes, Kind::terminal, at);
    }
    model::Terminal shorter = terminal;
    shorter.raw_usage = {};
    shorter.is_raw_usage_cut = true;
    char* room = inside_->room_for(terminal_bytes_min, open_attempts_);
    GILMOK_ASSERT(room != nullptr);
    write_terminal({room, terminal_bytes_min}, shorter);
    return inside_->commit(room, terminal_bytes_min, Kind::terminal, at);
}

Result<std::uint64_t> Lane::append(const Body& body, WallTime at) {
    const std::size_t bytes = size_of(body);
    char* room = inside_->room_for(bytes, open_attempts_);
    if (room == nullptr) return unavailable("the journal is full");
    write_body({room, bytes}, body);
    return inside_->commit(room, bytes, kind_of(body), at);
}

std::uint64_t Lane::lag_bytes() const {
    const std::uint64_t taken = inside_->taken_bytes.load(std::memory_order_acquire);
    return inside_->written_bytes.load(std::memory_order_relaxed) - taken;
}

std::string_view Lane::peek() const {
    inside_->find_unread();
    const Segment& segment = *inside_->reading;
    const std::size_t written = segment.written.load(std::memory_order_acquire);
    return {segment.bytes.data() + inside_->read_offset, written - inside_->read_offset};
}

void Lane::taken(std::size_t bytes) {
    inside_->read_offset += bytes;
    GILMOK_ASSERT(inside_->read_offset <= inside_->reading->written.load(std::memory_order_acquire));
    inside_->taken_bytes.store(inside_->taken_bytes.load(std::memory_order_relaxed) + bytes, std::memory_order_release);
}

io::FileResult<bool> Lane::keep_house() {
    inside_->find_unread();
    // What rests is woken first, so that what is drained can rest in its place: removed, it would have to be made again soon. An
    // error is that of the second try below.
    if (inside_->rested != nullptr) static_cast<void>(inside_->make_spare());
    // A removal may make the room that the spare needs; a failed one must not keep it from being made.
    auto cleared = inside_->clear_drained();
    if (auto made = inside_->make_spare(); !made) return made;
    return cleared;
}

io::FileResult<bool> Lane::discard() {
    GILMOK_ASSERT(peek().empty());
    close_admission();
    if (inside_->rested != nullptr) {
        if (auto removed = inside_->files.remove(inside_->rested->path); !removed) return removed;
        inside_->rested.reset();
    }
    while (!inside_->segments.empty()) {
        if (auto removed = inside_->files.remove(inside_->segments.front()->path); !removed) return removed;
        inside_->segments.pop_front();
    }
    return true;
}

}   // namespace gilmok::ledger
