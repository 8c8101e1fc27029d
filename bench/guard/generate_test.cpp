#include "generate.hpp"

#include <doctest/doctest.h>

#include "values.hpp"

using namespace gilmok;
using bench::Disguise;
using bench::Register;
using model::DataKind;

TEST_CASE("the same seed makes the same documents") {
    bench::Generator one(7), two(7), other(8);
    const auto text = one.with(DataKind::kr_rrn, Register::official, Disguise::none).text;
    CHECK(two.with(DataKind::kr_rrn, Register::official, Disguise::none).text == text);
    CHECK(other.with(DataKind::kr_rrn, Register::official, Disguise::none).text != text);
}

TEST_CASE("every kind has values, and its documents say where they are") {
    bench::Generator generator(1);
    Prng prng(1);
    for (const auto& words : bench::kind_words()) {
        CAPTURE(std::string(name_of(words.kind)));
        CHECK(!bench::make_value(words.kind, prng).text.empty());
        for (auto as = 0U; as < static_cast<unsigned>(Register::count_); ++as) {
            if (!bench::Generator::is_usual(words.kind, static_cast<Register>(as))) continue;
            const auto document = generator.with(words.kind, static_cast<Register>(as), Disguise::none);
            CHECK(!document.truths.empty());
            std::size_t last = 0;
            for (const auto& truth : document.truths) {
                CHECK(truth.begin >= last);
                CHECK(truth.begin < truth.end);
                CHECK(truth.end <= document.text.size());
                last = truth.end;
            }
        }
    }
}

TEST_CASE("a disguise hides the digits and keeps the value") {
    Prng prng(3);
    CHECK(bench::disguised("900101-1", Disguise::full_width, prng) == "９００１０１－１");
    CHECK(bench::disguised("9001", Disguise::spaced, prng) == "9 0 0 1");
    CHECK(bench::disguised("010-2", Disguise::numerals, prng).find('0') == std::string::npos);
    CHECK(bench::disguised("각가", Disguise::jamo, prng) == "\u1100\u1161\u11A8\u1100\u1161");
    CHECK(bench::disguised("010-1234", Disguise::zero_width, prng).size() > 8);
    CHECK(bench::disguised("010-1234", Disguise::mixed, prng).find("공") != std::string::npos);
    CHECK(bench::disguised("010-1234", Disguise::scripts, prng).find('0') == std::string::npos);
    CHECK(bench::disguised("010-1234", Disguise::parted, prng).find('-') == std::string::npos);
    CHECK(bench::word_glued_to("오육", prng) != "");
    CHECK(bench::disguised("kim", Disguise::none, prng) == "kim");
}

TEST_CASE("particles follow the last sound") {
    CHECK(bench::with_particle("예산", "은", "는") == "예산은");
    CHECK(bench::with_particle("회의", "은", "는") == "회의는");
    CHECK(bench::with_particle("KPI", "이", "가") == "KPI가");
}

TEST_CASE("clean text has the length that was asked for") {
    bench::Generator generator(5);
    for (auto as = 0U; as < static_cast<unsigned>(Register::count_); ++as)
        CHECK(generator.clean(static_cast<Register>(as), 5'000).size() >= 5'000);
}
