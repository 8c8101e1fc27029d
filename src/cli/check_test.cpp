#include "cli/check.hpp"

#include <doctest/doctest.h>

#include "cli/schema.hpp"
#include "config/test_machine.hpp"

using namespace gilmok;
using namespace gilmok::cli;

namespace {

const std::string sound = "[upstream.a]\nurl = \"http://127.0.0.1:8000/v1\"\n[model.m]\ntry = [\"a/m\"]\n";

Outcome checked(const std::string& text, CheckArgs args = {}) {
    config::FakeFiles files;
    config::FakeSecrets secrets;
    files.files[args.config_path] = text;
    return check(args, files, secrets);
}

}   // namespace

TEST_CASE("check: a sound file is told in one line") {
    const Outcome result = checked(sound);
    CHECK(result.exit_code == 0);
    CHECK(result.out == "gilmok.toml: sound: 1 upstream, 1 model, 0 tenants, 0 keys\n");
    CHECK(result.err.empty());
}

TEST_CASE("check: errors refuse with 3 and are counted") {
    const Outcome result = checked(sound + "[servr]\n[upstream.b]\nurl = \"http://h\"\n");
    CHECK(result.exit_code == 3);
    CHECK(result.out.empty());
    CHECK(result.err.find("error[E0101] gilmok.toml:5:2: unknown key \"servr\"") != std::string::npos);
    CHECK(result.err.ends_with("1 error, 1 warning\n"));
}

TEST_CASE("check: warnings refuse only when strict") {
    const std::string text = sound + "[upstream.b]\nurl = \"http://h\"\n";
    CHECK(checked(text).exit_code == 0);
    CheckArgs strict;
    strict.is_strict = true;
    const Outcome result = checked(text, strict);
    CHECK(result.exit_code == 3);
    CHECK(result.err.ends_with("1 warning\nwarnings refuse because of --strict\n"));
}

TEST_CASE("check: a missing file is refused") {
    config::FakeFiles files;
    config::FakeSecrets secrets;
    CHECK(check({}, files, secrets).exit_code == 3);
}

TEST_CASE("check: programs get JSON on standard output alone") {
    CheckArgs args;
    args.is_json = true;
    const Outcome result = checked(sound + "x = \"\\u0007\"\n", args);
    CHECK(result.exit_code == 3);
    CHECK(result.err.empty());
    CHECK(result.out.starts_with(
        "{\"ok\":false,\"problems\":[\n "
        "{\"severity\":\"error\",\"code\":\"E0101\",\"path\":\"gilmok.toml\",\"line\":5,\"column\":1,"));
    CHECK(checked(sound, args).out == "{\"ok\":true,\"problems\":[]}\n");
}

TEST_CASE("schema: JSON for editors, Markdown for people") {
    CHECK(schema({}).starts_with("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\""));
    CHECK(schema({.is_docs = true}).starts_with("# gilmok.toml\n"));
}
