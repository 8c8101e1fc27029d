// Goal: all statements of a month add up to the ledger, whoever carries what; a comparison says what it cannot know; a budget is over
// when nothing is left.
#include "report/statement.hpp"

#include <doctest/doctest.h>

#include "base/prng.hpp"
#include "report/budgets.hpp"
#include "report/elsewhere.hpp"
#include "report/test_questions.hpp"
#include "report/test_snapshot.hpp"

using namespace gilmok;
using namespace gilmok::report;

namespace {

const Clock seoul{at("2026-10-20T00:30:00Z"), 540};

Question of_october() {
    Asked asked;
    asked.period = "2026-10";
    return *read_question(asked, "", seoul);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}   // namespace

TEST_CASE("payer and subsidy come from the nearest node that names them") {
    const auto snapshot = test_snapshot();
    CHECK(paying_for(*snapshot, "acme/finance").payer == "acme");
    CHECK(paying_for(*snapshot, "acme/risk/bot").payer == "risk office");
    CHECK(paying_for(*snapshot, "acme/risk/bot").subsidised_by == "rnd");
    CHECK(paying_for(*snapshot, "acme/risk/bot/gone/long ago").payer == "risk office");
    CHECK(paying_for(*snapshot, "beta").payer == "B Corp");
    CHECK(paying_for(*snapshot, "closed/team").payer == "closed");
    CHECK(paying_for(*snapshot, "acmeother/team").payer == "acmeother");
}

TEST_CASE("all statements of a month add up to what the ledger booked, to the pico") {
    const auto snapshot = test_snapshot();
    Prng prng(11);
    for (int round = 0; round < 30; ++round) {
        TestQuestions tables;
        Pico booked = 0;
        const char* tenants[] = {"acme", "acme/finance", "acme/risk", "acme/risk/bot", "beta", "gone/x"};
        for (int i = 0; i < 50; ++i) {
            const Pico cost = Pico(prng.between(-1'000, 1'000'000'000'000'000)) * prng.between(1, 1'000);
            tables.add("2026-10-05T01:00:00Z", tenants[prng.below(6)], prng.chance(1, 2) ? "a" : "b", 1, 1, cost);
            booked += cost;
        }
        const auto all = statements(tables, *snapshot, of_october());
        REQUIRE(all.has_value());
        Pico due = 0;
        for (const Statement& statement : *all) {
            due += statement.due();
            Pico lines = 0, carried = 0;
            for (const StatementLine& line : statement.lines) lines += line.due();
            for (const CarriedLine& line : statement.carried) carried += line.amount;
            CHECK(lines + carried == statement.due());
        }
        CHECK(due == booked);
    }
}

TEST_CASE("a subsidy is a line on both statements") {
    const auto snapshot = test_snapshot();
    TestQuestions tables;
    tables.add("2026-10-05T01:00:00Z", "acme/risk/bot", "large", 10, 20, 7);
    const auto all = statements(tables, *snapshot, of_october());
    REQUIRE(all->size() == 2);
    CHECK((*all)[0].payer == "risk office");
    CHECK((*all)[0].due() == 3);   // half of seven pico, to the even one
    CHECK((*all)[1].payer == "rnd");
    CHECK((*all)[1].due() == 4);
    CHECK(has(statement_json(*all), R"("subsidy":"0.000000000004","due":"0.000000000003","subsidised_by":"rnd")"));
    CHECK(has(statement_csv(*all), "rnd,carried,acme/risk/bot,large,0,0,0,0,0,0,,0.000000000004,KRW,0\r\n"));
}

TEST_CASE("other prices are applied by the month, and what is unknown is said") {
    meter::PriceRow input, output;
    input.provider = output.provider = "openai";
    input.sku = output.sku = "mini";
    input.price = {*parse_decimal("1"), {{'U', 'S', 'D'}}};
    output.meter = model::Meter::output_text;
    output.price = {*parse_decimal("2"), {{'U', 'S', 'D'}}};
    meter::PriceRow dear = input;
    dear.above_input_tokens = 128'000;
    dear.price.pico *= 2;
    meter::FxRate rate;
    rate.from = {{'U', 'S', 'D'}}, rate.to = {{'K', 'R', 'W'}}, rate.rate = 1'400 * pico_per_unit;
    rate.valid_from = at("2026-10-01T00:00:00Z");
    const auto book = meter::PriceBook::build({input, output, dear}, {rate});
    TestQuestions tables;
    tables.add("2026-10-05T01:00:00Z", "acme", "large", 1'000'000, 500'000, 9).sums.unpriced = 1;
    Asked asked;
    asked.period = "2026-10";
    const Currency krw{{'K', 'R', 'W'}};
    const auto told =
        elsewhere(tables, *read_question(asked, "", seoul), krw, *book, {{"openai", "mini"}, {"openai", "none"}});
    REQUIRE(told.has_value());
    CHECK(told->months[0].costs[0].cost == 2'800 * pico_per_unit);
    CHECK_FALSE(told->months[0].costs[1].cost.has_value());
    CHECK_FALSE(told->totals[1].cost.has_value());
    for (const Note note : {Note::other_tokenizer, Note::long_context, Note::unpriced_here, Note::no_price})
        CHECK(std::ranges::find(told->notes, note) != told->notes.end());
    CHECK(std::ranges::find(told->notes, Note::caches_differ) == told->notes.end());
    CHECK(has(elsewhere_json(*told), R"({"as":"openai/none","cost":null,"why_unknown":"no_price"})"));
    CHECK(has(elsewhere_csv(*told), "2026-10,openai/mini,2800,KRW,,1000000,500000\r\n"));
    tables.facts[0].at = at("2026-09-05T01:00:00Z");
    asked.period = "2026-09";
    const auto before = elsewhere(tables, *read_question(asked, "", seoul), krw, *book, {{"openai", "mini"}});
    CHECK(before->months[0].costs[0].why == Note::no_rate);
    CHECK_FALSE(read_offer("openai").has_value());
    CHECK_FALSE(read_offer("/mini").has_value());
    CHECK(read_offer("a/b/c")->sku == "b/c");
}

TEST_CASE("budgets count all below a node, what is set aside, and say when nothing is left") {
    const auto snapshot = test_snapshot();
    TestQuestions tables;
    tables.add("2026-10-05T01:00:00Z", "acme/finance", "large", 300, 200, 400 * pico_per_unit);    // this month
    tables.add("2026-10-19T23:00:00Z", "acme/risk/bot", "large", 300, 200, 500 * pico_per_unit);   // today in Seoul
    tables.add("2026-10-19T10:00:00Z", "acme/finance", "large", 300, 200, 0).sums.unpriced = 1;    // yesterday
    tables.add("2026-09-30T10:00:00Z", "acme/finance", "large", 300, 200, 900 * pico_per_unit);    // last month
    ledger::OpenRow open;
    open.tenant = "acme/risk/bot";
    open.reserve.bound = {100, 50, 60 * pico_per_unit, true};
    tables.open.push_back(open);
    const auto convert = [](const Money& money) -> std::optional<Pico> {
        return money.currency.view() == "KRW" ? std::optional(money.pico) : std::nullopt;
    };
    const auto all = budgets(tables, *snapshot, "", convert, seoul);
    REQUIRE(all.has_value());
    REQUIRE(all->nodes.size() == 5);
    const BudgetLine& month = all->nodes[0].lines.at(0);
    CHECK(month.spent == 900 * pico_per_unit);
    CHECK(month.reserved == 60 * pico_per_unit);
    CHECK(month.remaining() == 40 * pico_per_unit);
    CHECK(month.used_ppm() == 960'000);
    CHECK_FALSE(all->nodes[0].is_over());
    CHECK(all->nodes[0].unpriced == 1);
    CHECK(all->nodes[1].lines.at(0).spent == 0);
    CHECK(all->nodes[3].is_over());   // dollars that nobody can convert
    CHECK(all->is_over());
    const auto one = budgets(tables, *snapshot, "acme/finance", convert, seoul);
    REQUIRE(one->nodes.size() == 1);
    CHECK_FALSE(one->is_over());

    const auto again = read_budgets(budgets_json(*all));
    REQUIRE(again.has_value());
    CHECK(budgets_json(*again) == budgets_json(*all));
    CHECK_FALSE(read_budgets("[]").has_value());
    CHECK_FALSE(read_budgets(R"({"nodes":[{"tenant":"x"}]})").has_value());
    CHECK(has(budgets_csv(*all), "acme,money_month,1000,900,60,40,KRW,960000,false\r\n"));
}
