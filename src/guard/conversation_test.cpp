#include "guard/conversation.hpp"

#include <doctest/doctest.h>

#include <string>

namespace gilmok::guard {

namespace {

std::string chat(std::string_view messages, std::string_view behind = {}) {
    return R"({"model":"m","messages":[)" + std::string(messages) + "]" + std::string(behind) + "}";
}

constexpr std::string_view rules = R"({"role":"system","content":"be brief"})";
constexpr std::string_view hello = R"({"role":"user","content":"hello"})";
constexpr std::string_view answer = R"({"role":"assistant","content":"hi"})";
constexpr std::string_view more = R"({"role":"user","content":"and now"})";

std::string list(std::initializer_list<std::string_view> messages) {
    std::string out;
    for (const std::string_view each : messages) {
        if (!out.empty()) out += ", ";
        out += each;
    }
    return out;
}

std::string beginning(const std::string& body) { return std::string(beginning_of_conversation(body)); }

}   // namespace

TEST_CASE("a conversation is told by its first turn, whatever follows it and however short it is") {
    const std::string first = beginning(chat(list({rules, hello})));
    CHECK(first.ends_with(hello));
    CHECK(beginning(chat(list({rules, hello, answer, more}))) == first);
    CHECK(beginning(chat(list({rules, hello, answer, more}), R"(,"temperature":0.2,"stream":true)")) == first);
    CHECK(beginning(R"({"stream":true,"messages":[)" + list({rules, hello}) + R"(],"model":"other"})") == first);
}

TEST_CASE("conversations that share long instructions differ by their first turn") {
    const std::string long_rules = R"({"role":"system","content":")" + std::string(5'000, 'x') + "\"}";
    const std::string developer = R"({"role":"developer","content":")" + std::string(5'000, 'x') + "\"}";
    for (const std::string& instructions : {long_rules, developer})
        CHECK(beginning(chat(list({instructions, hello}))) != beginning(chat(list({instructions, more}))));
}

TEST_CASE("what has no turns is told by the beginning of its text") {
    CHECK(beginning(R"({"model":"m","prompt":"abc","n":1})") == "\"abc\"");
    CHECK(beginning(R"({"input":["abc"],"model":"m"})") == R"(["abc"])");
    CHECK(beginning(R"({"model":"m","query":"q"})") == R"({"model":"m","query":"q"})");
    CHECK(beginning(chat(rules)) == "[" + std::string(rules) + "]");
    CHECK(beginning(chat("")) == "[]");
    CHECK(beginning(chat(R"("hello")")) == R"(["hello")");
    CHECK(beginning("").empty());
}

}   // namespace gilmok::guard
