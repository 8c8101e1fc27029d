// Secret references → secrets.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "config/problems.hpp"

namespace gilmok::config {

inline constexpr std::size_t secret_bytes_max = 64 * 1024;

// The secret that `reference` ("env:…", "file:…", "cmd:…") means, without the line end that files and commands append. Tells of one that is
// missing, empty or cannot stand in a header; then, and for "", the result is empty.
Secret resolve_secret(const std::string& reference, const wire::TextPlace& place, Problems& problems, io::Files& files,
                      Secrets& secrets);

// What system_secrets() does for `cmd:`: standard output of the program, run without a shell. Blocks; start and reload
// only.
inline constexpr std::chrono::seconds command_timeout{5};
std::optional<std::string> run_secret_command(const std::string& line, std::chrono::milliseconds timeout,
                                              std::string& failure);

}   // namespace gilmok::config
