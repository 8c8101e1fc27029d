// The tree hash as RFC 9162 section 2.1.1 defines it, word for word and slow: what tests hold Tree against.
#pragma once

#include <span>

#include "ledger/merkle.hpp"

namespace gilmok::ledger {

inline Hash defined_root(std::span<const Hash> leaves) {
    if (leaves.empty()) return empty_root();
    if (leaves.size() == 1) return leaves.front();
    std::size_t k = 1;
    while (k * 2 < leaves.size()) k *= 2;
    return node_hash(defined_root(leaves.first(k)), defined_root(leaves.subspan(k)));
}

}   // namespace gilmok::ledger
