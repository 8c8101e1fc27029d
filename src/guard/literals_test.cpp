// Claims about the search for fixed texts: it finds what a plain comparison at each byte finds, in whatever stretches.
#include "guard/literals.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "base/prng.hpp"
#include "base/text.hpp"
#include "guard/vectors.hpp"

using gilmok::Prng;
using gilmok::guard::Literals;
using gilmok::guard::Vectors;
using gilmok::guard::widest_vectors;
using Hits = std::vector<Literals::Hit>;

namespace {

constexpr std::string_view texts[] = {"씨",       " 군",  "과장",     "과장님", "성명", "라고 합",
                                      "저는 ",    "sk-",  "sk-proj-", "AKIA",   "://",  "-----BEGIN",
                                      "password", "Pass", "카드",     "カード", "eyJ"};

Hits plain(std::string_view text, Literals::Case letters) {
    Hits hits;
    for (std::size_t at = 0; at < text.size(); ++at)
        for (std::size_t i = 0; i < std::size(texts); ++i) {
            const std::string_view here = text.substr(at, texts[i].size());
            if (here == texts[i] || (letters == Literals::Case::ignored && gilmok::equal_ignoring_case(here, texts[i])))
                hits.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(i)});
        }
    return hits;
}

void sort(Hits& hits) {
    std::sort(hits.begin(), hits.end(), [](const auto& left, const auto& right) {
        return left.begin != right.begin ? left.begin < right.begin : left.index < right.index;
    });
}

}   // namespace

TEST_CASE("fixed texts are found wherever they stand, in whole texts and in stretches") {
    const std::string_view alphabet[] = {"씨",       " 군",
                                         "과장",     "님",
                                         "성",       "명",
                                         "라고 ",    "합",
                                         "sk-",      "proj-",
                                         "AKIA",     "a",
                                         " ",        "://",
                                         "-----",    "BEGIN",
                                         "PASSWORD", "Pass",
                                         "word",     "카",
                                         "ード",     "eyJ",
                                         "\xEC",     "0",
                                         "가나다라", "the quick brown fox "};
    Prng prng(7);
    for (const auto letters : {Literals::Case::exact, Literals::Case::ignored}) {
        const Literals literals(texts, letters);
        for (int round = 0; round < 4'000; ++round) {
            std::string text;
            for (std::size_t i = prng.below(60); i > 0; --i) text += alphabet[prng.below(std::size(alphabet))];
            CAPTURE(text);
            const Hits expected = plain(text, letters);
            for (const Vectors with : {Vectors::none, Vectors::avx2, Vectors::avx512}) {
                if (with > widest_vectors()) continue;
                Hits whole, stretches;
                literals.find(text, 0, text.size(), whole, with);
                const std::size_t step = 1 + prng.below(130);
                for (std::size_t from = 0; from < text.size(); from += step)
                    literals.find(text, from, std::min(from + step, text.size()), stretches, with);
                for (Hits* hits : {&whole, &stretches}) {
                    sort(*hits);
                    REQUIRE(*hits == expected);
                }
            }
        }
    }
}

TEST_CASE("many texts, of any bytes and in any text of bytes, are found by every form of the search") {
    Prng prng(29);
    for (const auto letters : {Literals::Case::exact, Literals::Case::ignored})
        for (int round = 0; round < 60; ++round) {
            // Few different bytes, so that much nearly fits; characters of one to four bytes, cut ones too in what is searched.
            const std::string_view alphabet[] = {"a", "b", "1", "-", "Z", "é", "가", "각", "갂", "카", "ー", "𝟙"};
            const auto make = [&](std::size_t pieces) {
                std::string made;
                while (pieces-- > 0) made += alphabet[prng.below(std::size(alphabet))];
                return made;
            };
            std::vector<std::string> owned;
            while (owned.size() < 120) {
                std::string made = make(1 + prng.below(5));
                const auto first = std::find_if(made.begin(), made.end(), [](char c) { return (c & 0x80) != 0; });
                const auto skip = first == made.end() ? 0 : first - made.begin();
                if (letters == Literals::Case::ignored) made = gilmok::lowercase(made);
                if (made.size() >= static_cast<std::size_t>(skip) + 3) owned.push_back(std::move(made));
            }
            const std::vector<std::string_view> wanted(owned.begin(), owned.end());
            const Literals literals(wanted, letters);
            std::string text = make(400);
            for (std::size_t i = prng.below(20); i > 0; --i)
                text[prng.below(text.size())] = static_cast<char>(prng.below(256));
            Hits expected;
            literals.find_scalar(text, 0, text.size(), expected);
            sort(expected);
            for (const Vectors with : {Vectors::avx2, Vectors::avx512}) {
                if (with > widest_vectors()) continue;
                Hits hits;
                literals.find(text, 0, text.size(), hits, with);
                sort(hits);
                REQUIRE(hits == expected);
            }
        }
}

TEST_CASE("texts that stand one behind the other are all found, however many a block holds") {
    const Literals literals(texts);
    for (const std::string_view piece : {"씨", "sk-", "://", "eyJ", "과장"})
        for (const std::size_t count : {std::size_t{1}, std::size_t{15}, std::size_t{22}, std::size_t{700}}) {
            std::string text;
            while (text.size() < count * piece.size()) text += piece;
            for (const Vectors with : {Vectors::none, Vectors::avx2, Vectors::avx512}) {
                if (with > widest_vectors()) continue;
                Hits hits;
                literals.find(text, 0, text.size(), hits, with);
                CHECK(hits.size() == count);
            }
        }
}

TEST_CASE("no texts find nothing") {
    Hits hits;
    Literals().find("anything at all, and more than a block of it", 0, 40, hits);
    Literals(std::span<const std::string_view>{}).find("anything at all, and more than a block of it", 0, 40, hits);
    CHECK(hits.empty());
}
