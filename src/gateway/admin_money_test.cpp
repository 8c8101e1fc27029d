// Goal: questions about money are answered over the admin API with the parameters of the command line, and wrong ones are refused
// with what is right.
#include <doctest/doctest.h>

#include "gateway/test_gate.hpp"
#include "report/test_questions.hpp"

using namespace gilmok;
using namespace gilmok::gateway;

namespace {

constexpr std::string_view request_id = "01KAJ5T3W0000000000000000A";

std::unique_ptr<report::TestQuestions> tables_of(WallTime now) {
    auto tables = std::make_unique<report::TestQuestions>();
    tables->add(rfc3339(now), "team", "chat", 100, 50, 1'500'000'000'000);
    tables->add(rfc3339(now), "team", "large model", 10, 5, 0).sums.unpriced = 1;
    ledger::AttemptRow& row = tables->attempt_rows.emplace_back();
    request_id.copy(row.terminal.ref.exchange.text, request_id.size());
    row.index = 7;
    row.terminal.meters[model::Meter::input_fresh] = 100;
    row.terminal.charge.is_known = true;
    row.terminal.charge.cost_ledger = 1'500'000'000'000;
    row.terminal.charge.ledger_currency = {{'K', 'R', 'W'}};
    row.tenant = "team";
    row.raw_usage = R"({"prompt_tokens":100})";
    return tables;
}

struct MoneyGate {
    WallTime now{};
    TestGate gate;
    explicit MoneyGate(std::string_view more = {})
        : gate(TestGate::toml(more), std::string(TestGate::config_path),
               [this]() -> ledger::TablesResult<std::unique_ptr<ledger::Questions>> { return tables_of(now); }) {
        now = gate.world.wall_now();
    }
    std::string ask(const std::string& path, int status = 200) {
        const auto answer = gate.ask("GET", path);
        CHECK(answer->status() == status);
        return answer->body();
    }
};

}   // namespace

TEST_CASE("usage and spend are grouped and filtered by the query") {
    MoneyGate test;
    REQUIRE(test.gate.problem == "");
    const std::string usage = test.ask("/admin/v1/usage?by=tenant,model&period=today");
    CHECK(has(usage, R"({"tenant":"team","model":"chat","attempts":1)"));
    CHECK(has(usage, R"("input_tokens":110,"output_tokens":55)"));
    const std::string one = test.ask("/admin/v1/usage?model=large%20model");
    CHECK_FALSE(has(one, "chat"));
    CHECK(has(one, R"("unpriced":1)"));
    const std::string spend = test.ask("/admin/v1/spend?simulated=false");
    CHECK(has(spend, R"({"tenant":"team","cost":"1.5","corrections":"0","unpriced":1)"));
    CHECK(has(spend, R"("complete":false)"));
    CHECK(has(test.ask("/admin/v1/usage?period=2020-01"), R"("rows":[])"));
}

TEST_CASE("a wrong question is refused with what is right") {
    MoneyGate test;
    REQUIRE(test.gate.problem == "");
    CHECK(has(test.ask("/admin/v1/usage?by=modle", 400), "did you mean \\\"model\\\"?"));
    CHECK(has(test.ask("/admin/v1/usage?colour=red", 400), "there is no parameter \\\"colour\\\""));
    CHECK(has(test.ask("/admin/v1/usage?model=a&model=b", 400), "given twice"));
    CHECK(has(test.ask("/admin/v1/usage?model=%zz", 400), "broken escape"));
    CHECK(has(test.ask("/admin/v1/usage?model=%4", 400), "broken escape"));
    CHECK(has(test.ask("/admin/v1/spend?period=sometime", 400), "yesterday"));
    CHECK(has(test.ask("/admin/v1/spend?simulated=maybe", 400), "true or false"));
    CHECK(has(test.ask("/admin/v1/budgets?tenant=nobody", 404), "tenant_unknown"));
    CHECK(has(test.ask("/admin/v1/attempts/short", 400), "26 characters"));
    CHECK(has(test.ask("/admin/v1/attempts/01KAJ5T3W0000000000000000B", 404), "request_unknown"));
}

TEST_CASE("an attempt is shown with its meters, its charge and what the upstream said") {
    MoneyGate test;
    REQUIRE(test.gate.problem == "");
    const std::string attempt = test.ask("/admin/v1/attempts/" + std::string(request_id));
    CHECK(has(attempt, R"("index":7)"));
    CHECK(has(attempt, R"("meters":{"input_fresh":100})"));
    CHECK(has(attempt, R"("cost":"1.5","currency":"KRW")"));
    CHECK(has(attempt, R"("raw_usage":"{\"prompt_tokens\":100}")"));
}

TEST_CASE("budgets are those the gateway holds at this moment") {
    MoneyGate test("[tenant.paid]\nbudget_month = \"1000 KRW\"\ntokens_day = 500\n");
    REQUIRE(test.gate.problem == "");
    const std::string budgets = test.ask("/admin/v1/budgets");
    CHECK(has(budgets, R"("live":true,"over":false)"));
    CHECK(has(
        budgets,
        R"({"budget":"money_month","limit":"1000","spent":"0","reserved":"0","remaining":"1000","used_ppm":0,"over":false})"));
    CHECK(has(budgets, R"({"budget":"tokens_day","limit":500,"spent":0)"));
    const std::string one = test.ask("/admin/v1/budgets?tenant=team");
    CHECK_FALSE(has(one, "paid"));
}

TEST_CASE("without a ledger, usage says so and budgets still answer") {
    TestGate gate(TestGate::toml("[tenant.paid]\ntokens_day = 500\n"));
    REQUIRE(gate.problem == "");
    CHECK(gate.ask("GET", "/admin/v1/usage")->status() == 503);
    CHECK(has(gate.ask("GET", "/admin/v1/budgets")->body(), R"("limit":500)"));
    CHECK(has(gate.ask("GET", "/admin/v1/ledger")->body(), R"({"on":false})"));
}
