// Attempts that were begun and not ended, found by reading the log, and how each of them is closed when the process
// that ran it is gone. Pure. Owner: the keeper, at its start.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/money.hpp"
#include "ledger/entry.hpp"

namespace gilmok::ledger {

class Orphans {
public:
    void see(const Entry& entry);
    [[nodiscard]] std::size_t count() const { return open_.size(); }
    // In the order in which they began. Meters are those of the last PROGRESS. What was used is known and what it cost
    // is not: the price card was chosen by an answer that nobody saw whole, so a CORRECTION names it later.
    [[nodiscard]] std::vector<model::Terminal> terminals(Currency ledger_currency, WallTime now) const;

private:
    using Key = std::array<std::uint8_t, 17>;   // exchange, attempt
    struct HashOfKey {
        std::size_t operator()(const Key& key) const;
    };
    struct Attempt {
        std::uint64_t number = 0;
        model::Reserve reserve{};
        model::Progress progress{};   // without one: nothing delivered, all meters missing
        bool has_progress = false;
    };
    static Key key_of(const model::AttemptRef& ref);

    std::unordered_map<Key, Attempt, HashOfKey> open_;
    std::uint64_t seen_ = 0;
};

}   // namespace gilmok::ledger
