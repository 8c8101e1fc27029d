// Goal: secrets of the real machine arrive whole or with a reason, within their limits.
#include "config/secrets.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace gilmok::config;
using namespace std::chrono_literals;

namespace {

std::string failure_of(const std::string& line, std::chrono::milliseconds timeout = 5s) {
    std::string failure;
    const auto found = run_secret_command(line, timeout, failure);
    CHECK_FALSE(found);
    return failure;
}

}   // namespace

TEST_CASE("a command gives what it prints, without a shell") {
    std::string failure;
    CHECK(run_secret_command("printf %s a;b", 5s, failure) == "a;b");
    CHECK(run_secret_command("  echo   two  words ", 5s, failure) == "two words\n");
    CHECK(system_secrets().command("echo x", failure) == "x\n");
    CHECK(failure.empty());
}

TEST_CASE("a command that fails says why") {
    CHECK(failure_of("") == "the command is empty");
    CHECK(failure_of("false") == "false ended with an error");
    CHECK(failure_of("/no/such/program").find("No such file") != std::string::npos);
}

TEST_CASE("a command that never ends or prints without end is stopped") {
    CHECK(failure_of("sleep 60", 50ms) == "the command took longer than 50ms");
    CHECK(failure_of("yes") == "the command wrote more than 64 KiB");
}

TEST_CASE("the environment is read by name") {
    REQUIRE(setenv("GILMOK_TEST_SECRET", "value", 1) == 0);
    CHECK(system_secrets().environment("GILMOK_TEST_SECRET") == "value");
    CHECK_FALSE(system_secrets().environment("GILMOK_TEST_NOTHING"));
}
