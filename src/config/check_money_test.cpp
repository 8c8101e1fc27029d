// Goal: budgets, pools, prices, rates, the ledger and the webhook that contradict themselves or each other are refused.
#include <doctest/doctest.h>

#include <algorithm>

#include "config/load.hpp"
#include "config/schema.hpp"
#include "config/test_load.hpp"
#include "model/spend.hpp"

using namespace gilmok;
using namespace gilmok::config;

namespace {

std::string priced(std::string_view more) {
    return with("[[price]]\nprovider = \"p\"\nsku = \"s\"\ninput_fresh = \"1 USD\"\n" + std::string(more));
}
std::string pooled(std::string_view more) {
    return "[model.m]\ntry = [\"a/m\"]\n[pool.p]\ncapex = \"1 KRW\"\n[upstream.a]\nurl = \"http://127.0.0.1/v1\"\n" +
           std::string(more);
}

}   // namespace

TEST_CASE("what happens at a limit is one of four, and a model to degrade to is another one that may be used") {
    const auto at = [](std::string_view value) {
        return with("[tenant.t]\nat_limit = \"" + std::string(value) + "\"\n");
    };
    CHECK(has(only(at("rejct"), "E0106"), "did you mean \"reject\"?"));
    CHECK(has(only(at("degrade"), "E0106"), "the name of a model"));
    CHECK(has(only(at("degrade:n"), "E0303"), "no model \"n\""));
    CHECK(has(only(at("degrade:m"), "E0305"), "would degrade to itself"));
    const std::string two = "[model.n]\ntry = [\"a/n\"]\n[tenant.t]\nmodels = [\"m\"]\n";
    CHECK(has(only(with(two + "at_limit = \"degrade:n\"\n"), "E0305"), "may not use the model"));
    CHECK(has(only(with(two + "at_limit = \"degrade:m\"\n"), "E0305"), "itself"));
    CHECK(has(only(with(two + "[tenant.\"t/u\"]\nat_limit = \"degrade:n\"\n"), "E0305"), "\"t/u\""));
    Machine machine;
    CHECK(machine.load(with(two + "[tenant.\"t/u\"]\nmodels = [\"*\"]\nat_limit = \"degrade:n\"\n")).problems.empty());
}

TEST_CASE("windows, subsidies and budgets of a tree fit together") {
    CHECK(has(only(with("[tenant.t]\nbudget_window = \"1 KRW\"\n"), "E0305"), "add window"));
    only(with("[tenant.t]\ntokens_window = 1\n"), "E0305");
    only(with("[tenant.t]\nwindow = \"7d\"\n"), "E0305");
    only(with("[tenant.t]\ntokens_window = 1\nwindow = \"59s\"\n"), "E0104");
    only(with("[tenant.t]\nsubsidy = \"30%\"\n"), "E0305");
    only(with("[tenant.t]\nsubsidised_by = \"fund\"\n"), "E0305");
    const std::string parent = "[tenant.t]\nbudget_month = \"10 KRW\"\n[tenant.\"t/u\"]\nbudget_month = ";
    CHECK(has(only(with(parent + "\"11 KRW\"\n"), "W0407"),
              "\"budget_month\" (11 KRW) is more than that of \"t\" (10 KRW)"));
    Machine machine;
    CHECK(machine.load(with(parent + "\"10 KRW\"\n")).problems.empty());
    CHECK(machine.load(with(parent + "\"11 USD\"\n")).problems.empty());
    CHECK(has(only(with("[tenant.t]\ntokens_day = -1\n"), "E0104"), "tokens_day = -1"));   // a number is no secret
}

TEST_CASE("an upstream is rented or runs on a pool that is there") {
    CHECK(has(only(pooled("pool = \"p\"\nprice = \"openai\"\n"), "E0305"), "exclude each other"));
    only(pooled("pool = \"p\"\ndiscount = \"5%\"\n"), "E0305");
    CHECK(has(only(with_upstream("pool = \"p\"\n"), "E0310"), "there is no pool \"p\""));
    CHECK(has(only(pooled(""), "W0408"), "no upstream runs on pool \"p\""));
    Machine machine;
    CHECK(has(all_of(machine.load(pooled("pool = \"pp\"\n"))), "did you mean \"p\"?"));
    const auto pool = [](std::string_view more) {
        return with_upstream("pool = \"p\"\n[pool.p]\n" + std::string(more));
    };
    only(pool("devices = 2\n"), "W0409");
    only(pool("capex = \"1 KRW\"\npower_idle_w = 2\npower_max_w = 1\n"), "E0305");
    only(pool("capex = \"1 KRW\"\ncountry = \"Korea\"\n"), "E0107");
    only(pool("capex = \"1 KRW\"\npue = 0.9\n"), "E0104");
    only(pool("capex = \"1 KRW\"\npower_metric = \"node{gpu=0}\"\n"), "E0107");
    only(pool("capex = \"1 KRW\"\nutilisation = \"0%\"\n"), "E0104");
    only(with_upstream("continuous_usage = \"yes\"\n"), "E0102");
}

TEST_CASE("a price is whole, in one currency, and stands once") {
    Machine machine;
    CHECK(machine.load(priced("")).problems.empty());
    only(with("[[price]]\nprovider = \"p\"\nsku = \"s\"\n"), "E0105");
    only(with("[[price]]\nprovider = \"p\"\ninput_fresh = \"1 USD\"\n"), "E0105");
    CHECK(has(only(priced("output_text = \"1 KRW\"\n"), "E0305"), "in KRW, the amount before it in USD"));
    only(priced("valid_from = \"2026-11-02\"\nvalid_until = \"2026-11-02\"\n"), "E0305");
    CHECK(has(only(priced("valid_from = 2026-11-01\n"), "E0102"), "in quotes"));
    only(priced("valid_from = \"2026-02-30\"\n"), "E0107");
    only(priced("valid_from = \"1999-12-31\"\n"), "E0107");
    only(priced("hours = \"9:00-23:00\"\n"), "E0107");
    only(priced("hours = \"09:00-09:00+09:00\"\n"), "E0107");
    only(priced("per = \"1G\"\n"), "E0103");
    only(priced("per = 0\n"), "E0104");
    only(priced("per = \"0k\"\n"), "E0103");
    only(priced("tier = \"cheap\"\n"), "E0106");
    only(priced("[[price]]\nprovider = \"p\"\nsku = \"s\"\ninput_fresh = \"2 USD\"\n"), "E0308");
    CHECK(machine.load(priced("[[price]]\nprovider = \"p\"\nsku = \"s\"\noutput_text = \"2 USD\"\n")).problems.empty());
    only(with("[[price]]\nprovider = \"p\"\nsku = \"a*b\"\ninput_fresh = \"1 USD\"\n"), "E0107");
    only(with("[price]\nprovider = \"p\"\n"), "E0102");
}

TEST_CASE("a rate of exchange is a dated decimal above zero between two currencies") {
    const auto fx = [](std::string_view to, std::string_view rate) {
        return with("[[fx]]\nfrom = \"USD\"\ndate = \"2026-11-01\"\nto = " + std::string(to) +
                    "\nrate = " + std::string(rate) + "\n");
    };
    CHECK(has(only(fx("\"KRW\"", "1385.5"), "E0102"), "write \"1385.5\""));
    CHECK(has(only(fx("\"krw\"", "\"1\""), "E0107"), "did you mean \"KRW\"?"));
    CHECK(has(only(fx("\"won\"", "\"1\""), "E0107"), "did you mean \"KRW\"?"));
    only(fx("\"KRWW\"", "\"1\""), "E0107");
    only(fx("\"KRW\"", "\"0\""), "E0104");
    only(fx("\"KRW\"", "\"-1\""), "E0104");
    only(fx("\"KRW\"", "\"1,385\""), "E0107");
    only(fx("\"USD\"", "\"1\""), "E0305");
    only(with("[[fx]]\nfrom = \"USD\"\nto = \"KRW\"\nrate = \"1\"\n"), "E0105");
    only(with("[[fx]]\nfrom = \"USD\"\nto = \"KRW\"\nrate = \"1\"\ndate = \"\"\n"), "E0107");
    const std::string one = "[[fx]]\nfrom = \"USD\"\nto = \"KRW\"\nrate = \"1\"\ndate = \"2026-11-01\"\n";
    only(with(one + one), "E0308");
}

TEST_CASE("the ledger and the webhook hold what they promise") {
    Machine machine;
    CHECK(machine.load(with("[ledger]\ncurrency = \"USD\"\n"))
              .problems.empty());   // no directory: no ledger, and that is fine
    only(with("[ledger]\nstrict = true\n"), "E0305");
    only(with("[ledger]\non = false\ndir = \"/l\"\nstrict = true\n"), "E0305");
    only(with("[ledger]\non = 1\n"), "E0102");
    only(with("[ledger]\ndir = \"/l\"\nwitness_dir = \"/l\"\n"), "E0305");
    only(with("[ledger]\norigin = \"two words\"\n"), "E0107");
    only(with("[ledger]\nutc_offset = \"Asia/Seoul\"\n"), "E0107");
    only(with("[ledger]\nutc_offset = \"-00:00\"\n"), "E0107");
    only(with("[ledger]\nsync_interval = \"0ms\"\n"), "E0104");
    only(with("[ledger]\nunknown_price = \"ignore\"\n"), "E0106");
    only(with("[ledger]\ndatabase = \"postgresql://u:pass@db/x\"\n"), "E0201");
    CHECK_FALSE(has(only(with("[ledger]\ndatabase = \"env:OPENAI_API_KEY\"\n"), "E0203"), "sk-test"));
    CHECK(has(only(with("[webhook]\nurl = \"https://h/x\"\n"), "E0203"), "no secret"));
    only(with("[webhook]\nurl = \"https://h/x\"\nsecret = \"\"\n"), "E0203");
    only(with("[webhook]\nurl = \"https://h/x\"\nsecret = \"env:EMPTY\"\n"), "E0203");
    only(with("[webhook]\nurl = \"https://h/x?token=1\"\nsecret = \"env:WEBHOOK\"\n"), "E0107");
}

TEST_CASE("there is an end to pools, prices and rates") {
    const auto many = [](std::string_view heading, std::size_t count) {
        std::string text = with("");
        for (std::size_t i = 0; i < count; ++i) text += std::string(heading) + "\n";
        return text;
    };
    CHECK(has(only(many("[[price]]", prices_max + 1), "E0003"), "more than 20000 tables [[price]]"));
    CHECK(has(only(many("[[fx]]", fx_max + 1), "E0003"), "more than 10000 tables [[fx]]"));
    std::string pools = with("");
    for (std::size_t i = 0; i <= pools_max; ++i) pools += "[pool.p" + std::to_string(i) + "]\n";
    CHECK(has(only(pools, "E0003"), "more than 1000 tables [pool.NAME]"));
}

TEST_CASE("a price book of the largest size is read") {
    Machine machine;
    machine.files.files["/g/gilmok.toml"] = with("");
    for (std::size_t i = 0; i < prices_max; ++i)
        machine.files.files["/g/conf.d/" + std::to_string(i / 5'000) + ".toml"] +=
            "[[price]]\nprovider = \"p\"\nsku = \"s" + std::to_string(i) + "\"\ninput_fresh = \"1.25 USD\"\n";
    const Loaded loaded = load("/g/gilmok.toml", machine.files, machine.secrets, 1);
    INFO(all_of(loaded));
    REQUIRE(loaded.snapshot);
    CHECK(loaded.snapshot->prices.size() == prices_max);
}

TEST_CASE("lists grow over the files of conf.d") {
    Machine machine;
    machine.files.files["/g/gilmok.toml"] = priced("");
    machine.files.files["/g/conf.d/1.toml"] = "[[price]]\nprovider = \"p\"\nsku = \"t\"\ninput_fresh = \"2 USD\"\n";
    machine.files.files["/g/conf.d/2.toml"] = "[[price]]\nprovider = \"p\"\nsku = \"s\"\ninput_fresh = \"3 USD\"\n";
    const Loaded loaded = load("/g/gilmok.toml", machine.files, machine.secrets, 1);
    REQUIRE(loaded.problems.size() == 1);
    CHECK(loaded.problems[0].code == "E0308");
    CHECK(loaded.problems[0].path == "/g/conf.d/2.toml");
}

TEST_CASE("every meter has a price of its name") {
    const auto& fields = section("price").fields;
    for (std::size_t i = 0; i < model::meters_count; ++i) {
        const std::string_view name = model::name_of(static_cast<model::Meter>(i));
        INFO(std::string(name));
        CHECK(std::any_of(fields.begin(), fields.end(), [&](const Field& each) { return each.name == name; }));
        Machine machine;
        CHECK(machine.load(with("[[price]]\nprovider = \"p\"\nsku = \"s\"\n" + std::string(name) + " = \"1 USD\"\n"))
                  .problems.empty());
    }
}
