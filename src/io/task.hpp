// Task<T>: a coroutine that starts when awaited and resumes its awaiter when it ends. spawn() runs one on its own.
// A Task that is destroyed unfinished destroys its frame, and with it everything the frame owns: that is how an
// exchange is cut off. Our code does not throw; an exception that reaches a Task ends the process.
//
// An awaited task is resumed by a plain call, and when it ends without having suspended its awaiter just goes on. A
// symmetric transfer would be a tail call only under -O2: a relay loop that awaits 50,000 writes that never block would
// overflow the stack of a debug build. The price is native stack by the depth of nesting, which is a handful.
//
// g++ 12 destroys aggregate and lambda temporaries inside a co_await expression twice. The rule (docs/adr/0002):
// co_await takes names and calls only; whatever is braced, an aggregate or a lambda is named on the line before.
#pragma once

#include <coroutine>
#include <cstdlib>
#include <new>
#include <optional>
#include <utility>

#include "base/assert.hpp"
#include "io/frame_pool.hpp"

namespace gilmok::io {

namespace detail {

struct PromiseBase {
    std::coroutine_handle<> awaiter = std::noop_coroutine();

    static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
    static void operator delete(void* frame, std::size_t bytes) noexcept { free_frame(frame, bytes); }

    struct Final {
        bool await_ready() noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
            return done.promise().awaiter;
        }
        void await_resume() noexcept {}
    };
    std::suspend_always initial_suspend() noexcept { return {}; }
    Final final_suspend() noexcept { return {}; }
    [[noreturn]] void unhandled_exception() noexcept { std::abort(); }
};

// Runs a new frame up to its first suspension. Whether the awaiter has to wait for it.
template <class Promise>
bool run_for(std::coroutine_handle<Promise> frame, std::coroutine_handle<> awaiter) noexcept {
    frame.resume();
    if (frame.done()) return false;
    frame.promise().awaiter = awaiter;
    return true;
}

}   // namespace detail

template <class T = void>
class [[nodiscard]] Task {
public:
    struct promise_type : detail::PromiseBase {
        std::optional<T> value;
        Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
        template <class U>
        void return_value(U&& result) {
            value.emplace(std::forward<U>(result));
        }
    };

    Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (frame_) frame_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiter) noexcept { return detail::run_for(frame_, awaiter); }
    T await_resume() { return std::move(*frame_.promise().value); }

private:
    explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
    std::coroutine_handle<promise_type> frame_;
};

template <>
class [[nodiscard]] Task<void> {
public:
    struct promise_type : detail::PromiseBase {
        Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
        void return_void() noexcept {}
    };

    Task() = default;
    Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            if (frame_) frame_.destroy();
            frame_ = std::exchange(other.frame_, {});
        }
        return *this;
    }
    ~Task() {
        if (frame_) frame_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiter) noexcept { return detail::run_for(frame_, awaiter); }
    void await_resume() const noexcept {}

    // For an owner that keeps the Task and runs it without awaiting (a shard and its connections).
    void start() {
        GILMOK_ASSERT(frame_ && !frame_.done());
        frame_.resume();
    }
    [[nodiscard]] bool is_done() const { return !frame_ || frame_.done(); }

private:
    explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
    std::coroutine_handle<promise_type> frame_;
};

}   // namespace gilmok::io
