// Goal: what is charged again is exact, what was corrected before is not corrected twice, and nothing is made up.
#include "report/rerate.hpp"

#include <doctest/doctest.h>

#include "report/test_questions.hpp"

using namespace gilmok;
using namespace gilmok::report;
using model::Meter;

namespace {

const WallTime from = at("2026-10-01T00:00:00Z"), until = at("2026-10-02T00:00:00Z");

config::Snapshot snapshot_of() {
    config::Snapshot snapshot;
    snapshot.upstreams.resize(2);
    snapshot.upstreams[0].name = "cloud";
    snapshot.upstreams[1].name = "gpu";
    snapshot.upstreams[1].pool = "h100";
    return snapshot;
}

meter::PriceBookPtr book_of() {
    meter::PriceRow input, output;
    input.provider = output.provider = "cloud";
    input.sku = output.sku = "m";
    output.meter = Meter::output_text;
    input.price = *parse_money("1000000 KRW");
    output.price = *parse_money("3000000 KRW");
    return meter::PriceBook::build({input, output}, {});
}

ledger::AttemptRow row_of(std::string upstream, std::string sku, Pico booked, bool is_known) {
    ledger::AttemptRow row;
    row.terminal.kind = model::TerminalKind::settled;
    row.terminal.at = from + std::chrono::hours(1);
    row.terminal.meters[Meter::input_fresh] = 10;
    row.terminal.meters[Meter::output_text] = 2;
    row.terminal.charge.is_known = is_known;
    row.terminal.charge.cost_ledger = booked;
    row.upstream = std::move(upstream);
    row.served_model = std::move(sku);
    row.model = "chat";
    return row;
}

constexpr Pico right = 16 * pico_per_unit;

}   // namespace

TEST_CASE("what had no price, or a wrong one, gets the difference; what is right gets nothing") {
    TestQuestions tables;
    tables.attempt_rows = {row_of("cloud", "m", 0, false), row_of("cloud", "m", 20 * pico_per_unit, true),
                           row_of("cloud", "m", right, true)};
    const auto rerated = rerate(tables, snapshot_of(), *book_of(), from, until);
    REQUIRE(rerated);
    REQUIRE(rerated->changes.size() == 2);
    CHECK(rerated->changes[0].difference == right);
    CHECK(rerated->changes[1].difference == -4 * pico_per_unit);
    CHECK(rerated->changes[0].card.find("\"cloud\"") != std::string::npos);
    const RerateLine& line = rerated->models.at("chat");
    CHECK(line.attempts == 3);
    CHECK(line.changed == 2);
    CHECK(line.after == 3 * right);
    CHECK(line.before == 36 * pico_per_unit);
}

TEST_CASE("a correction counts as booked, so that a second look finds nothing") {
    TestQuestions tables;
    tables.attempt_rows = {row_of("cloud", "m", 20 * pico_per_unit, true)};
    tables.attempt_rows[0].correction_ledger = -4 * pico_per_unit;
    const auto rerated = rerate(tables, snapshot_of(), *book_of(), from, until);
    REQUIRE(rerated);
    CHECK(rerated->changes.empty());
}

TEST_CASE("devices of one's own, voided attempts and unknown upstreams stay; an unknown price is counted, never zero") {
    TestQuestions tables;
    tables.attempt_rows = {row_of("gpu", "m", 5, true), row_of("gone", "m", 5, true), row_of("cloud", "m", 0, true),
                           row_of("cloud", "other", 7, true)};
    tables.attempt_rows[2].terminal.kind = model::TerminalKind::voided;
    const auto rerated = rerate(tables, snapshot_of(), *book_of(), from, until);
    REQUIRE(rerated);
    CHECK(rerated->changes.empty());
    REQUIRE(rerated->models.size() == 1);
    CHECK(rerated->models.at("chat").unpriced == 1);
}
