// Goal: a forecast's exact parts are exact, its estimates hold what the period's end can still be, and too little is refused.
#include "report/forecast.hpp"

#include <doctest/doctest.h>

#include "report/test_questions.hpp"

using namespace gilmok;
using namespace gilmok::report;
using ledger::Dimension;

namespace {

constexpr Pico won = pico_per_unit;
const Convert convert = [](const Money& money) { return std::optional<Pico>(money.pico); };
const Clock noon{at("2026-10-20T03:00:00Z"), 540};   // noon in Seoul

config::Snapshot snapshot_of(Pico month_budget) {
    config::Snapshot snapshot;
    config::Tenant acme, below;
    acme.path = "acme";
    acme.budget_month = {month_budget, Currency{{'K', 'R', 'W'}}};
    below.path = "acme/research";
    below.parent = model::TenantId{0};
    snapshot.tenants = {acme, below};
    for (std::size_t i = 0; i < snapshot.tenants.size(); ++i)
        snapshot.tenants_by_path[snapshot.tenants[i].path] = static_cast<model::TenantId>(i);
    return snapshot;
}

// From 1 September to 20 October at 09:00 in Seoul, 100 won a day.
TestQuestions fifty_days() {
    TestQuestions tables;
    for (int day = 0; day < 50; ++day) {
        const WallTime when = at("2026-09-01T00:00:00Z") + std::chrono::hours(24) * day;
        tables.add(rfc3339(when), "acme/research", "m", 800, 200, 100 * won).with(Dimension::key, day % 2 == 0 ? "a" : "b");
    }
    return tables;
}

}   // namespace

TEST_CASE("spent, reserved and budget are exact, and a steady month ends where it must") {
    TestQuestions tables = fifty_days();
    ledger::OpenRow running;
    running.tenant = "acme/research";
    running.reserve.bound.cost_ledger = 7 * won;
    tables.open.push_back(running);
    const auto answer = forecast(tables, snapshot_of(2'500 * won), {}, convert, noon);
    REQUIRE(answer);
    CHECK(answer->spent == 2'000 * won);   // of twenty days
    CHECK(answer->reserved == 7 * won);
    REQUIRE(answer->budget);
    CHECK(*answer->budget == 2'500 * won);
    CHECK(answer->history.size() == 49);
    REQUIRE(answer->result.forecast);
    const plan::Forecast& made = *answer->result.forecast;
    CHECK(made.steps.size() == 12);   // the running day, and eleven more
    CHECK(made.period.p50 == doctest::Approx(3'150).epsilon(0.05));
    CHECK(made.period.p10 <= made.period.p50);
    CHECK(made.period.p50 <= made.period.p90);
    CHECK(made.period.p10 >= 2'007);
    REQUIRE(answer->burn_out_p50);
    CHECK(*answer->burn_out_p50 > noon.now);
    CHECK(*answer->burn_out_p50 < at("2026-10-28T00:00:00Z"));
}

TEST_CASE("under fourteen points nothing is said but what is known") {
    TestQuestions tables;
    for (int day = 0; day < 10; ++day)
        tables.add(rfc3339(at("2026-10-08T00:00:00Z") + std::chrono::hours(24) * day), "acme", "m", 1, 1, won);
    const auto answer = forecast(tables, snapshot_of(0), {}, convert, noon);
    REQUIRE(answer);
    CHECK_FALSE(answer->result.forecast);
    CHECK(answer->spent == 10 * won);
    CHECK(answer->result.refusal.steps_given == 12);   // days without use count from the first with
    const std::string json = forecast_json(*answer);
    CHECK(json.find("\"refused\":\"too few") != std::string::npos);
    CHECK(json.find("\"spent\":\"10\"") != std::string::npos);
}

TEST_CASE("a tenant is forecast with what is below it, and its own budget") {
    TestQuestions tables = fifty_days();
    tables.add("2026-10-02T00:00:00Z", "other", "m", 1, 1, 5'000 * won);
    ForecastAsked asked;
    asked.tenant = "acme/research";
    const auto answer = forecast(tables, snapshot_of(2'500 * won), asked, convert, noon);
    REQUIRE(answer);
    CHECK(answer->spent == 2'000 * won);
    CHECK_FALSE(answer->budget);
    asked.tenant = "nobody";
    CHECK_FALSE(forecast(tables, snapshot_of(0), asked, convert, noon));
}

TEST_CASE("a period that is over or not begun is refused, and the tables' problem is told") {
    TestQuestions tables = fifty_days();
    for (const char* period : {"2026-09", "2026-11", "nonsense"}) {
        ForecastAsked asked;
        asked.period = period;
        CHECK_FALSE(forecast(tables, snapshot_of(0), asked, convert, noon));
    }
    tables.problem = "SQLite: disk I/O error";
    const auto answer = forecast(tables, snapshot_of(0), {}, convert, noon);
    REQUIRE_FALSE(answer);
    CHECK(answer.error() == tables.problem);
}

TEST_CASE("hours are steps of UTC, and a CSV has a line for each step, past and to come") {
    TestQuestions tables;
    for (int hour = 0; hour < 200; ++hour)
        tables.add(rfc3339(at("2026-10-12T00:00:00Z") + std::chrono::hours(hour)), "acme", "m", 1, 1, won);
    ForecastAsked asked;
    asked.by_hour = true;
    asked.period = "today";
    const auto answer = forecast(tables, snapshot_of(0), asked, convert, noon);
    REQUIRE(answer);
    REQUIRE(answer->result.forecast);
    CHECK(answer->result.forecast->steps.size() == 12);
    const std::string csv = forecast_csv(*answer);
    CHECK(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')) ==
          1 + answer->history.size() + answer->result.forecast->steps.size());
}
