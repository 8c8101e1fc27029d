// Goal: an operator makes, sees, closes and replaces keys with a file and no server; mistakes change nothing.
#include "cli/key.hpp"

#include <doctest/doctest.h>

#include "auth/key_store.hpp"
#include "base/prng.hpp"
#include "io/sim/files.hpp"
#include "wire/json.hpp"

using namespace gilmok;
using namespace gilmok::cli;
using namespace std::chrono_literals;

namespace {

constexpr const char* config_text = R"(
[server]
state_dir = "/state"

[upstream.engine]
url = "http://127.0.0.1:8000/v1"
kind = "vllm"
key = "env:NOT_SET_IN_THIS_SHELL"

[model.small]
try = ["engine/served"]

[tenant."acme"]
[tenant."acme/search"]

[[key]]
name = "first"
tenant = "acme"
secret = "env:NEITHER_SET"
[[key]]
name = "second"
tenant = "acme"
secret = "env:NOR_SET"
)";

struct Shell {
    io::sim::SimFiles files;
    Prng prng{1};
    WallTime now{1'795'233'845'678ms};
    Shell() { files.put("gilmok.toml", config_text); }
    Outcome operator()(std::vector<std::string> arguments) {
        return key_command(arguments, {files, now, [this](std::span<char> out) {
                                           for (char& byte : out) byte = static_cast<char>(prng.next());
                                       }});
    }
    std::string store() { return files.text("/state/keys.jsonl"); }
    auth::StoredKeys keys() { return *auth::parse_keys(store(), "keys.jsonl"); }
};

bool has(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

std::string key_in(std::string_view out) {
    const std::size_t at = out.find("gm-");
    return at == std::string_view::npos ? "" : std::string(out.substr(at, auth::key_length));
}

}   // namespace

TEST_CASE("a created key is printed once and only its digest is kept") {
    Shell gilmok_key;
    const auto made =
        gilmok_key({"create", "--tenant", "acme/search", "--name", "ci", "--models", "small", "--expires", "30d"});
    CHECK(made.err == "The key is shown this once; only its digest is kept.\n");
    REQUIRE(made.exit_code == 0);
    const std::string key = key_in(made.out);
    REQUIRE(key.size() == auth::key_length);
    CHECK_FALSE(has(gilmok_key.store(), key));
    CHECK(gilmok_key.files.mode("/state/keys.jsonl") == 0600U);
    const auto keys = gilmok_key.keys();
    REQUIRE(keys.size() == 1);
    CHECK(keys[0].digest == auth::digest_of(key));
    CHECK(keys[0].expires == gilmok_key.now + 720h);
    CHECK(keys[0].models == std::vector<std::string>{"small"});
    CHECK_FALSE(has(gilmok_key({"list"}).out, key));
    CHECK(has(gilmok_key({"list"}).out, keys[0].id));
}

TEST_CASE("output as JSON is JSON") {
    Shell gilmok_key;
    const auto made = gilmok_key({"create", "--tenant", "acme", "--name", "a\"b", "-o", "json"});
    CHECK(made.exit_code == 0);
    CHECK(wire::json::scan(made.out, {}, nullptr).has_value());
    CHECK(key_in(made.out).size() == auth::key_length);
    gilmok_key({"create", "--tenant", "acme"});
    const auto listed = gilmok_key({"list", "-o", "json"});
    CHECK(wire::json::scan(listed.out, {}, nullptr).has_value());
    CHECK_FALSE(has(listed.out, "\"key\""));
    CHECK(has(listed.out, "\"state\":\"live\""));
    CHECK(gilmok_key({"list", "-o", "json", "--tenant", "nobody"}).out == "[]\n");
}

TEST_CASE("a list may be of one tenant and those below it") {
    Shell gilmok_key;
    gilmok_key({"create", "--tenant", "acme", "--name", "upper"});
    gilmok_key({"create", "--tenant", "acme/search", "--name", "lower"});
    CHECK(has(gilmok_key({"list", "--tenant", "acme"}).out, "lower"));
    const auto below = gilmok_key({"list", "--tenant", "acme/search"});
    CHECK(has(below.out, "lower"));
    CHECK_FALSE(has(below.out, "upper"));
    CHECK_FALSE(has(gilmok_key({"list", "--tenant", "acm"}).out, "upper"));
}

TEST_CASE("control bytes of a name are shown, not obeyed") {
    Shell gilmok_key;
    gilmok_key({"create", "--tenant", "acme", "--name", "\x1b[2J웹"});
    const auto listed = gilmok_key({"list"});
    CHECK_FALSE(has(listed.out, "\x1b"));
    CHECK(has(listed.out, "\\u001b[2J웹"));
}

TEST_CASE("a revoked key stays in the list as revoked") {
    Shell gilmok_key;
    REQUIRE(gilmok_key({"create", "--tenant", "acme", "--name", "ci"}).exit_code == 0);
    CHECK(gilmok_key({"revoke", "ci"}).exit_code == 0);
    CHECK(gilmok_key.keys()[0].revoked.has_value());
    CHECK(has(gilmok_key({"list"}).out, "revoked"));
    CHECK(gilmok_key({"revoke", "ci"}).exit_code == 2);                      // the name is free again
    CHECK(gilmok_key({"revoke", gilmok_key.keys()[0].id}).exit_code == 0);   // the id is not
}

TEST_CASE("a rotated key hands its rights to a new one and ends") {
    Shell gilmok_key;
    gilmok_key({"create", "--tenant", "acme", "--name", "ci", "--models", "small"});
    const auto rotated = gilmok_key({"rotate", "ci", "--grace", "1h"});
    REQUIRE(rotated.exit_code == 0);
    CHECK(key_in(rotated.out).size() == auth::key_length);
    auto keys = gilmok_key.keys();
    REQUIRE(keys.size() == 2);
    CHECK(keys[0].expires == gilmok_key.now + 1h);
    CHECK(keys[1].models == keys[0].models);
    CHECK(gilmok_key({"rotate", keys[1].id}).exit_code == 0);
    keys = gilmok_key.keys();
    CHECK(keys[1].revoked.has_value());
    CHECK(gilmok_key({"rotate", keys[1].id}).exit_code == 2);
}

TEST_CASE("wrong usage is exit 2 and changes nothing") {
    Shell gilmok_key;
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{},
                                               {"destroy"},
                                               {"create"},
                                               {"create", "--tenant", "acme/serch"},
                                               {"create", "--tenant", "acme", "--models", "large"},
                                               {"create", "--tenant", "acme", "--expires", "tomorrow"},
                                               {"create", "--tenant", "acme", "--expires", "0d"},
                                               {"create", "--tenant", "acme", "--expires", "99999999999999d"},
                                               {"create", "--tenant", "acme", "--name", std::string(129, 'n')},
                                               {"create", "--tenant", "acme", "-o", "xml"},
                                               {"revoke"},
                                               {"revoke", "nobody"},
                                               {"rotate", "nobody"},
                                               {"rotate", "nobody", "--grace", "soon"},
                                               {"list", "--everything"}}) {
        const auto result = gilmok_key(arguments);
        CHECK(result.exit_code == 2);
        CHECK(result.out.empty());
        CHECK_FALSE(result.err.empty());
    }
    CHECK(gilmok_key.store().empty());
    CHECK(has(gilmok_key({"create", "--tenant", "acme/serch"}).err, "did you mean \"acme/search\""));
}

TEST_CASE("a configuration or a store that cannot be used is exit 3") {
    Shell gilmok_key;
    CHECK(gilmok_key({"list", "-c", "elsewhere.toml"}).exit_code == 3);
    gilmok_key.files.put("bare.toml", "[tenant.acme]\n");
    CHECK(gilmok_key({"list", "-c", "bare.toml"}).exit_code == 3);
    gilmok_key.files.put("/state/keys.jsonl", "broken\n");
    const auto broken = gilmok_key({"create", "--tenant", "acme"});
    CHECK(broken.exit_code == 3);
    CHECK(has(broken.err, "/state/keys.jsonl:1: "));
    CHECK(gilmok_key.store() == "broken\n");
    gilmok_key.files.put("/state/keys.jsonl", "");
    gilmok_key.files.fail_path("/state/keys.jsonl", 28);
    CHECK(gilmok_key({"create", "--tenant", "acme"}).exit_code == 3);
}

TEST_CASE("a key of a tenant that is gone is listed with a warning") {
    Shell gilmok_key;
    gilmok_key({"create", "--tenant", "acme/search"});
    std::string text = config_text;
    text.erase(text.find("[tenant.\"acme/search\"]"));
    gilmok_key.files.put("gilmok.toml", text);
    const auto listed = gilmok_key({"list"});
    CHECK(listed.exit_code == 0);
    CHECK(has(listed.err, "unknown tenant \"acme/search\""));
}

TEST_CASE("help is no error") {
    Shell gilmok_key;
    const auto help = gilmok_key({"--help"});
    CHECK(help.exit_code == 0);
    CHECK(has(help.out, "rotate"));
}
