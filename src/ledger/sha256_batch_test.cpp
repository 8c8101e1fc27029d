// Goal: many messages have the hashes that each has by itself. Method: OpenSSL's hash of each, for every length around the borders of
// blocks, and for mixes in which one message is through long before its neighbour.
#include "ledger/sha256_batch.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/prng.hpp"

namespace gilmok::ledger {
namespace {

void check(char prefix, const std::vector<std::string>& messages) {
    const std::vector<std::string_view> views(messages.begin(), messages.end());
    std::vector<Hash> hashes(messages.size());
    sha256_each(prefix, views, hashes);
    for (std::size_t i = 0; i < messages.size(); ++i) {
        Hash alone;
        sha256_one(prefix, messages[i], alone);
        REQUIRE(hashes[i] == alone);
    }
}

std::string random_text(Prng& prng, std::size_t bytes) {
    std::string text(bytes, '\0');
    for (char& c : text) c = static_cast<char>(prng.below(256));
    return text;
}

}   // namespace

TEST_CASE("sha256: FIPS 180-4's own example has its hash") {
    const std::vector<std::string> rest_of_abc{"bc", "bc"};
    const std::vector<std::string_view> views(rest_of_abc.begin(), rest_of_abc.end());
    std::vector<Hash> hashes(2);
    sha256_each('a', views, hashes);
    const Hash abc{0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
                   0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    CHECK(hashes[0] == abc);
    CHECK(hashes[1] == abc);
}

TEST_CASE("sha256: every length up to five blocks, alone and beside every other kind") {
    Prng prng(1);
    check(0, {});
    for (std::size_t bytes = 0; bytes <= 320; ++bytes) {
        check(0, {random_text(prng, bytes)});
        check(1, {random_text(prng, bytes), random_text(prng, prng.below(320)), random_text(prng, bytes)});
    }
}

TEST_CASE("sha256: many messages of many lengths, the longest record among them") {
    Prng prng(2);
    for (int round = 0; round < 30; ++round) {
        std::vector<std::string> messages;
        for (std::size_t i = prng.below(200); i > 0; --i)
            messages.push_back(random_text(prng, prng.chance(1, 50) ? 65'528 : prng.below(600)));
        check(0, messages);
    }
}

}   // namespace gilmok::ledger
