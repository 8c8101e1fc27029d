// What a dead process leaves, read by the next one. The real kill is done to a child on the real file system.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "io/linux/files.hpp"
#include "io/sim/files.hpp"
#include "ledger/journal.hpp"
#include "ledger/test_entries.hpp"

using namespace gilmok;
using namespace gilmok::ledger;
using gilmok::io::sim::SimFiles;

namespace {

const std::string directory = "/l/journal";
const WallTime moment(Duration(1'763'700'000'000'000'000));

std::unique_ptr<Lane> make_lane(io::Files& files, std::uint16_t lane, std::uint32_t epoch, std::uint64_t segment_bytes,
                                const std::string& where = directory) {
    auto made = Lane::create(files, {.directory = where, .lane = lane, .epoch = epoch, .segment_bytes = segment_bytes});
    REQUIRE(made);
    return std::move(*made);
}

// Sequences found, by lane; each record is whole and the next of its lane.
std::map<std::uint16_t, std::uint64_t> check_records(const Leftover& leftover, bool from_one = true) {
    std::map<std::uint16_t, std::uint64_t> last;
    for (const std::string& record : leftover.records) {
        const auto entry = read_entry(record);
        REQUIRE(entry);
        REQUIRE(entry->header.length == record.size());
        std::uint64_t& sequence = last[entry->header.lane];
        if (sequence != 0 || from_one) REQUIRE(entry->header.sequence == sequence + 1);
        sequence = entry->header.sequence;
    }
    return last;
}

// Ten notes of 200 bytes in files of 1,024.
void write_notes(SimFiles& files, int notes = 10) {
    auto lane = make_lane(files, 1, 1, 1'024);
    for (int i = 0; i < notes; ++i) {
        REQUIRE(lane->append(Note{.json = std::string(150, 'n')}, moment));
        REQUIRE(lane->keep_house());
    }
}

std::string name_of_segment(int number) {
    return directory + "/0000000001-00001-000000000" + std::to_string(number) + ".jnl";
}

}   // namespace

TEST_CASE("the death of the process at any moment loses no record") {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SimFiles files;
        RandomEntries random(seed);
        Prng& prng = random.prng();
        const std::uint64_t segment_bytes = 8 * (400 + prng.below(700));
        std::vector<std::unique_ptr<Lane>> lanes;
        for (std::uint16_t lane = 0; lane < 3; ++lane) lanes.push_back(make_lane(files, lane, 5, segment_bytes));
        std::vector<std::string> taken;
        std::map<std::uint16_t, std::uint64_t> written;
        for (std::uint64_t steps = prng.below(300); steps > 0; --steps) {
            const auto number = static_cast<std::uint16_t>(prng.below(3));
            Lane& lane = *lanes[number];
            switch (prng.below(4)) {
                case 0:
                    if (lane.reserve(random.reserve(), moment)) ++written[number];
                    break;
                case 1:
                    if (lane.open_attempts() == 0) break;
                    lane.finish(random.terminal(), moment);
                    ++written[number];
                    break;
                case 2: REQUIRE(lane.keep_house()); break;
                default:
                    if (prng.chance(1, 2)) lane.taken(lane.peek().size());
            }
        }
        std::map<std::uint16_t, std::uint64_t> open;
        for (std::uint16_t number = 0; number < 3; ++number) open[number] = lanes[number]->lag_bytes();
        files.crash_process();
        const auto leftover = read_leftovers(files, directory);
        REQUIRE(leftover);
        CHECK(leftover->problems.empty());
        CHECK(leftover->files.size() == files.list(directory)->size());
        auto last = check_records(*leftover, false);
        for (std::uint16_t number = 0; number < 3; ++number) {
            if (open[number] != 0) CHECK(last[number] == written[number]);
        }
    }
}

TEST_CASE("a power cut leaves the beginning of each lane, and what was torn is told and never taken for a record") {
    int torn = 0;
    int whole = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        SimFiles files;
        RandomEntries random(seed);
        auto lane = make_lane(files, 2, 9, 64 * 1024);
        REQUIRE(files.sync_directory(directory));
        std::vector<std::string> written;
        for (std::uint64_t i = random.prng().below(300); i > 0; --i) {
            const Body body = random.body(Kind::terminal);
            REQUIRE(lane->append(body, moment));
            written.push_back(sealed(body, 2, 9, written.size() + 1, moment));
            random.forget();
            REQUIRE(lane->keep_house());
        }
        files.crash_power(seed);
        const auto leftover = read_leftovers(files, directory);
        REQUIRE(leftover);
        REQUIRE(leftover->records.size() <= written.size());
        for (std::size_t i = 0; i < leftover->records.size(); ++i) REQUIRE(leftover->records[i] == written[i]);
        CHECK(leftover->problems.size() <= 1);
        if (!leftover->problems.empty()) ++torn;
        if (leftover->records.size() == written.size()) ++whole;
    }
    CHECK(torn > 50);
    CHECK(whole > 5);
}

TEST_CASE("lanes and openings are read in order, and other files are left alone") {
    SimFiles files;
    CHECK(read_leftovers(files, directory)->files.empty());
    for (const std::uint32_t epoch : {2U, 10U, 1U})
        for (const std::uint16_t lane : {std::uint16_t{1}, control_lane, std::uint16_t{0}})
            REQUIRE(make_lane(files, lane, epoch, 1'024)->append(Note{.json = "{}"}, moment));
    files.put(directory + "/notes.txt", "x");
    files.put(directory + "/1-2-3.jnl.new", "x");
    files.put(directory + "/1-x-3.jnl", "x");
    files.put(directory + "/1-70000-3.jnl", "x");
    const auto leftover = read_leftovers(files, directory);
    REQUIRE(leftover);
    CHECK(leftover->files.size() == 18);
    CHECK(leftover->problems.empty());
    std::vector<std::pair<std::uint32_t, std::uint16_t>> order;
    for (const auto& record : leftover->records) {
        const Header header = read_entry(record)->header;
        order.emplace_back(header.epoch, header.lane);
    }
    CHECK(order.size() == 9);
    CHECK(std::is_sorted(order.begin(), order.end()));
    files.fail_path(leftover->files[3], EIO);
    CHECK(read_leftovers(files, directory).error().code == EIO);
}

TEST_CASE("a damaged record ends its lane and is told with its place") {
    SimFiles files;
    write_notes(files);
    std::string bytes = files.text(name_of_segment(1));
    bytes[400 + 60] = 'x';
    files.put(name_of_segment(1), bytes);
    auto leftover = read_leftovers(files, directory);
    REQUIRE(leftover);
    CHECK(leftover->records.size() == 2);
    CHECK(leftover->problems == std::vector<std::string>{name_of_segment(1) + ", byte 400: a wrong check"});
    CHECK(leftover->files.size() == 3);

    files.put(name_of_segment(1), bytes.substr(0, 203));
    leftover = read_leftovers(files, directory);
    CHECK(leftover->records.size() == 1);
    CHECK(leftover->problems == std::vector<std::string>{name_of_segment(2) + ", byte 0: records are missing here"});

    // A file may be gone, since those in the log are removed; an empty one in front of others is damage.
    files.put(name_of_segment(1), "");
    leftover = read_leftovers(files, directory);
    CHECK(leftover->records.empty());
    CHECK(leftover->problems == std::vector<std::string>{name_of_segment(2) + ", byte 0: records are missing here"});
    REQUIRE(files.remove(name_of_segment(1)));
    leftover = read_leftovers(files, directory);
    CHECK(leftover->records.size() == 5);
    CHECK(leftover->problems.empty());
}

TEST_CASE("a drained file that waits to be used again is not read, and is taken away with the others") {
    SimFiles files;
    write_notes(files);
    files.put(directory + "/0000000007-00003-0000000009.jnl.rested", files.text(name_of_segment(1)).substr(0, 300));
    const auto leftover = read_leftovers(files, directory);
    REQUIRE(leftover);
    CHECK(leftover->records.size() == 10);
    CHECK(leftover->problems.empty());
    CHECK(leftover->files.size() == 4);
}

TEST_CASE("records that are missing in the middle are told") {
    SimFiles files;
    write_notes(files);
    std::string bytes = files.text(name_of_segment(2));
    bytes.replace(200, 200, 200, '\0');
    files.put(name_of_segment(2), bytes);
    auto leftover = read_leftovers(files, directory);
    CHECK(leftover->records.size() == 6);
    CHECK(leftover->problems == std::vector<std::string>{name_of_segment(2) + ", byte 200: records are missing here"});
    // What was being written when the process died has no length yet; that is no problem.
    bytes.replace(400, 624, 624, '\0');
    bytes.replace(240, 100, 100, 'n');
    files.put(name_of_segment(2), bytes);
    leftover = read_leftovers(files, directory);
    CHECK(leftover->records.size() == 6);
    CHECK(leftover->problems.empty());
    // A file of another lane under this name.
    files.put(name_of_segment(2), sealed(Note{.json = "{}"}, 2, 1, 6, moment));
    leftover = read_leftovers(files, directory);
    CHECK(leftover->problems == std::vector<std::string>{name_of_segment(2) + ", byte 0: a record of another lane"});
}

TEST_CASE("kill -9 on the real file system loses nothing that was written") {
    std::string folder = (std::filesystem::temp_directory_path() / "gilmok-journal-XXXXXX").string();
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    const std::string where = folder + "/journal";
    int told[2];
    REQUIRE(::pipe(told) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        io::linux_::LinuxFiles files;
        RandomEntries random(6);
        auto lane = Lane::create(files, {.directory = where, .lane = 0, .epoch = 1, .segment_bytes = 64 * 1024});
        for (;;) {
            const auto sequence = (*lane)->reserve(random.reserve(), moment);
            const std::uint64_t written = sequence ? (*lane)->finish(random.terminal(), moment) : 0;
            random.forget();
            if (!(*lane)->keep_house() || ::write(told[1], &written, sizeof written) < 0) ::_exit(1);
        }
    }
    std::uint64_t acknowledged = 0;
    while (acknowledged < 2'000) {
        std::uint64_t written = 0;
        REQUIRE(::read(told[0], &written, sizeof written) == sizeof written);
        acknowledged = std::max(acknowledged, written);
    }
    REQUIRE(::kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    ::close(told[0]);
    ::close(told[1]);

    io::linux_::LinuxFiles files;
    const auto leftover = read_leftovers(files, where);
    REQUIRE(leftover);
    CHECK(leftover->problems.empty());
    CHECK(check_records(*leftover)[0] >= acknowledged);
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
}
