#include "dialect/openai.hpp"

#include <doctest/doctest.h>

#include <string>

namespace openai = gilmok::dialect::openai;
namespace json = gilmok::wire::json;
using gilmok::Code;
using gilmok::model::Endpoint;

namespace {

Code refusal_of(std::string_view body, Endpoint endpoint = Endpoint::chat) {
    const auto result = openai::read_request(endpoint, body, {});
    return result ? Code::none : result.error().code;
}

// A chat request with these members after its model.
std::string with(std::string_view members) { return "{\"model\":\"m\"," + std::string(members) + "}"; }

std::string edited(std::string_view body, const openai::Edits& edits, Endpoint endpoint = Endpoint::chat) {
    const auto request = openai::read_request(endpoint, body, {});
    REQUIRE(request.has_value());
    std::string made, out;
    const auto edit = openai::edit(*request, edits, made);
    CHECK(edit.count <= 7);
    for (std::size_t i = 0; i < edit.count; ++i) out += edit.parts[i];
    CHECK(out.size() == edit.bytes);
    CHECK(json::scan(out, {}, nullptr).has_value());
    return out;
}

std::string edited(std::string_view body, std::string_view served_name, Endpoint endpoint = Endpoint::chat) {
    return edited(body, openai::Edits{.served_name = served_name}, endpoint);
}

}   // namespace

TEST_CASE("a limit of the answer is set where the client named none, and only there") {
    const openai::Edits limit{.served_name = "m", .output_tokens_max = 512};
    CHECK(edited(R"({"model":"m","messages":[]})", limit) ==
          R"({"max_completion_tokens":512,"model":"m","messages":[]})");
    CHECK(edited(R"({"model":"m","max_tokens":null})", limit) == R"({"model":"m","max_tokens":512})");
    CHECK(edited(R"({"model":"m","max_completion_tokens" : null})", limit) ==
          R"({"model":"m","max_completion_tokens" : 512})");
    const openai::Edits older{.served_name = "s", .output_tokens_max = 7, .output_limit_member = "max_tokens"};
    CHECK(edited(R"({"model":"m","stream":true})", older) ==
          R"({"stream_options":{"include_usage":true},"max_tokens":7,"model":"s","stream":true})");
    CHECK(edited(R"({"model":"m","input":"x"})", limit, Endpoint::embeddings) == R"({"model":"m","input":"x"})");
}

TEST_CASE("usage in every event is asked of engines that can, whatever the client's options say") {
    const openai::Edits all{.served_name = "m", .continuous_usage = true};
    const auto asked = [&](std::string_view options) {
        return edited("{\"model\":\"m\",\"stream\":true" + std::string(options) + "}", all);
    };
    constexpr std::string_view both = R"("include_usage":true,"continuous_usage_stats":true)";
    CHECK(asked("") == "{\"stream_options\":{" + std::string(both) + "},\"model\":\"m\",\"stream\":true}");
    CHECK(asked(R"(,"stream_options":null)") == R"({"model":"m","stream":true,"stream_options":{)" + std::string(both) + "}}");
    CHECK(asked(R"(,"stream_options":{})") == R"({"model":"m","stream":true,"stream_options":{)" + std::string(both) + "}}");
    CHECK(asked(R"(,"stream_options":{"include_usage":false})") ==
          R"({"model":"m","stream":true,"stream_options":{)" + std::string(both) + "}}");
    CHECK(asked(R"(,"stream_options":{"include_usage":true})") ==
          R"({"model":"m","stream":true,"stream_options":{)" + std::string(both) + "}}");
    CHECK(asked(R"(,"stream_options":{"continuous_usage_stats":false})") ==
          R"({"model":"m","stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":false}})");
}

TEST_CASE("the member user is read, and refused when it is ambiguous") {
    const auto request = openai::read_request(Endpoint::chat, R"({"model":"m","user":"u-1"})", {});
    REQUIRE(request.has_value());
    CHECK(request->user == "u-1");
    CHECK(openai::read_request(Endpoint::chat, R"({"model":"m","user":7})", {})->user.empty());
    CHECK_FALSE(openai::read_request(Endpoint::chat, R"({"model":"m","user":"a","User":"b"})", {}).has_value());
}

TEST_CASE("paths lead to endpoints, exactly") {
    CHECK(openai::endpoint_of("/v1/chat/completions") == Endpoint::chat);
    CHECK(openai::endpoint_of("/v1/completions") == Endpoint::completions);
    CHECK(openai::endpoint_of("/v1/embeddings") == Endpoint::embeddings);
    CHECK(openai::endpoint_of("/v1/rerank") == Endpoint::rerank);
    CHECK(openai::endpoint_of("/v1/models") == Endpoint::models);
    CHECK(openai::endpoint_of("/v1/models/gpt-5") == Endpoint::models);
    CHECK(openai::endpoint_of("/v1/models/meta-llama/Llama-3.1-8B") == Endpoint::models);
    CHECK(openai::endpoint_of("/v1/audio/transcriptions") == Endpoint::audio_transcriptions);
    for (const char* path : {"",
                             "/",
                             "/v1",
                             "/v1/",
                             "/v1/chat/completions/",
                             "/v1//chat/completions",
                             "/V1/chat/completions",
                             "/v1/chat",
                             "/v1/chat%2fcompletions",
                             "/v1/models/",
                             "/v1/models//a",
                             "/v1/models/a/",
                             "/v1/models/../a",
                             "/v1/models/.",
                             "/v1/models/a/..",
                             "/v1/models/a%2Fb",
                             "/v1/models/%2e%2e/a",
                             "/v1/models/%252e",
                             "/v1/models/a\\b",
                             "/v1/modelsx",
                             "/v2/models",
                             "/chat/completions"}) {
        CAPTURE(path);
        CHECK(openai::endpoint_of(path) == Endpoint::none);
    }
}

TEST_CASE("each endpoint allows its method only") {
    using gilmok::wire::http1::Method;
    CHECK(openai::allows(Endpoint::chat, Method::post));
    CHECK_FALSE(openai::allows(Endpoint::chat, Method::get));
    CHECK(openai::allows(Endpoint::models, Method::get));
    CHECK_FALSE(openai::allows(Endpoint::models, Method::post));
    CHECK_FALSE(openai::allows(Endpoint::none, Method::get));
    CHECK(openai::has_json_body(Endpoint::images_generations));
    CHECK_FALSE(openai::has_json_body(Endpoint::images_edits));
}

TEST_CASE("a request tells its model, its stream and its sizes") {
    const std::string_view body =
        R"({"messages":[{"role":"user","content":"안녕"}],"model":"qwen3-32b","stream":true,)"
        R"("stream_options":{"include_usage":true},"max_tokens":5,"max_completion_tokens":7,"n":2,"x":[1,{"model":1}]})";
    const auto request = openai::read_request(Endpoint::chat, body, {});
    REQUIRE(request.has_value());
    CHECK(request->model == "qwen3-32b");
    CHECK(request->model_value.text == "\"qwen3-32b\"");
    CHECK(request->is_stream);
    CHECK(request->asks_for_usage);
    CHECK(request->output_tokens_max == 7);
    CHECK(request->choices == 2);
    CHECK(request->input_bytes == std::string_view(R"([{"role":"user","content":"안녕"}])").size());
    CHECK(request->text == body);
    const auto plain = openai::read_request(
        Endpoint::embeddings, R"({"model":"e","input":["a"],"n":null,"stream":null,"max_tokens":null})", {});
    REQUIRE(plain.has_value());
    CHECK_FALSE(plain->is_stream);
    CHECK(plain->choices == 1);
    CHECK(plain->output_tokens_max == -1);
    CHECK(plain->input_bytes == 5);
    CHECK(openai::read_request(Endpoint::rerank, R"({"model":"e","query":"ab","documents":["a"]})", {})->input_bytes ==
          9);
}

TEST_CASE("a member that decides something may stand once, under its own name") {
    for (const char* name : {"model", "stream", "stream_options", "max_tokens", "max_completion_tokens", "messages",
                             "prompt", "input", "tools", "n"}) {
        CAPTURE(name);
        const std::string value = std::string_view(name) == "model" ? "\"m\"" : "null";
        const std::string member = "\"" + std::string(name) + "\":" + value;
        CHECK(refusal_of("{" + member + "," + member + "}") == Code::member_duplicate);
        std::string upper(name);
        upper[0] = static_cast<char>(upper[0] - 32);
        CHECK(refusal_of(with("\"" + upper + "\":null")) == Code::member_duplicate);
        std::string escaped = "\\u00";
        escaped += "0123456789abcdef"[name[0] >> 4];
        escaped += "0123456789abcdef"[name[0] & 15];
        CHECK(refusal_of(with("\"" + escaped + (name + 1) + "\":null")) == Code::member_duplicate);
    }
    CHECK(refusal_of(with("\"\xC5\xBFtream\":true")) == Code::member_duplicate);
    CHECK(refusal_of(with("\"to\\u006fl\\u017F\":1")) == Code::member_duplicate);
    CHECK(refusal_of(with("\"max_to\xE2\x84\xAA"
                          "ens\":1")) == Code::member_duplicate);
    CHECK(refusal_of(with("\"stream\":true,\"stream_options\":{\"include_usage\":true,\"include_usage\":false}")) ==
          Code::member_duplicate);
    CHECK(refusal_of(with("\"stream\":true,\"stream_options\":{\"Include_usage\":true}")) == Code::member_duplicate);
    CHECK(refusal_of(with("\"stream\":true,\"stream_options\":{\"include\\u005fusage\":true}")) ==
          Code::member_duplicate);
    // Others are the upstream's to judge, also when they look like ours from afar.
    CHECK(refusal_of(with(
              "\"temperature\":1,\"temperature\":2,\"models\":1,\"mode\\u006cs\":1,\"모델\":1,\"\\ud800\":1,\"\":1")) ==
          Code::none);
    CHECK(refusal_of(with("\"" + std::string(5000, '\\') + "\":1")) == Code::none);
}

TEST_CASE("members of a wrong type or value are refused") {
    for (const char* body : {R"({"model":1})", R"({"model":null})", R"({"model":""})", R"({"model":["m"]})",
                             R"({"model":"a\u0062"})", R"({"model":"a\/b"})", "{\"model\":\"a\x7f\"}"})
        CHECK(refusal_of(body) == Code::member_invalid);
    CHECK(refusal_of("{\"model\":\"" + std::string(256, 'm') + "\"}") == Code::none);
    CHECK(refusal_of("{\"model\":\"" + std::string(257, 'm') + "\"}") == Code::member_invalid);
    for (const char* members :
         {R"("stream":1)", R"("stream":"true")", R"("stream":{})", R"("stream_options":[],"stream":true)",
          R"("stream_options":{})", R"("stream_options":{},"stream":false)",
          R"("stream_options":{"include_usage":1},"stream":true)",
          R"("stream_options":{"include_usage":null},"stream":true)", R"("n":0)", R"("n":129)", R"("n":1.0)",
          R"("n":"1")", R"("n":1e999999)", R"("max_tokens":-1)", R"("max_tokens":1.5)", R"("max_tokens":"9")",
          R"("max_completion_tokens":99999999999999999999)"}) {
        CAPTURE(members);
        CHECK(refusal_of(with(members)) == Code::member_invalid);
    }
    CHECK(refusal_of(with(R"("stream_options":null,"n":128,"max_tokens":0)")) == Code::none);
    CHECK(refusal_of(with(R"("stream_options":{},"stream":true)")) == Code::none);
    CHECK(refusal_of("{}") == Code::model_missing);
    CHECK(refusal_of("[]") == Code::bad_json);
    CHECK(refusal_of("\"model\"") == Code::bad_json);
    CHECK(refusal_of("") == Code::bad_json);
    CHECK(refusal_of(with("\"a\":" + std::string(100, '[') + std::string(100, ']'))) == Code::json_too_deep);
}

TEST_CASE("the served name takes the place of the public one, and nothing else changes") {
    CHECK(edited(R"({ "a":1, "model" : "m" ,"b":[ ]})", "org/served") ==
          R"({ "a":1, "model" : "org/served" ,"b":[ ]})");
    CHECK(edited(R"({"model":"m"})", "m") == R"({"model":"m"})");
    CHECK(edited(R"({"model":"m"})", "q\"u\\o") == R"({"model":"q\"u\\o"})");
    CHECK(edited(R"({"model":"m","stream":false})", "m") == R"({"model":"m","stream":false})");
    CHECK(edited(R"({"model":"m","stream":true})", "s", Endpoint::images_generations) ==
          R"({"model":"s","stream":true})");
}

TEST_CASE("a stream is made to tell its usage by the smallest change") {
    CHECK(edited(R"({"model":"m","stream":true})", "m") ==
          R"({"stream_options":{"include_usage":true},"model":"m","stream":true})");
    CHECK(edited(R"( { "model":"m","stream":true})", "s") ==
          R"( {"stream_options":{"include_usage":true}, "model":"s","stream":true})");
    CHECK(edited(R"({"stream_options":null,"model":"m","stream":true})", "s") ==
          R"({"stream_options":{"include_usage":true},"model":"s","stream":true})");
    CHECK(edited(R"({"stream_options":{ },"model":"m","stream":true})", "s") ==
          R"({"stream_options":{"include_usage":true },"model":"s","stream":true})");
    CHECK(edited(R"({"model":"m","stream":true,"stream_options":{"x":[1]}})", "s") ==
          R"({"model":"s","stream":true,"stream_options":{"include_usage":true,"x":[1]}})");
    CHECK(edited(R"({"model":"m","stream":true,"stream_options":{"x":1, "include_usage" : false,"y":2}})", "s") ==
          R"({"model":"s","stream":true,"stream_options":{"x":1, "include_usage" : true,"y":2}})");
    CHECK(edited(R"({"model":"m","stream":true,"stream_options":{"include_usage":true}})", "m") ==
          R"({"model":"m","stream":true,"stream_options":{"include_usage":true}})");
}

TEST_CASE("a refusal of an ambiguous member names it") {
    const auto refused =
        openai::read_request(gilmok::model::Endpoint::chat, R"({"model":"m","Model":"x","messages":[]})", {});
    REQUIRE_FALSE(refused.has_value());
    std::string body;
    openai::append_error(body, refused.error(), "req");
    CHECK(body.find("(model)") != std::string::npos);
}
