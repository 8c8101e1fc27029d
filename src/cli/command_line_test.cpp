// Goal: every line is either understood or answered with what is wrong and how to mend it.
#include "cli/command_line.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace gilmok::cli;

namespace {

CommandLine parsed(std::vector<std::string> arguments) {
    return parse_command_line(std::move(arguments), Language::en);
}
bool has(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

}   // namespace

TEST_CASE("command line: verbs and their options") {
    CHECK(parsed({"serve"}).serve.config_path == "gilmok.toml");
    const CommandLine serve = parsed({"serve", "-c", "/etc/gilmok.toml"});
    CHECK(serve.verb == Verb::serve);
    CHECK(serve.serve.config_path == "/etc/gilmok.toml");
    const CommandLine check = parsed({"check", "--strict", "-o", "json"});
    CHECK(check.verb == Verb::check);
    CHECK(check.check.is_strict);
    CHECK(check.check.is_json);
    CHECK(parsed({"doctor", "--json", "-c", "f"}).is_json);
    CHECK(parsed({"reload", "-c", "f"}).config_path == "f");
    CHECK(parsed({"schema", "--docs"}).schema.is_docs);
    CHECK(parsed({"version"}).verb == Verb::version);
    CHECK(parsed({"sim", "--engines", "3", "--fault", "reset=0.1"}).sim.engines == 3);
}

TEST_CASE("command line: up") {
    CHECK(parsed({"up"}).up.save_path.empty());
    CHECK(parsed({"up"}).up.with_embedded);
    CHECK(parsed({"up", "--save"}).up.save_path == "gilmok.toml");
    CHECK(parsed({"up", "--save", "a.toml"}).up.save_path == "a.toml");
    CHECK(parsed({"up", "--save", "--no-embedded"}).up.save_path == "gilmok.toml");
    CHECK(!parsed({"up", "--no-embedded"}).up.with_embedded);
    CHECK(parsed({"up", "--port", "8088"}).up.port == 8088);
    for (const char* wrong : {"65536", "http", "-1"})
        CHECK(parsed({"up", "--port", wrong}).said.exit_code == exit_usage);
}

TEST_CASE("command line: key takes all that follows, as it is") {
    const CommandLine line = parsed({"--lang", "ko", "key", "create", "--tenant", "check", "--help"});
    CHECK(line.verb == Verb::key);
    CHECK(line.language == Language::ko);
    CHECK(line.words == std::vector<std::string>{"create", "--tenant", "check", "--help"});
}

TEST_CASE("command line: a verb or option that is nearly right is told the right one") {
    const CommandLine verb = parsed({"serv"});
    CHECK(verb.said.exit_code == exit_usage);
    CHECK(has(verb.said.err, "there is no verb \"serv\"; did you mean \"serve\"?"));
    CHECK(verb.said.out.empty());
    const CommandLine option = parsed({"serve", "--confg", "x"});
    CHECK(option.said.exit_code == exit_usage);
    CHECK(has(option.said.err, "\"gilmok serve\" does not take \"--confg\"; did you mean \"--config\"?"));
    CHECK(!has(parsed({"frobnicate"}).said.err, "did you mean"));
    CHECK(parsed({"check", "-o", "yaml"}).said.exit_code == exit_usage);
    CHECK(parsed({"--frob"}).said.exit_code == exit_usage);
    CHECK(parsed({"completion"}).said.exit_code == exit_usage);
}

TEST_CASE("command line: help teaches, on standard output, in the language that was asked for") {
    for (const auto& line : {parsed({"--help"}), parsed({"-h"}), parsed({"help"})}) {
        CHECK(line.said.exit_code == exit_ok);
        CHECK(has(line.said.out, "First minute"));
    }
    CHECK(has(parsed({"--lang", "ko", "--help"}).said.out, "처음 1분"));
    CHECK(has(parsed({"--help", "--lang=ko"}).said.out, "처음 1분"));
    // Also behind a verb that reads its own words.
    const CommandLine behind = parsed({"guard", "test", "--lang", "ko", "letter.txt", "--lang=en"});
    CHECK(behind.language == Language::en);
    CHECK(behind.words == std::vector<std::string>{"test", "letter.txt"});
    CHECK(parsed({"guard", "rules", "--lang", "fr"}).words == std::vector<std::string>{"rules", "--lang", "fr"});
    CHECK(has(parse_command_line({"--help"}, Language::ko).said.out, "처음 1분"));
    CHECK(has(parsed({"up", "--help"}).said.out, "--no-embedded"));
    CHECK(has(parsed({"help", "serve"}).said.out, "SIGHUP"));
    CHECK(parsed({"--version"}).said.out == "gilmok 0.1.0\n");
    const CommandLine bare = parsed({});
    CHECK(bare.said.exit_code == exit_usage);
    CHECK(has(bare.said.err, "First minute"));
}

TEST_CASE("command line: the top help names every verb in both languages") {
    for (const char* verb :
         {"up", "serve", "reload", "sim", "check", "doctor", "schema", "key", "version", "completion"}) {
        CAPTURE(verb);
        CHECK(has(template_of(Language::en, Text::help_top), "\n  " + std::string(verb) + " "));
        CHECK(has(template_of(Language::ko, Text::help_top), "\n  " + std::string(verb) + " "));
        if (std::string(verb) != "key") CHECK(has(parsed({verb, "--help"}).said.out, "--help"));
    }
}

TEST_CASE("completion: every shell is offered every verb and option, and balanced quotes") {
    for (const char* shell : {"bash", "zsh", "fish"}) {
        CAPTURE(shell);
        const CommandLine line = parsed({"completion", shell});
        CHECK(line.verb == Verb::say);
        CHECK(line.said.exit_code == exit_ok);
        for (const char* word : {"up", "serve", "reload", "doctor", "no-embedded", "strict", "rotate", "lang"}) {
            CAPTURE(word);
            CHECK(has(line.said.out, word));
        }
        // 'it'\''s': what is left without the escaped ones must pair up.
        std::string script = line.said.out;
        for (auto at = script.find("'\\''"); at != std::string::npos; at = script.find("'\\''")) script.erase(at, 4);
        CHECK(std::count(script.begin(), script.end(), '\'') % 2 == 0);
    }
}
