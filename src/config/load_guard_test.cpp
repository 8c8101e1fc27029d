// Goal: rules, patterns, dictionaries, applications and the archive are read exactly, written back the same, joined with the
// packs, and refused or remarked on where they could open the wrong door.
#include <doctest/doctest.h>

#include <algorithm>

#include "catalog/jurisdictions.hpp"
#include "config/load.hpp"
#include "config/reader.hpp"
#include "config/test_load.hpp"

using namespace gilmok;
using namespace gilmok::config;
using namespace std::chrono_literals;
using model::DataClass;
using model::DataKind;
using model::GuardAction;

namespace {

const char* const guarded = R"toml([server]
state_dir = "/var/lib/gilmok"
[upstream.home]
url = "http://10.0.3.11:8000/v1"
place = "kr-onprem"
[upstream.abroad]
url = "https://api.openai.com/v1"
place = "us-cloud"
operator = "OpenAI (US)"
[model.m]
try = ["home/x", "abroad/y"]
[tenant.acme]
[tenant."acme/hr"]
class = "S"
[guard]
packs = ["kr", "eu"]
clean_bytes_max = "4MiB"
score_min = 70
class_default = "S"
class_detected = "C"
secret = "env:WEBHOOK"
answers = false
strip_images = false
[[guard.rule]]
name = "own-rrn"
class = ["S", "C"]
kinds = ["kr_rrn", "family:secret"]
places = ["kr-onprem*"]
places_not = ["us-*"]
operators = ["*(KR)"]
operators_not = ["*(US)"]
tenants = ["acme/hr"]
findings_min = 3
action = "allow"
basis = "Labour Standards Act decree art. 27"
[[guard.rule]]
name = "answers"
kinds = ["all"]
answers = true
action = "block"
[guard.pattern.project]
regex = "PRJ-[0-9]{6}"
score = 90
words = ["프로젝트", "project"]
[guard.dictionary.customers]
file = "/etc/cert.pem"
signature_file = "/etc/cert.pem.sig"
public_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
score = 95
whole_word = false
[guard.external]
upstream = "home"
path = "/names"
timeout = "250ms"
places_not = ["kr-*"]
on_failure = "local"
[app.screening]
tenant = "acme/hr"
purpose = "sorts applications"
owner = "HR"
domain = "hiring"
high_impact = true
decided_by = "board"
decided_on = "2026-10-02"
basis = "decision 7"
notice = "인공지능이 답합니다"
notice_first = true
label = false
oversight = "the recruiter"
retention_days = 2000
[archive]
dir = "/srv/archive"
tenants = ["acme/hr"]
retention_days = 7
bytes_max = "1GiB"
answers = false
redacted = false
key = "env:MASTER"
)toml";

// The smallest file with a place, so that rules can name it.
std::string placed(std::string_view more) {
    return "[model.m]\ntry = [\"a/m\"]\n[upstream.a]\nurl = \"http://127.0.0.1:8000/v1\"\nplace = \"kr-onprem\"\n" +
           std::string(more);
}
std::string with_rule(std::string_view more) { return placed("[[guard.rule]]\nname = \"r\"\n" + std::string(more)); }
std::string with_app(std::string_view more) {
    return placed("[tenant.t]\n[app.a]\ntenant = \"t\"\n" + std::string(more));
}

}   // namespace

TEST_CASE("the guard, the register and the archive are read, with every value in its place") {
    Machine machine;
    const Loaded loaded = machine.load(guarded);
    INFO(all_of(loaded));
    REQUIRE(loaded.snapshot);
    CHECK(loaded.problems.empty());
    const Guard& guard = loaded.snapshot->guard;
    CHECK(guard.packs == std::vector<std::string>{"kr", "eu"});
    CHECK(guard.score_min == 70);
    CHECK(guard.default_class == DataClass::sensitive);
    CHECK(guard.detected_class == DataClass::classified);
    CHECK(guard.secret.reveal() == "webhook-secret-0123456789");
    CHECK_FALSE(guard.looks_at_answers);
    CHECK_FALSE(guard.strips_images);
    CHECK(guard.clean_bytes_max == 4 << 20);

    const GuardRule& own = guard.rules[0];
    CHECK(own.name == "own-rrn");
    CHECK(own.where == "gilmok.toml:24");
    CHECK(own.classes == std::vector<DataClass>{DataClass::sensitive, DataClass::classified});
    CHECK(own.has_kinds);
    CHECK(own.kinds.has(DataKind::kr_rrn));
    CHECK(own.kinds.has(DataKind::jwt));
    CHECK_FALSE(own.kinds.has(DataKind::kr_name));
    CHECK(own.places == std::vector<std::string>{"kr-onprem*"});
    CHECK(own.operators_not == std::vector<std::string>{"*(US)"});
    CHECK(own.tenants == std::vector<std::string>{"acme/hr"});
    CHECK(own.findings_min == 3);
    CHECK(own.action == GuardAction::allow);
    CHECK(own.basis == "Labour Standards Act decree art. 27");
    CHECK(guard.rules[1].is_for_answers);
    CHECK(guard.rules[1].kinds == model::KindSet::all());
    CHECK(guard.rules.size() ==
          2 + catalog::jurisdiction("kr")->rules.size() + catalog::jurisdiction("eu")->rules.size());

    REQUIRE(guard.patterns.size() == 1);
    CHECK(guard.patterns[0].name == "project");
    CHECK(guard.patterns[0].words.size() == 2);
    REQUIRE(guard.dictionaries.size() == 1);
    CHECK_FALSE(guard.dictionaries[0].is_whole_word);
    CHECK(guard.external.on_failure == GuardExternal::OnFailure::local);
    CHECK(guard.external.timeout == 250ms);

    REQUIRE(loaded.snapshot->applications.size() == 1);
    const Application& app = loaded.snapshot->applications[0];
    CHECK(app.name == "screening");
    CHECK(app.is_high_impact);
    CHECK(app.is_notice_first);
    CHECK_FALSE(app.is_label_on);
    CHECK(app.notice == "인공지능이 답합니다");
    CHECK(app.retention_days == 2'000);
    CHECK(loaded.snapshot->archive.bytes_max == 1ULL << 30);
    CHECK_FALSE(loaded.snapshot->archive.keeps_redacted);
    CHECK(loaded.snapshot->archive.key.reveal().size() == 64);
}

TEST_CASE("the guard reads back from what is written, without the rules of packs and without its secret") {
    Machine machine;
    const Loaded first = machine.load(guarded);
    REQUIRE(first.snapshot);
    for (const std::string& text : written_and_read(machine, *first.snapshot)) {
        INFO(text);
        CHECK(has(text, "kinds = [\"kr_rrn\", \"family:secret\"]"));
        CHECK(has(text, "[[guard.rule]]"));
        CHECK(has(text, "[guard.pattern.project]"));
        CHECK_FALSE(has(text, "kr/rrn"));
        CHECK_FALSE(has(text, "webhook-secret"));
    }
    const Loaded plain = machine.load(placed(""));
    REQUIRE(plain.snapshot);
    CHECK_FALSE(has(render_toml(*plain.snapshot), "guard"));
}

TEST_CASE("rules of packs follow the file's, name their line, and settle classes that nobody set") {
    Machine machine;
    const auto guard_of = [&](std::string_view text) {
        const Loaded loaded = machine.load(placed(text));
        INFO(all_of(loaded));
        REQUIRE(loaded.snapshot);
        return loaded.snapshot;
    };
    const SnapshotPtr by_default_snapshot = guard_of("");
    const Guard& by_default = by_default_snapshot->guard;
    CHECK(by_default.rules[0].name == "kr/rrn");
    CHECK(by_default.rules[0].where.starts_with("catalog/jurisdictions/kr.toml:"));
    CHECK(by_default.rules[0].is_obligatory);
    CHECK_FALSE(by_default.rules[0].citations.empty());
    CHECK(by_default.default_class == DataClass::open);
    CHECK_FALSE(by_default.detected_class);

    const SnapshotPtr bodies_snapshot = guard_of("[guard]\npacks = [\"kr\", \"kr-public\"]\n");
    const Guard& bodies = bodies_snapshot->guard;
    CHECK(bodies.default_class == DataClass::sensitive);
    CHECK(bodies.detected_class == DataClass::sensitive);

    const SnapshotPtr none_snapshot = guard_of("[guard]\npacks = []\nclass_detected = \"S\"\n");
    const Guard& none = none_snapshot->guard;
    CHECK(none.rules.empty());
    CHECK(none.detected_class == DataClass::sensitive);
    CHECK(has(only(placed("[guard]\npacks = [\"kr-public\"]\nclass_default = \"O\"\n"), "W0410"), "class_default"));
    CHECK(
        has(only(placed("[guard]\npacks = [\"kr-public\"]\nclass_detected = \"none\"\n"), "W0410"), "class_detected"));
}

TEST_CASE("names that nobody knows are refused, with the nearest that is known") {
    CHECK(has(only(with_rule("action = \"block\"\nkinds = [\"kr_rn\"]\n"), "E0106"), "did you mean \"kr_rrn\"?"));
    CHECK(has(only(with_rule("kinds = [\"unique_id\"]\n"), "E0106"), "did you mean \"family:unique_id\"?"));
    CHECK(has(only(with_rule("kinds = [\"family:secrets\"]\n"), "E0106"), "did you mean \"family:secret\"?"));
    CHECK(has(only(with_rule("class = [\"X\"]\n"), "E0106"), "\"C\" (classified)"));
    only(with_rule("class = [\"S\", \"S\"]\n"), "E0308");
    CHECK(has(only(with_rule("action = \"mak\"\n"), "E0106"), "did you mean \"mask\"?"));
    CHECK(has(only(placed("[tenant.acme]\n[[guard.rule]]\nname = \"r\"\ntenants = [\"acmee\"]\n"), "E0304"),
              "did you mean \"acme\"?"));
    CHECK(has(only(placed("[guard]\npacks = [\"kr-pubic\"]\n"), "E0106"), "did you mean \"kr-public\"?"));
    only(placed("[guard]\npacks = [\"kr\", \"kr\"]\n"), "E0308");
    CHECK(has(only(placed("[guard.external]\nupstream = \"b\"\n"), "E0301"), "no upstream \"b\""));
    only(placed("[guard.external]\npath = \"x\"\n"), "E0107");
    only(placed("[guard]\nrule = 1\n"), "E0102");
    only(placed("[guard]\npattern = 1\n"), "E0102");
    CHECK(has(only(placed("[guard]\npatterns = 1\n"), "E0101"), "did you mean \"pattern\"?"));
    only(placed("[guard.pattern.\"a/b\"]\nregex = \"x\"\n"), "E0107");
    only(placed("[guard.pattern.a]\n"), "E0105");
    only(placed("[guard]\nscore_min = 0\n"), "E0104");
    CHECK(has(only(placed("[guard]\nsecret = \"env:SHORT\"\n"), "E0202"), "SHORT"));
}

TEST_CASE("a place that nobody has is remarked on, a country's places are not") {
    CHECK(has(only(with_rule("places = [\"kr-onperm\"]\n"), "W0412"), "did you mean \"kr-onprem\"?"));
    CHECK(has(only(with_rule("places_not = [\"kr-onperm*\"]\n"), "W0412"), "kr-onperm*"));
    Machine machine;
    for (const char* fine : {"kr-*", "vn-*", "us-cloud", "*", "", "local", "*-onprem*"}) {
        const Loaded loaded = machine.load(with_rule("places = [\"" + std::string(fine) + "\"]\n"));
        INFO(fine, all_of(loaded));
        CHECK(loaded.problems.empty());
    }
}

TEST_CASE("a rule that contradicts itself is refused") {
    only(with_rule("action = \"mask\"\n"), "E0305");
    only(with_rule("action = \"swap\"\n"), "E0305");
    only(with_rule("findings_min = 2\n"), "E0305");
    only(with_rule("answers = true\n"), "E0105");
    only(with_rule("answers = true\nkinds = [\"jwt\"]\naction = \"local\"\n"), "E0305");
    only(with_rule("answers = true\nkinds = [\"jwt\"]\nplaces = [\"kr-*\"]\n"), "E0305");
    only(with_rule("answers = true\nkinds = [\"jwt\"]\nbasis = \"x\"\n"), "E0305");
    only(placed("[[guard.rule]]\nname = \"kr/rrn\"\n"), "E0107");
    only(placed("[[guard.rule]]\naction = \"block\"\n"), "E0105");
    only(placed("[[guard.rule]]\nname = \"a\"\nkinds = [\"jwt\"]\n[[guard.rule]]\nname = \"a\"\n"), "E0308");
}

TEST_CASE("a rule that would relax what is obligatory without a basis is remarked on") {
    CHECK(has(only(with_rule("kinds = [\"kr_rrn\"]\naction = \"allow\"\n"), "W0416"), "\"kr/rrn\" is obligatory"));
    only(with_rule("kinds = [\"kr_rrn\"]\nplaces = [\"local\"]\naction = \"mask\"\n"), "W0416");
    Machine machine;
    for (const char* fine :
         {"kinds = [\"kr_rrn\"]\naction = \"allow\"\nbasis = \"Income Tax Act art. 145\"\n",
          "kinds = [\"kr_rrn\"]\naction = \"block\"\n", "kinds = [\"all\"]\naction = \"allow\"\n",
          "kinds = [\"email\"]\naction = \"allow\"\n", "kinds = [\"kr_rrn\"]\nanswers = true\naction = \"allow\"\n"}) {
        const Loaded loaded = machine.load(with_rule(fine));
        INFO(fine, all_of(loaded));
        CHECK(loaded.problems.empty());
    }
}

TEST_CASE("a rule that never decides is remarked on") {
    const auto two = [](std::string_view first, std::string_view second) {
        return placed("[tenant.acme]\n[tenant.\"acme/hr\"]\n[[guard.rule]]\nname = \"first\"\naction = \"block\"\n" +
                      std::string(first) + "[[guard.rule]]\nname = \"second\"\naction = \"allow\"\n" +
                      std::string(second));
    };
    CHECK(has(only(two("", "class = [\"S\"]\n"), "W0411"), "\"first\" at gilmok.toml:8 always comes first"));
    only(two("kinds = [\"family:secret\"]\n", "kinds = [\"jwt\"]\nplaces = [\"kr-*\"]\n"), "W0411");
    only(two("kinds = [\"jwt\"]\ntenants = [\"acme\"]\n", "kinds = [\"jwt\"]\ntenants = [\"acme/hr\"]\n"), "W0411");
    only(two("kinds = [\"jwt\"]\nplaces_not = [\"kr-*\"]\n", "kinds = [\"jwt\"]\nplaces_not = [\"kr-*\", \"us-*\"]\n"),
         "W0411");
    Machine machine;
    for (const std::string& text :
         {two("kinds = [\"jwt\"]\n", "kinds = [\"family:secret\"]\n"), two("kinds = [\"jwt\"]\n", ""),
          two("class = [\"S\"]\n", "class = [\"S\", \"C\"]\n"), two("places = [\"kr-*\"]\n", ""),
          two("tenants = [\"acme/hr\"]\n", "tenants = [\"acme\"]\n"),
          two("findings_min = 2\nkinds = [\"jwt\"]\n", "kinds = [\"jwt\"]\n"),
          two("kinds = [\"kr_rrn\"]\n", "kinds = [\"kr_rrn\"]\nbasis = \"statute\"\n"),
          two("kinds = [\"jwt\"]\n", "kinds = [\"jwt\"]\nanswers = true\n")}) {
        const Loaded loaded = machine.load(text);
        INFO(text);
        INFO(all_of(loaded));
        CHECK(loaded.problems.empty());
    }
}

TEST_CASE("a dictionary that nobody signed must lie beside the configuration") {
    const auto dictionary = [](std::string_view more) { return placed("[guard.dictionary.d]\n" + std::string(more)); };
    only(dictionary("file = \"/etc/cert.pem\"\n"), "E0305");
    only(dictionary("file = \"/etc/cert.pem\"\npublic_key = \"short\"\n"), "E0107");
    only(dictionary("file = \"/nowhere\"\npublic_key = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"\n"), "E0204");
    Machine machine;
    machine.files.files["terms.txt"] = "길목\n";
    CHECK(machine.load(dictionary("file = \"terms.txt\"\n")).problems.empty());
    machine.files.files["../terms.txt"] = "길목\n";
    CHECK(machine.load(dictionary("file = \"../terms.txt\"\n")).problems.size() == 1);
}

TEST_CASE("an application of high impact is decided on, told of and overseen") {
    CHECK(has(only(with_app("domain = \"hirng\"\n"), "E0106"), "did you mean \"hiring\"?"));
    CHECK(has(only(with_app("domain = \"hiring\"\n"), "W0414"), "AI Basic Act"));
    only(with_app("decided_on = \"2026-13-01\"\n"), "E0107");
    only(with_app("notice_first = true\n"), "E0305");
    only(with_app("notice = \"" + std::string(1'025, 'n') + "\"\n"), "E0107");
    const std::string decided = "high_impact = true\ndecided_by = \"b\"\ndecided_on = \"2026-10-02\"\nbasis = \"x\"\n";
    CHECK(has(only(with_app(decided + "notice = \"n\"\n"), "E0105"), "oversight"));
    CHECK(has(only(with_app(decided + "notice = \"n\"\noversight = \"o\"\nretention_days = 30\n"), "W0415"), "1827"));
    only(placed("[app.a]\npurpose = \"p\"\n"), "E0105");
    only(placed("[tenant.t]\n[app.a]\ntenant = \"t\"\n[app.b]\ntenant = \"t\"\n"), "E0308");
    only(placed("[tenant.t]\n[archive]\ntenants = [\"t\"]\n"), "E0305");
    only(placed("[archive]\nkey = \"env:WEBHOOK\"\n"), "E0203");
}

TEST_CASE("an external detector at an unknown place is remarked on") {
    only(with("[guard.external]\nupstream = \"a\"\n"), "W0413");
    Machine machine;
    CHECK(machine.load(placed("[guard.external]\nupstream = \"a\"\n")).problems.empty());
    // One that serves no model is in use nevertheless.
    CHECK(machine
              .load(placed("[upstream.ner]\nurl = \"http://127.0.0.1:9\"\nplace = \"kr-onprem\"\n"
                           "[guard.external]\nupstream = \"ner\"\n"))
              .problems.empty());
}

TEST_CASE("rules of several files come in the order of the files; a pattern stands once") {
    Machine machine;
    machine.files.files["gilmok.toml"] =
        placed("[[guard.rule]]\nname = \"one\"\nkinds = [\"jwt\"]\n[guard.pattern.p]\nregex = \"x\"\n");
    machine.files.files["conf.d/10.toml"] =
        "[[guard.rule]]\nname = \"two\"\nkinds = [\"email\"]\n[guard.pattern.q]\nregex = \"y\"\n";
    const Loaded loaded = load("gilmok.toml", machine.files, machine.secrets, 1);
    INFO(all_of(loaded));
    REQUIRE(loaded.snapshot);
    CHECK(loaded.snapshot->guard.rules[0].name == "one");
    CHECK(loaded.snapshot->guard.rules[1].name == "two");
    CHECK(loaded.snapshot->guard.rules[1].where == "conf.d/10.toml:1");
    CHECK(loaded.snapshot->guard.patterns.size() == 2);
    machine.files.files["conf.d/20.toml"] = "[guard.pattern.p]\nscore = 90\n";
    const Loaded twice = load("gilmok.toml", machine.files, machine.secrets, 1);
    REQUIRE(twice.problems.size() == 1);
    CHECK(twice.problems[0].code == "E0004");
}

TEST_CASE("what another stage finds is told in its place, once all else is sound") {
    const Examiner examine = [](const Snapshot& snapshot, io::Files&) {
        return std::vector<Flaw>{{"guard.pattern", snapshot.guard.patterns.front().name, "regex", "E0311",
                                  "the pattern cannot run in linear time", "", "remove the back reference"}};
    };
    Machine machine;
    const std::string text = placed("[guard.pattern.p]\nregex = '(a)\\1'\n");
    const Loaded loaded = load_text(text, "gilmok.toml", machine.files, machine.secrets, 1, examine);
    REQUIRE(loaded.problems.size() == 1);
    CHECK_FALSE(loaded.snapshot);
    CHECK(render(loaded.problems[0], false).starts_with("error[E0311] gilmok.toml:7:9: the pattern cannot run"));
    CHECK(load_text(placed("[guard.pattern.p]\nregex = 1\n"), "gilmok.toml", machine.files, machine.secrets, 1, examine)
              .problems[0]
              .code == "E0102");
}
