// What each provider reports becomes one disjoint form; what contradicts itself is flagged; nothing is guessed.
#include "dialect/usage.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/prng.hpp"
#include "dialect/test_usages.hpp"
#include "dialect/usage_fields.hpp"

using namespace gilmok;
using namespace gilmok::dialect;
using model::Meter;
using model::Meters;

namespace {

// "input_fresh 3, output_text 5" and "suspect", for one look at a whole report.
std::string told(const UsageReport& report) {
    std::string text;
    for (std::size_t i = 0; i < model::meters_count; ++i) {
        const auto meter = static_cast<Meter>(i);
        if (!report.meters.has(meter)) continue;
        text += std::string(text.empty() ? "" : ", ") + std::string(name_of(meter)) + ' ' +
                std::to_string(report.meters[meter]);
    }
    if (text.empty()) text = "nothing";
    return report.is_suspect ? text + ", suspect" : text;
}

std::string told(std::string_view usage, UsageShape shape = UsageShape::unknown) {
    return told(read_usage_object(usage, shape));
}

UsageReport merged(std::initializer_list<std::string_view> usages) {
    UsageReport all;
    for (const std::string_view usage : usages) merge(all, read_usage_object(usage));
    return all;
}

}   // namespace

TEST_CASE("a report with more members than any provider sends is read like a short one") {
    std::string many;
    for (int i = 0; i < 40; ++i) many += "\"other_" + std::to_string(i) + "\":" + std::to_string(i) + ",";
    const std::string counts =
        R"("prompt_tokens":7,"completion_tokens":3,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":2})";
    for (const std::string& text : {"{" + many + counts + "}", "{" + counts + "," + many + "\"last\":1}"}) {
        const auto report = gilmok::dialect::read_usage_object(text);
        CHECK(report.meters[gilmok::model::Meter::input_fresh] == 5);
        CHECK(report.meters[gilmok::model::Meter::cache_read] == 2);
        CHECK(report.meters[gilmok::model::Meter::output_text] == 3);
        CHECK(!report.is_suspect);
        CHECK(
            gilmok::dialect::read_usage_object(text.substr(0, text.size() - 1) + R"(,"prompt_tokens":7})").is_suspect);
        CHECK(gilmok::dialect::read_usage_object(text.substr(0, text.size() - 1) + R"(,"prompt\u005ftokens":7})")
                  .is_suspect);
    }
}

TEST_CASE("every name of a usage object is told from every other text") {
    for (std::size_t i = 0; i < usage_names.size(); ++i) {
        const std::string name(usage_names[i]);
        CHECK(usage_name_set.index_of(name) == i);
        for (const std::string& other :
             {name + "s", name.substr(1), name.substr(0, name.size() - 1), "X" + name.substr(1)})
            CHECK((usage_name_set.index_of(other) == usage_names.size() ||
                   usage_names[usage_name_set.index_of(other)] == other));
    }
    CHECK(usage_name_set.index_of("") == usage_names.size());
    CHECK(usage_name_set.index_of(std::string(1'000, 'x')) == usage_names.size());
}

TEST_CASE("OpenAI: cached and written tokens are inside the input, reasoning inside the output") {
    CHECK(told(usages::openai_chat) ==
          "input_fresh 86, cache_read 1920, input_audio 0, output_text 172, output_reasoning 128, output_audio 0");
    CHECK(told(usages::openai_responses) ==
          "input_fresh 100, cache_read 128, cache_write_5m 100, output_text 20, output_reasoning 32");
    CHECK(told(usages::embeddings) == "input_fresh 8");
    CHECK(told(usages::vllm) == "input_fresh 31, output_text 100");
    CHECK(told(R"({"prompt_tokens":10,"completion_tokens":0,"total_tokens":10})") == "input_fresh 10, output_text 0");
}

TEST_CASE("OpenAI: audio and images are parts of their sides, and cached audio is cached") {
    CHECK(told(usages::openai_audio) ==
          "input_fresh 5, cache_read 64, input_audio 50, input_image 0, output_text 80, output_reasoning 0, "
          "output_audio 220");
    CHECK(told(usages::openai_realtime) ==
          "input_fresh 36, cache_read 64, input_audio 32, output_text 30, output_audio 91");
    CHECK(told(usages::openai_image) == "input_fresh 20, input_image 80, output_text 0, output_image 4160");
    // Cached images without details overlap: no token is counted twice, and nothing contradicts.
    CHECK(
        told(
            R"({"prompt_tokens":100,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":90,"image_tokens":60}})") ==
        "input_fresh 0, cache_read 90, input_image 10, output_text 1");
}

TEST_CASE("Anthropic: cache reads and writes stand beside the input, split by their time to live") {
    const UsageReport report = read_usage_object(usages::anthropic);
    CHECK(told(report) == "input_fresh 3, cache_read 500, cache_write_5m 304, cache_write_1h 12000, output_text 550");
    CHECK(report.shape == UsageShape::anthropic);
    CHECK(report.has_tier);
    CHECK(report.tier == model::ServiceTier::priority);
    CHECK(told(R"({"input_tokens":3,"cache_creation_input_tokens":12304,"output_tokens":550})") ==
          "input_fresh 3, cache_write_5m 12304, output_text 550");
    CHECK(
        told(
            R"({"input_tokens":3,"cache_creation_input_tokens":10,"cache_creation":{"ephemeral_1h_input_tokens":4},"output_tokens":5})") ==
        "input_fresh 3, cache_write_5m 6, cache_write_1h 4, output_text 5");
    CHECK(told(R"({"input_tokens":3,"cache_creation_input_tokens":10,"output_tokens":5,)"
               R"("cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":4}})") ==
          "input_fresh 3, cache_write_5m 1, cache_write_1h 4, output_text 5, suspect");
}

TEST_CASE("Gemini: cached tokens are inside the prompt, thoughts and tool prompts beside") {
    CHECK(told(usages::gemini) == "input_fresh 5005, cache_read 257955, output_text 1244, output_reasoning 500");
    CHECK(told(usages::gemini_modal) ==
          "input_fresh 282, cache_read 300, input_audio 200, input_image 258, output_text 10, output_audio 80");
    CHECK(told(R"({"promptTokenCount":10,"thoughtsTokenCount":5,"totalTokenCount":15})") ==
          "input_fresh 10, output_text 0, output_reasoning 5");
    CHECK(told(R"({"promptTokenCount":10,"totalTokenCount":15})") == "input_fresh 10");
    CHECK(told(R"({"promptTokenCount":10,"candidatesTokenCount":3,"totalTokenCount":15})") ==
          "input_fresh 10, output_text 3, suspect");
}

TEST_CASE("Gemini's compatible endpoint: what the total has more is reasoning, but only when Gemini says it") {
    CHECK(told(usages::gemini_compatible, UsageShape::gemini) == "input_fresh 9, output_text 12, output_reasoning 400");
    CHECK(told(usages::gemini_compatible) == "input_fresh 9, output_text 12, suspect");
    CHECK(told(usages::gemini_compatible, UsageShape::openai) == "input_fresh 9, output_text 12, suspect");
}

TEST_CASE("xAI: reasoning stands beside the completion, text tokens include cached ones, ticks are money") {
    const UsageReport report = read_usage_object(usages::xai);
    CHECK(told(report) ==
          "input_fresh 7, cache_read 112, input_audio 0, input_image 0, output_text 9, output_reasoning 98");
    CHECK(report.has_own_cost);
    CHECK(decimal(report.own_cost) == "0.0037756");
}

TEST_CASE("DeepSeek: hits and misses are the parts of the prompt") {
    CHECK(told(usages::deepseek) == "input_fresh 176, cache_read 1024, output_text 10, output_reasoning 30");
    CHECK(told(R"({"completion_tokens":4,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":6})") ==
          "input_fresh 6, cache_read 64, output_text 4");
    CHECK(
        told(
            R"({"prompt_tokens":100,"completion_tokens":4,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":6})") ==
        "input_fresh 36, cache_read 64, output_text 4, suspect");
}

TEST_CASE("OpenRouter: its own cost is kept to the pico, whatever a float looks like") {
    const UsageReport report = read_usage_object(usages::openrouter);
    CHECK(told(report) ==
          "input_fresh 94, cache_read 0, cache_write_5m 100, input_audio 0, output_text 2, output_reasoning 0");
    CHECK(decimal(report.own_cost) == "0.00015");
    CHECK(decimal(read_usage_object(
                      R"({"prompt_tokens":1,"completion_tokens":1,"cost":{"request_cost":0.006,"total_cost":0.0061}})")
                      .own_cost) == "0.0061");
}

TEST_CASE("rerankers report units or input tokens") {
    CHECK(told(usages::cohere_rerank) == "pages 2");
    CHECK(told(usages::jina_rerank) == "input_fresh 815");
    CHECK(told(R"({"meta":{"billed_units":{"search_units":1}}})") == "pages 1");
    CHECK(told(usages::cohere_chat) == "input_fresh 5, output_text 418");
    CHECK(told(R"({"cost":0.001,"search_units":1,"total_tokens":150})") == "input_fresh 150, pages 1");
}

TEST_CASE("the tier that an answer names is read, and an unknown one is flagged") {
    CHECK(service_tier_of("default") == model::ServiceTier::standard);
    CHECK(service_tier_of("flex") == model::ServiceTier::flex);
    CHECK(service_tier_of("batch") == model::ServiceTier::batch);
    CHECK_FALSE(service_tier_of("auto"));
    const UsageReport report = read_usage_object(R"({"input_tokens":1,"output_tokens":1,"service_tier":"galactic"})");
    CHECK_FALSE(report.has_tier);
    CHECK(report.is_suspect);
    CHECK_FALSE(read_usage_object(R"({"input_tokens":1,"output_tokens":1,"service_tier":null})").is_suspect);
}

TEST_CASE("what is no count is missing, and flagged unless it is null") {
    const auto prompt = [](std::string_view value) {
        return told(R"({"prompt_tokens":)" + std::string(value) + R"(,"completion_tokens":5})");
    };
    CHECK(prompt("3") == "input_fresh 3, output_text 5");
    CHECK(prompt("null") == "output_text 5");
    for (const char* value :
         {"-1", "1.5", "3.0", "1e2", "1e308", "9007199254740993", "99999999999999999999", "\"3\"", "true", "[]", "{}"})
        CHECK(prompt(value) == "output_text 5, suspect");
    CHECK(prompt("9007199254740992") == "input_fresh 9007199254740992, output_text 5");
    CHECK(prompt("3,\"prompt_tokens\":3") == "output_text 5, suspect");
    CHECK(prompt("3,\"pro\\u006dpt_tokens\":4") == "input_fresh 3, output_text 5, suspect");
    CHECK(prompt("3,\"input_tokens\":4") == "input_fresh 3, output_text 5, suspect");
    CHECK(prompt("3,\"input_tokens\":3") == "input_fresh 3, output_text 5");
}

TEST_CASE("a part larger than its whole is cut and flagged, and so is a total that is not the sum") {
    CHECK(told(R"({"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":11}})") ==
          "input_fresh 0, cache_read 10, output_text 5, suspect");
    CHECK(
        told(
            R"({"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":6,"cache_write_tokens":6}})") ==
        "input_fresh 0, cache_read 6, cache_write_5m 4, output_text 5, suspect");
    CHECK(told(R"({"prompt_tokens":10,"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":6}})") ==
          "input_fresh 10, output_text 0, output_reasoning 5, suspect");
    CHECK(
        told(
            R"({"prompt_tokens":10,"completion_tokens":5,"completion_tokens_details":{"rejected_prediction_tokens":6}})") ==
        "input_fresh 10, output_text 5, suspect");
    CHECK(told(R"({"prompt_tokens":10,"completion_tokens":5,"total_tokens":14})") ==
          "input_fresh 10, output_text 5, suspect");
    CHECK(told(R"({"prompt_tokens":10,"total_tokens":9})") == "input_fresh 10, suspect");
}

TEST_CASE("what is no usage object is no report") {
    CHECK(told("") == "nothing");
    CHECK(told("null") == "nothing");
    CHECK(told("{}") == "nothing");
    CHECK(told("[1]") == "nothing");
    CHECK(told("{\"prompt_tokens\":1") == "nothing, suspect");
    CHECK(told(R"({"type":"duration","seconds":9})") == "nothing");
    CHECK(told("{\"prompt_tokens\":1," + std::string(70'000, ' ') + "\"completion_tokens\":1}") == "nothing, suspect");
    CHECK_FALSE(read_usage_object("{}").is_reported());
    CHECK(read_usage_object(usages::vllm).raw == usages::vllm);
}

TEST_CASE("in a stream the last report of each meter wins") {
    CHECK(
        told(merged(
            {R"({"input_tokens":3,"cache_creation_input_tokens":12304,"cache_read_input_tokens":0,"output_tokens":1})",
             R"({"output_tokens":550})"})) == "input_fresh 3, cache_read 0, cache_write_5m 12304, output_text 550");
    CHECK(told(merged({R"({"prompt_tokens":31,"completion_tokens":1,"total_tokens":32})",
                       R"({"prompt_tokens":31,"completion_tokens":100,"total_tokens":131})"})) ==
          "input_fresh 31, output_text 100");
}

TEST_CASE("a later report with more or fewer details counts no token twice") {
    constexpr std::string_view plain = R"({"prompt_tokens":100,"completion_tokens":9})";
    constexpr std::string_view detailed =
        R"({"prompt_tokens":100,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":80}})";
    CHECK(told(merged({plain, detailed})) == "input_fresh 20, cache_read 80, output_text 9");
    CHECK(told(merged({detailed, plain})) == "input_fresh 20, cache_read 80, output_text 9");
    CHECK(told(merged({detailed, R"({"prompt_tokens":120,"completion_tokens":9})"})) ==
          "input_fresh 120, output_text 9");
}

TEST_CASE("a count that went down is suspect") {
    CHECK(told(merged({R"({"prompt_tokens":10,"completion_tokens":9})",
                       R"({"prompt_tokens":10,"completion_tokens":8})"})) == "input_fresh 10, output_text 8, suspect");
    CHECK(told(merged({R"({"input_tokens":1,"cache_read_input_tokens":9,"output_tokens":1})",
                       R"({"input_tokens":9,"cache_read_input_tokens":8,"output_tokens":1})"})) ==
          "input_fresh 9, cache_read 8, output_text 1, suspect");
}

TEST_CASE("a report without counts changes no count, but its tier and cost are kept") {
    UsageReport all = read_usage_object(usages::openai_chat);
    const Meters before = all.meters;
    merge(all, read_usage_object(R"({"service_tier":"flex","cost":0.5})"));
    CHECK(all.meters == before);
    CHECK(all.shape == UsageShape::openai);
    CHECK(all.tier == model::ServiceTier::flex);
    CHECK(all.own_cost == pico_per_unit / 2);
    CHECK(all.raw == usages::openai_chat);
}

TEST_CASE("for any counts the meters are disjoint and add up to what the provider's nesting says") {
    Prng prng(4);
    const auto number = [&](std::int64_t most) { return prng.between(0, most); };
    for (int i = 0; i < 20'000; ++i) {
        const std::int64_t input = number(1'000), output = number(1'000);
        const std::int64_t cached = number(input), written = number(input - cached), audio = number(input);
        const std::int64_t reasoning = number(output), sound = number(output - reasoning);
        const auto text = [](std::int64_t count) { return std::to_string(count); };
        const UsageReport nested = read_usage_object(
            R"({"prompt_tokens":)" + text(input) + R"(,"completion_tokens":)" + text(output) + R"(,"total_tokens":)" +
            text(input + output) + R"(,"prompt_tokens_details":{"cached_tokens":)" + text(cached) +
            R"(,"cache_write_tokens":)" + text(written) + R"(,"audio_tokens":)" + text(audio) +
            R"(},"completion_tokens_details":{"reasoning_tokens":)" + text(reasoning) + R"(,"audio_tokens":)" +
            text(sound) + "}}");
        REQUIRE(nested.meters.input_tokens() == input);
        REQUIRE(nested.meters.output_tokens() == output);
        REQUIRE_FALSE(nested.is_suspect);
        REQUIRE(nested.meters[Meter::cache_read] == cached);
        REQUIRE(nested.meters[Meter::output_reasoning] == reasoning);

        const UsageReport disjoint = read_usage_object(
            R"({"input_tokens":)" + text(input) + R"(,"cache_read_input_tokens":)" + text(cached) +
            R"(,"cache_creation_input_tokens":)" + text(written) + R"(,"output_tokens":)" + text(output) + "}");
        REQUIRE(disjoint.meters.input_tokens() == input + cached + written);
        REQUIRE(disjoint.meters.output_tokens() == output);

        const UsageReport beside = read_usage_object(
            R"({"promptTokenCount":)" + text(input) + R"(,"cachedContentTokenCount":)" + text(cached) +
            R"(,"candidatesTokenCount":)" + text(output) + R"(,"thoughtsTokenCount":)" + text(reasoning) +
            R"(,"totalTokenCount":)" + text(input + output + reasoning) + "}");
        REQUIRE(beside.meters.input_tokens() == input);
        REQUIRE(beside.meters.output_tokens() == output + reasoning);
        REQUIRE_FALSE(beside.is_suspect);

        for (const UsageReport* report : {&nested, &disjoint, &beside}) {
            UsageReport twice = *report;
            merge(twice, *report);
            REQUIRE(twice.meters == report->meters);
            REQUIRE(twice.is_suspect == report->is_suspect);
        }
    }
}
