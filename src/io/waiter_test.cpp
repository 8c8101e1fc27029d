#include "io/waiter.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "io/task.hpp"

using namespace gilmok::io;

namespace {

Task<> wait_once(Waiter& waiter, Events mask, std::vector<Events>& seen) {
    const Events bits = co_await waiter.wait(mask);
    seen.push_back(bits);
}

Task<> wait_and_note(Waiter& waiter, int name, std::vector<int>& order) {
    for (;;) {
        co_await waiter.wait(1);
        order.push_back(name);
    }
}

Task<> wake_another(Waiter& mine, Waiter& other, std::vector<int>& order) {
    co_await mine.wait(1);
    order.push_back(1);
    other.notify(1);
    CHECK(order.size() == 1);   // notify never resumes anybody
}

}   // namespace

TEST_CASE("a bit that was set before the wait is seen by the wait") {
    ReadyQueue ready;
    Waiter waiter(ready);
    waiter.notify(2);
    CHECK(ready.is_empty());
    std::vector<Events> seen;
    Task<> task = wait_once(waiter, 2 | 4, seen);
    task.start();
    CHECK(task.is_done());
    CHECK(seen == std::vector<Events>{2});
    CHECK(waiter.pending() == 0);
}

TEST_CASE("a wait takes the bits it asked for and leaves the others pending") {
    ReadyQueue ready;
    Waiter waiter(ready);
    std::vector<Events> seen;
    Task<> task = wait_once(waiter, 1 | 2, seen);
    task.start();
    waiter.notify(8);
    CHECK(ready.run() == 0);
    waiter.notify(1);
    waiter.notify(2);
    CHECK(ready.run() == 1);
    CHECK(seen == std::vector<Events>{3});
    CHECK(waiter.pending() == 8);
}

TEST_CASE("a bit that was cleared in time wakes nobody") {
    ReadyQueue ready;
    Waiter waiter(ready);
    waiter.notify(1);
    waiter.clear(1);
    std::vector<Events> seen;
    Task<> task = wait_once(waiter, 1, seen);
    task.start();
    CHECK(!task.is_done());
}

TEST_CASE("coroutines are resumed in the order in which they became ready, those of the same turn included") {
    ReadyQueue ready;
    Waiter a(ready), b(ready), c(ready);
    std::vector<int> order;
    Task<> first = wait_and_note(a, 1, order);
    Task<> second = wait_and_note(b, 2, order);
    Task<> third = wait_and_note(c, 3, order);
    first.start();
    second.start();
    third.start();
    c.notify(1);
    a.notify(1);
    c.notify(1);   // already queued: keeps its place
    b.notify(1);
    CHECK(ready.run() == 3);
    CHECK(order == std::vector<int>{3, 1, 2});
}

TEST_CASE("notify from a coroutine resumes the other one later in the same run") {
    ReadyQueue ready;
    Waiter a(ready), b(ready);
    std::vector<int> order;
    Task<> waker = wake_another(a, b, order);
    Task<> woken = wait_and_note(b, 2, order);
    waker.start();
    woken.start();
    a.notify(1);
    CHECK(ready.run() == 2);
    CHECK(order == std::vector<int>{1, 2});
}

TEST_CASE("a waiter that dies while queued leaves the queue whole") {
    ReadyQueue ready;
    Waiter a(ready), c(ready);
    auto b = std::make_unique<Waiter>(ready);
    std::vector<int> order;
    std::vector<int> unused;
    Task<> first = wait_and_note(a, 1, order);
    Task<> third = wait_and_note(c, 3, order);
    first.start();
    third.start();
    {
        Task<> second = wait_and_note(*b, 2, unused);
        second.start();
        a.notify(1);
        b->notify(1);
        c.notify(1);
    }
    b.reset();
    CHECK(ready.run() == 2);
    CHECK(order == std::vector<int>{1, 3});
    CHECK(unused.empty());
    CHECK(ready.is_empty());
}
