// Goal: what may go where follows from the rules alone, what is unknown goes nowhere, and no finding, higher class or further
// pack ever makes an answer weaker. Method: tables over the packs, then random cases against those claims.
#include "guard/decide.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/prng.hpp"
#include "config/load.hpp"

using namespace gilmok;
using namespace gilmok::guard;
using config::GuardRule;
using model::DataClass;
using model::DataKind;
using model::Finding;
using model::GuardAction;
using model::TenantId;

namespace {

constexpr Destination home{"kr-onprem", ""};
constexpr Destination body{"kr-public", "NIA (KR)"};
constexpr Destination cloud{"kr-cloud", "NAVER Cloud (KR)"};
constexpr Destination abroad{"us-cloud", "OpenAI (US)"};
constexpr Destination nowhere{"", ""};
constexpr TenantId nobody = TenantId::none;
const std::vector<std::string> no_packs;

struct World {
    config::Snapshot snapshot;
    explicit World(std::vector<std::string> packs = {"kr"}) { snapshot.guard.packs = std::move(packs); }
    World& add(GuardRule rule) {
        rule.has_kinds = !rule.kinds.is_empty();
        if (rule.name.empty()) rule.name = "own-" + std::to_string(snapshot.guard.rules.size());
        snapshot.guard.rules.push_back(std::move(rule));
        return *this;
    }
    TenantId tenant(std::string path, TenantId parent = nobody, std::string data_class = "") {
        config::Tenant one;
        one.path = std::move(path);
        one.parent = parent;
        one.class_ = std::move(data_class);
        snapshot.tenants.push_back(std::move(one));
        return static_cast<TenantId>(snapshot.tenants.size() - 1);
    }
    void upstream(const Destination& to) {
        config::Upstream one;
        one.place = to.place;
        one.operator_ = to.operator_;
        snapshot.upstreams.push_back(std::move(one));
    }
    Rules rules() {
        config::apply_packs(snapshot.guard);
        return Rules(snapshot);
    }
};

GuardRule own(std::initializer_list<std::string_view> kinds, GuardAction action, std::vector<std::string> places = {}) {
    GuardRule rule;
    for (const std::string_view word : kinds) rule.kinds.add(*model::kinds_named(word));
    rule.action = action;
    rule.places = std::move(places);
    return rule;
}

std::vector<Finding> found(std::initializer_list<DataKind> kinds) {
    std::vector<Finding> out;
    for (const DataKind kind : kinds) out.push_back({0, 1, kind, 95, 0});
    return out;
}

struct Said {
    GuardAction action;
    std::string rule;
    bool operator==(const Said&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Said& said) {
    return out << model::name_of(said.action) << " by " << said.rule;
}
Said ask(const Rules& rules, const Destination& to, DataClass data_class, std::initializer_list<DataKind> kinds = {},
         TenantId tenant = nobody) {
    const std::vector<Finding> findings = found(kinds);
    const Verdict verdict = rules.decide({data_class, tenant, findings}, to);
    return {verdict.action, rules.rules()[verdict.rule].name};
}

constexpr auto O = DataClass::open;
constexpr auto S = DataClass::sensitive;
constexpr auto C = DataClass::classified;

}   // namespace

TEST_CASE("patterns of places match with a star anywhere, and the unknown only by its own name") {
    CHECK(matches_place("kr-*", "kr-cloud"));
    CHECK(matches_place("*", "kr-cloud"));
    CHECK(matches_place("*(US)", "OpenAI (US)"));
    CHECK(matches_place("*(*CN*)", "Somebody (US, CN)"));
    CHECK(matches_place("*-onprem*", "de-onprem-2"));
    CHECK(matches_place("", ""));
    CHECK_FALSE(matches_place("*", ""));
    CHECK_FALSE(matches_place("", "kr-cloud"));
    CHECK_FALSE(matches_place("kr-*", "us-cloud"));
    CHECK_FALSE(matches_place("kr-cloud", "kr-cloud-2"));
    CHECK_FALSE(matches_place("*(US)", "OpenAI (US) Ltd"));
}

TEST_CASE("an inference profile is a place, and a name makes no unknown place known") {
    config::Upstream upstream;
    upstream.place = "kr-cloud";
    CHECK(place_of(upstream, "anthropic.claude-sonnet-4-5-20250929-v1:0") == "kr-cloud");
    CHECK(place_of(upstream, "us.anthropic.claude-sonnet-4-5-20250929-v1:0") == "us-profile");
    CHECK(place_of(upstream, "us-gov.anthropic.claude-3-5-sonnet-20240620-v1:0") == "us-profile");
    CHECK(place_of(upstream, "eu.amazon.nova-lite-v1:0") == "eu-profile");
    CHECK(place_of(upstream, "apac.amazon.nova-lite-v1:0") == "apac-profile");
    CHECK(place_of(upstream, "jp.anthropic.claude-haiku-4-5") == "jp-profile");
    CHECK(place_of(upstream, "global.anthropic.claude-sonnet-4-5") == "global-profile");
    CHECK(place_of(upstream, "arn:aws:bedrock:ap-northeast-2:1:inference-profile/us.anthropic.claude") == "us-profile");
    CHECK(place_of(upstream, "xx.anthropic.claude-sonnet-9") ==
          "");   // a profile nobody has heard of is at no known place
    CHECK(place_of(upstream, "qwen.qwen3-32b.v1:0") == "kr-cloud");
    CHECK(place_of(upstream, "ours.qwen3.1") == "kr-cloud");
    CHECK(place_of(upstream, "Qwen/Qwen3-32B") == "kr-cloud");
    CHECK(place_of(upstream, "us.model") == "kr-cloud");
    upstream.place.clear();
    CHECK(place_of(upstream, "jp.anthropic.claude-haiku-4-5").empty());
}

TEST_CASE("Korea's pack: numbers stay, data is swapped abroad, secrets are masked, classes keep to their places") {
    World world;
    for (const Destination& to : {home, body, cloud, abroad, nowhere}) world.upstream(to);
    const Rules rules = world.rules();
    for (const Destination& to : {home, body, cloud, abroad, nowhere})
        CHECK(ask(rules, to, O, {DataKind::kr_rrn}) == Said{GuardAction::block, "kr/rrn"});
    CHECK(ask(rules, home, O, {DataKind::kr_passport}).action == GuardAction::allow);
    CHECK(ask(rules, cloud, O, {DataKind::kr_passport}).action == GuardAction::allow);
    CHECK(ask(rules, abroad, O, {DataKind::kr_passport}) == Said{GuardAction::swap, "kr/unique-id-abroad"});
    CHECK(ask(rules, abroad, O, {DataKind::card}) == Said{GuardAction::swap, "kr/financial-abroad"});
    CHECK(ask(rules, abroad, O, {DataKind::kr_name}) == Said{GuardAction::swap, "kr/personal-abroad"});
    CHECK(ask(rules, abroad, O, {DataKind::term}) == Said{GuardAction::swap, "kr/own-abroad"});
    CHECK(ask(rules, abroad, O, {DataKind::kr_business_no}) == Said{GuardAction::allow, "built-in/otherwise"});
    CHECK(ask(rules, home, O, {DataKind::jwt}).action == GuardAction::allow);
    CHECK(ask(rules, cloud, O, {DataKind::jwt}) == Said{GuardAction::mask, "kr/secret"});
    CHECK(ask(rules, home, C).action == GuardAction::allow);
    CHECK(ask(rules, body, C) == Said{GuardAction::local, "kr/classified"});
    CHECK(ask(rules, body, S).action == GuardAction::allow);
    CHECK(ask(rules, cloud, S) == Said{GuardAction::local, "kr/sensitive"});
    CHECK(ask(rules, abroad, S) == Said{GuardAction::local, "kr/sensitive"});
    CHECK(ask(rules, abroad, O) == Said{GuardAction::allow, "built-in/otherwise"});
    CHECK(ask(rules, {"local", ""}, C, {DataKind::kr_passport, DataKind::jwt}).action == GuardAction::allow);
}

TEST_CASE(
    "public bodies: what has no class is S, found identifiers raise to S, open data goes out without personal data") {
    World world({"kr-public"});
    const TenantId office = world.tenant("office");
    const TenantId press = world.tenant("office/press", office, "O");
    const Rules rules = world.rules();
    CHECK(rules.class_of(office) == S);
    CHECK(rules.class_of(press) == O);
    CHECK(rules.class_of(nobody) == S);
    CHECK(rules.raise(O, found({DataKind::kr_passport})) == S);
    CHECK(rules.raise(O, found({DataKind::kr_name})) == O);
    CHECK(rules.raise(C, found({DataKind::kr_passport})) == C);
    CHECK(ask(rules, abroad, O).action == GuardAction::allow);
    CHECK(ask(rules, abroad, O, {DataKind::kr_name}) == Said{GuardAction::local, "kr-public/personal-outside"});
    CHECK(ask(rules, abroad, O, {DataKind::image}) == Said{GuardAction::local, "kr-public/media-outside"});
    CHECK(ask(rules, body, S, {DataKind::kr_name}).action == GuardAction::allow);
    CHECK(ask(rules, cloud, S) == Said{GuardAction::local, "kr-public/sensitive"});
}

TEST_CASE("finance, Europe, the United States, Japan and Singapore keep to their own rules") {
    const Rules finance = World({"kr-finance"}).rules();
    CHECK(ask(finance, abroad, O, {DataKind::card}) == Said{GuardAction::local, "kr-finance/identified-in-korea"});
    CHECK(ask(finance, cloud, O, {DataKind::card}) == Said{GuardAction::swap, "kr-finance/identified-own-network"});
    const Rules europe = World({"eu"}).rules();
    CHECK(ask(europe, {"de-cloud", ""}, O, {DataKind::email}).action == GuardAction::allow);
    CHECK(ask(europe, {"eu-profile", ""}, O, {DataKind::email}).action == GuardAction::allow);
    CHECK(ask(europe, {"kr-cloud", ""}, O, {DataKind::email}).action == GuardAction::allow);
    CHECK(ask(europe, abroad, O, {DataKind::email}) == Said{GuardAction::swap, "eu/personal-transfer"});
    CHECK(ask(europe, abroad, O, {DataKind::fr_nir}) == Said{GuardAction::swap, "eu/national-id"});
    const Rules america = World({"us"}).rules();
    CHECK(ask(america, {"cn-cloud", "X (CN)"}, O, {DataKind::email}) ==
          Said{GuardAction::local, "us/country-of-concern"});
    CHECK(ask(america, {"us-cloud", "X (US, CN)"}, O, {DataKind::email}) ==
          Said{GuardAction::local, "us/operator-of-concern"});
    CHECK(ask(america, abroad, O, {DataKind::us_ssn}) == Said{GuardAction::swap, "us/ssn"});
    const Rules japan = World({"jp"}).rules();
    CHECK(ask(japan, {"jp-profile", ""}, O, {DataKind::email}).action == GuardAction::allow);
    CHECK(ask(japan, {"apac-profile", ""}, O, {DataKind::email}).action == GuardAction::swap);
    CHECK(ask(japan, {"jp-onprem", ""}, O, {DataKind::jp_my_number}).action == GuardAction::block);
    const Rules singapore = World({"sg"}).rules();
    CHECK(ask(singapore, {"sg-cloud", ""}, O, {DataKind::sg_nric}) == Said{GuardAction::mask, "sg/nric"});
}

TEST_CASE("to an unknown place goes only open data in which nothing was found, unless an own rule names it") {
    for (const std::vector<std::string>& packs : {std::vector<std::string>{}, {"kr"}, {"eu"}}) {
        World world(packs);
        world.upstream(nowhere);
        const Rules rules = world.rules();
        CHECK(ask(rules, nowhere, O).action == GuardAction::allow);
        CHECK(rules.allows_plain(nobody, nowhere));
        CHECK(ask(rules, nowhere, S).action >= GuardAction::local);
        CHECK(ask(rules, nowhere, C).action >= GuardAction::local);
        CHECK(ask(rules, nowhere, O, {DataKind::email}).action >= GuardAction::local);
        CHECK(ask(rules, nowhere, O, {DataKind::kr_business_no}) == Said{GuardAction::local, "built-in/unknown-place"});
        CHECK(rules.kinds().has(DataKind::kr_business_no));
    }
    // "Anywhere" is not the unknown place; its name is.
    CHECK(ask(World(no_packs).add(own({"email"}, GuardAction::swap)).rules(), nowhere, O, {DataKind::email}).action ==
          GuardAction::local);
    CHECK(ask(World(no_packs).add(own({"email"}, GuardAction::swap, {"*"})).rules(), nowhere, O, {DataKind::email})
              .action == GuardAction::local);
    CHECK(ask(World(no_packs).add(own({"email"}, GuardAction::swap, {""})).rules(), nowhere, O, {DataKind::email})
              .action == GuardAction::swap);
    CHECK(ask(World(no_packs).add(own({}, GuardAction::allow, {""})).rules(), nowhere, S).action == GuardAction::allow);
}

TEST_CASE("an own rule comes first, and what is obligatory is relaxed only with a basis") {
    const auto rrn_home = [](std::initializer_list<GuardRule> own_rules) {
        World world;
        for (const GuardRule& rule : own_rules) world.add(rule);
        return ask(world.rules(), home, O, {DataKind::kr_rrn});
    };
    GuardRule relaxed = own({"kr_rrn"}, GuardAction::allow, {"kr-onprem"});
    CHECK(rrn_home({relaxed}) == Said{GuardAction::block, "kr/rrn"});
    GuardRule with_basis = relaxed;
    with_basis.basis = "a statute";
    CHECK(rrn_home({with_basis}) == Said{GuardAction::allow, "own-0"});
    CHECK(rrn_home({relaxed, with_basis}) == Said{GuardAction::allow, "own-0"});
    CHECK(rrn_home({own({"all"}, GuardAction::mask), with_basis}) == Said{GuardAction::mask, "own-0"});
    // The basis holds only where its rule does.
    World elsewhere;
    elsewhere.add(with_basis);
    CHECK(ask(elsewhere.rules(), cloud, O, {DataKind::kr_rrn}) == Said{GuardAction::block, "kr/rrn"});
    // What is not obligatory is the organisation's to change, in both directions.
    CHECK(ask(World().add(own({"email"}, GuardAction::allow, {"us-*"})).rules(), abroad, O, {DataKind::email}) ==
          Said{GuardAction::allow, "own-0"});
    CHECK(ask(World().add(own({"email"}, GuardAction::block)).rules(), home, O, {DataKind::email}) ==
          Said{GuardAction::block, "own-0"});
    CHECK(ask(World().add(own({}, GuardAction::allow, {"kr-*"})).rules(), cloud, S).action == GuardAction::allow);
}

TEST_CASE("class C leaves own machines only by a rule that names it") {
    CHECK(ask(World(no_packs).rules(), home, C).action == GuardAction::allow);
    CHECK(ask(World(no_packs).rules(), cloud, C) == Said{GuardAction::local, "built-in/classified-outside"});
    GuardRule rule = own({}, GuardAction::allow, {"kr-*"});
    CHECK(ask(World(no_packs).add(rule).rules(), cloud, C).action == GuardAction::local);
    rule.classes = {C};
    CHECK(ask(World(no_packs).add(rule).rules(), cloud, C).action == GuardAction::allow);
}

TEST_CASE("rules hold for their tenants and all below, by operator, and from a number of findings on") {
    World world(no_packs);
    const TenantId acme = world.tenant("acme");
    const TenantId hr = world.tenant("acme/hr", acme);
    const TenantId other = world.tenant("acmeother");
    GuardRule rule = own({"email"}, GuardAction::mask);
    rule.tenants = {"acme"};
    rule.findings_min = 2;
    rule.operators = {"*(US)"};
    world.add(rule);
    GuardRule foreign = own({"kr_name"}, GuardAction::allow);
    foreign.operators_not = {"*(US)"};
    world.add(foreign).add(own({"kr_name"}, GuardAction::swap));
    const Rules rules = world.rules();
    const auto twice = {DataKind::email, DataKind::email};
    CHECK(ask(rules, abroad, O, twice, hr).action == GuardAction::mask);
    CHECK(ask(rules, abroad, O, twice, acme).action == GuardAction::mask);
    CHECK(ask(rules, abroad, O, {DataKind::email}, hr).action == GuardAction::allow);
    CHECK(ask(rules, abroad, O, twice, other).action == GuardAction::allow);
    CHECK(ask(rules, abroad, O, twice).action == GuardAction::allow);
    CHECK(ask(rules, cloud, O, twice, hr).action == GuardAction::allow);
    // An unknown operator is not known to be none of the United States.
    CHECK(ask(rules, cloud, O, {DataKind::kr_name}).action == GuardAction::allow);
    CHECK(ask(rules, {"kr-cloud", ""}, O, {DataKind::kr_name}).action == GuardAction::swap);
    const std::vector<Finding> findings = found({DataKind::email, DataKind::email, DataKind::kr_name});
    const Verdict verdict = rules.decide({O, hr, findings}, abroad);
    REQUIRE(verdict.kinds.size() == 2);
    CHECK(verdict.of(DataKind::email) == GuardAction::mask);
    CHECK(verdict.of(DataKind::kr_name) == GuardAction::swap);
    CHECK(verdict.of(DataKind::card) == GuardAction::allow);
    CHECK(verdict.changes_text());
    CHECK(verdict.leaves());
    CHECK(verdict.kinds[1].count == 2);
}

TEST_CASE("answers: identifiers and secrets are masked, own rules come first, by tenant and class") {
    World world;
    const TenantId acme = world.tenant("acme");
    GuardRule rule = own({"jwt"}, GuardAction::allow);
    rule.is_for_answers = true;
    rule.tenants = {"acme"};
    world.add(rule);
    rule = own({"email"}, GuardAction::block);
    rule.is_for_answers = true;
    rule.classes = {S};
    world.add(rule);
    const Rules rules = world.rules();
    CHECK(rules.for_answers(O, nobody).masked.has(DataKind::jwt));
    CHECK(rules.for_answers(O, nobody).masked.has(DataKind::kr_rrn));
    CHECK_FALSE(rules.for_answers(O, acme).masked.has(DataKind::jwt));
    CHECK(rules.for_answers(O, acme).masked.has(DataKind::aws_secret_key));
    CHECK_FALSE(rules.for_answers(O, acme).blocked.has(DataKind::email));
    CHECK(rules.for_answers(S, acme).blocked.has(DataKind::email));
    const auto& answers = rules.for_answers(S, acme);
    CHECK(rules.rules()[answers.rule[static_cast<std::size_t>(DataKind::email)]].name == "own-1");
    CHECK(rules.rules()[answers.rule[static_cast<std::size_t>(DataKind::kr_rrn)]].name == "kr/answers");
}

TEST_CASE("a guard that is off asks no rule and looks for nothing") {
    World world;
    world.snapshot.guard.is_on = false;
    const Rules rules = world.rules();
    CHECK(ask(rules, abroad, C, {DataKind::kr_rrn}).action == GuardAction::allow);
    CHECK(rules.allows_plain(nobody, abroad));
    CHECK(rules.kinds().is_empty());
    CHECK(rules.for_answers(C, nobody).masked.is_empty());
}

TEST_CASE("under the packs no finding, higher class or further pack makes an answer weaker") {
    const std::vector<std::string> all_packs{"kr", "kr-public", "kr-finance", "eu", "us", "jp", "sg"};
    const std::vector<Destination> places{home,
                                          body,
                                          cloud,
                                          abroad,
                                          nowhere,
                                          {"local", ""},
                                          {"cn-cloud", "X (CN)"},
                                          {"de-cloud", "Y (DE)"},
                                          {"jp-profile", "AWS (US)"},
                                          {"global-profile", "AWS (US)"}};
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        Prng prng(seed);
        World some(no_packs), more(no_packs);
        for (const std::string& pack : all_packs)
            if (prng.below(2) == 0) some.snapshot.guard.packs.push_back(pack);
        more.snapshot.guard.packs = some.snapshot.guard.packs;
        more.snapshot.guard.packs.push_back(all_packs[prng.below(all_packs.size())]);
        for (const Destination& to : places)
            if (prng.below(2) == 0) some.upstream(to);   // the others are matched when they are asked about
        const Rules rules = some.rules(), stricter = more.rules();
        for (int step = 0; step < 200; ++step) {
            const Destination& to = places[prng.below(places.size())];
            const auto data_class = static_cast<DataClass>(prng.below(3));
            std::vector<Finding> findings;
            for (std::uint64_t i = prng.below(4); i > 0; --i)
                findings.push_back({0, 1, static_cast<DataKind>(prng.below(model::data_kinds_count)), 95, 0});
            const Verdict verdict = rules.decide({data_class, nobody, findings}, to);
            REQUIRE(verdict.rule < rules.rules().size());
            if (to.place.empty() && (data_class != O || !findings.empty())) REQUIRE_FALSE(verdict.leaves());
            if (findings.empty() && data_class == O) REQUIRE(rules.allows_plain(nobody, to) == verdict.leaves());
            REQUIRE(stricter.decide({data_class, nobody, findings}, to).action >= verdict.action);
            if (data_class != C) {
                const auto higher = static_cast<DataClass>(static_cast<int>(data_class) + 1);
                REQUIRE(rules.decide({higher, nobody, findings}, to).action >= verdict.action);
            }
            REQUIRE(rules.raise(data_class, findings) >= data_class);
            findings.push_back({0, 1, static_cast<DataKind>(prng.below(model::data_kinds_count)), 95, 0});
            REQUIRE(rules.decide({data_class, nobody, findings}, to).action >= verdict.action);
        }
    }
}
