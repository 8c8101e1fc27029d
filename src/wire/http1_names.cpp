// Header names known to gilmok, and the lists that are asked of them.
#include <algorithm>
#include <cstring>

#include "base/text.hpp"
#include "wire/http1.hpp"

namespace gilmok::wire::http1 {

namespace {

// Compares a token with a lower-case name of the same length. Setting bit 0x20 is exact here: no token byte but a letter
// becomes a letter by it, and none but '-' becomes '-'.
template <std::size_t size_with_nul>
bool same(const char* name, const char (&lower)[size_with_nul]) {
    constexpr std::size_t size = size_with_nul - 1;
    const auto differ = [&]<class Word>(Word, std::size_t at) {
        Word left = 0;
        Word right = 0;
        std::memcpy(&left, name + at, sizeof left);
        std::memcpy(&right, lower + at, sizeof right);
        return (left | static_cast<Word>(0x2020202020202020U)) ^ right;
    };
    if constexpr (size >= 8) {
        std::uint64_t difference = differ(std::uint64_t{}, size - 8);
        for (std::size_t at = 0; at + 8 < size; at += 8) difference |= differ(std::uint64_t{}, at);
        return difference == 0;
    } else if constexpr (size >= 4) {
        return (differ(std::uint32_t{}, 0) | differ(std::uint32_t{}, size - 4)) == 0;
    } else {
        return std::equal(lower, lower + size, name, [](char a, char b) { return a == static_cast<char>(b | 0x20); });
    }
}

// By length, then one or a few comparisons of words: no hashing, and most names need one comparison only.
Known by_length(std::string_view text) {
    const char* name = text.data();
    switch (text.size()) {
        case 2: return same(name, "te") ? Known::te : Known::other;
        case 3: return same(name, "via") ? Known::via : Known::other;
        case 4:
            if (same(name, "host")) return Known::host;
            return same(name, "date") ? Known::date : Known::other;
        case 6:
            if (same(name, "accept")) return Known::accept;
            if (same(name, "cookie")) return Known::cookie;
            if (same(name, "expect")) return Known::expect;
            if (same(name, "origin")) return Known::origin;
            return same(name, "server") ? Known::server : Known::other;
        case 7:
            if (same(name, "upgrade")) return Known::upgrade;
            if (same(name, "alt-svc")) return Known::alt_svc;
            if (same(name, "api-key")) return Known::api_key;
            return same(name, "trailer") ? Known::trailer : Known::other;
        case 9:
            if (same(name, "x-api-key")) return Known::x_api_key;
            if (same(name, "forwarded")) return Known::forwarded;
            return same(name, "x-real-ip") ? Known::x_real_ip : Known::other;
        case 10:
            if (same(name, "connection")) return Known::connection;
            if (same(name, "user-agent")) return Known::user_agent;
            if (same(name, "keep-alive")) return Known::keep_alive;
            if (same(name, "set-cookie")) return Known::set_cookie;
            return same(name, "tracestate") ? Known::tracestate : Known::other;
        case 11:
            if (same(name, "traceparent")) return Known::traceparent;
            return same(name, "retry-after") ? Known::retry_after : Known::other;
        case 12:
            if (same(name, "content-type")) return Known::content_type;
            if (same(name, "x-gilmok-tag")) return Known::gilmok_tag;
            return same(name, "x-request-id") ? Known::x_request_id : Known::other;
        case 13: return same(name, "authorization") ? Known::authorization : Known::other;
        case 14:
            if (same(name, "content-length")) return Known::content_length;
            if (same(name, "openai-project")) return Known::openai_project;
            return same(name, "x-gilmok-class") ? Known::gilmok_class : Known::other;
        case 15:
            if (same(name, "accept-encoding")) return Known::accept_encoding;
            if (same(name, "x-forwarded-for")) return Known::x_forwarded_for;
            return same(name, "idempotency-key") ? Known::idempotency_key : Known::other;
        case 16:
            if (same(name, "content-encoding")) return Known::content_encoding;
            if (same(name, "x-forwarded-host")) return Known::x_forwarded_host;
            if (same(name, "x-forwarded-port")) return Known::x_forwarded_port;
            return same(name, "proxy-connection") ? Known::proxy_connection : Known::other;
        case 17:
            if (same(name, "transfer-encoding")) return Known::transfer_encoding;
            return same(name, "x-forwarded-proto") ? Known::x_forwarded_proto : Known::other;
        case 18:
            if (same(name, "x-gilmok-simulated")) return Known::gilmok_simulated;
            return same(name, "proxy-authenticate") ? Known::proxy_authenticate : Known::other;
        case 19:
            if (same(name, "openai-organization")) return Known::openai_organization;
            return same(name, "proxy-authorization") ? Known::proxy_authorization : Known::other;
        case 21:
            if (same(name, "x-gilmok-conversation")) return Known::gilmok_conversation;
            return same(name, "endpoint-load-metrics") ? Known::endpoint_load_metrics : Known::other;
        case 25: return same(name, "strict-transport-security") ? Known::strict_transport_security : Known::other;
        case 28: return same(name, "endpoint-load-metrics-format") ? Known::endpoint_load_metrics_format : Known::other;
        default: return Known::other;
    }
}

}   // namespace

Known known_of(std::string_view text) {
    const Known known = by_length(text);
    const bool is_ours = known == Known::other && text.size() > 9 && same(text.data(), "x-gilmok-");
    return is_ours ? Known::gilmok : known;
}

const Header* Headers::find(Known known) const {
    // Most questions are about a line that is not there.
    if (((known_ >> static_cast<unsigned>(known)) & 1U) == 0) return nullptr;
    const auto* line = std::find_if(begin(), end(), [&](const Header& each) { return each.known == known; });
    return line == end() ? nullptr : line;
}

const Header* Headers::find(std::string_view name) const {
    const auto* line =
        std::find_if(begin(), end(), [&](const Header& each) { return equal_ignoring_case(each.name, name); });
    return line == end() ? nullptr : line;
}

std::string_view Headers::value(Known known) const {
    const Header* line = find(known);
    return line == nullptr ? std::string_view{} : line->value;
}

std::size_t Headers::count(Known known) const {
    return static_cast<std::size_t>(
        std::count_if(begin(), end(), [&](const Header& each) { return each.known == known; }));
}

bool is_listed(std::string_view connection_value, std::string_view name) {
    for (;;) {
        const std::size_t comma = connection_value.find(',');
        if (equal_ignoring_case(trim(connection_value.substr(0, comma)), name)) return true;
        if (comma == std::string_view::npos) return false;
        connection_value.remove_prefix(comma + 1);
    }
}

}   // namespace gilmok::wire::http1
