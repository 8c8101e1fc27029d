// From what was found to a configuration, as text: it is loaded through the same door as a file (config::load_text), and
// `--save` writes it down. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/discover.hpp"
#include "cli/embedded_fleet.hpp"

namespace gilmok::cli {

struct UpConfig {
    const Discovery* found = nullptr;
    std::vector<EmbeddedFleet::Engine> embedded{};
    io::Address door{"127.0.0.1", 8080};
    io::Address admin{"127.0.0.1", 9090};
    // "": nothing is kept; then key and admin token are the references below.
    std::string state_dir{};
    std::string key_reference{};   // "env:GILMOK_UP_KEY"
    std::string token_reference{};
};

inline constexpr std::string_view up_tenant = "local";

std::string up_config_text(const UpConfig& config);

// The model that the curl line asks for: one that chats, of an engine here before one far away. "" when there is none.
std::string model_to_try(const UpConfig& config);

}   // namespace gilmok::cli
