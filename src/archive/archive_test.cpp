// Goal: what is kept can be read with the right key and by nobody else; what cannot be kept never stops anything and is counted.
// Method: a disk in memory that runs full, fails and loses its power.
#include "archive/archive.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <thread>

#include "archive/test_archive.hpp"

namespace gilmok::archive {

TEST_CASE("archive: prompt and answer come back as they were, and only of tenants that are named") {
    World world({"acme", "beta/research"});
    world.open();
    CHECK(world.archive->put("acme/finance", request_at(noon, 1), noon, What::prompt, "주민등록번호는", true) ==
          Taken::yes);
    CHECK(world.archive->put("acme/finance", request_at(noon, 1), noon + std::chrono::seconds(1), What::answer, "") ==
          Taken::yes);
    CHECK(world.archive->put("acmeother", request_at(noon, 1), noon, What::prompt, "x") == Taken::not_kept);
    CHECK(world.archive->put("beta", request_at(noon, 1), noon, What::prompt, "x") == Taken::not_kept);
    CHECK(world.archive->put("beta/research", request_at(noon, 2), noon, What::prompt, "y") == Taken::yes);
    CHECK(world.archive->turn(noon) == 3);
    const Shown shown = world.shown(1);
    CHECK(shown.problems.empty());
    REQUIRE(shown.texts.size() == 2);
    CHECK(shown.texts[0].tenant == "acme/finance");
    CHECK(shown.texts[0].text == "주민등록번호는");
    CHECK(shown.texts[0].problem.empty());
    CHECK(shown.texts[0].header.is_redacted);
    CHECK(shown.texts[1].header.what == What::answer);
    CHECK(shown.texts[1].text.empty());
    CHECK(world.shown(2).texts.front().text == "y");
    CHECK(world.shown(3).texts.empty());
    for (const std::string& path : world.files_of("acme/finance"))
        CHECK(world.files.text(path).find("주민등록번호") == std::string::npos);
    const Status status = world.archive->status();
    CHECK(status.stored == 3);
    CHECK(status.queued_bytes == 0);
    CHECK(status.bytes == world.files.text(world.files_of("acme/finance").front()).size() +
                              world.files.text(world.files_of("beta/research").front()).size());
    CHECK(world.files.mode(world.files_of("acme/finance").front()) == 0600);
    CHECK(world.files.mode(tenant_directory("archive", "acme/finance") + "/key") == 0600);

    config::Archive none = settings_of({});
    world.archive->configure(none);
    CHECK(world.archive->put("acme", request_at(noon, 1), noon, What::prompt, "x") == Taken::not_kept);
    config::Archive prompts = settings_of({"acme"});
    prompts.keeps_answers = false;
    world.archive->configure(prompts);
    CHECK(world.archive->put("acme", request_at(noon, 1), noon, What::answer, "x") == Taken::not_kept);
    CHECK(world.archive->put("acme", request_at(noon, 1), noon, What::prompt, "x") == Taken::yes);
}

TEST_CASE("archive: another master key opens nothing, and no byte can be changed") {
    World world;
    world.open();
    world.store("acme", 1, "the text");
    world.settings.key = Secret(std::string(64, 'b'));
    CHECK(world.shown(1).texts.front().problem.find("not under this master key") != std::string::npos);
    CHECK(world.shown(1).texts.front().text.empty());
    world.archive.reset();
    world.open();
    CHECK(world.store("acme", 2, "y") == 0);   // and nothing is written beside what it cannot read
    CHECK(world.archive->status().dropped_disk == 1);
    CHECK(world.archive->status().problem.find("not under this master key") != std::string::npos);
    CHECK(world.store("acme/other", 2, "z") == 1);   // nobody else has to wait for it
    world.settings.key = Secret(std::string(64, 'a'));
    CHECK(world.shown(1).texts.front().text == "the text");

    const std::string path = world.files_of("acme").front();
    const std::string whole = world.files.text(path);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string changed = whole;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        world.files.put(path, changed);
        const Shown shown = world.shown(1);
        for (const Found& found : shown.texts) CHECK(found.text.empty());
        CHECK((shown.texts.empty() || !shown.texts.front().problem.empty()));
        // A changed id is another request's, whose text cannot be opened either; everything else is told here.
        const bool is_in_id = i >= file_header_bytes + 16 && i < file_header_bytes + 32;
        CHECK((is_in_id || !shown.problems.empty() || !shown.texts.empty()));
    }
}

TEST_CASE("archive: a destroyed key makes everything unreadable, and what comes later has a key of its own") {
    World world({"acme", "beta"});
    world.open();
    world.store("acme", 1, "one");
    world.store("acme/finance", 2, "two");
    world.store("beta", 3, "three");
    const std::string key_path = tenant_directory("archive", "acme") + "/key";
    const std::string key_before = world.files.text(key_path);
    const std::string file_before = world.files.text(world.files_of("acme").front()),
                      path = world.files_of("acme").front();
    const Destroyed destroyed = value_of(destroy_keys(world.files, "archive", "acme", noon + std::chrono::hours(1)));
    CHECK(destroyed.tenants.size() == 2);
    CHECK(destroyed.problems.empty());
    CHECK_FALSE(world.files.exists(key_path));
    CHECK(world.files_of("acme").empty());
    CHECK(world.shown(1).texts.empty());
    world.files.put(path, file_before);   // out of a backup
    CHECK(world.shown(1).texts.front().problem == "its key was destroyed at 2026-11-22T13:00:00.000Z");
    CHECK(world.shown(3).texts.front().text == "three");

    world.store("acme", 4, "four");
    CHECK(world.shown(4).texts.front().text == "four");
    CHECK(world.shown(1).texts.front().problem == "the key that it was sealed with was destroyed");
    CHECK(world.files.text(key_path) != key_before);
    bool is_told = false;
    for (const TenantSeen& seen : value_of(list(world.files, "archive")))
        is_told = is_told || (seen.tenant == "acme/finance" && !seen.has_key && !seen.destroyed.empty());
    CHECK(is_told);
    CHECK(value_of(destroy_keys(world.files, "archive", "nobody", noon)).tenants.empty());
}

TEST_CASE("archive: where destroying a key fails, it is not told to be gone") {
    for (std::uint64_t call = 1; call < 40; ++call) {
        CAPTURE(call);
        World world;
        world.open();
        world.store("acme", 1, "one");
        world.files.fail_call(call, EIO);
        const auto destroyed = destroy_keys(world.files, "archive", "acme", noon);
        world.files.heal();
        const bool is_told = destroyed && destroyed->tenants == std::vector<std::string>{"acme"};
        const Shown shown = world.shown(1);
        const bool is_readable = !shown.texts.empty() && shown.texts.front().problem.empty();
        CHECK_FALSE((is_told && is_readable));
        if (is_told && destroyed->problems.empty()) CHECK(shown.texts.empty());
    }
}

TEST_CASE("archive: a torn end is ignored and told, and nothing is written behind it") {
    World world;
    world.open();
    world.store("acme", 1, "one");
    world.store("acme", 2, "two");
    const std::string path = world.files_of("acme").front();
    const std::string whole = world.files.text(path);
    const std::size_t second = file_header_bytes + (whole.size() - file_header_bytes) / 2;
    for (std::size_t bytes = whole.size() - 1; bytes > second; bytes -= 7) {
        world.files.put(path, whole.substr(0, bytes));
        const Shown shown = world.shown(1);
        CHECK(shown.problems.size() == 1);
        CHECK(shown.texts.front().text == "one");
        CHECK(world.shown(2).texts.empty());
    }
    world.archive.reset();
    world.files.crash_process();
    world.open();
    world.store("acme", 3, "three");
    CHECK(world.files_of("acme").size() == 2);
    CHECK(world.shown(3).texts.front().text == "three");
    const TenantSeen seen = value_of(list(world.files, "archive")).front();
    CHECK(seen.records == 2);
    CHECK(seen.problems.size() == 1);
}

TEST_CASE("archive: whatever call fails and whenever the power goes, what is there is whole or told to be torn") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        World world;
        world.open();
        world.files.fail_call(1 + seed % 30, seed % 2 == 0 ? EIO : ENOSPC, seed % 3 == 0);
        std::size_t stored = 0;
        for (std::uint64_t i = 0; i < 8; ++i)
            stored += world.store("acme", i, "text " + std::to_string(i), noon + std::chrono::seconds(2 * i));
        world.files.heal();
        const Status status = world.archive->status();
        CHECK(status.stored == stored);
        CHECK(status.stored + status.dropped_disk == 8);
        CHECK(status.queued_bytes == 0);
        stored += world.store("acme", 8, "text 8", noon + std::chrono::seconds(60));
        CHECK_FALSE(world.archive->status().is_failing);
        world.archive.reset();
        if (seed % 4 == 0) world.files.crash_power(seed);
        std::size_t readable = 0;
        for (std::uint64_t i = 0; i <= 8; ++i)
            for (const Found& found : world.shown(i, noon + std::chrono::seconds(i == 8 ? 60 : 2 * i)).texts)
                if (found.problem.empty() && found.text == "text " + std::to_string(i)) ++readable;
        if (seed % 4 != 0) CHECK(readable >= stored);
        CHECK(readable >= 1);   // the last one was synced in every world
    }
}

TEST_CASE("archive: a full disk drops and counts, and goes on when there is room") {
    World world;
    world.open();
    world.store("acme", 1, "one");
    world.files.set_capacity(600);
    CHECK(world.store("acme", 2, std::string(10'000, 'x'), noon + std::chrono::seconds(5)) == 0);
    Status status = world.archive->status();
    CHECK(status.is_failing);
    CHECK(status.dropped_disk == 1);
    CHECK_FALSE(status.problem.empty());
    CHECK(world.store("acme", 3, "x", noon + std::chrono::seconds(5)) == 0);   // not tried again within a second
    world.files.set_capacity(1 << 20);
    CHECK(world.store("acme", 4, "four", noon + std::chrono::seconds(7)) == 1);
    CHECK_FALSE(world.archive->status().is_failing);
    CHECK(world.shown(1).texts.front().text == "one");
    CHECK(world.shown(4, noon + std::chrono::seconds(7)).texts.front().text == "four");
}

TEST_CASE("archive: days go by retention and by size, oldest first, and never today") {
    World world;
    world.settings.retention_days = 2;
    world.settings.bytes_max = 100'000;
    world.open();
    const auto day = [](int number) { return noon + std::chrono::hours(24 * number); };
    for (int number = 0; number < 4; ++number) world.store("acme", 1, std::string(30'000, 'x'), day(number));
    CHECK(world.files_of("acme").size() == 3);   // the day before the day before yesterday is gone
    CHECK(world.archive->status().removed_files == 1);
    world.store("acme", 2, std::string(30'000, 'x'), day(3));
    CHECK(world.files_of("acme").size() == 2);   // bytes_max
    CHECK(world.archive->status().bytes < 100'000);
    for (std::uint64_t i = 3; i < 8; ++i) world.store("acme", i, std::string(30'000, 'x'), day(3));
    CHECK(world.archive->status().dropped_room > 0);
    CHECK(world.files_of("acme").size() == 1);
    CHECK(world.shown(1, day(3)).texts.front().text.size() == 30'000);
    world.archive.reset();
    world.open(day(9));   // also at a start
    CHECK(world.files_of("acme").empty());
    CHECK(world.archive->status().bytes == 0);
}

TEST_CASE("archive: an answer that ends after midnight stands in its own day, and both files go on") {
    World world;
    world.open();
    const WallTime before = *parse_rfc3339("2026-11-22T23:59:59Z"), after = before + std::chrono::seconds(2);
    for (int i = 0; i < 4; ++i) {
        static_cast<void>(world.archive->put("acme", request_at(before, 1), before, What::prompt, "p"));
        static_cast<void>(world.archive->put("acme", request_at(before, 1), after, What::answer, "a"));
        world.archive->turn(after);
    }
    CHECK(world.files_of("acme").size() == 2);
    CHECK(world.shown(1, before).texts.size() == 8);
}

TEST_CASE("archive: the queue is bounded, long texts are cut between letters, and both are counted") {
    World world;
    world.open();
    const std::string large(text_bytes_max, 'x');
    CHECK(world.archive->put("acme", request_at(noon, 1), noon, What::prompt, large) == Taken::yes);
    CHECK(world.archive->put("acme", request_at(noon, 2), noon, What::prompt, large.substr(0, 31 << 20)) == Taken::yes);
    CHECK(world.archive->put("acme", request_at(noon, 3), noon, What::prompt, large) == Taken::no_room);
    CHECK(world.archive->status().dropped_queue == 1);
    CHECK(world.archive->turn(noon) == 2);
    CHECK(world.archive->status().queued_bytes == 0);
    std::string korean = large.substr(1) + "한글";
    CHECK(world.archive->put("acme", request_at(noon, 4), noon, What::prompt, korean) == Taken::yes);
    CHECK(world.archive->turn(noon) == 1);
    CHECK(world.archive->status().cut == 1);
    const Shown shown = world.shown(4);
    REQUIRE(shown.texts.size() == 1);
    CHECK(shown.texts.front().header.is_cut);
    CHECK(shown.texts.front().text.size() == text_bytes_max - 1);
}

TEST_CASE("archive: a second writer is refused, and many tenants need no more handles than there are") {
    World world({"t"});
    world.open();
    const auto second = Archive::open(world.files, "archive", world.settings, world.master(), world.random, noon);
    CHECK(second.error().message.find("another gilmok") != std::string::npos);
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 300; ++i)
            static_cast<void>(
                world.archive->put("t/" + std::to_string(i), request_at(noon, 1), noon, What::prompt, "x"));
        CHECK(world.archive->turn(noon) == 300);
    }
    CHECK(value_of(list(world.files, "archive")).size() == 300);
    CHECK(world.files_of("t/7").size() == 1);
    CHECK(world.shown(1).texts.size() == 600);
}

TEST_CASE("archive: threads hand in while another writes, and the end waits for what is there") {
    World world;
    world.open();
    std::vector<std::thread> givers;
    for (std::uint64_t giver = 0; giver < 3; ++giver)
        givers.emplace_back([&world, giver] {
            for (std::uint64_t i = 0; i < 200; ++i)
                static_cast<void>(
                    world.archive->put("acme", request_at(noon, giver * 200 + i), noon, What::prompt, "x"));
        });
    std::thread writer([&world] {
        while (world.archive->wait(std::chrono::seconds(1))) world.archive->turn(noon);
    });
    for (std::thread& giver : givers) giver.join();
    world.archive->stop();
    writer.join();
    CHECK(world.archive->status().stored == 600);
    CHECK(value_of(list(world.files, "archive")).front().records == 600);
}

TEST_CASE("archive: the master key is the configured one, or one that is made once") {
    io::sim::SimFiles files;
    config::Archive settings;
    CHECK(load_master_key(files, settings, "", random_of(1)).error().message.find("has no key") != std::string::npos);
    CHECK_FALSE(load_master_key(files, settings, "state", {}));
    const Key made = value_of(load_master_key(files, settings, "state", random_of(1)));
    CHECK(files.mode("state/archive.key") == 0600);
    CHECK(
        std::ranges::equal(value_of(load_master_key(files, settings, "state", random_of(2))).reveal(), made.reveal()));
    settings.key = Secret(std::string(64, 'A') + "\r\n");
    CHECK(value_of(load_master_key(files, settings, "state", {})).reveal()[5] == '\xaa');
    for (const char* wrong : {"short", "zz"}) {
        settings.key = Secret(std::string(64, 'a').replace(0, 2, wrong));
        if (std::string_view(wrong) == "short") settings.key = Secret("short");
        CHECK_FALSE(load_master_key(files, settings, "state", {}));
    }
    settings.key = Secret();
    files.put("state/archive.key", "not hex");
    CHECK_FALSE(load_master_key(files, settings, "state", random_of(1)));
    CHECK(directory_of(settings, "state") == "state/archive");
    CHECK(directory_of(settings, "").empty());
}

}   // namespace gilmok::archive
