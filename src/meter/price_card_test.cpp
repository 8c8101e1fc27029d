#include <doctest/doctest.h>

#include "meter/price_book.hpp"
#include "meter/test_prices.hpp"

using namespace gilmok;
using namespace gilmok::meter;
using model::Meter;

namespace {

constexpr std::string_view canonical =
    R"({"provider":"test","sku":"model","region":"","tier":"standard","currency":"USD","lines":[)"
    R"({"meter":"input_fresh","above":0,"mode":"whole","per":1000000,"price":"1.25"},)"
    R"({"meter":"input_fresh","above":200000,"mode":"excess","per":1000000,"price":"2.5"}]})";

std::string with(std::string_view part, std::string_view other) {
    std::string text(canonical);
    const std::size_t at = text.find(part);
    REQUIRE(at != std::string::npos);
    return text.replace(at, part.size(), other);
}

}   // namespace

TEST_CASE("a price card is one canonical text, and the text is the card again") {
    PriceCard card = test_card(
        {test_line(Meter::input_fresh, "1.25"), test_line(Meter::input_fresh, "2.5", 200'000, TierMode::excess)});
    CHECK(card.text() == canonical);
    const auto again = parse_price_card(card.text());
    REQUIRE(again);
    CHECK(*again == card);
    card.sku = "a \"quoted\" name\\\x01 다람쥐*";
    card.region = "kr";
    card.tier = model::ServiceTier::flex;
    const auto odd = parse_price_card(card.text());
    REQUIRE(odd);
    CHECK(*odd == card);
}

TEST_CASE("a card of no lines is a card") {
    const PriceCard card = test_card({});
    const auto again = parse_price_card(card.text());
    REQUIRE(again);
    CHECK(*again == card);
}

TEST_CASE("what text() did not write is no price card") {
    const auto refused = [](const std::string& text) {
        CAPTURE(text);
        const auto card = parse_price_card(text);
        REQUIRE_FALSE(card);
        CHECK(card.error().code == Code::bad_json);
    };
    refused("");
    refused("[]");
    refused("{}");
    refused(std::string(canonical) + " ");
    refused(" " + std::string(canonical));
    refused(with("\"1.25\"", "\"1.250\""));
    refused(with("\"1.25\"", "\"-1.25\""));
    refused(with("\"1.25\"", "1.25"));
    refused(with("\"1.25\"", "\"1e3\""));
    refused(with("\"1.25\"", "\"9999999999999999\""));
    refused(with("\"whole\"", "\"half\""));
    refused(with("input_fresh", "input"));
    refused(with("\"above\":0", "\"above\":-1"));
    refused(with("\"above\":0", "\"above\":200000"));
    refused(with("\"above\":0", "\"above\":200001"));
    refused(with("\"above\":0", "\"above\":0.0"));
    refused(with("\"per\":1000000", "\"per\":0"));
    refused(with("\"per\":1000000", "\"per\":1e6"));
    refused(with("\"standard\"", "\"auto\""));
    refused(with("\"USD\"", "\"usd\""));
    refused(with("\"USD\"", "\"\""));
    refused(with("\"region\":\"\",", ""));
    refused(with("\"region\":\"\"", "\"region\":null"));
    refused(with("\"test\"", "\"t\\u0065st\""));
    refused(with("\"test\",", "\"test\",\"provider\":\"test\","));
    refused(with("\"price\":\"1.25\"", "\"price\":\"1.25\",\"note\":1"));
}

TEST_CASE("a price card longer than a record of the ledger is refused") {
    PriceCard card = test_card({});
    card.sku = std::string(70'000, 'a');
    CHECK_FALSE(parse_price_card(card.text()));
}
