// Goal: `gilmok guard` shows every rule with its law, tells which one decides a case, and what a text would become for each place.
#include "cli/guard.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "catalog/jurisdictions.hpp"
#include "config/test_machine.hpp"

using namespace gilmok;
using namespace gilmok::cli;

namespace {

struct World {
    config::FakeFiles files;
    config::FakeSecrets secrets;
    Outcome run(std::vector<std::string> words, Language language = Language::en) {
        return guard_command(words, {files, secrets, language, nullptr, nullptr});
    }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}   // namespace

TEST_CASE("rules are shown in order, with articles, and the built-in ones last") {
    World world;
    const Outcome table = world.run({"rules"});
    CHECK(table.exit_code == exit_ok);
    CHECK(has(table.out, "kr/rrn"));
    CHECK(has(table.out, "KR PIPA art. 24-2(1)"));
    CHECK(table.out.find("kr/rrn") < table.out.find("built-in/unknown-place"));
    CHECK(has(world.run({"rules"}, Language::ko).out, "주민등록번호는 어떤 모델에도 보내지 않음"));
    const Outcome json = world.run({"rules", "--pack", "kr-public", "-o", "json"});
    CHECK(has(json.out, "\"name\":\"kr-public/rrn\""));
    CHECK(has(json.out, "\"verified\":"));
    CHECK(has(world.run({"rules", "-o", "csv"}).out, "rule,action,class,kinds"));
    CHECK(world.run({"rules", "--pack", "mars"}).exit_code == exit_usage);
    CHECK(world.run({"nothing"}).exit_code == exit_usage);
    CHECK(has(world.run({"nothing"}).err, R"(there is no "nothing"; there are "rules", "test", "bench")"));
    CHECK(has(world.run({"tst"}).err, "did you mean \"test\"?"));
    CHECK(has(world.run({}).err, R"(there are "rules", "test", "bench")"));
    CHECK(world.run({"rules", "-c", "absent.toml"}).exit_code == exit_config);
    CHECK(has(world.run({"rules", "--help"}).out, "--explain"));
}

TEST_CASE("a case is explained by the rule that decides it") {
    World world;
    const Outcome rrn = world.run({"rules", "--explain", "kr_rrn", "--place", "kr-onprem"});
    CHECK(has(rrn.out, "block\nby kr/rrn"));
    CHECK(has(rrn.out, "catalog/jurisdictions/kr.toml:"));
    CHECK(has(rrn.out, "obligatory"));
    CHECK(
        has(world.run({"rules", "--explain", "card", "--place", "us-cloud", "-o", "json"}).out, "\"action\":\"swap\""));
    CHECK(has(world.run({"rules", "--explain", "email"}).out, "built-in/unknown-place"));
    CHECK(has(world.run({"rules", "--explain", "ip_address", "--class", "C", "--place", "kr-cloud"}).out,
              "kr/classified"));
    CHECK(world.run({"rules", "--explain", "nonsense"}).exit_code == exit_usage);
    CHECK(has(world.run({"rules", "--explain", "kr_pasport"}).err, "did you mean \"kr_passport\"?"));
    CHECK(has(world.run({"rules", "--explain", "kr_rrn"}, Language::ko).out, "의무 규칙"));
    CHECK(world.run({"rules", "--explain", "email", "--class", "X"}).exit_code == exit_usage);
    CHECK(world.run({"rules", "--explain", "email", "--tenant", "nobody"}).exit_code == exit_usage);
}

TEST_CASE("a text is shown as each place would get it") {
    World world;
    world.files.files["letter.txt"] = "mail kim@example.com today\n";
    const Outcome table = world.run({"test", "letter.txt"});
    CHECK(table.exit_code == exit_ok);
    CHECK(has(table.out, "email"));
    CHECK(has(table.out, "to us-cloud: goes with stand-ins, by kr/personal-abroad"));
    CHECK(has(table.out, "to kr-onprem: goes as it is"));
    CHECK(has(table.out, "to an unknown place: does not go there, by built-in/unknown-place"));
    const Outcome json = world.run({"test", "letter.txt", "--place", "us-cloud", "-o", "json"});
    CHECK(has(json.out, "\"action\":\"swap\""));
    const auto sent = json.out.find("\"sent\":");
    REQUIRE(sent != std::string::npos);
    CHECK_FALSE(has(json.out.substr(sent), "kim@example.com"));
    const Outcome absent = world.run({"test", "absent.txt"});
    CHECK(absent.exit_code == exit_config);
    CHECK(has(absent.err, "a text itself is given with --text"));
    CHECK(has(world.run({"test", "--text", "mail kim@example.com"}).out, "kim@example.com"));
    const Outcome korean = world.run({"test", "letter.txt"}, Language::ko);
    CHECK(has(korean.out,
              "장소 us-cloud: 가명으로 바뀌어 나감, 규칙 kr/personal-abroad (catalog/jurisdictions/kr.toml:"));
    CHECK_FALSE(has(korean.out, "goes"));
}

TEST_CASE("docs/jurisdictions.md lists every rule, duty and domain of the packs as they are") {
    std::ifstream file(GILMOK_SOURCE_DIR "/docs/jurisdictions.md", std::ios::binary);
    const std::string docs{std::istreambuf_iterator<char>(file), {}};
    const auto cited = [](const auto& entry) {
        std::string out;
        for (const std::string& each : entry.citations) out += (out.empty() ? "" : "; ") + each;
        return out + " | " + entry.effective + " | " + (entry.provenance.is_verified ? "yes" : "no") + ", " +
               entry.provenance.date + " |";
    };
    for (const catalog::Jurisdiction& pack : catalog::jurisdictions()) {
        CHECK_MESSAGE(has(docs, "## " + pack.id + ": " + pack.title), pack.id);
        for (const catalog::JurisdictionRule& rule : pack.rules) {
            const std::string action = std::string(model::name_of(rule.action)) +
                                       (rule.is_for_answers ? " (answers)" : "") +
                                       (rule.is_obligatory ? ", obligatory" : "");
            const std::string row =
                "| `" + pack.id + "/" + rule.id + "` | " + rule.title + " | " + action + " | " + cited(rule);
            CHECK_MESSAGE(has(docs, row), row);
        }
        for (const catalog::JurisdictionDuty& duty : pack.duties) {
            const std::string row =
                "| `" + pack.id + "/" + duty.id + "` | " + duty.title + " | " + duty.control + " | " + cited(duty);
            CHECK_MESSAGE(has(docs, row), row);
        }
        for (const catalog::HighImpactDomain& domain : pack.domains)
            CHECK_MESSAGE(has(docs, "`" + domain.name + "` (" + domain.citation + ")"), domain.name);
    }
}
