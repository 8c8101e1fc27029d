// What may go wrong on the simulated network. Given for each listening address or for all, and obeyed by connections
// that are already open. Bytes are counted from the beginning of the connection, each direction for itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace gilmok::io::sim {

inline constexpr Duration forever = Duration::max();

// One direction of a connection.
struct Flow {
    Duration latency = std::chrono::microseconds(100);
    Duration jitter = std::chrono::microseconds(50);   // at most so much more, for each piece
    std::size_t piece_bytes_max = 1'460;               // a write arrives in random pieces of at most so many bytes
    std::size_t window_bytes = 64 * 1024;              // under way and unread together; then write() would block
    Duration drip{};                                   // not zero: one byte arrives in so long
    std::optional<std::uint64_t> stall_at{};   // from this byte on nothing arrives, its end and its reset neither…
    Duration stall_for = forever;              // …for so long
    std::optional<std::uint64_t> reset_at{};   // when this byte has arrived both ends see a reset
    // Drawn once for each connection: it stalls or is reset at a random byte below chance_bytes.
    double stall_chance = 0;
    double reset_chance = 0;
    std::uint64_t chance_bytes = 8 * 1024;
};

struct Faults {
    enum class Connect : std::uint8_t { accept, refuse, black_hole };
    Connect connect = Connect::accept;
    double refuse_chance = 0;
    double black_hole_chance = 0;
    Flow up{};     // towards the one that listens
    Flow down{};   // towards the one that connected
};

}   // namespace gilmok::io::sim
