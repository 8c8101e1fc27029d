#include "auth/key_hash.hpp"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <cstring>

#include "base/assert.hpp"
#include "base/text.hpp"

namespace gilmok::auth {

namespace {

// The zero byte ends the prefix, so no key can continue it.
constexpr std::string_view domain{"gilmok key v1\0", 14};

}   // namespace

// These functions are deprecated because they know no providers; EVP allocates and clears a state for each digest, which costs
// as much as the two blocks that a key makes.
KeyDigest digest_of(std::string_view key) {
    SHA256_CTX state;
    unsigned char bytes[SHA256_DIGEST_LENGTH];
    const bool is_done = SHA256_Init(&state) == 1 && SHA256_Update(&state, domain.data(), domain.size()) == 1 &&
                         SHA256_Update(&state, key.data(), key.size()) == 1 && SHA256_Final(bytes, &state) == 1;
    KeyDigest digest;
    static_assert(sizeof digest.words == sizeof bytes);
    GILMOK_ASSERT(is_done);
    std::memcpy(digest.words.data(), bytes, sizeof digest.words);
    return digest;
}

std::string hex_of(const KeyDigest& digest) {
    char bytes[sizeof digest.words];
    std::memcpy(bytes, digest.words.data(), sizeof bytes);
    return hex({bytes, sizeof bytes});
}

bool digest_from_hex(std::string_view digits, KeyDigest& out) {
    unsigned char bytes[sizeof out.words];
    if (digits.size() != 2 * sizeof bytes) return false;
    const auto value_of = [](char c) -> int {
        if (c >= '0' && c <= '9') return c - '0';
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    };
    for (std::size_t i = 0; i < sizeof bytes; ++i) {
        const int high = value_of(digits[2 * i]);
        const int low = value_of(digits[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        bytes[i] = static_cast<unsigned char>(high * 16 + low);
    }
    std::memcpy(out.words.data(), bytes, sizeof bytes);
    return true;
}

std::string key_id_of(const KeyDigest& digest) { return "key_" + hex_of(digest).substr(0, 12); }

Secret key_from(std::span<const char, key_random_bytes> random) {
    static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string key(key_prefix);
    key.reserve(key_length);
    std::uint32_t bits = 0;
    int bits_count = 0;
    for (const char byte : random) {
        bits = (bits << 8) | static_cast<unsigned char>(byte);
        for (bits_count += 8; bits_count >= 6; bits_count -= 6) key += alphabet[(bits >> (bits_count - 6)) & 63U];
    }
    key += alphabet[(bits << (6 - bits_count)) & 63U];   // 256 bits are 42 sextets and four bits
    GILMOK_ASSERT(key.size() == key_length);
    return Secret(std::move(key));
}

}   // namespace gilmok::auth
