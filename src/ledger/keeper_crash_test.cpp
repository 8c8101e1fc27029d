// Goal: whatever call the process or the power ends at, also while the ledger is being brought back, and whatever call
// fails: nothing promised is lost, nothing is settled twice, each attempt ends once, and the tables say what the log
// says. Method: one script of attempts on a simulated disk, ended at each of its calls in turn. A failure prints call
// and seed.
#include <doctest/doctest.h>

#include <cerrno>

#include "ledger/test_keeper_world.hpp"

using namespace gilmok;
using namespace gilmok::ledger;

namespace {

constexpr int script_steps = 160;

std::uint64_t calls_of_script() {
    KeeperWorld world(1);
    REQUIRE(world.open());
    for (int i = 0; i < script_steps; ++i) world.step();
    return world.files.calls();
}

// The script until call `nth`, from which on nothing reaches the disk any more.
void run_and_crash(KeeperWorld& world, std::uint64_t nth, bool of_power, std::uint64_t seed = 0) {
    world.files.fail_call(nth, EIO, true);
    if (world.open())
        for (int i = 0; i < script_steps; ++i) world.step();
    world.crash(of_power, seed);
}

void finish_and_check(KeeperWorld& world) {
    if (!world.open()) FAIL(world.problem);
    for (int i = 0; i < 10; ++i) world.step();
    while (!world.running.empty()) world.finish();
    world.note_promises(false);
    world.keeper->close(world.now);
    CHECK_FALSE(world.keeper->status().is_failing);
    world.keeper.reset();
    world.check();
}

}   // namespace

TEST_CASE("the end of the process or of the power at any call loses nothing that was promised") {
    const std::uint64_t calls = calls_of_script();
    CHECK(calls > 150);
    for (const bool of_power : {false, true}) {
        for (std::uint64_t nth = 1; nth <= calls + 1; ++nth) {
            for (std::uint64_t seed = 1; seed <= (of_power ? 3U : 1U); ++seed) {
                CAPTURE(of_power);
                CAPTURE(nth);
                CAPTURE(seed);
                KeeperWorld world(1);   // the same script each time
                run_and_crash(world, nth, of_power, seed);
                finish_and_check(world);
            }
        }
    }
}

TEST_CASE("the end of the process or of the power while the ledger is brought back loses nothing either") {
    const std::uint64_t calls = calls_of_script();
    for (std::uint64_t nth = 40; nth <= calls; nth += 3) {
        for (std::uint64_t again = 1; again <= 60; again += 1 + nth % 2) {
            CAPTURE(nth);
            CAPTURE(again);
            KeeperWorld world(1);
            // What is safe from the death of the process is safe from a power cut only once the next start has brought
            // it back.
            const bool then_of_power = again % 2 == 0;
            world.promises_of_power_only = then_of_power;
            run_and_crash(world, nth, (nth + again) % 3 == 0);
            world.promises_of_power_only = false;
            world.files.fail_call(again, EIO, true);
            static_cast<void>(world.open());
            world.crash(then_of_power);
            finish_and_check(world);
        }
    }
}

TEST_CASE("a call that fails once is got over, and nothing that was promised is lost") {
    const std::uint64_t calls = calls_of_script();
    for (const int code : {EIO, ENOSPC}) {
        for (std::uint64_t nth = 1; nth <= calls; ++nth) {
            CAPTURE(code);
            CAPTURE(nth);
            KeeperWorld world(1);
            world.files.fail_call(nth, code);
            if (!world.open()) REQUIRE(world.open());   // a start that fails says so, and the next one succeeds
            for (int i = 0; i < script_steps; ++i) world.step();
            world.turn();
            world.turn();
            CHECK_FALSE(world.keeper->status().is_failing);
            world.crash(nth % 2 == 0);
            finish_and_check(world);
        }
    }
}

TEST_CASE("a disk that fails for a while is got over by itself") {
    const std::uint64_t calls = calls_of_script();
    for (std::uint64_t nth = 50; nth <= calls; nth += 3) {
        CAPTURE(nth);
        KeeperWorld world(nth);
        REQUIRE(world.open());
        world.files.fail_call(nth - 40, nth % 2 == 0 ? EIO : ENOSPC, true);
        for (int i = 0; i < script_steps; ++i) world.step();
        CHECK((world.keeper->status().is_failing || world.files.calls() < nth));
        world.files.heal();
        world.turn();
        world.turn();
        CHECK_FALSE(world.keeper->status().is_failing);
        const std::uint64_t refused = world.refused;
        world.begin();
        CHECK(world.refused == refused);
        while (!world.running.empty()) world.finish();
        world.note_promises(false);
        world.keeper->close(world.now);
        world.keeper.reset();
        world.check();
    }
}
