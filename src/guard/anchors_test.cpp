// Claims about the first stage: the vector pass sees what the scalar one sees, on any bytes and in any stretches.
#include "guard/anchors.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "base/prng.hpp"
#include "guard/vectors.hpp"

using namespace gilmok::guard;
using Anchors = std::vector<Anchor>;

namespace {

Anchors sorted(Anchors anchors) {
    std::sort(anchors.begin(), anchors.end(), [](const Anchor& left, const Anchor& right) {
        return left.at != right.at ? left.at < right.at : left.what < right.what;
    });
    return anchors;
}

Anchors of(std::string_view text) {
    Anchors anchors;
    find_anchors_scalar(text, 0, text.size(), anchors);
    return sorted(anchors);
}

void check_twins(const std::string& text) {
    CAPTURE(text);
    const Anchors scalar = of(text);
    for (const Vectors with : {Vectors::none, Vectors::avx2, Vectors::avx512}) {
        if (with > widest_vectors()) continue;
        for (const std::size_t step : {std::size_t{32}, std::size_t{64}, std::size_t{96}, std::size_t{4'096}}) {
            Anchors wide;
            for (std::size_t from = 0; from < text.size(); from += step)
                find_anchors(text, from, std::min(from + step, text.size()), wide, with);
            REQUIRE(sorted(wide) == scalar);
        }
    }
}

}   // namespace

TEST_CASE("anchors stand where digits begin, capitals meet digits, and at signs") {
    using What = Anchor::What;
    const auto has = [](std::string_view text, std::uint32_t at, What what) {
        const Anchors anchors = of(text);
        return std::find(anchors.begin(), anchors.end(), Anchor{at, what}) != anchors.end();
    };
    CHECK(has("번호 900101", 7, What::digits));
    CHECK(has("M12345678", 1, What::mixed));
    CHECK(has("12345678Z", 8, What::mixed));
    CHECK(has("X-1234567-L", 2, What::mixed));
    CHECK(has("QQ 12 34", 3, What::mixed));
    CHECK(has("DEUTDEFF", 7, What::capitals));
    CHECK(has("a@b", 1, What::at_sign));
    CHECK(has("fe80::1", 4, What::colon));
    CHECK(of("The quick brown fox. 오늘은 맑음: 좋다").empty());
}

TEST_CASE("the twins agree on random and on adversarial bytes") {
    gilmok::Prng prng(11);
    const std::string_view alphabet = "0123456789AAAABCDEFZ abcdef:::@@--  .가\xEC";
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (std::size_t i = prng.below(200); i > 0; --i) text += alphabet[prng.below(alphabet.size())];
        check_twins(text);
    }
    for (const std::string_view piece : {"1", "A", "A1", "@", ":", "::", "A ", "1 ", "A-1", "ABCDEFGH", "\xFF"})
        for (std::size_t size = 0; size < 150; ++size) {
            std::string text;
            while (text.size() < size) text += piece;
            text.resize(size);
            check_twins(text);
        }
}

TEST_CASE("mixed places come in order, so that a word in front is looked at before the number behind it") {
    std::vector<gilmok::guard::Anchor> anchors;
    gilmok::guard::find_anchors("IBAN NL39 ZMWR 7953 8532 70", 0, 27, anchors);
    std::uint32_t last = 0;
    for (const auto& anchor : anchors) {
        if (anchor.what != gilmok::guard::Anchor::What::mixed) continue;
        CHECK(anchor.at > last);
        last = anchor.at;
    }
    CHECK(last == 15);
}
