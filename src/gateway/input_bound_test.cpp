#include "gateway/input_bound.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/prng.hpp"

namespace gilmok::gateway {
namespace {

// As the documentation tells it: every place in turn.
std::int64_t plain_bound(std::string_view body) {
    std::int64_t references = 0;
    for (std::size_t at = 0; at < body.size(); ++at)
        for (const std::string_view name : {"_url\"", "\"file_id\""}) references += body.substr(at).starts_with(name);
    return static_cast<std::int64_t>(body.size()) + template_tokens_max + references * referenced_tokens_max;
}

TEST_CASE("a body's bytes are its tokens at most, and what it only names counts as the largest image") {
    CHECK(input_bound("") == template_tokens_max);
    const std::string body =
        R"({"content":[{"type":"image_url","image_url":{"url":"https://a.example/x.png"}},{"file_id":"f"}]})";
    CHECK(input_bound(body) ==
          static_cast<std::int64_t>(body.size()) + template_tokens_max + 3 * referenced_tokens_max);
    CHECK(input_bound(R"({"url":"a","model":"b","id":"c","field":"d","l":"l","d":"d"})") ==
          plain_bound(R"({"url":"a","model":"b","id":"c","field":"d","l":"l","d":"d"})"));
}

TEST_CASE("a reference is found at every place of a body of every length") {
    for (std::size_t size = 0; size < 140; ++size)
        for (std::size_t at = 0; at <= size; ++at)
            for (const char* name : {"_url\"", "\"file_id\"", "file_id\"", "url\""}) {
                std::string body(size, at % 2 == 0 ? 'l' : ' ');
                body.insert(at, name);
                REQUIRE(input_bound(body) == plain_bound(body));
            }
}

TEST_CASE("no mixture of the pieces of references is counted wrongly") {
    Prng prng(7);
    for (int round = 0; round < 2'000; ++round) {
        std::string body;
        for (std::uint64_t i = prng.below(60); i > 0; --i) {
            const char* const pieces[] = {"_url\"", ",\"file_id\":", "l\"",     "d\"",
                                          "\"",     "_ur",           "file_id", " some text "};
            body += pieces[prng.below(std::size(pieces))];
        }
        REQUIRE(input_bound(body) == plain_bound(body));
    }
}

}   // namespace
}   // namespace gilmok::gateway
