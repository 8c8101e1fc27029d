// Goal: PostgreSQL answers as SQLite does, and as a plain loop does. Method: the same random records into both. A server of
// its own is started in a temporary directory where Debian's package is installed; elsewhere the tests are skipped.
#include <cstdio>

#include "ledger/table_database.hpp"
#include "ledger/test_decisions.hpp"
#include "ledger/test_entries.hpp"
#include "ledger/test_tables.hpp"

namespace gilmok::ledger {
namespace {

// A PostgreSQL server that listens on a socket in a directory of its own.
class Server {
public:
    Server() {
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored))
            if (std::filesystem::exists(entry.path() / "bin/initdb")) programs_ = (entry.path() / "bin").string();
        if (programs_.empty()) return;
        // The server refuses to run as root, so root makes the directory somebody else's.
        if (geteuid() == 0) as_ = "runuser -u postgres -- ";
        if (geteuid() == 0 && !does("chown postgres " + directory_.file(""))) return;
        is_running_ =
            does(as_ + programs_ + "/initdb -D " + directory_.file("data") +
                 " -A trust -U gilmok --no-sync -E UTF8 --locale=C") &&
            does(as_ + programs_ + "/pg_ctl -D " + directory_.file("data") + " -w -l " + directory_.file("log") +
                 " -o \"-c fsync=off -c listen_addresses='' -k " + directory_.file("") + "\" start");
    }
    ~Server() {
        if (is_running_) does(as_ + programs_ + "/pg_ctl -D " + directory_.file("data") + " -m immediate -w stop");
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    [[nodiscard]] bool is_running() const {
        if (!is_running_) std::puts("skipped: no PostgreSQL server can be started here (Debian package postgresql)");
        return is_running_;
    }
    [[nodiscard]] Secret conninfo() const {
        return Secret("host=" + directory_.file("") + " user=gilmok dbname=postgres password=hidden");
    }

private:
    static bool does(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }
    TemporaryDirectory directory_;
    std::string programs_, as_;
    bool is_running_ = false;
};

}   // namespace

TEST_CASE("PostgreSQL and SQLite give the same answers to the same records") {
    const Server server;
    if (!server.is_running()) return;
    for (const std::uint64_t seed : {21U, 22U}) {
        CAPTURE(seed);
        const TemporaryDirectory directory;
        TablesWorld world(seed);
        const std::int32_t own_offset = seed == 21 ? 540 : 330;
        auto sqlite = value_of(open_sqlite(directory.file("t"), own_offset));
        auto postgres = value_of(open_postgres(server.conninfo(), own_offset));
        value_of(postgres->clear());
        for (int step = 0; step < 2'000; ++step) world.step();
        const std::vector<IndexedEntry> entries = world.take();
        apply_in_batches(*sqlite, entries, world.prng());
        apply_in_batches(*postgres, entries, world.prng());
        CHECK(value_of(postgres->folded()).records == world.records());
        CHECK(value_of(postgres->folded()).oldest_open_index == value_of(sqlite->folded()).oldest_open_index);
        CHECK(value_of(postgres->names()).size() == world.texts().size());
        const auto ask_one = value_of(ask_sqlite(directory.file("t")));
        const auto ask_other = value_of(ask_postgres(server.conninfo()));
        for (int round = 0; round < 120; ++round) {
            const Filter filter = world.any_filter();
            const std::vector<Dimension> by = world.any_dimensions();
            const std::array asked{540, 540, 330, 0};
            const std::int32_t offset = asked[world.prng().below(asked.size())];
            CAPTURE(round);
            const std::string rows = shown(value_of(ask_other->usage(filter, by, offset)));
            REQUIRE(rows == shown(world.usage(filter, by, offset)));
            REQUIRE(rows == shown(value_of(ask_one->usage(filter, by, offset))));
            const auto newest = value_of(ask_other->attempts(filter, 5)), same = value_of(ask_one->attempts(filter, 5));
            REQUIRE(newest.size() == same.size());
            for (std::size_t i = 0; i < newest.size(); ++i) {
                CHECK(newest[i].index == same[i].index);
                CHECK(newest[i].raw_usage == same[i].raw_usage);
                CHECK(newest[i].tenant == same[i].tenant);
                CHECK(newest[i].terminal.meters == same[i].terminal.meters);
                CHECK(newest[i].terminal.person == same[i].terminal.person);
                CHECK(newest[i].terminal.charge.currency == same[i].terminal.charge.currency);
                CHECK((newest[i].correction_ledger == same[i].correction_ledger));
            }
        }
        const auto alarms = value_of(ask_other->alarms(1'000)), others = value_of(ask_one->alarms(1'000));
        REQUIRE(alarms.size() == others.size());
        CHECK_FALSE(alarms.empty());
        for (std::size_t i = 0; i < alarms.size(); ++i)
            CHECK(alarms[i].what + alarms[i].detail == others[i].what + others[i].detail);
        for (const DecisionFilter& filter : any_decision_filters(world.prng(), 30)) {
            REQUIRE(shown_decisions(*ask_other, filter) == shown_decisions(*ask_one, filter));
            REQUIRE(shown_decisions(*ask_other, filter) == shown_decisions(world, filter));
        }
        const auto pools = value_of(ask_other->pools(WallTime{}, WallTime::max())),
                   same = value_of(ask_one->pools(WallTime{}, WallTime::max()));
        REQUIRE(pools.size() == same.size());
        for (std::size_t i = 0; i < pools.size(); ++i) CHECK((pools[i].cost == same[i].cost));
        CHECK(value_of(ask_other->open_attempts()).size() == world.open().size());
        CHECK_FALSE(postgres->apply(entries).has_value());   // each record once
        CHECK(value_of(postgres->folded()).records == world.records());
    }
}

TEST_CASE("no record that can be written stops PostgreSQL's tables") {
    const Server server;
    if (!server.is_running()) return;
    auto postgres = value_of(open_postgres(server.conninfo()));
    RandomEntries random(12);
    std::vector<IndexedEntry> batch;
    for (std::uint64_t i = 0; i < 1'000; ++i) {
        IndexedEntry& entry = batch.emplace_back();
        entry.index = i;
        entry.entry.body = random.body();
        if (batch.size() < 100) continue;
        value_of(postgres->apply(batch));
        batch.clear();
        random.forget();
    }
    CHECK(value_of(postgres->folded()).records == 1'000);
}

TEST_CASE("one gilmok writes into a PostgreSQL database, and a reader needs its tables") {
    const Server server;
    if (!server.is_running()) return;
    const auto early = ask_postgres(server.conninfo());
    REQUIRE_FALSE(early.has_value());
    CHECK(early.error().message.find("no tables yet") != std::string::npos);
    auto first = value_of(open_postgres(server.conninfo()));
    const auto second = open_postgres(server.conninfo());
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().message.find("another gilmok") != std::string::npos);
    CHECK(ask_postgres(server.conninfo()).has_value());
}

TEST_CASE("what PostgreSQL says never shows the password") {
    const auto refusal = [](const char* conninfo) {
        const auto refused = open_postgres(Secret(conninfo));
        REQUIRE_FALSE(refused.has_value());
        CAPTURE(refused.error().message);
        CHECK(refused.error().message.find("hunter2") == std::string::npos);
        CHECK(refused.error().message.find("PostgreSQL: ") == 0);
    };
    refusal("host=/nowhere/at/all user=u password=hunter2");
    refusal("host=/nowhere/hunter2 user=u password=hunter2");
    refusal("postgresql://u:hunter2@[broken/db");
    refusal("password=hunter2 nonsense");
    refusal("hunter2");
}

}   // namespace gilmok::ledger
