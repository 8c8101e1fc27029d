// Goal: every rule of a single value has a text that breaks it, and the problem it gives is code, place and hint together.
#include <doctest/doctest.h>

#include "config/load.hpp"
#include "config/test_load.hpp"

using namespace gilmok;
using namespace gilmok::config;

TEST_CASE("values of the wrong type, unit or range are refused") {
    only(with("[server]\nshards = \"two\"\n"), "E0102");
    only(with("[server]\nshards = 1.5\n"), "E0102");
    only("server = 1\n" + with(""), "E0102");
    only(with("[server]\nadmin_hosts = [1]\n"), "E0102");
}

TEST_CASE("quantities need units") {
    CHECK(has(only(with("[server.limits]\nbody_bytes_max = 1048576\n"), "E0103"), "\"1048576B\" if you mean bytes"));
    only(with("[server.limits]\nbody_bytes_max = \"32\"\n"), "E0103");
    only(with("[server.limits]\nbody_bytes_max = \"32mb\"\n"), "E0103");
    only(with("[server.limits]\nidle_timeout = 1.5\n"), "E0103");
    only(with("[server.limits]\nidle_timeout = \"1.5s\"\n"), "E0103");
    only(with("[server.limits]\nidle_timeout = \"-1s\"\n"), "E0103");
    only(with("[server.limits]\nidle_timeout = \"99999999999999999999s\"\n"), "E0103");
    only(with("[server.limits]\nidle_timeout = \"90d\"\n"), "E0104");
    only(with("[server.limits]\nbody_bytes_max = \"1B\"\n"), "E0104");
    only(with("[retry]\nratio = nan\n"), "E0104");
    only(with("[telemetry]\nsample_ratio = 1.01\n"), "E0104");
}

TEST_CASE("addresses and URLs must be whole and harmless") {
    CHECK(has(only(with("[server]\nlisten = \"localhost:80\"\n"), "E0107"), "127.0.0.1:80"));
    only(with("[server]\nlisten = \"127.0.0.1\"\n"), "E0107");
    only(with("[server]\nlisten = [\"127.0.0.1:70000\"]\n"), "E0107");
    only(with("[server]\nlisten = []\n"), "E0105");
    for (const char* url : {"ftp://h/v1", "http://user:pass@h/v1", "http://h/v1?x=1", "http://h/v1#x", "http://",
                            "http://h:0/", "http://h:99999", "http://[::1/", "http://h/a b"}) {
        const std::string shown =
            only("[upstream.a]\nurl = \"" + std::string(url) + "\"\n[model.m]\ntry = [\"a/m\"]\n", "E0107");
        CHECK_FALSE(has(shown, "pass@"));
    }
    only(with("[telemetry]\notlp_endpoint = \"grpc://h\"\n"), "E0107");
}

TEST_CASE("listeners do not share an address") {
    only(with("[server]\nlisten = [\"127.0.0.1:80\", \"127.0.0.1:80\"]\n"), "E0306");
    only(with("[server]\nlisten = [\"[::1]:80\", \"[0::1]:80\"]\n"), "E0306");
    only(with("[server]\nstate_dir = \"/s\"\nlisten = [\"127.0.0.1:80\", \"0.0.0.0:80\"]\n"), "E0306");
    only(with("[server]\nlisten = \"127.0.0.1:9090\"\n"), "E0306");
    Machine machine;
    CHECK(machine.load(with("[server]\nlisten = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n")).problems.empty());
}

TEST_CASE("what is open to others is guarded or warned of") {
    only(with("[server]\nadmin = \"0.0.0.0:9090\"\n"), "E0307");
    only(with("[server]\nlisten = \"0.0.0.0:8080\"\n"), "W0402");
    Machine machine;
    CHECK(machine.load(with("[server]\nadmin = \"0.0.0.0:9090\"\nadmin_token = \"env:OPENAI_API_KEY\"\n"))
              .problems.empty());
    only(with("[server]\nadmin_token = \"env:OPENAI_API_KEY\"\nadmin_token_file = \"/t\"\n"), "E0305");
    CHECK(has(
        only("[model.m]\ntry = [\"a/m\"]\n[upstream.a]\nurl = \"http://10.0.0.1/v1\"\nkey = \"env:OPENAI_API_KEY\"\n",
             "W0403"),
        "plain HTTP"));
}

TEST_CASE("a literal secret is refused and never shown, wherever it was put") {
    const std::string secret = "sk-proj-Zq8rT1vXw3yB5nM7";
    for (const std::string& line :
         {"key = \"" + secret + "\"", "apikey = \"" + secret + "\"", "kee = '" + secret + "'", "key = " + secret,
          "key = \"" + secret, "key=\"" + secret + "\"", "xyz = { key = \"" + secret + "\" }", "place = 5 # " + secret,
          "headers = [\"" + secret + "\"]"}) {
        Machine machine;
        const Loaded loaded = machine.load(with_upstream(line + "\n"));
        INFO(line);
        CHECK_FALSE(loaded.snapshot);
        const bool is_comment = has(line, "#");
        if (!is_comment) CHECK_FALSE(has(all_of(loaded), secret.substr(8)));
    }
    CHECK(has(only(with_upstream("key = \"hunter2\"\n"), "E0201"), "key = \"*******\""));
}

TEST_CASE("a secret that is missing, empty or cannot be sent is an error") {
    CHECK(has(only(with_upstream("key = \"env:NOT_THERE\"\n"), "E0202"), "NOT_THERE is not set"));
    only(with_upstream("key = \"file:/nowhere\"\n"), "E0202");
    only(with_upstream("key = \"cmd:false\"\n"), "E0202");
    only(with_upstream("key = \"env:EMPTY\"\n"), "E0203");
    only(with_upstream("key = \"file:/run/empty\"\n"), "E0203");
    only(with_upstream("key = \"file:/run/two\"\n"), "E0203");
    only(with_upstream("key = \"env:\"\n"), "E0201");
    only(with("[tenant.t]\n[[key]]\nname = \"k\"\ntenant = \"t\"\nsecret = \"\"\n"), "E0203");
}
