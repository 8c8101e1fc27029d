// What is already here: engines on the usual local ports, keys of hosted APIs in the environment, accelerators. Looking is
// read-only and short: every port at once, one deadline. What to look for is catalog/*.toml, never code.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "cli/fetch.hpp"
#include "config/load.hpp"

namespace gilmok::cli {

inline constexpr Duration discovery_timeout = std::chrono::milliseconds(300);
inline constexpr std::size_t discovered_models_max = 200;   // of one engine; further ones are not taken

struct FoundEngine {
    std::string name;    // of the upstream: "vllm"
    std::string title;   // for people: "vLLM"
    std::string kind;
    std::string base_path;
    io::Address address;
    std::vector<std::string> models;
    bool is_simulated = false;   // it says so itself
};
struct FoundProvider {
    const catalog::Provider* provider = nullptr;
};
struct FoundDevices {
    std::string vendor;
    std::string tool;
    std::vector<std::string> devices;   // "2 x NVIDIA H100 80GB HBM3"
    bool has_failed = false;            // the tool is there and does not work
};
// Somebody answers who cannot be taken into service.
struct FoundStranger {
    enum class Why : std::uint8_t { asks_for_key, no_models };
    Why why;
    std::string title;
    io::Address address;
};

struct Discovery {
    std::vector<FoundEngine> engines;
    std::vector<FoundProvider> providers;
    std::vector<FoundDevices> devices;
    std::vector<FoundStranger> strangers;
    [[nodiscard]] bool has_upstreams() const { return !engines.empty() || !providers.empty(); }
};

Discovery discover(Fetcher& fetcher, config::Secrets& secrets);

// The vendors' tools alone, each in a thread of its own: one may take a second to start.
std::vector<FoundDevices> find_devices(config::Secrets& secrets);

// The parts, each pure.
// The engine that answered `body` to GET base_path/models on this port. Nothing when it is no list of models.
std::optional<FoundEngine> recognise(std::uint16_t port, std::string_view body);
// Ids of an OpenAI list of models, in its order; only those that can be names. Nothing when it is no such list.
std::optional<std::vector<std::string>> model_ids(std::string_view body);
// The devices in what a vendor's tool printed, equal ones counted.
std::vector<std::string> devices_in(catalog::ChipTool::Format format, std::string_view output);

}   // namespace gilmok::cli
