// What gilmok keeps of a key: SHA-256("gilmok key v1\0" + key). The key itself holds 256 random bits, so one fast hash is
// enough (there is nothing to guess), and the prefix keeps these digests apart from any other use of the same text.
// Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace gilmok::auth {

// Four words in memory order, so that a full comparison is four word operations.
struct KeyDigest {
    std::array<std::uint64_t, 4> words{};
    friend bool operator==(const KeyDigest&, const KeyDigest&) = default;
};

inline constexpr std::size_t key_random_bytes = 32;
inline constexpr std::string_view key_prefix = "gm-";
inline constexpr std::size_t key_length = 46;   // "gm-" and 43 characters of unpadded base64url

[[nodiscard]] KeyDigest digest_of(std::string_view key);
[[nodiscard]] std::string hex_of(const KeyDigest& digest);                  // 64 digits, lower case
[[nodiscard]] bool digest_from_hex(std::string_view hex, KeyDigest& out);   // exactly 64 lower-case digits
// "key_" and the first 12 hex digits of the digest: names a key in lists and logs, and tells nothing about it.
[[nodiscard]] std::string key_id_of(const KeyDigest& digest);
// The key that 32 unpredictable bytes make.
[[nodiscard]] Secret key_from(std::span<const char, key_random_bytes> random);

}   // namespace gilmok::auth
