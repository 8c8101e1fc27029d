#include "script.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace gilmok::exchange;

namespace {
Step only_step(std::string_view line) {
    const Script script = parse_script("# c\nclient c\n    " + std::string(line) + "\n");
    REQUIRE(script.problems.empty());
    REQUIRE(script.steps.size() == 1);
    return script.steps[0];
}
}   // namespace

TEST_CASE("words are bare, quoted, named, or JSON with spaces in it") {
    const Step step =
        only_step(R"(send "a \"b\"\r\n\x41" name=bare other="two words" body={"x": [1, "}"]}  # a remark)");
    REQUIRE(step.words.size() == 5);
    CHECK(step.words[0].text == "send");
    CHECK(step.words[1].text == "a \"b\"\r\nA");
    CHECK(step.words[1].is_quoted);
    CHECK(step.words[2].name == "name");
    CHECK(step.words[2].text == "bare");
    CHECK(step.words[3].text == "two words");
    CHECK(step.words[4].name == "body");
    CHECK(step.words[4].text == R"({"x": [1, "}"]})");
}

TEST_CASE("a name ends at the first sign of equality, and a path is no name") {
    const Step step = only_step("send GET /v1/models?a=b");
    REQUIRE(step.words.size() == 3);
    CHECK(step.words[2].name.empty());
    CHECK(step.words[2].text == "/v1/models?a=b");
}

TEST_CASE("steps know their actor, line and source, and the claim is the comment on top") {
    const Script script = parse_script(
        "# One\n# claim.\n\nconfig\n    upstream a\nupstream a\n    expect POST /x\n# no claim\nafter 61s\nrecord "
        "outcome=failed\nno record\n");
    REQUIRE(script.problems.empty());
    CHECK(script.claim == "One claim.");
    REQUIRE(script.steps.size() == 5);
    CHECK(script.steps[0].actor == Actor::config);
    CHECK(script.steps[1].actor == Actor::upstream);
    CHECK(script.steps[1].name == "a");
    CHECK(script.steps[1].line == 7);
    CHECK(script.steps[1].source == "expect POST /x");
    CHECK(script.steps[2].actor == Actor::clock);
    CHECK(script.steps[3].actor == Actor::record);
    CHECK(script.steps[4].actor == Actor::record);
}

TEST_CASE("what no step understands is told with its line, all of it at once") {
    const Script script = parse_script(
        "# c\n    send x\nclient\nclient c\n    sing\n    expect miracles\n    send \"open\n    send {\"a\":1\n    "
        "send \"\\q\"\nafter soon\nwhatever\n\tsend\n");
    REQUIRE(script.problems.size() == 10);
    std::uint32_t line = 0;
    for (const Problem& problem : script.problems) {
        CHECK(problem.line > line);
        line = problem.line;
    }
    CHECK(parse_script("config\n    upstream a\n").problems.size() == 1);   // no claim
    CHECK(parse_script("# only a claim\n").problems.size() == 1);
}

TEST_CASE("durations have a unit") {
    CHECK(parse_duration_ms("61s") == 61'000);
    CHECK(parse_duration_ms("250ms") == 250);
    CHECK(parse_duration_ms("2m") == 120'000);
    CHECK(parse_duration_ms("2") == -1);
    CHECK(parse_duration_ms("s") == -1);
    CHECK(parse_duration_ms("-1s") == -1);
}

TEST_CASE("every script of the suite can be read") {
    std::size_t scripts = 0;
    for (const auto& entry : std::filesystem::directory_iterator(GILMOK_SOURCE_DIR "/tests/exchange")) {
        if (entry.path().extension() != ".txt" || entry.path().filename() == "CMakeLists.txt") continue;
        ++scripts;
        std::ifstream file(entry.path(), std::ios::binary);
        const Script script = parse_script(std::string(std::istreambuf_iterator<char>(file), {}));
        for (const Problem& problem : script.problems) {
            CAPTURE(entry.path().string());
            CAPTURE(problem.line);
            FAIL_CHECK(problem.what);
        }
    }
    CHECK(scripts >= 25);
}
