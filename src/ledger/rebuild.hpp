// The tables again, from the log: everything is forgotten and folded anew, batch by batch. For `gilmok ledger rebuild`, by whoever
// holds the ledger's lock. When it is cut off, the next start folds what is missing: each batch is applied with the index it reached.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "io/files.hpp"
#include "ledger/tables.hpp"

namespace gilmok::ledger {

// Returns how many records the tables hold then. `progress` is told after each batch; may be empty.
io::FileResult<std::uint64_t> rebuild_tables(io::Files& files, const std::string& directory, Tables& tables,
                                             const std::function<void(std::uint64_t records)>& progress);

}   // namespace gilmok::ledger
