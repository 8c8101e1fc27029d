// Money: text and integers are the same number, and multiply_divide agrees with an oracle that adds digit by digit.
#include "base/money.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "base/test_money_oracle.hpp"

using namespace gilmok;

namespace {

Currency currency(std::string_view text) { return parse_currency(text).value_or(Currency{}); }
Pico two_to(int bits) { return Pico{1} << bits; }

// Numbers of every length, so that products of all sizes are met.
Pico random_pico(Prng& prng) {
    const Pico bits = static_cast<Pico>((static_cast<Pico>(prng.next() >> 1) << 64) | static_cast<Pico>(prng.next()));
    const Pico size = bits >> (prng.next() % 127);
    return prng.next() % 2 == 0 ? size : -size;
}

}   // namespace

TEST_CASE("a decimal is read to the last pico") {
    CHECK(parse_decimal("0") == Pico{0});
    CHECK(parse_decimal("-0") == Pico{0});
    CHECK(parse_decimal("12.5") == Pico{12'500'000'000'000});
    CHECK(parse_decimal("0.000000000001") == Pico{1});
    CHECK(parse_decimal("-3") == Pico{-3'000'000'000'000});
    CHECK(parse_decimal("-0.000000000001") == Pico{-1});
    CHECK(parse_decimal("1000000000000000") == pico_max);
    CHECK(parse_decimal("-1000000000000000.000000000000") == -pico_max);
}

TEST_CASE("what is no plain decimal within the limit is refused") {
    for (const char* text : {"",
                             "-",
                             ".",
                             "1.",
                             ".5",
                             "+1",
                             "1e3",
                             "1,000",
                             " 1",
                             "1 ",
                             "--1",
                             "0x1",
                             "1.2.3",
                             "007",
                             "-00",
                             "1_000",
                             "0.0000000000001",
                             "1000000000000000.000000000001",
                             "1000000000000001",
                             "-1000000000000001",
                             "99999999999999999999999999999999999999999",
                             "NaN",
                             "inf",
                             "1.-5"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_decimal(text));
    }
    CHECK_FALSE(parse_decimal(std::string_view("1\0", 2)));
    CHECK_FALSE(parse_decimal(std::string(1'000'000, '0')));
}

TEST_CASE("money is a decimal, one space and a currency") {
    CHECK(parse_money("5000000 KRW") == Money{.pico = 5'000'000 * pico_per_unit, .currency = currency("KRW")});
    CHECK(parse_money("0.15 USD") == Money{.pico = 150'000'000'000, .currency = currency("USD")});
    for (const char* text :
         {"5 usd", "5USD", "5  USD", " 5 USD", "5 USD ", "USD 5", "5", "5 US", "5 USDT", "", " USD", "$5"})
        CHECK_FALSE(parse_money(text));
}

TEST_CASE("a currency is three upper-case letters") {
    CHECK(currency("KRW").view() == "KRW");
    CHECK(Currency{}.is_none());
    CHECK(Currency{}.view().empty());
    for (const char* text : {"", "kRW", "KR", "KRWW", "K1W", "K W"}) CHECK_FALSE(parse_currency(text));
}

TEST_CASE("a number with an exponent is read exactly and rounded half to even to one pico") {
    CHECK(parse_number("0.95") == Pico{950'000'000'000});
    CHECK(parse_number("1.5e-5") == Pico{15'000'000});
    CHECK(parse_number("25E-13") == Pico{2});
    CHECK(parse_number("35E-13") == Pico{4});
    CHECK(parse_number("0.00014999999999999998") == Pico{150'000'000});
    CHECK(parse_number("0") == Pico{0});
    CHECK(parse_number("-0.0") == Pico{0});
    CHECK(parse_number("0e9") == Pico{0});
    CHECK(parse_number("1e-999") == Pico{0});
    CHECK(parse_number("1e+15") == pico_max);
    CHECK(parse_number("0." + std::string(1'000, '3')) == Pico{333'333'333'333});
    CHECK(parse_number("7.5e-08", 6) == Pico{75'000'000'000});
    CHECK(parse_number("2.5e-19", 6) == Pico{0});
    for (const char* text : {"",    "-",   ".",     "1.",  ".5",   "e5",    "1e", "1e+",           "1e5x",
                             "--1", "+1",  "1.2.3", "0x1", "1e16", "1e308", "-1", "1e99999999999", "1e1001",
                             "NaN", "1e-", "1 "}) {
        CAPTURE(text);
        CHECK_FALSE(parse_number(text));
    }
    CHECK_FALSE(parse_number(std::string(1'000, '3')));
}

TEST_CASE("the shortest exact decimal is written") {
    CHECK(decimal(0) == "0");
    CHECK(decimal(12'500'000'000'000) == "12.5");
    CHECK(decimal(-1) == "-0.000000000001");
    CHECK(decimal(pico_max) == "1000000000000000");
    CHECK(decimal(867'789'000'000) == "0.867789");
    CHECK(decimal(std::numeric_limits<Pico>::min()) == "-170141183460469231731687303.715884105728");
}

TEST_CASE("what is written is read as the same amount") {
    Prng prng(1);
    for (int i = 0; i < 100'000; ++i) {
        const Pico amount = random_pico(prng) % (pico_max + 1);
        REQUIRE(parse_decimal(decimal(amount)) == amount);
    }
}

TEST_CASE("people see thousands and a rounding that favours nobody") {
    CHECK(rounded(1'234'567'890'000'000'000, 0) == "1,234,568");
    CHECK(rounded(1'234'567'890'000'000'000, 2) == "1,234,567.89");
    CHECK(rounded(999 * pico_per_unit, 0) == "999");
    CHECK(rounded(1'000 * pico_per_unit, 0) == "1,000");
    CHECK(rounded(-1'000 * pico_per_unit, 3) == "-1,000.000");
    CHECK(rounded(500'000'000'000, 0) == "0");
    CHECK(rounded(1'500'000'000'000, 0) == "2");
    CHECK(rounded(2'500'000'000'000, 0) == "2");
    CHECK(rounded(-2'500'000'000'000, 0) == "-2");
    CHECK(rounded(-499'999'999'999, 0) == "0");
    CHECK(rounded(999'999'999'999, 2) == "1.00");
    CHECK(rounded(1, 12) == "0.000000000001");
    CHECK(rounded(1, 99) == "0.000000000001");
    CHECK(rounded(1'500'000'000'000, -1) == "2");
}

TEST_CASE("digits behind the point are those of ISO 4217") {
    CHECK(minor_digits(currency("KRW")) == 0);
    CHECK(minor_digits(currency("JPY")) == 0);
    CHECK(minor_digits(currency("USD")) == 2);
    CHECK(minor_digits(currency("KWD")) == 3);
    CHECK(minor_digits(Currency{}) == 2);
}

TEST_CASE("a product is divided without overflow between") {
    CHECK(multiply_divide(pico_max, pico_max, pico_max) == pico_max);
    CHECK(multiply_divide(two_to(126), two_to(126), two_to(126)) == two_to(126));
    CHECK_FALSE(multiply_divide(two_to(126), 2, 1));
    CHECK_FALSE(multiply_divide(two_to(126), 3, 2));
    CHECK_FALSE(multiply_divide(pico_max, pico_max, 1));
    CHECK(multiply_divide(-two_to(126), 1, 1) == -two_to(126));
    const Pico smallest = std::numeric_limits<Pico>::min();
    const Pico largest = std::numeric_limits<Pico>::max();
    CHECK(multiply_divide(smallest, 1, 2) == -two_to(126));
    CHECK(multiply_divide(smallest, smallest, largest) == std::nullopt);
    CHECK(multiply_divide(smallest, 1, largest) == Pico{-1});
    CHECK(multiply_divide(largest, largest - 1, largest) == std::nullopt);
}

TEST_CASE("halves go to the even neighbour, on both sides of zero") {
    CHECK(multiply_divide(1, 1, 2) == Pico{0});
    CHECK(multiply_divide(3, 1, 2) == Pico{2});
    CHECK(multiply_divide(5, 1, 2) == Pico{2});
    CHECK(multiply_divide(-1, 1, 2) == Pico{0});
    CHECK(multiply_divide(-3, 1, 2) == Pico{-2});
    CHECK(multiply_divide(3, -1, 2) == Pico{-2});
    CHECK(multiply_divide(-5, -1, 2) == Pico{2});
    CHECK(multiply_divide(7, 1, 3) == Pico{2});
    CHECK(multiply_divide(8, 1, 3) == Pico{3});
}

TEST_CASE("a divisor that is not above zero gives nothing") {
    CHECK_FALSE(multiply_divide(1, 1, 0));
    CHECK_FALSE(multiply_divide(1, 1, -1));
}

TEST_CASE("multiply_divide agrees with an oracle that works digit by digit") {
    Prng prng(2);
    int answered = 0;
    for (int i = 0; i < 20'000; ++i) {
        const Pico a = random_pico(prng);
        const Pico b = random_pico(prng);
        Pico c = random_pico(prng);
        if (c <= 0) c = -c + 1;
        const auto quotient = multiply_divide(a, b, c);
        REQUIRE(quotient == oracle_multiply_divide(a, b, c));
        if (quotient) ++answered;
    }
    CHECK(answered > 5'000);
}
