// Goal: what a verb says of its words is the same for every verb. Method: a small grammar of each kind of option.
#include "cli/grammar.hpp"

#include <doctest/doctest.h>

using namespace gilmok::cli;

namespace {

struct Sample {
    std::string config = "gilmok.toml", output = "table", file;
    std::vector<std::string> models;
    std::uint32_t seconds = 1;
    bool is_sure = false;
    Grammar grammar{"Does something", "gilmok sample"};
    std::optional<Command> run, look;

    Sample() {
        const Command top = grammar.top();
        top.wants_verb();
        run = top.verb("run", "Runs it");
        run->config(config);
        run->output(output, {"table", "json"});
        run->option("file", file, "What to run").required().type_name("FILE");
        run->option("--model", models, "Names").by_commas();
        run->option("--seconds", seconds, "How long").within(1, 60).shows_default();
        run->flag("--yes", is_sure, "It is meant");
        look = top.verb("look", "Looks at it");
    }
};

}   // namespace

TEST_CASE("words are read into the variables they were declared with") {
    Sample sample;
    REQUIRE(!sample.grammar.refuse({"run", "a.txt", "-o", "json", "--model", "x,y", "--seconds", "7", "--yes"}));
    CHECK(sample.run->is_parsed());
    CHECK(!sample.look->is_parsed());
    CHECK(sample.file == "a.txt");
    CHECK(sample.output == "json");
    CHECK(sample.config == "gilmok.toml");
    CHECK(sample.models == std::vector<std::string>{"x", "y"});
    CHECK(sample.seconds == 7);
    CHECK(sample.is_sure);
}

TEST_CASE("help is of the verb that was named, and no failure") {
    const auto said = Sample().grammar.refuse({"run", "--help"});
    REQUIRE(said);
    CHECK(said->exit_code == exit_ok);
    CHECK(said->err.empty());
    CHECK(said->out.find("gilmok sample run") != std::string::npos);
    CHECK(said->out.find("--seconds") != std::string::npos);
    const auto top = Sample().grammar.refuse({"--help"});
    REQUIRE(top);
    CHECK(top->out.find("look") != std::string::npos);
}

TEST_CASE("wrong words are a usage error that names the verb and where help is") {
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{},
                                                                                       {"run"},
                                                                                       {"walk"},
                                                                                       {"run", "a", "-o", "xml"},
                                                                                       {"run", "a", "--seconds", "61"},
                                                                                       {"run", "a", "b"},
                                                                                       {"look", "run", "a"}}) {
        CAPTURE(words);
        const auto said = Sample().grammar.refuse(words);
        REQUIRE(said);
        CHECK(said->exit_code == exit_usage);
        CHECK(said->out.empty());
        CHECK(said->err.starts_with("gilmok sample: "));
        CHECK(said->err.ends_with("\n`gilmok sample --help` tells what it takes.\n"));
    }
}

TEST_CASE("the first word that nobody takes is told, for a hint") {
    const Sample sample;
    const Grammar::Read read = sample.grammar.read({"look", "--colour", "--hard"});
    CHECK(read.reading == Grammar::Reading::left_over);
    CHECK(read.word == "--colour");
}

TEST_CASE("verbs and long options are offered in the order of their declaration") {
    const Sample sample;
    std::string words;
    for (const Offer& verb : sample.grammar.top().offered_verbs()) words += verb.word + ": " + verb.help + '\n';
    CHECK(words == "run: Runs it\nlook: Looks at it\n");
    words.clear();
    for (const Offer& option : sample.run->offered_options()) words += option.word + ' ';
    CHECK(words == "--help --config --output --model --seconds --yes ");
    CHECK(sample.grammar.top().find_verb("look"));
    CHECK(!sample.grammar.top().find_verb("walk"));
}
