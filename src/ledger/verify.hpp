// Is this ledger what was signed? Reads the directory of a ledger, offline or beside the process that writes it, and says
// what differs, which record, where, and what was expected. It finds a changed bit, a deletion, an insertion and a changed
// order; with a checkpoint that was kept elsewhere, truncation and rollback too. What it cannot find: what was done to records
// behind the last checkpoint by somebody who knows the format, and a log that was signed anew with the private key.
// It shares no code with the writer of the log. Owner and thread: anybody's; it reads only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/files.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/merkle.hpp"

namespace gilmok::ledger {

struct VerifyOptions {
    std::string directory;
    // Who may sign. Without one the key that `identity` names is taken, and whoever altered the log could alter that too.
    std::optional<VerifierKey> key{};
    std::vector<std::string> kept{};   // checkpoints that were kept elsewhere, whole notes
    // Judges only what is under a checkpoint: for a ledger that is being written meanwhile.
    bool only_signed = false;
    // The ledger was closed in order, so that its last checkpoint covers all: a record behind it is one too many. In a ledger
    // that is or was cut off at work, such a record may be right and cannot be told from an added one.
    bool is_closed = false;
    std::size_t problems_max = 100;   // more are counted and not kept
};

struct Problem {
    std::string file{};                       // below the directory; "" = the log as a whole
    std::optional<std::uint64_t> index{};     // of the record, from 0
    std::optional<std::uint64_t> offset{};    // in the file, in bytes
    std::string what{};
    std::string expected{}, found{};          // "" = nothing to compare
};
// "log/….log: record 812 at byte 402,944: …; expected …, found …"
std::string describe(const Problem& problem);

struct Verified {
    std::uint64_t records = 0, bytes = 0;
    std::uint64_t checkpoints = 0;   // whose signature is right, kept ones among them
    std::uint64_t signed_size = 0;   // records that the newest of them covers
    Hash root{};                     // of all records that were read
    std::uint64_t problems_count = 0;
    std::vector<Problem> problems{};
    [[nodiscard]] bool is_whole() const { return problems_count == 0; }
};

Verified verify(io::Files& files, const VerifyOptions& options);

}   // namespace gilmok::ledger
