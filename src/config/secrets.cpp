#include "config/secrets.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace gilmok::config {
namespace {

std::optional<std::string> fetch(const std::string& reference, io::Files& files, Secrets& secrets,
                                 std::string& failure) {
    const std::string rest = reference.substr(reference.find(':') + 1);
    if (reference.starts_with("env:")) {
        auto value = secrets.environment(rest);
        if (!value) failure = "the environment variable " + rest + " is not set";
        return value;
    }
    if (reference.starts_with("file:")) {
        auto value = files.read(rest, secret_bytes_max);
        if (value) return std::move(*value);
        failure = value.error().message;
        return std::nullopt;
    }
    return secrets.command(rest, failure);
}

// What RFC 9110 section 5.5 lets a header value carry, without spaces: a key goes into `Authorization`.
bool can_stand_in_header(std::string_view secret) {
    return std::all_of(secret.begin(), secret.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}   // namespace

Secret resolve_secret(const std::string& reference, const wire::TextPlace& place, Problems& problems, io::Files& files,
                      Secrets& secrets) {
    if (reference.empty()) return Secret{};
    std::string failure;
    auto found = fetch(reference, files, secrets, failure);
    if (!found) {
        problems.add(place, {"E0202", "the secret is not there: " + failure, "what needs it could not work", {}});
        return Secret{};
    }
    Secret whole(std::move(*found));   // wiped with its line end
    std::string_view value = whole.reveal();
    while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.remove_suffix(1);
    if (value.empty()) {
        problems.add(place, {"E0203", "the secret is empty", {}, {}});
        return Secret{};
    }
    if (value.size() > secret_bytes_max || !can_stand_in_header(value)) {
        problems.add(place, {"E0203",
                             "the secret holds spaces, line ends or other bytes that a header cannot carry",
                             {},
                             "look for a second line or a stray space"});
        return Secret{};
    }
    return Secret(std::string(value));
}

}   // namespace gilmok::config
