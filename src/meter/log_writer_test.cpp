// Goal: whole lines arrive in order, a shard never waits, and every line that is lost is counted.
// Method: a file under the test's control; threads stand for shards. Waiting is on the file, with a bound, never a pause.
#include "meter/log_writer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <mutex>

#include "base/log.hpp"
#include "io/sim/files.hpp"

using namespace gilmok;
using namespace gilmok::meter;
using namespace std::chrono_literals;

namespace {

// What became of the lines, shared by the test and the file that the writer owns.
struct Disk {
    std::mutex mutex;
    std::condition_variable changed;
    std::string bytes;
    int reopened = 0;
    bool is_stuck = false;
    bool is_full = false;
    template <class Claim>
    bool wait(Claim claim) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, 20s, claim);
    }
    void set(bool Disk::* flag, bool value) {
        const std::lock_guard lock(mutex);
        this->*flag = value;
        changed.notify_all();
    }
};

class TestFile final : public io::AppendFile {
public:
    explicit TestFile(Disk& disk) : disk_(disk) {}
    io::FileResult<std::size_t> append(std::string_view bytes) override {
        std::unique_lock lock(disk_.mutex);
        disk_.changed.wait(lock, [&] { return !disk_.is_stuck; });
        disk_.bytes += disk_.is_full ? bytes.substr(0, bytes.size() / 2) : bytes;
        disk_.changed.notify_all();
        if (disk_.is_full) return tl::unexpected(io::FileError{ENOSPC, "append: no space"});
        return bytes.size();
    }
    io::FileResult<bool> sync() override { return true; }
    io::FileResult<bool> reopen() override {
        const std::lock_guard lock(disk_.mutex);
        ++disk_.reopened;
        disk_.changed.notify_all();
        return true;
    }

private:
    Disk& disk_;
};

struct QuietLog {
    QuietLog() {
        log::set_sink([](std::string_view) {});
    }
    ~QuietLog() { log::set_sink(nullptr); }
};

Instant at(Duration since) { return Instant(1s) + since; }

void add(LogLane& lane, std::string_view line, Instant now) {
    lane.buffer() += line;
    lane.buffer() += '\n';
    lane.commit(now);
}

std::size_t lines_in(std::string_view text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}   // namespace

TEST_CASE("lines are handed over when they are 200 ms old") {
    Disk disk;
    LogWriter writer(std::make_unique<TestFile>(disk), 1);
    add(writer.lane(0), "one", at(0ms));
    writer.lane(0).tick(at(199ms));
    CHECK_FALSE(writer.lane(0).buffer().empty());
    writer.lane(0).tick(at(200ms));
    CHECK(writer.lane(0).buffer().empty());
    CHECK(disk.wait([&] { return disk.bytes == "one\n"; }));
}

TEST_CASE("lines are handed over when there are 64 KiB of them") {
    Disk disk;
    LogWriter writer(std::make_unique<TestFile>(disk), 1);
    const std::string line(1'023, 'x');
    for (int i = 0; i < 63; ++i) add(writer.lane(0), line, at(0ms));
    CHECK(writer.lane(0).buffer().size() == 63 * 1'024);
    add(writer.lane(0), line, at(0ms));
    CHECK(writer.lane(0).buffer().empty());
    CHECK(disk.wait([&] { return disk.bytes.size() == 64 * 1'024; }));
}

TEST_CASE("what was handed over before the end is written, in order") {
    Disk disk;
    {
        LogWriter writer(std::make_unique<TestFile>(disk), 2);
        for (int i = 0; i < 10; ++i) {
            add(writer.lane(0), "a" + std::to_string(i), at(0ms));
            writer.lane(0).flush();
        }
        add(writer.lane(1), "b", at(0ms));
        writer.lane(1).flush();
    }
    CHECK(lines_in(disk.bytes) == 11);
    std::size_t last = 0;
    for (int i = 0; i < 10; ++i) {
        const std::size_t found = disk.bytes.find("a" + std::to_string(i) + "\n");
        REQUIRE(found != std::string::npos);
        CHECK(found >= last);
        last = found;
    }
}

TEST_CASE("a disk that does not follow costs lines, counted, and no waiting") {
    Disk disk;
    disk.is_stuck = true;
    LogWriter writer(std::make_unique<TestFile>(disk), 1);
    const int offered = 40;
    for (int i = 0; i < offered; ++i) {
        add(writer.lane(0), "line", at(0ms));
        writer.lane(0).flush();
    }
    const std::uint64_t dropped = writer.lane(0).lines_dropped();
    CHECK(dropped == offered - LogLane::buffers_max);
    disk.set(&Disk::is_stuck, false);
    writer.stop();
    CHECK(lines_in(disk.bytes) + dropped == offered);
}

TEST_CASE("a full disk loses lines, counted, and the next whole line begins on its own") {
    const QuietLog quiet;
    Disk disk;
    disk.is_full = true;
    LogWriter writer(std::make_unique<TestFile>(disk), 1);
    add(writer.lane(0), "lost", at(0ms));
    writer.lane(0).flush();
    REQUIRE(disk.wait([&] { return disk.bytes == "lo"; }));
    disk.set(&Disk::is_full, false);
    add(writer.lane(0), "kept", at(0ms));
    writer.lane(0).flush();
    CHECK(disk.wait([&] { return disk.bytes == "lo\nkept\n"; }));
    writer.stop();
    CHECK(writer.lines_lost() == 1);
}

TEST_CASE("the file is opened anew when asked") {
    Disk disk;
    LogWriter writer(std::make_unique<TestFile>(disk), 1);
    writer.request_reopen();
    CHECK(disk.wait([&] { return disk.reopened == 1; }));
}

TEST_CASE("lines of several shards arrive whole and all, or are counted as dropped") {
    Disk disk;
    std::uint64_t dropped = 0;
    {
        LogWriter writer(std::make_unique<TestFile>(disk), 3);
        std::vector<std::thread> shards;
        for (std::size_t shard = 0; shard < 3; ++shard)
            shards.emplace_back([&, shard] {
                LogLane& lane = writer.lane(shard);
                for (int i = 0; i < 20'000; ++i)
                    add(lane, "shard " + std::to_string(shard), at(std::chrono::microseconds(i * 50)));
                lane.flush();
            });
        for (auto& shard : shards) shard.join();
        for (std::size_t shard = 0; shard < 3; ++shard) dropped += writer.lane(shard).lines_dropped();
    }
    CHECK(lines_in(disk.bytes) + dropped == 60'000);
    CHECK(disk.bytes.size() == lines_in(disk.bytes) * 8);
}

TEST_CASE("a path that cannot be opened is an error, not a silent loss") {
    io::sim::SimFiles files;
    files.fail_path("/var/log/access", EACCES);
    CHECK_FALSE(LogWriter::open("/var/log/access", files, 1).has_value());
    files.fail_path("/var/log/access", 0);
    auto writer = LogWriter::open("/var/log/access", files, 1);
    REQUIRE(writer.has_value());
    add((*writer)->lane(0), "x", at(0ms));
    (*writer)->lane(0).flush();
    writer->reset();
    CHECK(files.text("/var/log/access") == "x\n");
    CHECK(LogWriter::open("stdout", files, 1).has_value());
}
