// Korean names of two to four syllables, where something beside them says that they are names: a label in front ("성명: "), a title
// behind ("… 과장"), a title in front ("과장 …"), the words of somebody who says who he is ("저는 …입니다"), a phone number
// or an e-mail address next to them. Without such evidence common words look too much like names.
#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "guard/literals.hpp"
#include "guard/names_kr_tables.hpp"
#include "guard/names_likeness.hpp"
#include "guard/names_person.hpp"

namespace gilmok::guard {
namespace {

using model::DataKind;

struct Name {
    std::size_t begin = 0, end = 0;
    Likeness likeness = Likeness::none;
    std::size_t syllables = 0;
};

bool is_name_boundary_before(std::string_view text, std::size_t at) {
    if (at == 0) return true;
    return !is_hangul_before(text, at) && !is_ascii_letter(text[at - 1]) && !is_digit(text[at - 1]) &&
           text[at - 1] != '_';
}

// The name that the word at `begin` opens with, at least `least` like one. Longer names first: "김민은" is one, "김민가" is "김민" and a
// particle.
std::optional<Name> name_from(std::string_view text, std::size_t begin, Likeness least) {
    const HangulWord word = hangul_word_from(text, begin);
    if (word.count < 2 || !word.is_whole) return std::nullopt;
    if (word.end < text.size() && (is_ascii_letter(text[word.end]) || is_digit(text[word.end]))) return std::nullopt;
    if (is_common_word(text.substr(word.begin, word.end - word.begin), least == Likeness::strong)) return std::nullopt;
    std::optional<Name> best;
    for (std::size_t count = std::min<std::size_t>(4, word.count); count >= 2; --count) {
        const std::size_t end = begin + count * 3;
        if (!is_ending(text.substr(end, word.end - end))) continue;
        const Likeness likeness = likeness_of(word.all().first(count));
        if (likeness >= least && (!best || likeness > best->likeness)) best = Name{begin, end, likeness, count};
    }
    return best;
}

// A name in which the syllables stand apart, as forms have it ("홍 길 동"): only right behind a label with a separator.
std::optional<Name> spread_name_from(std::string_view text, std::size_t begin) {
    std::array<std::uint16_t, 4> syllables{};
    std::size_t count = 0, at = begin, end = begin;
    bool has_gap = false;
    while (count < syllables.size() && is_hangul_at(text, at)) {
        syllables[count++] = syllable_at(text, at);
        end = at += 3;
        if (count < 3 && stands_at(text, at, " ") && is_hangul_at(text, at + 1)) ++at, has_gap = true;
    }
    if (!has_gap || count != 3 || is_hangul_at(text, end)) return std::nullopt;
    if (!usual_surnames.has(syllables[0]) || likeness_of_given(syllables[1], syllables[2], true) < Likeness::fair)
        return std::nullopt;
    if (!stands_at(text, begin + 3, " ")) return std::nullopt;   // "김민 수" is no way to write a name
    return Name{begin, end, Likeness::strong, count};
}

// What stands between a label and its value.
struct Gap {
    std::size_t end = 0;
    bool is_separated = false;   // by a colon, a cell's edge, a line's end: a form
    bool has_space = false;
};

// Syllables that lengthen a label: "담당자", "환자명", "예금주는".
constexpr std::array<std::string_view, 16> label_endings{"자명", "자는", "자",   "명은", "명", "인은", "인", "님",
                                                         "은",   "는",   "이는", "관",   "주", "이",   "께", "측"};

constexpr SyllableSet label_ending_begins = SyllableSet::first_of(label_endings);

Gap gap_from(std::string_view text, std::size_t at) {
    if (is_hangul_at(text, at) && label_ending_begins.has(syllable_at(text, at)))
        for (const auto ending : label_endings)
            if (stands_at(text, at, ending)) {
                at += ending.size();
                break;
            }
    Gap gap{at};
    if (is_hangul_at(text, at)) return gap;   // a longer word
    if (stands_at(text, at, "(") || stands_at(text, at, " (")) {
        const std::size_t close = text.substr(0, std::min(text.size(), at + 30)).find(')', at);
        if (close != std::string_view::npos) gap.end = close + 1;
    }
    constexpr std::string_view separators = ":=|\t\n\r>\"'*`-";
    for (std::size_t steps = 0; steps < 24 && gap.end < text.size(); ++steps) {
        const char c = text[gap.end];
        if (c == ' ')   // two of them are a form's column
            gap.is_separated = gap.is_separated || stands_at(text, gap.end + 1, " "), gap.has_space = true;
        else if (separators.find(c) != std::string_view::npos)
            gap.is_separated = gap.is_separated || (c != '"' && c != '\'' && c != '*' && c != '`');
        else if (stands_at(text, gap.end, "\uFF1A"))
            gap.is_separated = true, gap.end += 2;
        else
            break;
        ++gap.end;
    }
    return gap;
}

// Behind a name in a list: where the next one begins.
std::optional<std::size_t> next_in_list(std::string_view text, std::size_t at) {
    static constexpr std::string_view separators[] = {", ", ",", "\u00B7", " \u00B7 ", " / ", "/", "\u3001", "\u318D"};
    for (const std::string_view separator : separators)
        if (stands_at(text, at, separator)) return at + separator.size();
    return std::nullopt;
}

void names_behind_label(std::string_view text, const Gap& gap, Likeness least, int score, Sink& sink) {
    constexpr std::size_t list_max = 20;
    std::size_t at = gap.end;
    for (std::size_t i = 0; i < list_max; ++i) {
        std::optional<Name> name = name_from(text, at, i == 0 ? least : Likeness::fair);
        if (!name && i == 0 && gap.is_separated) name = spread_name_from(text, at);
        if (!name) return;
        sink.add(name->begin, name->end, DataKind::kr_name, score);
        const auto next = next_in_list(text, name->end);
        if (!next) return;
        at = *next;
    }
}

// Labels that only ever stand in front of a name; behind the others ("환자", "담당", …) many things stand.
constexpr std::array<std::string_view, 8> name_only_labels{"성명",   "성 명",  "성함",   "예금주",
                                                           "고객명", "대표자", "입금자", "명의자"};

void match_label(std::string_view text, std::size_t at, std::string_view label, Sink& sink) {
    const Gap gap = gap_from(text, at + label.size());
    if (gap.end == at + label.size() || gap.end >= text.size()) return;
    const bool is_strict = std::find(name_only_labels.begin(), name_only_labels.end(), label) == name_only_labels.end();
    if (gap.is_separated) {
        if (match_person_value(text, gap.end, sink)) return;
        return names_behind_label(text, gap, is_strict ? Likeness::fair : Likeness::possible, 85, sink);
    }
    if (gap.has_space) names_behind_label(text, gap, Likeness::strong, 80, sink);
}

// "저는 김민수입니다": the name has to be followed by the words that make it one.
void match_introduction(std::string_view text, std::size_t begin, Sink& sink) {
    const auto name = name_from(text, begin, Likeness::strong);
    if (!name || name->syllables < 3) return;
    for (const std::string_view ending :
         {"입니다", "이라고", "라고", "이에요", "예요", "에요", "인데", "이고", "이며", "님", "씨", " 과장", " 대리"})
        if (stands_at(text, name->end, ending)) return sink.add(name->begin, name->end, DataKind::kr_name, 80);
}

// The word that ends at `end`, when it is a name as a whole.
std::optional<Name> name_before(std::string_view text, std::size_t end) {
    const std::size_t begin = hangul_begin_before(text, end, 5);
    const std::size_t count = (end - begin) / 3;
    if (count < 2 || count > 4 || !is_name_boundary_before(text, begin)) return std::nullopt;
    const HangulWord word = hangul_word_from(text, begin);
    if (word.count < count || is_common_word(text.substr(begin, end - begin), false)) return std::nullopt;
    return Name{begin, end, likeness_of(word.all().first(count)), count};
}

// What may stand behind a title in its word: nothing, a particle, "님", or more of the title.
bool is_title_whole(std::string_view text, std::size_t end) {
    const HangulWord rest = hangul_word_from(text, end);
    if (rest.count == 0) return true;
    const std::string_view word = text.substr(end, rest.end - end);
    constexpr std::array<std::string_view, 6> more{"보", "실", "이사", "관", "대우", "께서"};
    return is_ending(word) || std::any_of(more.begin(), more.end(), [&](auto with) { return word.starts_with(with); });
}

bool is_given_name(std::string_view text, const Name& word) {
    if (word.syllables != 2 || has_word(no_given_names, text.substr(word.begin, 6))) return false;
    const std::array<std::uint16_t, 2> syllables{syllable_at(text, word.begin), syllable_at(text, word.begin + 3)};
    return !is_no_name(syllables) && first_usual.has(syllables[0]) && second_usual.has(syllables[1]);
}

// What a title is like, once for each.
struct Title {
    std::string_view text;
    bool is_honorific = false, is_said = false, is_weak = false, is_usual_word = false, is_in_front = false;
};
constexpr auto titles = [] {
    // These are words of every day too, and a name of two syllables in front of them is mostly none.
    constexpr std::array<std::string_view, 14> usual_words{"시장",  "지사",  "선수", "감독", "작가", "의사", "검사",
                                                           " 환자", " 고객", "학생", "위원", "이사", "대표", "기자"};
    std::array<Title, name_titles.size()> all;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::string_view text = name_titles[i];
        all[i].text = text;
        all[i].is_honorific = text == "씨" || text == "님" || text == "귀하";
        all[i].is_said = text.starts_with("라고");
        // "군", "양" and "라고" follow many words: what stands before has to be a usual name.
        all[i].is_weak = text == " 군" || text == " 양" || all[i].is_said;
        all[i].is_usual_word = std::find(usual_words.begin(), usual_words.end(), text) != usual_words.end();
        all[i].is_in_front = std::find(titles_in_front.begin(), titles_in_front.end(), text) != titles_in_front.end();
    }
    return all;
}();

void match_title_behind(std::string_view text, std::size_t at, const Title& title, Sink& sink) {
    if (!title.is_said && !is_title_whole(text, at + title.text.size())) return;
    const bool is_apart = title.text[0] == ' ' || (at > 0 && text[at - 1] == ' ');
    std::size_t end = title.text[0] != ' ' && is_apart ? at - 1 : at;
    if (title.is_said && stands_before(text, end, "이")) end -= 3;
    const auto name = name_before(text, end);
    if (!name) return;
    if (name->syllables >= 3 && name->likeness >= (title.is_weak ? Likeness::strong : Likeness::fair))
        return sink.add(name->begin, name->end, DataKind::kr_name, 80);
    if (name->syllables == 2 && name->likeness == Likeness::fair && !title.is_weak && !title.is_usual_word &&
        (title.is_honorific || is_apart))
        return sink.add(name->begin, name->end, DataKind::kr_name, 70);
    if (title.text == "씨" && is_given_name(text, *name)) sink.add(name->begin, name->end, DataKind::kr_name, 65);
}

void match_title_in_front(std::string_view text, std::size_t at, const Title& title, Sink& sink) {
    if (!title.is_in_front) return;
    // A title stands apart from the name behind it; most words that begin like one go on instead.
    std::size_t begin = at + title.text.size();
    if (title.text == "대표" && stands_at(text, begin, "이사")) begin += 6;
    const Gap gap = gap_from(text, begin);
    if (gap.end == begin || (!gap.has_space && !gap.is_separated)) return;
    const auto name = name_from(text, gap.end, Likeness::strong);
    if (name && name->syllables >= 3) sink.add(name->begin, name->end, DataKind::kr_name, 80);
}

// What may stand between a name and the number or address beside it.
std::size_t skip_contact_words_before(std::string_view text, std::size_t at) {
    constexpr std::array<std::string_view, 12> contact_words{
        "휴대폰", "핸드폰", "휴대전화", "연락처", "전화번호", "전화", "이메일", "메일", "HP", "Tel", "tel", "TEL"};
    constexpr std::string_view between = " (,:/|\t<-[";
    const auto skip = [&] {
        for (int steps = 0; steps < 4 && at > 0 && between.find(text[at - 1]) != std::string_view::npos; ++steps) --at;
    };
    skip();
    for (const auto word : contact_words)
        if (stands_before(text, at, word)) {
            at -= word.size();
            skip();
            break;
        }
    return at;
}

void match_beside_contact(std::string_view text, std::size_t begin, Sink& sink) {
    const std::size_t end = skip_contact_words_before(text, begin);
    if (end != begin)
        if (const auto name = name_before(text, end);
            name && name->syllables >= 3 && name->likeness == Likeness::strong)
            sink.add(name->begin, name->end, DataKind::kr_name, 75);
    if (!is_digit(text[begin])) return;
    std::size_t after = begin;
    while (after < text.size() && after - begin < 14 &&
           (is_digit(text[after]) || text[after] == '-' || text[after] == '.'))
        ++after;
    const std::size_t gap = after;
    while (after < text.size() && after - gap < 3 && (text[after] == ' ' || text[after] == '(' || text[after] == ','))
        ++after;
    if (after == gap) return;
    if (const auto name = name_from(text, after, Likeness::strong); name && name->syllables >= 3)
        sink.add(name->begin, name->end, DataKind::kr_name, 75);
}

// The part in front of an '@'.
std::size_t local_part_begin(std::string_view text, std::size_t at) {
    const std::size_t least = at > 64 ? at - 64 : 0;
    while (at > least && (is_ascii_letter(text[at - 1]) || is_digit(text[at - 1]) ||
                          std::string_view("._%+-").find(text[at - 1]) != std::string_view::npos))
        --at;
    return at;
}

}   // namespace

void match_name(std::string_view text, std::size_t at, Sink& sink) {
    if (at >= text.size()) return;
    if (text[at] == '@') return match_beside_contact(text, local_part_begin(text, at), sink);
    if (is_digit(text[at])) return match_beside_contact(text, at, sink);
    static const Literals literals(name_literals());
    std::array<std::size_t, 8> found{};
    const std::size_t count = literals.find_at(text, at, found);
    for (std::size_t i = 0; i < count; ++i) match_name_literal(text, at, found[i], sink);
}

std::span<const std::string_view> name_literals() {
    static constexpr auto all = [] {
        std::array<std::string_view, name_labels.size() + name_titles.size() + person_anchors.size()> texts;
        auto* const behind_labels = std::copy(name_labels.begin(), name_labels.end(), texts.begin());
        std::copy(person_anchors.begin(), person_anchors.end(),
                  std::copy(name_titles.begin(), name_titles.end(), behind_labels));
        return texts;
    }();
    return all;
}

void match_name_literal(std::string_view text, std::size_t at, std::size_t index, Sink& sink) {
    const std::string_view literal = name_literals()[index];
    if (index >= name_labels.size() + name_titles.size()) {
        match_person(text, at, literal, sink);
    } else if (index >= name_labels.size()) {
        const Title& title = titles[index - name_labels.size()];
        match_title_behind(text, at, title, sink);
        match_title_in_front(text, at, title, sink);
    } else if (literal == "저는 " || literal == "나는 " || literal == "본인은") {
        match_introduction(text, at + literal.size() + (literal == "본인은" ? 1 : 0), sink);
    } else {
        match_label(text, at, literal, sink);
    }
}

void match_korean_name_value(std::string_view text, std::size_t at, Sink& sink) {
    if (const auto name = name_from(text, at, Likeness::fair)) sink.add(name->begin, name->end, DataKind::kr_name, 85);
}

void match_names_again(std::string_view text, const std::vector<model::Finding>& findings, Sink& sink) {
    std::array<std::string_view, names_again_max> names{};
    std::size_t count = 0;
    for (const auto& finding : findings) {
        if (finding.kind != DataKind::kr_name || finding.score < 80 || finding.end > text.size()) continue;
        const auto name = text.substr(finding.begin, finding.end - finding.begin);
        const auto known = names.begin() + static_cast<std::ptrdiff_t>(count);
        // Two syllables are too few to be told from words without something beside them.
        if (name.size() < 9 || std::find(names.begin(), known, name) != known) continue;
        if (count == names.size()) break;
        names[count++] = name;
    }
    const auto tell = [&](std::size_t at, std::string_view name) {
        const HangulWord rest = hangul_word_from(text, at + name.size());
        if (is_name_boundary_before(text, at) && is_ending(text.substr(rest.begin, rest.end - rest.begin)))
            sink.add(at, at + name.size(), DataKind::kr_name, 75);
    };
    // Making a search for all at once costs as much as some passes over a page.
    constexpr std::size_t one_by_one_bytes_max = 65'536;
    if (count * text.size() <= one_by_one_bytes_max) {
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t at = find_text(text, names[i], 0); at != std::string_view::npos;
                 at = find_text(text, names[i], at + names[i].size()))
                tell(at, names[i]);
        return;
    }
    constexpr std::size_t stretch_bytes = 65'536;
    const Literals literals(std::span<const std::string_view>(names).first(count));
    std::vector<Literals::Hit> hits;
    for (std::size_t from = 0; from < text.size(); from += stretch_bytes) {
        hits.clear();
        literals.find(text, from, std::min(text.size(), from + stretch_bytes), hits);
        for (const Literals::Hit& hit : hits) tell(hit.begin, names[hit.index]);
    }
}

}   // namespace gilmok::guard
