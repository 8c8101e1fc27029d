// Waiter: the one thing a coroutine waits on. Sockets, timers and other coroutines set bits in it; the coroutine asks
// for any of a set of bits. So "the upstream answered, or the client left, or it took too long, or the key was revoked"
// is one co_await, and losing a race is impossible: a bit that was set before the wait is seen by the wait.
//
// Resumption is never inside notify(): the waiter queues itself on its ReadyQueue and the loop resumes it after all
// events of the turn have been recorded. So nobody's object dies under his feet, and a simulated world has one order.
// Owner: one coroutine. Thread: the loop's.
#pragma once

#include <coroutine>
#include <cstdint>

#include "base/assert.hpp"

namespace gilmok::io {

using Events = std::uint32_t;

class Waiter;

// Waiters whose coroutine can go on, in the order in which they became ready. Owned by a Loop.
class ReadyQueue {
public:
    void push(Waiter& waiter);
    void remove(Waiter& waiter);
    // Resumes every waiter that is ready now, and those that become ready meanwhile. Returns how many were resumed.
    std::size_t run();
    [[nodiscard]] bool is_empty() const { return head_ == nullptr; }

private:
    Waiter* head_ = nullptr;
    Waiter* tail_ = nullptr;
};

class Waiter {
public:
    explicit Waiter(ReadyQueue& queue) : queue_(&queue) {}
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
        if (is_queued_) queue_->remove(*this);
    }

    void notify(Events bits) {
        pending_ |= bits;
        if ((pending_ & mask_) != 0 && !is_queued_) queue_->push(*this);
    }
    // Forget bits that were set for something that no longer matters.
    void clear(Events bits) { pending_ &= ~bits; }
    [[nodiscard]] Events pending() const { return pending_; }

    // Awaits any bit of `mask`; yields the set bits of `mask` and clears them.
    auto wait(Events mask) {
        struct Awaiter {
            Waiter& waiter;
            Events mask;
            bool await_ready() const noexcept { return (waiter.pending_ & mask) != 0; }
            void await_suspend(std::coroutine_handle<> coroutine) noexcept {
                GILMOK_DASSERT(waiter.mask_ == 0);
                waiter.coroutine_ = coroutine;
                waiter.mask_ = mask;
            }
            Events await_resume() noexcept {
                waiter.mask_ = 0;
                const Events bits = waiter.pending_ & mask;
                waiter.pending_ &= ~mask;
                return bits;
            }
        };
        return Awaiter{*this, mask};
    }

    // Whether the coroutine is suspended until one of these.
    [[nodiscard]] bool awaits(Events bits) const { return (mask_ & bits) != 0; }

private:
    friend class ReadyQueue;
    ReadyQueue* queue_;
    std::coroutine_handle<> coroutine_{};
    Waiter* next_ = nullptr;
    Waiter* previous_ = nullptr;
    Events pending_ = 0;
    Events mask_ = 0;
    bool is_queued_ = false;
};

inline void ReadyQueue::push(Waiter& waiter) {
    waiter.is_queued_ = true;
    waiter.next_ = nullptr;
    waiter.previous_ = tail_;
    (tail_ != nullptr ? tail_->next_ : head_) = &waiter;
    tail_ = &waiter;
}

inline void ReadyQueue::remove(Waiter& waiter) {
    (waiter.previous_ != nullptr ? waiter.previous_->next_ : head_) = waiter.next_;
    (waiter.next_ != nullptr ? waiter.next_->previous_ : tail_) = waiter.previous_;
    waiter.next_ = waiter.previous_ = nullptr;
    waiter.is_queued_ = false;
}

inline std::size_t ReadyQueue::run() {
    std::size_t resumed = 0;
    while (head_ != nullptr) {
        Waiter& waiter = *head_;
        remove(waiter);
        ++resumed;
        waiter.coroutine_.resume();   // may destroy the waiter
    }
    return resumed;
}

}   // namespace gilmok::io
