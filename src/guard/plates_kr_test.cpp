#include <doctest/doctest.h>

#include <string>

#include "guard/test_hangul_scan.hpp"

using namespace gilmok;
using guard::found;

TEST_CASE("plates of both lengths, old ones with their region, and spaces are found") {
    CHECK(found("12가3456 차주분") == "plate:12가3456");
    CHECK(found("123하4567") == "plate:123하4567");
    CHECK(found("차량번호 45 나 6789") == "plate:45 나 6789");
    CHECK(found("차량번호12가3456") == "plate:12가3456");
    CHECK(found("서울 33 바 1234 택시") == "plate:서울 33 바 1234");
    CHECK(found("경기12사3456") == "plate:경기12사3456");
    CHECK(found("78허 1234 반납") == "plate:78허 1234");
    CHECK(found("12가3456, 34나7890") == "plate:12가3456 | plate:34나7890");
    CHECK(found("7,12가3456,34나7890,3") == "plate:12가3456 | plate:34나7890");   // a table's row
    CHECK(found("780,152아 5256,139") == "plate:152아 5256");
}

TEST_CASE("other numbers with a syllable between are no plates") {
    for (const std::string text :
         {"12가0000", "12조 3456억", "제12조1234", "25도 1000명", "12가3456원", "12가3456%", "12뷁3456", "1가3456",
          "1234가5678", "12가34567", "12가345", "v12가3456", "2024년 1234", "12호 1234쪽", "가12가3456", "12가3456-78",
          "30주 2000명", "10수 3000", "1,234조3456"}) {
        CAPTURE(text);
        CHECK(found(text).empty());
    }
}
