#include "ledger/open_attempts.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace gilmok::ledger {

void OpenAttempts::begin(std::size_t attempts_max) {
    slots_.assign(std::bit_ceil(attempts_max * 2 + 1), 0);
    attempts_.clear();
    attempts_.reserve(attempts_max);
}

bool OpenAttempts::add(const RefKey& key, const IndexedEntry& entry) {
    std::uint32_t& slot = slot_of(key);
    if (slot == 0) {
        attempts_.push_back({key, &entry});
        slot = static_cast<std::uint32_t>(attempts_.size());
        return true;
    }
    Attempt& known = attempts_[slot - 1];
    if (known.open != nullptr) return false;
    known.open = &entry;
    return true;
}

bool OpenAttempts::remove(const RefKey& key) {
    const std::uint32_t slot = slot_of(key);
    return slot != 0 && std::exchange(attempts_[slot - 1].open, nullptr) != nullptr;
}

std::vector<const IndexedEntry*> OpenAttempts::left() const {
    std::vector<const IndexedEntry*> entries;
    for (const Attempt& attempt : attempts_)
        if (attempt.open != nullptr) entries.push_back(attempt.open);
    std::ranges::sort(entries, {}, &IndexedEntry::index);
    return entries;
}

std::uint32_t& OpenAttempts::slot_of(const RefKey& key) {
    std::size_t at = RefHash{}(key) & (slots_.size() - 1);
    while (slots_[at] != 0 && attempts_[slots_[at] - 1].key != key) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
}

}   // namespace gilmok::ledger
