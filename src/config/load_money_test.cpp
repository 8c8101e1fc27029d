// Goal: everything that prices or limits is read exactly, written back the same, and refused where it could be mistaken.
#include <doctest/doctest.h>

#include <algorithm>

#include "config/amount.hpp"
#include "config/load.hpp"
#include "config/reader.hpp"
#include "config/schema.hpp"
#include "config/test_load.hpp"

using namespace gilmok;
using namespace gilmok::config;
using namespace std::chrono_literals;

namespace {

const char* const money = R"([server]
state_dir = "/var/lib/gilmok"
[pool.h100]
capex = "450000000 KRW"
months = 36
opex_month = "1500000.5 KRW"
devices = 8
power_idle_w = 1200
power_max_w = 7600
batch_half = 24
power_metric = "node_power_watts"
pue = 1.4
tariff_kwh = "160 KRW/kWh"
grid_g_kwh = 420.5
country = "KR"
utilisation = "60%"
slots = 256
[upstream.h100]
url = "http://10.0.3.11:8000/v1"
pool = "h100"
continuous_usage = true
[upstream.rented]
url = "https://api.openai.com/v1"
price = "openai"
discount = "12.5%"
[model.large]
try = ["h100/x", "rented/y"]
output_tokens_max = 4096
[model.small]
try = ["h100/z"]
[tenant.acme]
models = ["large", "small"]
budget_day = "100 USD"
budget_month = "5000000 KRW"
budget_window = "0.000000000001 KRW"
tokens_day = 1000000
tokens_month = 20000000
tokens_window = 5000000000
window = "7d"
tokens_per_minute = 200000
requests_per_minute = 600
at_limit = "degrade:small"
queue_timeout = "5s"
warn = ["95%", "50%"]
payer = "본사"
subsidy = "30%"
subsidised_by = "research fund"
[tenant."acme/lab"]
at_limit = "local-only"
[[price]]
provider = "openai"
sku = "gpt-5.4*"
tier = "batch"
above_input_tokens = 200000
tier_mode = "excess"
region = "us-cloud"
per = "1k"
input_fresh = "0.00125 USD"
cache_read = "0 USD"
output_text = "0.01 USD"
valid_from = "2026-11-01"
valid_until = "2027-01-01"
hours = "23:00-09:00+09:00"
source = "contract 7"
date = "2026-10-20"
[[price]]
provider = "openai"
sku = "gpt-5.4*"
per = 250
requests = "3 KRW"
[[fx]]
from = "USD"
to = "KRW"
rate = "1385.5"
date = "2026-11-01"
source = "bank"
[ledger]
dir = "/ledger"
currency = "USD"
strict = true
sync_interval = "5ms"
checkpoint_interval = "2s"
witness_dir = "/mnt/witness"
origin = "gilmok.example.org/ledger"
database = "env:DATABASE"
segment_bytes = "16MiB"
unknown_price = "refuse"
utc_offset = "-03:30"
idempotency_ttl = "12h"
idempotency_bytes_max = "1MiB"
[webhook]
url = "https://hooks.example/gilmok"
secret = "env:WEBHOOK"
)";

std::string priced(std::string_view more) {
    return with("[[price]]\nprovider = \"p\"\nsku = \"s\"\ninput_fresh = \"1 USD\"\n" + std::string(more));
}
std::string pooled(std::string_view more) {
    return "[model.m]\ntry = [\"a/m\"]\n[pool.p]\ncapex = \"1 KRW\"\n[upstream.a]\nurl = \"http://127.0.0.1/v1\"\n" +
           std::string(more);
}

}   // namespace

TEST_CASE("budgets, pools, prices, rates, ledger and webhook are read, with every value in its place") {
    Machine machine;
    const Loaded loaded = machine.load(money);
    INFO(all_of(loaded));
    REQUIRE(loaded.snapshot);
    CHECK(loaded.problems.empty());
    const Snapshot& s = *loaded.snapshot;
    const Currency krw{{'K', 'R', 'W'}};
    const Currency usd{{'U', 'S', 'D'}};

    REQUIRE(s.pools.size() == 1);
    const Pool& pool = s.pools[0];
    CHECK(pool.capex == Money{450'000'000 * pico_per_unit, krw});
    CHECK(pool.opex_month == Money{1'500'000 * pico_per_unit + pico_per_unit / 2, krw});
    CHECK(pool.tariff_kwh == Money{160 * pico_per_unit, krw});
    CHECK(pool.months == 36);
    CHECK(pool.power_metric == "node_power_watts");
    CHECK(pool.utilisation_ppm == 600'000);
    CHECK(pool.slots == 256);

    CHECK(s.upstreams[0].pool == "h100");
    CHECK(s.upstreams[0].is_usage_continuous);
    CHECK(s.upstreams[1].price == "openai");
    CHECK(s.upstreams[1].discount_ppm == 125'000);
    CHECK(s.models[0].output_tokens_max == 4'096);

    const Tenant& acme = s.tenants[0];
    CHECK(acme.budget_day == Money{100 * pico_per_unit, usd});
    CHECK(acme.budget_month == Money{5'000'000 * pico_per_unit, krw});
    CHECK(acme.budget_window == Money{1, krw});
    CHECK(acme.tokens_window == 5'000'000'000);
    CHECK(acme.window == 168h);
    CHECK(acme.at_limit == AtLimit::degrade);
    CHECK(acme.degrade_to == "small");
    CHECK(acme.queue_timeout == 5s);
    CHECK(acme.warn_ppm == std::vector<std::uint32_t>{500'000, 950'000});
    CHECK(acme.subsidy_ppm == 300'000);
    CHECK(s.tenants[1].at_limit == AtLimit::local_only);
    CHECK(s.tenants[1].budget_day == Money{});

    REQUIRE(s.prices.size() == 2);
    const Price& price = s.prices[0];
    CHECK(price.tier == "batch");
    CHECK(price.tier_mode == "excess");
    CHECK(price.per == 1'000);
    CHECK(price.input_fresh == Money{pico_per_unit / 800, usd});
    CHECK(price.cache_read == Money{0, usd});         // free…
    CHECK(price.cache_write_5m.currency.is_none());   // …is not unknown
    CHECK(price.valid_from == parse_date("2026-11-01"));
    CHECK(price.valid_until == parse_date("2027-01-01"));
    CHECK(price.hours == Hours{23 * 60, 9 * 60, 9 * 60});
    CHECK(s.prices[1].per == 250);
    CHECK(s.prices[1].hours.is_all_day());
    CHECK(s.prices[1].valid_until == WallTime::max());

    REQUIRE(s.fx.size() == 1);
    CHECK(s.fx[0].from_currency == usd);
    CHECK(s.fx[0].rate_pico == 13'855 * (pico_per_unit / 10));
    CHECK(rfc3339(s.fx[0].valid_from) == "2026-11-01T00:00:00.000Z");

    CHECK(s.ledger.currency == usd);
    CHECK(s.ledger.is_strict);
    CHECK(s.ledger.unknown_price == Ledger::UnknownPrice::refuse);
    CHECK(s.ledger.utc_offset_minutes == -210);
    CHECK(s.ledger.segment_bytes == 16U << 20);
    CHECK(s.ledger.database.reveal() == "postgresql://gilmok:database-secret@db/gilmok");
    CHECK(s.webhook.secret.reveal() == "webhook-secret-0123456789");
}

TEST_CASE("what prices things reads back from what is written, and no secret is in it") {
    Machine machine;
    const Loaded first = machine.load(money);
    REQUIRE(first.snapshot);
    for (const std::string& text : {render_toml(*first.snapshot), render_everything(*first.snapshot)}) {
        INFO(text);
        const Loaded second = machine.load(text);
        INFO(all_of(second));
        REQUIRE(second.snapshot);
        CHECK(render_everything(*first.snapshot) == render_everything(*second.snapshot));
        CHECK_FALSE(has(text, "database-secret"));
        CHECK_FALSE(has(text, "webhook-secret"));
        CHECK(has(text, "database = \"env:DATABASE\""));
        CHECK(has(text, "opex_month = \"1500000.5 KRW\""));
        CHECK(has(text, "at_limit = \"degrade:small\""));
        CHECK(has(text, "warn = [\"50%\", \"95%\"]"));
        CHECK(has(text, "hours = \"23:00-09:00+09:00\""));
    }
    CHECK_FALSE(has(render_toml(*first.snapshot), "output_audio"));   // what nobody said is left out
}

TEST_CASE("money without its currency is refused, with the text that mends it") {
    const auto budget = [](std::string_view value) {
        return with("[tenant.t]\nbudget_month = " + std::string(value) + "\n");
    };
    CHECK(only(budget("5000000"), "E0103") ==
          "error[E0103] gilmok.toml:6:16: \"budget_month\" needs a currency; an amount without its currency is read as "
          "another one sooner or later\n"
          "   6 | budget_month = 5000000\n"
          "     |                ^^^^^^^ write \"5000000 KRW\" if you mean won\n");
    CHECK(has(only(budget("12.5"), "E0103"), "write \"12.5 KRW\""));
    CHECK(has(only(budget("\"5000000\""), "E0103"), "write \"5000000 KRW\""));
    CHECK(has(only(budget("\"5,000,000 KRW\""), "E0103"), "did you mean \"5000000 KRW\"?"));
    CHECK(has(only(budget("\"5_000_000KRW\""), "E0103"), "did you mean \"5000000 KRW\"?"));
    CHECK(has(only(budget("\"$12.50\""), "E0103"), "did you mean \"12.5 USD\"?"));
    CHECK(has(only(budget("\"₩5000\""), "E0103"), "did you mean \"5000 KRW\"?"));
    CHECK(has(only(budget("\"5000 won\""), "E0103"), "did you mean \"5000 KRW\"?"));
    CHECK(has(only(budget("\"5 usd\""), "E0103"), "did you mean \"5 USD\"?"));
    CHECK(has(only(budget("\"five USD\""), "E0103"), "write it as"));
    CHECK(has(only(budget("\"1 USD 2\""), "E0103"), "write it as"));
    CHECK(has(only(budget("\"1e6 KRW\""), "E0103"), "write it as"));
    only(budget("\"0.0000000000001 KRW\""), "E0103");
    only(budget("\"1000000000000001 KRW\""), "E0103");
    only(budget("true"), "E0102");
    CHECK(has(only(budget("\"-5 KRW\""), "E0104"), "less than nothing"));
    CHECK(has(only(budget("\"0 KRW\""), "E0104"), "for no budget"));
    Machine machine;
    CHECK(machine.load(budget("\"\"")).problems.empty());
    CHECK(has(only(with("[tenant.t]\nbudget = \"5000000 KRW\"\n"), "E0101"), "budget = \"5000000 KRW\""));
}

TEST_CASE("a tariff says for how much energy") {
    const auto text = [](std::string_view value) {
        return "[model.m]\ntry = [\"a/m\"]\n[upstream.a]\nurl = \"http://127.0.0.1/v1\"\npool = \"p\"\n[pool.p]\ncapex "
               "= "
               "\"1 KRW\"\ntariff_kwh = " +
               std::string(value) + "\n";
    };
    CHECK(has(only(text("160"), "E0103"), "write \"160 KRW/kWh\""));
    CHECK(has(only(text("\"160/kWh\""), "E0103"), "write \"160 KRW/kWh\""));
    CHECK(has(only(text("\"160 KRW\""), "E0103"), "write \"160 KRW/kWh\""));
    CHECK(has(only(text("\"160 won/kWh\""), "E0103"), "did you mean \"160 KRW/kWh\"?"));
    only(text("\"160 KRW/h\""), "E0103");
    only(text("\"-1 KRW/kWh\""), "E0104");
}

TEST_CASE("shares have their sign and a range") {
    const auto discount = [](std::string_view value) {
        return with_upstream("discount = " + std::string(value) + "\n");
    };
    CHECK(has(only(discount("12.5"), "E0103"), "write \"12.5%\""));
    CHECK(has(only(discount("\"5\""), "E0103"), "write \"5%\""));
    only(discount("\"100.1%\""), "E0103");
    only(discount("\"-1%\""), "E0103");
    only(discount("\"0.00001%\""), "E0103");
    only(discount("true"), "E0102");
    only(with("[tenant.t]\nwarn = [\"0.5%\"]\n"), "E0104");
    only(with("[tenant.t]\nwarn = [\"50%\", \"50.0%\"]\n"), "E0308");
    only(with("[tenant.t]\nwarn = [50]\n"), "E0102");
    only(with("[tenant.t]\nwarn = [\"1%\",\"2%\",\"3%\",\"4%\",\"5%\",\"6%\",\"7%\",\"8%\",\"9%\"]\n"), "E0003");
}

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
