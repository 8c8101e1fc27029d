#include "upstream/load.hpp"

#include <algorithm>

namespace gilmok::upstream {

bool Load::try_attempt(std::uint32_t max) {
    const std::int64_t before = in_flight_.fetch_add(1, std::memory_order_relaxed);
    if (max == 0 || before < static_cast<std::int64_t>(max)) return true;
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
    return false;
}

void Load::saw_first_byte(Duration waited) {
    const double us = std::max(1.0, static_cast<double>(to_us(waited)));
    // A lost update between shards is one sample less.
    const double average = first_byte_us_.load(std::memory_order_relaxed);
    first_byte_us_.store(average == 0 ? us : average + (us - average) / 16, std::memory_order_relaxed);
    // The idle time follows a fall at once and a rise slowly, so that a queue is not mistaken for a slow engine.
    const double idle = first_byte_idle_us_.load(std::memory_order_relaxed);
    first_byte_idle_us_.store(idle == 0 || us < idle ? us : idle + (us - idle) / 256, std::memory_order_relaxed);
}

void Load::saw_queue(double waiting, double running, double kv_usage, Instant now) {
    // A report that leaves the queue out must not make an old queue look new, nor forget what was sent since.
    const std::int64_t now_ns = now.time_since_epoch().count();
    if (waiting >= 0) {
        in_flight_when_told_.store(in_flight_.load(std::memory_order_relaxed), std::memory_order_relaxed);
        waiting_.store(waiting, std::memory_order_relaxed);
        waiting_told_at_ns_.store(now_ns, std::memory_order_relaxed);
    }
    if (running >= 0) running_.store(running, std::memory_order_relaxed);
    if (kv_usage >= 0) kv_usage_.store(kv_usage, std::memory_order_relaxed);
    told_at_ns_.store(now_ns, std::memory_order_relaxed);
}

Load::View Load::view(Instant now, Duration stale_after) const {
    View view;
    view.in_flight = in_flight_.load(std::memory_order_relaxed);
    view.first_byte_us = first_byte_us_.load(std::memory_order_relaxed);
    view.first_byte_idle_us = first_byte_idle_us_.load(std::memory_order_relaxed);
    const Instant told_at{Duration(told_at_ns_.load(std::memory_order_relaxed))};
    if (told_at == Instant{} || now - told_at > stale_after) return view;
    const double waiting = waiting_.load(std::memory_order_relaxed);
    const auto since = static_cast<double>(view.in_flight - in_flight_when_told_.load(std::memory_order_relaxed));
    const Instant waiting_told_at{Duration(waiting_told_at_ns_.load(std::memory_order_relaxed))};
    if (waiting >= 0 && now - waiting_told_at <= stale_after) view.waiting = std::max(0.0, waiting + since);
    view.running = running_.load(std::memory_order_relaxed);
    view.kv_usage = kv_usage_.load(std::memory_order_relaxed);
    return view;
}

}   // namespace gilmok::upstream
