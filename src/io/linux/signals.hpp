// Signals as ordinary work on a loop: a thread waits for them and submits, so that nothing runs in a signal handler.
#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "io/loop.hpp"

namespace gilmok::io::linux_ {

class Signals {
public:
    // Blocks `numbers` in the calling thread and all it starts later: make it before other threads. `on_signal` runs on
    // `loop`'s thread.
    Signals(std::vector<int> numbers, Loop& loop, std::function<void(int)> on_signal);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

private:
    void wait();
    std::vector<int> numbers_;
    Loop& loop_;
    std::function<void(int)> on_signal_;
    std::atomic<bool> is_stopping_{false};
    std::thread thread_;
};

}   // namespace gilmok::io::linux_
