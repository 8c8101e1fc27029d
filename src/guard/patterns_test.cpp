// Users' patterns: what they find, what is refused and with which words, and that matches in great number cost no more.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>

#include "guard/patterns.hpp"
#include "guard/word_cursor.hpp"

using namespace gilmok;
using guard::Patterns;

namespace {

config::GuardPattern pattern(std::string regex, std::vector<std::string> words = {}, std::uint32_t score = 80) {
    config::GuardPattern made;
    made.name = "test";
    made.regex = std::move(regex);
    made.words = std::move(words);
    made.score = score;
    return made;
}

// "own:text(score)" of each finding, in the order of places.
std::string told(const std::vector<config::GuardPattern>& patterns, std::string_view text) {
    const auto made = Patterns::compile(patterns);
    REQUIRE(made.has_value());
    guard::DetectScratch scratch;
    std::vector<model::Finding> found;
    guard::Sink sink(found);
    REQUIRE((*made)->scan(text, scratch, sink));
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.begin != b.begin ? a.begin < b.begin : a.own < b.own; });
    std::string line;
    for (const auto& finding : found) {
        CHECK(finding.kind == model::DataKind::pattern);
        line += std::to_string(finding.own) + ":" +
                std::string(text.substr(finding.begin, finding.end - finding.begin)) + "(" +
                std::to_string(finding.score) + ") ";
    }
    return line;
}

std::string problem(std::string regex) {
    const auto made = Patterns::compile(std::vector<config::GuardPattern>{pattern(std::move(regex))});
    if (made) return "";
    REQUIRE(made.error().size() == 1);
    return std::to_string(made.error()[0].column) + ": " + made.error()[0].text;
}

}   // namespace

TEST_CASE("patterns find what they say, from the leftmost start") {
    CHECK(told({}, "anything").empty());
    CHECK(told({pattern("PRJ-[0-9]{4}")}, "see PRJ-1234 and PRJ-5678") == "1:PRJ-1234(80) 1:PRJ-5678(80) ");
    CHECK(told({pattern("PRJ-[0-9]+")}, "see PRJ-1234.") == "1:PRJ-1234(80) ");
    CHECK(told({pattern("a.c"), pattern("사번 ?\\d{6}")}, "abc 사번 123456 a한c") ==
          "1:abc(80) 2:사번 123456(80) 1:a한c(80) ");
    CHECK(told({pattern("(?i)falcon")}, "Falcon FALCON") == "1:Falcon(80) 1:FALCON(80) ");
    CHECK(told({pattern("[가-힣]{2}팀")}, "우리 인사팀입니다") == "1:인사팀(80) ");
    CHECK(told({pattern("\\bkey\\b")}, "key keyboard monkey key") == "1:key(80) 1:key(80) ");
    CHECK(told({pattern("[a-z]{1,64}@corp")}, "mail kim@corp now") == "1:kim@corp(80) ");
}

TEST_CASE("overlapping matches of one pattern are one finding") {
    CHECK(told({pattern("[0-9]{4,6}")}, "12345678") == "1:12345678(80) ");
    CHECK(told({pattern("aba")}, "ababa aba") == "1:ababa(80) 1:aba(80) ");
}

TEST_CASE("without one of its words a pattern counts 30 less") {
    const std::vector<config::GuardPattern> patterns{pattern("E[0-9]{5}", {"employee", "사번"})};
    CHECK(told(patterns, "Employee no. E12345") == "1:E12345(80) ");
    CHECK(told(patterns, "E12345 (사번)") == "1:E12345(80) ");
    CHECK(told(patterns, "E12345") == "1:E12345(50) ");
    CHECK(told(patterns, "employees E12345") == "1:E12345(50) ");   // another word
    CHECK(told(patterns, "사번 " + std::string(298, 'x') + "E12345") == "1:E12345(50) ");
    CHECK(told(patterns, "사번" + std::string(297, ' ') + "E12345") == "1:E12345(80) ");
    CHECK(told(patterns, "E11111 " + std::string(400, ' ') + "사번 E22222 " + std::string(400, ' ') +
                             "E33333 employee") == "1:E11111(50) 1:E22222(80) 1:E33333(80) ");
    CHECK(told({pattern("x", {"y"}, 20)}, "x") == "1:x(1) ");
}

TEST_CASE("the cursor agrees with a plain search at every place") {
    const guard::ContextWords words({"ab", "b"});
    std::string text;
    std::uint64_t state = 3;
    for (int i = 0; i < 400; ++i) {
        state = state * 6'364'136'223'846'793'005ULL + 1;
        text += "ab  x가"[(state >> 40) % 5];
    }
    guard::WordCursor cursor;
    for (std::size_t begin = 0; begin + 2 <= text.size(); begin += 3) {
        const std::size_t end = begin + 2, from = begin - std::min<std::size_t>(begin, 4),
                          to = std::min(text.size(), end + 4);
        const bool plain = words.find(text, from, begin) < begin || words.find(text, end, to) < to;
        CAPTURE(begin);
        CHECK(cursor.is_near(words, text, begin, end, 4) == plain);
    }
}

TEST_CASE("what cannot run in linear time is refused with its place and a way out") {
    for (const char* regex :
         {"(a)\\1", "x(?=y)", "(?<!a)b", "(?P<n>a)(?P=n)", "\\k<n>", "(?R)", "a++", "(?>a)b", "(a)(?(1)b|c)", "(?1)"}) {
        CAPTURE(regex);
        CHECK_FALSE(problem(regex).empty());
    }
    CHECK(problem("(a)\\1").starts_with("4: a backreference cannot run in linear time"));
    CHECK(problem("ab(?=c)").starts_with("3: lookahead cannot run"));
    CHECK(problem("(?<=c)d").starts_with("1: lookbehind cannot run"));
    CHECK(problem("a*").find("empty text") != std::string::npos);
    CHECK(problem("(abc)?").find("empty text") != std::string::npos);
    CHECK(problem("a{1,513}").find("more than 512") != std::string::npos);
    CHECK(problem("((a{100}){100}){100}").find("unroll") != std::string::npos);
    CHECK(problem("[a-").find("not closed") != std::string::npos);
    CHECK(problem("a)").find("closes nothing") != std::string::npos);
    CHECK_FALSE(problem("(a").empty());
    CHECK_FALSE(problem("").empty());
    CHECK_FALSE(problem(std::string(1'025, 'a')).empty());
    CHECK(problem(std::string(1'024, 'a')).empty());
    CHECK_FALSE(problem(std::string(70, '(') + "a" + std::string(70, ')')).empty());
    CHECK_FALSE(problem("abc^def").empty());
    CHECK(problem("\\{a{x} [\\]\\d] \\x{ac00} \\p{Han} (?<n>z) (?i:q) (?#comment) \\Qa(b\\E").empty());
}

TEST_CASE("all problems are told, each with its pattern") {
    const auto made = Patterns::compile(
        std::vector<config::GuardPattern>{pattern("ok"), pattern("(a)\\1"), pattern("b*"), pattern("c", {}, 0)});
    REQUIRE_FALSE(made.has_value());
    REQUIRE(made.error().size() == 3);
    CHECK(made.error()[0].pattern == 1);
    CHECK(made.error()[1].pattern == 2);
    CHECK(made.error()[2].pattern == 3);
    CHECK_FALSE(Patterns::compile(std::vector<config::GuardPattern>(257, pattern("a"))).has_value());
    CHECK(Patterns::compile(std::vector<config::GuardPattern>(256, pattern("abc"))).has_value());
    CHECK_FALSE(Patterns::compile(std::vector<config::GuardPattern>{pattern("a", std::vector<std::string>(65, "w"))})
                    .has_value());
}

TEST_CASE("one scratch serves patterns that are loaded anew") {
    guard::DetectScratch scratch;
    for (int round = 0; round < 3; ++round) {
        const auto made =
            Patterns::compile(std::vector<config::GuardPattern>(static_cast<std::size_t>(round + 1), pattern("abc")));
        REQUIRE(made.has_value());
        std::vector<model::Finding> found;
        guard::Sink sink(found);
        CHECK((*made)->scan("xabcx", scratch, sink));
        CHECK(found.size() == static_cast<std::size_t>(round + 1));
    }
}

TEST_CASE("bytes that are no UTF-8 hide nothing and break nothing") {
    const std::string text = "\xFF\xC3 PRJ-1 \xE2\x82 PRJ-2\xED\xA0\x80";
    CHECK(told({pattern("PRJ-[0-9]")}, text) == "1:PRJ-1(80) 1:PRJ-2(80) ");
    CHECK(told({pattern("PRJ.[0-9]")},
               "PRJ\xFF"
               "1") ==
          "1:PRJ\xFF"
          "1(80) ");
}

TEST_CASE("more findings than a text may have fail the scan") {
    const auto made = Patterns::compile(std::vector<config::GuardPattern>{pattern("ab", {"word"})});
    REQUIRE(made.has_value());
    guard::DetectScratch scratch;
    std::vector<model::Finding> found;
    guard::Sink sink(found);
    std::string text;
    for (std::size_t i = 0; i <= guard::findings_max + 1; ++i) text += "ab";
    CHECK_FALSE((*made)->scan(text, scratch, sink));
}
