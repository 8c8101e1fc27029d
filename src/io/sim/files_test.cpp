#include "io/sim/files.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <set>

using namespace gilmok::io;
using gilmok::io::sim::SimFiles;

TEST_CASE("files in memory are read, replaced, listed and limited like real ones") {
    SimFiles files;
    CHECK(files.read("/a/x", 10).error().message == "open /a/x: No such file or directory");
    REQUIRE(files.write_atomically("/a/x", "12345", 0600));
    REQUIRE(files.write_atomically("/a/b/y", "6", 0644));
    CHECK(files.read("/a/x", 5).value() == "12345");
    CHECK(files.read("/a/x", 4).error().code == EFBIG);
    CHECK(files.mode("/a/x") == 0600);
    CHECK(files.list("/a").value() == std::vector<std::string>{"b", "x"});
    CHECK(files.list("/c").error().code == ENOENT);
    REQUIRE(files.make_directory("/c/", 0700));
    CHECK(files.list("/c").value().empty());
    CHECK(files.exists("/c"));
    CHECK(files.exists("/a/b"));
    CHECK(!files.exists("/a/c"));
    CHECK(files.make_directory("/a/x", 0700).error().code == ENOTDIR);
}

TEST_CASE("an append file follows its file through a rename until it is reopened") {
    SimFiles files;
    auto log = files.open_append("/log", 0640);
    REQUIRE(log);
    CHECK((*log)->append("one\n").value() == 4);
    REQUIRE(files.rename("/log", "/log.1"));
    CHECK((*log)->append("two\n"));
    REQUIRE((*log)->reopen());
    CHECK((*log)->append("three\n"));
    CHECK(files.text("/log.1") == "one\ntwo\n");
    CHECK(files.text("/log") == "three\n");
}

TEST_CASE("the n-th call fails as told, once or from then on") {
    SimFiles files;
    files.put("/x", "old");
    files.fail_call(2, EIO);
    CHECK(files.read("/x", 10));
    CHECK(files.write_atomically("/x", "new", 0600).error().code == EIO);
    CHECK(files.text("/x") == "old");
    CHECK(files.write_atomically("/x", "new", 0600));
    files.fail_call(1, ENOSPC, true);
    for (int i = 0; i < 3; ++i) CHECK(files.read("/x", 10).error().code == ENOSPC);
    files.heal();
    CHECK(files.read("/x", 10).value() == "new");
    files.fail_path("/x", EACCES);
    CHECK(files.read("/x", 10).error().message == "read /x: Permission denied");
    CHECK(files.calls() == 8);
}

TEST_CASE("a full disk tears an append and leaves a replaced file as it was") {
    SimFiles files;
    files.set_capacity(10);
    auto log = files.open_append("/log", 0640);
    REQUIRE(log);
    REQUIRE((*log)->append("123456"));
    CHECK((*log)->append("abcdef").error().code == ENOSPC);
    CHECK(files.text("/log") == "123456abc");
    CHECK(files.write_atomically("/log", "12", 0600).error().code == ENOSPC);
    CHECK(files.text("/log") == "123456abc");
}

TEST_CASE("mapped files, ranges, cuts, renames, removals and locks behave as real ones") {
    SimFiles files;
    auto mapped = files.create_mapped("/lane", 10'000, 0600);
    REQUIRE(mapped);
    CHECK((*mapped)->bytes().size() == 10'000);
    (*mapped)->bytes()[9'999] = 'x';
    CHECK(files.read_range("/lane", 9'998, 10).value() == std::string("\0x", 2));
    CHECK(files.read_range("/lane", 20'000, 10).value().empty());
    CHECK(files.create_mapped("/lane", 10, 0600).error().message == "create /lane: File exists");
    CHECK(files.open_mapped("/none").error().code == ENOENT);
    files.put("/empty", "");
    CHECK(files.open_mapped("/empty").error().code == EINVAL);

    files.put("/log", "0123456789");
    CHECK(files.size("/log").value() == 10);
    REQUIRE(files.truncate("/log", 4));
    REQUIRE(files.truncate("/log", 6));
    CHECK(files.text("/log") == std::string("0123\0\0", 6));
    REQUIRE(files.rename("/log", "/empty"));
    CHECK(files.size("/empty").value() == 6);
    REQUIRE(files.remove("/empty"));
    CHECK(files.remove("/empty").error().message == "remove /empty: No such file or directory");
    CHECK(files.rename("/empty", "/x").error().code == ENOENT);
    CHECK(files.truncate("/empty", 0).error().code == ENOENT);
    CHECK(files.size("/empty").error().code == ENOENT);
    CHECK(files.sync_file("/empty").error().code == ENOENT);
    CHECK(files.sync_directory("/nowhere").error().code == ENOENT);

    auto lock = files.lock("/lock", 0600);
    REQUIRE(lock);
    CHECK(files.lock("/lock", 0600).error().message == "lock /lock: Resource temporarily unavailable");
    lock->reset();
    CHECK(files.lock("/lock", 0600));
}

TEST_CASE("the new calls fail as told and meet the end of the disk") {
    SimFiles files;
    files.put("/x", "12345");
    auto mapped = files.create_mapped("/m", 4'096, 0600);
    auto log = files.open_append("/log", 0600);
    REQUIRE(mapped);
    REQUIRE(log);
    files.fail_call(1, EIO, true);
    CHECK(files.create_mapped("/n", 1, 0600).error().message == "create /n: Input/output error");
    CHECK(files.open_mapped("/x").error().code == EIO);
    CHECK(files.size("/x").error().code == EIO);
    CHECK(files.read_range("/x", 0, 1).error().code == EIO);
    CHECK(files.truncate("/x", 1).error().code == EIO);
    CHECK(files.remove("/x").error().code == EIO);
    CHECK(files.rename("/x", "/y").error().code == EIO);
    CHECK(files.sync_directory("/").error().code == EIO);
    CHECK(files.sync_file("/x").error().code == EIO);
    CHECK(files.lock("/lock", 0600).error().code == EIO);
    CHECK((*mapped)->sync(0, 10).error().message == "sync /m: Input/output error");
    CHECK((*log)->sync().error().message == "sync /log: Input/output error");
    files.heal();
    CHECK(files.text("/x") == "12345");
    files.set_capacity(4'096 + 5 + 10);
    CHECK(files.create_mapped("/n", 11, 0600).error().message == "allocate /n: No space left on device");
    CHECK(!files.exists("/n"));
    CHECK(files.truncate("/x", 16).error().code == ENOSPC);
    CHECK(files.create_mapped("/n", 10, 0600));
}

TEST_CASE("the death of a process keeps all that the kernel was given, and nothing more comes from it") {
    SimFiles files;
    auto log = files.open_append("/log", 0600);
    auto mapped = files.create_mapped("/m", 8'192, 0600);
    auto lock = files.lock("/lock", 0600);
    REQUIRE((*log)->append("one"));
    (*mapped)->bytes()[8'000] = 'm';
    files.crash_process();
    CHECK(files.text("/log") == "one");
    CHECK(files.text("/m")[8'000] == 'm');
    CHECK((*log)->append("two").error().code == EBADF);
    CHECK((*log)->sync().error().code == EBADF);
    CHECK((*mapped)->sync(0, 1).error().code == EBADF);
    (*mapped)->bytes()[0] = 'm';
    CHECK(files.text("/m")[0] == 0);
    auto next = files.lock("/lock", 0600);
    CHECK(next);
    lock->reset();   // the dead one's end changes nothing
    CHECK(!files.lock("/lock", 0600));
    REQUIRE(files.truncate("/m", 4'096));   // nobody maps it any more
}

TEST_CASE("a power cut keeps what was synced, and of the rest any part") {
    std::set<std::string> seen;
    std::set<std::size_t> sizes;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SimFiles files;
        auto log = files.open_append("/d/log", 0600);
        auto mapped = files.create_mapped("/d/m", 4 * 4'096, 0600);
        REQUIRE(files.sync_directory("/d"));
        REQUIRE((*log)->append(std::string(5'000, 'a')));
        REQUIRE((*log)->sync());
        REQUIRE((*log)->append(std::string(9'000, 'b')));
        for (std::size_t page = 0; page < 4; ++page) (*mapped)->bytes()[page * 4'096 + 7] = 'm';
        REQUIRE((*mapped)->sync(4'096, 4'096));
        (*mapped)->bytes()[4'096 + 8] = 'n';
        files.crash_power(seed);

        const std::string left = files.text("/d/log");
        REQUIRE(left.size() >= 5'000);
        REQUIRE(left.size() <= 14'000);
        sizes.insert(left.size());
        CHECK(left.substr(0, 5'000) == std::string(5'000, 'a'));
        for (const char c : left.substr(5'000)) REQUIRE((c == 'b' || c == 0));
        const std::string memory = files.text("/d/m");
        REQUIRE(memory.size() == 4 * 4'096);
        CHECK(memory[4'096 + 7] == 'm');
        std::string pages;
        for (const std::size_t at : {7U, 4'096U + 8, 2 * 4'096U + 7, 3 * 4'096U + 7})
            pages += memory[at] == 0 ? '0' : '1';
        seen.insert(pages);
        CHECK(files.text("/d/log") == left);
        files.crash_power(seed + 1);
        CHECK(files.text("/d/log") == left);   // a second cut takes nothing more
    }
    CHECK(seen.size() == 16);
    CHECK(sizes.contains(5'000));
    CHECK(sizes.contains(14'000));
    CHECK(sizes.size() > 20);
}

TEST_CASE(
    "a name that was made, moved or removed without a sync of its directory may be what it was before the power cut") {
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SimFiles files;
        files.put("/d/old", "o");
        files.put("/d/gone", "g");
        files.put("/d/kept", "k");
        REQUIRE(files.open_append("/d/new", 0600));
        REQUIRE(files.rename("/d/old", "/d/kept"));
        REQUIRE(files.remove("/d/gone"));
        if (seed % 2 == 0) REQUIRE(files.sync_directory("/d/"));
        files.crash_power(seed);
        const std::string kept = files.text("/d/kept");
        const std::string now = std::string(files.exists("/d/new") ? "n" : "-") +
                                (files.exists("/d/gone") ? "g" : "-") + (files.exists("/d/old") ? "o" : "-") + kept;
        CHECK(files.exists("/d/old") == (kept == "k"));   // a rename is whole or not at all
        if (seed % 2 == 0) {
            CHECK(now == "n--o");
        } else {
            seen.insert(now);
        }
    }
    CHECK(seen.size() == 8);
}

TEST_CASE("what a sync failed for is lost or not, and a later sync does not bring it back") {
    int lost = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        SimFiles files;
        auto log = files.open_append("/log", 0600);
        REQUIRE(files.sync_directory("/"));
        for (std::uint64_t i = 0; i < seed % 7; ++i) {   // other draws
            files.fail_call(2, EIO);
            REQUIRE((*log)->append("x"));
            REQUIRE(!(*log)->sync());
            REQUIRE(files.truncate("/log", 0));
            REQUIRE((*log)->sync());
        }
        REQUIRE((*log)->append(std::string(4'096, 'a')));
        files.fail_call(1, EIO);
        REQUIRE(!(*log)->sync());
        REQUIRE((*log)->append(std::string(4'096, 'b')));
        REQUIRE((*log)->sync());
        CHECK(files.text("/log") == std::string(4'096, 'a') + std::string(4'096, 'b'));
        files.crash_power(seed);
        const std::string left = files.text("/log");
        REQUIRE(left.size() == 8'192);
        CHECK(left.substr(4'096) == std::string(4'096, 'b'));
        if (left[0] == 0)
            ++lost;
        else
            CHECK(left.substr(0, 4'096) == std::string(4'096, 'a'));
    }
    CHECK(lost > 10);
    CHECK(lost < 90);
}

TEST_CASE("a file replaced atomically survives the power cut whole") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        SimFiles files;
        REQUIRE(files.write_atomically("/d/x", "old", 0640));
        REQUIRE(files.write_atomically("/d/x", "new", 0640));
        files.crash_power(seed);
        CHECK(files.text("/d/x") == "new");
        CHECK(files.mode("/d/x") == 0640);
    }
}
