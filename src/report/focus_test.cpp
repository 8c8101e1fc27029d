// Goal: a FOCUS file of anything the ledger can hold keeps the rules of FOCUS and adds up to the ledger, to the pico.
// Method: generated months with own and rented models, discounts, other currencies, corrections, unknown prices and idle pools;
// our own checker of the rules, which a test holds against broken files first.
#include "report/focus.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/prng.hpp"
#include "report/test_focus_rules.hpp"
#include "report/test_questions.hpp"
#include "report/test_snapshot.hpp"

using namespace gilmok;
using namespace gilmok::report;
using ledger::Dimension;
using model::Meter;

namespace {

constexpr Currency usd{{'U', 'S', 'D'}}, krw{{'K', 'R', 'W'}};

meter::PriceRow price(const char* provider, const char* sku, Meter meter, const char* amount, Currency currency,
                      std::int64_t above = 0) {
    meter::PriceRow row;
    row.provider = provider;
    row.sku = sku;
    row.meter = meter;
    row.price = {*parse_decimal(amount), currency};
    row.above_input_tokens = above;
    return row;
}

meter::PriceBookPtr test_book() {
    std::vector<meter::PriceRow> rows{price("openai", "mini", Meter::input_fresh, "0.25", usd),
                                      price("openai", "mini", Meter::cache_read, "0.025", usd),
                                      price("openai", "mini", Meter::output_text, "2", usd),
                                      price("openai", "mini", Meter::input_fresh, "0.5", usd, 200'000),
                                      price("home", "solar", Meter::input_fresh, "333.3333", krw),
                                      price("home", "solar", Meter::output_text, "1000", krw),
                                      price("home", "rank", Meter::pages, "3", krw)};
    rows.back().per = 1'000;
    meter::FxRate rate;
    rate.from = usd, rate.to = krw, rate.rate = *parse_decimal("1391.37");
    return meter::PriceBook::build(std::move(rows), {rate});
}

const Period october{at("2026-09-30T15:00:00Z"), at("2026-10-31T15:00:00Z")};

TestQuestions random_month(std::uint64_t seed, const meter::PriceBook& book) {
    Prng prng(seed);
    TestQuestions tables;
    const std::string cards[] = {
        book.find("openai", "mini", "", model::ServiceTier::standard, october.from, 125'000)->text(),
        book.find("home", "solar", "", model::ServiceTier::standard, october.from)->text(),
        book.find("home", "rank", "", model::ServiceTier::standard, october.from)->text(),
        R"({"pool":"h100","fixed_hour":"1"})", ""};
    const char* tenants[] = {"acme/finance/bot", "acme/risk/bot", "beta", "gone/team", ""};
    const char* models[] = {"chat", "rank", "of, \"quotes\""};
    for (int i = 0; i < 300; ++i) {
        const WallTime time = october.from + std::chrono::seconds(prng.between(0, 31 * 86'400 - 1));
        const std::size_t card = prng.below(5);
        Fact& fact = tables.add(rfc3339(time), tenants[prng.below(5)], models[prng.below(3)], 0, 0, 0);
        fact.with(Dimension::price_card, cards[card]).with(Dimension::upstream, card == 3 ? "h100" : "cloud");
        fact.with(Dimension::served_model, prng.chance(1, 2) ? "Qwen/Qwen3-32B" : "gpt")
            .with(Dimension::place, prng.chance(1, 2) ? "kr" : "");
        fact.with(Dimension::tag, prng.chance(1, 3) ? "=night\njob" : "").with(Dimension::key, "key_1");
        for (const Meter meter : {Meter::input_fresh, Meter::cache_read, Meter::output_text, Meter::output_reasoning})
            if (card != 2 && prng.chance(3, 4)) fact.with(meter, prng.between(0, 3'000'000));
        if (card == 2) fact.with(Meter::pages, prng.between(1, 5'000));
        fact.sums.duration_us = static_cast<std::uint64_t>(prng.between(0, 90'000'000));
        fact.sums.cost_ledger = card == 4 ? 0
                                          : Pico(prng.between(0, 1'000'000'000'000'000'000)) * prng.between(1, 1'000) /
                                                prng.between(1, 1'000'000'000);
        if (card == 4) fact.sums.unpriced = 1;
        if (prng.chance(1, 5)) fact.sums.correction_ledger = prng.between(-1'000'000'000'000, 1'000'000'000'000);
        fact.sums.cost_ledger += fact.sums.correction_ledger;
    }
    for (int hour = 0; hour < 31 * 24; hour += 7) {
        ledger::PoolRow pool;
        pool.pool = "h100";
        pool.hour = october.from + std::chrono::hours(hour);
        pool.cost = prng.between(0, 1'000'000'000'000'000);
        pool.cost_attributed = prng.between(0, 1'000'000'000'000'000);
        pool.microjoules = 3'600'000'000;
        tables.pool_hours.push_back(pool);
    }
    return tables;
}

std::string exported(TestQuestions& tables, const meter::PriceBook& book, WallTime now, FocusTotals* totals = nullptr) {
    std::string csv;
    const auto snapshot = test_snapshot();
    const auto done =
        export_focus(tables, *snapshot, book, {october, now}, [&](std::string_view part) { csv += part; });
    REQUIRE(done.has_value());
    if (totals != nullptr) *totals = *done;
    return csv;
}

Pico sum(const focus_rules::File& file, const char* column) {
    Pico total = 0;
    for (const focus_rules::Row& row : file.rows) total += *parse_decimal(row.at(column));
    return total;
}

}   // namespace

TEST_CASE("a generated month keeps every rule of FOCUS, and its costs are the ledger's") {
    const meter::PriceBookPtr book = test_book();
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        CAPTURE(seed);
        TestQuestions tables = random_month(seed, *book);
        Pico booked = 0, idle = 0;
        std::int64_t tokens = 0, unpriced = 0;
        for (const Fact& fact : tables.facts) {
            booked += fact.sums.cost_ledger;
            tokens += input_tokens(fact.sums) + output_tokens(fact.sums);
            unpriced += static_cast<std::int64_t>(fact.sums.unpriced);
        }
        for (const ledger::PoolRow& pool : tables.pool_hours) idle += pool.cost - pool.cost_attributed;
        FocusTotals totals;
        const focus_rules::File file = focus_rules::read(exported(tables, *book, october.until, &totals));
        const auto broken = focus_rules::broken(file);
        for (const std::string& what : broken) INFO(what);
        CHECK_MESSAGE(broken.empty(), (broken.empty() ? "" : broken.front()));
        CHECK(file.rows.size() == totals.rows);
        CHECK(sum(file, "BilledCost") == booked + idle);
        CHECK(sum(file, "EffectiveCost") == booked + idle);
        CHECK(sum(file, "ContractedCost") == booked + idle);
        CHECK(totals.billed == booked + idle);
        CHECK(static_cast<std::int64_t>(totals.unpriced) == unpriced);
        std::int64_t seen = 0;
        for (const focus_rules::Row& row : file.rows)
            for (const char* column : {"x_TokensInput", "x_TokensOutput"})
                if (!row.at(column).empty()) seen += std::stoll(row.at(column));
        // What has neither cost nor an unknown price leaves no row.
        CHECK(seen <= tokens);
    }
}

TEST_CASE("corrections are called so when the period is closed, and idle is its own row") {
    const meter::PriceBookPtr book = test_book();
    TestQuestions tables;
    Fact& fact = tables.add("2026-10-05T01:20:00Z", "acme/risk/bot", "chat", 1'000, 500, 7 * pico_per_unit);
    fact.with(Dimension::price_card,
              book->find("home", "solar", "", model::ServiceTier::standard, october.from)->text());
    fact.sums.correction_ledger = pico_per_unit;
    ledger::PoolRow pool;
    pool.pool = "h100", pool.hour = at("2026-10-05T01:00:00Z"), pool.cost = 5 * pico_per_unit;
    tables.pool_hours.push_back(pool);
    for (const bool is_closed : {false, true}) {
        const auto file =
            focus_rules::read(exported(tables, *book, is_closed ? october.until : october.until - Duration(1)));
        REQUIRE(file.rows.size() == 4);
        CHECK(file.rows[0].at("SkuMeter") == "Input Tokens");
        CHECK(file.rows[0].at("ConsumedQuantity") == "1000");
        CHECK(file.rows[0].at("PricingQuantity") == "1");
        CHECK(file.rows[0].at("PricingUnit") == "1000 Tokens");
        CHECK(file.rows[0].at("ChargePeriodStart") == "2026-10-05T01:00:00Z");
        CHECK(file.rows[0].at("BillingPeriodStart") == "2026-09-30T15:00:00Z");
        CHECK(file.rows[0].at("BillingAccountId") == "risk office");
        CHECK(file.rows[0].at("SubAccountId") == "acme/risk/bot");
        CHECK(*parse_decimal(file.rows[0].at("BilledCost")) + *parse_decimal(file.rows[1].at("BilledCost")) ==
              6 * pico_per_unit);
        CHECK(file.rows[2].at("BilledCost") == "1");
        CHECK(file.rows[2].at("ChargeClass") == (is_closed ? "Correction" : ""));
        CHECK(file.rows[3].at("ChargeDescription") == "Idle time of pool h100");
        CHECK(file.rows[3].at("BilledCost") == "5");
    }
}

TEST_CASE("a discount shows between list and contract, and the price's own currency stands beside") {
    const meter::PriceBookPtr book = test_book();
    TestQuestions tables;
    Fact& fact = tables.add("2026-10-05T01:20:00Z", "acme/finance/bot", "chat", 1'000'000, 0, 0);
    const meter::PriceCard* card =
        book->find("openai", "mini", "", model::ServiceTier::standard, october.from, 200'000);
    fact.with(Dimension::price_card, card->text());
    fact.sums.cost_ledger = *parse_decimal("278.274");   // 0.2 USD at 1391.37
    const auto file = focus_rules::read(exported(tables, *book, october.until));
    REQUIRE(file.rows.size() == 1);
    const focus_rules::Row& row = file.rows[0];
    CHECK(row.at("ContractedCost") == "278.274");
    CHECK(row.at("ListCost") == "347.8425");
    CHECK(row.at("PricingCurrency") == "USD");
    CHECK(row.at("PricingCurrencyEffectiveCost") == "0.2");
    CHECK(row.at("PricingCurrencyListUnitPrice") == "0.00025");
    CHECK(row.at("ContractedUnitPrice") == "0.278274");
}

TEST_CASE("an unknown price is a row without a price, never a price of zero") {
    const meter::PriceBookPtr book = test_book();
    TestQuestions tables;
    tables.add("2026-10-05T01:20:00Z", "beta", "chat", 100, 50, 0).sums.unpriced = 1;
    FocusTotals totals;
    const auto file = focus_rules::read(exported(tables, *book, october.until, &totals));
    REQUIRE(file.rows.size() == 1);
    CHECK(file.rows[0].at("ListUnitPrice").empty());
    CHECK(file.rows[0].at("x_UnpricedAttempts") == "1");
    CHECK(file.rows[0].at("x_TokensInput") == "100");
    CHECK(totals.unpriced == 1);
}

TEST_CASE("simulated answers are not billed") {
    const meter::PriceBookPtr book = test_book();
    TestQuestions tables;
    tables.add("2026-10-05T01:20:00Z", "beta", "chat", 100, 50, 3).with(Dimension::simulated, "true");
    CHECK(focus_rules::read(exported(tables, *book, october.until)).rows.empty());
}

TEST_CASE("a unit price times the quantity is the cost to the pico") {
    Prng prng(7);
    for (int i = 0; i < 20'000; ++i) {
        const Pico cost = Pico(prng.between(0, 1'000'000'000'000'000'000)) / prng.between(1, 1'000'000'000);
        const std::int64_t count = prng.between(1, prng.chance(1, 2) ? 100 : 10'000'000'000);
        const std::int64_t per = prng.chance(1, 2) ? 1'000 : 1;
        const std::string text = unit_price(cost, count, per);
        const std::string quantity = decimal(Pico(count) * (pico_per_unit / per));
        CHECK_MESSAGE(focus_rules::is_product(text, quantity, decimal(cost)),
                      text << " x " << quantity << " = " << decimal(cost));
    }
}

TEST_CASE("the checker sees each broken rule") {
    const meter::PriceBookPtr book = test_book();
    TestQuestions tables = random_month(3, *book);
    const focus_rules::File good = focus_rules::read(exported(tables, *book, october.until));
    REQUIRE(focus_rules::broken(good).empty());
    const auto usage = std::ranges::find_if(good.rows, [](const auto& row) {
        return row.at("ChargeCategory") == "Usage" && !row.at("RegionId").empty() && !row.at("SubAccountId").empty();
    });
    REQUIRE(usage != good.rows.end());
    for (const focus_rules::Rule& rule : focus_rules::rules()) {
        CAPTURE(rule.id);
        focus_rules::File file{good.columns, {*usage}};
        focus_rules::Row& row = file.rows[0];
        const std::string column(rule.column);
        using focus_rules::Check;
        switch (rule.check) {
            case Check::present: std::erase(file.columns, column); break;
            case Check::not_null:
            case Check::not_null_with: row[column] = ""; break;
            case Check::null: row[column] = "1", row["ChargeCategory"] = "Adjustment"; break;
            case Check::one_of: row[column] = "Something"; break;
            case Check::decimal: row[column] = "1,000"; break;
            case Check::not_negative: row[column] = "-1"; break;
            case Check::date: row[column] = "2026-10-05 01:00:00"; break;
            case Check::currency: row[column] = "won"; break;
            case Check::key_value: row[column] = R"({"a":{"b":1}})"; break;
            case Check::product: row[column] = "123456.5"; break;
            case Check::equal: row[column] = "12345.5", row["ChargeCategory"] = "Adjustment"; break;
            case Check::order: row[column] = "2030-01-01T00:00:00Z"; break;
            case Check::unit: row[column] = "tokens"; break;
            case Check::null_with: row[std::string(rule.with[0])] = ""; break;
        }
        const auto found = focus_rules::broken(file);
        CHECK(std::ranges::any_of(found, [&](const std::string& what) { return what.starts_with(rule.id); }));
    }
}
