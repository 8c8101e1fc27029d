// Which vector instructions this machine has: the searches of the first stage are written for each of them, and for none. Their twins
// find the same places in any bytes.
#pragma once

#include <cstdint>

namespace gilmok::guard {

enum class Vectors : std::uint8_t {
    none,
    avx2,
    avx512
};   // avx512: with byte permutes (VBMI, VBMI2), as servers have since 2019

Vectors widest_vectors();

}   // namespace gilmok::guard
