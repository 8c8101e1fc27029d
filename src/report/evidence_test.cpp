// Goal: the statement about classes C and S is computed: it holds only where every attempt was judged and allowed, and names each that
// was not. Method: tables answered out of lists; a judge that is a plain function.
#include "report/evidence.hpp"

#include <doctest/doctest.h>

#include "report/test_questions.hpp"
#include "report/test_snapshot.hpp"

namespace gilmok::report {
namespace {

class GuardedQuestions final : public ledger::Questions {
public:
    TestQuestions money;
    std::vector<ledger::VerdictSum> verdict_sums;
    std::vector<ledger::FoundSum> found_sums;
    std::vector<ledger::DecisionRow> rows;
    std::vector<ledger::AttemptRow> sent;

    ledger::TablesResult<std::vector<ledger::UsageRow>> usage(const ledger::Filter& filter,
                                                              std::span<const ledger::Dimension> by,
                                                              std::int32_t offset) override {
        return money.usage(filter, by, offset);
    }
    ledger::TablesResult<std::vector<ledger::AttemptRow>> attempts_of(const model::RequestId& id) override {
        return money.attempts_of(id);
    }
    ledger::TablesResult<std::vector<ledger::AttemptRow>> attempts(const ledger::Filter& filter,
                                                                   std::uint64_t limit) override {
        std::vector<ledger::AttemptRow> found;
        for (const ledger::AttemptRow& row : money.attempt_rows)
            if (row.data_class == filter.data_class && found.size() < limit) found.push_back(row);
        return found;
    }
    ledger::TablesResult<std::vector<ledger::OpenRow>> open_attempts() override { return money.open_attempts(); }
    ledger::TablesResult<std::vector<ledger::PoolRow>> pools(WallTime from, WallTime until) override {
        return money.pools(from, until);
    }
    ledger::TablesResult<ledger::Folded> folded() override { return ledger::Folded{.records = 77}; }
    ledger::TablesResult<std::vector<ledger::VerdictSum>> verdicts(const ledger::DecisionFilter& filter) override {
        filters.push_back(filter);
        return verdict_sums;
    }
    ledger::TablesResult<std::vector<ledger::FoundSum>> found(const ledger::DecisionFilter&) override {
        return found_sums;
    }
    ledger::TablesResult<std::vector<ledger::DecisionRow>> decisions(const ledger::DecisionFilter& filter,
                                                                     std::uint64_t limit) override {
        std::vector<ledger::DecisionRow> some;
        for (const ledger::DecisionRow& row : rows)
            if (row.decision.verdict >= filter.verdict_least && row.decision.verdict <= filter.verdict_most &&
                some.size() < limit)
                some.push_back(row);
        return some;
    }
    ledger::TablesResult<std::vector<ledger::AttemptRow>> sent_though_refused(const ledger::DecisionFilter&,
                                                                              std::uint64_t) override {
        return sent;
    }
    std::vector<ledger::DecisionFilter> filters;
};

ledger::DecisionRow decision_row(std::uint64_t number, model::GuardAction verdict) {
    ledger::DecisionRow row;
    row.index = number;
    row.decision.ref.exchange = model::make_request_id(1'795'000'000'000, 0, number);
    row.decision.at = at("2026-11-20T10:00:00Z");
    row.decision.verdict = verdict;
    row.decision.data_class = model::DataClass::sensitive;
    row.decision.entries_count = 1;
    row.decision.entries[0] = {
        .kind = model::DataKind::kr_rrn, .action = verdict, .count = 3, .rule = model::NameId::none};
    row.rules = {"kr/rrn"};
    row.verdict_rule = "kr/rrn";
    row.tenant = "acme/finance";
    row.application = "hiring";
    row.upstream = "cloud";
    row.place = "us-east";
    row.operator_ = "cloud(US)";
    return row;
}

struct World {
    GuardedQuestions tables;
    std::shared_ptr<config::Snapshot> snapshot = test_snapshot();
    EvidenceContext context{
        .snapshot = *snapshot,
        .judge =
            [](model::DataClass, std::string_view, std::string_view place, std::string_view operator_) {
                return ClassJudged{.is_allowed = place == "kr-onprem" && operator_ == "own", .rule = "kr-public/place"};
            },
        .checkpoint = {},
        .archive = {},
        .listed_max = 2};
    Clock clock{at("2026-11-22T12:00:00Z"), 540};

    World() {
        config::Upstream upstream;
        upstream.name = "home";
        upstream.operator_ = "own";
        snapshot->upstreams.push_back(std::move(upstream));
        add("S", "kr-onprem", "home", 5);
        add("O", "us-east", "cloud", 3);
    }
    void add(std::string data_class, std::string place, std::string upstream, std::uint64_t attempts) {
        Fact& fact = tables.money.add("2026-11-20T10:00:00Z", "acme/finance", "m", 1, 1, 1);
        fact.with(ledger::Dimension::data_class, std::move(data_class))
            .with(ledger::Dimension::place, std::move(place))
            .with(ledger::Dimension::upstream, std::move(upstream));
        fact.sums.attempts = attempts;
    }
    ledger::AttemptRow attempt(std::uint64_t number, std::string place, Code code) {
        ledger::AttemptRow row;
        row.index = number;
        row.terminal.ref.exchange = model::make_request_id(1'795'000'000'000, 0, number);
        row.terminal.code = code;
        row.tenant = "acme/finance";
        row.place = std::move(place);
        row.upstream = "cloud";
        row.data_class = "S";
        return row;
    }
    Evidence ask(Asked asked = {}) {
        const auto found = evidence(tables, context, asked, clock);
        REQUIRE(found);
        return *found;
    }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}   // namespace

TEST_CASE("the statement holds where every attempt of C and S was at an allowed place, and open data does not count") {
    World world;
    const Evidence found = world.ask();
    CHECK(found.is_clean());
    REQUIRE(found.classes.size() == 1);
    CHECK(found.classes[0].operator_ == "own");   // from the configuration: no decision told
    CHECK(found.classes[0].attempts == 5);
    CHECK(found.records == 77);
    CHECK(has(evidence_text(found, world.context, false), "Nothing of class C or S was sent to a place"));
    CHECK(has(evidence_text(found, world.context, true), "허용하지 않는 장소로 나간 일이 없음"));
    CHECK(has(evidence_json(found, world.context), "\"stayed_where_allowed\":true"));
}

TEST_CASE("an attempt of class S abroad is named, but for one that the guard itself ended") {
    World world;
    world.add("S", "us-east", "cloud", 2);
    world.tables.money.attempt_rows = {world.attempt(1, "us-east", Code::none),
                                       world.attempt(2, "us-east", Code::guard_refused),
                                       world.attempt(3, "kr-onprem", Code::none)};
    const Evidence found = world.ask();
    CHECK_FALSE(found.is_clean());
    REQUIRE(found.breaches.size() == 1);
    CHECK(found.breaches[0].attempt.index == 1);
    CHECK_FALSE(found.breaches[0].was_refused);
    CHECK(has(evidence_text(found, world.context, false), "ATTEMPTS THAT MUST NOT HAVE BEEN: 1"));
    CHECK(has(evidence_json(found, world.context), "\"why\":\"not_allowed_now\""));
    CHECK(has(evidence_csv(found), "class_at_place,request,S,not_allowed,,us-east,,cloud,kr-public/place,2,"));
}

TEST_CASE("an attempt that a decision had refused is named once, whatever the rules say now") {
    World world;
    world.add("S", "us-east", "cloud", 1);
    world.tables.sent = {world.attempt(1, "us-east", Code::none)};
    world.tables.money.attempt_rows = world.tables.sent;
    const Evidence found = world.ask();
    REQUIRE(found.breaches.size() == 1);
    CHECK(found.breaches[0].was_refused);
}

TEST_CASE("where not every attempt could be looked at, nothing is claimed") {
    World world;
    world.add("S", "us-east", "cloud", 20'000);
    // The newest did not leave; of the others nobody knows.
    world.tables.money.attempt_rows.assign(10'000, world.attempt(1, "us-east", Code::guard_refused));
    const Evidence found = world.ask();
    CHECK(found.breaches.empty());
    CHECK_FALSE(found.is_clean());
    CHECK(has(evidence_text(found, world.context, false), "ask for a shorter span"));
    CHECK_FALSE(has(evidence_text(found, world.context, false), "Nothing of class C or S"));
    CHECK(has(evidence_json(found, world.context), "\"stayed_where_allowed\":false,\"cut\":true"));
}

TEST_CASE("without rules nothing is claimed") {
    World world;
    world.context.judge = nullptr;
    const Evidence found = world.ask();
    CHECK_FALSE(found.is_clean());
    CHECK(has(evidence_text(found, world.context, false), "NOT JUDGED"));
    CHECK(has(evidence_json(found, world.context), "\"allowed\":null"));
}

TEST_CASE("lists are cut and say so, sums are of all, and each request is proven once") {
    World world;
    for (std::uint64_t i = 0; i < 3; ++i) world.tables.rows.push_back(decision_row(i, model::GuardAction::block));
    world.tables.rows.push_back(decision_row(1, model::GuardAction::swap));
    world.tables.verdict_sums = {{.data_class = model::DataClass::sensitive,
                                  .verdict = model::GuardAction::block,
                                  .place = "us-east",
                                  .operator_ = "cloud(US)",
                                  .upstream = "cloud",
                                  .rule = "kr/rrn",
                                  .decisions = 3},
                                 {.data_class = model::DataClass::sensitive,
                                  .verdict = model::GuardAction::swap,
                                  .place = "us-east",
                                  .operator_ = "cloud(US)",
                                  .upstream = "cloud",
                                  .rule = "kr/rrn",
                                  .decisions = 1}};
    world.tables.found_sums = {{.kind = model::DataKind::kr_rrn,
                                .action = model::GuardAction::block,
                                .place = "us-east",
                                .operator_ = "cloud(US)",
                                .rule = "kr/rrn",
                                .decisions = 3,
                                .findings = 9}};
    Asked asked;
    asked.from = "2026-11-01";
    asked.to = "2026-11-20";
    asked.tenant = "acme";
    const Evidence found = world.ask(asked);
    CHECK(found.refusals.size() == 2);
    CHECK(found.refusals_all == 3);
    CHECK(found.left.size() == 1);
    CHECK(found.requests().size() == 2);
    CHECK(world.tables.filters.front().tenant == "acme");
    CHECK(world.tables.filters.front().from == at("2026-10-31T15:00:00Z"));
    CHECK(world.tables.filters.front().until == at("2026-11-20T15:00:00Z"));
    const std::string text = evidence_text(found, world.context, false);
    CHECK(has(text, "and more, not listed: 1"));
    CHECK(has(text, "us-east / cloud(US) / cloud  refused: kr/rrn; 3 "));
    const std::string json = evidence_json(found, world.context);
    CHECK(has(json, "\"findings\":9"));
    CHECK(has(json, "\"refusals\":{\"all\":3,"));
    CHECK(has(evidence_csv(found), "found,request,,block,kr_rrn,us-east,cloud(US),,kr/rrn,3,9"));
}

TEST_CASE("the register, the rules and what is kept are part of it") {
    World world;
    config::Application app;
    app.name = "hiring";
    app.tenant = "acme";
    app.is_high_impact = true;
    app.decided_by = "CISO";
    app.notice = "https://acme.example/ai";
    world.snapshot->applications.push_back(app);
    config::GuardRule rule;
    rule.name = "kr/rrn";
    rule.where = "catalog/jurisdictions/kr.toml:12";
    rule.citations = {"KR PIPA art. 24-2"};
    world.snapshot->guard.rules.push_back(rule);
    world.snapshot->archive.tenants = {"acme"};
    world.context.archive = {
        .is_readable = true,
        .tenants = 1,
        .texts = 3,
        .bytes = 4,
        .destroyed = {{"acme/hr", "2026-11-21T04:05:06.789Z"}, {"acme/lab", "2026-11-22T04:05:06.789Z"}},
        .problems = {}};
    const Evidence found = world.ask();
    for (const bool is_korean : {false, true}) {
        const std::string text = evidence_text(found, world.context, is_korean);
        CHECK(has(text, "hiring"));
        CHECK(has(text, is_korean ? "고영향, 판단자 CISO" : "high impact, decided by CISO"));
        CHECK(has(text, "kr/rrn  block  catalog/jurisdictions/kr.toml:12; KR PIPA art. 24-2"));
        CHECK(has(text, is_korean ? "파기한 키 2" : "keys destroyed 2"));
    }
    CHECK(has(evidence_text(found, world.context, false), "acme/hr  2026-11-21T04:05:06.789Z"));
    const std::string json = evidence_json(found, world.context);
    CHECK(has(json, "\"high_impact\":true"));
    CHECK(has(json, "\"citations\":[\"KR PIPA art. 24-2\"]"));
    CHECK(has(json, "\"keys_destroyed\":2"));
}

TEST_CASE("what is neither C nor S is counted by place, and breaches are rows of their own") {
    World world;
    world.add("O", "us-east", "cloud", 4);
    const Evidence found = world.ask();
    REQUIRE(found.others.size() == 1);
    CHECK(found.others[0].attempts == 7);
    CHECK(has(evidence_text(found, world.context, false), "O  us-east / - / cloud  7"));
    CHECK(has(evidence_json(found, world.context), "\"other_classes\":[{\"class\":\"O\",\"place\":\"us-east\""));
    CHECK(has(evidence_csv(found), "class_at_place,request,O,unjudged,,us-east,,cloud,,7,"));
    world.tables.sent = {world.attempt(1, "us-east", Code::none)};
    CHECK(has(evidence_csv(world.ask()), "breach,request,S,refused_then,,us-east,,cloud,,1,"));
}

TEST_CASE("a tenant that nobody knows is refused: of a misspelt name every statement would hold") {
    World world;
    Asked asked;
    asked.tenant = "acme/finanse";
    const auto found = evidence(world.tables, world.context, asked, world.clock);
    REQUIRE_FALSE(found);
    CHECK(has(found.error(), "did you mean \"acme/finance\"?"));
    // One that was removed from the configuration is known to the ledger.
    asked.tenant = "old";
    CHECK_FALSE(evidence(world.tables, world.context, asked, world.clock));
    world.tables.money.add("2025-01-20T10:00:00Z", "old", "m", 1, 1, 1);
    CHECK(evidence(world.tables, world.context, asked, world.clock));
}

TEST_CASE("a report for one tenant names no application of another") {
    World world;
    for (const char* tenant : {"acme", "acme/finance", "acme/risk", "beta"}) {
        config::Application app;
        app.name = "of-" + std::string(tenant);
        app.tenant = tenant;
        world.snapshot->applications.push_back(app);
    }
    Asked asked;
    asked.tenant = "acme/finance";
    const Evidence found = world.ask(asked);
    for (const std::string& told : {evidence_text(found, world.context, false), evidence_json(found, world.context)}) {
        CHECK(has(told, "of-acme/finance"));
        CHECK(has(told, "of-acme"));
        CHECK_FALSE(has(told, "of-acme/risk"));
        CHECK_FALSE(has(told, "of-beta"));
    }
}

TEST_CASE("a question that cannot be and tables that do not answer are told") {
    World world;
    Asked asked;
    asked.period = "someday";
    CHECK_FALSE(evidence(world.tables, world.context, asked, world.clock));
    world.tables.money.problem = "no tables";
    CHECK(evidence(world.tables, world.context, {}, world.clock).error() == "no tables");
}

}   // namespace gilmok::report
