// The golden price cases: usage as the provider sent it, through the disjoint form and a price card, to the exact pico. Each is a
// charge that some published tool got wrong; the numbers are those of the reports (LiteLLM issues and pull requests, #).
#include <doctest/doctest.h>

#include "dialect/usage.hpp"
#include "meter/price_book.hpp"
#include "meter/test_prices.hpp"

using namespace gilmok;
using namespace gilmok::meter;
using dialect::read_usage_object;
using model::Meter;
using model::ServiceTier;

namespace {

std::string charge(const PriceCard& card, std::string_view usage) {
    const auto report = read_usage_object(usage);
    CHECK_FALSE(report.is_suspect);
    const auto cost = cost_of(card, report.meters);
    return cost ? decimal(cost->total) : "unknown";
}

PriceCard gpt_5_mini(std::string_view input, std::string_view cached, std::string_view output) {
    return test_card({test_line(Meter::input_fresh, input), test_line(Meter::cache_read, cached),
                      test_line(Meter::output_text, output)});
}

constexpr std::string_view gpt_5_mini_usage =
    R"({"prompt_tokens":2000,"completion_tokens":500,"total_tokens":2500,"prompt_tokens_details":{"cached_tokens":1000}})";

PriceCard grok_4(TierMode mode) {
    return test_card({test_line(Meter::input_fresh, "3"), test_line(Meter::input_fresh, "6", 128'000, mode),
                      test_line(Meter::output_text, "7.5"), test_line(Meter::output_text, "15", 128'000, mode)});
}

constexpr std::string_view grok_usage = R"({"prompt_tokens":144519,"completion_tokens":45,"total_tokens":144564})";

}   // namespace

TEST_CASE("golden price: cached tokens of Gemini are not billed twice (#14849)") {
    const PriceCard card = test_card({test_line(Meter::input_fresh, "1.25"), test_line(Meter::cache_read, "0.625"),
                                      test_line(Meter::output_text, "10")});
    CHECK(charge(card, R"({"promptTokenCount":262960,"cachedContentTokenCount":257955,"candidatesTokenCount":1744,)"
                       R"("totalTokenCount":264704})") == "0.184918125");
}

TEST_CASE("golden price: cached tokens of OpenAI are inside the prompt, not beside it (#6215)") {
    CHECK(
        charge(
            gpt_5_mini("0.15", "0.075", "0.6"),
            R"({"prompt_tokens":2006,"completion_tokens":300,"total_tokens":2306,"prompt_tokens_details":{"cached_tokens":1920}})") ==
        "0.0003369");
}

TEST_CASE("golden price: text tokens of xAI include cached ones (#14874, #19772)") {
    const PriceCard card = test_card({test_line(Meter::input_fresh, "0.2"), test_line(Meter::cache_read, "0.05"),
                                      test_line(Meter::output_text, "0.5")});
    CHECK(charge(card, R"({"prompt_tokens":119,"completion_tokens":9,"total_tokens":226,"prompt_tokens_details":)"
                       R"({"text_tokens":119,"audio_tokens":0,"image_tokens":0,"cached_tokens":112},)"
                       R"("completion_tokens_details":{"reasoning_tokens":98}})") == "0.0000605");
}

TEST_CASE("golden price: a cached image is billed once (#37407)") {
    const PriceCard card = test_card({test_line(Meter::input_fresh, "1"), test_line(Meter::cache_read, "0.1"),
                                      test_line(Meter::input_image, "2"), test_line(Meter::output_text, "10")});
    CHECK(
        charge(
            card,
            R"({"promptTokenCount":1000,"cachedContentTokenCount":600,"candidatesTokenCount":10,"totalTokenCount":1010,)"
            R"("promptTokensDetails":[{"modality":"TEXT","tokenCount":742},{"modality":"IMAGE","tokenCount":258}],)"
            R"("cacheTokensDetails":[{"modality":"TEXT","tokenCount":342},{"modality":"IMAGE","tokenCount":258}]})") ==
        "0.00056");
}

TEST_CASE("golden price: a cache write of Claude 3.7 is billed once, as the console does (#9812)") {
    const PriceCard card = test_card({test_line(Meter::input_fresh, "3"), test_line(Meter::cache_read, "0.3"),
                                      test_line(Meter::cache_write_5m, "3.75"), test_line(Meter::output_text, "15")});
    CHECK(
        charge(
            card,
            R"({"input_tokens":3,"cache_creation_input_tokens":12304,"cache_read_input_tokens":0,"output_tokens":550})") ==
        "0.054399");
}

TEST_CASE("golden price: a tier for the whole request prices all of it (xAI, #15338)") {
    CHECK(charge(grok_4(TierMode::whole), grok_usage) == "0.867789");
}

TEST_CASE("golden price: the same request where only the excess is dearer") {
    CHECK(charge(grok_4(TierMode::excess), grok_usage) == "0.483789");
}

TEST_CASE("golden price: above 200k is a tier of its own (#30135)") {
    const PriceCard card =
        test_card({test_line(Meter::input_fresh, "1.25"), test_line(Meter::input_fresh, "2.5", 200'000),
                   test_line(Meter::cache_read, "0.125"), test_line(Meter::cache_read, "0.25", 200'000),
                   test_line(Meter::output_text, "10"), test_line(Meter::output_text, "15", 200'000)});
    CHECK(charge(card, R"({"promptTokenCount":200000,"candidatesTokenCount":1000,"totalTokenCount":201000})") ==
          "0.26");
    CHECK(charge(card, R"({"promptTokenCount":200001,"candidatesTokenCount":1000,"totalTokenCount":201001})") ==
          "0.5150025");
}

TEST_CASE("golden price: a batch above 272k costs twice for input and half more for output (#39861)") {
    const PriceCard card =
        test_card({test_line(Meter::input_fresh, "1.25"), test_line(Meter::input_fresh, "2.5", 272'000),
                   test_line(Meter::output_text, "7.5"), test_line(Meter::output_text, "11.25", 272'000)});
    CHECK(charge(card, R"({"prompt_tokens":272000,"completion_tokens":1000,"total_tokens":273000})") == "0.3475");
    CHECK(charge(card, R"({"prompt_tokens":300000,"completion_tokens":1000,"total_tokens":301000})") == "0.76125");
}

TEST_CASE("golden price: the tier of the answer decides, flex against default (gpt-5-mini, #13810)") {
    std::vector<PriceRow> rows;
    const auto add = [&rows](ServiceTier tier, Meter meter, std::string_view price) {
        rows.push_back(test_row("gpt-5-mini", meter, price));
        rows.back().tier = tier;
    };
    add(ServiceTier::standard, Meter::input_fresh, "0.25 USD");
    add(ServiceTier::standard, Meter::cache_read, "0.025 USD");
    add(ServiceTier::standard, Meter::output_text, "2 USD");
    add(ServiceTier::flex, Meter::input_fresh, "0.125 USD");
    add(ServiceTier::flex, Meter::cache_read, "0.0125 USD");
    add(ServiceTier::flex, Meter::output_text, "1 USD");
    const auto book = PriceBook::build(rows, {});
    const auto billed = [&](std::string_view tier) {
        const PriceCard* card = book->find("test", "gpt-5-mini", "", *dialect::service_tier_of(tier), {});
        REQUIRE(card != nullptr);
        return charge(*card, gpt_5_mini_usage);
    };
    CHECK(billed("flex") == "0.0006375");     // 0.06375 cent
    CHECK(billed("default") == "0.001275");   // 0.1275 cent
    CHECK(book->find("test", "gpt-5-mini", "", ServiceTier::priority, {}) == nullptr);
}

TEST_CASE("golden price: reasoning on priority has the price of priority (#35925)") {
    const PriceCard priority = gpt_5_mini("0.45", "0.045", "3.6");
    CHECK(charge(priority,
                 R"({"prompt_tokens":1000,"completion_tokens":1000,"total_tokens":2000,"completion_tokens_details":)"
                 R"({"reasoning_tokens":900}})") == "0.00405");
}

TEST_CASE("golden price: an amount has no float noise (#37407)") {
    const PriceCard card = test_card({test_line(Meter::input_fresh, "3"), test_line(Meter::output_text, "15")});
    CHECK(charge(card, R"({"input_tokens":887,"output_tokens":149,"total_tokens":1036})") == "0.004896");
    CHECK(charge(card, R"({"input_tokens":1,"output_tokens":327,"total_tokens":328})") == "0.004908");
    CHECK(charge(gpt_5_mini("4.91", "0", "0"), R"({"prompt_tokens":1000,"completion_tokens":0})") == "0.00491");
}

TEST_CASE("golden price: a price per token taken for one per million is a million times off, and shows (#20615)") {
    PriceCard right = test_card({test_line(Meter::input_fresh, "0.000003"), test_line(Meter::output_text, "0.000015")});
    for (auto& line : right.lines) line.per = 1;
    const PriceCard slipped =
        test_card({test_line(Meter::input_fresh, "0.000003"), test_line(Meter::output_text, "0.000015")});
    constexpr std::string_view usage = R"({"prompt_tokens":1000000,"completion_tokens":1000000})";
    CHECK(charge(right, usage) == "18");
    CHECK(charge(slipped, usage) == "0.000018");
    CHECK(right.text() != slipped.text());
}
