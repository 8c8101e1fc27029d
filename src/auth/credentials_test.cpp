// Goal: one key comes out of a request or none; whatever two readers could read in two ways is refused.
#include "auth/credentials.hpp"

#include "auth/test_head.hpp"

using namespace gilmok;
using namespace gilmok::auth;

namespace {

std::string read(const std::string& lines) {
    const auto parsed = head_of("Host: x\n" + lines);
    const auto key = read_credentials(parsed->head.headers);
    return key ? std::string(*key) : std::string(name_of(key.error().code));
}

}   // namespace

TEST_CASE("a key is read from Authorization or x-api-key") {
    CHECK(read("Authorization: Bearer gm-abc\n") == "gm-abc");
    CHECK(read("authorization: bearer   gm-abc\n") == "gm-abc");
    CHECK(read("AUTHORIZATION: BEARER\tgm-abc\n") == "gm-abc");
    CHECK(read("x-api-key: gm-abc\n") == "gm-abc");
    CHECK(read("X-API-Key: sk+/=.~!\n") == "sk+/=.~!");
}

TEST_CASE("no credential is key_missing") {
    CHECK(read("") == "key_missing");
    CHECK(read("Accept: */*\n") == "key_missing");
}

TEST_CASE("two credentials must agree") {
    CHECK(read("Authorization: Bearer a1\nx-api-key: a1\n") == "a1");
    CHECK(read("Authorization: Bearer a1\nx-api-key: a2\n") == "key_invalid");
    CHECK(read("x-api-key: a1\nx-api-key: a1\n") == "a1");
    CHECK(read("x-api-key: a1\nx-api-key: b1\n") == "key_invalid");
    CHECK(read("Authorization: Basic dTpw\nx-api-key: a1\n") == "key_invalid");
}

TEST_CASE("other schemes, empty keys and odd bytes are refused") {
    CHECK(read("Authorization: Basic dTpw\n") == "key_invalid");
    CHECK(read("Authorization: gm-abc\n") == "key_invalid");
    CHECK(read("Authorization: Bearer\n") == "key_invalid");
    CHECK(read("Authorization: Bearergm-abc\n") == "key_invalid");
    CHECK(read("Authorization: Bearer a b\n") == "key_invalid");
    CHECK(read("Authorization: Bearer a1, Bearer a2\n") == "key_invalid");
    CHECK(read("x-api-key:\n") == "key_invalid");
    CHECK(read("x-api-key: k\xc3\xa9y\n") == "key_invalid");
    CHECK(read("x-api-key: a\tb\n") == "key_invalid");
}

TEST_CASE("a key may have 512 bytes and not one more") {
    CHECK(read("x-api-key: " + std::string(512, 'k') + "\n") == std::string(512, 'k'));
    CHECK(read("x-api-key: " + std::string(513, 'k') + "\n") == "key_invalid");
}
