// The log as static files that any auditor's tools can read: C2SP tlog-tiles (https://c2sp.org/tlog-tiles), that is the
// checkpoint, tiles of 256 hashes at each level, and bundles of 256 entries with their lengths before them. What a web server
// then serves needs no gilmok. Owner and thread: anybody's.
#pragma once

#include <cstdint>
#include <string>

#include "io/files.hpp"

namespace gilmok::ledger {

inline constexpr std::uint64_t tile_width = 256;

// "tile/0/x001/x234/067", "tile/entries/000.p/17": level -1 are the entries, width 0 or 256 a full tile.
std::string tile_path(int level, std::uint64_t number, std::uint64_t width);

struct Exported {
    std::uint64_t entries = 0;   // what the checkpoint covers
    std::uint64_t files = 0;     // written; those that were there already are left as they are
};
// Writes the ledger in `directory`, as far as its newest checkpoint goes, into `target`, the checkpoint last. The tiles are
// computed from the records, and their root is held against the checkpoint: a ledger that is not whole is not exported.
// A target that holds an older export of the same ledger is brought up to date.
io::FileResult<Exported> export_tiles(io::Files& files, const std::string& directory, const std::string& target);

}   // namespace gilmok::ledger
