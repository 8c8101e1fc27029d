// What the devices behind an upstream draw, as its own metrics tell: a gauge in watts or a counter in joules, read at each scrape. Between
// two scrapes it goes on as it was; a meter that has been silent for ten seconds knows nothing.
// Written by control, read by every shard when an attempt begins and ends on a pool of one's own.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/time.hpp"

namespace gilmok::upstream {

class Power {
public:
    static constexpr Duration silence_max = std::chrono::seconds(10);
    static constexpr double watts_max = 1e7;   // of one upstream; more is no measurement

    // Values that are none (negative, above watts_max, a counter that fell) are not taken.
    void saw_watts(double watts, Instant now);
    void saw_joules(double joules, Instant now);
    // Used since the gateway began to look. Nothing: not measured, or not lately.
    [[nodiscard]] std::optional<std::uint64_t> microjoules(Instant now) const;

private:
    struct Point {
        double microjoules = 0;   // until `at`
        double watts = 0;         // from then on
        Instant at{};
        std::optional<double> counter_joules{};
    };
    std::atomic<std::shared_ptr<const Point>> point_;   // null: never measured
};

}   // namespace gilmok::upstream
