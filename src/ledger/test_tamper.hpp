// Alters a ledger in every way it should be safe against, with three degrees of care: only the bytes of the log; also the
// hashes beside the log and the names of its files; also checks and sequence numbers, so that nothing but the signatures
// tells. For verify_test and `scripts/prove tamper`. The ledger must be whole, closed, and have two log files or more and
// two checkpoints or more.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "ledger/log_files.hpp"
#include "ledger/test_ledger.hpp"

namespace gilmok::ledger {

enum class Harm : std::uint8_t {
    bit_flipped, deleted, inserted, reordered, duplicated, truncated, rolled_back, checkpoint_changed, checkpoint_older,
    history_changed, hashes_changed, segments_swapped, segment_missing, stranger_added, identity_changed, signed_anew, count_,
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Harm::count_)> harm_names = {
    "bit flipped", "record deleted", "record inserted", "records reordered", "record duplicated", "log truncated",
    "log rolled back", "checkpoint changed", "checkpoint replaced by an older one", "history of checkpoints changed",
    "hashes changed", "segments swapped", "segment missing", "file added", "identity changed", "signed with another key"};

enum class Care : std::uint8_t { bytes, hashes, everything, count_ };
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Care::count_)> care_names = {
    "bytes", "bytes and hashes", "all but signatures"};

struct Tampered {
    Directory files{};
    std::optional<std::uint64_t> first_index{};   // of the first record that is not as it was, where verify can name it
};

class Tamperer {
public:
    Tamperer(Directory whole, std::uint64_t seed);

    // Never what it was before.
    Tampered make(Harm harm, Care care) {
        while (true) {
            Tampered tampered = try_one(harm, care);
            if (tampered.files != whole_) return tampered;
        }
    }
    [[nodiscard]] const Directory& whole() const { return whole_; }
    // The newest checkpoint, as its owner keeps it elsewhere.
    [[nodiscard]] const std::string& kept() const { return notes_.back(); }
    [[nodiscard]] std::uint64_t records() const { return records_.size(); }

private:
    using Records = std::vector<std::string>;
    struct Altered {
        std::uint64_t first = 0;   // the first record that is not the one it was
        std::uint64_t at = 0;      // where it was done
        std::int64_t added = 0;
    };

    Tampered try_one(Harm harm, Care care);
    Altered alter(Records& records, Harm harm, Care care);
    void flip(std::string& record, Care care);
    static void renumber(Records& records);
    [[nodiscard]] Directory with_log(const Records& records) const;
    [[nodiscard]] Directory with_bytes(const Records& records, const Altered& altered) const;
    [[nodiscard]] Directory signed_anew(const Records& records) const;
    Directory truncated(Care care);
    Directory rolled_back();
    Directory with_other_history(Care care);
    Directory with_files_moved(Harm harm);
    void change_bit(std::string& bytes) {
        const std::size_t at = prng_.below(bytes.size());
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << prng_.below(8)));
    }
    std::string some_log_name() { return log_name(firsts_[prng_.below(firsts_.size())], ".log"); }

    Directory whole_;
    Records records_{};
    std::vector<std::uint64_t> firsts_{};   // of the log files
    std::vector<std::string> notes_{};
    Prng prng_;
};

// The log of a ledger in files of so many records each, as it would be if files were shorter.
inline Directory with_short_files(const Directory& directory, std::uint64_t records_per_file) {
    Directory split;
    std::uint64_t count = 0, first = 0;
    for (const auto& [name, bytes] : directory) {
        if (!name.starts_with("log/")) split[name] = bytes;
        if (!name.ends_with(".log")) continue;
        DirectoryFiles files(directory);
        for (RecordWalk walk(files, "ledger/" + name); walk.next() == RecordWalk::Step::record; ++count) {
            if (count % records_per_file == 0) first = count;
            const Hash leaf = leaf_hash(walk.record());
            split[log_name(first, ".log")] += walk.record();
            split[log_name(first, ".hash")].append(reinterpret_cast<const char*>(leaf.data()), leaf.size());
        }
    }
    return split;
}

inline Tamperer::Tamperer(Directory whole, std::uint64_t seed) : whole_(std::move(whole)), prng_(seed) {
    for (const auto& [name, bytes] : whole_) {
        if (!name.ends_with(".log")) continue;
        firsts_.push_back(records_.size());
        DirectoryFiles files(whole_);
        for (RecordWalk walk(files, "ledger/" + name); walk.next() == RecordWalk::Step::record;)
            records_.emplace_back(walk.record());
    }
    const std::string& history = whole_.at("checkpoints");
    for (std::size_t begin = 0; begin < history.size();) {
        const std::size_t end = history.find('\n', history.find("\xE2\x80\x94 ", begin)) + 1;
        notes_.push_back(history.substr(begin, end - begin));
        begin = end;
    }
}

inline Tampered Tamperer::try_one(Harm harm, Care care) {
    Tampered tampered{.files = whole_};
    switch (harm) {
        case Harm::bit_flipped:
        case Harm::deleted:
        case Harm::inserted:
        case Harm::reordered:
        case Harm::duplicated: {
            Records records = records_;
            const Altered altered = alter(records, harm, care);
            tampered.files = care == Care::bytes ? with_bytes(records, altered) : with_log(records);
            // Who keeps the hashes in step with the log may leave no trace of the place.
            if (care == Care::bytes) tampered.first_index = altered.first;
            break;
        }
        case Harm::truncated: tampered.files = truncated(care); break;
        case Harm::rolled_back: tampered.files = rolled_back(); break;
        case Harm::checkpoint_changed: change_bit(tampered.files["checkpoint"]); break;
        case Harm::checkpoint_older: tampered.files["checkpoint"] = notes_[prng_.below(notes_.size() - 1)]; break;
        case Harm::history_changed: tampered.files = with_other_history(care); break;
        case Harm::hashes_changed: {
            const std::string name = some_log_name();
            const std::string stem = name.substr(0, name.size() - 4);
            const bool has_edge = tampered.files.contains(stem + ".edge");
            change_bit(tampered.files[stem + (has_edge && prng_.chance(1, 2) ? ".edge" : ".hash")]);
            break;
        }
        case Harm::segments_swapped:
        case Harm::segment_missing:
        case Harm::stranger_added: tampered.files = with_files_moved(harm); break;
        case Harm::identity_changed: change_bit(tampered.files["identity"]); break;
        case Harm::signed_anew: {
            Records records = records_;
            alter(records, Harm::bit_flipped, Care::everything);
            tampered.files = signed_anew(records);
            break;
        }
        case Harm::count_: break;
    }
    return tampered;
}

inline Tamperer::Altered Tamperer::alter(Records& records, Harm harm, Care care) {
    const std::uint64_t at = prng_.below(records.size());
    const std::uint64_t other = prng_.below(records.size());
    const auto here = records.begin() + static_cast<std::ptrdiff_t>(at);
    Altered altered{.first = at, .at = at};
    if (harm == Harm::deleted) {
        records.erase(here);
        altered.added = -1;
    } else if (harm == Harm::inserted) {
        std::string forged = *here;
        Header header = read_entry(forged)->header;
        header.sequence = 1 + prng_.below(1'000'000);
        TestLedger::reseal(forged, header);
        records.insert(here, std::move(forged));
        altered.added = 1;
    } else if (harm == Harm::reordered) {
        std::swap(records[at], records[other]);
        altered.first = std::min(at, other);
    } else if (harm == Harm::duplicated) {
        records.insert(here, std::string(records_[other]));
        altered.added = 1;
    } else {
        flip(records[at], care);
    }
    // Of a record that was doubled in its place the second one is the first that is new.
    while (altered.first < std::min(records.size(), records_.size()) && records[altered.first] == records_[altered.first])
        ++altered.first;
    if (care == Care::everything) renumber(records);
    return altered;
}

inline void Tamperer::flip(std::string& record, Care care) {
    if (care != Care::everything) return change_bit(record);
    // A field that means money or tokens, in a record that is valid in itself afterwards.
    const Header header = read_entry(record)->header;
    const std::size_t field = header.kind == Kind::terminal ? 248 : header.kind == Kind::reserve ? 104 : 64;
    std::string changed = record;
    if (field < changed.size()) changed[field] = static_cast<char>(changed[field] ^ static_cast<char>(1 + prng_.below(120)));
    TestLedger::reseal(changed, header);
    if (read_entry(changed)) record = std::move(changed);
}

// Sequences without gaps, as if what is there were all there ever was.
inline void Tamperer::renumber(Records& records) {
    std::map<std::pair<std::uint32_t, std::uint16_t>, std::uint64_t> sequences;
    for (std::string& record : records) {
        Header header = read_entry(record)->header;
        header.sequence = ++sequences[{header.epoch, header.lane}];
        TestLedger::reseal(record, header);
    }
}

// Log files and hashes made anew, with the boundaries that were.
inline Directory Tamperer::with_log(const Records& records) const {
    Directory files;
    for (const auto& [name, bytes] : whole_)
        if (!name.starts_with("log/")) files[name] = bytes;
    std::size_t file = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (file + 1 < firsts_.size() && i >= firsts_[file + 1]) ++file;
        const Hash leaf = leaf_hash(records[i]);
        files[log_name(firsts_[file], ".log")] += records[i];
        files[log_name(firsts_[file], ".hash")].append(reinterpret_cast<const char*>(leaf.data()), leaf.size());
    }
    return files;
}

// Altered in the file where it stands; the hashes and the other files stay.
inline Directory Tamperer::with_bytes(const Records& records, const Altered& altered) const {
    Directory files = whole_;
    std::uint64_t taken = 0;
    for (std::size_t file = 0; file < firsts_.size(); ++file) {
        const std::uint64_t next = file + 1 < firsts_.size() ? firsts_[file + 1] : records_.size();
        const bool is_altered = altered.at >= firsts_[file] && altered.at < next;
        std::uint64_t count = next - firsts_[file];
        if (is_altered) count += static_cast<std::uint64_t>(altered.added);
        std::string& bytes = files[log_name(firsts_[file], ".log")];
        bytes.clear();
        for (const std::uint64_t end = taken + count; taken < end; ++taken) bytes += records[taken];
    }
    return files;
}

// Everything is right but who signed: the work of somebody who has all of the ledger but its key.
inline Directory Tamperer::signed_anew(const Records& records) const {
    Directory files = with_log(records);
    std::string& identity = files["identity"];
    identity.pop_back();
    const std::size_t key_begin = identity.rfind('\n') + 1;
    const auto owner = parse_verifier_key(std::string_view(identity).substr(key_begin));
    const Signer thief = std::move(*Signer::from_seed(owner->name, Secret(std::string(32, 'x'))));
    identity.replace(key_begin, std::string::npos, thief.verifier().text() + "\n");
    files["checkpoints"].clear();
    Tree tree;
    for (const std::string& note : notes_) {
        Checkpoint checkpoint = *open_checkpoint(note, *owner);
        while (tree.size() < checkpoint.size) tree.append(leaf_hash(records[tree.size()]));
        checkpoint.root = tree.root();
        files["checkpoint"] = thief.sign(checkpoint);
        files["checkpoints"] += files["checkpoint"];
    }
    return files;
}

inline Directory Tamperer::truncated(Care care) {
    if (care == Care::bytes) {
        // Somewhere in the last file, mostly within a record, and the hashes as they were.
        Directory files = whole_;
        std::string& last = files[log_name(firsts_.back(), ".log")];
        last.resize(prng_.below(last.size()));
        return files;
    }
    Records records = records_;
    records.resize(records.size() - 1 - prng_.below(records.size() - 1));
    return with_log(records);
}

// Everything as it was at an earlier checkpoint; all signatures are right.
inline Directory Tamperer::rolled_back() {
    const std::size_t kept = prng_.below(notes_.size() - 1);
    const std::string_view note = notes_[kept];
    Records records = records_;
    records.resize(parse_checkpoint(note.substr(0, note.find("\n\n") + 1))->size);
    Directory files = with_log(records);
    files["checkpoint"] = note;
    files["checkpoints"].clear();
    for (std::size_t i = 0; i <= kept; ++i) files["checkpoints"] += notes_[i];
    return files;
}

inline Directory Tamperer::with_other_history(Care care) {
    Directory files = whole_;
    std::string& history = files["checkpoints"];
    if (care == Care::bytes) {
        change_bit(history);
        return files;
    }
    // Some of the newest are taken away, or all.
    history.clear();
    const std::uint64_t left = care == Care::hashes ? prng_.below(notes_.size()) : 0;
    for (std::size_t i = 0; i < left; ++i) history += notes_[i];
    return files;
}

inline Directory Tamperer::with_files_moved(Harm harm) {
    Directory files = whole_;
    const std::string name = some_log_name();
    if (harm == Harm::stranger_added) {
        const bool continues = prng_.chance(1, 2);
        files[log_name(continues ? records_.size() : 1 + prng_.below(1'000'000'000), ".log")] = records_.back();
    } else if (harm == Harm::segments_swapped) {
        std::swap(files[name], files[some_log_name()]);
    } else {
        files.erase(name);
        if (prng_.chance(1, 2)) files.erase(name.substr(0, name.size() - 4) + ".hash");
    }
    return files;
}

}   // namespace gilmok::ledger
