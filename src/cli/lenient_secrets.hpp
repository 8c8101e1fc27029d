// Secrets for verbs that look at a configuration beside a running gateway. The gateway has the secrets of its own environment;
// this shell may lack them, and mostly does not need them: what cannot be resolved stands for itself, each under a name of its
// own, because two keys with one secret are an error of the configuration.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/secrets.hpp"

namespace gilmok::cli {

class LenientSecrets final : public config::Secrets {
public:
    enum class Commands : std::uint8_t { run, leave };   // `leave`: for a mere look, nothing is run
    LenientSecrets() = default;                          // for verbs that need no secret at all: none is looked for
    LenientSecrets(config::Secrets& other, Commands commands) : other_(&other), commands_(commands) {}
    // What stands for a secret that nobody here knows.
    static bool is_unresolved(std::string_view secret);
    std::optional<std::string> environment(const std::string& name) override;
    std::optional<std::string> command(const std::string& line, std::string& failure) override;

private:
    config::Secrets* other_ = nullptr;
    Commands commands_ = Commands::leave;
};

}   // namespace gilmok::cli
