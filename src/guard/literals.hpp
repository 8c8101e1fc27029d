// Finds where any of some hundred fixed texts begin, at several GB/s: four bytes of each text make a fingerprint, a vector
// pass compares fingerprints of sixteen buckets of texts, and texts are compared only where one fits (the idea of
// Hyperscan's Teddy, by shuffles of nibbles, or of whole bytes where the machine can). A scalar twin asks each byte.
// Immutable after it is made: shared by all shards.
// Texts are UTF-8 and have three bytes at least. Those with a character beyond ASCII are found by it, so that the two kinds do
// not mix.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "guard/vectors.hpp"

namespace gilmok::guard {

class Literals {
public:
    enum class Case : std::uint8_t { exact, ignored };   // of ASCII letters
    static constexpr std::size_t texts_max = 1'024, text_bytes_max = 64;

    struct Hit {
        std::uint32_t begin = 0;   // of the text found
        std::uint32_t index = 0;   // in `texts`
        bool operator==(const Hit&) const = default;
    };
    Literals() = default;
    // `texts` outlive this object.
    explicit Literals(std::span<const std::string_view> texts, Case letters = Case::exact);
    // Appends what begins at [from, to) (a leading space or ASCII in front of the first other character is not counted).
    // `with` is what this machine has, or less.
    void find(std::string_view text, std::size_t from, std::size_t to, std::vector<Hit>& hits,
              Vectors with = widest_vectors()) const;
    void find_scalar(std::string_view text, std::size_t from, std::size_t to, std::vector<Hit>& hits) const;
    // Which texts begin at `at`: their indices in `found`, as many as fit. How many.
    std::size_t find_at(std::string_view text, std::size_t at, std::span<std::size_t> found) const;

private:
    static constexpr std::size_t prints = 4;                 // bytes of a fingerprint
    static constexpr std::size_t buckets = 16, halves = 2;   // a byte holds a bit for each bucket of one half
    using Table = std::array<char, 32>;        // of a nibble: the buckets that it fits; twice, for each lane
    using ByteTable = std::array<char, 128>;   // of a byte's low bits: the buckets that it fits
    struct Fingerprint {
        alignas(64) std::array<std::array<Table, prints>, halves> low{}, high{};
        alignas(64) std::array<std::array<ByteTable, prints>, halves> bytes{};
        bool is_used = false;
    };
    // What each byte of a fingerprint may be, a bit for each value; and its low and its high nibble.
    struct Print {
        std::array<std::uint64_t, 4> bytes{};
        std::array<std::uint16_t, 2> nibbles{};
        void add(unsigned char c);
        void add(const Print& other);
        void add_all();
    };
    using Prints = std::array<Print, prints>;
    struct Entry {
        // Its first eight bytes behind `skip`, or as many as it has: folded, as they are, and which of them are so many.
        std::uint64_t key = 0, exact = 0, mask = 0;
        std::uint64_t letters = 0;   // 0x20 where a letter of either case may stand
        std::uint16_t index = 0;
        std::uint8_t skip = 0;   // ASCII in front of the first character that is none
    };
    [[nodiscard]] static std::uint64_t bytes_at(std::string_view text, std::size_t at);
    [[nodiscard]] std::uint64_t folded(std::uint64_t bytes) const;
    [[nodiscard]] bool stands(std::string_view text, std::size_t at, std::uint64_t bytes, const Entry& entry) const;
    void verify(std::string_view text, std::size_t at, std::vector<Hit>& hits) const;
    [[nodiscard]] Prints prints_of(const Entry& entry, std::span<const std::size_t> offsets) const;
    static void fill(Fingerprint& fingerprint, std::size_t bucket, const Prints& all, bool is_ascii);
    void add_fingerprints(std::span<const Entry> entries, Fingerprint& fingerprint,
                          std::span<const std::size_t> offsets) const;
    void find_avx2(std::string_view text, std::size_t from, std::size_t to, std::vector<Hit>& hits) const;
    void find_avx512(std::string_view text, std::size_t from, std::size_t to, std::vector<Hit>& hits) const;

    // A second sieve, one bit for each fingerprint's hash: half the places that the vectors let through are met by chance.
    static constexpr std::size_t sieve_bits = 1U << 15U;
    using Sieve = std::array<std::uint64_t, sieve_bits / 64>;
    template <bool is_ascii>
    void verify_each(std::string_view text, std::span<std::uint32_t> places, std::vector<Hit>& hits) const;

    static constexpr std::size_t slots = 4'096;
    // By the first three bytes, which each text has.
    static std::size_t slot_of(std::uint64_t key) {
        return static_cast<std::uint32_t>((key & 0xFF'FFFFU) * 2'654'435'761U) >> 20U;
    }
    std::span<const std::string_view> texts_;
    Case letters_ = Case::exact;
    std::size_t skip_max_ = 0;
    std::vector<Entry> entries_;         // by slot
    std::vector<std::uint16_t> first_;   // slot → index in entries_; one more than slots
    Fingerprint ascii_, other_;
    Sieve whole_{}, short_{};   // of four bytes; of the first ones of a short text
};

}   // namespace gilmok::guard
