#include "io/task.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "io/waiter.hpp"

using namespace gilmok::io;

namespace {

struct Guard {
    explicit Guard(int& count) : count_(&count) { ++*count_; }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() { --*count_; }
    int* count_;
};

Task<std::string> give(std::string text) { co_return text + "!"; }

Task<> take(std::string& out) {
    const std::string text = "hello";
    out = co_await give(text);
}

Task<std::unique_ptr<int>> give_unique(int value) { co_return std::make_unique<int>(value); }

Task<> take_unique(int& out) {
    const std::unique_ptr<int> value = co_await give_unique(7);
    out = *value;
}

Task<> hold(Waiter& waiter, int& alive) {
    const Guard guard(alive);
    co_await waiter.wait(1);
}

Task<> hold_nested(Waiter& waiter, int& alive) {
    const Guard guard(alive);
    co_await hold(waiter, alive);
}

Task<int> one() { co_return 1; }

Task<> add_many(int rounds, long& sum) {
    for (int i = 0; i < rounds; ++i) sum += co_await one();
}

Task<> wait_for(Waiter& waiter) { co_await waiter.wait(1); }

Task<> rally(Waiter& mine, Waiter& other, int rounds, long& count) {
    for (int i = 0; i < rounds; ++i) {
        co_await wait_for(mine);
        ++count;
        other.notify(1);
    }
}

Task<long> deep(int depth) {
    if (depth == 0) co_return 0;
    co_return 1 + co_await deep(depth - 1);
}

Task<> measure(int depth, long& out) { out = co_await deep(depth); }

}   // namespace

TEST_CASE("a task runs when it is awaited or started, not before") {
    std::string out;
    Task<> task = take(out);
    CHECK(out.empty());
    CHECK(!task.is_done());
    task.start();
    CHECK(task.is_done());
    CHECK(out == "hello!");
    int number = 0;
    Task<> other = take_unique(number);
    other.start();
    CHECK(number == 7);
}

TEST_CASE("a task destroyed mid-way destroys its frame and the frames it awaits") {
    ReadyQueue ready;
    Waiter waiter(ready);
    int alive = 0;
    {
        Task<> task = hold_nested(waiter, alive);
        CHECK(alive == 0);
        task.start();
        CHECK(alive == 2);
    }
    CHECK(alive == 0);
}

TEST_CASE("assigning over a running task destroys it, moving keeps it alive") {
    ReadyQueue ready;
    Waiter waiter(ready);
    int alive = 0;
    Task<> task = hold(waiter, alive);
    task.start();
    Task<> moved = std::move(task);
    CHECK(alive == 1);
    CHECK(task.is_done());   // NOLINT(bugprone-use-after-move): an empty task counts as done
    moved = Task<>();
    CHECK(alive == 0);
}

TEST_CASE("a never started task frees its frame") {
    int alive = 0;
    ReadyQueue ready;
    Waiter waiter(ready);
    { const Task<> task = hold(waiter, alive); }
    CHECK(alive == 0);
}

TEST_CASE("a hundred thousand awaits in a row that never suspend need no stack") {
    long sum = 0;
    Task<> task = add_many(100'000, sum);
    task.start();
    CHECK(sum == 100'000);
}

TEST_CASE("a thousand tasks awaiting each other end in order") {
    long depth = 0;
    Task<> task = measure(1'000, depth);
    task.start();
    CHECK(depth == 1'000);
}

TEST_CASE("a chain of tasks that waits at its end unwinds when it is woken") {
    ReadyQueue ready;
    Waiter waiter(ready);
    int alive = 0;
    Task<> task = hold_nested(waiter, alive);
    task.start();
    waiter.notify(1);
    CHECK(ready.run() == 1);
    CHECK(task.is_done());
    CHECK(alive == 0);
}

TEST_CASE("a hundred thousand waits in a row, each woken in the same run, need no stack") {
    ReadyQueue ready;
    Waiter left(ready), right(ready);
    long rallies = 0;
    Task<> first = rally(left, right, 100'000, rallies);
    Task<> second = rally(right, left, 100'000, rallies);
    first.start();
    second.start();
    left.notify(1);
    ready.run();
    CHECK(rallies == 200'000);
}
