// Seeded random numbers for simulation, jitter and ids. xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64.
// Not for secrets: keys come from io::Entropy.
#pragma once

#include <array>
#include <cstdint>

namespace gilmok {

class Prng {
public:
    explicit Prng(std::uint64_t seed);
    std::uint64_t next();
    // Uniform in [0, bound); bound > 0. Lemire's multiply-shift, bias below 2^-64 per draw.
    std::uint64_t below(std::uint64_t bound);
    // Uniform in [low, high], both included.
    std::int64_t between(std::int64_t low, std::int64_t high);
    // True with probability numerator / denominator.
    bool chance(std::uint64_t numerator, std::uint64_t denominator) { return below(denominator) < numerator; }
    // Uniform in [0, 1).
    double unit();
    // Exponential with the given mean; for arrival gaps.
    double exponential(double mean);

private:
    std::array<std::uint64_t, 4> state_;
};

}  // namespace gilmok
