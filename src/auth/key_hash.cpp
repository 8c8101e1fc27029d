#include "auth/key_hash.hpp"

#include <openssl/evp.h>

#include <cstring>
#include <memory>

#include "base/assert.hpp"
#include "base/text.hpp"

namespace gilmok::auth {

namespace {

// The zero byte ends the prefix, so no key can continue it.
constexpr std::string_view domain{"gilmok key v1\0", 14};

// Fetching the algorithm and making a context cost more than the hash; both are done once for each thread. The context
// of `keyed` has taken the domain already and is only copied.
struct Hasher {
    Hasher() : algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context(EVP_MD_CTX_new()) {
        GILMOK_ASSERT(algorithm != nullptr && context != nullptr);
    }
    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;
    ~Hasher() {
        EVP_MD_CTX_free(context);
        EVP_MD_free(algorithm);
    }
    EVP_MD* algorithm;
    EVP_MD_CTX* context;
};

}   // namespace

KeyDigest digest_of(std::string_view key) {
    thread_local const Hasher hasher;
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    const bool is_done = EVP_DigestInit_ex2(hasher.context, hasher.algorithm, nullptr) == 1 &&
                         EVP_DigestUpdate(hasher.context, domain.data(), domain.size()) == 1 &&
                         EVP_DigestUpdate(hasher.context, key.data(), key.size()) == 1 &&
                         EVP_DigestFinal_ex(hasher.context, bytes, &length) == 1;
    KeyDigest digest;
    GILMOK_ASSERT(is_done && length == sizeof digest.words);
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
