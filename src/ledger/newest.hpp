// The newest checkpoint of a ledger on the disk, opened with the key that the ledger names itself. For those who make
// proofs and exports; who doubts a ledger has a key of his own and asks verify.
#pragma once

#include <string>

#include "io/files.hpp"
#include "ledger/checkpoint.hpp"

namespace gilmok::ledger {

struct Newest {
    std::string note{};   // as it stands
    Checkpoint checkpoint{};
    VerifierKey key{};
};
io::FileResult<Newest> read_newest(io::Files& files, const std::string& directory);

}   // namespace gilmok::ledger
