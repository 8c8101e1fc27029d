// Goal: a key is told by its digest alone, and the digest is the published one (so that another tool can make it).
#include "auth/key_hash.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>

using namespace gilmok;
using namespace gilmok::auth;

TEST_CASE("the digest of a key is SHA-256 over the domain, a zero byte and the key") {
    // printf 'gilmok key v1\0gm-test' | sha256sum
    CHECK(hex_of(digest_of("gm-test")) == "e1df10a7b0736127f86b7d54f450cd76ea50dbc5bc63587977fe0ce21c415d2b");
    CHECK(hex_of(digest_of("")) == "3308217544abd9601db2fc78ea27d3315fc4e4205661fd3e14820106869e8e69");
}

TEST_CASE("the same key has the same digest on every thread") {
    const KeyDigest here = digest_of("gm-x");
    KeyDigest there;
    std::thread([&] { there = digest_of("gm-x"); }).join();
    CHECK(here == there);
    CHECK(digest_of("gm-y") != here);
}

TEST_CASE("a digest survives hex and back, and nothing else is a digest") {
    const KeyDigest digest = digest_of("gm-round");
    KeyDigest back;
    CHECK(digest_from_hex(hex_of(digest), back));
    CHECK(back == digest);
    const std::string good = hex_of(digest);
    CHECK_FALSE(digest_from_hex(good.substr(1), back));
    CHECK_FALSE(digest_from_hex(good + "0", back));
    std::string upper = good;
    upper[3] = 'A';
    CHECK_FALSE(digest_from_hex(upper, back));
    upper[3] = 'g';
    CHECK_FALSE(digest_from_hex(upper, back));
}

TEST_CASE("a key is gm- and 43 characters of base64url, and its id says nothing about it") {
    std::array<char, key_random_bytes> random;
    random.fill('\xff');
    const Secret key = key_from(random);
    CHECK(key.reveal() == "gm-" + std::string(42, '_') + "8");
    random.fill('\0');
    CHECK(key_from(random).reveal() == "gm-" + std::string(43, 'A'));
    const std::string id = key_id_of(digest_of(key.reveal()));
    CHECK(id.size() == 16);
    CHECK(id.substr(0, 4) == "key_");
    CHECK(hex_of(digest_of(key.reveal())).substr(0, 12) == id.substr(4));
}
