// Secrets in the forms that their makers document, with random contents: none opens anything. Tokens are put together from parts, so
// that no scanner of source code takes this file for a leak.
#include "values.hpp"

namespace gilmok::bench {
namespace {

using model::DataKind;
using std::string_view;

constexpr string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr string_view base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr string_view base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr string_view hex = "0123456789abcdef";

std::string with(string_view head, string_view alphabet, std::size_t count, Prng& prng) {
    return std::string(head) + random_of(prng, alphabet, count);
}

std::string model_key(Prng& prng) {
    switch (prng.below(4)) {
        case 0:
            return with(
                       "sk-"
                       "proj-",
                       base64url, 60, prng) +
                   random_of(prng, letters, 4);
        case 1:
            return with(
                       "sk-"
                       "ant-api03-",
                       base64url, 90, prng) +
                   random_of(prng, letters, 3) + "AA";
        case 2:
            return with(
                "hf"
                "_",
                letters.substr(0, 52), 34, prng);
        default:
            return with(
                "gsk"
                "_",
                letters, 52, prng);
    }
}
std::string source_token(Prng& prng) {
    switch (prng.below(3)) {
        case 0:
            return with(
                "ghp"
                "_",
                letters, 36, prng);
        case 1:
            return with(
                "glpat"
                "-",
                letters, 20, prng);
        default:
            return with(
                "npm"
                "_",
                letters, 36, prng);
    }
}
std::string service_token(Prng& prng) {
    switch (prng.below(3)) {
        case 0:
            return "xox"
                   "b-" +
                   random_of(prng, "123456789", 12) + "-" + random_of(prng, "123456789", 13) + "-" +
                   random_of(prng, letters, 24);
        case 1:
            return with(
                "sk"
                "_live_",
                letters, 24, prng);
        default:
            return "SG"
                   "." +
                   random_of(prng, letters, 22) + "." + random_of(prng, letters, 43);
    }
}
std::string private_key(Prng& prng) {
    const string_view kind = prng.chance(1, 2) ? "RSA PRIVATE" : prng.chance(1, 2) ? "OPENSSH PRIVATE" : "PRIVATE";
    std::string text = "-----BEGIN " + std::string(kind) + " KEY-----\n";
    for (int line = 0; line < 8; ++line) text += random_of(prng, base64, 64) + "\n";
    return text + random_of(prng, base64, 30) + "==\n-----END " + std::string(kind) + " KEY-----";
}
std::string jwt(Prng& prng) {
    constexpr string_view heads[] = {"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9"};
    return std::string(pick(heads, prng)) + ".eyJ" + random_of(prng, letters, 60) + "." +
           random_of(prng, base64url, 43);
}
std::string connection(Prng& prng) {
    constexpr string_view schemes[] = {"postgres", "postgresql", "mysql", "mongodb+srv", "redis", "amqp"};
    constexpr string_view users[] = {"app", "admin", "svc_report", "root"};
    return std::string(pick(schemes, prng)) + "://" + std::string(pick(users, prng)) + ":" +
           random_of(prng, letters, 14) + "@db" + std::to_string(prng.between(1, 9)) + ".internal.example:5432/main";
}

}   // namespace

Value make_secret(DataKind kind, Prng& prng) {
    if (kind == DataKind::aws_access_key)
        return {
            with("AK"
                 "IA",
                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16, prng)};
    if (kind == DataKind::aws_secret_key) return {random_of(prng, base64, 40)};
    if (kind == DataKind::azure_key) return {random_of(prng, base64, 86) + "=="};
    if (kind == DataKind::gcp_key)
        return {with("AI"
                     "za",
                     base64url, 34, prng) +
                random_of(prng, letters, 1)};
    if (kind == DataKind::cloud_key)
        return {
            with("dop"
                 "_v1_",
                 hex, 64, prng)};
    if (kind == DataKind::model_key) return {model_key(prng)};
    if (kind == DataKind::source_token) return {source_token(prng)};
    if (kind == DataKind::service_token) return {service_token(prng)};
    if (kind == DataKind::private_key) return {private_key(prng)};
    if (kind == DataKind::jwt) return {jwt(prng)};
    if (kind == DataKind::connection_string) return {connection(prng)};
    if (kind == DataKind::password)
        return {random_of(prng, letters, 6) + random_of(prng, "!#%", 1) + random_of(prng, letters, 5)};
    if (kind == DataKind::high_entropy) return {random_of(prng, letters, 40)};
    return {};
}

}   // namespace gilmok::bench
