#include "config/amount.hpp"

#include <doctest/doctest.h>

using namespace gilmok;
using namespace gilmok::config;

TEST_CASE("shares are millionths and read back from what is written") {
    CHECK(parse_percent("12.5%") == 125'000);
    CHECK(parse_percent("0.0001%") == 1);
    CHECK(parse_percent("100%") == 1'000'000);
    for (const std::uint32_t ppm : {0U, 1U, 9'999U, 10'000U, 333'333U, 1'000'000U})
        CHECK(parse_percent(percent_text(ppm)) == ppm);
    for (const char* text :
         {"", "%", "12.5", "12,5%", "12.5 %", "-1%", "+1%", "100.0001%", "0.00001%", "1e1%", "12.5%%"})
        CHECK_FALSE(parse_percent(text));
}

TEST_CASE("what a price buys reads back from what is written") {
    CHECK(parse_per("1M") == 1'000'000);
    CHECK(parse_per("1k") == 1'000);
    CHECK(parse_per("1000000M") == 1'000'000'000'000);
    for (const std::uint64_t per : {1ULL, 250ULL, 1'000ULL, 1'500ULL, 1'000'000ULL, 2'000'000ULL})
        CHECK(parse_per(per_text(per)) == per);
    for (const char* text : {"", "0", "M", "1m", "1K", "1 M", "-1", "1.5M", "1000001M", "18446744073709551616"})
        CHECK_FALSE(parse_per(text));
}

TEST_CASE("dates are days of the calendar, at midnight UTC") {
    CHECK(rfc3339(*parse_date("2028-02-29")) == "2028-02-29T00:00:00.000Z");
    for (const char* text : {"2000-01-01", "2026-11-01", "2028-02-29", "2199-12-31"})
        CHECK(date_text(*parse_date(text)) == text);
    for (const char* text : {"", "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "1999-12-31", "2200-01-01",
                             "2026-11-01T00:00:00Z", "2026/11/01", "+026-11-01", "2026-11-0x"})
        CHECK_FALSE(parse_date(text));
}

TEST_CASE("offsets and hours are minutes and read back from what is written") {
    CHECK(parse_utc_offset("+09:00") == 540);
    CHECK(parse_utc_offset("-03:30") == -210);
    CHECK(parse_utc_offset("+14:00") == 840);
    for (const char* text : {"", "09:00", "+9:00", "+0900", "+14:01", "+15:00", "+09:60", "Z", "-00:00", "+09:0x"})
        CHECK_FALSE(parse_utc_offset(text));
    for (const char* text : {"09:00-23:00+09:00", "23:00-00:00+00:00", "00:00-00:01-03:30"})
        CHECK(hours_text(*parse_hours(text)) == text);
    CHECK(hours_text(Hours{}).empty());
    for (const char* text : {"", "09:00-23:00", "09:00-24:00+09:00", "9:00-23:00+09:00", "09:00–23:00+09:00",
                             "09:00-09:00+09:00", "09:00-23:00+09:00 "})
        CHECK_FALSE(parse_hours(text));
}

TEST_CASE("a tariff is money for a kilowatt-hour") {
    CHECK(money_text(*parse_money_kwh("160.5 KRW/kWh")) == "160.5 KRW");
    for (const char* text : {"", "/kWh", "160/kWh", "160 KRW", "160 KRW/kwh", "160 KRW /kWh"})
        CHECK_FALSE(parse_money_kwh(text));
}

TEST_CASE("a guess at money is made only where it is plain") {
    const auto guess = [](std::string_view text) {
        const auto money = guess_money(text);
        return money ? money_text(*money) : std::string{};
    };
    CHECK(guess("5,000,000 KRW") == "5000000 KRW");
    CHECK(guess("$12.50") == "12.5 USD");
    CHECK(guess("12원") == "12 KRW");
    CHECK(guess("KRW 5000") == "5000 KRW");
    CHECK(guess("5 dollars") == "5 USD");
    for (const char* text : {"", "5", "KRW", "1 KRW 2", "1e6 KRW", "5 K RW", "1.2.3 KRW", "five KRW", "5 KRWW"})
        CHECK(guess(text).empty());
}
