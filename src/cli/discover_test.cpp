// Goal: what is on the usual ports, in the environment and in the machine is found and told apart; nothing else is.
#include "cli/discover.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "cli/test_network.hpp"
#include "config/test_machine.hpp"

using namespace gilmok;
using namespace gilmok::cli;

namespace {

std::string list_of(const std::string& id, const std::string& owner) {
    return R"({"object":"list","data":[{"id":")" + id + R"(","object":"model","owned_by":")" + owner +
           R"(","permission":[{"id":"modelperm-1","object":"model_permission"}]}]})";
}

struct World {
    FakeNetwork network;
    config::FakeSecrets secrets;
    void serve(std::uint16_t port, std::uint16_t status, std::string body) {
        network.answers["127.0.0.1:" + std::to_string(port) + " GET /v1/models"] = {status, std::move(body), {}};
    }
    Discovery look() { return discover(network, secrets); }
};

}   // namespace

TEST_CASE("discover: an empty machine has nothing, and each port was asked once") {
    World world;
    const Discovery found = world.look();
    CHECK(!found.has_upstreams());
    CHECK(found.strangers.empty());
    CHECK(world.network.asked.size() == 5);   // 8000, 11434, 8080, 30000, 1234
}

TEST_CASE("discover: engines on one port are told apart by what they say") {
    const auto kind_at = [](std::uint16_t port, const std::string& body) {
        const auto engine = recognise(port, body);
        return engine ? engine->kind : "none";
    };
    CHECK(kind_at(8000, list_of("Qwen/Qwen3-32B", "vllm")) == "vllm");
    CHECK(kind_at(8000, R"({"data":[{"id":"m","owned_by":"x","artifact_id":"a"}]})") == "furiosa-llm");
    CHECK(kind_at(30'000, list_of("m", "sglang")) == "sglang");
    CHECK(kind_at(8080, list_of("m.gguf", "llamacpp")) == "llama.cpp");
    CHECK(kind_at(11'434, list_of("llama3.1:8b", "library")) == "ollama");
    CHECK(kind_at(1234, list_of("m", "organization_owner")) == "openai");
    CHECK(kind_at(8080, list_of("m", "vllm")) == "vllm");   // vLLM on another port than its own
    CHECK(kind_at(8000, list_of("m", "somebody")) == "openai");
    CHECK(kind_at(8080, "<html>a web page</html>") == "none");
    CHECK(kind_at(8080, R"({"data":"no list"})") != "none");   // an answer with no models in it
    CHECK(kind_at(8080, R"({"detail":"Not Found"})") == "none");
}

TEST_CASE("discover: ids of models are read, not ids of permissions, and none that cannot be a name") {
    CHECK(model_ids(list_of("Qwen/Qwen3-32B", "vllm")) == std::vector<std::string>{"Qwen/Qwen3-32B"});
    CHECK(model_ids(R"({"data":[{"id":"a"},{"id":"two words"},{"id":"a"},{"id":"*"},{"id":"q'uote"},{"id":7},{"id":"b"}]})") ==
          std::vector<std::string>{"a", "b"});
    CHECK(model_ids(R"({"data":null})") == std::vector<std::string>{});
    CHECK(!model_ids("{").has_value());
}

TEST_CASE("discover: a list longer than we take is cut") {
    std::string body = "{\"data\":[";
    for (std::size_t i = 0; i < discovered_models_max + 5; ++i)
        body += (i == 0 ? "{\"id\":\"m" : ",{\"id\":\"m") + std::to_string(i) + "\"}";
    CHECK(model_ids(body + "]}")->size() == discovered_models_max);
}

TEST_CASE("discover: engines, keys and devices are found together") {
    World world;
    world.serve(8000, 200, list_of("Qwen/Qwen3-32B", "vllm"));
    world.serve(11'434, 200, list_of("llama3.1:8b", "library"));
    world.secrets.variables["OPENAI_API_KEY"] = "sk-not-shown";
    world.secrets.variables["UPSTAGE_API_KEY"] = "";   // set and empty is not there
    std::string line;
    for (const auto& tool : catalog::chip_tools())
        if (tool.name == "nvidia-smi")
            for (const auto& word : tool.command) (line += line.empty() ? "" : " ") += word;
    world.secrets.commands[line] =
        "0, GPU-1, NVIDIA H100 80GB HBM3, 81559, 4, 0, 70.1\n1, GPU-2, NVIDIA H100 80GB HBM3, 81559, 4, 0, 69.9\n";
    const Discovery found = world.look();
    REQUIRE(found.engines.size() == 2);
    CHECK(found.engines[0].name == "vllm");
    CHECK(found.engines[1].kind == "ollama");
    REQUIRE(found.providers.size() == 1);
    CHECK(found.providers[0].provider->name == "openai");
    const auto nvidia = std::find_if(found.devices.begin(), found.devices.end(),
                                     [](const auto& one) { return one.tool == "nvidia-smi"; });
    REQUIRE(nvidia != found.devices.end());
    CHECK(nvidia->devices == std::vector<std::string>{"2 x NVIDIA H100 80GB HBM3"});
    CHECK(!nvidia->has_failed);
}

TEST_CASE("discover: who asks for a key, and who serves no model, is told and not taken") {
    World world;
    world.serve(8000, 401, R"({"error":"Unauthorized"})");
    world.serve(11'434, 200, R"({"object":"list","data":null})");
    world.serve(1234, 500, "{}");
    const Discovery found = world.look();
    CHECK(found.engines.empty());
    REQUIRE(found.strangers.size() == 2);
    CHECK(found.strangers[0].why == FoundStranger::Why::asks_for_key);
    CHECK(found.strangers[1].why == FoundStranger::Why::no_models);
    CHECK(found.strangers[1].title == "Ollama");
}

TEST_CASE("discover: two engines of one kind get two names, and a simulated one is known as such") {
    World world;
    world.serve(8000, 200, list_of("a", "vllm"));
    world.serve(8080, 200, list_of("b", "vllm"));
    world.serve(30'000, 200, list_of("c", "gilmok-sim"));
    const Discovery found = world.look();
    REQUIRE(found.engines.size() == 3);
    CHECK(found.engines[0].name == "vllm");
    CHECK(found.engines[1].name == "vllm-2");
    CHECK(!found.engines[1].is_simulated);
    CHECK(found.engines[2].is_simulated);
}

TEST_CASE("discover: devices are read from each vendor's format") {
    using Format = catalog::ChipTool::Format;
    CHECK(devices_in(Format::csv, "0, GPU-1, NVIDIA L40S, 46068\n") == std::vector<std::string>{"1 x NVIDIA L40S"});
    CHECK(devices_in(Format::json, R"({"devices":[{"name":"RBLN-CA22"},{"name":"RBLN-CA22"}]})") ==
          std::vector<std::string>{"2 x RBLN-CA22"});
    CHECK(devices_in(Format::table, "+------+\n| Arch | Device |\n| rngd | npu0 |\n| rngd | npu1 |\n") ==
          std::vector<std::string>{"2 x FuriosaAI RNGD"});
    for (const Format format : {Format::csv, Format::json, Format::table}) {
        CHECK(devices_in(format, "").empty());
        CHECK(devices_in(format, "no devices were found").empty());
    }
}

TEST_CASE("discover: vLLM on a machine whose only accelerators are Rebellions' is the one with their plugin") {
    World world;
    world.serve(8000, 200, list_of("m", "vllm"));
    world.secrets.commands["rbln-smi -j"] = R"({"devices":[{"name":"RBLN-CA22"}]})";
    CHECK(world.look().engines.at(0).kind == "vllm-rbln");
}
