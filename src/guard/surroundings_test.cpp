// Claims about the words around numbers: what one index answers is what a search of each number's surroundings would.
#include "guard/surroundings.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "base/text.hpp"
#include "guard/matcher.hpp"
#include "guard/nearby.hpp"

using namespace gilmok::guard;
using gilmok::Prng;

namespace {

std::vector<WordList::Entry> make_entries(bool digits_join) {
    return {{"ip", 1, digits_join},
            {"tel", 2, digits_join},
            {"전화", 3, digits_join},
            {"henkilötunnus", 4, digits_join},
            {"tel no", 5, digits_join}};
}

// Where each of them stands, by the first byte that is no ASCII where it has one.
std::vector<std::size_t> places_of(std::string_view text, std::size_t from, std::size_t to) {
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < text.size(); ++at)
        for (const auto& [word, topic, digits_join] : make_entries(true)) {
            if (!gilmok::equal_ignoring_case(text.substr(at, word.size()), word)) continue;
            const std::size_t place = at + (topic == 4 ? std::string_view("henkil").size() : 0);
            if (place >= from && place < to) places.push_back(place);
        }
    std::sort(places.begin(), places.end());
    return places;
}

std::string random_text(Prng& prng, std::size_t pieces) {
    const std::string_view alphabet[] = {"ip",     "IP", "tel", "Tel no", "전화", "henkilötunnus",
                                         "henkil", " ",  "7",   "길",     "x",    "ö"};
    std::string text;
    while (pieces-- > 0) text += alphabet[prng.below(std::size(alphabet))];
    return text;
}

}   // namespace

TEST_CASE("an index finds the words of any stretch, in whatever order it is asked") {
    const WordList list(make_entries(true));
    Prng prng(3);
    for (int round = 0; round < 60; ++round) {
        const std::string text = random_text(prng, prng.below(round < 50 ? 200 : 9'000));
        WordIndex index;
        std::size_t last = 0;
        for (int question = 0; question < 60; ++question) {
            // Mostly onwards, as places of a text are asked about; sometimes anywhere.
            const std::size_t from = std::min<std::size_t>(
                text.size(), prng.chance(1, 8) ? prng.below(text.size() + 1) : last + prng.below(400));
            const std::size_t to = std::min<std::size_t>(text.size(), from + prng.below(1'500));
            last = from;
            std::vector<std::size_t> found;
            for (const WordIndex::Word& word : index.between(list, text, from, to)) found.push_back(word.place);
            CAPTURE(from);
            CAPTURE(to);
            REQUIRE(found == places_of(text, from, to));
        }
    }
}

TEST_CASE("a word knows whether letters touch it, digits where they count") {
    WordIndex with_digits, without;
    const std::string_view text = "tel7 xtel 전화7tel 7ip";
    const auto edges = [&](WordIndex& index, const WordList& list) {
        std::string told;
        for (const WordIndex::Word& word : index.between(list, text, 0, text.size()))
            told += std::string(word.is_free_left ? "<" : "-") + (word.is_free_right ? "> " : "- ");
        return told;
    };
    CHECK(edges(with_digits, WordList(make_entries(true))) == "<- -> <> -> -> ");
    CHECK(edges(without, WordList(make_entries(false))) == "<> -> <> <> <> ");
}

TEST_CASE("an index keeps a window of a text and no more") {
    const WordList list(make_entries(true));
    std::string text;
    while (text.size() < 8 * WordIndex::window_bytes_max) text += "ip ";
    WordIndex index;
    for (std::size_t from = 0; from + 1'000 < text.size(); from += 300) {
        index.between(list, text, from, from + 1'000);
        REQUIRE(index.words_kept() <= WordIndex::window_bytes_max / 3 + 1);
    }
}

TEST_CASE("another text is not answered with the words of the one before") {
    const std::string first = "tel 010", second = "fax 010", third = "tel 010-1";
    Surroundings around;
    CHECK(Nearby::look(around, first, 4, 7, 40).has(Topic::phone));
    CHECK(!Nearby::look(around, "abc 010", 4, 7, 40).has(Topic::phone));
    CHECK(Nearby::look(around, second, 4, 7, 40).has(Topic::phone));
    std::vector<gilmok::model::Finding> findings;
    std::string same = "tel 010";
    CHECK(Nearby::look(around, same, 4, 7, 40).has(Topic::phone));
    same = "abc 010";   // the same place and length: whoever begins a scan says so
    Sink sink(findings, around);
    CHECK(!Nearby::look(sink.around(), same, 4, 7, 40).has(Topic::phone));
}

TEST_CASE("a word that ends where a number begins is whole, one that goes on behind the reach is not seen") {
    Surroundings around;
    CHECK(Nearby::look(around, "tel010", 3, 6, 40).has(Topic::phone));
    CHECK(!Nearby::look(around, "010tel", 0, 3, 40).has(Topic::phone));
    CHECK(!Nearby::look(around, "010 tel", 0, 3, 3).has(Topic::phone));
    CHECK(Nearby::look(around, "010 telx", 0, 3, 4).has(Topic::phone));
}

TEST_CASE("the last answer is given again for the same number only") {
    Surroundings around;
    const std::string_view text = "tel 010 and fax 020, a passport far behind it";
    const auto has_passport = [&](std::size_t begin, std::size_t end, std::size_t characters) {
        return Nearby::look(around, text, begin, end, characters).has(Topic::passport);
    };
    CHECK(!has_passport(4, 7, 10));
    CHECK(has_passport(4, 7, 40));
    CHECK(!has_passport(4, 7, 10));
    CHECK(has_passport(16, 19, 16));
    CHECK(!has_passport(0, 0, 16));
}

TEST_CASE("a close look does not change what a far one answers") {
    Surroundings around;
    const std::string text = "tel 010 " + std::string(60, '-') + " passport";
    const auto& far = around.nearest(context_words(), text, 4, 7, 300);
    const auto passport = static_cast<std::size_t>(Topic::passport);
    REQUIRE(far[passport] != Surroundings::none);
    const auto& close = around.nearest(context_words(), text, 4, 7, 24);
    CHECK(close[passport] == Surroundings::none);
    CHECK(far[passport] != Surroundings::none);
    CHECK(close[static_cast<std::size_t>(Topic::phone)] == 1);
}

TEST_CASE("characters are counted alike at any distance from a text's ends") {
    Prng prng(17);
    const std::string_view alphabet[] = {"a", "é", "가", "𝟙", " "};
    for (int round = 0; round < 3'000; ++round) {
        std::string text;
        for (std::size_t i = prng.below(400); i > 0; --i) text += alphabet[prng.below(std::size(alphabet))];
        const auto is_inside = [&](std::size_t at) { return at < text.size() && (text[at] & '\xC0') == '\x80'; };
        std::size_t place = prng.below(text.size() + 1);
        while (is_inside(place)) --place;
        const std::size_t characters = prng.below(250);
        std::size_t before = place, behind = place;
        for (std::size_t i = 0; i < characters && before > 0; ++i) do
                --before;
            while (is_inside(before));
        for (std::size_t i = 0; i < characters && behind < text.size(); ++i) do
                ++behind;
            while (is_inside(behind));
        CAPTURE(text);
        REQUIRE(characters_before(text, place, characters) == before);
        REQUIRE(characters_behind(text, place, characters) == behind);
    }
}
