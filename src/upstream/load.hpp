// What is known of how busy an upstream is: what it says itself (scrapes, ORCA headers), corrected by what we sent since.
// Shared by all shards: plain atomics, each meaningful alone; a reader that sees two of different moments routes a
// little worse and nothing else.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/time.hpp"

namespace gilmok::upstream {

class Load {
public:
    // A dispatched attempt begins and ends. Any shard.
    void attempt_begins() { in_flight_.fetch_add(1, std::memory_order_relaxed); }
    void attempt_ends() { in_flight_.fetch_sub(1, std::memory_order_relaxed); }
    // Takes a place when fewer than `max` attempts run (0 = no limit), all shards together.
    [[nodiscard]] bool try_attempt(std::uint32_t max);

    // The first byte of an answer came after `waited`. Keeps a moving average, and the lowest recent value as the time
    // an unloaded engine needs.
    void saw_first_byte(Duration waited);
    // The engine's own numbers. Negative = not told.
    void saw_queue(double waiting, double running, double kv_usage, Instant now);

    struct View {
        std::int64_t in_flight = 0;   // ours, exact
        double waiting = -1;          // as told, plus what we sent since and minus what ended
        double running = -1;
        double kv_usage = -1;
        double first_byte_us = 0;        // moving average; 0 = never measured
        double first_byte_idle_us = 0;   // what it needs when it is not busy; 0 = never measured
    };
    // Numbers older than `stale_after` are not believed.
    [[nodiscard]] View view(Instant now, Duration stale_after = std::chrono::seconds(5)) const;

private:
    std::atomic<std::int64_t> in_flight_{0};
    std::atomic<std::int64_t> in_flight_when_told_{0};
    std::atomic<double> waiting_{-1};
    std::atomic<double> running_{-1};
    std::atomic<double> kv_usage_{-1};
    std::atomic<std::int64_t> told_at_ns_{0};
    std::atomic<std::int64_t> waiting_told_at_ns_{0};
    std::atomic<double> first_byte_us_{0};
    std::atomic<double> first_byte_idle_us_{0};
};

}   // namespace gilmok::upstream
