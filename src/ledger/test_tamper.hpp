// Alters a TestLedger in every way it should be safe against, with three degrees of care: only the bytes of the log; also
// file names and the hashes beside the log; also checks and sequence numbers, so that nothing but the signatures tells.
// For verify_test and `scripts/prove tamper`.
#pragma once

#include <array>
#include <optional>
#include <string_view>

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

struct Tampered {
    Directory files{};
    std::optional<std::uint64_t> first_index{};   // of the first record that is not as it was, where one can be named
};

class Tamperer {
public:
    enum class Care : std::uint8_t { bytes, hashes, everything };
    static constexpr std::uint64_t cares_count = 3;

    Tamperer(const TestLedger& ledger, std::uint64_t seed) : ledger_(ledger), whole_(ledger.directory()), prng_(seed) {}

    // Never what it was before.
    Tampered make(Harm harm, Care care) {
        while (true) {
            Tampered tampered = try_one(harm, care);
            if (tampered.files != whole_) return tampered;
        }
    }
    // The newest checkpoint, as its owner keeps it elsewhere.
    [[nodiscard]] const std::string& kept() const { return whole_.at("checkpoint"); }
    [[nodiscard]] const Directory& whole() const { return whole_; }

private:
    using Records = std::vector<std::string>;

    Tampered try_one(Harm harm, Care care);
    struct Altered {
        std::uint64_t first = 0;   // the first record that is not the one it was
        std::uint64_t at = 0;      // where it was done
        std::int64_t added = 0;
    };
    Altered alter(Records& records, Harm harm, Care care);
    void flip(Records& records, std::uint64_t at, Care care);
    void renumber(Records& records) const;
    [[nodiscard]] Directory with_log(const Records& records) const;
    [[nodiscard]] Directory with_bytes(const Records& records, const Altered& altered) const;
    [[nodiscard]] std::vector<std::string> notes() const;
    [[nodiscard]] Directory rolled_back();
    [[nodiscard]] Directory truncated(Care care);
    [[nodiscard]] Directory with_other_history(Care care);
    [[nodiscard]] Directory with_files_moved(Harm harm);
    void change_byte(std::string& bytes) {
        const std::size_t at = prng_.below(bytes.size());
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << prng_.below(8)));
    }
    std::string& some_file(Directory& files, std::string_view suffix) {
        std::vector<std::string*> found;
        for (auto& [name, bytes] : files)
            if (name.starts_with("log/") && name.ends_with(suffix) && !bytes.empty()) found.push_back(&bytes);
        return *found[prng_.below(found.size())];
    }

    const TestLedger& ledger_;
    Directory whole_;
    Prng prng_;
};

inline Tampered Tamperer::try_one(Harm harm, Care care) {
    Tampered tampered{.files = whole_};
    switch (harm) {
        case Harm::bit_flipped:
        case Harm::deleted:
        case Harm::inserted:
        case Harm::reordered:
        case Harm::duplicated: {
            Records records = ledger_.records;
            const Altered altered = alter(records, harm, care);
            tampered.files = care == Care::bytes ? with_bytes(records, altered) : with_log(records);
            // Who keeps the hashes in step with the log leaves no trace of the place but gaps in the sequences.
            if (care == Care::bytes) tampered.first_index = altered.first;
            break;
        }
        case Harm::truncated: tampered.files = truncated(care); break;
        case Harm::rolled_back: tampered.files = rolled_back(); break;
        case Harm::checkpoint_changed: change_byte(tampered.files["checkpoint"]); break;
        case Harm::checkpoint_older: {
            const std::vector<std::string> older = notes();
            tampered.files["checkpoint"] = older[prng_.below(older.size() - 1)];
            break;
        }
        case Harm::history_changed: tampered.files = with_other_history(care); break;
        case Harm::hashes_changed: change_byte(some_file(tampered.files, ".hash")); break;
        case Harm::segments_swapped:
        case Harm::segment_missing:
        case Harm::stranger_added: tampered.files = with_files_moved(harm); break;
        case Harm::identity_changed: change_byte(tampered.files["identity"]); break;
        case Harm::signed_anew: {
            Records records = ledger_.records;
            alter(records, Harm::bit_flipped, Care::everything);
            tampered.files = ledger_.lay_out(records, TestLedger::make_signer('x'));
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
        records.insert(here, std::string(ledger_.records[other]));
        altered.added = 1;
    } else {
        flip(records, at, care);
    }
    // Of a record that was doubled in its place the second one is the first that is new.
    while (altered.first < std::min(records.size(), ledger_.records.size()) &&
           records[altered.first] == ledger_.records[altered.first])
        ++altered.first;
    if (care == Care::everything) renumber(records);
    return altered;
}

inline void Tamperer::flip(Records& records, std::uint64_t at, Care care) {
    std::string& record = records[at];
    if (care != Care::everything) return change_byte(record);
    // A field that means money or tokens, in a record that is valid in itself afterwards.
    const auto entry = read_entry(record);
    const Header header = entry->header;
    const std::size_t field = header.kind == Kind::terminal ? 248 : header.kind == Kind::reserve ? 104 : 64;
    std::string changed = record;
    if (field < changed.size()) changed[field] = static_cast<char>(changed[field] ^ static_cast<char>(1 + prng_.below(120)));
    TestLedger::reseal(changed, header);
    if (read_entry(changed)) record = std::move(changed);
}

// Sequences without gaps, as if what is there were all there ever was.
inline void Tamperer::renumber(Records& records) const {
    std::map<std::uint16_t, std::uint64_t> sequences;
    for (std::string& record : records) {
        const auto entry = read_entry(record);
        Header header = entry->header;
        header.sequence = ++sequences[header.lane];
        TestLedger::reseal(record, header);
    }
}

inline Directory Tamperer::with_log(const Records& records) const {
    Directory files = ledger_.lay_out(records, ledger_.signer);
    files["checkpoint"] = whole_.at("checkpoint");
    files["checkpoints"] = whole_.at("checkpoints");
    return files;
}

// Altered in the file where it stands; the hashes and the other files stay.
inline Directory Tamperer::with_bytes(const Records& records, const Altered& altered) const {
    Directory files = whole_;
    const std::uint64_t per_file = ledger_.options().records_per_file;
    std::uint64_t taken = 0;
    for (std::uint64_t first = 0; first < ledger_.records.size(); first += per_file) {
        std::uint64_t count = std::min<std::uint64_t>(per_file, ledger_.records.size() - first);
        if (altered.at / per_file == first / per_file) count += static_cast<std::uint64_t>(altered.added);
        std::string& bytes = files[log_name(first, ".log")];
        bytes.clear();
        for (const std::uint64_t end = taken + count; taken < end; ++taken) bytes += records[taken];
    }
    return files;
}

inline Directory Tamperer::truncated(Care care) {
    Records records = ledger_.records;
    records.resize(records.size() - 1 - prng_.below(records.size() - 1));
    Directory files = with_log(records);
    if (care != Care::bytes) return files;
    // Somewhere in a record, and the hashes as they were.
    files = whole_;
    auto last = std::prev(std::ranges::find_if(files, [](const auto& file) { return file.first >= "log0"; }));
    last->second.resize(prng_.below(last->second.size()));
    return files;
}

inline std::vector<std::string> Tamperer::notes() const {
    const std::string& history = whole_.at("checkpoints");
    std::vector<std::string> found;
    for (std::size_t begin = 0; begin < history.size();) {
        const std::size_t end = history.find('\n', history.find("\xE2\x80\x94 ", begin)) + 1;
        found.push_back(history.substr(begin, end - begin));
        begin = end;
    }
    return found;
}

// Everything as it was at an earlier checkpoint; all signatures are right.
inline Directory Tamperer::rolled_back() {
    std::vector<std::string> kept = notes();
    kept.resize(1 + prng_.below(kept.size() - 1));
    Records records = ledger_.records;
    records.resize(open_checkpoint(kept.back(), ledger_.signer.verifier())->size);
    Directory files = with_log(records);
    files["checkpoint"] = kept.back();
    files["checkpoints"].clear();
    for (const std::string& note : kept) files["checkpoints"] += note;
    return files;
}

inline Directory Tamperer::with_other_history(Care care) {
    Directory files = whole_;
    std::string& history = files["checkpoints"];
    if (care == Care::bytes) {
        change_byte(history);
    } else {
        // The newest is taken away: from the history alone, or the whole history.
        const std::size_t newest = files["checkpoint"].size();
        history.resize(care == Care::hashes ? history.size() - newest : 0);
    }
    return files;
}

inline Directory Tamperer::with_files_moved(Harm harm) {
    Directory files = whole_;
    if (harm == Harm::stranger_added) {
        files[log_name(prng_.below(2) == 0 ? ledger_.records.size() : 1 + prng_.next() % 1'000'000'000, ".log")] = ledger_.records.back();
        return files;
    }
    std::string& one = some_file(files, ".log");
    if (harm == Harm::segments_swapped) {
        std::swap(one, some_file(files, ".log"));
        return files;
    }
    const bool with_hashes = prng_.chance(1, 2);
    const std::string name = std::ranges::find_if(files, [&one](const auto& file) { return &file.second == &one; })->first;
    if (with_hashes) files.erase(name.substr(0, name.size() - 4) + ".hash");
    files.erase(name);
    return files;
}

}   // namespace gilmok::ledger
