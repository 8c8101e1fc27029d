#include "ledger/journal.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <map>
#include <thread>

#include "io/sim/files.hpp"
#include "ledger/test_entries.hpp"

using namespace gilmok;
using namespace gilmok::ledger;
using gilmok::io::sim::SimFiles;

namespace {

const std::string directory = "/l/journal";
const WallTime moment(Duration(1'763'700'000'000'000'000));

LaneOptions options(std::uint64_t segment_bytes, std::uint16_t lane = 3) {
    return {.directory = directory, .lane = lane, .epoch = 7, .segment_bytes = segment_bytes};
}

std::unique_ptr<Lane> make_lane(SimFiles& files, std::uint64_t segment_bytes, std::uint16_t lane = 3) {
    auto made = Lane::create(files, options(segment_bytes, lane));
    REQUIRE(made);
    return std::move(*made);
}

// Takes everything, as whole records; each is read and stands in its place.
struct Taker {
    std::vector<std::string> records;
    std::uint64_t taken_bytes = 0;

    void take_all(Lane& lane) {
        for (std::string_view bytes = lane.peek(); !bytes.empty(); bytes = lane.peek()) {
            const std::size_t whole = bytes.size();
            while (!bytes.empty()) {
                const auto entry = read_entry(bytes);
                REQUIRE(entry);
                REQUIRE(entry->header.sequence == records.size() + 1);
                records.emplace_back(bytes.substr(0, entry->header.length));
                bytes.remove_prefix(entry->header.length);
            }
            lane.taken(whole);
            taken_bytes += whole;
        }
    }
};

std::size_t files_in(SimFiles& files) { return files.list(directory).value().size(); }

}   // namespace

TEST_CASE("what a lane was given is what it gives, numbered and in order") {
    SimFiles files;
    auto lane = make_lane(files, 64 * 1024);
    RandomEntries random(1);
    const auto reserve = random.reserve();
    const auto progress = random.progress();
    auto terminal = random.terminal();
    terminal.raw_usage = "{}";
    CHECK(lane->peek().empty());
    CHECK(lane->reserve(reserve, moment).value() == 1);
    CHECK(lane->open_attempts() == 1);
    lane->progress(progress, moment + Duration(1));
    CHECK(lane->finish(terminal, moment + Duration(2)) == 3);
    CHECK(lane->open_attempts() == 0);
    CHECK(lane->append(Note{.json = "{}"}, moment + Duration(3)).value() == 4);
    const std::string all = sealed(reserve, 3, 7, 1, moment) + sealed(progress, 3, 7, 2, moment + Duration(1)) +
                            sealed(terminal, 3, 7, 3, moment + Duration(2)) +
                            sealed(Note{.json = "{}"}, 3, 7, 4, moment + Duration(3));
    CHECK(lane->peek() == all);
    CHECK(lane->lag_bytes() == all.size());
    lane->taken(reserve_bytes);
    CHECK(lane->peek() == all.substr(reserve_bytes));
    CHECK(lane->lag_bytes() == all.size() - reserve_bytes);
    lane->taken(all.size() - reserve_bytes);
    CHECK(lane->peek().empty());
    CHECK(lane->lag_bytes() == 0);
    CHECK(lane->durable() == 0);
    lane->set_durable(4);
    CHECK(lane->durable() == 4);
}

TEST_CASE("a lane goes on in its spare file, and drained files are taken away") {
    SimFiles files;
    auto lane = make_lane(files, 1'024);
    CHECK(files.list(directory).value() ==
          std::vector<std::string>{"0000000007-00003-0000000001.jnl", "0000000007-00003-0000000002.jnl"});
    Taker taker;
    for (int round = 0; round < 100; ++round) {
        for (int i = 0; i < 5; ++i)
            REQUIRE(lane->append(Note{.json = std::string(150, 'n')}, moment));   // 200 bytes each
        CHECK(files_in(files) <= 3);
        taker.take_all(*lane);
        REQUIRE(lane->keep_house());
        CHECK(files_in(files) <= 3);   // one may rest
    }
    CHECK(taker.records.size() == 500);
    REQUIRE(lane->discard());
    CHECK(files_in(files) == 0);
    CHECK(!lane->takes_new());
}

TEST_CASE("a file that is used again is as empty as a new one") {
    SimFiles files;
    auto lane = make_lane(files, 1'024);
    Taker taker;
    for (int round = 0; round < 7; ++round) {
        for (int i = 0; i < 5; ++i) REQUIRE(lane->append(Note{.json = std::string(150, 'n')}, moment));
        taker.take_all(*lane);
        REQUIRE(lane->keep_house());
    }
    const auto names = files.list(directory).value();
    REQUIRE(names.size() == 2);
    CHECK(files.text(directory + "/" + names.back()) == std::string(1'024, '\0'));
    CHECK(lane->append(Note{.json = std::string(150, 'n')}, moment));
    taker.take_all(*lane);
    CHECK(taker.records.size() == 36);
}

TEST_CASE("a lane that has its files makes no more, wherever its writer is when the keeper comes") {
    SimFiles files;
    RandomEntries random(5);
    auto lane = make_lane(files, 8 * 150);   // seven records
    for (int step = 0; step < 1'000; ++step) {
        if (step == 100) files.set_capacity(0);
        REQUIRE(lane->append(random.progress(), moment));
        if (step % 3 != 0) continue;
        // Half of the time the writer goes on while the keeper brings to the disk what it has read.
        const std::string_view read = lane->peek();
        if (step % 2 == 0) REQUIRE(lane->append(random.progress(), moment));
        lane->taken(read.size());
        REQUIRE(lane->keep_house());
        while (!lane->peek().empty()) lane->taken(lane->peek().size());
    }
}

TEST_CASE("nothing is removed before it is taken") {
    SimFiles files;
    auto lane = make_lane(files, 1'024);
    for (int i = 0; i < 50; ++i) {
        REQUIRE(lane->append(Note{.json = std::string(150, 'n')}, moment));
        REQUIRE(lane->keep_house());
    }
    CHECK(files_in(files) == 11);
    Taker taker;
    taker.take_all(*lane);
    CHECK(taker.records.size() == 50);
    REQUIRE(lane->keep_house());
    CHECK(files_in(files) == 3);   // one rests
}

TEST_CASE("without a spare new work is refused while what runs settles, and all is well when there is one again") {
    SimFiles files;
    auto lane = make_lane(files, 4'096);
    files.set_capacity(2 * 4'096);
    RandomEntries random(2);
    Result<std::uint64_t> sequence = 0;
    while ((sequence = lane->reserve(random.reserve(), moment))) {
        const auto kept = lane->keep_house();   // no room for a third file
        if (!kept) CHECK(kept.error().code == ENOSPC);
    }
    CHECK(sequence.error().code == Code::ledger_unavailable);
    CHECK(sequence.error().fault == Fault::gateway);
    const std::uint32_t open = lane->open_attempts();
    CHECK(open == 16);   // 17 × (120 + 352) bytes would be the two files to within 168, but no record spans both
    std::uint64_t others = 0;
    while (lane->append(Note{.json = "{}"}, moment)) ++others;
    CHECK(others < 20);
    for (int i = 0; i < 100; ++i) lane->progress(random.progress(), moment);   // left out

    model::Terminal terminal = random.terminal();
    terminal.raw_usage = "{\"input_tokens\":1}";
    terminal.is_raw_usage_cut = false;
    while (lane->open_attempts() != 0) lane->finish(terminal, moment);
    Taker taker;
    taker.take_all(*lane);
    REQUIRE(taker.records.size() == 2 * open + others);
    CHECK(std::get<model::Terminal>(read_entry(taker.records.back())->body).is_raw_usage_cut);

    // The full file goes, so that the spare finds room.
    REQUIRE(lane->keep_house());
    CHECK(lane->reserve(random.reserve(), moment));
    CHECK(lane->append(Note{.json = "{}"}, moment));
    terminal.raw_usage = "{\"input_tokens\":1}";
    lane->finish(terminal, moment);
    taker.take_all(*lane);
    CHECK(std::get<model::Terminal>(read_entry(taker.records.back())->body).raw_usage == terminal.raw_usage);
}

TEST_CASE("closed admission refuses what is new and nothing else") {
    SimFiles files;
    auto lane = make_lane(files, 64 * 1024);
    RandomEntries random(3);
    REQUIRE(lane->reserve(random.reserve(), moment));
    lane->close_admission();
    CHECK(!lane->takes_new());
    const auto refused = lane->reserve(random.reserve(), moment);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::ledger_unavailable);
    CHECK(lane->open_attempts() == 1);
    CHECK(lane->append(Note{.json = "{}"}, moment));
    CHECK(lane->finish(random.terminal(), moment) == 3);
    lane->open_admission();
    CHECK(lane->reserve(random.reserve(), moment).value() == 4);
}

TEST_CASE("a record larger than a file is refused") {
    SimFiles files;
    auto lane = make_lane(files, 4'096);
    const std::string text(8'000, 'n');
    CHECK(lane->append(Note{.json = text}, moment).error().code == Code::ledger_unavailable);
    CHECK(lane->append(Note{.json = "{}"}, moment).value() == 1);
}

// Finishing never fails, whatever the keeper does and whenever the disk is full; and every record arrives.
TEST_CASE("every attempt that was begun is ended, through full disks and a keeper that comes when it likes") {
    std::uint64_t refused = 0;
    std::uint64_t failed_houses = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        SimFiles files;
        RandomEntries random(seed);
        Prng& prng = random.prng();
        auto lane = make_lane(files, 8 * (60 + prng.below(700)));
        Taker taker;
        std::uint64_t written = 0;
        for (int step = 0; step < 1'000; ++step) {
            const std::uint64_t draw = prng.below(100);
            if (draw < 40) {
                const auto sequence = lane->reserve(random.reserve(), moment);
                if (sequence)
                    REQUIRE(*sequence == ++written);
                else
                    ++refused;
            } else if (draw < 70 && lane->open_attempts() != 0) {
                REQUIRE(lane->finish(random.terminal(), moment) == ++written);
            } else if (draw < 78) {
                lane->progress(random.progress(), moment);
                taker.take_all(*lane);
                REQUIRE(taker.records.size() - written <= 1);
                written = taker.records.size();
            } else if (draw < 84) {
                if (const auto sequence = lane->append(random.body(), moment)) REQUIRE(*sequence == ++written);
            } else if (draw < 90) {
                taker.take_all(*lane);
            } else if (draw < 97) {
                if (!lane->keep_house()) ++failed_houses;
            } else {
                files.set_capacity(prng.chance(1, 2) ? UINT64_MAX : 0);
            }
            random.forget();
        }
        while (lane->open_attempts() != 0) REQUIRE(lane->finish(random.terminal(), moment) == ++written);
        taker.take_all(*lane);
        REQUIRE(taker.records.size() == written);
        CHECK(lane->lag_bytes() == 0);
        files.set_capacity(UINT64_MAX);
        REQUIRE(lane->keep_house());
        CHECK(lane->reserve(random.reserve(), moment));
        CHECK(files_in(files) <= 3);   // one may rest
    }
    CHECK(refused > 1'000);
    CHECK(failed_houses > 1'000);
}

TEST_CASE("a failing disk leaves a lane as it was, at every call") {
    for (std::uint64_t nth = 1; nth <= 3; ++nth) {
        SimFiles files;
        files.fail_call(nth, EIO);
        const auto lane = Lane::create(files, options(4'096));
        REQUIRE(!lane);
        CHECK(lane.error().code == EIO);
        CHECK((!files.exists(directory) || files_in(files) == 0));
        CHECK(Lane::create(files, options(4'096)));
    }
    for (std::uint64_t nth = 1; nth <= 4; ++nth) {
        SimFiles files;
        auto lane = make_lane(files, 1'024);
        for (int i = 0; i < 7; ++i) {   // two in a file: leaves three behind and takes the spare
            REQUIRE(lane->append(Note{.json = std::string(300, 'n')}, moment));
            if (i < 5) REQUIRE(lane->keep_house());
        }
        REQUIRE(files_in(files) == 4);
        Taker taker;
        taker.take_all(*lane);
        files.fail_call(nth, EIO);
        const auto kept = lane->keep_house();
        REQUIRE(!kept);
        CHECK(kept.error().code == EIO);
        files.heal();
        REQUIRE(lane->keep_house());
        CHECK(files_in(files) <= 3);   // one may rest
        REQUIRE(lane->append(Note{.json = std::string(300, 'n')}, moment));
        taker.take_all(*lane);
    }
}

TEST_CASE("one thread writes while another takes, and each record arrives once and whole") {
    SimFiles files;
    auto lane = make_lane(files, 16 * 1024);
    constexpr int attempts = 20'000;
    std::thread writer([&] {
        RandomEntries random(4);
        const auto reserve = random.reserve();
        const auto progress = random.progress();
        auto terminal = random.terminal();
        for (int begun = 0; begun < attempts;) {
            if (lane->reserve(reserve, moment))
                ++begun;
            else
                std::this_thread::yield();
            if (begun % 3 == 0) lane->progress(progress, moment);
            while (lane->open_attempts() > static_cast<std::uint32_t>(begun % 7)) lane->finish(terminal, moment);
        }
        while (lane->open_attempts() != 0) lane->finish(terminal, moment);
        CHECK(lane->append(Note{.json = "{}"}, moment));
    });
    std::uint64_t sequence = 0;
    std::map<Kind, int> kinds;
    while (kinds[Kind::note] == 0) {
        std::string_view bytes = lane->peek();
        const std::size_t whole = bytes.size();
        while (!bytes.empty()) {
            const auto entry = read_entry(bytes);
            REQUIRE(entry);
            REQUIRE(entry->header.sequence == ++sequence);
            ++kinds[entry->header.kind];
            bytes.remove_prefix(entry->header.length);
        }
        REQUIRE(lane->lag_bytes() >= whole);
        REQUIRE(lane->lag_bytes() < 1'000'000'000);
        lane->taken(whole);
        REQUIRE(lane->keep_house());
        lane->set_durable(sequence);
    }
    writer.join();
    CHECK(kinds[Kind::reserve] == attempts);
    CHECK(kinds[Kind::terminal] == attempts);
    CHECK(lane->durable() == sequence);
}
