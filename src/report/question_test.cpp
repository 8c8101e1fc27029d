// Goal: periods are what a person means by the words, in the organisation's own midnight, and a wrong word is told with what is right.
#include "report/question.hpp"

#include <doctest/doctest.h>

using namespace gilmok;
using namespace gilmok::report;

namespace {

WallTime at(std::string_view text) { return *parse_rfc3339(text); }
// 02:30 of the first of November in Seoul; October still in London.
const Clock seoul{at("2026-10-31T17:30:00Z"), 540};

Period span(std::string_view from, std::string_view until) { return {at(from), at(until)}; }

}   // namespace

TEST_CASE("a period begins and ends at the organisation's midnight") {
    CHECK(*read_period("today", seoul) == span("2026-10-31T15:00:00Z", "2026-11-01T15:00:00Z"));
    CHECK(*read_period("yesterday", seoul) == span("2026-10-30T15:00:00Z", "2026-10-31T15:00:00Z"));
    CHECK(*read_period("this-month", seoul) == span("2026-10-31T15:00:00Z", "2026-11-30T15:00:00Z"));
    CHECK(*read_period("last-month", seoul) == span("2026-09-30T15:00:00Z", "2026-10-31T15:00:00Z"));
    CHECK(*read_period("7d", seoul) == span("2026-10-25T15:00:00Z", "2026-11-01T15:00:00Z"));
    CHECK(*read_period("2026-02", seoul) == span("2026-01-31T15:00:00Z", "2026-02-28T15:00:00Z"));
    CHECK(*read_period("2026-10-05", seoul) == span("2026-10-04T15:00:00Z", "2026-10-05T15:00:00Z"));
    CHECK(*read_period("today", Clock{seoul.now, 0}) == span("2026-10-31T00:00:00Z", "2026-11-01T00:00:00Z"));
    CHECK(*read_period("2026-12", Clock{seoul.now, -330}) == span("2026-12-01T05:30:00Z", "2027-01-01T05:30:00Z"));
}

TEST_CASE("no period is guessed") {
    for (const char* wrong : {"", "tomorrow", "0d", "d", "9999999d", "99999999999999999999d", "2026-13", "2026-00",
                              "2026-2", "2026-02-30", "2026-1a-01", "-7d", "26-10", "1969-12"})
        CHECK_FALSE(read_period(wrong, seoul).has_value());
    CHECK(read_period("tomorrow", seoul).error().find("yesterday") != std::string::npos);
    CHECK_FALSE(read_month("2026-10-05", seoul).has_value());
}

TEST_CASE("from and to hold whole days, and times where times are given") {
    Asked asked;
    asked.from = "2026-10-01";
    asked.to = "2026-10-31";
    CHECK(read_question(asked, "", seoul)->period == span("2026-09-30T15:00:00Z", "2026-10-31T15:00:00Z"));
    asked.to = "2026-10-01T12:30:00Z";
    CHECK(read_question(asked, "", seoul)->period.until == at("2026-10-01T12:30:00Z"));
    asked.to = "2026-10-01T21:30:00+09:00";
    CHECK(read_question(asked, "", seoul)->period.until == at("2026-10-01T12:30:00Z"));
    asked.to = "2026-10-01T09:00:00.500-03:30";
    CHECK(read_question(asked, "", seoul)->period.until == at("2026-10-01T12:30:00.500Z"));
    for (const char* wrong :
         {"2026-10-01T09:00:00+24:00", "2026-10-01T09:00:00+09:60", "2026-10-01T09:00:00+0900", "2026-10-01+09:00",
          "+09:00", "2026-10-01T09:00:00Z+09:00", "2026-10-01T09:00:00 09:00"}) {
        CAPTURE(wrong);
        asked.to = wrong;
        CHECK_FALSE(read_question(asked, "", seoul).has_value());
    }
    asked.to = "";
    CHECK(read_question(asked, "", seoul)->period.until == at("2026-11-01T15:00:00Z"));
    asked.to = "2026-09-01";
    CHECK(read_question(asked, "", seoul).error() == "from must be before to");
    asked.from = "2036-01-01";
    asked.to = "";
    CHECK(read_question(asked, "", seoul).error().starts_with("from is after today"));
    asked.to = "2026-09-01";
    asked.from = "";
    CHECK_FALSE(read_question(asked, "", seoul).has_value());
    asked.from = "last week";
    CHECK_FALSE(read_question(asked, "", seoul).has_value());
    asked.from = "2026-10-01", asked.period = "7d";
    CHECK_FALSE(read_question(asked, "", seoul).has_value());
}

TEST_CASE("groups are named, at most six, and a typing error is told") {
    Asked asked;
    asked.by = "tenant, model,day";
    const auto question = read_question(asked, "", seoul);
    REQUIRE(question.has_value());
    REQUIRE(question->by.size() == 3);
    CHECK(question->by[1].name == "model");
    CHECK(question->by[2].dimension == ledger::Dimension::day);
    CHECK(read_question({}, "model", seoul)->by.size() == 1);
    asked.by = "modle";
    CHECK(read_question(asked, "", seoul).error().find("did you mean \"model\"?") != std::string::npos);
    asked.by = "tenant,key,model,upstream,place,class,tag";
    CHECK_FALSE(read_question(asked, "", seoul).has_value());
    CHECK(read_question({}, "", seoul)->is_about_all());
    asked = {};
    asked.tag = "x";
    CHECK_FALSE(read_question(asked, "", seoul)->is_about_all());
}
