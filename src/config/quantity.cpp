#include "config/quantity.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"

namespace gilmok::config {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};
// Largest first: the writer takes the first that divides.
constexpr std::array<Unit, 5> duration_units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 4> size_units{{{"GiB", 1ULL << 30}, {"MiB", 1ULL << 20}, {"KiB", 1ULL << 10}, {"B", 1}}};
constexpr std::array<Unit, 4> decimal_units{{{"GB", 1'000'000'000}, {"MB", 1'000'000}, {"KB", 1'000}, {"kB", 1'000}}};

// Values past 2^62 are refused, so that sums of two never overflow.
constexpr std::uint64_t value_max = 1ULL << 62;

template <std::size_t count>
std::optional<std::uint64_t> parse_quantity(std::string_view text, const std::array<Unit, count>& units) {
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
    const auto number = parse_u64(text.substr(0, digits));
    if (!number) return std::nullopt;
    const auto unit =
        std::find_if(units.begin(), units.end(), [&](const Unit& each) { return each.name == text.substr(digits); });
    if (unit == units.end() || *number > value_max / unit->factor) return std::nullopt;
    return *number * unit->factor;
}

template <std::size_t count>
std::string quantity_text(std::uint64_t value, const std::array<Unit, count>& units) {
    const Unit smallest = units.back();
    if (value == 0) return "0" + std::string(smallest.name);
    for (const Unit& unit : units)
        if (value % unit.factor == 0) return std::to_string(value / unit.factor) + std::string(unit.name);
    return std::to_string(value) + std::string(smallest.name);
}

// The usual way to write a numeric address, so that two spellings of one compare equal; "" when it is none.
std::string canonical_host(const std::string& host, int family) {
    unsigned char bytes[sizeof(in6_addr)];
    char text[INET6_ADDRSTRLEN];
    if (host.find('\0') != std::string::npos || inet_pton(family, host.c_str(), bytes) != 1) return {};
    return inet_ntop(family, bytes, text, sizeof text) == nullptr ? std::string{} : std::string(text);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto number = parse_u64(text);
    if (!number || *number > 65'535 || text.size() > 5) return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

// RFC 1123 names and numeric addresses; underscores too, which container networks use.
bool is_host_name(std::string_view host) {
    const auto is_fine = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    };
    return !host.empty() && host.size() <= 253 && host.front() != '.' && host.front() != '-' &&
           std::all_of(host.begin(), host.end(), is_fine) && host.find("..") == std::string_view::npos;
}

// The pchar of RFC 3986 section 3.3 and slashes. Spaces, quotes and controls would end up in a request line.
bool is_path(std::string_view path) {
    constexpr std::string_view others = "-._~!$&'()*+,;=:@/%";
    return std::all_of(path.begin(), path.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    });
}

// "host", "host:1", "[::1]", "[::1]:1" → host and port text ("" when absent).
bool split_authority(std::string_view authority, std::string_view& host, std::string_view& port, bool& has_port) {
    if (!authority.empty() && authority.front() == '[') {
        const auto close = authority.find(']');
        if (close == std::string_view::npos) return false;
        host = authority.substr(1, close - 1);
        authority.remove_prefix(close + 1);
        if (!authority.empty() && authority.front() != ':') return false;
        has_port = !authority.empty();
        port = has_port ? authority.substr(1) : std::string_view{};
        return true;
    }
    const auto colon = authority.find(':');
    host = authority.substr(0, colon);
    has_port = colon != std::string_view::npos;
    port = has_port ? authority.substr(colon + 1) : std::string_view{};
    return true;
}

}   // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto value = parse_quantity(text, duration_units);
    if (!value) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(*value));
}

std::string duration_text(std::chrono::milliseconds duration) {
    return quantity_text(static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0)), duration_units);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    const auto binary = parse_quantity(text, size_units);
    return binary ? binary : parse_quantity(text, decimal_units);
}

std::string size_text(std::uint64_t bytes) { return quantity_text(bytes, size_units); }

std::optional<io::Address> parse_address(std::string_view text) {
    std::string_view host;
    std::string_view port;
    bool has_port = false;
    if (!split_authority(text, host, port, has_port) || !has_port) return std::nullopt;
    const auto number = parse_port(port);
    io::Address address{canonical_host(std::string(host), text.front() == '[' ? AF_INET6 : AF_INET),
                        number.value_or(0)};
    if (!number || address.host.empty()) return std::nullopt;
    return address;
}

bool is_loopback(const io::Address& address) { return address.host == "::1" || address.host.starts_with("127."); }
bool is_wildcard(const io::Address& address) { return address.host == "0.0.0.0" || address.host == "::"; }
bool is_loopback_host(std::string_view host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::optional<Url> parse_url(std::string_view text, std::string_view& failure) {
    const auto refuse = [&failure](std::string_view why) {
        failure = why;
        return std::nullopt;
    };
    Url url;
    const std::string lower = lowercase(text.substr(0, 8));
    if (lower.starts_with("https://"))
        url.is_tls = true;
    else if (!lower.starts_with("http://"))
        return refuse("it must begin with http:// or https://");
    std::string_view rest = text.substr(url.is_tls ? 8 : 7);
    if (rest.find('#') != std::string_view::npos) return refuse("a fragment (#…) has no meaning here");
    if (rest.find('?') != std::string_view::npos) return refuse("a query (?…) has no meaning here");
    const auto slash = rest.find('/');
    const std::string_view authority = rest.substr(0, slash);
    if (authority.find('@') != std::string_view::npos) return refuse("a user or password in a URL ends up in logs");
    std::string_view host;
    std::string_view port;
    bool has_port = false;
    if (!split_authority(authority, host, port, has_port)) return refuse("the host is malformed");
    url.host = lowercase(host);
    const bool is_v6 = !authority.empty() && authority.front() == '[';
    if (is_v6) url.host = canonical_host(url.host, AF_INET6);
    if (is_v6 ? url.host.empty() : !is_host_name(url.host)) return refuse("the host is malformed");
    const std::uint16_t usual_port = url.is_tls ? 443 : 80;
    const auto number = has_port ? parse_port(port) : std::optional<std::uint16_t>(usual_port);
    if (!number || *number == 0) return refuse("the port must be a number from 1 to 65535");
    url.port = *number;
    url.authority = is_v6 ? "[" + url.host + "]" : url.host;
    if (url.port != usual_port) url.authority += ":" + std::to_string(url.port);
    std::string_view path = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash);
    while (!path.empty() && path.back() == '/') path.remove_suffix(1);
    if (!is_path(path)) return refuse("the path holds characters that a URL may not have");
    url.base_path = std::string(path);
    return url;
}

std::string real_text(double number) {
    char digits[40];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    std::string text(digits, end);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

}   // namespace gilmok::config
