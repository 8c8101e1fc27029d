// Claims about the search for fixed texts: it finds what a plain comparison at each byte finds, in whatever stretches.
#include "guard/literals.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "base/prng.hpp"
#include "base/text.hpp"

using gilmok::Prng;
using gilmok::guard::Literals;
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
            Hits whole, scalar, stretches;
            literals.find(text, 0, text.size(), whole);
            literals.find_scalar(text, 0, text.size(), scalar);
            for (std::size_t from = 0; from < text.size(); from += 64)
                literals.find(text, from, std::min(from + 64, text.size()), stretches);
            for (Hits* hits : {&whole, &scalar, &stretches}) {
                sort(*hits);
                REQUIRE(*hits == expected);
            }
        }
    }
}

TEST_CASE("no texts find nothing") {
    Hits hits;
    Literals().find("anything at all, and more than a block of it", 0, 40, hits);
    Literals(std::span<const std::string_view>{}).find("anything at all, and more than a block of it", 0, 40, hits);
    CHECK(hits.empty());
}
