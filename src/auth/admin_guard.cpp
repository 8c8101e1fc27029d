#include "auth/admin_guard.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace gilmok::auth {

namespace {

using wire::http1::Headers;
using wire::http1::Known;

struct HostPort {
    std::string_view host;   // brackets of an IPv6 address kept
    std::optional<std::uint16_t> port;
};

// "name", "name:port", "[::1]:port". Nothing for anything else, user info and empty ports included.
std::optional<HostPort> split(std::string_view text) {
    std::size_t end = 0;
    if (!text.empty() && text.front() == '[') {
        end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        ++end;
    } else {
        end = std::min(text.find(':'), text.size());
    }
    HostPort parts{text.substr(0, end), std::nullopt};
    const auto is_host_byte = [](char c) {
        return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '_' || c == ':' || c == '[' || c == ']';
    };
    if (parts.host.empty() || !std::all_of(parts.host.begin(), parts.host.end(), is_host_byte)) return std::nullopt;
    if (end == text.size()) return parts;
    const auto port = text[end] == ':' ? parse_u64(text.substr(end + 1)) : std::nullopt;
    if (!port || *port == 0 || *port > 65'535) return std::nullopt;
    parts.port = static_cast<std::uint16_t>(*port);
    return parts;
}

// No prefix rule for 127/8: "127.0.0.1.evil.example" must not slip through a test of beginnings.
bool is_loopback(std::string_view host) {
    return equal_ignoring_case(host, "localhost") || host == "127.0.0.1" || host == "[::1]";
}

bool is_own_address(std::string_view host, const io::Address& address) {
    if (address.host.find(':') == std::string::npos) return host == address.host;
    return host.size() == address.host.size() + 2 && host.front() == '[' &&
           equal_ignoring_case(host.substr(1, address.host.size()), address.host);
}

// The authority of an Origin: "http://host:port" or "https://…", nothing behind it. "null" and others have none.
std::string_view authority_of(std::string_view origin, std::uint16_t& default_port) {
    for (const auto& [scheme, port] : {std::pair<std::string_view, std::uint16_t>{"http://", 80}, {"https://", 443}}) {
        if (origin.size() <= scheme.size() || !equal_ignoring_case(origin.substr(0, scheme.size()), scheme)) continue;
        default_port = port;
        return origin.substr(scheme.size());
    }
    return {};
}

// `host` was accepted already; a Host without port means the port of the scheme the page was loaded by.
bool is_same_origin(std::string_view origin, std::string_view host) {
    std::uint16_t default_port = 0;
    const auto from = split(authority_of(origin, default_port));
    const auto to = split(host);
    return from && to && equal_ignoring_case(from->host, to->host) &&
           from->port.value_or(default_port) == to->port.value_or(default_port);
}

}   // namespace

std::string_view explain(AdminVerdict verdict) {
    switch (verdict) {
        case AdminVerdict::allowed: return "allowed";
        case AdminVerdict::host_refused:
            return "the Host header names another server; add it to admin_hosts if it is this one";
        case AdminVerdict::origin_refused: return "the request comes from a page of another site";
        case AdminVerdict::token_missing: return "the admin token is needed: Authorization: Bearer TOKEN";
        case AdminVerdict::token_wrong: return "the admin token is wrong";
    }
    return "refused";
}

bool is_admin_host(std::string_view host, const AdminPolicy& policy) {
    const auto asked = split(host);
    if (!asked) return false;
    const std::uint16_t port = policy.address.port;
    if (is_loopback(asked->host) || is_own_address(asked->host, policy.address))
        return asked->port.value_or(80) == port;
    return std::any_of(policy.hosts.begin(), policy.hosts.end(), [&](const std::string& text) {
        const auto allowed = split(text);
        if (!allowed || !equal_ignoring_case(allowed->host, asked->host)) return false;
        // A name alone allows any port: behind a proxy the port outside is the proxy's.
        return !allowed->port || allowed->port == asked->port;
    });
}

AdminVerdict check_admin(const Headers& headers, const AdminPolicy& policy, bool needs_token) {
    const std::string_view host = headers.value(Known::host);
    if (headers.count(Known::host) != 1 || !is_admin_host(host, policy)) return AdminVerdict::host_refused;
    if (headers.count(Known::origin) > 1) return AdminVerdict::origin_refused;
    if (headers.count(Known::origin) == 1 && !is_same_origin(headers.value(Known::origin), host))
        return AdminVerdict::origin_refused;
    if (!needs_token) return AdminVerdict::allowed;
    if (headers.count(Known::authorization) == 0) return AdminVerdict::token_missing;
    const std::string_view value = headers.value(Known::authorization);
    static constexpr std::string_view scheme = "bearer ";
    if (headers.count(Known::authorization) != 1 || value.size() <= scheme.size() ||
        !equal_ignoring_case(value.substr(0, scheme.size()), scheme))
        return AdminVerdict::token_wrong;
    const std::string_view token = trim(value.substr(scheme.size()));
    if (policy.token.empty() || !equal_in_constant_time(token, policy.token)) return AdminVerdict::token_wrong;
    return AdminVerdict::allowed;
}

}   // namespace gilmok::auth
