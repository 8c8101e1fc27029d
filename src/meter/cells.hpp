// The cells metrics are made of. One thread writes (a shard), another reads (the admin thread): plain load and store with
// relaxed order, no locked instruction, no lock. A reader may see one cell newer than its neighbour; Prometheus allows it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gilmok::meter {

class Counter {
public:
    void add(std::uint64_t more = 1) {
        value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

class Gauge {
public:
    void add(std::int64_t more = 1) {
        value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
    }
    void sub(std::int64_t less = 1) { add(-less); }
    void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

// `Bounds` is a constexpr array of inclusive upper bounds, ascending; a last bucket without bound follows.
template <const auto& Bounds>
class Histogram {
public:
    static constexpr std::size_t buckets_count = Bounds.size() + 1;
    void observe(std::int64_t value) {
        buckets_[bucket_of(value)].add();
        sum_.add(static_cast<std::uint64_t>(value > 0 ? value : 0));
    }
    [[nodiscard]] std::uint64_t bucket(std::size_t index) const { return buckets_[index].value(); }
    [[nodiscard]] std::uint64_t sum() const { return sum_.value(); }

private:
    // How many bounds lie below. Half of what is left falls away with each of a fixed number of steps, and none of them is a
    // branch that could be guessed wrong.
    static std::size_t bucket_of(std::int64_t value) {
        const std::int64_t* first = Bounds.data();
        std::size_t left = Bounds.size();
        while (left > 1) {
            const std::size_t half = left / 2;
            first += first[half - 1] < value ? half : 0;
            left -= half;
        }
        return static_cast<std::size_t>(first - Bounds.data()) + (*first < value ? 1 : 0);
    }

    std::array<Counter, buckets_count> buckets_{};
    Counter sum_;
};

// Buckets of the OpenTelemetry GenAI metrics (semantic-conventions-genai, docs/gen-ai/gen-ai-metrics.md), in nanoseconds
// and in tokens.
namespace bounds {
inline constexpr std::int64_t ms = 1'000'000;
inline constexpr std::array<std::int64_t, 14> duration{10 * ms,     20 * ms,     40 * ms,     80 * ms,    160 * ms,
                                                       320 * ms,    640 * ms,    1280 * ms,   2560 * ms,  5120 * ms,
                                                       10'240 * ms, 20'480 * ms, 40'960 * ms, 81'920 * ms};
inline constexpr std::array<std::int64_t, 16> first_token{
    1 * ms,   5 * ms,   10 * ms,  20 * ms,   40 * ms,   60 * ms,   80 * ms,   100 * ms,
    250 * ms, 500 * ms, 750 * ms, 1000 * ms, 2500 * ms, 5000 * ms, 7500 * ms, 10'000 * ms};
inline constexpr std::array<std::int64_t, 13> per_token{10 * ms,  25 * ms,   50 * ms,  75 * ms,  100 * ms,
                                                        150 * ms, 200 * ms,  300 * ms, 400 * ms, 500 * ms,
                                                        750 * ms, 1000 * ms, 2500 * ms};
inline constexpr std::array<std::int64_t, 14> tokens{
    1, 4, 16, 64, 256, 1024, 4096, 16'384, 65'536, 262'144, 1'048'576, 4'194'304, 16'777'216, 67'108'864};
// Ours: lag of the loop, from a quarter of a millisecond.
inline constexpr std::array<std::int64_t, 10> lag{ms / 4,  ms / 2,  1 * ms,   2 * ms,   5 * ms,
                                                  10 * ms, 50 * ms, 100 * ms, 500 * ms, 1000 * ms};
}   // namespace bounds

using DurationHistogram = Histogram<bounds::duration>;
using FirstTokenHistogram = Histogram<bounds::first_token>;
using PerTokenHistogram = Histogram<bounds::per_token>;
using TokensHistogram = Histogram<bounds::tokens>;
using LagHistogram = Histogram<bounds::lag>;

}   // namespace gilmok::meter
