// How a ledger is opened: whatever happened before, afterwards every record that was acknowledged is in the log, no
// attempt is open, and the tables hold what the log holds.
#include <algorithm>
#include <cerrno>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "ledger/keeper_inside.hpp"

namespace gilmok::ledger {

namespace {

constexpr unsigned directory_mode = 0700;
constexpr unsigned file_mode = 0600;
constexpr std::size_t append_bytes_max = 1 << 20;

using Failure = tl::unexpected<io::FileError>;

std::string member(std::string_view name, std::string_view text) {
    std::string out = ",\"" + std::string(name) + "\":\"";
    append_json_escaped(out, text);
    return out + "\"";
}

}   // namespace

std::unique_ptr<Keeper> Keeper::open(io::Files& files, Tables& tables, KeeperOptions options, WallTime now,
                                     std::string& problem) {
    const auto clock = options.clock;
    const Instant begin = clock ? clock() : Instant{};
    auto inside = std::make_unique<Inside>(files, tables, std::move(options));
    if (auto started = inside->start(now); !started) {
        problem = started.error().message;
        if (started.error().code == ENOSPC)
            problem += "; free some room there, or name another directory as dir in [ledger]";
        return nullptr;
    }
    if (clock) inside->status.recovery_us = static_cast<std::uint64_t>(to_us(clock() - begin));
    return std::unique_ptr<Keeper>(new Keeper(std::move(inside)));
}

io::FileResult<bool> Keeper::Inside::start(WallTime now) {
    if (auto done = files.make_directory(options.directory, directory_mode); !done) return done;
    if (auto done = take_lock(); !done) return done;
    if (auto done = open_log(); !done) return done;
    if (auto done = read_past(); !done) return done;
    if (auto done = drain_leftovers(); !done) return done;
    if (auto done = make_lanes(); !done) return done;
    look_at_clock(now);
    for (const std::string& repair : repairs) note("log_repaired", member("problem", repair), now);
    if (auto done = close_orphans(now); !done) return done;
    note("opened", ",\"epoch\":" + std::to_string(epoch) + ",\"recovered\":" + std::to_string(orphans.count()), now);
    if (auto done = ensure_reserve(); !done) return done;
    // This also brings the number of the epoch to the disk: none is used twice.
    if (auto done = write_all(now); !done) return done;
    // Budgets begin with what the tables say, so that all of it has to be there; tables that fail are told, and lag.
    while (folding->fold(log->size(), now)) {}
    folding->commit(now);
    folded_at = now;
    status.recovered = orphans.count();
    status.opened_at = now;
    orphans = {};
    publish();
    return true;
}

io::FileResult<bool> Keeper::Inside::take_lock() {
    auto held = files.lock(path("lock"), file_mode);
    if (!held && held.error().code == EWOULDBLOCK)
        return Failure(io::FileError{EWOULDBLOCK, options.directory + " is in use: another gilmok writes this ledger"});
    if (!held) return Failure(held.error());
    lock = std::move(*held);
    // What a process left beside a file that it was replacing when it died.
    auto names_here = files.list(options.directory);
    if (!names_here) return Failure(names_here.error());
    for (const std::string& name : *names_here) {
        if (name.find(".new-") == std::string::npos) continue;
        if (auto removed = files.remove(path(name)); !removed) return removed;
    }
    return true;
}

io::FileResult<bool> Keeper::Inside::open_log() {
    auto who = open_identity(files, options.directory,
                             {.origin = options.settings.origin, .id = options.new_id, .seed = options.seed.clone()});
    if (!who) return Failure(who.error());
    identity = std::move(*who);
    const std::string& witness = options.settings.witness_dir;
    auto signed_so_far = Checkpoints::open(files, options.directory, identity->signer,
                                           witness.empty() ? "" : witness + "/" + identity->id + ".checkpoint");
    if (!signed_so_far) return Failure(signed_so_far.error());
    checkpoints = std::move(*signed_so_far);

    const Checkpoint& newest = checkpoints->newest();
    auto writer = LogWriter::open(files, options.directory, newest.size, options.log_file_bytes);
    if (!writer) return Failure(writer.error());
    log = std::move(*writer);
    // To go on would sign what was altered.
    if (newest.size != 0 && log->signed_root() != newest.root)
        return Failure(
            io::FileError{EBADMSG, path("log") + ": the first " + std::to_string(newest.size) +
                                       " records are not those that were signed; `gilmok ledger verify` says where"});
    if (!log->repaired().empty()) repairs.push_back(log->repaired());
    folding.emplace(files, options.directory, tables);
    return true;
}

// Names, open attempts and the time of the last record: from the tables, and what they lack from the log.
io::FileResult<bool> Keeper::Inside::read_past() {
    std::uint64_t from = 0;
    const auto where = tables.folded();
    TablesResult<std::vector<NameRow>> rows = tl::unexpected<TablesProblem>(TablesProblem{});
    if (where) rows = tables.names();
    if (rows && where->records <= log->size()) {
        from = std::min(where->records, where->oldest_open_index);
        for (const NameRow& row : *rows) names.add(row.kind, row.text, row.id);
        epoch = where->last_epoch;
    }
    auto reader = LogReader::open(files, options.directory, from);
    if (!reader) return Failure(reader.error());
    for (;;) {
        auto record = reader->next();
        if (!record) return Failure(record.error());
        if (!*record) return true;
        const auto entry = read_entry((*record)->bytes);
        if (!entry)
            return Failure(io::FileError{EBADMSG, path((*record)->file) + ": record " +
                                                      std::to_string((*record)->index) + ": " +
                                                      std::string(entry.error().detail)});
        see(*entry);
    }
}

void Keeper::Inside::see(const Entry& entry) {
    if (const auto* name = std::get_if<Name>(&entry.body)) names.add(name->kind, name->text, name->id);
    orphans.see(entry);
    last_at = std::max(last_at, entry.header.at);
    epoch = std::max(epoch, entry.header.epoch);
}

// Journal → log, each record once: what the log has of a lane already is passed over.
io::FileResult<bool> Keeper::Inside::drain_leftovers() {
    const std::string journal = path("journal");
    if (auto made = files.make_directory(journal, directory_mode); !made) return made;
    auto leftover = read_leftovers(files, journal);
    if (!leftover) return Failure(leftover.error());
    repairs.insert(repairs.end(), leftover->problems.begin(), leftover->problems.end());

    struct Record {
        Header header;
        std::string_view bytes;
        // The control lane first: names come before their use.
        [[nodiscard]] auto order() const {
            return std::tuple(header.epoch, header.lane != control_lane, header.lane, header.sequence);
        }
    };
    std::vector<Record> records;
    for (const std::string& bytes : leftover->records) {
        const auto entry = read_entry(bytes);
        if (!entry) return Failure(io::FileError{EBADMSG, journal + ": " + std::string(entry.error().detail)});
        if (entry->header.sequence > log->last_sequence(entry->header.epoch, entry->header.lane))
            records.push_back({entry->header, bytes});
    }
    std::ranges::sort(records, {}, &Record::order);
    // What a power cut left of a lane may begin behind a gap, or use a name of which nothing is left. Neither can have
    // been on the disk before, so that nobody has waited for it; the number of the name will be given to another text.
    std::pair<std::uint32_t, std::uint16_t> lane{};
    std::uint64_t next = 0;   // sequence; 0 = the lane has ended
    const auto is_taken = [&](const Entry& entry) {
        const Header& header = entry.header;
        if (lane != std::pair(header.epoch, header.lane)) {
            lane = {header.epoch, header.lane};
            next = log->last_sequence(header.epoch, header.lane) + 1;
        }
        if (next == 0) return false;
        const bool is_next = header.sequence == next;
        if (is_next && last_name_used(entry.body) <= names.last()) {
            ++next;
            return true;
        }
        repairs.push_back(
            journal + ": of lane " + std::to_string(header.lane) + " of epoch " + std::to_string(header.epoch) +
            " all from record " + std::to_string(header.sequence) +
            " on is left out: " + (is_next ? "it uses a name that was lost" : "records before it were lost"));
        next = 0;
        return false;
    };
    group.clear();
    for (const Record& record : records) {
        const auto entry = read_entry(record.bytes);
        if (!entry || !is_taken(*entry)) continue;
        see(*entry);
        group.append(record.bytes);
        if (group.size() < append_bytes_max) continue;
        if (auto done = log->append(group); !done) return done;
        group.clear();
    }
    if (!group.empty())
        if (auto done = log->append(group); !done) return done;
    if (auto done = log->sync(); !done) return done;
    for (const std::string& file : leftover->files)
        if (auto removed = files.remove(file); !removed) return removed;
    // A journal that came back after a power cut would be of an epoch whose lanes nobody remembers.
    return files.sync_directory(journal);
}

io::FileResult<bool> Keeper::Inside::make_lanes() {
    ++epoch;
    const auto make = [&](std::uint16_t number) {
        return Lane::create(files, {.directory = path("journal"),
                                    .lane = number,
                                    .epoch = epoch,
                                    .segment_bytes = options.settings.segment_bytes});
    };
    for (std::uint16_t shard = 0; shard < options.lanes; ++shard) {
        auto made = make(shard);
        if (!made) return Failure(made.error());
        lanes.push_back(std::move(*made));
    }
    auto made = make(control_lane);
    if (!made) return Failure(made.error());
    control = std::move(*made);
    return true;
}

io::FileResult<bool> Keeper::Inside::close_orphans(WallTime now) {
    for (const model::Terminal& orphan : orphans.terminals(options.settings.currency, now)) {
        const Body body = orphan;
        if (control->append(body, now)) continue;
        // The lane is full: what is in it goes into the log, and there is room again.
        if (auto taken_now = take(false); !taken_now) return Failure(taken_now.error());
        if (auto done = keep_house(); !done) return done;
        if (auto appended = control->append(body, now); !appended)
            return Failure(io::FileError{ENOBUFS, path("journal") + ": " + std::string(appended.error().detail)});
    }
    return true;
}

}   // namespace gilmok::ledger
