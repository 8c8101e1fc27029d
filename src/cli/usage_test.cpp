// Goal: the verbs about money tell people rounded figures in their language and programs exact ones, and their exit codes can be
// trusted. Method: files in memory, tables out of a list.
#include "cli/usage.hpp"

#include <doctest/doctest.h>

#include "cli/budget.hpp"
#include "cli/money_tables.hpp"
#include "cli/money_words.hpp"
#include "config/test_machine.hpp"
#include "report/test_questions.hpp"

using namespace gilmok;
using namespace gilmok::cli;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

constexpr std::string_view toml = R"(schema = 1
[server]
state_dir = "/state"
[upstream.up]
url = "http://10.0.0.1:8000/v1"
pool = "h100"
[pool.h100]
capex = "100 KRW"
[model.chat]
try = ["up/served"]
[tenant.acme]
budget_month = "1000 KRW"
[tenant."acme/finance"]
tokens_day = 100
subsidy = "50%"
subsidised_by = "rnd"
[tenant.calm]
budget_month = "1000000 KRW"
[[price]]
provider = "else"
sku = "model"
input_fresh = "1000000 KRW"
output_text = "2000000 KRW"
source = "https://example.com"
date = "2026-01-01"
)";

struct World {
    config::FakeFiles files;
    config::FakeSecrets secrets;
    MoneyWorld world{files, secrets, report::at("2026-10-20T03:00:00Z"), Language::en, {}};
    bool has_unpriced = false;
    explicit World() {
        files.files["gilmok.toml"] = std::string(toml);
        world.ask = [this](const config::Snapshot&, std::string_view, Outcome&) -> std::unique_ptr<ledger::Questions> {
            auto tables = std::make_unique<report::TestQuestions>();
            tables->add("2026-10-05T01:00:00Z", "acme/finance", "chat", 1'200, 300,
                        *parse_decimal("1234.567890123456"));
            tables->add("2026-10-20T01:00:00Z", "acme/finance", "chat", 80, 40, 5 * pico_per_unit).sums.unpriced =
                has_unpriced ? 1 : 0;
            ledger::PoolRow pool;
            pool.pool = "h100", pool.hour = report::at("2026-10-05T01:00:00Z"), pool.cost = 100 * pico_per_unit;
            tables->pool_hours.push_back(pool);
            return tables;
        };
    }
};

}   // namespace

TEST_CASE("usage: a table for people, exact text for programs") {
    World test;
    const Outcome table = usage_command({"--by", "tenant,model"}, test.world);
    CHECK(table.exit_code == exit_ok);
    CHECK(has(table.out, "2026-10-01 to 2026-11-01, UTC+9"));
    CHECK(has(table.out, "TENANT"));
    CHECK(has(table.out, "1,280"));
    CHECK(has(table.out, "████████████"));
    CHECK(has(usage_command({"-o", "json"}, test.world).out, R"("input_fresh":1280)"));
    CHECK(has(usage_command({"-o", "csv", "--by", "day"}, test.world).out, "2026-10-05,1,1,"));
    CHECK(has(usage_command({"--period", "2020-01"}, test.world).out, "nothing was used"));
    test.world.language = Language::ko;
    CHECK(has(usage_command({"--period", "2020-01"}, test.world).out, "사용한 것이 없습니다"));
}

TEST_CASE("spend: rounded for people, exact for programs, idle apart, and what is unknown is not zero") {
    World test;
    const Outcome table = spend_command({}, test.world);
    CHECK(table.exit_code == exit_ok);
    CHECK(has(table.out, "1,240"));
    CHECK(has(table.out, "idle: h100"));
    CHECK(has(table.out, "1,340"));
    CHECK(has(spend_command({"-o", "json"}, test.world).out, R"("cost":"1239.567890123456")"));
    CHECK(has(spend_command({"-o", "csv"}, test.world).out,
              "acme/finance,attempts,,1239.567890123456,0,KRW,0,2,1280,340"));
    const Outcome filtered = spend_command({"--tenant", "acme"}, test.world);
    CHECK_FALSE(has(filtered.out, "idle"));
    CHECK(has(filtered.err, "Idle time of own devices is not in these rows"));
    test.has_unpriced = true;
    const Outcome lacking = spend_command({}, test.world);
    CHECK(has(lacking.out, "1,240 + ?"));
    CHECK(has(lacking.err, "the price of 1 attempts is unknown"));
}

TEST_CASE("spend statement: each payer's bill, with the subsidy on both") {
    World test;
    const Outcome all = spend_command({"statement", "--month", "2026-10"}, test.world);
    CHECK(all.exit_code == exit_ok);
    CHECK(has(all.out, "Statement of acme for 2026-10"));
    CHECK(has(all.out, "Amount due  619.783945061728 KRW"));
    CHECK(has(all.out, "619.783945061728 KRW is carried by rnd"));
    CHECK(has(all.out, "Statement of rnd for 2026-10"));
    CHECK(has(spend_command({"statement", "--month", "2026-10", "--payer", "acme", "-o", "json"}, test.world).out,
              R"("due":"619.783945061728")"));
    const Outcome nobody = spend_command({"statement", "--month", "2026-10", "--payer", "nobody"}, test.world);
    CHECK(nobody.exit_code == exit_failed);
    CHECK(has(nobody.err, "it is paid by acme, rnd"));
    CHECK(spend_command({"statement", "--month", "soon"}, test.world).exit_code == exit_usage);
}

TEST_CASE("spend elsewhere: other prices by month, and what is not comparable") {
    World test;
    const Outcome told = spend_command({"elsewhere", "--as", "else/model", "else/none"}, test.world);
    CHECK(told.exit_code == exit_ok);
    CHECK(has(told.out, "1,960"));   // 1,280 + 2 × 340
    CHECK(has(told.out, "unknown"));
    CHECK(has(told.out, "another number of tokens"));
    CHECK(spend_command({"elsewhere"}, test.world).exit_code == exit_usage);
    CHECK(spend_command({"elsewhere", "--as", "nothing"}, test.world).exit_code == exit_usage);
}

TEST_CASE("spend export: a FOCUS file on standard output, its sum on standard error") {
    World test;
    const Outcome file = spend_command({"export", "--format", "focus", "--month", "2026-10"}, test.world);
    CHECK(file.exit_code == exit_ok);
    CHECK(file.out.starts_with("BilledCost,BillingAccountId,"));
    CHECK(has(file.err, "BilledCost adds up to 1339.567890123456 KRW"));
    std::string parts;
    test.world.write = [&](std::string_view part) { parts += part; };
    CHECK(spend_command({"export", "--month", "2026-10"}, test.world).out.empty());
    CHECK(parts == file.out);
    CHECK(spend_command({"export", "--format", "xml"}, test.world).exit_code == exit_usage);
}

TEST_CASE("budget: exit code 6 when one is used up") {
    World test;
    const Outcome all = budget_command({}, test.world);
    CHECK(all.exit_code == exit_over_budget);
    CHECK(has(all.out, "over"));
    CHECK(has(all.out, "from the ledger's tables"));
    CHECK(budget_command({"calm"}, test.world).exit_code == exit_ok);
    CHECK(budget_command({"acme"}, test.world).exit_code == exit_over_budget);
    CHECK(has(budget_command({"calm"}, test.world).out, "at the limit: reject"));
    CHECK(has(budget_command({"acme/finance", "-o", "json"}, test.world).out,
              R"("spent":120,"reserved":0,"remaining":-20)"));
    const Outcome wrong = budget_command({"acme/finanse"}, test.world);
    CHECK(wrong.exit_code == exit_usage);
    CHECK(has(wrong.err, "did you mean \"acme/finance\"?"));
}

TEST_CASE("money verbs: wrong words are usage errors, and help teaches with an example") {
    World test;
    CHECK(usage_command({"--by", "modle"}, test.world).exit_code == exit_usage);
    CHECK(usage_command({"--colour"}, test.world).exit_code == exit_usage);
    CHECK(usage_command({"-c", "absent.toml"}, test.world).exit_code == exit_config);
    for (const Outcome& help :
         {usage_command({"--help"}, test.world), spend_command({"--help"}, test.world),
          spend_command({"statement", "--help"}, test.world), budget_command({"--help"}, test.world)}) {
        CHECK(help.exit_code == exit_ok);
        CHECK(has(help.out, "  gilmok "));
    }
}

TEST_CASE("a bar is never empty for something, nor longer than its cells") {
    CHECK(bar(1, 1'000'000, 10) == "▏");
    CHECK(bar(1, 2, 2) == "█");
    CHECK(bar(5, 4, 2) == "██");
    CHECK(bar(0, 4, 2).empty());
    CHECK(bar(-3, 4, 2).empty());
    CHECK(words(Language::ko, Words::idle, {"h100"}) == "유휴: h100");
}
