// Goal: whoever reloads knows afterwards which configuration is in service, and why.
#include "cli/reload.hpp"

#include <doctest/doctest.h>

#include "cli/test_network.hpp"
#include "config/test_machine.hpp"

using namespace gilmok;
using namespace gilmok::cli;

namespace {

struct World {
    config::FakeFiles files;
    config::FakeSecrets secrets;
    FakeNetwork network;
    World() {
        files.files["gilmok.toml"] =
            "[server]\nadmin = \"127.0.0.1:9191\"\nstate_dir = \"/state\"\n"
            "[upstream.a]\nurl = \"http://127.0.0.1:8000/v1\"\nkey = \"env:ONLY_THE_GATEWAY_HAS_IT\"\n[model.m]\ntry = "
            "[\"a/m\"]\n";
        files.files["/state/admin.token"] = "gm-0123456789abcdef0123456789\n";
    }
    Outcome answer(std::uint16_t status, std::string body) {
        network.answers["127.0.0.1:9191 POST /admin/v1/reload"] = {status, std::move(body), {}};
        return run();
    }
    Outcome run() { return reload("gilmok.toml", files, secrets, network); }
};

bool has(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

}   // namespace

TEST_CASE("reload: in service") {
    World world;
    const Outcome outcome = world.answer(200, "{}");
    CHECK(outcome.exit_code == exit_ok);
    CHECK(outcome.out == "in service: gilmok.toml\n");
}

TEST_CASE("reload: a file with errors is refused here, with line and column, and nothing is sent") {
    World world;
    world.files.files["gilmok.toml"] += "[servr]\n";
    const Outcome outcome = world.run();
    CHECK(outcome.exit_code == exit_config);
    CHECK(has(outcome.err, "gilmok.toml:9:2: unknown key \"servr\""));
    CHECK(world.network.asked.empty());
}

TEST_CASE("reload: what the gateway refuses is shown as it says it") {
    World world;
    const Outcome outcome = world.answer(
        422,
        R"({"error":{"code":"config_refused","message":"error[E0201] gilmok.toml:4:7: \"ONLY_THE\" is not set\n","fix":"mend the file"}})");
    CHECK(outcome.exit_code == exit_config);
    CHECK(has(outcome.err, "gilmok.toml:4:7: \"ONLY_THE\" is not set\n"));
    CHECK(has(outcome.err, "mend the file\n"));
    CHECK(has(outcome.err, "the running configuration stays"));
}

TEST_CASE("reload: a gateway that has no file says so, which is no fault of the configuration") {
    World world;
    const Outcome outcome = world.answer(
        409, R"({"error":{"code":"no_config_file","message":"started without a file","fix":"write one"}})");
    CHECK(outcome.exit_code == exit_failed);
    CHECK(has(outcome.err, "started without a file\nwrite one\n"));
}

TEST_CASE("reload: nobody there, a wrong token and a missing token have exit codes of their own") {
    World world;
    CHECK(world.run().exit_code == exit_unreachable);
    CHECK(has(world.run().err, "no gateway answers on 127.0.0.1:9191"));
    CHECK(world.answer(401, R"({"error":{"message":"the token is wrong"}})").exit_code == exit_denied);
    CHECK(has(world.run().err, "the token is wrong"));
    world.files.files.erase("/state/admin.token");
    const Outcome outcome = world.run();
    CHECK(outcome.exit_code == exit_denied);
    CHECK(!world.files.files.contains("/state/admin.token"));   // asking made none
}

TEST_CASE("reload: the token is never shown") {
    World world;
    for (const int status : {200, 401, 404, 422, 500}) {
        const Outcome outcome = world.answer(static_cast<std::uint16_t>(status), "{}");
        CHECK(!has(outcome.out + outcome.err, "0123456789abcdef"));
    }
}
