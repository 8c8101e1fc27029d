#include "ledger/keeper.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "ledger/keeper_inside.hpp"
#include "wire/json_string.hpp"

namespace gilmok::ledger {

namespace {

constexpr unsigned file_mode = 0600;
constexpr Duration clock_step = std::chrono::seconds(1);
// Each batch of the tables is a transaction that rewrites the same few pages, so that while there is work a batch goes on for this
// long.
constexpr Duration fold_interval = std::chrono::milliseconds(200);
constexpr std::uint64_t reserve_bytes_max = 64ULL << 20;
constexpr int control_rounds_max = 8;

using Failure = tl::unexpected<io::FileError>;

std::string member(std::string_view name, std::string_view text) {
    std::string out = ",\"" + std::string(name) + "\":\"";
    append_json_escaped(out, text);
    return out + "\"";
}

tl::unexpected<Error> refusal(Code code, std::string_view detail) {
    return gilmok::fail(code, Fault::gateway, Retry::never, detail);
}

bool is_whole_text(std::string_view text, std::size_t bytes_max) {
    return text.size() <= bytes_max && wire::json::is_utf8(text);
}

}   // namespace

Keeper::Keeper(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Keeper::~Keeper() = default;

Lane& Keeper::lane(std::uint16_t shard) {
    GILMOK_ASSERT(shard < inside_->lanes.size());
    return *inside_->lanes[shard];
}

model::NameId Keeper::intern(NameKind kind, std::string_view text, WallTime now) {
    if (text.empty() || !is_whole_text(text, name_text_bytes_max)) return model::NameId::none;
    const std::scoped_lock guard(inside_->control_lock);
    if (const auto known = inside_->names.find(kind, text); known != model::NameId::none) return known;
    if (inside_->is_failing) return model::NameId::none;
    const model::NameId id = inside_->names.next();
    const Body body = Name{.id = id, .kind = kind, .text = text};
    if (!inside_->control->append(body, now)) return model::NameId::none;
    inside_->names.add(kind, text, id);
    return id;
}

Result<std::uint64_t> Keeper::append(const Body& body, WallTime now) {
    const auto* note = std::get_if<Note>(&body);
    const bool is_ours =
        note != nullptr || std::holds_alternative<Correction>(body) || std::holds_alternative<PoolHour>(body);
    if (!is_ours) return refusal(Code::internal, "only notes, corrections and pools come from the control side");
    if (note != nullptr && !is_whole_text(note->json, note_text_bytes_max))
        return refusal(Code::internal, "a note is at most 64 KiB of UTF-8");
    if (inside_->is_failing) return refusal(Code::ledger_unavailable, "the ledger's disk fails");
    const std::scoped_lock guard(inside_->control_lock);
    return inside_->control->append(body, now);
}

std::size_t Keeper::turn(WallTime now) {
    Inside& self = *inside_;
    self.taken = 0;
    self.look_at_clock(now);
    if (auto done = self.write_all(now); !done) {
        self.fail(done.error(), now);
    } else if (self.is_failing) {
        self.resume(now);
    }
    if (self.taken != 0 && on_durable) on_durable();
    self.fold(now);
    self.publish();
    return static_cast<std::size_t>(self.taken);
}

void Keeper::close(WallTime now) {
    Inside& self = *inside_;
    if (self.lock == nullptr) return;
    for (const auto& lane : self.lanes) lane->close_admission();
    self.note("closed", "", now);
    const auto is_drained = [&] {
        return self.control->peek().empty() &&
               std::ranges::all_of(self.lanes, [](const auto& lane) { return lane->peek().empty(); });
    };
    // A lane holds two segments at most, and a turn takes one of each.
    for (int round = 0; round < control_rounds_max; ++round) {
        turn(now);
        if (self.is_failing || is_drained()) break;
    }
    self.folding->try_again();
    while (self.folding->fold(self.log->size(), now)) {}
    self.folding->commit(now);
    if (!self.is_failing && self.checkpoints->newest().size < self.log->size())
        if (auto done = self.sign(now); !done) self.fail(done.error(), now);
    // A journal that stays is drained at the next start.
    const auto discard = [](Lane& lane) {
        if (lane.open_attempts() == 0 && lane.peek().empty()) static_cast<void>(lane.discard());
    };
    for (const auto& lane : self.lanes) discard(*lane);
    discard(*self.control);
    self.publish();
    self.lock.reset();
}

KeeperStatus Keeper::status() const {
    const std::scoped_lock guard(inside_->status_lock);
    return inside_->status;
}
const std::string& Keeper::directory() const { return inside_->options.directory; }
const VerifierKey& Keeper::verifier() const { return inside_->identity->signer.verifier(); }

void Keeper::Inside::note(std::string_view what, const std::string& members, WallTime now) {
    const std::string json = "{\"what\":\"" + std::string(what) + "\"" + members + "}";
    const Body body = Note{.json = json};
    const std::scoped_lock guard(control_lock);
    static_cast<void>(control->append(body, now));
}

void Keeper::Inside::look_at_clock(WallTime now) {
    if (now >= last_at - clock_step) {
        last_at = std::max(last_at, now);
        return;
    }
    note("clock_stepped", member("from", rfc3339(last_at)) + member("to", rfc3339(now)), now);
    last_at = now;
}

// Everything that a failing disk can fail, in the order in which it must happen.
io::FileResult<bool> Keeper::Inside::write_all(WallTime now) {
    if (log->is_broken()) {
        if (auto done = log->recover(); !done) return done;
    }
    if (auto some = take(true); !some) return Failure(some.error());
    // A name is journalled before its first use, and the shards' lanes were read first: once the control lane was seen
    // empty, every name that they use is in the log, and a checkpoint may be signed.
    int rounds = 0;
    while (!control->peek().empty() && ++rounds < control_rounds_max)
        if (auto some = take(false); !some) return Failure(some.error());
    has_all_names = rounds < control_rounds_max;
    if (auto done = keep_house(); !done) return done;
    return is_checkpoint_due(now) ? sign(now) : true;
}

// One group: lanes → log → disk. Nothing of a lane is taken before its records are on the disk, so that after any
// failure they are all still there.
io::FileResult<std::size_t> Keeper::Inside::take(bool with_shards) {
    struct Part {
        Lane* lane;
        std::uint16_t number;
        std::string_view bytes;
    };
    std::vector<Part> parts;
    if (with_shards) {
        for (std::uint16_t shard = 0; shard < options.lanes; ++shard)
            if (const std::string_view bytes = lanes[shard]->peek(); !bytes.empty())
                parts.push_back({lanes[shard].get(), shard, bytes});
    }
    // Read last, so that it has the names that the others use; written first, so that they come before their use.
    if (const std::string_view bytes = control->peek(); !bytes.empty())
        parts.insert(parts.begin(), Part{control.get(), control_lane, bytes});
    if (parts.empty()) return std::size_t{0};

    group.clear();
    for (const Part& part : parts) group.append(part.bytes);
    const std::uint64_t before = log->size();
    if (auto done = log->append(group); !done) return Failure(done.error());
    ++syncs;
    if (auto done = log->sync(); !done) return Failure(done.error());
    for (const Part& part : parts) {
        part.lane->taken(part.bytes.size());
        part.lane->set_durable(log->last_sequence(epoch, part.number));
    }
    folding->hand(before, log->size(), group);
    const std::uint64_t count = log->size() - before;
    taken += count;
    return static_cast<std::size_t>(count);
}

io::FileResult<bool> Keeper::Inside::keep_house() {
    io::FileResult<bool> result = true;
    const auto keep = [&](Lane& lane) {
        if (auto done = lane.keep_house(); !done && result) result = std::move(done);
    };
    for (const auto& lane : lanes) keep(*lane);
    keep(*control);
    return result;
}

// As much as all lanes can hold: with it given up, whatever running attempts still write finds its place in the log.
io::FileResult<bool> Keeper::Inside::ensure_reserve() {
    const std::string name = path("reserve");
    if (files.exists(name)) return true;
    const std::uint64_t lanes_count = std::uint64_t{options.lanes} + 1;
    const std::uint64_t bytes = std::min(reserve_bytes_max, 2 * options.settings.segment_bytes * lanes_count);
    auto made = files.create_mapped(name, static_cast<std::size_t>(bytes), file_mode);
    if (!made) return Failure(made.error());
    return true;
}

bool Keeper::Inside::is_checkpoint_due(WallTime now) const {
    if (!has_all_names || log->size() == checkpoints->newest().size) return false;
    return now < checkpoint_at || now - checkpoint_at >= options.settings.checkpoint_interval;
}

io::FileResult<bool> Keeper::Inside::sign(WallTime now) {
    if (auto done = log->sync_hashes(); !done) return done;
    if (auto done = checkpoints->sign(log->tree()); !done) return done;
    checkpoint_at = now;
    return true;
}

void Keeper::Inside::fail(const io::FileError& error, WallTime now) {
    problem = error.message;
    const bool is_first = !is_failing.exchange(true);
    for (const auto& lane : lanes) lane->close_admission();
    if (is_first) {
        failing_since = now;
        note("disk_failed", member("problem", problem), now);
    }
    if (error.code == ENOSPC && files.exists(path("reserve"))) static_cast<void>(files.remove(path("reserve")));
}

// Everything was written. New work is taken again once there is space in reserve for the next time.
void Keeper::Inside::resume(WallTime now) {
    if (auto done = ensure_reserve(); !done) {
        problem = done.error().message;
        return;
    }
    note("disk_recovered", member("since", rfc3339(failing_since)) + member("problem", problem), now);
    problem.clear();
    is_failing = false;
    for (const auto& lane : lanes) lane->open_admission();
}

void Keeper::Inside::fold(WallTime now) {
    folding->fold(log->size(), now);
    if (taken != 0 && now >= folded_at && now - folded_at < fold_interval) return;
    folding->commit(now);
    folded_at = now;
}

void Keeper::Inside::publish() {
    std::uint64_t lag_bytes = control->lag_bytes();
    for (const auto& lane : lanes) lag_bytes += lane->lag_bytes();
    const std::scoped_lock guard(status_lock);
    status.is_failing = is_failing;
    status.problem = problem;
    status.tables_problem = folding->problem();
    status.witness_problem = checkpoints->witness_problem();
    status.is_witness_failing = !status.witness_problem.empty();
    status.records = log->size();
    status.lag_bytes = lag_bytes;
    status.checkpoint_size = checkpoints->newest().size;
    status.checkpoint_at = checkpoint_at;
    status.folded = folding->folded();
    status.syncs = syncs;
}

}   // namespace gilmok::ledger
