// Goal: files are read whole, merged, written again and refused as a whole; the rules of single values have tests of their
// own beside this one.
#include "config/load.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "config/profile.hpp"
#include "config/reader.hpp"
#include "config/schema.hpp"
#include "config/test_load.hpp"

using namespace gilmok;
using namespace gilmok::config;
using namespace std::chrono_literals;

namespace {

const char* const fleet = R"(schema = 1
[server]
listen = ["0.0.0.0:8080", "[::]:8080"]
admin = "127.0.0.1:9090"
admin_hosts = ["console.example"]
state_dir = "/var/lib/gilmok"
shards = 2
[server.tls]
certificate = "/etc/cert.pem"
key = "/etc/key.pem"
[server.limits]
body_bytes_max = "8MiB"
headers_timeout = "5s"
sse_keepalive = "0ms"
[upstream.h100]
kind = "vllm"
url = "http://10.0.3.11:8000/v1"
place = "kr-onprem"
[upstream.openai]
url = "https://api.openai.com/v1/"
key = "env:OPENAI_API_KEY"
place = "us-cloud"
operator = "OpenAI, US"
streams_max = 32
first_byte_timeout = "30s"
[model.chat-large]
try = ["h100/Qwen/Qwen3-32B", "openai/gpt-5.4"]
pick = "first"
hedge_after = "2s"
attempts_max = 2
[model."org/embed"]
try = ["h100/bge-m3"]
[tenant.acme]
class = "S"
models = ["*"]
[tenant."acme/재무"]
models = ["chat-large"]
streams_max = 10
[[key]]
name = "fin-bot"
tenant = "acme/재무"
secret = "file:/run/fin"
[[key]]
name = "lab"
tenant = "acme"
secret = "cmd:vault read lab"
[retry]
ratio = 0.2
[log]
access = "/var/log/gilmok/access.log"
level = "warn"
[telemetry]
otlp_endpoint = "http://127.0.0.1:4318/v1/traces"
sample_ratio = 1
)";

}   // namespace

TEST_CASE("a whole fleet is read, with every value in its place") {
    Machine machine;
    const Loaded loaded = machine.load(fleet);
    INFO(all_of(loaded));
    REQUIRE(loaded.snapshot);
    CHECK(loaded.problems.empty());
    const Snapshot& s = *loaded.snapshot;
    CHECK(s.version == 7);
    CHECK(s.source == "gilmok.toml");
    REQUIRE(s.server.listen.size() == 2);
    CHECK(s.server.listen[1] == io::Address{"::", 8080});
    CHECK(s.server.shards == 2);
    CHECK(s.server.tls.is_set());
    CHECK(s.server.limits.body_bytes_max == 8U << 20);
    CHECK(s.server.limits.headers_timeout == 5s);
    CHECK(s.server.limits.sse_keepalive == 0ms);
    CHECK(s.server.limits.body_timeout == DoorLimits{}.body_timeout);
    REQUIRE(s.upstreams.size() == 2);
    CHECK(s.upstreams[0].kind == Kind::vllm);
    CHECK(s.upstreams[0].host == "10.0.3.11");
    CHECK(s.upstreams[0].port == 8000);
    CHECK(s.upstreams[0].authority == "10.0.3.11:8000");
    CHECK_FALSE(s.upstreams[0].is_tls);
    CHECK(s.upstreams[1].is_tls);
    CHECK(s.upstreams[1].port == 443);
    CHECK(s.upstreams[1].base_path == "/v1");
    CHECK(s.upstreams[1].authority == "api.openai.com");
    CHECK(s.upstreams[1].key.reveal() == "sk-test-openai");
    CHECK(s.upstreams[1].operator_ == "OpenAI, US");
    CHECK(s.upstreams[1].streams_max == 32);
    REQUIRE(s.models.size() == 2);
    CHECK(s.models[0].pick == Model::Pick::first);
    CHECK(s.models[0].hedge_after == 2s);
    CHECK(s.models[0].candidates[0].served_name == "Qwen/Qwen3-32B");
    CHECK(model::index_of(s.models[0].candidates[1].upstream) == 1);
    CHECK(s.models_by_name.at("org/embed") == static_cast<model::ModelId>(1));
    REQUIRE(s.tenants.size() == 2);
    CHECK(s.tenants[1].parent == static_cast<model::TenantId>(0));
    CHECK(s.tenants[0].class_ == "S");
    CHECK(s.tenants_by_path.at("acme/재무") == static_cast<model::TenantId>(1));
    REQUIRE(s.keys.size() == 2);
    CHECK(s.keys[0].secret.reveal() == "finance-secret-0123456789");
    CHECK(s.keys[0].tenant == static_cast<model::TenantId>(1));
    CHECK(s.keys[1].secret.reveal() == "lab-secret-abcdefghijklm");
    CHECK(s.retry.ratio == doctest::Approx(0.2));
    CHECK(s.log.level == "warn");
    CHECK(s.telemetry.sample_ratio == doctest::Approx(1.0));
}

TEST_CASE("what is written reads back to the same, and holds no secret") {
    Machine machine;
    const Loaded first = machine.load(fleet);
    REQUIRE(first.snapshot);
    const std::string text = written_and_read(machine, *first.snapshot)[0];
    INFO(text);
    const Loaded second = machine.load(text);
    REQUIRE(second.snapshot);
    CHECK(second.snapshot->upstreams[1].key.reveal() == "sk-test-openai");
    CHECK_FALSE(has(text, "sk-test"));
    CHECK_FALSE(has(text, "finance-secret"));
    CHECK(has(text, "key = \"env:OPENAI_API_KEY\""));
    CHECK_FALSE(has(text, "connect_timeout"));   // defaults are left out
}

TEST_CASE("an unknown key is an error with place, caret and the nearest name") {
    Machine machine;
    const Loaded loaded = machine.load(with_upstream("conect_timeout = \"1s\"\n"));
    REQUIRE(loaded.problems.size() == 1);
    CHECK(render(loaded.problems[0], false) ==
          "error[E0101] gilmok.toml:5:1: unknown key \"conect_timeout\"\n"
          "   5 | conect_timeout = \"1s\"\n"
          "     | ^^^^^^^^^^^^^^ did you mean \"connect_timeout\"?\n");
}

TEST_CASE("names that other gateways use lead to ours") {
    CHECK(has(only(with_upstream("zone = \"kr\"\n"), "E0101"), "did you mean \"place\"?"));
    CHECK(has(only(with("[tenant.t]\nrpm_limit = 5\n"), "E0101"), "did you mean \"requests_per_minute\"?"));
    CHECK(has(only(with("[tenant.t]\nmax_budget = 5\n"), "E0101"), "did you mean \"budget_month\"?"));
    CHECK(has(only(with("[servr]\n"), "E0101"), "did you mean \"server\"?"));
    CHECK(has(only(with("[server.limit]\n"), "E0101"), "did you mean \"limits\"?"));
    CHECK_FALSE(has(only(with_upstream("xyzzy = 1\n"), "E0101"), "did you mean"));
    only(with_upstream("simulated = true\n"), "E0101");
}

TEST_CASE("a caret stands under its value when the line holds Korean") {
    Machine machine;
    const Loaded loaded = machine.load(with("[tenant]\n\"재무\" = { streams_max = -1 }\n"));
    REQUIRE(loaded.problems.size() == 1);
    CHECK(has(render(loaded.problems[0], false),
              "   6 | \"재무\" = { streams_max = -1 }\n"
              "     |                          ^^ write 0 to 1000000\n"));
}

TEST_CASE("all problems are told in one pass, in the order of the file") {
    Machine machine;
    const Loaded loaded = machine.load(
        "[upstream.a]\nurl = 5\nkind = \"vlm\"\nconnect_timeout = 800\n[model.m]\ntry = [\"b/x\"]\nattempts_max = 9\n");
    const std::string shown = all_of(loaded);
    INFO(shown);
    CHECK_FALSE(loaded.snapshot);
    REQUIRE(loaded.problems.size() == 6);
    CHECK(loaded.problems[0].code == "W0401");
    CHECK(loaded.problems[1].code == "E0102");
    CHECK(loaded.problems[2].code == "E0106");
    CHECK(loaded.problems[3].code == "E0103");
    CHECK(loaded.problems[4].code == "E0301");
    CHECK(loaded.problems[5].code == "E0104");
    CHECK(has(shown, "did you mean \"vllm\"?"));
    CHECK(has(shown, "write \"800ms\" if you mean milliseconds"));
}

TEST_CASE("broken TOML and unknown versions have the same shape of error") {
    CHECK(has(only("[server\nlisten = 1\n", "E0002"), "gilmok.toml:1:"));
    only("a = 1\na = 2\n", "E0002");
    only("a = \xff\n", "E0002");
    only(with("").insert(0, "schema = 2\n"), "E0309");
    only(with("").insert(0, "schema = \"1\"\n"), "E0309");
    std::string deep;
    for (int i = 0; i < 5'000; ++i) deep += "a.";
    only(deep + "a = 1\n", "E0002");
    only("x = " + std::string(5'000, '[') + "\n", "E0002");
    only(std::string((1 << 20) + 1, '#'), "E0002");
}

TEST_CASE("there is an end to problems") {
    Machine machine;
    std::string text = with("");
    for (int i = 0; i < 500; ++i) text += "[bad" + std::to_string(i) + "]\n";
    const Loaded loaded = machine.load(text);
    CHECK(loaded.problems.size() == 200);
    CHECK(std::any_of(loaded.problems.begin(), loaded.problems.end(),
                      [](const Problem& each) { return each.code == "E0003"; }));
}

TEST_CASE("there is an end to tables, candidates and listeners") {
    std::string many = with("");
    for (std::size_t i = 0; i < upstreams_max; ++i) many += "[upstream.u" + std::to_string(i) + "]\n";
    Machine machine;
    CHECK(has(all_of(machine.load(many)), "E0003"));
    std::string candidates;
    for (std::size_t i = 0; i <= candidates_max; ++i) candidates += "\"a/" + std::to_string(i) + "\",";
    only(with("[model.n]\ntry = [" + candidates + "]\n"), "E0003");
}

TEST_CASE("conf.d adds tables; the same key twice names both places") {
    Machine machine;
    machine.files.files["/etc/gilmok/gilmok.toml"] =
        "schema = 1\n[upstream.a]\nurl = \"http://h\"\n[server]\nshards = 1\n[tenant.t]\n[[key]]\nname = "
        "\"one\"\ntenant = \"t\"\nsecret = \"file:/run/fin\"\n";
    machine.files.files["/etc/gilmok/conf.d/10-models.toml"] =
        "schema = 1\n[model.m]\ntry = [\"a/m\"]\n[server]\nstate_dir = \"/s\"\n[[key]]\nname = \"two\"\ntenant = "
        "\"t\"\nsecret = \"cmd:vault read lab\"\n";
    machine.files.files["/etc/gilmok/conf.d/notes.txt"] = "not read";
    const Loaded fine = load("/etc/gilmok/gilmok.toml", machine.files, machine.secrets, 1);
    INFO(all_of(fine));
    REQUIRE(fine.snapshot);
    CHECK(fine.problems.empty());
    CHECK(fine.snapshot->keys.size() == 2);
    CHECK(fine.snapshot->server.state_dir == "/s");
    CHECK(fine.snapshot->source == "/etc/gilmok/gilmok.toml, /etc/gilmok/conf.d/10-models.toml");

    machine.files.files["/etc/gilmok/conf.d/20-more.toml"] = "[server]\nshards = 2\n[upstream.a]\nplace = \"kr\"\n";
    const Loaded twice = load("/etc/gilmok/gilmok.toml", machine.files, machine.secrets, 1);
    const std::string shown = all_of(twice);
    INFO(shown);
    CHECK_FALSE(twice.snapshot);
    REQUIRE(twice.problems.size() == 2);
    CHECK(has(shown,
              "error[E0004] /etc/gilmok/conf.d/20-more.toml:2:1: this key also stands in /etc/gilmok/gilmok.toml:5"));
    CHECK(has(shown, "this table also stands in /etc/gilmok/gilmok.toml:2"));
}

TEST_CASE("a file that cannot be read says so and nothing else") {
    Machine machine;
    const Loaded loaded = load("/nowhere.toml", machine.files, machine.secrets, 1);
    REQUIRE(loaded.problems.size() == 1);
    CHECK(render(loaded.problems[0], false) ==
          "error[E0001] /nowhere.toml: it cannot be read: open /nowhere.toml: No such file or directory\n  gilmok up "
          "--save writes one\n");
}

TEST_CASE("kinds have names that read back") {
    for (const Kind kind : {Kind::openai, Kind::vllm, Kind::sglang, Kind::trtllm, Kind::furiosa_llm, Kind::vllm_rbln,
                            Kind::llama_cpp, Kind::ollama}) {
        CHECK(kind_of(name_of(kind)) == kind);
        CHECK(profile_of(kind).kind == name_of(kind));
    }
    CHECK(name_of(Kind::furiosa_llm) == "furiosa-llm");
    CHECK_FALSE(kind_of("simulated"));
}
