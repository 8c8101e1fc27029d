// Goal: whatever is grouped, the rows add up to the total, idle stands apart, and an unknown price is counted and never a zero.
#include "report/answer.hpp"

#include <doctest/doctest.h>

#include "report/test_questions.hpp"

using namespace gilmok;
using namespace gilmok::report;
using ledger::Dimension;

namespace {

const Currency krw{{'K', 'R', 'W'}};
const Clock clock_of_test{at("2026-10-20T00:00:00Z"), 540};

Question question_of(std::string by, std::string tenant = {}) {
    Asked asked;
    asked.by = std::move(by);
    asked.tenant = std::move(tenant);
    return *read_question(asked, "", clock_of_test);
}

TestQuestions three_attempts() {
    TestQuestions tables;
    tables.add("2026-10-05T01:00:00Z", "acme/finance/bot", "large", 100, 50, 1'500'000'000'001);
    Fact& cached = tables.add("2026-10-05T16:00:00Z", "acme/risk/bot", "small", 10, 5, 3);
    cached.with(model::Meter::cache_read, 90).sums.correction_ledger = -2;
    Fact& unknown = tables.add("2026-10-06T01:00:00Z", "beta/app", "small", 7, 3, 0);
    unknown.sums.unpriced = 1;
    unknown.sums.aborted = 1;
    ledger::PoolRow pool;
    pool.pool = "h100";
    pool.hour = at("2026-10-05T01:00:00Z");
    pool.cost = 1'000'000'000'000'000;
    pool.cost_attributed = 400'000'000'000'001;
    pool.microjoules = 3'600'000'000;
    pool.microjoules_attributed = 600'000'000;
    tables.pool_hours.push_back(pool);
    return tables;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}   // namespace

TEST_CASE("parts of a tenant's path are groups of their own, and rows add up") {
    TestQuestions tables = three_attempts();
    const auto by_application = answer(tables, question_of("application"), krw);
    REQUIRE(by_application.has_value());
    REQUIRE(by_application->rows.size() == 2);
    CHECK(by_application->rows[1].keys[0] == "bot");
    CHECK(by_application->rows[1].attempts == 2);
    const auto by_organisation = answer(tables, question_of("organisation,month"), krw);
    REQUIRE(by_organisation->rows.size() == 2);
    CHECK(by_organisation->rows[0].keys == std::vector<std::string>{"acme", "2026-10"});
    for (const auto* one : {&*by_application, &*by_organisation}) {
        ledger::UsageRow sum;
        for (const ledger::UsageRow& row : one->rows) add(sum, row);
        CHECK(sum.cost_ledger == one->total.cost_ledger);
        CHECK(sum.meters == one->total.meters);
        CHECK(one->total.attempts == 3);
    }
}

TEST_CASE("idle is a line of its own, and only where nobody in particular is asked about") {
    TestQuestions tables = three_attempts();
    const auto all = answer(tables, question_of("tenant,day"), krw);
    REQUIRE(all->idle.size() == 1);
    CHECK(all->idle[0].keys == std::vector<std::string>{"", "2026-10-05"});
    CHECK(all->idle[0].cost == 599'999'999'999'999);
    CHECK(all->cost() == all->total.cost_ledger + 599'999'999'999'999);
    const auto one = answer(tables, question_of("tenant", "acme"), krw);
    CHECK_FALSE(one->has_idle);
    CHECK(one->idle.empty());
    CHECK(one->rows.size() == 2);
}

TEST_CASE("programs get exact amounts, and know what is missing in them") {
    TestQuestions tables = three_attempts();
    const auto all = answer(tables, question_of("tenant"), krw);
    const std::string spend = spend_json(*all);
    CHECK(has(spend, R"({"tenant":"acme/finance/bot","cost":"1.500000000001","corrections":"0","unpriced":0)"));
    CHECK(has(spend, R"("idle":[{"pool":"h100","cost":"599.999999999999","joules":3000}])"));
    CHECK(has(spend, R"("cost_with_idle":"601.500000000003")"));
    CHECK(has(spend, R"("complete":false)"));
    const std::string usage = usage_json(*all);
    CHECK(has(usage, R"("cache_read":90)"));
    CHECK(has(usage, R"("joules":7.5)"));
    CHECK(has(usage, R"("grams_co2e":0.000897)"));
    CHECK(has(spend_csv(*all), "acme/risk/bot,attempts,,0.000000000003,-0.000000000002,KRW,0,1,100,5\r\n"));
    CHECK(has(spend_csv(*all), ",idle,h100,599.999999999999,0,KRW,0,0,0,0\r\n"));
    CHECK(has(usage_csv(*all), "beta/app,1,1,0,0,1,0,0,1,7,0,"));
}

TEST_CASE("a table cell is never a formula of a spreadsheet, and quotes survive") {
    std::string line;
    append_csv_text(line, "=cmd|x", true);
    append_csv_text(line, "a,\"b\"");
    append_csv_text(line, "+1");
    append_csv(line, "-1");
    CHECK(line == "'=cmd|x,\"a,\"\"b\"\"\",'+1,-1");
}

TEST_CASE("a database that cannot answer is told in its own words") {
    TestQuestions tables;
    tables.problem = "SQLite: disk I/O error";
    CHECK(answer(tables, question_of("tenant"), krw).error() == "SQLite: disk I/O error");
}
