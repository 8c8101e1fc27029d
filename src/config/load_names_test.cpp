// Goal: what names another thing finds it, and values that contradict each other are refused.
#include <doctest/doctest.h>

#include "config/load.hpp"
#include "config/test_load.hpp"

using namespace gilmok;
using namespace gilmok::config;

TEST_CASE("models need upstreams that exist") {
    CHECK(has(only("[upstream.h100]\nurl = \"http://h\"\n[model.m]\ntry = [\"h100/x\", \"h10/x\"]\n", "E0301"),
              "did you mean \"h100\"?"));
    CHECK(has(only(with("[model.n]\ntry = [\"elsewhere/x\"]\n"), "E0301"), "there is only \"a\""));
    CHECK(has(only("[model.n]\ntry = [\"elsewhere/x\"]\n", "E0301"), "add [upstream.NAME] with its url"));
    only(with("[model.n]\ntry = [\"a\"]\n"), "E0107");
    only(with("[model.n]\ntry = [\"a/\"]\n"), "E0107");
    only(with("[model.n]\ntry = []\n"), "E0105");
    only(with("[model.n]\n"), "E0105");
    only(with("[model.n]\ntry = [\"a/x\", \"a/x\"]\n"), "E0308");
    only(with("[model.n]\ntry = [\"a/x\"]\nattempts_max = 5\n"), "E0104");
    only(with("[model.n]\ntry = [\"a/x\"]\nhedge_after = \"1s\"\n"), "W0405");
    only(with("[model.n]\ntry = [\"a/x\", \"a/y\"]\nhedge_after = \"1s\"\nattempts_max = 1\n"), "E0305");
    CHECK(has(only(with("[upstream.b]\nurl = \"http://h\"\n"), "W0401"), "\"b\""));
    only("schema = 1\n", "W0404");
    Machine machine;
    CHECK(has(all_of(machine.load(with("[upstream.\"b/c\"]\nurl = \"http://h\"\n"))), "E0107"));
}

TEST_CASE("tenants need their parents, keys need their tenants") {
    CHECK(has(only(with("[tenant.\"a/b\"]\n[tenant.\"a/c\"]\n"), "E0302"), "add [tenant.\"a\"]"));
    only(with("[tenant.a]\nclass = \"X\"\n"), "E0106");
    CHECK(has(only(with("[tenant.a]\nmodels = [\"n\"]\n"), "E0303"), "there is only \"m\""));
    only(with("[tenant.\"a//b\"]\n"), "E0107");
    only(with("[tenant.\"1/2/3/4/5/6/7/8/9\"]\n"), "E0107");
    CHECK(
        has(only(with("[tenant.lab]\n[[key]]\nname = \"k\"\ntenant = \"labs\"\nsecret = \"file:/run/fin\"\n"), "E0304"),
            "did you mean \"lab\"?"));
    const std::string one = "[[key]]\nname = \"k\"\ntenant = \"t\"\nsecret = \"file:/run/fin\"\n";
    only(with("[tenant.t]\n" + one + "[[key]]\nname = \"k\"\ntenant = \"t\"\nsecret = \"cmd:vault read lab\"\n"),
         "E0308");
    only(with("[tenant.t]\n" + one + "[[key]]\nname = \"l\"\ntenant = \"t\"\nsecret = \"file:/run/fin\"\n"), "E0308");
    only(with("[tenant.t]\n[[key]]\nname = \"k\"\ntenant = \"t\"\nsecret = \"env:OPENAI_API_KEY\"\n"), "W0406");
    only(with("[key]\nname = \"k\"\n"), "E0102");
}

TEST_CASE("children may stand before their parents") {
    Machine machine;
    const Loaded loaded = machine.load(with("[tenant.\"a/b\"]\n[tenant.a]\n"));
    REQUIRE(loaded.snapshot);
    CHECK(loaded.snapshot->tenants[0].path == "a");
    CHECK(loaded.snapshot->tenants[1].parent == static_cast<model::TenantId>(0));
}

TEST_CASE("limits that contradict each other are refused") {
    CHECK(
        has(only(with_upstream("connect_timeout = \"30s\"\nfirst_byte_timeout = \"10s\"\n"), "E0305"), "shorter than"));
    CHECK(has(only(with_upstream("first_byte_timeout = \"500ms\"\n"), "E0305"), "(800ms by default)"));
    only(with_upstream("first_byte_timeout = \"20s\"\ntotal_timeout = \"10s\"\n"), "E0305");
    only(with_upstream("eject_base = \"2m\"\n"), "E0305");
    only(with_upstream("pool_idle_max = 10\nconnections_max = 5\n"), "E0305");
    only(with_upstream("ca_file = \"/etc/cert.pem\"\n"), "E0305");
    only("[upstream.a]\nurl = \"https://h\"\nca_file = \"/nothing\"\n[model.m]\ntry = [\"a/m\"]\n", "E0204");
    only(with("[server.limits]\nbody_bytes_max = \"2MiB\"\nbodies_bytes_max = \"1MiB\"\n"), "E0305");
    only(with("[server.limits]\ntarget_bytes_max = \"64KiB\"\n"), "E0305");
    only(with("[server.tls]\ncertificate = \"/etc/cert.pem\"\n"), "E0305");
    only(with("[log]\naccess = \"stdot\"\n"), "E0107");
    Machine machine;
    CHECK(machine.load(with_upstream("total_timeout = \"30s\"\n")).problems.empty());
}
