#include "cli/messages.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace gilmok::cli;

namespace {

std::set<char> places_in(std::string_view text) {
    std::set<char> places;
    for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1))
        places.insert(text[at + 1]);
    return places;
}

}   // namespace

TEST_CASE("messages: every text exists in both languages and takes the same values") {
    for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(Text::count_); ++i) {
        CAPTURE(int{i});
        const std::string_view en = template_of(Language::en, static_cast<Text>(i));
        const std::string_view ko = template_of(Language::ko, static_cast<Text>(i));
        CHECK(!en.empty());
        CHECK(!ko.empty());
        CHECK(places_in(en) == places_in(ko));
        CHECK(en.ends_with('\n') == ko.ends_with('\n'));
    }
}

TEST_CASE("messages: values stand where the language wants them") {
    CHECK(say(Language::en, Text::up_engine, {"vLLM", "127.0.0.1:8000", "m"}) == "vLLM on 127.0.0.1:8000: m");
    CHECK(say(Language::ko, Text::up_engine, {"vLLM", "127.0.0.1:8000", "m"}) == "127.0.0.1:8000의 vLLM: m");
}

TEST_CASE("messages: the language is the locale's, in the order of POSIX") {
    CHECK(language_of({}) == Language::en);
    CHECK(language_of({.lang = "ko_KR.UTF-8"}) == Language::ko);
    CHECK(language_of({.lc_all = "C", .lang = "ko_KR.UTF-8"}) == Language::en);
    CHECK(language_of({.lc_all = "ko_KR", .lc_messages = "en_US", .lang = "en_US"}) == Language::ko);
    CHECK(language_of({.lc_messages = "ko", .lang = "en_US"}) == Language::ko);
}
