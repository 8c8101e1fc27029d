#include "ledger/rebuild.hpp"

#include <cerrno>
#include <vector>

#include "ledger/log.hpp"

namespace gilmok::ledger {

namespace {

constexpr std::size_t batch_records_max = 4'096;
constexpr std::size_t batch_bytes_max = 2 << 20;

using Failure = tl::unexpected<io::FileError>;

}   // namespace

io::FileResult<std::uint64_t> rebuild_tables(io::Files& files, const std::string& directory, Tables& tables,
                                             const std::function<void(std::uint64_t records)>& progress) {
    // Opened before anything is forgotten: a log that is not there must not cost the tables.
    auto reader = LogReader::open(files, directory);
    if (!reader) return Failure(reader.error());
    if (auto cleared = tables.clear(); !cleared) return Failure(cleared.error());
    std::uint64_t folded = 0;
    for (;;) {
        std::string bytes;
        std::vector<std::size_t> lengths;
        while (lengths.size() < batch_records_max && bytes.size() < batch_bytes_max) {
            auto record = reader->next();
            if (!record) return Failure(record.error());
            if (!*record) break;
            bytes.append((*record)->bytes);
            lengths.push_back((*record)->bytes.size());
        }
        if (lengths.empty()) return folded;
        std::vector<IndexedEntry> entries;
        entries.reserve(lengths.size());
        std::string_view rest = bytes;
        for (const std::size_t length : lengths) {
            auto entry = read_entry(rest.substr(0, length));
            if (!entry)
                return Failure(io::FileError{EBADMSG, directory + "/log: record " + std::to_string(folded + entries.size()) + ": " +
                                                          std::string(entry.error().detail) + "; `gilmok ledger verify` tells more"});
            entries.push_back({.index = folded + entries.size(), .entry = *entry});
            rest.remove_prefix(length);
        }
        if (auto applied = tables.apply(entries); !applied) return Failure(applied.error());
        folded += entries.size();
        if (progress) progress(folded);
    }
}

}   // namespace gilmok::ledger
