#include "io/sim/files.hpp"

#include <doctest/doctest.h>

#include <cerrno>

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
    files.rename("/log", "/log.1");
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
