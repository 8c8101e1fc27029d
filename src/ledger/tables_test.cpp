// Goal: whatever is asked of the tables is what a plain loop over all records says. Method: random records in random batches,
// random questions, and an oracle that shares nothing with roll-ups.
#include "ledger/tables.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "ledger/table_database.hpp"
#include "ledger/table_fold.hpp"
#include "ledger/test_entries.hpp"
#include "ledger/test_tables.hpp"

namespace gilmok::ledger {

TEST_CASE("tables answer any question as a plain loop over all records does") {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        CAPTURE(seed);
        const TemporaryDirectory directory;
        TablesWorld world(seed);
        const std::array offsets{540, 540, 330, 0, -210, 540};
        auto tables = value_of(open_sqlite(directory.file("t"), offsets[seed - 1]));
        for (int step = 0; step < 2'500; ++step) world.step();
        apply_in_batches(*tables, world.take(), world.prng());
        const auto questions = value_of(ask_sqlite(directory.file("t")));
        for (int round = 0; round < 250; ++round) {
            if (round == 100) {   // a reader that is open sees what came since
                for (int step = 0; step < 500; ++step) world.step();
                apply_in_batches(*tables, world.take(), world.prng());
            }
            const Filter filter = world.any_filter();
            const std::vector<Dimension> by = world.any_dimensions();
            const std::array asked{540, 540, 540, 0, 330, -210, 60};
            const std::int32_t offset = asked[world.prng().below(asked.size())];
            CAPTURE(round);
            CAPTURE(offset);
            REQUIRE(shown(value_of(questions->usage(filter, by, offset))) == shown(world.usage(filter, by, offset)));
        }
        CHECK(value_of(tables->folded()).records == world.records());
    }
}

TEST_CASE("every dimension alone is answered as the plain loop does") {
    const TemporaryDirectory directory;
    TablesWorld world(77);
    auto tables = value_of(open_sqlite(directory.file("t")));
    for (int step = 0; step < 2'000; ++step) world.step();
    apply_in_batches(*tables, world.take(), world.prng());
    const auto questions = value_of(ask_sqlite(directory.file("t")));
    for (std::size_t i = 0; i < static_cast<std::size_t>(Dimension::count_); ++i) {
        const std::vector<Dimension> by{static_cast<Dimension>(i)};
        CAPTURE(name_of(by[0]));
        CHECK(dimension_of(name_of(by[0])) == by[0]);
        Filter filter;
        filter.until = WallTime::max();
        CHECK(shown(value_of(questions->usage(filter, by, 540))) == shown(world.usage(filter, by, 540)));
        filter.tenant = "acme";
        CHECK(shown(value_of(questions->usage(filter, by, 540))) == shown(world.usage(filter, by, 540)));
    }
    CHECK_FALSE(dimension_of("colour").has_value());
}

TEST_CASE("attempts come back as they were booked") {
    const TemporaryDirectory directory;
    TablesWorld world(5);
    auto tables = value_of(open_sqlite(directory.file("t")));
    for (int step = 0; step < 1'500; ++step) world.step();
    apply_in_batches(*tables, world.take(), world.prng());
    const auto questions = value_of(ask_sqlite(directory.file("t")));
    for (const WorldAttempt& booked : world.attempts()) {
        const auto rows = value_of(questions->attempts_of(booked.terminal.ref.exchange));
        const auto found = std::ranges::find(rows, booked.index, &AttemptRow::index);
        REQUIRE(found != rows.end());
        const model::Terminal& terminal = found->terminal;
        CHECK(terminal.ref.attempt == booked.terminal.ref.attempt);
        CHECK(terminal.ref.exchange.view() == booked.terminal.ref.exchange.view());
        CHECK(terminal.at == booked.terminal.at);
        CHECK(terminal.started == booked.terminal.started);
        CHECK(terminal.kind == booked.terminal.kind);
        CHECK(terminal.code == booked.terminal.code);
        CHECK(terminal.status == booked.terminal.status);
        CHECK(terminal.was_hedge == booked.terminal.was_hedge);
        CHECK(terminal.is_over_bound == booked.terminal.is_over_bound);
        CHECK(terminal.meters == booked.terminal.meters);
        CHECK(terminal.charge.is_known == booked.terminal.charge.is_known);
        CHECK(terminal.charge.currency == booked.terminal.charge.currency);
        CHECK(terminal.charge.ledger_currency == booked.terminal.charge.ledger_currency);
        CHECK((terminal.charge.cost == booked.terminal.charge.cost));
        CHECK((terminal.charge.cost_ledger == booked.terminal.charge.cost_ledger));
        CHECK((terminal.bound_cost_ledger == booked.terminal.bound_cost_ledger));
        CHECK((found->correction_ledger == booked.correction));
        CHECK(terminal.person == booked.terminal.person);
        CHECK(terminal.delivered_bytes == booked.terminal.delivered_bytes);
        CHECK(found->raw_usage == booked.terminal.raw_usage);
        CHECK(found->tenant == world.text(booked.terminal.tenant));
        CHECK(found->response_model == world.text(booked.terminal.response_model));
        CHECK(found->price_card == world.text(booked.terminal.charge.card));
    }
    for (int round = 0; round < 60; ++round) {
        const Filter filter = world.any_filter();
        const std::uint64_t limit = 1 + world.prng().below(20);
        std::vector<std::uint64_t> found;
        for (const AttemptRow& row : value_of(questions->attempts(filter, limit))) found.push_back(row.index);
        CHECK(found == world.newest(filter, limit));
    }
    const auto open = value_of(questions->open_attempts());
    CHECK(open.size() == world.open().size());
    for (const OpenRow& row : open) {
        const auto same = [&](const model::Reserve& other) {
            return other.ref.exchange.view() == row.reserve.ref.exchange.view() &&
                   other.ref.attempt == row.reserve.ref.attempt;
        };
        const auto found = std::ranges::find_if(world.open(), same);
        REQUIRE(found != world.open().end());
        CHECK(found->at == row.reserve.at);
        CHECK((found->bound.cost_ledger == row.reserve.bound.cost_ledger));
        CHECK(row.upstream == world.text(found->upstream));
    }
}

TEST_CASE("figures that cannot be count as the limit, and ring") {
    const TemporaryDirectory directory;
    auto tables = value_of(open_sqlite(directory.file("t")));
    std::vector<IndexedEntry> batch;
    for (std::uint64_t i = 0; i < 40; ++i) {
        model::Terminal terminal = terminal_of(i);
        terminal.meters[model::Meter::output_text] = std::numeric_limits<std::int64_t>::max();
        terminal.duration_us = std::numeric_limits<std::uint64_t>::max();
        terminal.charge.cost_ledger = pico_max * 1'000;
        batch.push_back(indexed(i, terminal));
    }
    value_of(tables->apply(batch));
    const auto questions = value_of(ask_sqlite(directory.file("t")));
    const auto rows = value_of(questions->usage(everything, {}, 540));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].meters[static_cast<std::size_t>(model::Meter::output_text)] == 40 * 1'000'000'000'000);
    CHECK((rows[0].cost_ledger == 40 * pico_max));
    const auto part = value_of(questions->usage(until(WallTime(std::chrono::seconds(world_begin_s + 1))), {}, 540));
    CHECK(shown(part) == shown(rows));
    CHECK(std::ranges::count(whats(*questions), "out_of_range") == 40);
}

TEST_CASE("tables that were forgotten and filled again give the same answers") {
    const TemporaryDirectory directory;
    TablesWorld world(9);
    for (int step = 0; step < 1'000; ++step) world.step();
    const std::vector<IndexedEntry> entries = world.take();
    auto tables = value_of(open_sqlite(directory.file("t")));
    apply_in_batches(*tables, entries, world.prng());
    const auto questions = value_of(ask_sqlite(directory.file("t")));
    const std::array by{Dimension::day, Dimension::key, Dimension::outcome};
    const std::string before = shown(value_of(questions->usage(everything, by, 540)));
    value_of(tables->clear());
    CHECK(value_of(questions->usage(everything, by, 540)).empty());
    CHECK(value_of(tables->names()).empty());
    apply_in_batches(*tables, entries, world.prng());
    CHECK(shown(value_of(questions->usage(everything, by, 540))) == before);
    CHECK(value_of(tables->names()).size() == world.texts().size());
    CHECK(value_of(tables->folded()).last_name == world.texts().size());
    CHECK(value_of(tables->folded()).last_epoch == 3);
}

TEST_CASE("tables are opened again where they were, and asked while nobody writes") {
    const TemporaryDirectory directory;
    TablesWorld world(10);
    for (int step = 0; step < 500; ++step) world.step();
    {
        auto tables = value_of(open_sqlite(directory.file("t")));
        apply_in_batches(*tables, world.take(), world.prng());
    }
    const auto questions = value_of(ask_sqlite(directory.file("t")));
    CHECK(value_of(questions->folded()).records == world.records());
    auto again = value_of(open_sqlite(directory.file("t")));
    CHECK(value_of(again->folded()).records == world.records());
    for (int step = 0; step < 100; ++step) world.step();
    apply_in_batches(*again, world.take(), world.prng());
    CHECK(value_of(questions->folded()).records == world.records());
    CHECK_FALSE(questions->usage(everything, {}, 540)->empty());
}

TEST_CASE("what waits for the roll-ups is counted by questions, also after a new start") {
    const TemporaryDirectory directory;
    auto tables = value_of(open_sqlite(directory.file("t")));
    const auto questions = value_of(ask_sqlite(directory.file("t")));
    const auto rolled = [&] {
        auto database = value_of(connect_sqlite({.path = directory.file("t"), .is_read_only = true}));
        return value_of(read_meta(*database)).rolled;
    };
    for (std::uint64_t i = 0; i < 9; ++i) {   // all within a second of the keeper's clock
        if (i == 5) tables = value_of(open_sqlite(directory.file("t")));
        const std::vector<IndexedEntry> one{indexed(i, terminal_of(i))};
        value_of(tables->apply(one));
        CHECK(rolled() < 2);
        const auto rows = value_of(questions->usage(everything, {}, 540));
        REQUIRE(rows.size() == 1);
        CHECK(rows[0].attempts == i + 1);
    }
    std::vector<IndexedEntry> later{indexed(9, Note{"{}"})};
    later[0].entry.header.at += rolled_interval;
    value_of(tables->apply(later));
    CHECK(rolled() == 10);
    CHECK(value_of(questions->usage(everything, {}, 540))[0].attempts == 9);
}

TEST_CASE("pools of one hour add up") {
    const TemporaryDirectory directory;
    auto tables = value_of(open_sqlite(directory.file("t")));
    const WallTime hour{std::chrono::seconds(world_begin_s)};
    const PoolHour half{model::NameId{1}, hour, 10, 4, 3 * pico_per_unit / 2, pico_per_unit / 2};
    const std::vector<IndexedEntry> first{indexed(0, Name{model::NameId{1}, NameKind::pool, "h100"}), indexed(1, half),
                                          indexed(2, half)};
    value_of(tables->apply(first));
    const std::vector<IndexedEntry> second{indexed(3, half)};
    value_of(tables->apply(second));
    const auto questions = value_of(ask_sqlite(directory.file("t")));
    const auto rows = value_of(questions->pools(hour, hour + std::chrono::hours(1)));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].pool == "h100");
    CHECK(rows[0].microjoules == 30);
    CHECK(rows[0].microjoules_attributed == 12);
    CHECK((rows[0].cost == 9 * pico_per_unit / 2));
    CHECK((rows[0].cost_attributed == 3 * pico_per_unit / 2));
    CHECK(value_of(questions->pools(hour + std::chrono::hours(1), WallTime::max())).empty());
}

TEST_CASE("what cannot be opened is refused in words that help") {
    const TemporaryDirectory directory;
    const auto refusal = [](auto result) { return result ? std::string() : result.error().message; };
    CHECK(refusal(open_sqlite(directory.file("no/t"))).find("directory must exist") != std::string::npos);
    CHECK(refusal(ask_sqlite(directory.file("none"))).find("SQLite: ") == 0);
    std::ofstream(directory.file("text")) << std::string(8'192, 'x');
    CHECK(refusal(open_sqlite(directory.file("text"))).find("gilmok ledger rebuild") != std::string::npos);
    execute(directory.file("foreign"), "CREATE TABLE theirs (a)");
    CHECK(refusal(open_sqlite(directory.file("foreign"))).find("not gilmok's") != std::string::npos);
    { value_of(open_sqlite(directory.file("t"))); }
    execute(directory.file("t"), "UPDATE meta SET version = 3");
    CHECK(refusal(open_sqlite(directory.file("t"))).find("run the newer gilmok") != std::string::npos);
    execute(directory.file("t"), "UPDATE meta SET version = 2, records = 0");
    CHECK(refusal(open_sqlite(directory.file("t"))).empty());
    execute(directory.file("empty"), "CREATE TABLE t (a); DROP TABLE t");
    CHECK(refusal(ask_sqlite(directory.file("empty"))).find("no tables yet") != std::string::npos);
}

TEST_CASE("an answer of more rows than the limit is refused, and one of as many is not") {
    const TemporaryDirectory directory;
    auto tables = value_of(open_sqlite(directory.file("t")));
    std::vector<IndexedEntry> batch;
    for (std::uint64_t i = 0; i < 1'000; ++i) {
        model::Terminal terminal = terminal_of(i);
        terminal.at += std::chrono::hours(i);
        terminal.tag = model::NameId{static_cast<std::uint32_t>(i + 1)};
        batch.push_back(indexed(i, terminal));
    }
    value_of(tables->apply(batch));
    const std::array by{Dimension::hour, Dimension::tag};
    for (const std::size_t limit : {std::size_t{999}, std::size_t{1'000}}) {
        auto database = value_of(connect_sqlite({.path = directory.file("t"), .is_read_only = true}));
        const auto questions = value_of(make_questions(std::move(database), limit));
        const auto answer = questions->usage(everything, by, 540);
        CHECK(answer.has_value() == (limit == 1'000));
        if (!answer) CHECK(answer.error().message.find("more than 999 rows") != std::string::npos);
    }
}

TEST_CASE("no record that can be written stops the tables") {
    const TemporaryDirectory directory;
    auto tables = value_of(open_sqlite(directory.file("t")));
    RandomEntries random(11);
    std::vector<IndexedEntry> batch;
    for (std::uint64_t i = 0; i < 3'000; ++i) {
        batch.push_back(indexed(i, random.body()));
        if (batch.size() < 100) continue;
        value_of(tables->apply(batch));
        batch.clear();
        random.forget();
    }
    CHECK(value_of(tables->folded()).records == 3'000);
    const auto questions = value_of(ask_sqlite(directory.file("t")));
    const std::array by{Dimension::month, Dimension::outcome};
    CHECK_FALSE(value_of(questions->usage(everything, by, 540)).empty());
}

TEST_CASE("no tables keep nothing and never refuse") {
    const auto tables = no_tables();
    const std::vector<IndexedEntry> batch{indexed(7, Name{model::NameId{4}, NameKind::tag, "a"})};
    value_of(tables->apply(batch));
    CHECK(value_of(tables->folded()).records == 8);
    CHECK(value_of(tables->folded()).last_name == 4);
    CHECK(value_of(tables->names()).empty());
}

}   // namespace gilmok::ledger
