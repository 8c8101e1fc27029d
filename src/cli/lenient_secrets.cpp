#include "cli/lenient_secrets.hpp"

namespace gilmok::cli {
namespace {

constexpr std::string_view unresolved = "unresolved-in-this-shell-";

}   // namespace

bool LenientSecrets::is_unresolved(std::string_view secret) { return secret.starts_with(unresolved); }

std::optional<std::string> LenientSecrets::environment(const std::string& name) {
    if (other_ != nullptr)
        if (const auto known = other_->environment(name); known && !known->empty()) return known;
    return std::string(unresolved) + name;
}

std::optional<std::string> LenientSecrets::command(const std::string& line, std::string& failure) {
    if (commands_ == Commands::run)
        if (const auto known = other_->command(line, failure)) return known;
    return std::string(unresolved) + line;
}

}   // namespace gilmok::cli
