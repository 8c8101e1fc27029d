// Goal: the admin API tells of the guard what `gilmok guard` does, of the configuration in service, and refuses what it cannot read.
#include <doctest/doctest.h>

#include "gateway/test_gate.hpp"

using namespace gilmok;
using namespace gilmok::gateway;

TEST_CASE("rules are told in their order with their articles, those of one pack too") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    const std::string rules = gate.ask("GET", "/admin/v1/guard/rules")->body();
    CHECK(rules.find("\"name\":\"kr/rrn\"") < rules.find("\"name\":\"built-in/unknown-place\""));
    CHECK(has(rules, "KR PIPA art. 24-2(1)"));
    CHECK(has(gate.ask("GET", "/admin/v1/guard/rules?pack=kr-public")->body(), "\"name\":\"kr-public/rrn\""));
    const auto unknown = gate.ask("GET", "/admin/v1/guard/rules?pack=mars");
    CHECK(unknown->status() == 422);
    CHECK(has(unknown->body(), "there is no pack \\\"mars\\\"; there are"));
    CHECK(gate.ask("GET", "/admin/v1/guard/rules?packs=kr")->status() == 422);
}

TEST_CASE("a case is explained by the rule that decides it, with its line") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    const auto rrn = gate.ask("GET", "/admin/v1/guard/explain?kind=kr_rrn&place=kr-onprem");
    CHECK(rrn->status() == 200);
    CHECK(has(rrn->body(), R"("action":"block","rule":"kr/rrn","where":"catalog/jurisdictions/kr.toml:)"));
    CHECK(has(gate.ask("GET", "/admin/v1/guard/explain?kind=card&place=us-cloud&operator=OpenAI%20(US)")->body(),
              R"x("place":"us-cloud","operator":"OpenAI (US)","action":"swap")x"));
    for (const std::string_view refused : {"", "?kind=nonsense", "?kind=email&class=X", "?kind=email&tenant=nobody",
                                           "?kind=%zz", "?kind=email&kind=card"})
        CHECK(gate.ask("GET", "/admin/v1/guard/explain" + std::string(refused))->status() == 422);
}

TEST_CASE(
    "a text is told as each place of the configuration would get it, and with another secret than the gateway's") {
    TestGate gate(
        TestGate::toml("[upstream.b]\nurl = \"http://10.0.0.2:8000/v1\"\nplace = \"us-cloud\"\noperator = "
                       "\"Somebody (US)\"\n[model.abroad]\ntry = [\"b/served\"]\n"));
    REQUIRE(gate.problem == "");
    const auto told = gate.ask("POST", "/admin/v1/guard/test", R"({"text":"mail kim@example.com\ntoday"})");
    CHECK(told->status() == 200);
    const std::string body = told->body();
    CHECK(has(body, R"({"kind":"email","begin":5,"end":20,)"));
    CHECK(has(body, R"("sent":"mail kim@example.com\ntoday")"));   // at home
    const auto abroad = body.find(R"x("place":"us-cloud","operator":"Somebody (US)","action":"swap")x");
    REQUIRE(abroad != std::string::npos);
    CHECK_FALSE(has(body.substr(abroad), "kim@example.com"));
    const auto one = gate.ask("POST", "/admin/v1/guard/test",
                              R"({"text":"900101-1234568","class":"C","tenant":"team","place":"kr-onprem"})");
    CHECK(has(one->body(), R"("class":"C")"));
    CHECK(has(one->body(), R"("action":"block","rule":"kr/rrn")"));
    CHECK(has(one->body(), R"("sent":null)"));
    for (const std::string_view refused : {"[]", "{", "\"text\""})
        CHECK(gate.ask("POST", "/admin/v1/guard/test", refused)->status() == 400);
    for (const std::string_view refused :
         {"{}", R"({"text":1})", R"({"text":"a","class":"X"})", R"({"text":"a","tenant":"nobody"})",
          R"({"text":"a","place":7})", R"({"text":"a","text":"b"})", R"({"text":"a","clas":"C"})"})
        CHECK(gate.ask("POST", "/admin/v1/guard/test", refused)->status() == 422);
    CHECK(has(gate.ask("POST", "/admin/v1/guard/test", R"({"text":"a","clas":"C"})")->body(),
              R"(did you mean \"class\"?)"));
}

TEST_CASE("how fast texts are looked through is measured where there is a clock") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    CHECK(gate.ask("POST", "/admin/v1/guard/bench", "{}")->status() == 409);
}
