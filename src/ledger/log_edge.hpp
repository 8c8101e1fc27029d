// What a writer of the log must know about the records before a file to go on from there: the edge of the tree and how
// far each lane is. Kept beside the file as INDEX.edge so that opening reads the last files only. A cache.
// Owner: LogWriter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/entry.hpp"
#include "ledger/merkle.hpp"

namespace gilmok::ledger {

struct LaneMark {
    std::uint32_t epoch = 0;
    std::uint16_t lane = 0;
    std::uint64_t sequence = 0;   // the last one
    bool operator==(const LaneMark&) const = default;
};

struct LogEdge {
    Tree tree;
    std::vector<LaneMark> lanes;   // of the two newest epochs: a journal of an older one has long been removed

    void add(const Hash& leaf, const Header& header);
    [[nodiscard]] std::uint64_t last_sequence(std::uint32_t epoch, std::uint16_t lane) const;
    [[nodiscard]] std::uint32_t last_epoch() const;
};

std::string write_edge(const LogEdge& edge);
// Nothing when the bytes are not what write_edge() made.
std::optional<LogEdge> read_edge(std::string_view bytes);

// ".log", ".hash" and ".edge" files of the ledger in `directory`.
std::string log_path(const std::string& directory, std::uint64_t first_index, std::string_view suffix);

}   // namespace gilmok::ledger
