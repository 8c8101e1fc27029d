// Tags of texts: 128 bits under a secret key. Two different texts share one with a chance of at most
// (bytes / 1,024 + 4) / 2^128, whoever chose them and whatever he saw before; docs/adr/0009-memory-of-clean-texts.md has the argument.
// A polynomial over GF(2^128) takes the text in chunks of 1,024 bytes, a pseudo dot product each (two blocks a multiplication), and
// AES, which is a permutation, hides the sum, so that neither a tag nor its place in a table tells anything of the keys.
// Sources: Carter and Wegman 1981; Winograd's product in UMAC's NH (RFC 4418); the field of GHASH (NIST SP 800-38D) in its natural
// order of bits; Lemire and Kaser 2016, "Faster 64-bit universal hashing using carry-less multiplications"; FIPS 197.
// Sans-IO. Owner: one shard's memory. There is no slow twin to run: a processor without the instructions is_supported() by none,
// and scans each text instead. test_text_tag.hpp holds the oracle.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace gilmok::guard {

struct TextTag {
    std::uint64_t low = 0, high = 0;
    bool operator==(const TextTag&) const = default;
};

class TextTagger {
public:
    static constexpr std::size_t block_bytes = 16;
    static constexpr std::size_t group_bytes = 64;      // two products
    static constexpr std::size_t chunk_bytes = 1'024;   // one step of the polynomial
    static constexpr std::size_t chunk_keys =
        chunk_bytes / block_bytes;   // then the polynomial's point, then AES's key
    static constexpr std::size_t secret_bytes = (chunk_keys + 2) * block_bytes;
    static constexpr std::size_t rounds = 10;   // of AES-128
    using Secret = std::array<char, secret_bytes>;
    using Context = std::array<char, group_bytes>;

    static bool is_supported();   // AVX2, PCLMULQDQ and AES
    static bool has_wide();       // and four products at once: AVX-512 and VPCLMULQDQ
    // `secret`: from the system, for this purpose only. Only where is_supported(). Wide or not, the tags are the same.
    explicit TextTagger(const Secret& secret, bool is_wide = has_wide());
    // Texts of different contexts are different texts. What begins is one context's, for any number of texts.
    struct alignas(block_bytes) Block {
        std::array<char, block_bytes> bytes{};
    };
    [[nodiscard]] Block begin(const Context& context) const;
    [[nodiscard]] TextTag of(const Block& begun, std::string_view text) const;

private:
    std::array<Block, chunk_keys> keys_;
    Block point_;
    std::array<Block, rounds + 1> round_keys_;
    bool is_wide_ = false;
};

}   // namespace gilmok::guard
