// Goal: a look at a configuration needs no secret of the gateway, runs nothing unless it must, and never makes two keys alike.
#include "cli/lenient_secrets.hpp"

#include <doctest/doctest.h>

using namespace gilmok;
using namespace gilmok::cli;

namespace {

class Shell final : public config::Secrets {
public:
    std::optional<std::string> environment(const std::string& name) override {
        if (name == "EMPTY") return "";
        return name == "KNOWN" ? std::optional<std::string>("secret") : std::nullopt;
    }
    std::optional<std::string> command(const std::string& line, std::string& failure) override {
        ++commands_run;
        if (line == "vault good") return "from-the-vault";
        failure = "no such thing";
        return std::nullopt;
    }
    int commands_run = 0;
};

}   // namespace

TEST_CASE("what is unknown stands for itself, each under a name of its own") {
    Shell shell;
    LenientSecrets secrets(shell, LenientSecrets::Commands::leave);
    CHECK(secrets.environment("KNOWN") == "secret");
    const auto one = secrets.environment("ONE"), other = secrets.environment("OTHER");
    REQUIRE(one);
    REQUIRE(other);
    CHECK(*one != *other);
    CHECK(LenientSecrets::is_unresolved(*one));
    CHECK(LenientSecrets::is_unresolved(*secrets.environment("EMPTY")));
    CHECK(!LenientSecrets::is_unresolved("secret"));
}

TEST_CASE("where no secret is needed none is looked for, and each still stands for itself") {
    LenientSecrets secrets;
    std::string failure;
    CHECK(LenientSecrets::is_unresolved(*secrets.environment("HOME")));
    CHECK(LenientSecrets::is_unresolved(*secrets.command("vault good", failure)));
    CHECK(*secrets.environment("ONE") != *secrets.environment("OTHER"));
}

TEST_CASE("a command is run only where that is asked for, and one that fails stands for itself") {
    Shell shell;
    std::string failure;
    LenientSecrets look(shell, LenientSecrets::Commands::leave);
    CHECK(LenientSecrets::is_unresolved(*look.command("vault good", failure)));
    CHECK(shell.commands_run == 0);
    LenientSecrets reload(shell, LenientSecrets::Commands::run);
    CHECK(reload.command("vault good", failure) == "from-the-vault");
    CHECK(LenientSecrets::is_unresolved(*reload.command("vault bad", failure)));
    CHECK(shell.commands_run == 2);
}
