// Goal: everything that prices or limits is read exactly, written back the same, and refused where it could be mistaken.
#include <doctest/doctest.h>

#include "config/amount.hpp"
#include "config/load.hpp"
#include "config/reader.hpp"
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
    for (const std::string& text : written_and_read(machine, *first.snapshot)) {
        INFO(text);
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
