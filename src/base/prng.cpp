#include "base/prng.hpp"

#include <bit>
#include <cmath>

#include "base/assert.hpp"

namespace gilmok {

Prng::Prng(std::uint64_t seed) {
    for (auto& word : state_) {
        seed += 0x9e3779b97f4a7c15U;
        std::uint64_t z = seed;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        word = z ^ (z >> 31);
    }
}

std::uint64_t Prng::next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

__extension__ typedef unsigned __int128 Wide;

std::uint64_t Prng::below(std::uint64_t bound) {
    GILMOK_ASSERT(bound > 0);
    return static_cast<std::uint64_t>((Wide{next()} * bound) >> 64);
}

std::int64_t Prng::between(std::int64_t low, std::int64_t high) {
    GILMOK_ASSERT(low <= high);
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
}

double Prng::unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

double Prng::exponential(double mean) { return -mean * std::log1p(-unit()); }

}  // namespace gilmok
