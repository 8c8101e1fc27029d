#include "guard/names_likeness.hpp"

#include <algorithm>
#include <array>

#include "guard/hangul_anchors.hpp"
#include "guard/names_kr_tables.hpp"

namespace gilmok::guard {
namespace {

// The tables as they are asked.
using Words = HangulWordSet<4'096>;
using FewWords = HangulWordSet<256>;
static_assert(are_hangul_words(no_names) && are_hangul_words(long_surnames) && are_hangul_words(native_given_names));
constexpr Words no_name_words(no_names);
constexpr FewWords long_surname_words(long_surnames), native_given_name_words(native_given_names);
// What may follow a name, by its first syllable: asked for every word that is like one.
struct Ending {
    std::string_view text;
    bool is_whole = false;   // nothing may follow
};
constexpr auto endings = [] {
    constexpr std::size_t titles = static_cast<std::size_t>(
        std::count_if(name_titles.begin(), name_titles.end(), [](auto title) { return title[0] != ' '; }));
    std::array<Ending, name_endings.size() + name_ending_begins.size() + titles> all;
    auto* to = all.begin();
    for (const std::string_view text : name_endings) *to++ = {text, true};
    for (const std::string_view text : name_ending_begins) *to++ = {text, false};
    for (const std::string_view text : name_titles)
        if (text[0] != ' ') *to++ = {text, false};
    std::sort(all.begin(), all.end(), [](const Ending& left, const Ending& right) { return left.text < right.text; });
    return all;
}();
static_assert(std::all_of(endings.begin(), endings.end(), [](const Ending& e) { return is_hangul_at(e.text, 0); }));
constexpr auto ending_syllables = [] {
    std::array<std::uint16_t, endings.size()> first{};
    for (std::size_t i = 0; i < first.size(); ++i) first[i] = syllable_at(endings[i].text, 0);
    return first;
}();
constexpr SyllableSet ending_begins = SyllableSet::first_of(name_endings, name_ending_begins, name_titles);

}   // namespace

Likeness likeness_of_given(std::uint16_t first, std::uint16_t second, bool is_usual_surname) {
    const int of_first = first_usual.has(first) ? 2 : first_any.has(first) ? 1 : 0;
    const int of_second = second_usual.has(second) ? 2 : second_any.has(second) ? 1 : 0;
    if (of_first == 0 || of_second == 0) return Likeness::possible;
    if (is_usual_surname) return of_first + of_second >= 3 ? Likeness::strong : Likeness::fair;
    return of_first + of_second >= 4   ? Likeness::strong
           : of_first + of_second == 3 ? Likeness::fair
                                       : Likeness::possible;
}

// Of 2 to 4 syllables.
Likeness likeness_of(std::span<const std::uint16_t> syllables) {
    if (no_name_words.has(Words::key_of(syllables))) return Likeness::none;
    if (long_surname_words.has(FewWords::key_of(syllables.first(2)))) {
        if (syllables.size() == 4) return likeness_of_given(syllables[2], syllables[3], true);
        if (syllables.size() == 3 && (given_alone.has(syllables[2]) || second_usual.has(syllables[2])))
            return Likeness::strong;
    }
    if (!surnames.has(syllables[0]) || syllables.size() == 4) return Likeness::none;
    const bool is_usual = usual_surnames.has(syllables[0]);
    if (syllables.size() == 2)
        return !given_alone.has(syllables[1]) ? Likeness::possible : is_usual ? Likeness::fair : Likeness::possible;
    if (is_usual && native_given_name_words.has(FewWords::key_of(syllables.subspan(1)))) return Likeness::strong;
    return likeness_of_given(syllables[1], syllables[2], is_usual);
}

bool is_ending(std::string_view rest) {
    if (rest.empty()) return true;
    if (!is_hangul_at(rest, 0) || !ending_begins.has(syllable_at(rest, 0))) return false;
    const std::uint16_t first = syllable_at(rest, 0);
    const auto* const begin = std::lower_bound(ending_syllables.begin(), ending_syllables.end(), first);
    for (auto i = static_cast<std::size_t>(begin - ending_syllables.begin());
         i < endings.size() && ending_syllables[i] == first; ++i) {
        const auto& [text, is_whole] = endings[i];
        if (is_whole ? rest == text : stands_at(rest, 0, text)) return true;
    }
    return false;
}

bool is_no_name(std::span<const std::uint16_t> syllables) { return no_name_words.has(Words::key_of(syllables)); }

// A common word with a particle behind it ("조건의"); where little speaks for a name, also one with a noun's ending ("신청서").
bool is_common_word(std::string_view word, bool is_strict) {
    constexpr std::string_view noun_endings = "서자인원식성화용형율률선기지비금료권실소장과부팀법안표";
    std::uint64_t key = Words::with(0, syllable_at(word, 0));
    for (std::size_t size = 6; size <= 12 && size <= word.size(); size += 3) {
        key = Words::with(key, syllable_at(word, size - 3));
        if (!no_name_words.has(key)) continue;
        const std::string_view rest = word.substr(size);
        if (is_ending(rest) || (is_strict && rest.size() == 3 && is_one_of_syllables(rest, 0, noun_endings)))
            return true;
        if (is_strict && rest.size() > 3 && is_one_of_syllables(rest, 0, noun_endings) && is_ending(rest.substr(3)))
            return true;
    }
    return false;
}

}   // namespace gilmok::guard
