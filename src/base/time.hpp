// Time as values. Monotonic `Instant` orders things and measures; `WallTime` is only for people and for headers.
// Nobody below cli/ reads a clock by himself: the time comes from io::Loop, so that a simulated world can own it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gilmok {

using Duration = std::chrono::nanoseconds;
struct MonotonicClock {   // a tag: it has no now() on purpose
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MonotonicClock>;
    static constexpr bool is_steady = true;
};
using Instant = std::chrono::time_point<MonotonicClock, Duration>;
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

inline constexpr Instant far_future = Instant::max();

constexpr std::int64_t to_ms(Duration span) { return std::chrono::duration_cast<std::chrono::milliseconds>(span).count(); }
constexpr std::int64_t to_us(Duration span) { return std::chrono::duration_cast<std::chrono::microseconds>(span).count(); }
constexpr std::int64_t unix_ms(WallTime time) { return to_ms(time.time_since_epoch()); }

// "2026-11-21T04:05:06.789Z" (RFC 3339, UTC, milliseconds).
std::string rfc3339(WallTime time);
// What rfc3339() wrote; also without the fraction, or the day alone ("2026-11-21", midnight UTC). Nothing for the rest.
std::optional<WallTime> parse_rfc3339(std::string_view text);
// "Sat, 21 Nov 2026 04:05:06 GMT" (RFC 9110 section 5.6.7, IMF-fixdate), for the Date header.
std::string http_date(WallTime time);

}  // namespace gilmok
