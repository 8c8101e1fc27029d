// Goal: a body is cut where its own arrays and their elements begin and end, and all that is text stands in one stretch.
#include "guard/stretches.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "wire/json_string.hpp"

namespace gilmok::guard {

namespace {

std::vector<std::string> stretches_of(std::string_view body) {
    std::vector<std::string> out;
    Stretches stretches(body);
    for (Stretch each = stretches.next(); each.what != Stretch::What::none; each = stretches.next())
        out.push_back((each.what == Stretch::What::members ? "" : std::string(each.key) + "| ") +
                      std::string(each.text));
    return out;
}

}   // namespace

TEST_CASE("members outside of arrays go together, each object of an array by itself") {
    CHECK(stretches_of(
              R"( {"a":1, "b":{"x":[1,2]},"c" : [ {"d":"]"} , {"e":[{}]}],"f":"[", "g":[[1],2,"{",{"h":3}, 4 ]} )") ==
          std::vector<std::string>{R"("a":1, "b":{"x":[1,2]},"c" : )", R"(c| {"d":"]"})", R"(c| {"e":[{}]})",
                                   R"(,"f":"[", "g":)", "g| [1]", R"(g| 2,"{",)", R"(g| {"h":3})", "g| 4 ", ""});
    CHECK(stretches_of("{}") == std::vector<std::string>{""});
    CHECK(stretches_of(R"({"a":[]})") == std::vector<std::string>{"\"a\":", ""});
    CHECK(stretches_of("[1]").empty());
    CHECK(stretches_of(" 7").empty());
    CHECK(stretches_of("").empty());
}

TEST_CASE("broken bodies are cut somewhere, to their end") {
    for (const std::string_view body :
         {R"({"a)", R"({"a":[)", R"({"a":[{"b":)", R"({"a":["b)", R"({"a":[1,)", "{[[[", "{]"})
        for (std::size_t size = 0; size <= body.size(); ++size) {
            const auto found = stretches_of(body.substr(0, size));
            CHECK(found.size() <= size);
        }
}

TEST_CASE("the quick ends of strings are the plain one's, with quotes and backslashes at every place") {
    const auto check = [](const std::string& text) {
        const std::string quoted = "\"" + text;
        const char* const begin = quoted.data() + 1;
        const char* const end = quoted.data() + quoted.size();
        const std::ptrdiff_t expected = closing_quote_scalar(begin, end) - begin;
        CHECK(closing_quote(begin, end) - begin == expected);
#if defined(__x86_64__)
        CHECK(closing_quote_sse2(begin, end) - begin == expected);
        if (wire::json::has_avx2()) CHECK(closing_quote_avx2(begin, end) - begin == expected);
#endif
    };
    for (std::size_t size = 0; size < 150; ++size)
        for (const std::string_view what : {"\"", "\\\"", "\\\\\"", "\\\\\\\"", "\\\\\\\\\"x\""}) {
            check(std::string(size, 'a') + std::string(what) + std::string(70, 'b') + "\"");
            check(std::string(size, 'a') + std::string(what));
            check(std::string(size, '\\') + std::string(what) + std::string(size, 'c') + "\"");
        }
}

}   // namespace gilmok::guard
