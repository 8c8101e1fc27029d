#include "cli/version.hpp"

#include <openssl/crypto.h>

#include "base/text.hpp"

namespace gilmok::cli {

namespace {

constexpr std::string_view compiler =
#ifdef __clang__
    "clang " __clang_version__;
#else
    "g++ " __VERSION__;
#endif
// Set by CMake where the sources are a git checkout.
#ifdef GILMOK_COMMIT
constexpr std::string_view commit = GILMOK_COMMIT;
#else
constexpr std::string_view commit;
#endif

}   // namespace

std::string version_text(bool is_json) {
    const std::string_view openssl = OpenSSL_version(OPENSSL_VERSION);
    std::string out;
    if (!is_json) {
        out.append("gilmok   ").append(gilmok_version).append("\n");
        if (!commit.empty()) out.append("commit   ").append(commit).append("\n");
        out.append("compiler ").append(trim(compiler)).append("\ntls      ").append(openssl).append("\n");
        return out;
    }
    const auto add = [&](std::string_view name, std::string_view value) {
        out.append(out.empty() ? "{\"" : ",\"").append(name).append("\":\"");
        append_json_escaped(out, value);
        out += '"';
    };
    add("version", gilmok_version);
    if (!commit.empty()) add("commit", commit);
    add("compiler", trim(compiler));
    add("tls", openssl);
    return out + "}\n";
}

}   // namespace gilmok::cli
