#include "io/linux/signals.hpp"

#include <csignal>
#include <ctime>

namespace gilmok::io::linux_ {

namespace {
sigset_t set_of(const std::vector<int>& numbers) {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : numbers) sigaddset(&set, number);
    return set;
}
}   // namespace

Signals::Signals(std::vector<int> numbers, Loop& loop, std::function<void(int)> on_signal)
    : numbers_(std::move(numbers)), loop_(loop), on_signal_(std::move(on_signal)) {
    const sigset_t set = set_of(numbers_);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    thread_ = std::thread([this] { wait(); });
}

Signals::~Signals() {
    is_stopping_.store(true);
    thread_.join();
}

void Signals::wait() {
    const sigset_t set = set_of(numbers_);
    const timespec pause{.tv_sec = 0, .tv_nsec = 100'000'000};   // how late the thread learns that it should end
    while (!is_stopping_.load()) {
        const int number = sigtimedwait(&set, nullptr, &pause);
        if (number > 0) loop_.submit([this, number] { on_signal_(number); });
    }
}

}   // namespace gilmok::io::linux_
