// Goal: whatever is found makes a configuration that loads, and the banner's curl line works when pasted.
#include "cli/up.hpp"

#include <doctest/doctest.h>

#include "cli/up_config.hpp"
#include "config/test_machine.hpp"

using namespace gilmok;
using namespace gilmok::cli;

namespace {

Discovery everything() {
    Discovery found;
    found.engines.push_back({"vllm", "vLLM", "vllm", "/v1", {"127.0.0.1", 8000}, {"Qwen/Qwen3-32B", "bge-m3"}, false});
    found.engines.push_back(
        {"ollama", "Ollama", "ollama", "/v1", {"127.0.0.1", 11'434}, {"llama3.1:8b", "gpt-5.5"}, false});
    for (const catalog::Provider& provider : catalog::providers()) found.providers.push_back({&provider});
    found.devices.push_back({"NVIDIA", "nvidia-smi", {"2 x NVIDIA H100"}, false});
    found.strangers.push_back({FoundStranger::Why::asks_for_key, "LM Studio", {"127.0.0.1", 1234}});
    return found;
}

std::vector<EmbeddedFleet::Engine> two_engines() {
    return {{"sim-a", {"127.0.0.1", 40'001}, {"simulated-chat"}}, {"sim-b", {"127.0.0.1", 40'002}, {"simulated-chat"}}};
}

config::Loaded load(const std::string& text) {
    static config::FakeFiles files;
    config::FakeSecrets secrets;
    for (const catalog::Provider& provider : catalog::providers())
        secrets.variables[provider.env] = "sk-0123456789abcdef0123456789";
    secrets.variables["GILMOK_UP_KEY"] = secrets.variables["GILMOK_UP_TOKEN"] =
        "gm-0123456789abcdef0123456789abcdef0123456789";
    config::Loaded loaded = config::load_text(text, "up", files, secrets, 1);
    return loaded;
}

std::string problems_of(const config::Loaded& loaded) {
    std::string out;
    for (const config::Problem& problem : loaded.problems) out += config::render(problem, false);
    return out;
}

UpConfig config_of(const Discovery& found) {
    UpConfig config;
    config.found = &found;
    config.key_reference = "env:GILMOK_UP_KEY";
    config.token_reference = "env:GILMOK_UP_TOKEN";
    return config;
}

bool has(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

}   // namespace

TEST_CASE("up: everything that can be found makes a configuration that loads without a warning") {
    const Discovery found = everything();
    const config::Loaded loaded = load(up_config_text(config_of(found)));
    CHECK(problems_of(loaded) == "");
    REQUIRE(loaded.snapshot != nullptr);
    CHECK(loaded.snapshot->upstreams.size() == 2 + catalog::providers().size());
    CHECK(loaded.snapshot->models_by_name.contains("Qwen/Qwen3-32B"));
    CHECK(loaded.snapshot->keys.size() == 1);
    CHECK(model_to_try(config_of(found)) == "Qwen/Qwen3-32B");
}

TEST_CASE("up: a model of one's own is never joined with a hosted one of the same name") {
    const Discovery found = everything();
    const config::Loaded loaded = load(up_config_text(config_of(found)));
    REQUIRE(loaded.snapshot != nullptr);
    const auto& own = loaded.snapshot->model(loaded.snapshot->models_by_name.at("gpt-5.5"));
    REQUIRE(own.candidates.size() == 1);
    CHECK(loaded.snapshot->upstream(own.candidates[0].upstream).name == "ollama");
    CHECK(loaded.snapshot->models_by_name.contains("openai/gpt-5.5"));
}

TEST_CASE("up: two engines that serve one model stand behind one name") {
    const Discovery nothing;
    UpConfig config = config_of(nothing);
    config.embedded = two_engines();
    const config::Loaded loaded = load(up_config_text(config));
    CHECK(problems_of(loaded) == "");
    REQUIRE(loaded.snapshot != nullptr);
    REQUIRE(loaded.snapshot->models.size() == 1);
    CHECK(loaded.snapshot->models[0].candidates.size() == 2);
}

TEST_CASE("up: what --save writes holds references, no secret, and loads even when nothing was found") {
    const Discovery nothing;
    UpConfig config;
    config.found = &nothing;
    config.state_dir = "/state";
    const std::string text = up_config_text(config);
    CHECK(has(text, "# [upstream.gpu]"));
    const config::Loaded loaded = load(text);
    REQUIRE(loaded.snapshot != nullptr);
    CHECK(loaded.snapshot->server.state_dir == "/state");
    const Discovery found = everything();
    config.found = &found;
    CHECK(has(up_config_text(config), "key = \"env:OPENAI_API_KEY\""));
    CHECK(!has(up_config_text(config), "[[key]]"));
}

TEST_CASE("up: the curl line needs nothing filled in") {
    CHECK(
        curl_line({"127.0.0.1", 8081}, "gm-k", "Qwen/Qwen3-32B", "Why?") ==
        "curl -N http://127.0.0.1:8081/v1/chat/completions -H 'authorization: Bearer gm-k' -H 'content-type: "
        "application/json' "
        "-d '{\"model\":\"Qwen/Qwen3-32B\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Why?\"}]}'");
    // Inside single quotes of a shell and double quotes of JSON.
    for (const Language language : {Language::en, Language::ko})
        CHECK(template_of(language, Text::up_question).find_first_of("'\"\\") == std::string_view::npos);
}

TEST_CASE("up: the banner of a machine with nothing says that all is simulated") {
    const Discovery nothing;
    UpConfig config = config_of(nothing);
    config.embedded = two_engines();
    BannerFacts facts;
    facts.found = &nothing;
    facts.is_simulated = true;
    facts.door = {"127.0.0.1", 8080};
    facts.admin = {"127.0.0.1", 9090};
    facts.key = "gm-KEY";
    facts.token = "gm-TOKEN";
    facts.models = {"simulated-chat"};
    facts.model_to_try = model_to_try(config);
    CHECK(banner(facts, Language::en, false) ==
          "\n"
          "  gilmok 0.1.0\n"
          "\n"
          "  No engine answers on this machine and no API key is in the environment.\n"
          "  SIMULATED: two simulated engines stand in. Their answers are made up; each answer, log line and metric "
          "says so.\n"
          "\n"
          "  door      http://127.0.0.1:8080/v1\n"
          "  key       gm-KEY\n"
          "  models    simulated-chat\n"
          "  admin     http://127.0.0.1:9090/metrics\n"
          "  token     gm-TOKEN\n"
          "\n"
          "  Try it in another terminal:\n"
          "\n"
          "  curl -N http://127.0.0.1:8080/v1/chat/completions -H 'authorization: Bearer gm-KEY' -H 'content-type: "
          "application/json' "
          "-d '{\"model\":\"simulated-chat\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Why is the "
          "sky blue?\"}]}'\n"
          "\n"
          "  Nothing is written to disk: key and token end with this run (--save FILE keeps them).\n"
          "  Ctrl-C ends it.\n"
          "\n");
    CHECK(has(banner(facts, Language::ko, false), "모의 실행(SIMULATED)"));
    CHECK(!has(banner(facts, Language::en, false), "\033"));
    CHECK(has(banner(facts, Language::en, true), "\033[33m  SIMULATED"));
}

TEST_CASE("up: the banner tells what was found, what was not taken, and where ports moved") {
    const Discovery found = everything();
    BannerFacts facts;
    facts.found = &found;
    facts.door = {"127.0.0.1", 8081};
    facts.port_wanted = 8080;
    facts.admin = {"127.0.0.1", 9090};
    facts.key = "gm-KEY";
    facts.token_file = "/state/admin.token";
    facts.key_store = "/state/keys.jsonl";
    facts.saved_path = "gilmok.toml";
    facts.models = {"a", "b", "c", "d", "e", "f", "g", "h"};
    const std::string text = banner(facts, Language::en, false);
    CHECK(has(text, "  found     vLLM on 127.0.0.1:8000: Qwen/Qwen3-32B, bge-m3\n"));
    CHECK(has(text, "            NVIDIA: 2 x NVIDIA H100\n"));
    CHECK(has(text, "  not used  something on 127.0.0.1:1234 asks for a key"));
    CHECK(has(text, "a, b, c, d, e, f, and 2 more"));
    CHECK(has(text, "port 8080 is taken, so the door is on 8081"));
    CHECK(has(text, "gilmok serve -c gilmok.toml"));
    CHECK(!has(text, "SIMULATED"));
}

TEST_CASE("up: state lives where XDG says, and nowhere when nobody has a home") {
    config::FakeSecrets environment;
    CHECK(default_state_dir(environment) == "");
    environment.variables["HOME"] = "/home/u";
    CHECK(default_state_dir(environment) == "/home/u/.local/state/gilmok");
    environment.variables["XDG_STATE_HOME"] = "/s";
    CHECK(default_state_dir(environment) == "/s/gilmok");
    environment.variables["XDG_STATE_HOME"] = "relative";   // the specification says to ignore it
    CHECK(default_state_dir(environment) == "/home/u/.local/state/gilmok");
}

TEST_CASE("up: references of this process hide none of the environment") {
    config::FakeSecrets environment;
    environment.variables["OPENAI_API_KEY"] = "x";
    OwnSecrets own(environment);
    own.set("GILMOK_UP_KEY", Secret("k"));
    CHECK(own.environment("GILMOK_UP_KEY") == "k");
    CHECK(own.environment("OPENAI_API_KEY") == "x");
    CHECK(!own.environment("OTHER").has_value());
}
