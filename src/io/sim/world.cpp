#include "io/sim/world.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "io/sim/network.hpp"

namespace gilmok::io::sim {

namespace {

// Not zero, so that a default Instant is never taken for now. The wall clock begins at 2026-11-21T00:00:00Z.
constexpr Instant first_instant{std::chrono::seconds(1'000)};
constexpr Duration first_wall = std::chrono::seconds(1'795'219'200);
// A coroutine that waits for nothing and always goes on would keep time from passing; no honest test comes near this.
constexpr std::uint64_t turns_at_one_time_max = 1'000'000;

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15U;
    return hash ^ (hash >> 29);
}

}   // namespace

World::World(std::uint64_t seed)
    : seed_(seed),
      prng_(seed),
      bytes_prng_(seed ^ 0x6279746573U),
      now_(first_instant),
      wall_offset_(first_wall - first_instant.time_since_epoch()),
      trace_hash_(mix(1, seed)),
      network_(std::make_unique<SimNetwork>(*this)) {}

World::~World() {
    queue_.clear();
    GILMOK_ASSERT(network_->open_sockets() == 0 && network_->open_listeners() == 0);   // they hold references to us
}

Network& World::network() { return *network_; }

void World::random_bytes(std::span<char> out) {
    for (char& byte : out) byte = static_cast<char>(bytes_prng_.next());
    note("random", out.size(), 0);
}

void World::submit(std::function<void()> work) { submitted_.push_back(std::move(work)); }

void World::at(Instant time, std::function<void()> work) {
    queue_.emplace(Key{std::max(time, now_), next_sequence_++}, std::move(work));
}

void World::note(std::string_view what, std::uint64_t first, std::uint64_t second) {
    for (const char c : what) trace_hash_ = mix(trace_hash_, static_cast<unsigned char>(c));
    trace_hash_ = mix(trace_hash_, static_cast<std::uint64_t>(now_.time_since_epoch().count()));
    trace_hash_ = mix(mix(trace_hash_, first), second);
}

World::Ended World::run_until(Instant deadline, const std::function<bool()>& is_enough) {
    is_stopped_ = false;
    for (;;) {
        run_submitted();
        ready_.run();
        if (is_stopped_ || (is_enough && is_enough())) return Ended::stopped;
        if (!submitted_.empty()) continue;
        const Instant next = std::min(queue_.empty() ? far_future : queue_.begin()->first.first, timers_.next());
        if (next == far_future) {
            if (on_nothing_left_) on_nothing_left_();
            if (!submitted_.empty() || !queue_.empty() || !ready_.is_empty()) continue;
            if (deadline != far_future) now_ = std::max(now_, deadline);
            return Ended::nothing_left;
        }
        if (next > deadline) {
            now_ = std::max(now_, deadline);
            return Ended::deadline;
        }
        if (next > now_) {
            now_ = next;
            turns_at_one_time_ = 0;
        }
        guard_against_standstill();
        run_due_events();
    }
}

void World::guard_against_standstill() { GILMOK_ASSERT(++turns_at_one_time_ < turns_at_one_time_max); }

void World::run_due_events() {
    const auto fire_timers = [this] {
        if (timers_.next() > now_) return;
        note("timers", 0, 0);
        timers_.fire(now_);
    };
    const bool timers_first = prng_.chance(1, 2);
    if (timers_first) fire_timers();
    while (!queue_.empty() && queue_.begin()->first.first <= now_) {
        auto event = queue_.extract(queue_.begin());
        ++events_count_;
        event.mapped()();
        if (prng_.chance(1, 2)) break;
    }
    if (!timers_first) fire_timers();
}

void World::run_submitted() {
    const auto batch = std::exchange(submitted_, {});
    for (const auto& work : batch) work();
}

void World::set_faults(const Faults& faults) { network_->set_faults(faults); }
void World::set_faults(const Address& listening, const Faults& faults) { network_->set_faults(listening, faults); }
void World::reset_connections(const Address& listening) { network_->reset_connections(listening); }
std::size_t World::open_sockets() const { return network_->open_sockets(); }
std::size_t World::open_listeners() const { return network_->open_listeners(); }
std::size_t World::bytes_in_pipes() const { return network_->bytes_in_pipes(); }

}   // namespace gilmok::io::sim
