// Goal: bytes come back as they were, and what is not base64 is not taken for it.
#include "wire/base64.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace gilmok::wire;

TEST_CASE("base64 has one text for each sequence of bytes") {
    for (const auto& [bytes, text] :
         {std::pair{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}}) {
        CHECK(base64(bytes) == text);
        CHECK(from_base64(text).value() == bytes);
    }
    for (const char* bad :
         {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "====", "Zg==Zg==", "Z===", "Zm 9", "Zm-v", "=Zm9", "Zg=a", "Zm9v===="})
        CHECK_FALSE(from_base64(bad));
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    CHECK(from_base64(base64(all)).value() == all);
}

TEST_CASE("loosely, padding may be missing and unused bits be set, and nothing else") {
    for (const char* text : {"Zm8=", "Zm8", "Zm9"}) CHECK(from_loose_base64(text).value() == "fo");
    CHECK(from_loose_base64("Zg=").value() == "f");
    CHECK(from_loose_base64("").value().empty());
    for (const char* bad : {"Z", "Zm9v=Zm9", "Zm9vZ", "Zm9v\n", " Zm9v", "Zm9v-AAA", "Zm_v", "Zm9v===", "Zm9v\x80"})
        CHECK_FALSE(from_loose_base64(bad));
}
