// Goal: what is looked at many bytes at a time is judged as if it were one by one. Method: every byte at every place.
#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace gilmok;

TEST_CASE("a text is visible ASCII when each of its bytes is") {
    for (std::size_t bytes = 1; bytes < 20; ++bytes)
        for (std::size_t at = 0; at < bytes; ++at)
            for (unsigned byte = 0; byte < 256; ++byte)
                for (const char around : {'!', '~', 'a'}) {
                    std::string text(bytes, around);
                    text[at] = static_cast<char>(byte);
                    if (is_visible_ascii(text) == (byte > 0x20 && byte < 0x7F)) continue;
                    CAPTURE(byte);
                    CAPTURE(at);
                    FAIL("judged wrong in a text of " << bytes);
                }
    CHECK(is_visible_ascii({}));
}

TEST_CASE("a number is digits only, and one that does not fit is none") {
    CHECK(parse_u64("0") == 0);
    CHECK(parse_u64("007") == 7);
    CHECK(parse_u64("9999999999999999999") == 9'999'999'999'999'999'999U);
    CHECK(parse_u64("18446744073709551615") == 18'446'744'073'709'551'615U);
    CHECK(parse_u64("00000000000000000000000001") == 1);
    for (const char* text :
         {"", "-1", "+1", " 1", "1 ", "1a", "1.0", "0x1", "18446744073709551616", "99999999999999999999"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_u64(text).has_value());
    }
}
