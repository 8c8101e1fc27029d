// Goal: each hour of each pool is written down once, with what attempts paid of it and what nobody did; also the hours of a downtime.
#include "gateway/pool_hours.hpp"

#include <doctest/doctest.h>

#include "gateway/ledger_service.hpp"
#include "gateway/test_gate.hpp"
#include "ledger/log.hpp"
#include "report/test_questions.hpp"

using namespace gilmok;
using namespace gilmok::gateway;
using namespace std::chrono_literals;

namespace {

constexpr Pico won = pico_per_unit;

struct Scene {
    Scene() {
        std::string text = TestGate::toml(
            "[pool.own]\nopex_month = \"730000 KRW\"\ntariff_kwh = \"100 KRW/kWh\"\npower_idle_w = 1000\npower_max_w = "
            "3000\n");
        text.replace(text.find("place = "), 0, "pool = \"own\"\n");
        files.put("gilmok.toml", text);
        const config::Loaded loaded = config::load("gilmok.toml", files, secrets, 1);
        REQUIRE(loaded.snapshot != nullptr);
        service = std::make_unique<LedgerService>(
            files, world, [] { return ledger::TablesResult<std::unique_ptr<ledger::Tables>>(ledger::no_tables()); });
        REQUIRE(service->open(*loaded.snapshot, 1) == "");
        Control::Services services{world, files, secrets};
        services.keeper = service->keeper();
        services.idempotency = service->idempotency();
        control = std::make_unique<Control>(services);
        REQUIRE(control->apply(loaded.snapshot).value_or("") == "");
    }
    void look(WallTime now) {
        const auto ask = [this] {
            return ledger::TablesResult<std::unique_ptr<ledger::Questions>>(
                std::make_unique<report::TestQuestions>(tables));
        };
        hours.look(*control->setup(), *service->keeper(), ask, now);
        service->keeper()->turn(now);
    }
    // The POOL records of the log.
    std::vector<ledger::PoolHour> written() {
        std::vector<ledger::PoolHour> found;
        auto reader = ledger::LogReader::open(files, "/state/ledger");
        REQUIRE(reader);
        for (;;) {
            const auto record = reader->next();
            REQUIRE(record);
            if (!*record) return found;
            const auto entry = ledger::read_entry((*record)->bytes);
            REQUIRE(entry);
            if (const auto* pool = std::get_if<ledger::PoolHour>(&entry->body)) found.push_back(*pool);
        }
    }

    io::sim::World world{11};
    io::sim::SimFiles files;
    config::FakeSecrets secrets = TestGate::known_secrets();
    report::TestQuestions tables;
    std::unique_ptr<LedgerService> service;
    std::unique_ptr<Control> control;
    PoolHours hours;
};

}   // namespace

TEST_CASE("an hour is written once it is over and settled, with the part that attempts paid") {
    Scene scene;
    const WallTime noon = report::at("2026-11-21T12:00:00Z");
    report::Fact& fact = scene.tables.add("2026-11-21T12:20:00Z", "team", "chat", 1, 1, 400 * won);
    fact.with(ledger::Dimension::upstream, "a");
    fact.sums.microjoules = 1'800'000'000'000;   // half a kWh
    fact.sums.duration_us = 1'800'000'000;       // in half the hour
    scene.look(noon + 5min);
    scene.look(noon + 60min + 10s);
    CHECK(scene.written().empty());   // the hour is over, and may not be folded yet
    scene.look(noon + 62min);
    scene.look(noon + 63min);
    const auto written = scene.written();
    REQUIRE(written.size() == 1);
    CHECK(written[0].hour == noon);
    CHECK(written[0].microjoules_attributed == 1'800'000'000'000);
    CHECK(written[0].microjoules == 3'600'000'000'000);   // and half an hour of idle power
    CHECK(written[0].cost_attributed == 400 * won);
    CHECK(written[0].cost == 1'000 * won + 100 * won);   // rent of an hour, and a kWh
}

TEST_CASE("an hour without any attempt is all idle") {
    Scene scene;
    const WallTime noon = report::at("2026-11-21T12:00:00Z");
    scene.look(noon + 1min);
    scene.look(noon + 62min);
    const auto written = scene.written();
    REQUIRE(written.size() == 1);
    CHECK(written[0].cost_attributed == 0);
    CHECK(written[0].cost == 1'100 * won);
}

TEST_CASE("hours of a downtime are made up for, in order and at most 31 days back") {
    Scene scene;
    const WallTime now = report::at("2026-11-21T12:30:00Z");
    ledger::PoolRow last;
    last.pool = "own";
    last.hour = report::at("2026-11-20T09:00:00Z");
    scene.tables.pool_hours.push_back(last);
    for (int turn = 0; turn < 5; ++turn) scene.look(now + 20s * turn);
    const auto written = scene.written();
    REQUIRE(written.size() == 26);   // 20 November 10:00 to 21 November 11:00
    CHECK(written.front().hour == report::at("2026-11-20T10:00:00Z"));
    CHECK(written.back().hour == report::at("2026-11-21T11:00:00Z"));
    for (std::size_t i = 1; i < written.size(); ++i) CHECK(written[i].hour - written[i - 1].hour == 1h);
}

TEST_CASE("tables that cannot be asked cost no hour: it is tried again") {
    Scene scene;
    const WallTime noon = report::at("2026-11-21T12:00:00Z");
    scene.look(noon + 1min);
    scene.tables.problem = "SQLite: disk I/O error";
    scene.look(noon + 62min);
    CHECK(scene.written().empty());
    scene.tables.problem.clear();
    scene.look(noon + 63min);
    CHECK(scene.written().size() == 1);
}
