// The texts of gilmok.toml that are more than text: durations, sizes, addresses and URLs, read and written. Pure functions;
// what each writes, it reads again to the same value.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "io/socket.hpp"

namespace gilmok::config {

// "800ms", "30s", "5m", "1h", "2d": whole numbers with one unit.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
std::string duration_text(std::chrono::milliseconds duration);

// "512B", "64KiB", "32MiB", "1GiB" (powers of 1024), "10kB", "10KB", "10MB", "1GB" (powers of 1000).
std::optional<std::uint64_t> parse_size(std::string_view text);
std::string size_text(std::uint64_t bytes);

// "127.0.0.1:8080", "[::1]:8080". Names are refused: what they resolve to may change between two starts.
std::optional<io::Address> parse_address(std::string_view text);
bool is_loopback(const io::Address& address);
bool is_wildcard(const io::Address& address);
bool is_loopback_host(std::string_view host);   // a numeric loopback address or "localhost"

struct Url {
    bool is_tls = false;
    std::string host;   // lower case; IPv6 without brackets
    std::uint16_t port = 0;
    std::string base_path;   // no trailing slash; "" for the root
    std::string authority;   // the Host header
};
// http and https only; no user, query or fragment. On failure `failure` says in one clause what is wrong.
std::optional<Url> parse_url(std::string_view text, std::string_view& failure);

// Shortest text that reads back as the same number, always with a point or an exponent, as TOML wants.
std::string real_text(double number);

}   // namespace gilmok::config
