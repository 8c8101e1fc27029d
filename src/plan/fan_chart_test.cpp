#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "plan/fan_chart.hpp"

using namespace gilmok::plan;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines(1);
    for (const char c : text) {
        if (c == '\n')
            lines.emplace_back();
        else
            lines.back() += c;
    }
    lines.pop_back();
    return lines;
}

// Characters of UTF-8, each one column wide here.
std::size_t columns_of(const std::string& line) {
    return static_cast<std::size_t>(
        std::count_if(line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

const std::vector<double> actual{0, 10, 20, 30};
const std::vector<Quantiles> ahead{{35, 40, 50}, {40, 50, 70}, {45, 60, 90}, {50, 70, 100}};

}   // namespace

TEST_CASE("a fan chart is as large as asked, with the top, the budget and zero named at the left") {
    const auto lines =
        lines_of(fan_chart({.actual = actual, .ahead = ahead, .budget = 50.0, .columns = 40, .rows = 9}));
    REQUIRE(lines.size() == 10);
    for (const auto& line : lines) CHECK(columns_of(line) <= 40);
    CHECK(lines[0].find("   100 ") == 0);
    CHECK(lines[4].find("  50.0 ") == 0);
    CHECK(lines[8].find("     0 ") == 0);
    CHECK(lines[9].find('^') == 7 + 28 / 2);
}

TEST_CASE("a line is drawn dot by dot") {
    const std::vector<double> flat{1, 1}, rising{0, 1};
    // At the top of twelve dots' height, the whole width: dots 1 and 4 of each character, U+2809.
    const auto lines = lines_of(fan_chart({.actual = flat, .columns = 24, .rows = 3}));
    std::string expected = "  1.00 ";
    for (int i = 0; i < 17; ++i) expected += "\u2809";
    CHECK(lines[0] == expected);
    CHECK(lines[1] == "");
    CHECK(fan_chart({.actual = rising, .columns = 24, .rows = 3}) ==
          "  1.00            \u2880\u28C0\u2864\u2834\u2812\u280B\n"
          "            \u2880\u28C0\u2864\u2834\u2812\u280B\u2809\n"
          "     0 \u28C0\u2864\u2834\u2812\u280B\u2809\n"
          "                       ^\n");
}

TEST_CASE("a band is wider than the line in it, and absent where nothing is uncertain") {
    const std::vector<Quantiles> certain{{40, 40, 40}, {50, 50, 50}, {60, 60, 60}, {100, 100, 100}};
    CHECK(fan_chart({.actual = actual, .ahead = ahead}) != fan_chart({.actual = actual, .ahead = certain}));
}

TEST_CASE("only ASCII and braille are drawn, so that columns hold in a Korean terminal") {
    const std::string chart = fan_chart({.actual = actual, .ahead = ahead, .budget = 80.0});
    for (std::size_t i = 0; i < chart.size(); ++i) {
        const auto byte = static_cast<unsigned char>(chart[i]);
        if (byte < 0x80) continue;
        REQUIRE(byte == 0xE2);
        CHECK((static_cast<unsigned char>(chart[i + 1]) & 0xFC) == 0xA0);
        i += 2;
    }
}

TEST_CASE("labels of a fan chart are short at every size") {
    for (const auto& [top, text] : {std::pair{999.0, "   999 "},
                                    {1234.0, " 1.23k "},
                                    {45'600'000.0, " 45.6M "},
                                    {999'999.0, " 1.00M "},
                                    {0.5, "  0.50 "},
                                    {2e9, " 2.00G "}}) {
        const std::vector<double> values{top};
        CHECK(fan_chart({.actual = values}).find(text) == 0);
    }
}

TEST_CASE("sizes are brought into bounds, and what cannot be drawn is not") {
    CHECK(lines_of(fan_chart({.actual = actual, .columns = 0, .rows = 0})).size() == fan_rows_min + 1);
    CHECK(lines_of(fan_chart({.actual = actual, .columns = 1 << 20, .rows = 1 << 20})).size() == fan_rows_max + 1);
    CHECK(fan_chart({}) == "");
    CHECK(fan_chart({.actual = actual, .budget = std::nan("")}) == "");
    const std::vector<double> negative{-1};
    CHECK(fan_chart({.actual = negative}) == "");
    const std::vector<Quantiles> crossed{{3, 2, 1}};
    CHECK(fan_chart({.ahead = crossed}) == "");
    const std::vector<double> nothing{0, 0, 0};
    CHECK(lines_of(fan_chart({.actual = nothing})).size() == 13);
}
