// Goal: made-up answers keep every promise of the API: counts, cuts, formats, tools. Method: table of requests, a small
// validator of its own for schemas, and seeded schemas.
#include "fleet/answers.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "base/prng.hpp"
#include "fleet/schema_value.hpp"
#include "fleet/tokens.hpp"
#include "fleet/words.hpp"
#include "wire/json.hpp"

using namespace gilmok;
using namespace gilmok::fleet;
namespace json = gilmok::wire::json;

namespace {

SimRequest read(SimKind kind, std::string_view body) {
    auto request = read_sim_request(kind, body);
    if (!request) FAIL(request.error().message);
    return *request;
}

SimRequest chat(std::string_view user, std::string_view more = "") {
    return read(SimKind::chat, "{\"model\":\"sim\",\"messages\":[{\"role\":\"user\",\"content\":\"" +
                                   std::string(user) + "\"}]" + std::string(more) + "}");
}

Answer answer(const SimRequest& request, std::size_t choice = 0, std::uint64_t tokens_left = 100'000) {
    return make_answer(request, 0, choice, AnswerRange{}, 7, tokens_left);
}

std::string joined(const Answer& made, Piece::What what, std::size_t tool = 0) {
    std::string text;
    for (const Piece& piece : made.pieces)
        if (piece.what == what && piece.tool == tool) text += made.view(piece);
    return text;
}

bool is_json(std::string_view text) { return json::scan(text, json::Limits{}, nullptr).has_value(); }

// Type, enum, required and nesting; enough to catch a value of the wrong shape.
bool fits(const json::Value& schema, const json::Value& value) {
    const std::string type = std::string(json::find(schema, "type").text);
    if (type == "\"object\"") {
        if (value.type != json::Type::object) return false;
        if (const json::Value required = json::find(schema, "required"); !required.text.empty()) {
            json::Cursor names(required);
            for (json::Value name; names.next_element(name);)
                if (json::find(value, name.text.substr(1, name.text.size() - 2)).text.empty()) return false;
        }
        json::Cursor properties(json::find(schema, "properties"));
        std::string_view name;
        for (json::Value property; properties.next_member(name, property);) {
            const json::Value member = json::find(value, name);
            if (!member.text.empty() && !fits(property, member)) return false;
        }
        return true;
    }
    if (type == "\"array\"") {
        if (value.type != json::Type::array) return false;
        json::Cursor items(value);
        for (json::Value item; items.next_element(item);)
            if (!fits(json::find(schema, "items"), item)) return false;
        return true;
    }
    if (const json::Value choices = json::find(schema, "enum"); !choices.text.empty()) {
        json::Cursor cursor(choices);
        for (json::Value choice; cursor.next_element(choice);)
            if (choice.text == value.text) return true;
        return false;
    }
    std::int64_t whole = 0;
    if (type == "\"integer\"") return json::to_i64(value, whole);
    if (type == "\"number\"") return value.type == json::Type::number;
    if (type == "\"boolean\"") return value.type == json::Type::boolean;
    if (type == "\"string\"") return value.type == json::Type::string;
    return true;
}

std::string random_schema(Prng& prng, int depth) {
    switch (prng.below(depth > 0 ? 7 : 5)) {
        case 0: return R"({"type":"string"})";
        case 1: return R"({"type":"integer","minimum":3,"maximum":9})";
        case 2: return R"({"type":"number"})";
        case 3: return R"({"type":"boolean"})";
        case 4: return R"({"enum":["a",2,null]})";
        case 5: return R"({"type":"array","minItems":1,"items":)" + random_schema(prng, depth - 1) + "}";
        default:
            return R"({"type":"object","required":["x","y"],"properties":{"x":)" + random_schema(prng, depth - 1) +
                   R"(,"y":)" + random_schema(prng, depth - 1) + "}}";
    }
}

}  // namespace

TEST_CASE("tokens: four ASCII bytes, one syllable, one of anything else") {
    CHECK(count_tokens("") == 0);
    CHECK(count_tokens("abcd") == 1);
    CHECK(count_tokens("abcde") == 2);
    CHECK(count_tokens("\xea\xb8\xb8\xeb\xaa\xa9") == 2);   // 길목
    CHECK(count_tokens("ab\xea\xb8\xb8"
                       "cd") == 3);
    CHECK(count_tokens("a\nb") == 3);
    CHECK(count_tokens("\xff\xfe") == 2);
    CHECK(count_tokens("\xf0\x9f\x98\x80") == 1);
    CHECK(first_tokens("abcdefgh", 1) == "abcd");
}

TEST_CASE(
    "block hashes: a longer text keeps the hashes of its beginning, a changed one loses those behind the change") {
    const std::string text(640, 'a');
    const auto hashes = block_hashes(text, 0);
    CHECK(hashes.size() == 10);
    const auto longer = block_hashes(text + std::string(100, 'b'), 0);
    CHECK(std::equal(hashes.begin(), hashes.end(), longer.begin()));
    std::string changed = text;
    changed[200] = 'x';
    const auto other = block_hashes(changed, 0);
    CHECK(other[2] == hashes[2]);
    CHECK(other[3] != hashes[3]);
    CHECK(other[9] != hashes[9]);
    CHECK(block_hashes(text, 1)[0] != hashes[0]);
    CHECK(block_hashes("short", 0).empty());
}

TEST_CASE("an answer is its pieces, and each piece is one token") {
    for (const std::string_view user : {"hello there", "오늘 날씨는?", "echo: 정확히 이것 this exactly"}) {
        CAPTURE(std::string(user));
        const Answer made = answer(chat(user));
        CHECK(joined(made, Piece::What::text) == made.text);
        CHECK(made.tokens() == count_tokens(made.text));
        CHECK(made.finish == Finish::stop);
        CHECK(!made.text.empty());
    }
    CHECK(has_hangul(answer(chat("오늘 날씨는?")).text));
    CHECK_FALSE(has_hangul(answer(chat("hello")).text));
    CHECK(answer(chat("echo: 정확히 이것")).text == "정확히 이것");
}

TEST_CASE("the same request has the same answer, another choice or seed another") {
    const SimRequest request = chat("hello");
    CHECK(answer(request).text == answer(request).text);
    CHECK(answer(request, 1).text != answer(request).text);
    CHECK(answer(chat("hello", ",\"seed\":5")).text != answer(request).text);
    CHECK(make_answer(request, 0, 0, AnswerRange{}, 8, 1'000).text != answer(request).text);
}

TEST_CASE("max_tokens cuts to exactly so many, and says length") {
    for (int tokens_max = 1; tokens_max < 12; ++tokens_max) {
        const Answer made = answer(chat("echo: 가나다 abcdefghijklmnopqrstuvwxyz0123456789 and more",
                                        ",\"max_tokens\":" + std::to_string(tokens_max)));
        CHECK(made.tokens() == static_cast<std::uint32_t>(tokens_max));
        CHECK(count_tokens(made.text) == made.tokens());
        CHECK(made.finish == Finish::length);
    }
    CHECK(answer(chat("hello", ",\"max_completion_tokens\":3")).tokens() == 3);
    CHECK(answer(chat("hello"), 0, 2).finish == Finish::length);
    CHECK(answer(chat("echo: abcd", ",\"max_tokens\":1")).finish == Finish::stop);
}

TEST_CASE("ignore_eos gives exactly what was asked for") {
    for (const int tokens : {1, 7, 128, 500}) {
        const Answer made = answer(chat("hello", ",\"ignore_eos\":true,\"max_tokens\":" + std::to_string(tokens)));
        CHECK(made.tokens() == static_cast<std::uint32_t>(tokens));
        CHECK(made.finish == Finish::length);
    }
}

TEST_CASE("stop ends the text before the stop string") {
    const Answer made = answer(chat("echo: one two three", R"(,"stop":["three","two"])"));
    CHECK(made.text == "one ");
    CHECK(made.finish == Finish::stop);
    CHECK(made.tokens() == count_tokens(made.text));
    CHECK(answer(chat("echo: one", R"(,"stop":"one")")).tokens() == 0);
}

TEST_CASE("a model that thinks does so first, within max_tokens") {
    const Answer made = answer(chat("hello", ",\"reasoning_effort\":\"low\""));
    CHECK(made.tokens_reasoning() >= 24);
    CHECK(made.pieces.front().what == Piece::What::reasoning);
    CHECK(joined(made, Piece::What::reasoning) == made.reasoning);
    CHECK(made.tokens() == made.tokens_reasoning() + count_tokens(made.text));
    const Answer cut = answer(chat("hello", ",\"reasoning_effort\":\"low\",\"max_tokens\":5"));
    CHECK(cut.tokens_reasoning() == 5);
    CHECK(cut.text.empty());
    CHECK(answer(chat("hello", ",\"reasoning_effort\":\"none\"")).reasoning.empty());
}

TEST_CASE("tools are called when they must be or when the user names them") {
    const std::string tools =
        R"(,"tools":[{"type":"function","function":{"name":"get_weather","parameters":)"
        R"({"type":"object","required":["city","days"],"properties":)"
        R"({"city":{"type":"string"},"days":{"type":"integer","minimum":1,"maximum":3},"unit":{"enum":["C","F"]}}}}},)"
        R"({"type":"function","function":{"name":"get_weather_map"}}])";
    CHECK(answer(chat("hello", tools)).tools.empty());
    const Answer called = answer(chat("please call get_weather now", tools));
    REQUIRE(called.tools.size() == 1);
    CHECK(called.finish == Finish::tool_calls);
    CHECK(called.tools[0].name == "get_weather");
    CHECK(called.text.empty());
    CHECK(called.tools[0].id.size() == 29);
    const json::Value arguments{json::Type::object, called.tools[0].arguments};
    CHECK(is_json(called.tools[0].arguments));
    std::int64_t days = 0;
    CHECK(json::to_i64(json::find(arguments, "days"), days));
    CHECK((days >= 1 && days <= 3));
    CHECK(joined(called, Piece::What::tool_arguments) == called.tools[0].arguments);
    CHECK(called.tokens() == 1 + count_tokens(called.tools[0].arguments));

    CHECK(answer(chat("call get_weather and call get_weather_map", tools)).tools.size() == 2);
    CHECK(answer(chat("call get_weather and call get_weather_map", tools + ",\"parallel_tool_calls\":false"))
              .tools.size() == 1);
    CHECK(answer(chat("call get_weather", tools + R"(,"tool_choice":"none")")).tools.empty());
    CHECK(answer(chat("hello", tools + R"(,"tool_choice":"required")")).tools.size() == 1);
    const Answer named =
        answer(chat("hello", tools + R"(,"tool_choice":{"type":"function","function":{"name":"get_weather_map"}})"));
    REQUIRE(named.tools.size() == 1);
    CHECK(named.tools[0].name == "get_weather_map");
    CHECK(named.tools[0].arguments == "{}");
    const Answer cut = answer(chat("call get_weather", tools + ",\"max_tokens\":3"));
    CHECK(cut.finish == Finish::length);
    CHECK(count_tokens(cut.tools[0].arguments) == 2);
}

TEST_CASE("after a tool's result the model answers in text") {
    const SimRequest request = read(
        SimKind::chat,
        R"({"model":"sim","messages":[{"role":"user","content":"call f"},)"
        R"({"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},{"role":"tool","content":"12"}],)"
        R"("tools":[{"type":"function","function":{"name":"f"}}]})");
    CHECK(answer(request).tools.empty());
    CHECK(!answer(request).text.empty());
}

TEST_CASE("response formats give JSON of that shape") {
    CHECK(is_json(answer(chat("hi", R"(,"response_format":{"type":"json_object"})")).text));
    const std::string schema =
        R"({"type":"object","properties":{"people":{"type":"array","minItems":2,"maxItems":2,"items":{"$ref":"#/$defs/person"}},)"
        R"("at":{"type":"string","format":"date-time"},"kind":{"const":"x"},"maybe":{"anyOf":[{"type":"string"},{"type":"null"}]}},)"
        R"("required":["people"],"$defs":{"person":{"type":"object","properties":{"name":{"type":"string","minLength":20,"maxLength":24},)"
        R"("age":{"type":["null","integer"],"exclusiveMinimum":17,"maximum":18}},"required":["name","age"]}}})";
    const Answer made = answer(
        chat("hi", R"(,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":)" + schema + "}}"));
    REQUIRE(is_json(made.text));
    const json::Value value{json::Type::object, made.text};
    json::Cursor people(json::find(value, "people"));
    std::size_t count = 0;
    for (json::Value person; people.next_element(person); ++count) {
        const auto name = json::find(person, "name").text;
        CHECK((name.size() >= 22 && name.size() <= 26));
        CHECK(json::find(person, "age").text == "18");
    }
    CHECK(count == 2);
    CHECK(json::find(value, "kind").text == "\"x\"");
}

TEST_CASE("values of seeded schemas are valid JSON of the right shape") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        Prng prng{seed};
        const std::string schema = random_schema(prng, 4);
        std::string value;
        append_schema_value(value, schema, prng);
        CAPTURE(schema);
        CAPTURE(value);
        const auto type = json::scan(value, json::Limits{}, nullptr);
        REQUIRE(type);
        CHECK(fits(json::Value{json::Type::object, schema}, json::Value{*type, value}));
    }
}

TEST_CASE("a schema without end gives a finite value") {
    Prng prng{1};
    for (const std::string_view schema :
         {R"({"$ref":"#"})", R"({"type":"object","properties":{"next":{"$ref":"#"}}})",
          R"({"type":"object","required":["next"],"properties":{"next":{"$ref":"#"}}})",
          R"({"type":"array","minItems":1000,"items":{"type":"array","minItems":1000,"items":{"type":"string"}}})"}) {
        std::string value;
        append_schema_value(value, schema, prng);
        CHECK(is_json(value));
        CHECK(value.size() < 8'000'000);
    }
}

TEST_CASE("bad requests are refused with the member that is wrong") {
    struct Case {
        std::string_view body, param;
    };
    for (const Case& bad :
         {Case{"{", ""}, Case{"[]", ""}, Case{R"({"messages":[]})", "model"}, Case{R"({"model":"m"})", "messages"},
          Case{R"({"model":"m","messages":[]})", "messages"}, Case{R"({"model":"m","messages":[1]})", "messages"},
          Case{R"({"model":"m","messages":[{"content":"x"}]})", "messages"},
          Case{R"({"model":"m","messages":[{"role":"user"}],"n":17})", "n"},
          Case{R"({"model":"m","messages":[{"role":"user"}],"max_tokens":0})", "max_tokens"},
          Case{R"({"model":"m","messages":[{"role":"user"}],"stream":1})", "stream"},
          Case{R"({"model":"m","messages":[{"role":"user"}],"stream_options":{}})", "stream_options"},
          Case{R"({"model":"m","messages":[{"role":"user"}],"tool_choice":"required"})", "tool_choice"},
          Case{R"({"model":"m","messages":[{"role":"user"}],"stop":5})", "stop"},
          Case{R"({"model":"m","messages":[{"role":"user"}],"response_format":{"type":"yaml"}})", "response_format"}}) {
        CAPTURE(std::string(bad.body));
        const auto request = read_sim_request(SimKind::chat, bad.body);
        REQUIRE_FALSE(request);
        CHECK(request.error().status == 400);
        CHECK(request.error().param == bad.param);
    }
}

TEST_CASE("prompts of completions come as text, lists or ids") {
    CHECK(read(SimKind::completions, R"({"model":"m","prompt":"a\nb"})").prompts == std::vector<std::string>{"a\nb"});
    CHECK(read(SimKind::completions, R"({"model":"m","prompt":["a","b"]})").prompts.size() == 2);
    CHECK(read(SimKind::completions, R"({"model":"m","prompt":[1,2,3]})").prompts.size() == 1);
    CHECK(read(SimKind::completions, R"({"model":"m","prompt":[[1,2],[3]]})").prompts.size() == 2);
    CHECK_FALSE(read_sim_request(SimKind::completions, R"({"model":"m","prompt":[]})"));
    CHECK_FALSE(read_sim_request(SimKind::completions, R"({"model":"m","prompt":{}})"));
}

TEST_CASE("embeddings are unit vectors; like beginnings lie nearer") {
    const auto dot = [](const std::vector<float>& left, const std::vector<float>& right) {
        double sum = 0;
        for (std::size_t index = 0; index < left.size(); ++index)
            sum += static_cast<double>(left[index]) * static_cast<double>(right[index]);
        return sum;
    };
    const auto one = make_embedding("the river in spring", 256, 1),
               near = make_embedding("the river in winter", 256, 1), far = make_embedding("가을 시장", 256, 1);
    CHECK(std::abs(dot(one, one) - 1) < 1e-4);
    CHECK(dot(one, near) > dot(one, far));
    CHECK(one == make_embedding("the river in spring", 256, 1));
    CHECK(make_embedding("", 4, 1) == std::vector<float>{1, 0, 0, 0});
}

TEST_CASE("relevance lies between none and all and follows the words") {
    CHECK(make_relevance("blue river", "a blue river", 1) > make_relevance("blue river", "a market", 1));
    CHECK(make_relevance("", "", 1) <= 1);
}
