// `gilmok doctor`: looks over machine, configuration and upstreams, and names each problem with its fix. Changes nothing
// and sends no prompt. What it looks at is gathered first (network questions in parallel), then judged by pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/discover.hpp"
#include "cli/fetch.hpp"
#include "cli/messages.hpp"
#include "cli/outcome.hpp"
#include "config/load.hpp"
#include "io/files.hpp"

namespace gilmok::cli {

struct Finding {
    enum class Verdict : std::uint8_t { ok, warn, fail };
    std::string name;   // "upstream-reach": kebab-case, stable
    Verdict verdict = Verdict::ok;
    std::string what;
    std::string fix;   // "" when nothing is to be mended
};

// What the kernel says; a test makes it up.
struct Machine {
    std::uint64_t file_limit = 0;
    std::uint32_t processors = 1;
    std::optional<std::uint64_t> disk_free_bytes;
    bool is_state_dir_writable = false;
    std::optional<unsigned> token_mode, key_store_mode;
    std::optional<std::uint64_t> somaxconn, ports_first, ports_last, memory_available_bytes;
    WallTime now{};
};

// Everything that is judged.
struct Patient {
    std::string config_path;
    config::SnapshotPtr snapshot;   // null: the configuration is refused
    std::vector<config::Problem> problems;
    std::vector<std::string> secrets_missing;   // references
    std::size_t secrets = 0;
    std::vector<Answer> models;   // of each upstream, in the order of the snapshot
    Answer livez{};
    std::vector<std::string> addresses_taken;
    std::vector<FoundDevices> devices;
    std::optional<std::size_t> keys_stored;   // nothing: the store cannot be read
    std::string key_store_problem;
    std::optional<WallTime> certificate_expires;
    std::string certificate_problem;
    Machine machine;
};

std::vector<Finding> examine(const Patient& patient, Language language);
Outcome doctor_text(const std::vector<Finding>& findings, Language language, bool with_colour);
Outcome doctor_json(const std::vector<Finding>& findings);

struct DoctorArgs {
    std::string config_path;
    Language language = Language::en;
    bool is_json = false;
    bool with_colour = false;
};
Outcome doctor(const DoctorArgs& args, io::Files& files, config::Secrets& secrets, Fetcher& fetcher);

}   // namespace gilmok::cli
