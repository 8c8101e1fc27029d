// What is wrong in a price file is told, and nothing of it is read as another price.
#include "catalog/prices.hpp"

#include <doctest/doctest.h>

using namespace gilmok;
using namespace gilmok::catalog;

namespace {

constexpr std::string_view sound = R"(
provider = "test"
skus = ["a", "a-2*"]
tier = "flex"
above_input_tokens = 200000
tier_mode = "excess"
region = "kr-cloud"
per = "1k"
input_fresh = "1.25 USD"
output_text = "10 USD"
hours_utc = [23, 9]
valid_from = "2026-11-01"
valid_until = "2026-12-01"
notes = "of a test"
source = "https://example.com"
date = "2026-11-21"
verified = false
)";

struct Read {
    Price price;
    std::vector<std::string> faults;
};

Read read(std::string_view text) {
    Read read;
    const wire::TomlDocument document = wire::parse_toml(text);
    REQUIRE(document.is_whole);
    Row row("test", document.root, read.faults);
    read.price = read_price(row);
    return read;
}

std::vector<std::string> faults_with(std::string_view part, std::string_view other) {
    std::string text(sound);
    const std::size_t at = text.find(part);
    REQUIRE(at != std::string::npos);
    return read(text.replace(at, part.size(), other)).faults;
}

}   // namespace

TEST_CASE("a price is read with all it may have") {
    const auto [price, faults] = read(sound);
    CHECK(faults.empty());
    CHECK(price.skus == std::vector<std::string>{"a", "a-2*"});
    CHECK(price.tier == model::ServiceTier::flex);
    CHECK(price.above_input_tokens == 200'000);
    CHECK(price.is_excess);
    CHECK(price.region == "kr-cloud");
    CHECK(price.per == 1'000);
    REQUIRE(price.amounts.size() == 2);
    CHECK(price.amounts[0].meter == model::Meter::input_fresh);
    CHECK(decimal(price.amounts[0].money.pico) == "1.25");
    CHECK(price.amounts[0].money.currency.view() == "USD");
    CHECK(price.utc_from_minutes == 23 * 60);
    CHECK(price.utc_until_minutes == 9 * 60);
    CHECK(price.valid_until - price.valid_from == std::chrono::days(30));
    CHECK_FALSE(price.provenance.is_verified);
}

TEST_CASE("each mistake in a price is told once") {
    CHECK(faults_with("\"1.25 USD\"", "1.25").size() >= 1);
    for (const auto& [part, other] :
         std::initializer_list<std::pair<std::string_view, std::string_view>>{{"\"1.25 USD\"", "\"1.25\""},
                                                                              {"\"1.25 USD\"", "\"-1.25 USD\""},
                                                                              {"\"1.25 USD\"", "\"1.25 usd\""},
                                                                              {"\"flex\"", "\"turbo\""},
                                                                              {"\"excess\"", "\"half\""},
                                                                              {"200000", "-1"},
                                                                              {"200000", "1.5"},
                                                                              {"\"1k\"", "\"1000\""},
                                                                              {"[23, 9]", "[23]"},
                                                                              {"[23, 9]", "[25, 9]"},
                                                                              {"\"2026-11-01\"", "\"2026-11-31\""},
                                                                              {"\"2026-11-21\"", "\"today\""},
                                                                              {"https://", "http://"},
                                                                              {"output_text", "output_txt"},
                                                                              {"verified = false", ""}}) {
        CAPTURE(other);
        CHECK(faults_with(part, other).size() == 1);
    }
}

TEST_CASE("a table without any amount is no price") {
    CHECK(faults_with("input_fresh = \"1.25 USD\"\noutput_text = \"10 USD\"", "").size() == 1);
}
