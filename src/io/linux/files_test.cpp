// The real file system, in a folder of its own under the temporary directory.
#include "io/linux/files.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

using namespace gilmok;
using namespace gilmok::io;
using gilmok::io::linux_::LinuxFiles;

namespace {

struct Folder {
    std::string path;
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "gilmok-files-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::permissions(path, std::filesystem::perms::owner_all, ignored);
        std::filesystem::remove_all(path, ignored);
    }
    [[nodiscard]] std::string operator/(const std::string& name) const { return path + "/" + name; }
};

unsigned mode_of(const std::string& path) {
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

}   // namespace

TEST_CASE("what is written atomically is read back, with its mode, and nothing else is left in the folder") {
    const Folder folder;
    LinuxFiles files;
    const std::string path = folder / "keys";
    const std::string bytes(100'000, 'k');
    REQUIRE(files.write_atomically(path, "old", 0600));
    REQUIRE(files.write_atomically(path, bytes, 0600));
    CHECK(files.read(path, bytes.size()).value() == bytes);
    CHECK(mode_of(path) == 0600);
    CHECK(files.list(folder.path).value() == std::vector<std::string>{"keys"});
}

TEST_CASE("a file larger than the limit is an error, one as large is not") {
    const Folder folder;
    LinuxFiles files;
    REQUIRE(files.write_atomically(folder / "five", "12345", 0644));
    CHECK(files.read(folder / "five", 5).value() == "12345");
    const auto four = files.read(folder / "five", 4);
    REQUIRE(!four);
    CHECK(four.error().code == EFBIG);
    CHECK(four.error().message == "read " + (folder / "five") + ": larger than 4 bytes");
    REQUIRE(files.write_atomically(folder / "none", "", 0644));
    CHECK(files.read(folder / "none", 0).value().empty());
}

TEST_CASE("a missing path is told by name in every operation") {
    const Folder folder;
    LinuxFiles files;
    const std::string missing = folder / "no/such";
    CHECK(files.read(missing, 10).error().message == "open " + missing + ": No such file or directory");
    CHECK(files.write_atomically(missing, "x", 0600).error().message ==
          "open " + (folder / "no") + ": No such file or directory");
    CHECK(files.open_append(missing, 0600).error().code == ENOENT);
    CHECK(files.list(missing).error().code == ENOENT);
    CHECK(!files.exists(missing));
}

TEST_CASE("a folder that may not be written leaves the old file as it was") {
    if (::geteuid() == 0) {
        MESSAGE("skipped: root may write anywhere");
        return;
    }
    const Folder folder;
    LinuxFiles files;
    REQUIRE(files.write_atomically(folder / "file", "old", 0600));
    REQUIRE(::chmod(folder.path.c_str(), 0500) == 0);
    const auto result = files.write_atomically(folder / "file", "new", 0600);
    REQUIRE(!result);
    CHECK(result.error().code == EACCES);
    CHECK(files.read(folder / "file", 10).value() == "old");
}

TEST_CASE("a name that is a folder cannot be replaced, and no temporary file stays") {
    const Folder folder;
    LinuxFiles files;
    REQUIRE(files.make_directory(folder / "name/inside", 0755));
    CHECK(files.write_atomically(folder / "name", "x", 0600).error().code == EISDIR);
    CHECK(files.list(folder.path).value() == std::vector<std::string>{"name"});
    CHECK(files.read(folder / "name", 10).error().code == EISDIR);
}

TEST_CASE("a full disk fails the append by name") {
    LinuxFiles files;
    if (!files.exists("/dev/full")) {
        MESSAGE("skipped: no /dev/full here");
        return;
    }
    auto full = files.open_append("/dev/full", 0600);
    REQUIRE(full);
    const auto result = (*full)->append("a line\n");
    REQUIRE(!result);
    CHECK(result.error().code == ENOSPC);
    CHECK(result.error().message == "append to /dev/full: No space left on device");
}

TEST_CASE("appends follow the file until reopen, then go to the new one") {
    const Folder folder;
    LinuxFiles files;
    auto log = files.open_append(folder / "log", 0640);
    REQUIRE(log);
    CHECK((*log)->append("one\n").value() == 4);
    std::filesystem::rename(folder / "log", folder / "log.1");
    CHECK((*log)->append("two\n"));
    REQUIRE((*log)->reopen());
    CHECK((*log)->append("three\n"));
    CHECK(files.read(folder / "log.1", 100).value() == "one\ntwo\n");
    CHECK(files.read(folder / "log", 100).value() == "three\n");
}

TEST_CASE("directories are made with their parents, and again without complaint") {
    const Folder folder;
    LinuxFiles files;
    CHECK(files.make_directory(folder / "a/b//c", 0700));
    CHECK(files.make_directory(folder / "a/b/c/", 0700));
    CHECK(mode_of(folder / "a/b/c") == 0700);
    REQUIRE(files.write_atomically(folder / "a/file", "", 0600));
    CHECK(files.make_directory(folder / "a/file/b", 0700).error().code == ENOTDIR);
    CHECK(files.list(folder / "a").value() == std::vector<std::string>{"b", "file"});
}

TEST_CASE("a mapped file takes its whole space at once, keeps what is stored, and is opened again") {
    const Folder folder;
    LinuxFiles files;
    const std::string path = folder / "lane";
    {
        auto mapped = files.create_mapped(path, 100'000, 0600);
        REQUIRE(mapped);
        const std::span<char> bytes = (*mapped)->bytes();
        REQUIRE(bytes.size() == 100'000);
        CHECK(std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; }));
        struct stat status{};
        REQUIRE(::stat(path.c_str(), &status) == 0);
        CHECK(status.st_blocks * 512 >= 100'000);
        CHECK(mode_of(path) == 0600);
        bytes[99'999] = 'x';
        CHECK((*mapped)->sync(99'000, 1'000));
        CHECK((*mapped)->sync(0, 100'000));
        CHECK(files.create_mapped(path, 10, 0600).error().message == "create " + path + ": File exists");
    }
    CHECK(files.read_range(path, 99'998, 10).value() == std::string("\0x", 2));
    auto again = files.open_mapped(path);
    REQUIRE(again);
    CHECK((*again)->bytes()[99'999] == 'x');
    CHECK(files.open_mapped(folder / "none").error().code == ENOENT);
    REQUIRE(files.write_atomically(folder / "empty", "", 0600));
    CHECK(files.open_mapped(folder / "empty").error().code == EINVAL);
}

TEST_CASE("a mapped file that the disk has no room for leaves nothing behind") {
    const Folder folder;
    LinuxFiles files;
    const auto huge = files.create_mapped(folder / "huge", std::size_t{1} << 62, 0600);
    REQUIRE(!huge);
    CHECK((huge.error().code == ENOSPC || huge.error().code == EFBIG));
    CHECK(huge.error().message.starts_with("allocate " + (folder / "huge") + ": "));
    CHECK(files.list(folder.path).value().empty());
}

TEST_CASE("files are measured, read in part, cut, renamed, removed and synced") {
    const Folder folder;
    LinuxFiles files;
    const std::string path = folder / "log";
    auto log = files.open_append(path, 0600);
    REQUIRE(log);
    REQUIRE((*log)->append("0123456789"));
    CHECK((*log)->sync());
    CHECK(files.sync_file(path));
    CHECK(files.size(path).value() == 10);
    CHECK(files.read_range(path, 4, 3).value() == "456");
    CHECK(files.read_range(path, 8, 1'000'000).value() == "89");
    CHECK(files.read_range(path, 100, 3).value().empty());
    REQUIRE(files.truncate(path, 4));
    REQUIRE((*log)->append("abc"));
    CHECK(files.read(path, 100).value() == "0123abc");
    REQUIRE(files.rename(path, folder / "log.1"));
    CHECK(files.sync_directory(folder.path));
    CHECK(files.list(folder.path).value() == std::vector<std::string>{"log.1"});
    REQUIRE(files.remove(folder / "log.1"));
    const std::string missing = ": No such file or directory";
    CHECK(files.remove(path).error().message == "remove " + path + missing);
    CHECK(files.rename(path, folder / "x").error().message == "rename to " + (folder / "x") + missing);
    CHECK(files.size(path).error().message == "measure " + path + missing);
    CHECK(files.truncate(path, 1).error().message == "truncate " + path + missing);
    CHECK(files.read_range(path, 0, 1).error().message == "open " + path + missing);
    CHECK(files.sync_file(path).error().message == "open " + path + missing);
    CHECK(files.sync_directory(path).error().message == "open " + path + missing);
}

TEST_CASE("a lock is held by one, also within a process, and let go with its holder") {
    const Folder folder;
    LinuxFiles files;
    auto held = files.lock(folder / "lock", 0600);
    REQUIRE(held);
    const auto second = files.lock(folder / "lock", 0600);
    REQUIRE(!second);
    CHECK(second.error().code == EWOULDBLOCK);
    CHECK(second.error().message == "lock " + (folder / "lock") + ": Resource temporarily unavailable");
    held->reset();
    CHECK(files.lock(folder / "lock", 0600));
}
