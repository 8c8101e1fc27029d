// The oracle of TextTagger: the same function bit by bit, with AES from OpenSSL.
#pragma once

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "guard/text_tag.hpp"

namespace gilmok::guard::test {

// A polynomial over GF(2): bit i of byte i / 8 is the coefficient of x^i.
struct Field {
    std::uint64_t low = 0, high = 0;

    static Field of(const char* bytes) {
        Field out;
        std::memcpy(&out.low, bytes, 8);
        std::memcpy(&out.high, bytes + 8, 8);
        return out;
    }
    Field operator+(const Field& other) const { return {low ^ other.low, high ^ other.high}; }
    Field times_x() const {
        const bool comes_back = high >> 63U != 0;
        return {low << 1U ^ (comes_back ? 0x87U : 0U), high << 1U | low >> 63U};
    }
    Field operator*(const Field& other) const {
        Field out, power = *this;
        for (unsigned bit = 0; bit < 128; ++bit, power = power.times_x())
            if (((bit < 64 ? other.low >> bit : other.high >> (bit - 64)) & 1U) != 0) out = out + power;
        return out;
    }
};

inline TextTag oracle_tag(const TextTagger::Secret& secret, const TextTagger::Context& context, std::string_view text) {
    constexpr std::size_t block = TextTagger::block_bytes, group = TextTagger::group_bytes;
    const auto key = [&](std::size_t index) { return Field::of(secret.data() + index * block); };
    const auto dot = [&](std::string_view chunk) {
        Field sum;
        for (std::size_t at = 0; at < chunk.size(); at += group)
            for (std::size_t i = 0; i < 2; ++i) {
                const std::size_t first = at / block + i;
                sum = sum + (Field::of(chunk.data() + first * block) + key(first)) *
                                (Field::of(chunk.data() + (first + 2) * block) + key(first + 2));
            }
        return sum;
    };
    std::string padded(text.substr(0, text.size() / group * group));
    if (padded.size() < text.size()) {
        std::string last(text.substr(text.size() - std::min(text.size(), group)));
        last.resize(group, '\0');
        padded += last;
    }
    const Field point = key(TextTagger::chunk_keys);
    Field value = dot({context.data(), context.size()});
    for (std::size_t at = 0; at < padded.size(); at += TextTagger::chunk_bytes)
        value = value * point + dot(std::string_view(padded).substr(at, TextTagger::chunk_bytes));
    value = value * point + Field{text.size(), 0};

    std::array<unsigned char, 2 * block> out{};
    int bytes = 0;
    EVP_CIPHER_CTX* const cipher = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(cipher, EVP_aes_128_ecb(), nullptr,
                       reinterpret_cast<const unsigned char*>(secret.data() + (TextTagger::chunk_keys + 1) * block),
                       nullptr);
    EVP_EncryptUpdate(cipher, out.data(), &bytes, reinterpret_cast<const unsigned char*>(&value), block);
    EVP_CIPHER_CTX_free(cipher);
    TextTag tag;
    std::memcpy(&tag.low, out.data(), 8);
    std::memcpy(&tag.high, out.data() + 8, 8);
    return tag;
}

// Of no use but in a test.
inline TextTagger::Secret known_secret(unsigned seed = 1) {
    TextTagger::Secret secret{};
    for (char& byte : secret) {
        seed = seed * 1'664'525U + 1'013'904'223U;
        byte = static_cast<char>(seed >> 24U);
    }
    return secret;
}

}   // namespace gilmok::guard::test
