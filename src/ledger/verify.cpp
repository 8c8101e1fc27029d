#include "ledger/verify.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "ledger/entry.hpp"
#include "ledger/log_edge.hpp"
#include "ledger/log_files.hpp"
#include "ledger/notes.hpp"
#include "wire/base64.hpp"

namespace gilmok::ledger {

namespace {

constexpr std::size_t identity_bytes_max = 4096;
constexpr std::size_t id_characters = 26;
constexpr std::size_t edge_bytes_max = 1 << 20;
constexpr std::size_t hash_file_bytes_max = 64U << 20;   // a log file of the shortest records has 51 MiB of hashes

std::string text_of(const Hash& hash) {
    return wire::base64({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

std::uint64_t lane_number(std::uint32_t epoch, std::uint16_t lane) { return std::uint64_t{epoch} << 16U | lane; }

// A root that somebody signed, and where that stands.
struct Signed {
    std::uint64_t size = 0;
    Hash root{};
    std::string file{};
    std::uint64_t offset = 0;
    bool is_right = true;
};

class Verification {
public:
    Verification(io::Files& files, const VerifyOptions& options) : files_(files), options_(options) {}

    Verified run() {
        read_identity();
        if (key_) read_checkpoints();
        walk_log();
        judge_roots();
        result_.root = tree_.root();
        return std::move(result_);
    }

private:
    void read_identity();
    void read_checkpoints();
    void read_history();
    void compare_history(const Signed& newest);
    bool take_checkpoint(std::string_view note, const std::string& file, std::uint64_t offset);
    void walk_log();
    bool walk_file(const LogFile& file);
    void judge_edge(const LogFile& file);
    void judge_record(const LogFile& file, const RecordWalk& walk, const Hash& leaf);
    void judge_sequence(const LogFile& file, std::uint64_t offset, const Header& header);
    void compare_hash(const LogFile& file, std::uint64_t offset, const Hash& leaf);
    void judge_hashes_left(const LogFile& file);
    void judge_roots();
    void locate();

    void add(Problem problem) {
        if (result_.problems_count++ < options_.problems_max) result_.problems.push_back(std::move(problem));
    }
    [[nodiscard]] std::string path(const std::string& file) const { return options_.directory + "/" + file; }
    [[nodiscard]] bool is_done() const { return options_.only_signed && tree_.size() >= result_.signed_size; }

    io::Files& files_;
    const VerifyOptions& options_;
    Verified result_;
    std::optional<VerifierKey> key_;
    std::vector<Signed> signed_;                  // by size
    std::optional<Signed> last_, last_but_one_;   // in the history
    std::size_t next_signed_ = 0;                 // the first whose size was not reached
    Tree tree_;
    std::unordered_map<std::uint64_t, std::uint64_t> sequences_;   // (epoch, lane) → the last one seen
    std::string hashes_;                                           // of the file that is being walked
    std::uint64_t hashes_begin_ = 0;
    bool compares_hashes_ = false;
    bool has_searched_ = false;            // for where the record of a wrong hash went, in this file
    std::vector<std::size_t> differing_;   // problems that say a record and its hash differ
    bool is_broken_ = false;               // reading ended before the log did
};

void Verification::read_identity() {
    key_ = options_.key;
    const auto text = files_.read(path("identity"), identity_bytes_max);
    if (!text) {
        add({.file = "identity", .what = text.error().message});
        return;
    }
    std::vector<std::string_view> lines;
    for (std::string_view rest = *text; !rest.empty();) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) break;
        lines.push_back(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    if (lines.size() != 4 || !text->ends_with('\n') || lines[0] != "gilmok-ledger 1") {
        add({.file = "identity", .what = "is not the identity of a ledger: four lines, the first \"gilmok-ledger 1\""});
        return;
    }
    const auto named = parse_verifier_key(lines[3]);
    if (!named) {
        add({.file = "identity", .what = "names no key", .found = std::string(lines[3])});
        return;
    }
    if (lines[2] != named->name)
        add({.file = "identity",
             .what = "the origin is not the name of the key",
             .expected = named->name,
             .found = std::string(lines[2])});
    if (lines[1].size() != id_characters || !named->name.ends_with(lines[1]))
        add({.file = "identity",
             .what = "the origin does not end with the id of the ledger",
             .expected = std::string(lines[1]),
             .found = named->name});
    if (!key_) key_ = *named;
    if (key_->text() != lines[3])
        add({.file = "identity",
             .what = "names another key than the one that is trusted",
             .expected = key_->text(),
             .found = std::string(lines[3])});
}

// True when it is right.
bool Verification::take_checkpoint(std::string_view note, const std::string& file, std::uint64_t offset) {
    std::string_view why;
    const auto checkpoint = open_checkpoint(note, *key_, &why);
    if (!checkpoint) {
        add({.file = file, .offset = offset, .what = "no checkpoint of this ledger: " + std::string(why)});
        return false;
    }
    ++result_.checkpoints;
    signed_.push_back({.size = checkpoint->size, .root = checkpoint->root, .file = file, .offset = offset});
    return true;
}

void Verification::read_history() {
    NoteReader reader(files_, path("checkpoints"));
    while (const std::optional<std::string_view> note = reader.next()) {
        if (!take_checkpoint(*note, "checkpoints", reader.offset())) continue;
        const Signed& newest = signed_.back();
        if (last_ && newest.size < last_->size)
            add({.file = "checkpoints",
                 .offset = reader.offset(),
                 .what = "a checkpoint is smaller than the one before it",
                 .expected = "at least " + std::to_string(last_->size),
                 .found = std::to_string(newest.size)});
        last_but_one_ = std::exchange(last_, newest);
    }
    if (!reader.problem().empty()) add({.file = "checkpoints", .offset = reader.offset(), .what = reader.problem()});
}

void Verification::read_checkpoints() {
    std::optional<Signed> newest;
    const auto note = files_.read(path("checkpoint"), note_bytes_max);
    if (!note) {
        add({.file = "checkpoint", .what = note.error().message});
    } else if (take_checkpoint(*note, "checkpoint", 0)) {
        newest = signed_.back();
    }
    read_history();
    if (newest) compare_history(*newest);
    for (std::size_t i = 0; i < options_.kept.size(); ++i)
        take_checkpoint(options_.kept[i], "the checkpoint kept elsewhere, number " + std::to_string(i + 1), 0);
    std::ranges::sort(signed_, {}, [](const Signed& one) { return std::tie(one.size, one.file, one.offset); });
    if (!signed_.empty()) result_.signed_size = signed_.back().size;
}

// The two files are written one after the other. Where that may have been cut short, or goes on meanwhile, either may be ahead.
void Verification::compare_history(const Signed& newest) {
    if (last_ && last_->size == newest.size) return;
    const bool is_one_behind = last_but_one_ ? last_but_one_->size == newest.size : last_.has_value();
    const bool is_ahead = last_ ? last_->size < newest.size : true;
    if (!options_.is_closed && (is_one_behind || is_ahead)) return;
    add({.file = "checkpoints",
         .what = "does not end with the newest checkpoint",
         .expected = std::to_string(newest.size) + " records",
         .found = last_ ? std::to_string(last_->size) + " records" : "none"});
}

void Verification::walk_log() {
    std::vector<std::string> strangers;
    const auto log = list_log(files_, options_.directory, &strangers);
    if (!log) {
        add({.file = "log", .what = log.error().message});
        return;
    }
    for (const std::string& name : strangers) add({.file = name, .what = "is no file of the log"});
    for (const LogFile& file : *log) {
        if (is_done()) return;
        if (file.first_index != tree_.size())
            add({.file = file.name,
                 .index = tree_.size(),
                 .what = "the file's first record is not the one that follows",
                 .expected = std::to_string(tree_.size()),
                 .found = std::to_string(file.first_index)});
        judge_edge(file);
        if (!walk_file(file)) return;
    }
}

// A writer that starts goes on from what the edge says, so a wrong one would sign a wrong root. None is no harm.
void Verification::judge_edge(const LogFile& file) {
    const std::string name = file.name.substr(0, file.name.size() - 4) + ".edge";
    if (!files_.exists(path(name))) return;
    const auto bytes = files_.read(path(name), edge_bytes_max);
    const auto edge = bytes ? read_edge(*bytes) : std::nullopt;
    bool is_right = edge && edge->tree.size() == tree_.size() && edge->tree.root() == tree_.root();
    for (std::size_t i = 0; is_right && i < edge->lanes.size(); ++i) {
        const auto known = sequences_.find(lane_number(edge->lanes[i].epoch, edge->lanes[i].lane));
        is_right = known != sequences_.end() && known->second == edge->lanes[i].sequence;
    }
    if (!is_right)
        add({.file = name,
             .index = file.first_index,
             .what = bytes ? "the edge is not that of the records before it" : bytes.error().message});
}

// False when there is no way on.
bool Verification::walk_file(const LogFile& file) {
    auto hashes = files_.read(path(hash_name_of(file)), hash_file_bytes_max);
    compares_hashes_ = hashes.has_value();
    if (!hashes) add({.file = hash_name_of(file), .what = hashes.error().message});
    hashes_ = hashes ? std::move(*hashes) : std::string();
    hashes_begin_ = tree_.size();
    has_searched_ = false;

    RecordWalk walk(files_, path(file.name));
    while (!is_done()) {
        const RecordWalk::Step step = walk.next();
        if (step == RecordWalk::Step::end) break;
        if (step == RecordWalk::Step::broken) {
            add({.file = file.name, .index = tree_.size(), .offset = walk.offset(), .what = walk.problem()});
            is_broken_ = true;
            return false;
        }
        const Hash leaf = leaf_hash(walk.record());
        judge_record(file, walk, leaf);
        tree_.append(leaf);
        ++result_.records;
        result_.bytes += walk.record().size();
        for (; next_signed_ < signed_.size() && signed_[next_signed_].size <= tree_.size(); ++next_signed_) {
            Signed& one = signed_[next_signed_];
            one.is_right = (one.size == 0 ? empty_root() : tree_.root()) == one.root;
        }
    }
    if (!is_done()) judge_hashes_left(file);
    return true;
}

void Verification::judge_record(const LogFile& file, const RecordWalk& walk, const Hash& leaf) {
    const auto entry = read_entry(walk.record());
    if (!entry) {
        add({.file = file.name,
             .index = tree_.size(),
             .offset = walk.offset(),
             .what = std::string(entry.error().detail)});
    } else {
        judge_sequence(file, walk.offset(), entry->header);
    }
    if (compares_hashes_) compare_hash(file, walk.offset(), leaf);
}

void Verification::judge_sequence(const LogFile& file, std::uint64_t offset, const Header& header) {
    std::uint64_t& last = sequences_[lane_number(header.epoch, header.lane)];
    if (header.sequence != last + 1)
        add({.file = file.name,
             .index = tree_.size(),
             .offset = offset,
             .what =
                 "out of its order in epoch " + std::to_string(header.epoch) + ", lane " + std::to_string(header.lane),
             .expected = "sequence " + std::to_string(last + 1),
             .found = "sequence " + std::to_string(header.sequence)});
    last = header.sequence;
}

void Verification::compare_hash(const LogFile& file, std::uint64_t offset, const Hash& leaf) {
    const std::uint64_t at = tree_.size() - hashes_begin_;
    const std::uint64_t count = hashes_.size() / sizeof(Hash);
    if (at >= count) {
        compares_hashes_ = false;
        // They are synced with a checkpoint, so a power cut may leave the newest ones out; the writer makes them again.
        if (tree_.size() >= result_.signed_size) return;
        add({.file = hash_name_of(file),
             .index = tree_.size(),
             .offset = at * sizeof(Hash),
             .what = "the hash of the record is missing",
             .expected = text_of(leaf)});
        return;
    }
    const Hash expected = hash_at(hashes_, at);
    if (expected == leaf) return;
    Problem problem{.file = file.name,
                    .index = tree_.size(),
                    .offset = offset,
                    .what = "not the record whose hash was kept",
                    .expected = text_of(expected),
                    .found = text_of(leaf)};
    // Where the hash of this record stands further on, everything between is gone, and comparing on would only repeat that.
    for (std::uint64_t i = at + 1; i < count && compares_hashes_ && !has_searched_; ++i) {
        if (hash_at(hashes_, i) != leaf) continue;
        problem.what = "the record that was number " + std::to_string(hashes_begin_ + i) +
                       "; those before it are missing or were moved";
        compares_hashes_ = false;
    }
    has_searched_ = true;
    // Which of the two is wrong, record or hash, only the roots will tell.
    if (result_.problems.size() < options_.problems_max && compares_hashes_)
        differing_.push_back(result_.problems.size());
    add(std::move(problem));
}

void Verification::judge_hashes_left(const LogFile& file) {
    const std::uint64_t walked = (tree_.size() - hashes_begin_) * sizeof(Hash);
    if (hashes_.size() > walked && compares_hashes_)
        add({.file = hash_name_of(file),
             .index = tree_.size(),
             .offset = walked,
             .what = "there are hashes of records that the log lacks",
             .expected = std::to_string(walked) + " bytes",
             .found = std::to_string(hashes_.size()) + " bytes"});
}

void Verification::judge_roots() {
    if (options_.is_closed && tree_.size() > result_.signed_size)
        add({.what = "there are records behind the last checkpoint of a closed ledger",
             .expected = std::to_string(result_.signed_size) + " records",
             .found = std::to_string(tree_.size()) + " records"});
    bool is_any_wrong = false;
    for (Signed& one : signed_) {
        if (one.size > tree_.size()) {
            if (is_broken_) continue;   // said already, with the place
            add({.file = one.file,
                 .offset = one.offset,
                 .what = "the log was cut or rolled back: it has fewer records than were signed",
                 .expected = std::to_string(one.size) + " records",
                 .found = std::to_string(tree_.size()) + " records"});
            continue;
        }
        if (one.size == 0) one.is_right = one.root == empty_root();
        is_any_wrong = is_any_wrong || !one.is_right;
    }
    if (is_any_wrong) return locate();
    for (const std::size_t i : differing_) {
        Problem& problem = result_.problems[i];
        if (is_broken_ || *problem.index >= result_.signed_size) continue;
        problem.file.replace(problem.file.rfind('.'), std::string::npos, ".hash");
        problem.offset.reset();
        problem.what = "the hash beside the log is not that of the record, which is the one that was signed";
        std::swap(problem.expected, problem.found);
    }
}

// Between the last root that is right and the first that is wrong lies what was altered. The kept hashes may tell whether
// it was the log or the hashes beside it.
void Verification::locate() {
    const auto first_wrong = std::ranges::find(signed_, false, &Signed::is_right);
    const std::uint64_t begin = first_wrong == signed_.begin() ? 0 : std::prev(first_wrong)->size;
    Problem problem{.file = first_wrong->file, .offset = first_wrong->offset, .expected = text_of(first_wrong->root)};
    problem.what =
        "the records do not have the root that was signed for " + std::to_string(first_wrong->size) + " of them";
    if (begin < first_wrong->size)
        problem.what +=
            "; altered between record " + std::to_string(begin) + " and " + std::to_string(first_wrong->size - 1);
    auto cache = HashCache::open(files_, options_.directory);
    Tree tree;
    while (cache && tree.size() < first_wrong->size) {
        const std::optional<Hash> hash = cache->at(tree.size());
        if (!hash) break;
        tree.append(*hash);
    }
    if (tree.size() == first_wrong->size && tree.root() == first_wrong->root)
        problem.what +=
            "; the hashes beside the log are those that were signed, so each record that differs from its hash was "
            "altered";
    add(std::move(problem));
}

}   // namespace

std::string describe(const Problem& problem) {
    std::string text = problem.file.empty() ? "log" : problem.file;
    if (problem.index) text += ": record " + std::to_string(*problem.index);
    if (problem.offset) text += std::string(problem.index ? "" : ":") + " at byte " + std::to_string(*problem.offset);
    text += ": " + problem.what;
    if (!problem.expected.empty()) text += "; expected " + problem.expected;
    if (!problem.found.empty()) text += std::string(problem.expected.empty() ? ";" : ",") + " found " + problem.found;
    return text;
}

Verified verify(io::Files& files, const VerifyOptions& options) { return Verification(files, options).run(); }

}   // namespace gilmok::ledger
