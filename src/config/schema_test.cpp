// Goal: what is derived from the table agrees with it and with what is committed.
#include "config/schema.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "config/load.hpp"
#include "config/test_machine.hpp"
#include "config/value.hpp"

using namespace gilmok;
using namespace gilmok::config;

TEST_CASE("docs/config.md is what the table says") {
    std::ifstream file(GILMOK_SOURCE_DIR "/docs/config.md", std::ios::binary);
    const std::string committed{std::istreambuf_iterator<char>(file), {}};
    const bool is_same = committed == render_docs();
    CHECK_MESSAGE(is_same, "docs/config.md is old; refresh it with: gilmok schema --docs > docs/config.md");
}

TEST_CASE("the example of the documents loads without a word") {
    FakeFiles files;
    FakeSecrets secrets;
    secrets.variables["OPENAI_API_KEY"] = "sk-test";
    secrets.variables["GILMOK_WEBHOOK_SECRET"] = "webhook-secret";
    const Loaded loaded = load_text(docs_example(), "example.toml", files, secrets, 1);
    for (const Problem& problem : loaded.problems) MESSAGE(render(problem, false));
    CHECK(loaded.problems.empty());
    CHECK(loaded.snapshot);
}

TEST_CASE("every default lies in its range and is written as it is read") {
    for (const Section& section : sections())
        for (const Field& field : section.fields) {
            if (field.is_required) continue;
            const std::string text = value_text(field, field.member(section.defaults()), Snapshot{});
            const std::string line = std::string(section.path) + "." + std::string(field.name) + " = " + text;
            INFO(line);
            REQUIRE_FALSE(text.empty());
            const wire::TomlDocument document = wire::parse_toml(std::string(field.name) + " = " + text + "\n");
            REQUIRE(document.is_whole);
            Problems problems;
            problems.add_file("default", "");
            FakeFiles files;
            const Snapshot empty;
            const ReadContext context{empty, problems, files};
            CHECK(read_value(context, field, document.root.members[0].value, field.member(section.defaults())));
        }
}

TEST_CASE("names of keys are unique in their section and every row is documented") {
    for (const Section& section : sections()) {
        std::set<std::string_view> names;
        for (const Field& field : section.fields) {
            CHECK(names.insert(field.name).second);
            CHECK(field.meaning.ends_with('.'));
            CHECK_FALSE(shape_words(field).empty());
            CHECK((!field.is_required || !field.example.empty()));
        }
    }
}

TEST_CASE("codes of problems are unique and in order") {
    std::string_view last = "";
    for (const ProblemCode& code : problem_codes()) {
        CHECK(last < code.code);
        last = code.code;
    }
}

TEST_CASE("hints are near, or none") {
    const auto hint = [](std::string_view wrong, std::initializer_list<std::string_view> names) {
        Nearest nearest(wrong);
        for (const std::string_view name : names) nearest.offer(name);
        return nearest.fix();
    };
    CHECK(hint("tpto", {"ttft", "tpot"}) == "did you mean \"tpot\"?");
    CHECK(hint("API_KEY", {"kind", "key"}) == "did you mean \"key\"?");
    CHECK(hint("x", {"y", "url"}).empty());
    CHECK(hint("", {"y"}).empty());
    CHECK(hint("entirely_different", {"key", "url", "place"}).empty());
}

TEST_CASE("where no name is near, the hint shows the first of those that there are") {
    const auto hint = [](std::string_view wrong, std::initializer_list<std::string_view> names) {
        Nearest nearest(wrong);
        for (const std::string_view name : names) nearest.offer(name);
        return nearest.fix_or_all("add one");
    };
    CHECK(hint("gpt", {"gpr", "other"}) == "did you mean \"gpr\"?");
    CHECK(hint("gpt", {}) == "add one");
    CHECK(hint("gpt", {"hyperclova"}) == "there is only \"hyperclova\"");
    CHECK(hint("0", {"a", "b"}) == "there are \"a\", \"b\"");
    CHECK(hint("0", {"a", "b", "c", "d", "e", "f", "g", "h"}) ==
          "there are \"a\", \"b\", \"c\", \"d\", \"e\", \"f\" and 2 more");
    CHECK(Nearest("gpt").fix_or("add another") == "add another");
}
