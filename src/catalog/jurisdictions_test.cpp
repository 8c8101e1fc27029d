// Goal: every rule of the committed packs can be held against its law: an article, a date, a source, and the evidence it leaves.
#include "catalog/jurisdictions.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace gilmok;
using namespace gilmok::catalog;

TEST_CASE("the packs are sound") {
    for (const std::string& fault : check_jurisdictions()) FAIL_CHECK(fault);
    CHECK(jurisdictions().size() == 7);
    CHECK(jurisdiction("atlantis") == nullptr);
}

TEST_CASE("every rule and duty names articles, a date, a source, its evidence, and both titles") {
    for (const Jurisdiction& pack : jurisdictions()) {
        CAPTURE(pack.id);
        CHECK_FALSE(pack.title.empty());
        CHECK_FALSE(pack.title_ko.empty());
        CHECK_FALSE(pack.rules.empty());
        CHECK_FALSE(pack.duties.empty());
        std::set<std::string> ids;
        const auto has_all = [&](const auto& entry) {
            CAPTURE(entry.id);
            CHECK(ids.insert(entry.id).second);
            CHECK_FALSE(entry.title.empty());
            CHECK_FALSE(entry.title_ko.empty());
            CHECK_FALSE(entry.citations.empty());
            for (const std::string& citation : entry.citations) {
                // "KR PIPA art. 24-2": the country first, so that one control can cite the laws of several.
                CHECK(citation.size() > 6);
                CHECK(citation[2] == ' ');
            }
            CHECK(entry.effective.size() == 10);
            CHECK_FALSE(entry.evidence.empty());
            CHECK(entry.provenance.source.starts_with("https://"));
            CHECK(entry.provenance.date.size() == 10);
        };
        for (const JurisdictionRule& rule : pack.rules) has_all(rule);
        for (const JurisdictionDuty& duty : pack.duties) has_all(duty);
        for (const HighImpactDomain& domain : pack.domains) CHECK_FALSE(domain.citation.empty());
    }
}

TEST_CASE("rules without kinds only allow or keep away, and rules for answers name kinds and no place") {
    for (const Jurisdiction& pack : jurisdictions())
        for (const JurisdictionRule& rule : pack.rules) {
            CAPTURE(pack.id + "/" + rule.id);
            const bool changes = rule.action == model::GuardAction::swap || rule.action == model::GuardAction::mask;
            if (rule.kinds.is_empty()) CHECK_FALSE(changes);
            if (!rule.is_for_answers) continue;
            CHECK_FALSE(rule.kinds.is_empty());
            CHECK((rule.places.empty() && rule.places_not.empty() && rule.operators.empty()));
            CHECK((rule.action == model::GuardAction::mask || rule.action == model::GuardAction::block));
        }
}

TEST_CASE("resident registration numbers are blocked everywhere in Korea's packs, by law") {
    for (const std::string_view id : {"kr", "kr-public", "kr-finance"}) {
        const JurisdictionRule* rule = jurisdiction_rule(std::string(id) + "/rrn");
        REQUIRE(rule != nullptr);
        CHECK(rule->action == model::GuardAction::block);
        CHECK(rule->is_obligatory);
        CHECK(rule->kinds.has(model::DataKind::kr_rrn));
        CHECK((rule->places.empty() && rule->places_not.empty()));
        CHECK(rule->citations.front() == "KR PIPA art. 24-2(1)");
        CHECK(where_of(*jurisdiction(id), *rule).starts_with("catalog/jurisdictions/" + std::string(id) + ".toml:"));
        CHECK(rule->line > 1);
    }
    CHECK(jurisdiction_rule("kr/nothing") == nullptr);
    CHECK(jurisdiction_rule("rrn") == nullptr);
}

TEST_CASE("public bodies begin at class S, and the domains of the AI Basic Act are there") {
    CHECK(jurisdiction("kr-public")->class_default == "S");
    CHECK(jurisdiction("kr")->class_default.empty());
    std::set<std::string> names;
    for (const HighImpactDomain& domain : jurisdiction("kr")->domains) names.insert(domain.name);
    for (const std::string_view name : {"hiring", "loans", "health", "student-assessment"})
        CHECK(names.contains(std::string(name)));
    CHECK(jurisdiction("eu")->retention_days >= 183);
}

TEST_CASE("kinds are named alone, by family, or all, and say the same when written again") {
    using model::DataKind;
    CHECK(model::kinds_named("all") == model::KindSet::all());
    CHECK_FALSE(model::kinds_named("family:nothing"));
    CHECK_FALSE(model::kinds_named("kr_nothing"));
    const auto secrets = model::kinds_named("family:secret");
    REQUIRE(secrets);
    CHECK(secrets->has(DataKind::jwt));
    CHECK_FALSE(secrets->has(DataKind::kr_rrn));
    model::KindSet some = *secrets;
    some.add(DataKind::kr_rrn);
    CHECK(model::words_of(some) == std::vector<std::string>{"kr_rrn", "family:secret"});
    CHECK(model::words_of(model::KindSet::all()) == std::vector<std::string>{"all"});
    CHECK(model::words_of({}).empty());
    model::KindSet again;
    for (const std::string& word : model::words_of(some)) again.add(*model::kinds_named(word));
    CHECK(again == some);
}
