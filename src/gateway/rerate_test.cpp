// Goal: differences become CORRECTION records of the ledger, each with the card it was made by.
#include "gateway/rerate.hpp"

#include <doctest/doctest.h>

#include "gateway/ledger_service.hpp"
#include "gateway/test_gate.hpp"
#include "ledger/log.hpp"
#include "report/test_questions.hpp"

using namespace gilmok;
using namespace gilmok::gateway;

TEST_CASE("each difference is one CORRECTION in the log, and without a keeper nothing is written") {
    io::sim::World world{11};
    io::sim::SimFiles files;
    config::FakeSecrets secrets = TestGate::known_secrets();
    files.put("gilmok.toml", TestGate::toml("[[price]]\nprovider = \"a\"\nsku = \"served\"\ninput_fresh = \"1000000 "
                                            "KRW\"\noutput_text = \"1000000 KRW\"\n"));
    const config::Loaded loaded = config::load("gilmok.toml", files, secrets, 1);
    REQUIRE(loaded.snapshot != nullptr);
    LedgerService service(files, world,
                          [] { return ledger::TablesResult<std::unique_ptr<ledger::Tables>>(ledger::no_tables()); });
    REQUIRE(service.open(*loaded.snapshot, 1) == "");
    report::TestQuestions tables;
    const WallTime now = world.wall_now();
    for (std::uint8_t attempt = 0; attempt < 3; ++attempt) {
        ledger::AttemptRow& row = tables.attempt_rows.emplace_back();
        row.terminal.ref = {model::make_request_id(1, 2, 3), attempt};
        row.terminal.kind = model::TerminalKind::settled;
        row.terminal.at = now;
        row.terminal.meters[model::Meter::input_fresh] = 5 + attempt;
        row.terminal.meters[model::Meter::output_text] = 1;
        row.upstream = "a";
        row.served_model = "served";
        row.model = "chat";
    }
    const meter::PriceBookPtr book = build_price_book(*loaded.snapshot);
    const report::Period period{now - std::chrono::minutes(30), now + std::chrono::minutes(30)};
    const auto looked = rerate(tables, *loaded.snapshot, *book, period, nullptr, now);
    REQUIRE(looked);
    const auto written = rerate(tables, *loaded.snapshot, *book, period, service.keeper(), now);
    REQUIRE(written);
    CHECK(has(rerated_json(*written, loaded.snapshot->ledger.currency, true), R"("corrections":3)"));
    service.keeper()->turn(now);
    std::vector<ledger::Correction> found;
    auto reader = ledger::LogReader::open(files, "/state/ledger");
    REQUIRE(reader);
    for (;;) {
        const auto record = reader->next();
        REQUIRE(record);
        if (!*record) break;
        const auto entry = ledger::read_entry((*record)->bytes);
        REQUIRE(entry);
        if (const auto* correction = std::get_if<ledger::Correction>(&entry->body)) found.push_back(*correction);
    }
    REQUIRE(found.size() == 3);
    for (std::size_t i = 0; i < found.size(); ++i) {
        CHECK(found[i].ref.attempt == i);
        CHECK(found[i].cost_ledger == static_cast<Pico>(6 + i) * pico_per_unit);
        CHECK(found[i].card != model::NameId::none);
        CHECK(found[i].card == found[0].card);
    }
}
