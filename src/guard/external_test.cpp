// Goal: the detector gets every text once and nothing else; its findings stand where it meant; what is not surely about our
// texts is a failure, and never a finding less.
#include "guard/external.hpp"

#include <doctest/doctest.h>

#include "guard/inspect.hpp"
#include "guard/test_redact.hpp"
#include "wire/json.hpp"

namespace gilmok::guard {

using model::DataKind;
using model::KindSet;

namespace {

std::string question(std::string_view body, std::string_view model = "m") {
    const auto made = external_question(body, model, KindSet{});
    return made ? made->json : std::string(made.error().detail);
}

bool is_refused(std::string_view answer) {
    const auto read = read_external_answer(answer);
    return !read && read.error().code == Code::guard_failed;
}

std::string span(std::string_view rest) {
    return R"({"spans":[{"text":0,"begin":0,"end":3)" + std::string(rest) + "}]}";
}

// "kind:value@cut" of each finding, after `spans` were added to what the guard finds itself.
std::string told(std::string_view body, std::vector<ExternalSpan> spans, bool looks_itself = false) {
    DetectScratch scratch;
    Inspection inspection;
    REQUIRE(inspection.read(body, looks_itself ? &test::detector() : nullptr, scratch).has_value());
    const std::size_t before = inspection.findings().size();
    const auto added = inspection.add(body, "m", std::move(spans), 60);
    if (!added) {
        CHECK(inspection.findings().size() == before);
        return std::string(added.error().detail);
    }
    std::string line;
    for (std::size_t i = 0; i < inspection.findings().size(); ++i) {
        const model::Finding& finding = inspection.findings()[i];
        CHECK(finding.begin == inspection.place(i).begin);
        line += (line.empty() ? "" : ", ") + std::string(model::name_of(finding.kind)) + ":" +
                std::string(inspection.value(i)) + "@" +
                std::string(body.substr(finding.begin, finding.end - finding.begin));
    }
    return line;
}

ExternalSpan person(std::uint32_t text, std::uint32_t begin, std::uint32_t end, std::uint8_t score = 90) {
    return {text, begin, end, DataKind::person_name, score};
}

constexpr std::string_view other_texts = "the external detector speaks of other texts than it was given";

}   // namespace

TEST_CASE(
    "the question holds texts and names of members, and no words of the protocol, numbers, media or the model's name") {
    CHECK(
        question(
            R"({"model":"m","messages":[{"role":"user","content":"김철수\n\"hi\""}],"max_tokens":12345678,"n":"12-3"})") ==
        R"({"texts":["김철수\n\"hi\""],"kinds":[]})");
    CHECK(question(R"({"김철수":"Kim","role":"Kim Cheolsu","model":"other"})") ==
          R"({"texts":["김철수","Kim","Kim Cheolsu","other"],"kinds":[]})");
    CHECK(question(R"({"arguments":"{\"to\":\"\uae40 \\\"x\\\"\"}"})") == R"({"texts":["김 \"x\""],"kinds":[]})");
    const std::string image = R"({"url":"data:image/png;base64,)" + std::string(80, 'A') + R"("})";
    CHECK(question(image) == R"({"texts":[],"kinds":[]})");
    CHECK(external_question(image, "m", {})->texts == 0);
}

TEST_CASE("the question names the kinds that rules speak of and that others can tell") {
    const auto all = external_question("{}", "m", KindSet::all());
    REQUIRE(all.has_value());
    CHECK(wire::json::scan(all->json, {}, nullptr).has_value());
    CHECK(all->json.find("\"kr_name\"") != std::string::npos);
    CHECK(all->json.find("\"external\"") != std::string::npos);
    for (const std::string_view kind : {"\"image\"", "\"audio\"", "\"file\"", "\"pattern\"", "\"term\""})
        CHECK(all->json.find(kind) == std::string::npos);
}

TEST_CASE("a request with more texts or bytes than the detector is asked about is a failure") {
    std::string many = "[\"a\"";
    for (std::size_t i = 1; i < external_texts_max; ++i) many += ",\"a\"";
    CHECK(external_question(many + "]", "m", {})->texts == external_texts_max);
    CHECK_FALSE(external_question(many + ",\"a\"]", "m", {}).has_value());
    const std::string half(external_question_bytes_max / 2, 'a');
    CHECK(external_question("[\"" + half + "\",\"" + half + "\"]", "m", {}).has_value());
    CHECK_FALSE(external_question("[\"" + half + "\",\"" + half + "a\"]", "m", {}).has_value());
}

TEST_CASE("an answer is read strictly, and members that nobody knows are skipped") {
    const auto read = read_external_answer(
        R"( {"model":"ner-2","spans":[{"text":1,"begin":3,"end":9,"kind":"kr_name","score":0.93,"note":[1]},
            {"score":1,"kind":"PLANET","end":2,"begin":1,"text":0},{"text":0,"begin":4,"end":5,"kind":"image","score":0}]} )");
    REQUIRE(read.has_value());
    CHECK(*read == std::vector<ExternalSpan>{{1, 3, 9, DataKind::kr_name, 93},
                                             {0, 1, 2, DataKind::external, 100},
                                             {0, 4, 5, DataKind::external, 0}});
    CHECK(read_external_answer(R"({"spans":[]})")->empty());
    CHECK(read_external_answer(span(R"(,"kind":"kr\u005fname","score":1.0)"))->front().kind == DataKind::kr_name);
    const std::string long_name(300, 'x');
    CHECK(read_external_answer(span(R"(,"kind":")" + long_name + R"(","score":1)"))->front().kind ==
          DataKind::external);
}

TEST_CASE("what is no such answer is a failure, down to a single span") {
    for (const std::string_view answer :
         {"", "{", "[]", "null", "{}", R"({"spans":null})", R"({"spans":{}})", R"({"spans":[1]})", R"({"spans":[{}]})",
          R"({"spans":[],"spans":[]})", R"({"spans":[]} x)", "{\"spans\":[\"\xff\"]}"})
        CHECK_MESSAGE(is_refused(answer), answer);
    CHECK_FALSE(is_refused(span(R"(,"kind":"a","score":0.5)")));
    for (const std::string_view rest :
         {R"(,"kind":"a")", R"(,"score":0.5)", R"(,"kind":1,"score":0.5)", R"(,"kind":"a","score":"0.5")",
          R"(,"kind":"a","score":1.01)", R"(,"kind":"a","score":-0.1)", R"(,"kind":"a","score":1e999)",
          R"(,"kind":"a","score":0.5,"end":4)", R"(,"kind":"a","score":0.5,"text":0)"})
        CHECK_MESSAGE(is_refused(span(rest)), rest);
    for (const std::string_view place :
         {R"("text":-1,"begin":0,"end":1)", R"("text":0.5,"begin":0,"end":1)", R"("text":0,"begin":1,"end":1)",
          R"("text":0,"begin":2,"end":1)", R"("text":4294967296,"begin":0,"end":1)", R"("text":"0","begin":0,"end":1)"})
        CHECK_MESSAGE(is_refused(R"({"spans":[{)" + std::string(place) + R"(,"kind":"a","score":1}]})"), place);
    CHECK(is_refused("{\"spans\":[]" + std::string(external_answer_bytes_max, ' ') + "}"));
}

TEST_CASE("spans are led to their places, through escapes and JSON inside of JSON") {
    CHECK(told(R"({"content":"to Kim, Lee"})", {person(0, 8, 11), person(0, 3, 6)}) ==
          "person_name:Kim@Kim, person_name:Lee@Lee");
    CHECK(told(R"({"content":"\n\uae40철수 \"x\""})", {person(0, 1, 10), person(0, 11, 14)}) ==
          R"(person_name:김철수@\uae40철수, person_name:"x"@\"x\")");
    CHECK(told(R"({"a":"K1","arguments":"{\"to\":\"\\uae40\\n철수\"}","b":"Lee"})",
               {person(2, 0, 3), person(1, 0, 10), person(0, 0, 2)}) ==
          "person_name:K1@K1, person_name:김\n철수@\\\\uae40\\\\n철수, person_name:Lee@Lee");
    CHECK(told(R"({"김철수":1})", {person(0, 0, 9)}) == "person_name:김철수@김철수");
    CHECK(told(R"({"content":"to Kim"})", {person(0, 3, 6, 59)}).empty());
}

TEST_CASE("spans in no text, outside of it, or through a character mean that something else was looked at") {
    const std::string_view body = R"({"content":"to 김철수"})";
    CHECK(told(body, {person(0, 3, 12)}) == "person_name:김철수@김철수");
    CHECK(told(body, {person(1, 0, 1)}) == other_texts);
    CHECK(told(body, {person(0, 3, 13)}) == other_texts);
    CHECK(told(body, {person(0, 3, 6), person(0, 3, 7)}) == other_texts);
    CHECK(told(body, {person(0, 4, 6)}) == other_texts);
    CHECK(told(body, {person(0, 4, 6, 1)}) == other_texts);   // also where it would not count
}

TEST_CASE("of spans that overlap the stronger stays, and what the guard found itself is never given up") {
    CHECK(told(R"({"content":"Kim Cheolsu"})", {person(0, 0, 3, 80), person(0, 0, 11, 90)}) ==
          "person_name:Kim Cheolsu@Kim Cheolsu");
    const std::string mail(test::email);
    const std::string body = R"({"content":"Kim )" + mail + R"( Lee"})";
    const auto bytes = static_cast<std::uint32_t>(mail.size());
    const std::string found = "email:" + mail + "@" + mail;
    CHECK(told(body, {}, true) == found);
    CHECK(told(body, {person(0, 0, bytes + 8, 100)}, true) ==
          "person_name:Kim @Kim , " + found + ", person_name: Lee@ Lee");
    CHECK(told(body, {person(0, 4, 9, 100)}, true) == found);
    CHECK(told(body, {person(0, 3, bytes + 5, 100)}, true) == found);   // spaces are left, and nothing else
}

TEST_CASE("a request holds so many findings and no more, whoever found them") {
    std::string body = "[\"";
    for (std::size_t i = 0; i <= request_findings_max; ++i) body += "a ";
    body += "\"]";
    std::vector<ExternalSpan> spans;
    for (std::uint32_t i = 0; i < request_findings_max; ++i) spans.push_back(person(0, 2 * i, 2 * i + 1));
    DetectScratch scratch;
    Inspection inspection;
    REQUIRE(inspection.read(body, nullptr, scratch).has_value());
    CHECK(inspection.add(body, "m", spans, 60).has_value());
    CHECK(inspection.findings().size() == request_findings_max);
    spans.push_back(person(0, 2 * request_findings_max, 2 * request_findings_max + 1));
    REQUIRE(inspection.read(body, nullptr, scratch).has_value());
    CHECK_FALSE(inspection.add(body, "m", spans, 60).has_value());
}

}   // namespace gilmok::guard
