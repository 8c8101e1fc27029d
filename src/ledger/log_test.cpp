// Goal: what the log says is on the disk is there after any death of process or machine, record by record and hash by
// hash, and what it cannot be sure of is cut and told. Method: a simulated disk that fails and forgets, and a list of
// records beside.
#include "ledger/log.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "io/sim/files.hpp"
#include "ledger/log_edge.hpp"

using namespace gilmok;
using namespace gilmok::ledger;

namespace {

constexpr std::uint64_t small_file_bytes = 1'000;

std::string a_note(std::uint64_t sequence, std::uint16_t lane = 0, std::uint32_t epoch = 1) {
    const std::string json = R"({"what":"opened","number":)" + std::to_string(sequence) + "}";
    const Body body = Note{.json = json};
    std::string record(size_of(body), '\0');
    write_body(record, body);
    seal(record.data(), record.size(), Kind::note, lane, epoch, sequence, WallTime(Duration(1)));
    return record;
}

LogWriter opened(io::Files& files, std::uint64_t signed_size = 0, std::uint64_t file_bytes = small_file_bytes) {
    auto writer = LogWriter::open(files, "l", signed_size, file_bytes);
    if (!writer) FAIL(writer.error().message);
    return std::move(*writer);
}

std::vector<std::string> all_of(io::Files& files, std::uint64_t from = 0) {
    auto reader = LogReader::open(files, "l", from);
    if (!reader) FAIL(reader.error().message);
    std::vector<std::string> records;
    for (;;) {
        auto record = reader->next();
        if (!record) FAIL(record.error().message);
        if (!*record) return records;
        CHECK((*record)->index == from + records.size());
        records.emplace_back((*record)->bytes);
    }
}

Hash root_of(const std::vector<std::string>& records, std::size_t count) {
    Tree tree;
    for (std::size_t i = 0; i < count; ++i) tree.append(leaf_hash(records[i]));
    return tree.root();
}

std::vector<std::string> names_in(io::Files& files) {
    auto names = files.list("l/log");
    REQUIRE(names);
    return *names;
}

// Every leaf hash stands beside the log, file by file.
void check_hashes(io::sim::SimFiles& files, const std::vector<std::string>& records) {
    std::string hashes;
    for (const std::string& name : names_in(files))
        if (name.ends_with(".hash")) hashes += files.text("l/log/" + name);
    std::string expected;
    for (const std::string& record : records) {
        const Hash leaf = leaf_hash(record);
        expected.append(leaf.begin(), leaf.end());
    }
    CHECK(hashes == expected);
}

}   // namespace

TEST_CASE("a log is read as it was written, over many files and from any record") {
    io::sim::SimFiles files;
    std::vector<std::string> records;
    {
        LogWriter writer = opened(files);
        for (std::uint64_t i = 1; i <= 100; ++i) {
            records.push_back(a_note(i));
            REQUIRE(writer.append(records.back()));
            if (i % 3 == 0) REQUIRE(writer.sync());
        }
        REQUIRE(writer.sync());
        CHECK(writer.size() == 100);
        CHECK(writer.tree().root() == root_of(records, 100));
        CHECK(writer.repaired().empty());
    }
    CHECK(names_in(files).size() > 12);
    CHECK(files.mode("l/log/00000000000000000000.log") == 0600);
    CHECK(all_of(files) == records);
    for (std::uint64_t from : {1ULL, 13ULL, 57ULL, 99ULL, 100ULL})
        CHECK(all_of(files, from) ==
              std::vector<std::string>(records.begin() + static_cast<std::ptrdiff_t>(from), records.end()));
    CHECK_FALSE(LogReader::open(files, "l", 101).has_value());
    check_hashes(files, records);

    for (std::uint64_t is_signed : {0ULL, 1ULL, 40ULL, 99ULL, 100ULL}) {
        LogWriter writer = opened(files, is_signed);
        CHECK(writer.size() == 100);
        CHECK(writer.tree().root() == root_of(records, 100));
        CHECK(writer.signed_root() == root_of(records, is_signed));
        CHECK(writer.last_sequence(1, 0) == 100);
        CHECK(writer.last_sequence(1, 1) == 0);
    }
}

TEST_CASE("opening a log reads its last file only") {
    io::sim::SimFiles files;
    {
        LogWriter writer = opened(files);
        for (std::uint64_t i = 1; i <= 100; ++i) REQUIRE(writer.append(a_note(i)));
        REQUIRE(writer.sync());
    }
    // What is not read cannot be missed.
    files.fail_path("l/log/00000000000000000000.log", EIO);
    files.fail_path("l/log/00000000000000000000.hash", EIO);
    CHECK(opened(files, 100).size() == 100);
    // Without the edges all is read again.
    files.fail_path("l/log/00000000000000000000.log", 0);
    files.fail_path("l/log/00000000000000000000.hash", 0);
    const std::vector<std::string> records = all_of(files);
    for (const std::string& name : names_in(files))
        if (name.ends_with(".edge")) files.put("l/log/" + name, files.text("l/log/" + name) + "x");
    LogWriter writer = opened(files, 100);
    CHECK(writer.tree().root() == root_of(records, 100));
    CHECK(writer.last_sequence(1, 0) == 100);
}

TEST_CASE("an edge is read as it was written, and not when a bit of it differs") {
    LogEdge edge;
    for (std::uint64_t i = 1; i <= 21; ++i)
        edge.add(leaf_hash(a_note(i)), {.lane = static_cast<std::uint16_t>(i % 3), .epoch = 7, .sequence = i});
    const std::string bytes = write_edge(edge);
    const auto read = read_edge(bytes);
    REQUIRE(read);
    CHECK(read->tree.size() == 21);
    CHECK(read->tree.root() == edge.tree.root());
    CHECK(read->lanes == edge.lanes);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::string other = bytes;
        other[i] = static_cast<char>(other[i] ^ 0x10);
        CHECK_FALSE(read_edge(other));
        CHECK_FALSE(read_edge(bytes.substr(0, i)));
    }
}

TEST_CASE("an edge knows the lanes of the two newest epochs") {
    LogEdge edge;
    for (std::uint32_t epoch = 1; epoch <= 5; ++epoch)
        for (std::uint16_t lane = 0; lane < 2; ++lane)
            edge.add(Hash{}, {.lane = lane, .epoch = epoch, .sequence = epoch + lane});
    CHECK(edge.last_epoch() == 5);
    CHECK(edge.last_sequence(5, 1) == 6);
    CHECK(edge.last_sequence(4, 0) == 4);
    CHECK(edge.last_sequence(3, 0) == 0);
}

TEST_CASE("a torn tail is cut behind the signed records and told, and refused in front of them") {
    io::sim::SimFiles files;
    {
        LogWriter writer = opened(files, 0, log_file_bytes);
        for (std::uint64_t i = 1; i <= 10; ++i) REQUIRE(writer.append(a_note(i)));
        REQUIRE(writer.sync());
    }
    const std::vector<std::string> records = all_of(files);
    const std::string path = "l/log/00000000000000000000.log";
    const std::string whole = files.text(path);
    const std::size_t length = records[0].size();
    for (std::size_t bytes = 0; bytes <= whole.size(); ++bytes) {
        files.put(path, whole.substr(0, bytes));
        const std::size_t left = bytes / length;
        auto writer = LogWriter::open(files, "l", 5, log_file_bytes);
        CHECK(writer.has_value() == (left >= 5));
        if (!writer) continue;
        CHECK(writer->size() == left);
        CHECK(writer->repaired().empty() == (bytes % length == 0));
        CHECK(files.text(path).size() == left * length);
        CHECK(writer->tree().root() == root_of(records, left));
        // And goes on.
        REQUIRE(writer->append(a_note(left + 1)));
        REQUIRE(writer->sync());
        CHECK(all_of(files).size() == left + 1);
        check_hashes(files, all_of(files));
    }
    for (std::size_t at = 0; at < whole.size(); at += 7) {
        std::string changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        files.put(path, changed);
        auto writer = LogWriter::open(files, "l", 5, log_file_bytes);
        CHECK(writer.has_value() == (at >= 5 * length));
        if (writer) CHECK(writer->size() == at / length);
        if (writer) CHECK(writer->repaired().find("record " + std::to_string(at / length)) != std::string::npos);
        if (!writer) CHECK(writer.error().message.find("5 were signed") != std::string::npos);
    }
}

TEST_CASE("a log that lacks a file is refused") {
    io::sim::SimFiles files;
    {
        LogWriter writer = opened(files);
        for (std::uint64_t i = 1; i <= 40; ++i) REQUIRE(writer.append(a_note(i)));
        REQUIRE(writer.sync());
    }
    std::vector<std::string> logs;
    for (const std::string& name : names_in(files))
        if (name.ends_with(".log")) logs.push_back("l/log/" + name);
    REQUIRE(logs.size() > 3);
    for (const std::string& path : {logs[0], logs[1]}) {
        const std::string bytes = files.text(path);
        REQUIRE(files.remove(path));
        CHECK_FALSE(LogWriter::open(files, "l", 0, small_file_bytes).has_value());
        files.put(path, bytes);
    }
    REQUIRE(files.remove(logs.back()));
    CHECK_FALSE(LogWriter::open(files, "l", 40, small_file_bytes).has_value());
}

TEST_CASE("each failing call leaves a log that says what is on the disk and goes on from there") {
    for (const int code : {EIO, ENOSPC}) {
        for (std::uint64_t nth = 1; nth <= 60; ++nth) {
            CAPTURE(code);
            CAPTURE(nth);
            io::sim::SimFiles files;
            LogWriter writer = opened(files, 0, 300);
            files.fail_call(nth, code);
            std::vector<std::string> synced;
            std::uint64_t failures = 0;
            for (std::uint64_t i = 1; i <= 20;) {
                if (writer.is_broken() && !writer.recover()) continue;
                CHECK(writer.size() == synced.size());
                const std::string record = a_note(i);
                if (writer.append(record) && writer.sync()) {
                    synced.push_back(record);
                    ++i;
                } else {
                    ++failures;
                    REQUIRE(failures < 3);
                }
                if (!writer.is_broken() && i % 4 == 0) static_cast<void>(writer.sync_hashes());
            }
            CHECK(all_of(files) == synced);
            if (!writer.is_broken()) check_hashes(files, synced);
            files.heal();
            files.crash_power(nth);
            LogWriter again = opened(files, 0, 300);
            CHECK(all_of(files) == synced);
            CHECK(again.tree().root() == root_of(synced, synced.size()));
            check_hashes(files, synced);
        }
    }
}

TEST_CASE("a power cut at any call loses nothing that was synced") {
    for (std::uint64_t nth = 1; nth <= 60; ++nth) {
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            CAPTURE(nth);
            CAPTURE(seed);
            io::sim::SimFiles files;
            std::vector<std::string> synced, written;
            std::uint64_t is_signed = 0;
            files.fail_call(nth, EIO, true);
            {
                auto writer = LogWriter::open(files, "l", 0, 300);
                for (std::uint64_t i = 1; writer && i <= 20; ++i) {
                    written.push_back(a_note(i));
                    if (!writer->append(written.back())) break;
                    if (i % 3 != 0) continue;
                    if (!writer->sync()) break;
                    synced = written;
                    if (i % 2 != 0) continue;
                    if (!writer->sync_hashes()) break;
                    is_signed = i;
                }
                files.crash_power(seed);
            }
            files.heal();
            LogWriter writer = opened(files, is_signed, 300);
            const std::vector<std::string> found = all_of(files);
            REQUIRE(found.size() >= synced.size());
            REQUIRE(found.size() <= written.size());
            for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == written[i]);
            CHECK(writer.size() == found.size());
            CHECK(writer.tree().root() == root_of(found, found.size()));
            CHECK(writer.signed_root() == root_of(found, is_signed));
            check_hashes(files, found);
        }
    }
}

TEST_CASE("a reader sees what came after a refresh, and no record that is not whole") {
    io::sim::SimFiles files;
    LogWriter writer = opened(files, 0, 300);
    auto reader = LogReader::open(files, "l");
    REQUIRE(reader);
    for (std::uint64_t i = 1; i <= 20; ++i) {
        CHECK_FALSE(reader->next().value().has_value());
        REQUIRE(writer.append(a_note(i)));
        REQUIRE(writer.sync());
        REQUIRE(reader->refresh());
        const auto record = reader->next();
        REQUIRE(record.has_value());
        REQUIRE(record->has_value());
        CHECK((*record)->index == i - 1);
        CHECK((*record)->bytes == a_note(i));
        REQUIRE(reader->refresh());
    }
    const std::string last = names_in(files).back();
    files.put("l/log/" + last, files.text("l/log/" + last) + a_note(21).substr(0, 20));
    REQUIRE(reader->refresh());
    CHECK_FALSE(reader->next().value().has_value());
    files.put("l/log/" + last, files.text("l/log/" + last) + std::string(400, 'x'));
    REQUIRE(reader->refresh());
    // Its length can be one, so it is given; what stands behind it has none.
    CHECK(reader->next().value().has_value());
    CHECK_FALSE(reader->next().has_value());
}
