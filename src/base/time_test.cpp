#include "base/time.hpp"

#include <doctest/doctest.h>

namespace {

using namespace gilmok;

TEST_CASE("a time that was written is read again") {
    for (const std::int64_t ms : {0LL, 1'795'233'845'678LL, 951'782'400'000LL, 4'102'444'799'999LL}) {
        const WallTime time{std::chrono::milliseconds(ms)};
        CHECK(parse_rfc3339(rfc3339(time)) == time);
    }
    CHECK(parse_rfc3339("1970-01-02") == WallTime(std::chrono::hours(24)));
    CHECK(parse_rfc3339("1970-01-01T01:00:00Z") == WallTime(std::chrono::hours(1)));
}

TEST_CASE("what is no time is refused") {
    for (const char* text : {"", "1970", "1970-13-01", "1970-02-30", "1970-01-01 00:00:00Z", "1970-01-01T24:00:00Z",
                             "1970-01-01T00:60:00Z", "1970-01-01T00:00:00", "1970-01-01T00:00:00.000+", "197a-01-01",
                             "1970-01-01T00:00:00.0000Z"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_rfc3339(text));
    }
}

}   // namespace
