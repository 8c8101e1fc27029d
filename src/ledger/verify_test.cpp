// Goal: nothing that was done to a ledger stays unseen, and what is said about it names the right record. Method: a small
// ledger made from the format's page, and every kind of harm done to it (test_tamper.hpp), with no care, with some, and with
// all the care that is possible without the private key.
#include "ledger/verify.hpp"

#include <doctest/doctest.h>

#include "io/sim/files.hpp"
#include "ledger/log.hpp"
#include "ledger/notes.hpp"
#include "ledger/test_tamper.hpp"

using namespace gilmok;
using namespace gilmok::ledger;

namespace {

Verified judge(const Directory& directory, const VerifyOptions& options) {
    DirectoryFiles files(directory);
    return verify(files, options);
}

VerifyOptions trusting(const TestLedger& ledger) { return {.directory = "ledger", .key = ledger.signer.verifier()}; }

std::string first_problem(const Verified& verified) {
    return verified.problems.empty() ? "none" : describe(verified.problems.front());
}

}   // namespace

TEST_CASE("verify: a ledger as it was written is whole") {
    const TestLedger ledger;
    const Verified verified = judge(ledger.directory(), trusting(ledger));
    CAPTURE(first_problem(verified));
    CHECK(verified.is_whole());
    CHECK(verified.records == 300);
    CHECK(verified.signed_size == 300);
    CHECK(verified.checkpoints == 6);   // 64, 128, 192, 256, 300 and the newest by itself
    CHECK(judge(ledger.directory(), {.directory = "ledger"}).is_whole());
    const TestLedger empty({.records = 0});
    CHECK(judge(empty.directory(), trusting(empty)).is_whole());
}

TEST_CASE("verify: records behind the last checkpoint are judged by what they say of themselves") {
    const TestLedger ledger({.records_unsigned = 20});
    const Verified verified = judge(ledger.directory(), trusting(ledger));
    CHECK(verified.is_whole());
    CHECK(verified.records == 320);
    CHECK(verified.signed_size == 300);
    VerifyOptions closed = trusting(ledger);
    closed.is_closed = true;
    CHECK(first_problem(judge(ledger.directory(), closed)) ==
          "log: there are records behind the last checkpoint of a closed ledger; expected 300 records, found 320 "
          "records");
    Directory files = ledger.directory();
    files[log_name(300, ".log")].pop_back();   // cut off in the middle, as a power cut may leave it
    CHECK_FALSE(judge(files, trusting(ledger)).is_whole());
    VerifyOptions only_signed = trusting(ledger);
    only_signed.only_signed = true;
    CHECK(judge(files, only_signed).is_whole());
    CHECK(judge(files, only_signed).records == 300);
}

TEST_CASE("verify: every harm is found, whatever care was taken") {
    const TestLedger ledger;
    Tamperer tamperer(ledger.directory(), 20261121);
    VerifyOptions options = trusting(ledger);
    options.kept = {tamperer.kept()};
    options.is_closed = true;
    CHECK(judge(tamperer.whole(), options).is_whole());
    for (std::size_t harm = 0; harm < harm_names.size(); ++harm)
        for (std::size_t care = 0; care < care_names.size(); ++care)
            for (int i = 0; i < 25; ++i) {
                const Tampered tampered = tamperer.make(static_cast<Harm>(harm), static_cast<Care>(care));
                const Verified verified = judge(tampered.files, options);
                CAPTURE(harm_names[harm]);
                CAPTURE(care_names[care]);
                CAPTURE(first_problem(verified));
                REQUIRE_FALSE(verified.is_whole());
                if (tampered.first_index) CHECK(verified.problems.front().index == tampered.first_index);
            }
}

TEST_CASE("verify: each changed byte of the log names its record and its place") {
    const TestLedger ledger({.records = 12, .records_per_file = 5});
    const Directory whole = ledger.directory();
    std::uint64_t index = 0;
    for (const auto& [name, bytes] : whole) {
        if (!name.ends_with(".log")) continue;
        std::uint64_t begin = 0;
        for (std::uint64_t at = 0; at < bytes.size(); ++at) {
            if (at == begin + ledger.records[index].size()) begin = at, ++index;
            Directory files = whole;
            files[name][at] = static_cast<char>(files[name][at] ^ static_cast<char>(1U << at % 8));
            const Verified verified = judge(files, trusting(ledger));
            CAPTURE(at);
            CAPTURE(first_problem(verified));
            REQUIRE_FALSE(verified.is_whole());
            CHECK(verified.problems.front().index == index);
            CHECK(verified.problems.front().offset == begin);
            CHECK(verified.problems.front().file == name);
        }
        ++index;
    }
}

TEST_CASE("verify: a removed record is said to be missing, with the one that stands in its place") {
    const TestLedger ledger({.records = 40, .records_per_checkpoint = 10});
    Directory files = ledger.directory();
    std::string& log = files[log_name(0, ".log")];
    std::size_t offset = 0;
    for (std::size_t i = 0; i < 17; ++i) offset += ledger.records[i].size();
    log.erase(offset, ledger.records[17].size());
    const Verified verified = judge(files, trusting(ledger));
    bool is_said = false;
    for (const Problem& problem : verified.problems)
        is_said = is_said || (problem.index == 17 && problem.offset == offset &&
                              problem.what.starts_with("the record that was number 18; those before it are missing"));
    CHECK(is_said);
    CHECK(describe(verified.problems.back()).find("altered between record 10 and 19") != std::string::npos);
}

TEST_CASE("verify: what was signed and what is there are told apart") {
    const TestLedger ledger({.records = 40, .records_per_checkpoint = 10});
    Directory files = ledger.directory();
    std::string& hashes = files[log_name(0, ".hash")];
    hashes[5 * 32] = static_cast<char>(hashes[5 * 32] ^ 1);
    Verified verified = judge(files, trusting(ledger));
    CHECK(verified.problems_count == 1);
    CHECK(
        first_problem(verified).starts_with("log/00000000000000000000.hash: record 5: the hash beside the log is not "
                                            "that of the record, which is the one that was signed"));

    files = ledger.directory();
    files[log_name(0, ".log")][45] ^= 1;   // in the first record, whose hash beside the log is still the signed one
    verified = judge(files, trusting(ledger));
    CHECK(describe(verified.problems.back()).find("each record that differs from its hash was altered") !=
          std::string::npos);
}

TEST_CASE("verify: a rolled back ledger is whole but for a checkpoint that was kept elsewhere") {
    const TestLedger ledger;
    Tamperer tamperer(ledger.directory(), 3);
    const Tampered back = tamperer.make(Harm::rolled_back, Care::everything);
    VerifyOptions options = trusting(ledger);
    CHECK(judge(back.files, options).is_whole());
    options.kept = {tamperer.kept()};
    const Verified verified = judge(back.files, options);
    CHECK(verified.problems_count == 1);
    CHECK(first_problem(verified).find("the log was cut or rolled back") != std::string::npos);
    options.kept = {"not a note\n"};
    CHECK(first_problem(judge(tamperer.whole(), options)).find("no checkpoint of this ledger") != std::string::npos);
}

TEST_CASE(
    "verify: the newest checkpoint and the history may differ by what a crash left undone, and not after an orderly "
    "end") {
    const TestLedger ledger;
    const Directory whole = ledger.directory();
    const std::string& history = whole.at("checkpoints");
    VerifyOptions closed = trusting(ledger);
    closed.is_closed = true;
    Directory files = whole;
    files["checkpoints"] = history.substr(0, history.size() - whole.at("checkpoint").size());
    CHECK(judge(files, trusting(ledger)).is_whole());
    CHECK(first_problem(judge(files, closed)) ==
          "checkpoints: does not end with the newest checkpoint; expected 300 records, found 256 records");

    const TestLedger before(
        {.records = 256});   // the same records: its newest checkpoint is the last but one of the other
    files = whole;
    files["checkpoint"] = before.directory()["checkpoint"];
    CHECK(judge(files, trusting(ledger)).is_whole());
    CHECK_FALSE(judge(files, closed).is_whole());
    const TestLedger long_before({.records = 192});
    files["checkpoint"] = long_before.directory()["checkpoint"];
    CHECK_FALSE(judge(files, trusting(ledger)).is_whole());
}

TEST_CASE("verify: without a key of one's own, a ledger signed anew by another is whole, with it is not") {
    const TestLedger ledger;
    Tamperer tamperer(ledger.directory(), 4);
    const Tampered forged = tamperer.make(Harm::signed_anew, Care::everything);
    CHECK(judge(forged.files, {.directory = "ledger"}).is_whole());
    CHECK_FALSE(judge(forged.files, trusting(ledger)).is_whole());
}

TEST_CASE("verify: what the writer of the log leaves on the disk is whole, and its edges are checked") {
    const TestLedger ledger;
    io::sim::SimFiles files;
    for (const auto& [name, bytes] : ledger.directory())
        if (!name.starts_with("log/")) files.put("ledger/" + name, bytes);
    auto writer = LogWriter::open(files, "ledger", 0, 8192);
    REQUIRE(writer);
    for (const std::string& record : ledger.records) REQUIRE(writer->append(record));
    REQUIRE(writer->sync());
    const Verified whole = verify(files, trusting(ledger));
    CAPTURE(first_problem(whole));
    CHECK(whole.is_whole());
    CHECK(whole.records == 300);
    int edges = 0;
    const auto names = files.list("ledger/log");
    for (const std::string& name : *names) {
        if (!name.ends_with(".edge")) continue;
        ++edges;
        const std::string edge = files.text("ledger/log/" + name);
        for (std::size_t i = 0; i < edge.size(); i += 7) {
            std::string changed = edge;
            changed[i] = static_cast<char>(changed[i] ^ 4);
            files.put("ledger/log/" + name, changed);
            const Verified verified = verify(files, trusting(ledger));
            CHECK(verified.problems_count == 1);
            CHECK(first_problem(verified).find("the edge is not that of the records before it") != std::string::npos);
        }
        files.put("ledger/log/" + name, edge);
    }
    CHECK(edges > 3);
}

TEST_CASE("verify: what is missing altogether is said") {
    const TestLedger ledger;
    for (const char* name : {"identity", "checkpoint", "checkpoints"}) {
        Directory files = ledger.directory();
        files.erase(name);
        const Verified verified = judge(files, {.directory = "ledger"});
        CHECK(first_problem(verified).find("No such file or directory") != std::string::npos);
    }
    CHECK_FALSE(judge({}, {.directory = "ledger"}).is_whole());
}

TEST_CASE("verify: of many problems the first are kept and all are counted") {
    const TestLedger ledger;
    Directory files = ledger.directory();
    for (auto& [name, bytes] : files)
        if (name.ends_with(".hash")) std::ranges::fill(bytes, 'x');
    VerifyOptions options = trusting(ledger);
    options.problems_max = 7;
    const Verified verified = judge(files, options);
    CHECK(verified.problems.size() == 7);
    CHECK(verified.problems_count == 300);
}

TEST_CASE("verify: notes are read one after the other, however many, and a long one is refused") {
    const TestLedger ledger({.records = 5000, .records_per_checkpoint = 1});
    Directory directory{{"checkpoints", ledger.directory()["checkpoints"]}};
    DirectoryFiles files(directory);
    NoteReader reader(files, "ledger/checkpoints");
    std::uint64_t count = 0;
    std::string together;
    while (const auto note = reader.next()) {
        CHECK(reader.offset() == together.size());
        together += *note;
        ++count;
    }
    CHECK(count == 5000);
    CHECK(together == directory["checkpoints"]);
    CHECK(reader.problem().empty());

    directory["checkpoints"] = std::string(400'000, 'x');
    NoteReader without_end(files, "ledger/checkpoints");
    CHECK_FALSE(without_end.next());
    CHECK(without_end.problem() == "a note has at most 65,536 bytes");
}
