// Goal: the quick function is the one that the argument in docs/adr/0009 is about, at every length and place in memory.
#include "guard/text_tag.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "guard/test_text_tag.hpp"

namespace gilmok::guard {

namespace {

std::string text_of(std::size_t bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(i * 131 + i / 251);
    return text;
}

TextTag tag_of(const TextTagger& tagger, const TextTagger::Context& context, std::string_view text) {
    return tagger.of(tagger.begin(context), text);
}

}   // namespace

TEST_CASE("the quick tag is the oracle's, whatever the length and wherever the text stands") {
    if (!TextTagger::is_supported()) return;
    const TextTagger::Secret secret = test::known_secret();
    std::vector<TextTagger> forms{TextTagger(secret, false)};
    if (TextTagger::has_wide()) forms.emplace_back(secret, true);
    TextTagger::Context context{};
    context[3] = 'x';
    const std::string text = text_of(5'000);
    const auto check = [&](std::string_view part) {
        CAPTURE(part.size());
        const TextTag wanted = test::oracle_tag(secret, context, part);
        for (const TextTagger& tagger : forms) CHECK(tag_of(tagger, context, part) == wanted);
    };
    for (std::size_t bytes = 0; bytes < 300; ++bytes) check(std::string_view(text).substr(bytes % 17, bytes));
    for (const std::size_t bytes : {959U, 960U, 961U, 1'023U, 1'024U, 1'025U, 1'088U, 2'047U, 2'048U, 2'049U, 4'999U})
        check(std::string_view(text).substr(1, bytes));
}

TEST_CASE("every bit of a text, its length, its context and the secret count") {
    if (!TextTagger::is_supported()) return;
    const TextTagger tagger(test::known_secret());
    const TextTagger::Context context{};
    for (const std::size_t bytes : {1U, 63U, 64U, 65U, 1'000U, 1'030U}) {
        CAPTURE(bytes);
        std::string text = text_of(bytes);
        const TextTag tag = tag_of(tagger, context, text);
        for (std::size_t bit = 0; bit < 8 * bytes; bit += bytes < 100 ? 1 : 37) {
            text[bit / 8] = static_cast<char>(text[bit / 8] ^ 1 << bit % 8);
            CHECK(tag_of(tagger, context, text) != tag);
            text[bit / 8] = static_cast<char>(text[bit / 8] ^ 1 << bit % 8);
        }
        CHECK(tag_of(tagger, context, text + '\0') != tag);
        CHECK(tag_of(tagger, context, std::string_view(text).substr(1)) != tag);
        TextTagger::Context other{};
        other.back() = 1;
        CHECK(tag_of(tagger, other, text) != tag);
        CHECK(tag_of(TextTagger(test::known_secret(2)), context, text) != tag);
    }
    CHECK(tag_of(tagger, context, "") != tag_of(tagger, context, std::string(1, '\0')));
    CHECK(tag_of(tagger, context, std::string(10, '\0')) != tag_of(tagger, context, std::string(11, '\0')));
}

}   // namespace gilmok::guard
