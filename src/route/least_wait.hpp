// Chooses the order in which candidates are tried: least predicted wait first, the configured order among equals.
// The prediction is deliberately small and in one unit, microseconds of waiting for the first byte: an engine answers
// after what it needs when idle, once for every request in front of ours. The full router (marginal cost) comes behind
// the same interface.
// Pure: values in, order out; the simulator calls it unchanged.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "config/snapshot.hpp"

namespace gilmok::route {

inline constexpr std::size_t candidates_max = 32;

struct CandidateState {
    bool is_out = false;   // ejected, unhealthy, asked to be left alone
    double waiting = -1;   // requests queued in the engine; < 0 = not told
    double running = -1;
    double kv_usage = -1;         // 0…1
    std::int64_t in_flight = 0;   // ours
    double first_byte_us = 0;     // moving average; 0 = never measured
    double first_byte_idle_us = 0;
};

struct Choice {
    std::uint8_t candidate = 0;   // index into Model::candidates
    double wait_us = 0;           // predicted
};

struct Plan {
    std::array<Choice, candidates_max> order{};
    std::size_t count = 0;
    bool is_desperate = false;   // every candidate is out; they are tried all the same, in the order above
};

// Predicted microseconds to the first byte.
double predict_wait_us(const CandidateState& state);
Plan plan(config::Model::Pick pick, std::span<const CandidateState> states);

}   // namespace gilmok::route
