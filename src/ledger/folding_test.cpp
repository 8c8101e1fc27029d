// Goal: every record of the log reaches the tables once and in order, whichever of them were handed over in memory, however far the tables
// lag and whatever fails. Method: a log on a simulated disk, tables that fail for a while, and a list of what was written.
#include "ledger/folding.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/prng.hpp"
#include "io/sim/files.hpp"
#include "ledger/test_entries.hpp"
#include "ledger/test_keeper_world.hpp"

using namespace gilmok;
using namespace gilmok::ledger;

namespace {

const WallTime begin(std::chrono::seconds(1'800'000'000));

struct FoldingWorld {
    io::sim::SimFiles files;
    ListTables tables;
    std::vector<std::string> written;
    LogWriter log = opened();
    Folding folding{files, "l", tables};
    WallTime now = begin;

    LogWriter opened() {
        auto writer = LogWriter::open(files, "l", 0, 20'000);
        if (!writer) FAIL(writer.error().message);
        return std::move(*writer);
    }
    // One group: notes of so many bytes.
    void write(std::size_t records, std::size_t bytes, bool is_handed) {
        const std::string json = "{\"what\":\"" + std::string(bytes, 'n') + "\"}";
        std::string group;
        for (std::size_t i = 0; i < records; ++i)
            group += written.emplace_back(sealed(Note{.json = json}, 0, 1, written.size() + 1, now));
        const std::uint64_t first = log.size();
        REQUIRE(log.append(group));
        REQUIRE(log.sync());
        if (is_handed) folding.hand(first, log.size(), group);
    }
    void fold() { folding.fold(log.size(), now += std::chrono::milliseconds(700)); }
    void finish() {
        folding.try_again();
        while (folding.fold(log.size(), now)) {}
        folding.commit(now);
        CHECK(folding.problem().empty());
        CHECK(folding.folded() == written.size());
        CHECK(tables.records == written);
    }
};

}   // namespace

TEST_CASE("what is handed over is not read again") {
    FoldingWorld world;
    world.write(3, 100, true);
    const std::uint64_t calls = world.files.calls();
    world.fold();
    CHECK(world.files.calls() == calls);
    CHECK(world.tables.records == world.written);
    world.finish();
}

TEST_CASE("records arrive once and in order, handed over or read, through tables that fail") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        Prng prng(seed);
        FoldingWorld world;
        for (int step = 0; step < 200; ++step) {
            world.write(1 + prng.below(20), prng.below(300), prng.chance(4, 5));
            if (prng.chance(1, 10)) world.tables.is_failing = !world.tables.is_failing;
            if (prng.chance(2, 3)) world.fold();
            if (prng.chance(1, 3)) world.folding.commit(world.now);
        }
        world.tables.is_failing = false;
        world.finish();
    }
}

TEST_CASE("more than is kept in memory is read from the log") {
    FoldingWorld world;
    world.write(2, 100, true);
    world.fold();
    world.tables.is_failing = true;
    for (int group = 0; group < 30; ++group) {   // 10 MB
        world.write(6, 60'000, true);
        world.fold();
    }
    CHECK_FALSE(world.folding.problem().empty());
    world.tables.is_failing = false;
    world.finish();
    world.write(2, 100, true);
    world.finish();
}
