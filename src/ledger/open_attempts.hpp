// Which attempts have begun and not ended, as records tell one after the other. Most begin and end within few records: only what is
// open at the end of a batch becomes a row. Owner: the Folder; one thread.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "ledger/table_rows.hpp"

namespace gilmok::ledger {

// Within entries that stay where they are until the next begin(). A table of numbers beside a list: all of it stays in the cache.
class OpenAttempts {
public:
    // Forgets everything, and has room for so many attempts.
    void begin(std::size_t attempts_max);
    // False when it is open already.
    bool add(const RefKey& key, const IndexedEntry& entry);
    // False when it is not open.
    bool remove(const RefKey& key);
    // In the order of the log.
    [[nodiscard]] std::vector<const IndexedEntry*> left() const;

private:
    struct Attempt {
        RefKey key;
        const IndexedEntry* open = nullptr;   // null once it has ended
    };
    std::uint32_t& slot_of(const RefKey& key);
    std::vector<std::uint32_t> slots_;   // number in attempts_, from 1; 0 = free
    std::vector<Attempt> attempts_;
};

// A RESERVE that outlives the entry in which it came. It has no views.
struct OpenReserve {
    std::uint64_t index = 0;
    WallTime at{};
    model::Reserve reserve{};
};
using OpenReserves = std::unordered_map<RefKey, OpenReserve, RefHash>;

}   // namespace gilmok::ledger
