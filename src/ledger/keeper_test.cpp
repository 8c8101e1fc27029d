// Goal: how a ledger is opened, run and closed, what it tells, and how it meets a full disk, failing tables, a failing
// witness and a clock that jumps. keeper_crash_test.cpp ends it at every call.
#include "ledger/keeper.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <thread>

#include "ledger/test_keeper_world.hpp"

using namespace gilmok;
using namespace gilmok::ledger;

namespace {

std::vector<std::string> names_in(io::Files& files, const std::string& directory) {
    auto names = files.list(directory);
    REQUIRE(names);
    return *names;
}

std::vector<std::string> notes_of(io::Files& files) {
    auto reader = LogReader::open(files, "ledger");
    REQUIRE(reader);
    std::vector<std::string> notes;
    for (;;) {
        auto record = reader->next();
        REQUIRE(record);
        if (!*record) return notes;
        const auto entry = read_entry((*record)->bytes);
        REQUIRE(entry);
        if (const auto* note = std::get_if<Note>(&entry->body)) notes.emplace_back(note->json);
    }
}

bool has_note(io::Files& files, std::string_view what) {
    for (const std::string& note : notes_of(files))
        if (note.find("{\"what\":\"" + std::string(what) + "\"") == 0) return true;
    return false;
}

}   // namespace

TEST_CASE("a ledger is made, closed in order and goes on where it ended") {
    KeeperWorld world(1);
    REQUIRE(world.open());
    CHECK(world.files.mode("ledger/key") == 0600);
    CHECK(
        world.files.text("ledger/identity").starts_with("gilmok-ledger 1\n01J9ZZZZZZZZZZZZZZZZZZZZZZ\ngilmok/01J9ZZ"));
    for (int i = 0; i < 300; ++i) world.step();
    while (!world.running.empty()) world.finish();
    world.note_promises(false);
    const std::string vkey = world.keeper->verifier().text();
    world.keeper->close(world.now);
    const KeeperStatus closed = world.keeper->status();
    CHECK(closed.lag_bytes == 0);
    CHECK(closed.checkpoint_size == closed.records);
    CHECK(closed.folded == closed.records);
    CHECK(closed.recovered == 0);
    world.keeper.reset();
    CHECK(names_in(world.files, "ledger/journal").empty());
    CHECK(world.files.text("witness/01J9ZZZZZZZZZZZZZZZZZZZZZZ.checkpoint") == world.files.text("ledger/checkpoint"));
    world.check();

    REQUIRE(world.open());
    CHECK(world.keeper->verifier().text() == vkey);
    CHECK(world.keeper->status().records == closed.records + 1);   // the note that it was opened
    for (const auto& [text, id] : world.named) CHECK(world.keeper->intern(NameKind::tenant, text, world.now) == id);
    CHECK(world.keeper->status().recovered == 0);
    world.keeper->close(world.now);
    CHECK(has_note(world.files, "opened"));
    CHECK(has_note(world.files, "closed"));
}

TEST_CASE("a second keeper on the same directory is refused and told why") {
    KeeperWorld world(1);
    REQUIRE(world.open());
    ListTables tables;
    std::string problem;
    CHECK(Keeper::open(world.files, tables, world.options(), world.now, problem) == nullptr);
    CHECK(problem == "ledger is in use: another gilmok writes this ledger");
    world.keeper.reset();
    CHECK(world.open());
}

TEST_CASE("the configured origin names the ledger, and its id follows") {
    KeeperWorld world(1);
    KeeperOptions options = world.options();
    options.settings.origin = "gilmok.example.kr/ledger";
    world.keeper = Keeper::open(world.files, world.tables, std::move(options), world.now, world.problem);
    REQUIRE(world.keeper != nullptr);
    CHECK(world.keeper->verifier().name == "gilmok.example.kr/ledger/01J9ZZZZZZZZZZZZZZZZZZZZZZ");
    world.keeper->close(world.now);
    world.keeper.reset();
    world.check();
}

TEST_CASE("a ledger whose key or identity is not its own is refused") {
    KeeperWorld world(1);
    REQUIRE(world.open());
    world.turn();
    world.keeper->close(world.now);
    world.keeper.reset();
    const std::string key = world.files.text("ledger/key");
    const std::string identity = world.files.text("ledger/identity");
    world.files.put("ledger/key", "PRIVATE+KEY+nonsense\n");
    CHECK_FALSE(world.open());
    REQUIRE(world.files.remove("ledger/key"));
    CHECK_FALSE(world.open());
    CHECK(world.problem.find("ledger/key: is missing") == 0);
    world.files.put("ledger/key", key);
    REQUIRE(world.files.remove("ledger/identity"));
    CHECK_FALSE(world.open());
    world.files.put("ledger/identity", identity + "more\n");
    CHECK_FALSE(world.open());
    world.files.put("ledger/identity", identity);
    CHECK(world.open());
}

TEST_CASE("a start that was cut off between key and identity goes on with that key") {
    KeeperWorld world(1);
    REQUIRE(world.open());
    const std::string key = world.files.text("ledger/key");
    KeeperWorld other(1);
    other.files.put("ledger/key", key);
    KeeperOptions options = other.options();
    options.new_id = "01JXXXXXXXXXXXXXXXXXXXXXXX";
    other.keeper = Keeper::open(other.files, other.tables, std::move(options), other.now, other.problem);
    REQUIRE(other.keeper != nullptr);
    CHECK(other.keeper->verifier().text() == world.keeper->verifier().text());
}

TEST_CASE("a log that is not what was signed is not gone on with") {
    KeeperWorld world(1);
    REQUIRE(world.open());
    for (int i = 0; i < 100; ++i) world.step();
    world.keeper->close(world.now);
    world.keeper.reset();
    std::string newest;
    for (const std::string& name : names_in(world.files, "ledger/log"))
        if (name.ends_with(".log")) newest = "ledger/log/" + name;
    // Another record of the right form in place of the last one.
    std::string bytes = world.files.text(newest);
    std::size_t at = 0;
    const auto length = [&] { return length_at(std::string_view(bytes).substr(at)); };
    while (at + length() < bytes.size()) at += length();
    Entry entry = read_entry(std::string_view(bytes).substr(at)).value();
    entry.header.at += Duration(1);
    world.files.put(newest, bytes.substr(0, at) + ListTables::written_again(entry));
    CHECK_FALSE(world.open());
    CHECK(world.problem.find("not those that were signed") != std::string::npos);
    world.files.put(newest, bytes.substr(0, at));
    CHECK_FALSE(world.open());
}

TEST_CASE("attempts of a dead process are closed as recovered with what was last known") {
    KeeperWorld world(3);
    REQUIRE(world.open());
    for (int i = 0; i < 5; ++i) world.begin();
    for (int i = 0; i < 9; ++i) world.progress();
    REQUIRE(world.running.size() == 5);
    world.turn();
    world.crash(false);
    REQUIRE(world.open());
    CHECK(world.keeper->status().recovered == 5);
    std::size_t ended = 0;
    for (const std::string& bytes : world.tables.records) {
        const Entry entry = read_entry(bytes).value();
        const auto* terminal = std::get_if<model::Terminal>(&entry.body);
        if (terminal == nullptr) continue;
        ++ended;
        CHECK(terminal->kind == model::TerminalKind::recovered);
        CHECK(terminal->provenance == model::Provenance::recovered);
        CHECK_FALSE(terminal->charge.is_known);
        CHECK(terminal->bound_output_tokens == 200);
        CHECK(terminal->tenant != model::NameId::none);
        for (const KeeperWorld::Attempt& attempt : world.attempts) {
            if (attempt.ref.exchange.view() != terminal->ref.exchange.view()) continue;
            const std::int64_t known = attempt.tokens == 0 ? model::Meters::missing : attempt.tokens;
            CHECK(terminal->meters[model::Meter::output_text] == known);
        }
    }
    CHECK(ended == 5);
    world.keeper->close(world.now);
    world.keeper.reset();
    world.check();
}

TEST_CASE("a name has one number for ever, whoever asks") {
    KeeperWorld world(1);
    REQUIRE(world.open());
    const auto a = world.keeper->intern(NameKind::tenant, "a", world.now);
    CHECK(a != model::NameId::none);
    CHECK(world.keeper->intern(NameKind::key, "a", world.now) != a);
    CHECK(world.keeper->intern(NameKind::tenant, "a", world.now) == a);
    CHECK(world.keeper->intern(NameKind::tenant, "", world.now) == model::NameId::none);
    CHECK(world.keeper->intern(NameKind::tenant, "\xff", world.now) == model::NameId::none);
    CHECK(world.keeper->intern(NameKind::tenant, std::string(name_text_bytes_max + 1, 'x'), world.now) ==
          model::NameId::none);

    std::vector<std::thread> threads;
    std::vector<std::vector<model::NameId>> seen(4);
    for (std::size_t i = 0; i < seen.size(); ++i)
        threads.emplace_back([&, i] {
            for (int n = 0; n < 20; ++n)
                seen[i].push_back(world.keeper->intern(NameKind::model, "m" + std::to_string(n), world.now));
        });
    for (std::thread& thread : threads) thread.join();
    for (const auto& ids : seen) CHECK(ids == seen[0]);
    world.crash(false);
    REQUIRE(world.open());
    CHECK(world.keeper->intern(NameKind::tenant, "a", world.now) == a);
    for (std::size_t n = 0; n < seen[0].size(); ++n)
        CHECK(world.keeper->intern(NameKind::model, "m" + std::to_string(n), world.now) == seen[0][n]);
}

TEST_CASE("the control side appends notes, corrections and pools, and nothing else") {
    KeeperWorld world(1);
    REQUIRE(world.open());
    const Body note = Note{.json = R"({"what":"configured"})"};
    const Body correction = Correction{}, reserve = model::Reserve{}, name = Name{};
    const Body pool = PoolHour{.pool = model::NameId{1}};
    const std::string too_long(note_text_bytes_max + 1, ' ');
    const Body long_note = Note{.json = too_long};
    const Body broken_note = Note{.json = "\xff"};
    CHECK(world.keeper->append(note, world.now).has_value());
    CHECK(world.keeper->append(correction, world.now).has_value());
    CHECK(world.keeper->append(pool, world.now).has_value());
    for (const Body* body : {&reserve, &name, &long_note, &broken_note})
        CHECK_FALSE(world.keeper->append(*body, world.now));
    world.turn();
    CHECK(has_note(world.files, "configured"));
    world.keeper->close(world.now);
    world.keeper.reset();
    world.check();
}

TEST_CASE("strict mode is woken when a reserve is on the disk") {
    KeeperWorld world(1);
    REQUIRE(world.open());
    int woken = 0;
    world.keeper->on_durable = [&] { ++woken; };
    world.begin();
    REQUIRE(world.attempts.size() == 1);
    const KeeperWorld::Attempt& attempt = world.attempts.front();
    CHECK(world.keeper->lane(attempt.lane).durable() < attempt.reserved);
    CHECK(world.turn() > 0);
    CHECK(woken == 1);
    CHECK(world.keeper->lane(attempt.lane).durable() >= attempt.reserved);
    CHECK(world.turn() == 0);
    CHECK(woken == 1);
}

TEST_CASE("a full disk refuses new work, lets running attempts settle, and takes new work when there is space") {
    KeeperWorld world(5);
    REQUIRE(world.open());
    for (int i = 0; i < 5; ++i) world.begin();
    world.turn();
    std::uint64_t used = 0;
    for (const char* folder : {"ledger", "ledger/log", "ledger/journal", "witness"})
        for (const std::string& name : names_in(world.files, folder))
            used += world.files.text(std::string(folder) + "/" + name).size();
    world.files.set_capacity(used + 100);
    // Until it is met, the disk does not look full.
    for (int i = 0; i < 20 && !world.keeper->status().is_failing; ++i) {
        world.begin();
        world.turn();
    }
    CHECK(world.keeper->status().is_failing);
    CHECK(world.keeper->status().problem.find("No space left on device") != std::string::npos);
    const std::uint64_t refused = world.refused;
    world.begin();
    CHECK(world.refused == refused + 1);
    CHECK(world.keeper->intern(NameKind::tenant, "a new one", world.now) == model::NameId::none);
    const Body note = Note{.json = "{}"};
    CHECK_FALSE(world.keeper->append(note, world.now));
    while (!world.running.empty()) {
        world.finish();
        world.turn();
    }
    world.turn();
    CHECK(world.keeper->status().is_failing);
    CHECK(world.keeper->status().lag_bytes == 0);   // all of them are in the log, in the space of the reserve
    world.files.set_capacity(UINT64_MAX);
    world.turn();
    CHECK_FALSE(world.keeper->status().is_failing);
    CHECK(world.keeper->status().problem.empty());
    world.begin();
    CHECK(world.refused == refused + 1);
    world.finish();
    world.note_promises(false);
    world.keeper->close(world.now);
    world.keeper.reset();
    CHECK(has_note(world.files, "disk_failed"));
    CHECK(has_note(world.files, "disk_recovered"));
    world.check();
}

TEST_CASE("tables that fail do not stop the log, and catch up") {
    KeeperWorld world(7);
    REQUIRE(world.open());
    for (int i = 0; i < 50; ++i) world.step();
    world.tables.is_failing = true;
    for (int i = 0; i < 50; ++i) world.step();
    world.turn();
    world.turn();
    CHECK_FALSE(world.keeper->status().is_failing);
    CHECK(world.keeper->status().tables_problem == "the tables: disk I/O error");
    CHECK(world.keeper->status().lag_bytes == 0);
    // Also through a start.
    world.crash(false);
    REQUIRE(world.open());
    CHECK(world.keeper->status().tables_problem == "the tables: disk I/O error");
    for (const auto& [text, id] : world.named) CHECK(world.keeper->intern(NameKind::tenant, text, world.now) == id);
    world.tables.is_failing = false;
    world.turn();
    CHECK_FALSE(world.keeper->status().tables_problem.empty());   // asked again after a second
    world.now += std::chrono::seconds(1);
    world.turn();
    CHECK(world.keeper->status().tables_problem.empty());
    CHECK(world.keeper->status().folded == world.keeper->status().records);
    world.keeper->close(world.now);
    world.keeper.reset();
    world.check();
}

TEST_CASE("tables of another ledger are told and left alone") {
    KeeperWorld world(7), other(8);
    REQUIRE(other.open());
    for (int i = 0; i < 50; ++i) other.step();
    other.turn();
    world.tables.records = other.tables.records;
    REQUIRE(world.open());
    CHECK(world.keeper->status().tables_problem.find("another ledger") != std::string::npos);
    CHECK(world.tables.records == other.tables.records);
}

TEST_CASE("a failing witness is told and stops nothing") {
    KeeperWorld world(9);
    REQUIRE(world.open());
    world.files.fail_path("witness/01J9ZZZZZZZZZZZZZZZZZZZZZZ.checkpoint", EIO);
    for (int i = 0; i < 10; ++i) {
        world.begin();
        world.finish();
        world.turn();
    }
    CHECK(world.refused == 0);
    CHECK(world.keeper->status().is_witness_failing);
    CHECK(world.keeper->status().witness_problem.find("Input/output error") != std::string::npos);
    CHECK_FALSE(world.keeper->status().is_failing);
    world.files.fail_path("witness/01J9ZZZZZZZZZZZZZZZZZZZZZZ.checkpoint", 0);
    world.note_promises(false);
    world.keeper->close(world.now);
    CHECK_FALSE(world.keeper->status().is_witness_failing);
    CHECK(world.files.text("witness/01J9ZZZZZZZZZZZZZZZZZZZZZZ.checkpoint") == world.files.text("ledger/checkpoint"));
    world.keeper.reset();
    world.check();
}

TEST_CASE("a clock that goes back by more than a second is noted, and checkpoints go on") {
    KeeperWorld world(11);
    REQUIRE(world.open());
    world.turn();
    world.now -= std::chrono::milliseconds(900);
    world.turn();
    CHECK_FALSE(has_note(world.files, "clock_stepped"));
    world.now -= std::chrono::hours(1);
    world.begin();
    world.turn();
    CHECK(has_note(world.files, "clock_stepped"));
    const std::uint64_t is_signed = world.keeper->status().checkpoint_size;
    for (int i = 0; i < 10; ++i) {
        world.begin();
        world.turn();
    }
    CHECK(world.keeper->status().checkpoint_size > is_signed);
    world.now += std::chrono::hours(24);
    world.turn();
    std::size_t steps = 0;
    for (const std::string& note : notes_of(world.files))
        if (note.find("clock_stepped") != std::string::npos) ++steps;
    CHECK(steps == 1);
    // Against the last record of the process before, too.
    world.crash(false);
    world.now -= std::chrono::hours(3);
    REQUIRE(world.open());
    world.keeper->close(world.now);
    world.keeper.reset();
    world.check();
}
