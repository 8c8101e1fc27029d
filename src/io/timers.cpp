#include "io/timers.hpp"

namespace gilmok::io {

void Timer::arm(Instant deadline) {
    deadline_ = deadline;
    if (deadline == far_future) return;                        // stays in the heap, fires into nothing
    if (index_ == nowhere) return timers_->insert(*this, deadline);
    if (timers_->heap_[index_].at > deadline) {
        timers_->remove(*this);
        timers_->insert(*this, deadline);
    }
}

void Timer::disarm() {
    deadline_ = far_future;
    if (index_ != nowhere) timers_->remove(*this);
}

void Timers::fire(Instant now) {
    while (!heap_.empty() && heap_.front().at <= now) {
        Timer& timer = *heap_.front().timer;
        remove(timer);
        if (timer.deadline_ <= now) {
            timer.deadline_ = far_future;
            timer.waiter_->notify(timer.bits_);
        } else if (timer.deadline_ != far_future) {
            insert(timer, timer.deadline_);
        }
    }
}

void Timers::place(std::size_t index, Entry entry) {
    heap_[index] = entry;
    entry.timer->index_ = index;
}

void Timers::insert(Timer& timer, Instant at) {
    heap_.push_back({at, &timer});
    timer.index_ = heap_.size() - 1;
    sift_up(timer.index_);
}

void Timers::remove(Timer& timer) {
    const std::size_t index = timer.index_;
    timer.index_ = Timer::nowhere;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (index == heap_.size()) return;
    place(index, last);
    sift_down(index);
    sift_up(last.timer->index_);
}

void Timers::sift_up(std::size_t index) {
    const Entry entry = heap_[index];
    while (index > 0) {
        const std::size_t parent = (index - 1) / 4;
        if (heap_[parent].at <= entry.at) break;
        place(index, heap_[parent]);
        index = parent;
    }
    place(index, entry);
}

void Timers::sift_down(std::size_t index) {
    const Entry entry = heap_[index];
    for (;;) {
        const std::size_t first = index * 4 + 1;
        if (first >= heap_.size()) break;
        std::size_t least = first;
        for (std::size_t child = first + 1; child < heap_.size() && child < first + 4; ++child)
            if (heap_[child].at < heap_[least].at) least = child;
        if (heap_[least].at >= entry.at) break;
        place(index, heap_[least]);
        index = least;
    }
    place(index, entry);
}

}  // namespace gilmok::io
