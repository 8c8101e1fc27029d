// Words and syllables by which the first stage knows where a name, an address or a plate may stand. Small and constant, so that the
// first stage may build whatever it searches with at compile time; the matchers (names_kr, addresses_kr, plates_kr)
// look again, so an anchor too many costs time and never a wrong finding.
//
// What the first stage calls:
//   plates     each run of 2 or 3 digits (at most one group) with is_plate_anchor(text, run.end): match_plate(text, run.begin)
//   addresses  each run of digits with address_anchor(text, run.begin) = head: match_address(text, head)
//   names      each place where a text of name_labels, name_titles or person_anchors begins: match_name_literal();
//              each run of digits that begins with "01", and each '@': match_name(text, its begin), since a phone or an address
//              beside a name gives it away. The literals are unique, but one may begin another: calling match_name twice
//              for one place is harmless.
//   at the end match_names_again() once with all findings of the text, when any of them is a name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "guard/matcher.hpp"
#include "model/guarded.hpp"

namespace gilmok::guard {

// What stands in front of a Korean name and names it as one: "성명: …", "담당자는 …", "예금주 …".
inline constexpr std::array<std::string_view, 42> name_labels{
    "성명",   "이름",   "성함",   "환자",   "담당",   "예금주", "대표자",  "고객명", "수신인", "수령인", "수취인",
    "신청인", "신청자", "신고인", "민원인", "피해자", "보호자", "계약자",  "피보험", "임차인", "임대인", "매도인",
    "매수인", "작성자", "보낸이", "받는이", "참석자", "책임자", "발신자",  "원고",   "피고",   "입금자", "본인은",
    "저는 ",  "나는 ",  "명의자", "세대주", "배우자", "성 명",  "는 사람", "는 분",  "이 름"};

// What stands behind a Korean name: titles, honorifics, and the words of somebody who says who he is.
inline constexpr std::array<std::string_view, 66> name_titles{
    "씨",     "님",     " 군",    " 양",    "과장",   "부장",  "차장",   "대리",    "사원",    "주임",    "팀장",
    "실장",   "본부장", "이사",   "상무",   "전무",   "사장",  "대표",   "회장",    "교수",    "박사",    "선생",
    "의원",   "변호사", "검사",   "판사",   "기자",   "의사",  "간호사", "원장",    "소장",    "국장",    "처장",
    "장관",   "차관",   "총장",   "학생",   " 환자",  " 고객", "작가",   "감독",    "선수",    "목사",    "주무관",
    "사무관", "서기관", "경위",   "경감",   "순경",   "대위",  "소령",   "중령",    "대령",    "병장",    "위원",
    "조교",   "연구원", "매니저", "회계사", "세무사", "시장",  "지사",   "라고 합", "라고 해", "라고 하", "귀하"};

// In front of a name in Latin letters.
inline constexpr std::array<std::string_view, 18> person_anchors{
    "Mr. ",  "Mr ",   "Mrs",   "Ms. ",     "Ms ",      "Dr. ",       "Dr ",      "Prof", "Dear ",
    "Name:", "name:", "NAME:", "name is ", "Patient:", "Signed by ", "Contact:", "Sir ", "Miss "};

// The three bytes of a Hangul syllable (U+AC00 to U+D7A3) at `at`, or nothing. Never reads outside.
constexpr bool is_hangul_at(std::string_view text, std::size_t at) {
    if (at + 3 > text.size()) return false;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    if ((byte(1) & 0xC0U) != 0x80 || (byte(2) & 0xC0U) != 0x80) return false;
    const unsigned point = ((byte(0) & 0x0FU) << 12) | ((byte(1) & 0x3FU) << 6) | (byte(2) & 0x3FU);
    return (byte(0) & 0xF0U) == 0xE0 && point >= 0xAC00 && point <= 0xD7A3;
}

inline constexpr std::size_t syllables_total = 11'172;   // U+AC00 to U+D7A3

// Index of the syllable at `at`; only where is_hangul_at().
constexpr std::uint16_t syllable_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    return static_cast<std::uint16_t>((((byte(0) & 0x0FU) << 12) | ((byte(1) & 0x3FU) << 6) | (byte(2) & 0x3FU)) -
                                      0xAC00U);
}

// A set of syllables, made at compile time of a text that holds nothing else.
class SyllableSet {
public:
    constexpr explicit SyllableSet(std::string_view syllables) {
        for (std::size_t at = 0; at + 3 <= syllables.size(); at += 3) add(syllable_at(syllables, at));
    }
    // Of the first syllables of words; those that begin otherwise are left out.
    template <class... Lists>
    static constexpr SyllableSet first_of(const Lists&... lists) {
        SyllableSet set("");
        const auto add = [&set](std::string_view word) {
            if (is_hangul_at(word, 0)) set.add(syllable_at(word, 0));
        };
        const auto add_all = [&add](const auto& list) {
            for (const std::string_view word : list) add(word);
        };
        (add_all(lists), ...);
        return set;
    }
    [[nodiscard]] constexpr bool has(std::uint16_t syllable) const {
        return (bits_[syllable / 64U] >> (syllable % 64U) & 1U) != 0;
    }

private:
    constexpr void add(std::uint16_t syllable) { bits_[syllable / 64U] |= std::uint64_t{1} << (syllable % 64U); }
    std::array<std::uint64_t, syllables_total / 64 + 1> bits_{};
};

// Letters of Korean plates: private, commercial, parcel, rental, diplomatic, military. Source: 자동차 등록번호판 등의 기준에 관한 고시.
inline constexpr std::string_view plate_letters =
    "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호외영준협대국합육해공";

inline constexpr SyllableSet plate_letter_set{plate_letters};

// Whether one of `syllables` (three bytes each) stands at `at`.
constexpr bool is_one_of_syllables(std::string_view text, std::size_t at, std::string_view syllables) {
    if (at + 3 > text.size() || (static_cast<unsigned char>(text[at]) & 0xF0U) != 0xE0) return false;
    for (std::size_t i = 0; i + 3 <= syllables.size(); i += 3)
        if (text[at] == syllables[i] && text[at + 1] == syllables[i + 1] && text[at + 2] == syllables[i + 2])
            return true;
    return false;
}

// Behind a run of digits that ends at `end`: a plate's letter and a digit, each after at most one space.
constexpr bool is_plate_anchor(std::string_view text, std::size_t end) {
    std::size_t at = end;
    if (at < text.size() && text[at] == ' ') ++at;
    // The digit first: "32건에" is common, and the letters are many.
    std::size_t behind = at + 3;
    if (behind < text.size() && text[behind] == ' ') ++behind;
    if (behind >= text.size() || text[behind] < '0' || text[behind] > '9') return false;
    return is_hangul_at(text, at) && plate_letter_set.has(syllable_at(text, at));
}

// Last syllables of the names of roads, villages, wards and blocks of flats, behind which an address has a number.
inline constexpr std::string_view address_heads = "로길동리가읍면산트라션텔";

inline constexpr SyllableSet address_head_set{address_heads};

// In front of a run of digits that begins at `begin`: where the address's last syllable in front of the number begins, at most one
// space away; nothing where the word before is of another kind.
constexpr std::optional<std::size_t> address_anchor(std::string_view text, std::size_t begin) {
    std::size_t at = begin;
    if (at > 0 && text[at - 1] == ' ') --at;
    if (at < 6 || !is_hangul_at(text, at - 3) || !address_head_set.has(syllable_at(text, at - 3))) return std::nullopt;
    return at - 3;
}

// The labels, the titles and the anchors of persons, in this order, and what is called where one of them begins.
std::span<const std::string_view> name_literals();
void match_name_literal(std::string_view text, std::size_t at, std::size_t index, Sink& sink);

// Names that were found by a word beside them (80 or more) and stand elsewhere in the same text without one: appended to `sink`
// with a score of 75. Looks for at most names_again_max different names, each search a single pass.
inline constexpr std::size_t names_again_max = 32;
void match_names_again(std::string_view text, const std::vector<model::Finding>& findings, Sink& sink);

}   // namespace gilmok::guard
