// World: a Loop in which time, network and chance belong to a seed. The same seed and the same coroutines give the same
// run to the last event, on any machine; trace_hash() proves it. Time stands still while anybody can go on and then
// jumps to the next event, so that an hour of silence costs nothing.
//
// Events due at one time are recorded in one turn or in several, as the seed decides: no order that the real loop may
// show is out of reach. Owner: one thread; it outlives every socket and timer made with it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/prng.hpp"
#include "io/loop.hpp"
#include "io/sim/faults.hpp"

namespace gilmok::io::sim {

class SimNetwork;

class World final : public Loop {
public:
    // Why a run came back. nothing_left: no event and no timer; whoever still waits would wait forever.
    enum class Ended : std::uint8_t { stopped, nothing_left, deadline };

    explicit World(std::uint64_t seed);
    ~World() override;

    [[nodiscard]] Instant now() const override { return now_; }
    [[nodiscard]] WallTime wall_now() const override { return WallTime(now_.time_since_epoch() + wall_offset_); }
    Network& network() override;
    void random_bytes(std::span<char> out) override;
    void run() override { run_until_idle(); }
    void stop() override { is_stopped_ = true; }
    void submit(std::function<void()> work) override;

    Ended run_until_idle() { return run_until(far_future); }
    // Afterwards now() is `deadline`, unless the run was stopped (or the deadline is far_future).
    Ended run_until(Instant deadline) { return run_until(deadline, nullptr); }
    Ended run_for(Duration span) { return run_until(now_ + span); }
    // The same, but stopped as soon as `is_enough()`, which is asked after every turn.
    Ended run_until(Instant deadline, const std::function<bool()>& is_enough);
    // Runs `work` as an event of its own. A time that is past means now.
    void at(Instant time, std::function<void()> work);
    void after(Duration span, std::function<void()> work) { at(now_ + span, std::move(work)); }
    // Called when nothing is left, before run_*() returns; it may make new work.
    void on_nothing_left(std::function<void()> hook) { on_nothing_left_ = std::move(hook); }

    // Somebody set the clock of the machine: wall time jumps, monotonic time does not.
    void jump_wall_clock(Duration span) { wall_offset_ += span; }

    void set_faults(const Faults& faults);   // every address without faults of its own
    void set_faults(const Address& listening, const Faults& faults);
    // All connections to an address end at once, as when the process behind it is killed.
    void reset_connections(const Address& listening);

    [[nodiscard]] std::size_t open_sockets() const;
    [[nodiscard]] std::size_t open_listeners() const;
    [[nodiscard]] std::size_t bytes_in_pipes() const;   // written and not read
    [[nodiscard]] std::uint64_t seed() const { return seed_; }
    [[nodiscard]] std::uint64_t trace_hash() const { return trace_hash_; }
    [[nodiscard]] std::uint64_t events() const { return events_count_; }
    // Adds to the trace. What is noted must not depend on addresses in memory.
    void note(std::string_view what, std::uint64_t first, std::uint64_t second);
    [[nodiscard]] Prng& prng() { return prng_; }

private:
    using Key = std::pair<Instant, std::uint64_t>;   // time, then order of entry

    void run_due_events();
    void run_submitted();
    void guard_against_standstill();

    std::uint64_t seed_;
    Prng prng_;
    Prng bytes_prng_;   // of its own, so that one more id does not change the whole network
    Instant now_;
    Duration wall_offset_;
    std::map<Key, std::function<void()>> queue_;
    std::uint64_t next_sequence_ = 0;
    std::vector<std::function<void()>> submitted_;
    std::function<void()> on_nothing_left_;
    std::uint64_t trace_hash_;
    std::uint64_t events_count_ = 0;
    std::uint64_t turns_at_one_time_ = 0;
    bool is_stopped_ = false;
    std::unique_ptr<SimNetwork> network_;
};

}   // namespace gilmok::io::sim
