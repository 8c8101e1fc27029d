// Deadlines. A Timer sets a bit in a Waiter when its time has come. Moving a deadline later is free (the heap is told
// only when the old one fires), because a busy connection moves its deadline at every byte.
// Sans-IO: the loop asks for the next deadline and says what time it is. Thread: the loop's.
#pragma once

#include <cstddef>
#include <vector>

#include "base/time.hpp"
#include "io/waiter.hpp"

namespace gilmok::io {

class Timer;

class Timers {
public:
    // The earliest deadline that may fire, or `far_future`. May be earlier than any true deadline, never later.
    [[nodiscard]] Instant next() const { return heap_.empty() ? far_future : heap_.front().at; }
    // Notifies every timer whose deadline is at or before `now`.
    void fire(Instant now);
    [[nodiscard]] std::size_t size() const { return heap_.size(); }

private:
    friend class Timer;
    struct Entry {
        Instant at;
        Timer* timer;
    };
    void insert(Timer& timer, Instant at);
    void remove(Timer& timer);
    void sift_up(std::size_t index);
    void sift_down(std::size_t index);
    void place(std::size_t index, Entry entry);
    std::vector<Entry> heap_;   // 4-ary min-heap; each timer knows its index
};

class Timer {
public:
    Timer(Timers& timers, Waiter& waiter, Events bits) : timers_(&timers), waiter_(&waiter), bits_(bits) {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer() { disarm(); }

    // Sets or moves the deadline. `far_future` disarms.
    void arm(Instant deadline);
    void disarm();
    [[nodiscard]] Instant deadline() const { return deadline_; }

private:
    friend class Timers;
    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
    Timers* timers_;
    Waiter* waiter_;
    Instant deadline_ = far_future;      // what the owner asked for; the heap may hold an earlier time
    std::size_t index_ = nowhere;
    Events bits_;
};

}  // namespace gilmok::io
