// Goal: what the tables say of decisions is what a plain loop over the records says, and what was sent although it was
// refused is found. Method: random records, random questions; single records for the edges; proofs of a small ledger.
#include <doctest/doctest.h>

#include "ledger/proof.hpp"
#include "ledger/test_decisions.hpp"
#include "ledger/test_ledger.hpp"

namespace gilmok::ledger {

TEST_CASE("decisions are answered as a plain loop over the records does") {
    bool has_sent = false;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        CAPTURE(seed);
        const TemporaryDirectory directory;
        TablesWorld world(seed);
        auto tables = value_of(open_sqlite(directory.file("t")));
        for (int step = 0; step < 2'500; ++step) world.step();
        apply_in_batches(*tables, world.take(), world.prng());
        const auto questions = value_of(ask_sqlite(directory.file("t")));
        for (const DecisionFilter& filter : any_decision_filters(world.prng(), 80)) {
            const std::string expected = shown_decisions(world, filter);
            REQUIRE(shown_decisions(*questions, filter) == expected);
            has_sent = has_sent || expected.find("sent ") != std::string::npos;
        }
        CHECK(value_of(questions->decisions(any_decision_filters(world.prng(), 1).front(), 0)).empty());
    }
    CHECK(has_sent);
}

TEST_CASE("an attempt that the guard itself ended did not leave") {
    for (const Code code : {Code::none, Code::guard_refused, Code::guard_failed, Code::guard_answer_blocked}) {
        CAPTURE(static_cast<int>(code));
        const TemporaryDirectory directory;
        auto tables = value_of(open_sqlite(directory.file("t")));
        model::Terminal terminal;
        terminal.ref = {.exchange = model::make_request_id(1'793'145'600'000, 0, 1), .attempt = 2};
        terminal.upstream = model::NameId{7};
        terminal.code = code;
        model::Decision decision;
        decision.ref = terminal.ref;
        decision.upstream = model::NameId{7};
        decision.verdict = model::GuardAction::local;
        value_of(tables->apply(std::vector<IndexedEntry>{{0, {{}, terminal}}, {1, {{}, decision}}}));
        const auto questions = value_of(ask_sqlite(directory.file("t")));
        DecisionFilter filter;
        filter.until = WallTime::max();
        const bool has_left = code == Code::none || code == Code::guard_answer_blocked;
        CHECK(value_of(questions->sent_though_refused(filter, 9)).size() == (has_left ? 1 : 0));
    }
}

TEST_CASE("tables of schema 1 get the decisions' tables at the next start, and are told to be old before") {
    const TemporaryDirectory directory;
    TablesWorld world(3);
    for (int step = 0; step < 200; ++step) world.step();
    {
        auto tables = value_of(open_sqlite(directory.file("t")));
        apply_in_batches(*tables, world.take(), world.prng());
    }
    execute(directory.file("t"), "DROP TABLE decisions; DROP TABLE decision_kinds; UPDATE meta SET version = 1");
    CHECK(ask_sqlite(directory.file("t")).error().message.find("brings them up to date") != std::string::npos);
    const std::uint64_t before = world.decisions().size();
    auto tables = value_of(open_sqlite(directory.file("t")));
    CHECK(value_of(tables->folded()).records == world.records());
    for (int step = 0; step < 400; ++step) world.step();
    apply_in_batches(*tables, world.take(), world.prng());
    const auto questions = value_of(ask_sqlite(directory.file("t")));
    DecisionFilter filter;
    filter.until = WallTime::max();
    CHECK(value_of(questions->decisions(filter, rows_max)).size() == world.decisions().size() - before);
    value_of(tables->clear());
    CHECK(value_of(ask_sqlite(directory.file("t")))->decisions(filter, 1)->empty());
}

TEST_CASE("proof: the decisions of a request are proven with its ends, and explained") {
    const TestLedger ledger({.has_decisions = true});
    const Directory directory = ledger.directory();
    DirectoryFiles files(directory);
    const auto text = prove_request(files, "ledger", TestLedger::request_number(20));
    REQUIRE(text);
    const auto proofs = check_proofs(*text, ledger.signer.verifier());
    REQUIRE(proofs);
    const std::string told = explain(*proofs);
    CAPTURE(told);
    CHECK(told.find("block, rule number 4, class S, tenant acme/research; 2 kr_rrn: block, rule number 4\n") !=
          std::string::npos);

    std::vector<model::RequestId> wanted;
    for (const std::uint64_t number : {20U, 21U, 40U, 4'000'000U}) wanted.push_back(TestLedger::request_number(number));
    std::vector<std::string> files_made;
    const auto proven = prove_requests(files, "ledger", wanted, [&](const model::RequestId&, const std::string& proof) {
        CHECK(check_proofs(proof, ledger.signer.verifier()));
        files_made.push_back(proof);
        return io::FileResult<bool>(true);
    });
    REQUIRE(proven);
    CHECK(*proven == 3);
    CHECK(std::ranges::find(files_made, *text) != files_made.end());
    const auto stopped = prove_requests(files, "ledger", wanted, [](const model::RequestId&, const std::string&) {
        return io::FileResult<bool>(tl::unexpected(io::FileError{.code = ENOSPC, .message = "no room"}));
    });
    CHECK(stopped.error().message == "no room");
}

}   // namespace gilmok::ledger
