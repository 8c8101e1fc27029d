// Goal: a query says what a server behind reads, and what is no escape is told and stays.
#include "wire/query.hpp"

#include <doctest/doctest.h>

using gilmok::wire::append_from_query;

namespace {

std::string read(std::string_view text, bool is_whole = true) {
    std::string out;
    CHECK(append_from_query(out, text) == is_whole);
    return out;
}

}   // namespace

TEST_CASE("escapes of a query are undone, in both cases of their letters") {
    CHECK(read("a%40b%2Dc%2d+d") == "a@b-c- d");
    CHECK(read("%00%ff%EA%B9%80") == std::string("\0\xff\xea\xb9\x80", 5));
    CHECK(read("").empty());
    std::string behind = "a";
    CHECK(append_from_query(behind, "%62"));
    CHECK(behind == "ab");
}

TEST_CASE("a broken escape is told, and its bytes stay") {
    CHECK(read("100%", false) == "100%");
    CHECK(read("%4", false) == "%4");
    CHECK(read("%zz%41", false) == "%zzA");
    CHECK(read("%%41", false) == "%A");
}
