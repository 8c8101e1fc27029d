// Korean vehicle plates: two or three digits (three since 2019-09), a letter out of a closed list, four digits; before 2004 a region
// in front. Source: 자동차 등록번호판 등의 기준에 관한 고시 (letters, digits), its annexes for military and diplomatic plates.
#include <array>
#include <string_view>

#include "guard/amounts.hpp"
#include "guard/hangul.hpp"
#include "guard/matcher.hpp"

namespace gilmok::guard {
namespace {

constexpr std::array<std::string_view, 17> plate_regions{"서울", "부산", "대구", "인천", "광주", "대전",
                                                         "울산", "세종", "경기", "강원", "충북", "충남",
                                                         "전북", "전남", "경북", "경남", "제주"};
// Letters that are also counters or particles ("12조 3456", "25도 1000"): written apart they need a word beside them.
constexpr std::string_view letters_also_counters = "도로고조주호부수구대";
// Behind four digits these make an amount of them.
constexpr std::array<std::string_view, 28> units{"원", "%",  "명", "개", "년", "월", "일", "회", "건", "톤",
                                                 "km", "kg", "만", "억", "천", "여", "번", "분", "초", "시",
                                                 "세", "쪽", "권", "장", "호", "위", "배", "m"};
constexpr std::array<std::string_view, 11> words{"차량",   "번호판", "차번호", "자동차",  "주차", "운전",
                                                 "렌터카", "견인",   "과태료", "vehicle", "plate"};

bool is_followed_by_unit(std::string_view text, std::size_t at) {
    if (stands_at(text, at, ".") && at + 1 < text.size() && is_digit(text[at + 1])) return true;
    for (const auto unit : units)
        if (stands_at(text, at, unit)) return true;
    return false;
}

// Where the region in front of the digits at `at` begins; `at` where there is none.
std::size_t region_begin(std::string_view text, std::size_t at) {
    const std::size_t end = at > 0 && text[at - 1] == ' ' ? at - 1 : at;
    for (const auto region : plate_regions)
        if (stands_before(text, end, region) && !is_hangul_before(text, end - region.size()))
            return end - region.size();
    return at;
}

// Digits glued to a word are a part of it, except behind the word that says "number".
bool is_glued(std::string_view text, std::size_t at) {
    if (at == 0) return false;
    const char before = text[at - 1];
    if (is_digit(before) || is_ascii_letter(before) || before == '-' || before == '.' || before == '_') return true;
    return is_hangul_before(text, at) && !stands_before(text, at, "호") && !stands_before(text, at, "차량");
}

// In front of a mission's number and its vehicle's: embassy, consulate, and their staff ("준"). The others are words of every day.
constexpr std::array<std::string_view, 4> missions{"외교", "영사", "준외", "준영"};
constexpr std::array<std::string_view, 3> missions_also_words{"협정", "대표", "국기"};

}   // namespace

void match_mission_plate(std::string_view text, const DigitRun& run, Sink& sink) {
    if (run.groups_count != 2 || run.groups[0].count != 3 || run.groups[1].count != 3 || run.groups[1].separator != '-')
        return;
    const std::size_t begin = run.groups[0].begin;
    const char behind = run.end < text.size() ? text[run.end] : '\0';
    if (is_ascii_letter(behind) || behind == '-' || behind == '_') return;
    const std::size_t word_end = begin > 0 && text[begin - 1] == ' ' ? begin - 1 : begin;
    const auto tell = [&](std::string_view word, bool is_told) {
        if (!stands_before(text, word_end, word) || is_hangul_before(text, word_end - word.size())) return;
        if (is_told || has_word_near(text, begin, run.end, words))
            sink.add(word_end - word.size(), run.end, model::DataKind::kr_plate, 85);
    };
    for (const std::string_view word : missions) tell(word, true);
    for (const std::string_view word : missions_also_words) tell(word, false);
}

void match_plate(std::string_view text, std::size_t at, Sink& sink) {
    std::size_t here = at;
    while (here < text.size() && here - at < 4 && is_digit(text[here])) ++here;
    const std::size_t head_digits = here - at;
    if (head_digits < 2 || head_digits > 3) return;
    bool has_space = stands_at(text, here, " ");
    here += has_space ? 1 : 0;
    if (!is_one_of_syllables(text, here, plate_letters)) return;
    const std::string_view letter = text.substr(here, 3);
    const bool is_spread = has_space;
    here += 3;
    if (stands_at(text, here, " ")) has_space = true, ++here;
    const std::size_t number = here;
    while (here < text.size() && here - number < 5 && is_digit(text[here])) ++here;
    if (here - number != 4 || text.substr(number, 4) == "0000") return;
    if (here < text.size() &&
        (is_ascii_letter(text[here]) || (text[here] == '-' && here + 1 < text.size() && is_digit(text[here + 1]))))
        return;
    if (is_followed_by_unit(text, here)) return;
    const std::size_t begin = region_begin(text, at);
    if (begin == at && is_glued(text, at)) return;
    // "1,234조 5678억" is an amount; a comma elsewhere is a list's or a table's.
    const bool is_behind_comma = at > 0 && text[at - 1] == ',' && is_piece_of_amount(text, at);
    if (is_behind_comma && is_one_of_syllables(letter, 0, letters_also_counters)) return;
    if (begin != at) return sink.add(begin, here, model::DataKind::kr_plate, 90);
    const bool is_doubtful = is_spread || (has_space && is_one_of_syllables(letter, 0, letters_also_counters));
    const bool is_named = has_word_near(text, at, here, words);
    sink.add(at, here, model::DataKind::kr_plate, is_named ? 85 : is_doubtful ? 50 : 70);
}

}   // namespace gilmok::guard
