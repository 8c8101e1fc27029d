// `gilmok up`: the first minute. Looks around, opens a door in front of what is there (simulated engines where there is
// nothing), and prints address, key and one curl line that works when pasted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/discover.hpp"
#include "cli/messages.hpp"

namespace gilmok::cli {

struct UpArgs {
    std::string save_path;               // --save; "" = nothing is written
    bool with_embedded = true;           // --no-embedded
    std::optional<std::uint16_t> port;   // --port; without it the first free one from 8080 on
    Language language = Language::en;
    bool with_colour = false;
};

// Serves until SIGTERM or SIGINT.
int run_up(const UpArgs& args);

// The parts, pure.
struct BannerFacts {
    const Discovery* found = nullptr;
    bool is_simulated = false;   // an embedded fleet stands in
    io::Address door;
    io::Address admin;
    std::uint16_t port_wanted = 0;         // when the door had to be elsewhere; 0 = it is where it should be
    std::uint16_t admin_port_wanted = 0;   // the same of the admin address
    std::string_view key;
    std::string_view token;   // "" when there is a file
    std::string token_file;
    std::string key_store;   // "" = nothing is kept
    std::string saved_path;
    std::vector<std::string> models;
    std::string model_to_try;
};
std::string banner(const BannerFacts& facts, Language language, bool with_colour);

// One line for a shell, in which nothing needs to be filled in.
std::string curl_line(const io::Address& door, std::string_view key, std::string_view model, std::string_view question);

// Where gilmok keeps what outlives a run (XDG Base Directory Specification); "" when the environment names no home.
std::string default_state_dir(config::Secrets& environment);

// Answers for references that exist in this process only, else asks `other`.
class OwnSecrets final : public config::Secrets {
public:
    explicit OwnSecrets(config::Secrets& other) : other_(other) {}
    void set(std::string name, Secret secret) { own_.emplace_back(std::move(name), std::move(secret)); }
    std::optional<std::string> environment(const std::string& name) override;
    std::optional<std::string> command(const std::string& line, std::string& failure) override {
        return other_.command(line, failure);
    }

private:
    config::Secrets& other_;
    std::vector<std::pair<std::string, Secret>> own_;
};

}   // namespace gilmok::cli
