#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "dialect/openai.hpp"

namespace openai = gilmok::dialect::openai;
namespace json = gilmok::wire::json;
using gilmok::Code;
using gilmok::model::Usage;
using What = openai::StreamEvent::What;

namespace {

Usage usage_of(std::string_view members) { return openai::read_usage("{\"usage\":{" + std::string(members) + "}}"); }

openai::StreamEvent delta(std::string_view inner) {
    return openai::read_event(R"({"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{)" +
                              std::string(inner) + R"(},"finish_reason":null}],"usage":null})");
}

bool is_all_missing(const Usage& usage) {
    return !usage.is_reported() && usage.total == -1 && usage.input_cached == -1 && usage.input_audio == -1 &&
           usage.output_reasoning == -1 && usage.output_audio == -1;
}

}   // namespace

TEST_CASE("usage is read in every shape that OpenAI's endpoints and their likes write") {
    const Usage chat = openai::read_usage(
        R"({"id":"x","choices":[{"message":{"content":"\"usage\":{\"prompt_tokens\":9}"}}],)"
        R"("usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,)"
        R"("prompt_tokens_details":{"cached_tokens":64,"audio_tokens":1},)"
        R"("completion_tokens_details":{"reasoning_tokens":7,"audio_tokens":2,"accepted_prediction_tokens":0}}})");
    CHECK(chat.input == 100);
    CHECK(chat.output == 20);
    CHECK(chat.total == 120);
    CHECK(chat.input_cached == 64);
    CHECK(chat.input_audio == 1);
    CHECK(chat.output_reasoning == 7);
    CHECK(chat.output_audio == 2);
    const Usage image = usage_of(
        R"("total_tokens":5,"input_tokens":2,"output_tokens":3,"input_tokens_details":{"text_tokens":1,"image_tokens":1})");
    CHECK(image.input == 2);
    CHECK(image.output == 3);
    const Usage transcription =
        usage_of(R"("type":"tokens","input_tokens":14,"input_token_details":{"text_tokens":0,"audio_tokens":14},)"
                 R"("output_tokens":45,"total_tokens":59)");
    CHECK(transcription.input_audio == 14);
    const Usage embedding = usage_of(R"("prompt_tokens":8,"total_tokens":8)");
    CHECK(embedding.input == 8);
    CHECK(embedding.output == Usage::missing);
    CHECK(usage_of(R"("prompt_tokens":8,"prompt_cache_hit_tokens":6,"prompt_cache_miss_tokens":2)").input_cached == 6);
    CHECK(usage_of(R"("prompt_tokens":8,"prompt_tokens_details":null,"completion_tokens_details":null)").input == 8);
    CHECK(usage_of(R"("prompt_tokens":0,"completion_tokens":0)").output == 0);
}

TEST_CASE("usage that lies is missing, never another number") {
    for (const char* value : {"-1", "-0.5", "1.5", "9223372036854775808", "9007199254740993", "1e308", "1e3", "\"12\"",
                              "null", "true", "[1]", "{}", "18446744073709551617", "-9223372036854775808"}) {
        CAPTURE(value);
        CHECK(is_all_missing(usage_of("\"prompt_tokens\":" + std::string(value) + ",\"completion_tokens\":" + value +
                                      ",\"total_tokens\":" + value + ",\"prompt_tokens_details\":{\"cached_tokens\":" +
                                      value + "},\"completion_tokens_details\":" + value)));
    }
    CHECK(usage_of("\"prompt_tokens\":9007199254740992").input == 9007199254740992);
    CHECK(usage_of("\"prompt_tokens\":NaN,\"completion_tokens\":3").output == Usage::missing);
    CHECK(usage_of("\"prompt_tokens\":1,\"prompt_tokens\":2").input == Usage::missing);
    CHECK(usage_of("\"prompt_tokens\":1,\"input_tokens\":2").input == 1);
    CHECK(
        usage_of(
            R"("prompt_tokens":1,"prompt_tokens_details":{"cached_tokens":1},"prompt_tokens_details":{"cached_tokens":0})")
            .input_cached == Usage::missing);
    for (const char* answer :
         {"", "x", "null", "[]", "{}", "{\"usage\":null}", "{\"usage\":[]}", "{\"usage\":3}", "{\"usage\":\"x\"}",
          "{\"usage\":{}}", "{\"usage\":{\"prompt_tokens\":1}", "[{\"usage\":{\"prompt_tokens\":1}}]",
          "{\"usage\":{\"prompt_tokens\":1},\"usage\":{\"prompt_tokens\":1}}",
          "{\"x\":{\"usage\":{\"prompt_tokens\":1}}}", "{\"x\":\"\\\"usage\\\":{}\",\"y\":\"usage\"}"}) {
        CAPTURE(answer);
        const Usage usage = openai::read_usage(answer);
        CHECK((is_all_missing(usage) || std::string_view(answer) == "{\"usage\":{\"prompt_tokens\":1}"));
    }
}

namespace {

void check_facts(std::size_t text_bytes) {
    const std::string long_text(text_bytes, 'x');
    const std::string choices =
        R"("choices":[{"message":{"content":"\"model\":\"no\" )" + long_text + R"("},"x":{"model":1}}])";
    const std::string usage = R"("usage":{"prompt_tokens":3,"completion_tokens":4})";
    const std::string model = R"("model":"m-1")", tier = R"("service_tier":"flex")";
    const auto of = [](const std::vector<std::string>& members) {
        std::string json = "{";
        for (const std::string& member : members) json += (json.size() > 1 ? "," : "") + member;
        return json + "}";
    };
    const std::string far = R"("far":")" + long_text + "\"";
    const std::vector<std::vector<std::string>> orders{
        {model, tier, choices, usage},      {model, choices, usage, tier}, {model, choices, tier, usage},
        {choices, model, tier, usage},      {choices, usage, model, tier}, {tier, choices, model, usage},
        {choices, model, tier, far, usage}, {usage, choices, model, tier}, {tier, choices, usage, model}};
    for (const auto& order : orders) {
        const std::string answer = of(order);
        const openai::AnswerFacts facts = openai::read_facts(answer);
        INFO(answer.substr(0, 60));
        CHECK(facts.model == "m-1");
        CHECK(facts.service_tier == "flex");
        CHECK(openai::read_counts(facts.usage_text).output == 4);
        CHECK(facts.usage_text == R"({"prompt_tokens":3,"completion_tokens":4})");
    }
    const std::string nameless = of({choices, usage});
    const openai::AnswerFacts none = openai::read_facts(nameless);
    CHECK(none.model.empty());
    CHECK(none.service_tier.empty());
    CHECK(openai::read_counts(none.usage_text).input == 3);
    CHECK(openai::read_facts(of({choices, model, usage, usage})).usage_text.empty());
    CHECK(openai::read_facts(of({model, choices, usage, tier, usage})).usage_text.empty());
    const std::string nested = R"("x":{"usage":{"prompt_tokens":9},"service_tier":"no"})";
    for (const auto& order : {std::vector{model, choices, usage, nested}, std::vector{model, nested, choices, usage},
                              std::vector{nested, model, choices, usage}}) {
        const std::string answer = of(order);
        const openai::AnswerFacts facts = openai::read_facts(answer);
        CHECK(openai::read_counts(facts.usage_text).input == 3);
        CHECK(facts.service_tier.empty());
        CHECK(facts.model == "m-1");
    }
}

}   // namespace

TEST_CASE("model and tier of an answer are found wherever they stand, in the text of the answer they are not") {
    check_facts(10);      // walked whole
    check_facts(5'000);   // looked through for the usage
}

TEST_CASE("an event of a stream is told by its members") {
    CHECK(openai::read_event("[DONE]").what == What::done);
    CHECK(openai::read_event(" [DONE] ").what == What::done);
    for (const char* data : {"", "x", "DONE", "[DONE", "null", "[]", "{}", "{\"usage\":null}", "{\"choices\":null}",
                             "{\"choices\":[", "{\"id\":\"choices\"}", "{\"error\":null}"}) {
        CAPTURE(data);
        CHECK(openai::read_event(data).what == What::other);
    }
    const auto usage = openai::read_event(
        R"({"id":"x","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})");
    CHECK(usage.what == What::usage_only);
    CHECK(usage.has_usage);
    CHECK_FALSE(usage.has_content);
    CHECK(openai::read_counts(usage.usage_text).output == 2);
    CHECK(openai::read_event(R"({"choices":[],"prompt_filter_results":[]})").what == What::delta);
    CHECK(openai::read_event(R"({"choices":[],"usage":null})").what == What::delta);
    const auto both = openai::read_event(
        R"({"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":1,"completion_tokens":2}})");
    CHECK(both.what == What::delta);
    CHECK(both.has_usage);
    CHECK(both.has_content);
}

TEST_CASE("an error inside a stream is seen, in words or as an object, and in words of the model it is not") {
    CHECK(openai::read_event(R"({"error":{"message":"out of memory","type":"server_error","code":500}})").what ==
          What::error);
    CHECK(openai::read_event(R"({"error":"out of memory"})").what == What::error);
    CHECK(openai::read_event(R"({"choices":[{"delta":{"content":"a"}}],"error":{"message":"x"}})").what == What::error);
    CHECK(openai::read_event(R"({"object":"chat.completion.chunk","error":null,"choices":[{"delta":{}}]})").what ==
          What::delta);
    CHECK(delta(R"("content":"{\"error\":{\"message\":1}}")").what == What::delta);
    CHECK(delta(R"("error":{"message":"x"})").what == What::delta);
}

TEST_CASE("content is text, reasoning, tool calls, refusals and audio; roles and empty texts are not") {
    for (const char* inner :
         {R"("content":"a")", R"("role":"assistant","content" : "안")", R"("content":null,"reasoning_content":"h")",
          R"("reasoning":"h")", R"("tool_calls":[{"index":0,"function":{"arguments":""}}])", R"("refusal":"no")",
          R"("audio":{"data":"UklG"})", R"("function_call":{"name":"f"})", R"("content":[{"type":"text","text":"a"}])",
          R"("content":"\"")"}) {
        CAPTURE(inner);
        CHECK(delta(inner).what == What::delta);
        CHECK(delta(inner).has_content);
    }
    for (const char* inner : {"", R"("role":"assistant")", R"("content":"")", R"("content":null)",
                              R"("role":"assistant","content":"","refusal":null)", R"("tool_calls":[])",
                              R"("audio":{})", R"("content": "" )", R"("x":"content")"}) {
        CAPTURE(inner);
        CHECK(delta(inner).what == What::delta);
        CHECK_FALSE(delta(inner).has_content);
    }
    CHECK(openai::read_event(R"({"choices":[{"text":"a","index":0}]})").has_content);
    CHECK_FALSE(openai::read_event(R"({"choices":[{"text":"","index":0}]})").has_content);
    CHECK(openai::read_event(R"({"choices":[{"delta":{}},{"index":1,"delta":{"content":"b"}}]})").has_content);
    CHECK(openai::read_event(R"({"type":"transcript.text.delta","delta":"a"})").what == What::delta);
    CHECK(
        openai::read_event(R"({"type":"transcript.text.done","text":"a","usage":{"input_tokens":1,"output_tokens":1}})")
            .has_usage);
}

TEST_CASE("every code has a status and an error body that parses and tells the code") {
    for (std::size_t i = 1; i < static_cast<std::size_t>(Code::count_); ++i) {
        const auto code = static_cast<Code>(i);
        CAPTURE(gilmok::name_of(code));
        CHECK(openai::status_of(code) >= 400);
        CHECK(openai::status_of(code) < 600);
        std::string out;
        openai::append_error(out, {.code = code, .detail = "a \"detail\""}, "req_1", "model \"x\x01\"");
        const auto type = json::scan(out, {}, nullptr);
        REQUIRE(type.has_value());
        const json::Value body{*type, out};
        const json::Value error = json::find(body, "error");
        CHECK(json::find(body, "request_id").text == "\"req_1\"");
        CHECK(json::find(error, "code").text == "\"" + std::string(gilmok::name_of(code)) + "\"");
        CHECK(json::find(error, "param").type == json::Type::null);
        const std::string_view kind = json::find(error, "type").text;
        // OpenAI's own word for a budget that is used up does not end like the others.
        CHECK((kind.ends_with("_error\"") || kind == "\"insufficient_quota\""));
        std::string message;
        REQUIRE(json::append_unescaped(message, json::find(error, "message"), 1000));
        CHECK(message.find("model \"x\x01\"") != std::string::npos);
        CHECK(openai::read_event(out).what == What::error);
    }
}

TEST_CASE("statuses are those that clients retry on, or do not, as they should") {
    using openai::status_of;
    CHECK(status_of(Code::bad_json) == 400);
    CHECK(status_of(Code::key_missing) == 401);
    CHECK(status_of(Code::key_revoked) == 401);
    CHECK(status_of(Code::model_forbidden) == 403);
    CHECK(status_of(Code::model_unknown) == 404);
    CHECK(status_of(Code::method_not_allowed) == 405);
    CHECK(status_of(Code::headers_timeout) == 408);
    CHECK(status_of(Code::length_required) == 411);
    CHECK(status_of(Code::body_too_large) == 413);
    CHECK(status_of(Code::uri_too_long) == 414);
    CHECK(status_of(Code::encoding_unsupported) == 415);
    CHECK(status_of(Code::expectation_failed) == 417);
    CHECK(status_of(Code::rate_limited) == 429);
    CHECK(status_of(Code::headers_too_large) == 431);
    CHECK(status_of(Code::client_gone) == 499);
    CHECK(status_of(Code::internal) == 500);
    CHECK(status_of(Code::connect_failed) == 502);
    CHECK(status_of(Code::upstream_protocol) == 502);
    CHECK(status_of(Code::overloaded) == 503);
    CHECK(status_of(Code::no_candidate) == 503);
    CHECK(status_of(Code::draining) == 503);
    CHECK(status_of(Code::first_byte_timeout) == 504);
    CHECK(status_of(Code::version_unsupported) == 505);
}

TEST_CASE("an entry of the list of models is what the client library expects") {
    std::string out;
    openai::append_model(out, "qwen\"3", 1700000000, "gilmok");
    CHECK(out == R"({"id":"qwen\"3","object":"model","created":1700000000,"owned_by":"gilmok"})");
}

TEST_CASE("usage that was not asked for is cut out of an event, and nothing else is") {
    const auto cut = [](std::string_view data) {
        std::string out;
        const std::string raw = "data: " + std::string(data) + "\n\n";
        CHECK(openai::read_event(data).has_usage_member == (data.find("usage") != std::string_view::npos));
        openai::append_event_without_usage(out, raw, data);
        return out;
    };
    CHECK(cut(R"({"id":"1","choices":[],"usage":null})") == "data: {\"id\":\"1\",\"choices\":[]}\n\n");
    CHECK(cut(R"({"id":"1" , "usage": {"prompt_tokens":1} ,"choices":[]})") ==
          "data: {\"id\":\"1\"  ,\"choices\":[]}\n\n");
    CHECK(cut(R"({"usage":null,"choices":[]})") == "data: {\"choices\":[]}\n\n");
    CHECK(cut(R"({"usage":null})") == "data: {}\n\n");
    CHECK(cut(R"({"choices":[]})") == "data: {\"choices\":[]}\n\n");
}

TEST_CASE("a finish_reason that is not null is seen") {
    CHECK(openai::read_event(R"({"choices":[{"delta":{},"finish_reason":"stop"}]})").has_finish_reason);
    CHECK_FALSE(openai::read_event(R"({"choices":[{"delta":{},"finish_reason":null}]})").has_finish_reason);
}
