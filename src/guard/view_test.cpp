// Claims about the reading that detectors see, and about the way back to the original.
#include "guard/view.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/prng.hpp"
#include "guard/view_forms.hpp"

using gilmok::guard::Vectors;
using gilmok::guard::View;
using gilmok::guard::widest_vectors;
namespace forms = gilmok::guard::forms;

namespace {

std::string read(std::string_view text) {
    View view;
    view.read(text);
    return std::string(view.text());
}

struct Reading {
    std::string_view original, read;
};

}   // namespace

TEST_CASE("forms that hide digits and letters are read as what they say") {
    const Reading readings[] = {
        {"９００１０１－１２３４５６７", "900101-1234567"},       // full width
        {"900101\u200B-12\u200D34567\uFEFF", "900101-1234567"},   // zero width
        {"900101\u00AD-1234567", "900101-1234567"},               // soft hyphen
        {"①②③-④⑤⑥⑦", "123-4567"},                                 // circled
        {"⑴⑵⑶⑷", "1234"},                                         // parenthesised
        {"❶❷❸", "123"},                                           // negative circled
        {"⁰¹⁰-¹²³⁴-⁵⁶⁷⁸", "010-1234-5678"},                       // superscript
        {"₀₁₀-₁₂₃₄", "010-1234"},                                 // subscript
        {"𝟗𝟎𝟎𝟏𝟎𝟏-𝟏𝟐𝟑𝟒𝟓𝟔𝟕", "900101-1234567"},                     // mathematical bold
        {"𝐌𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖", "M12345678"},                               // and a letter
        {"ⓜⓨⓚⓔⓨ", "mykey"},                                       // circled letters
        {"ｍｉｎ＠ｅｘａｍｐｌｅ．ｃｏｍ", "min@example.com"},    // an address in full width
        {"010–1234—5678", "010-1234-5678"},                       // dashes behind digits
        {"010\u00A01234\u30005678", "010 1234 5678"},             // other spaces
        {"1\uFE0F\u20E32\uFE0F\u20E33\uFE0F\u20E3", "123"},       // key caps
        {"\U000E0030\U000E0031\U000E0030", "010"},                // tags
        {"\u110C\u116E\u1106\u1175\u11AB\u1103\u1173\u11BC\u1105\u1169\u11A8", "주민등록"},   // conjoining jamo
        {"ㅈㅜㅁㅣㄴㄷㅡㅇㄹㅗㄱ 번호", "주민등록 번호"},                                     // compatibility jamo
        {"ﾾﾢ", "ﾾﾢ"},                                                                         // consonants alone
        {"ﾡￂﾤ", "간"},                                                                        // half width
        {"주\u11A8", "죽"},                                    // a whole syllable and a final
        {"공일공-일이삼사-오육칠팔", "010-1234-5678"},         // spelled
        {"공 일 공 일 이 삼 사 오 육 칠 팔", "01012345678"},   // spelled one by one
        {"구공영일영일 일이삼사오륙칠", "900101 1234567"},
        {"공일공 다시 일이삼사 다시 오육칠팔", "010-1234-5678"},   // as a hyphen is said
        {"공일공에 일이삼사에 오육칠팔", "010-1234-5678"},
        {"구공영일영일 다시 일이삼사오륙칠 이에요", "900101-1234567 이에요"},   // the last word is none of it
        {"88O1O1-2O12345", "880101-2012345"},                                   // letters like digits
        {"OlO-1234-5678", "OlO-1234-5678"},                                     // no digit at all in a group
        {"01O-1234-567l", "010-1234-5671"},
        {"공1공-1234-5678", "010-1234-5678"},   // some of the digits are spelled
        {"영1영 1234 5678", "010 1234 5678"},
        {"ㅇ1ㅇ-1234-5678", "010-1234-5678"},
        {"○1○-1234-5678", "010-1234-5678"},
        {"공일공-1234-5678이에요", "010-1234-5678이에요"},
        {"010-1234-오육칠팔", "010-1234-5678"},
        {"구0영1영1-일2삼4오6칠", "900101-1234567"},
        {"공일공 일이삼사 오육칠육이에요", "010 1234 5676이에요"},   // and a word goes on with the next syllable
        {"공일공-일이삼사-오육칠팔이고", "010-1234-5678이고"},
        {"공일공일이삼사오육칠팔이구요", "01012345678이구요"},
        {"공일공-일이삼사-오육칠이로", "010-1234-5672로"},   // which is a digit where the number lacks one
        {"공일공-일이삼사-오육칠팔이 맞아요", "010-1234-5678이 맞아요"},
        {"공일공-일이삼사-오육칠일일까요", "010-1234-5671일까요"},
        {"구공영일영일-일이삼사오륙칠이야", "900101-1234567이야"},
        {"공이-칠육사팔-삼칠일일이에요", "02-7648-3711이에요"},
        {"사육일삼-이팔육사-오오삼팔-육구사이야", "4613-2864-5538-6942야"},
        {"같이 공이-오공이육-칠육구공", "같이 02-5026-7690"},
        {"육이사오-오사칠일-사3구6-4585", "6245-5471-4396-4585"},
        {"공사공사일오-삼팔오일육구이", "040415-3851692"},
        {"+팔이 일공-구구사육-공일공공", "+82 10-9946-0100"},
        {"٠١٠-١٢٣٤-٥٦٧٨", "010-1234-5678"},   // Arabic-Indic
        {"۹۰۰۱۰۱-۱۲۳۴۵۶۷", "900101-1234567"},
        {"०१० १२३४ ५६७८", "010 1234 5678"},   // Devanagari
        {"๐๑๐-๑๒๓๔-๕๖๗๘", "010-1234-5678"},   // Thai
        {"〇一〇-一二三四-五六七八", "010-1234-5678"},
        {"九〇〇一〇一－一二三四五六七", "900101-1234567"},
        {"900101·1234567", "900101-1234567"},   // dots between digits
        {"010‧1234•5678", "010-1234-5678"},
        {"120・81ㆍ47521", "120-81-47521"},
        {"900101〜1234567", "900101~1234567"},
        {"9 0 0 1 0 1 - 1 2 3 4 5 6 7", "900101-1234567"},   // spaced
        {"0 1 0 1 2 3 4 5 6 7 8", "01012345678"},
    };
    for (const Reading& reading : readings) {
        CAPTURE(reading.original);
        CHECK(read(reading.original) == reading.read);
    }
}

TEST_CASE("prose, marks of lists, units and chatter are their own view") {
    const std::string_view texts[] = {
        "",
        "오늘은 날씨가 맑고 바람이 약하겠습니다. “따옴표” ‘작은’ … — 가운뎃점·기호 ℃ ㎡ ™ № ㈜ 「낫표」",
        "① 첫째 ② 둘째 ③ 셋째. 각주¹ 제곱미터 m² ℓ",
        "ㅋㅋㅋ ㅎㅎ ㅠㅠ ㅇㅋ",
        "이 일이 사이 구이 삼사일 안에 이사 오세요",   // numerals as words
        "삼일에 다시 이사에 일이삼 다시",
        "H2O CO2 I2C 5G v2.10 O2 sha256 0x1F 10Ol",
        "1 2 3 4 5 6",   // six: a list
        "3·1운동과 4·19, 6·25 전쟁, 제3·14조",
        "2024년 3월 15일이 3일 2시 5분이며 1일 2회, 제2이사회 3이상",
        "ㅇㅇㅇ 1234-5678, 홍○○ 010",
        "一二三 四五六, 平成二十年, 三月一日",
        "12 34 56 78 90 12 34",
        "1990-2000, 3.14, 10:30, 12,000",
        "The quick brown fox – jumps — over 2 lazy dogs; naïve café Ωmega Привет 日本語 你好",
        "이모지 😀 👍",
        "\xFF\xC2\xE3\x81 not UTF-8 \xF0\x9D",
    };
    for (const std::string_view text : texts) {
        CAPTURE(text);
        View view;
        view.read(text);
        CHECK(view.is_same());
        CHECK(view.text().data() == text.data());
        CHECK(view.text().size() == text.size());
    }
}

TEST_CASE("every place of the view leads back to where it begins in the original") {
    const std::string text = "번호: ９00\u200B101-1234567 끝";
    View view;
    view.read(text);
    const std::size_t begin = view.text().find("900101"), end = begin + 14;
    REQUIRE(begin != std::string_view::npos);
    CHECK(text.substr(view.original(begin), view.original(end) - view.original(begin)) == "９00\u200B101-1234567");
    CHECK(view.original(view.text().size()) == text.size());
}

TEST_CASE("a reading that was changed twice still leads back") {
    const std::string text = "ㄱㅗㅇ일공-일이삼사-오육칠팔 입니다";
    View view;
    view.read(text);
    CHECK(view.text() == "010-1234-5678 입니다");
    CHECK(view.original(0) == 0);
    CHECK(view.original(13) == text.find(" 입니다"));
}

TEST_CASE("a scratch that read a changed text reads a plain one as it stands") {
    View view;
    view.read("９");
    CHECK_FALSE(view.is_same());
    view.read("9");
    CHECK(view.is_same());
    CHECK(view.original(1) == 1);
}

namespace {

void check_twins(std::string_view text) {
    CAPTURE(text);
    const std::size_t expected = forms::next_form_scalar(text, 0);
    for (const Vectors with : {Vectors::none, Vectors::avx2, Vectors::avx512})
        if (with <= widest_vectors()) REQUIRE(forms::next_form(text, 0, with) == expected);
}

}   // namespace

TEST_CASE("the vector looks agree with their scalar twin wherever a form stands in a text") {
    const std::string_view pieces[] = {"１",   "\u200B",   "①②", "공일공", "공-일-공", "1O",   "O1",     "1 2 3",
                                       "ㄱㅏ", "주\u11A8", "𝟏",  "٣",      "๓",        "一〇", "12·345", "ㅇ1공"};
    for (const std::string_view filler : {"a", "가", " ", "7"})
        for (const std::string_view piece : pieces)
            for (std::size_t before = 0; before < 140; ++before) {
                std::string text;
                for (std::size_t i = 0; i < before; ++i) text += filler;
                text += piece;
                for (std::size_t i = 0; i < 45; ++i) text += filler;
                check_twins(text);
                text.resize(text.find(piece) + piece.size());
                check_twins(text);
            }
    gilmok::Prng prng(4);
    const std::string_view alphabet[] = {"1",  "2",  " ",    "-", "O", "l",  "이", "일", "공", "가", "A",
                                         "ㄱ", "ㅏ", "\xE2", "①", "·", "ㅇ", "〇", "一", "٣",  "에"};
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (std::size_t i = prng.below(160); i > 0; --i) text += alphabet[prng.below(std::size(alphabet))];
        check_twins(text);
        CAPTURE(text);
        View once, twice;
        once.read(text);
        twice.read(once.text());
        CAPTURE(once.text());
        REQUIRE(twice.is_same());
    }
}

TEST_CASE("a letter like a digit makes a text read differently only where a number may be") {
    const auto may_differ = [](std::string_view text) { return forms::next_form_scalar(text, 0) != text.size(); };
    CHECK(may_differ("O1012345678"));
    CHECK(may_differ("0l0-1234-5678"));
    CHECK(may_differ("12 34 5 6 - 7l"));
    CHECK_FALSE(may_differ("Y44cNvpjcAQultGV57G1aelNtiG0O1"));
    CHECK_FALSE(may_differ("12345 l"));
    CHECK_FALSE(may_differ("1234l5x67890"));
    CHECK(may_differ("12345l6"));
    CHECK(may_differ(std::string(100, ' ') + "1O" + std::string(100, ' ')));   // a run so long is looked at in full
}
