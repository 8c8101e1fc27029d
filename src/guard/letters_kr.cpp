// Korean codes of letters and digits. Source of the passports' forms: 여권법 시행규칙; since 21 December 2021 M123A4567, before M12345678.
#include <algorithm>
#include <array>

#include "guard/matcher.hpp"
#include "guard/words_kr.hpp"
#include "guard/world.hpp"

namespace gilmok::guard {

namespace {

using model::DataKind;

// '9' stands for a digit, 'A' for a capital, any other for itself.
bool has_form(std::string_view word, std::string_view form) {
    if (word.size() != form.size()) return false;
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool fits = form[i] == '9'   ? is_digit(word[i])
                          : form[i] == 'A' ? is_capital(word[i])
                                           : word[i] == form[i];
        if (!fits) return false;
    }
    return true;
}

// What a passport's number is made of, in capitals.
struct PassportForm {
    bool is_new = false, is_old = false, is_other = false;
    explicit PassportForm(std::string_view word) {
        const bool is_kind = std::string_view("MSROD").find(word[0]) != std::string_view::npos;
        is_new = is_kind && has_form(word.substr(1), "999A9999");
        is_old = (is_kind || word[0] == 'G') && has_form(word.substr(1), "99999999");
        is_other = word[0] == 'P' && has_form(word.substr(1), "A9999999");
    }
    [[nodiscard]] bool is_any() const { return is_new || is_old || is_other; }
    [[nodiscard]] int named_score() const { return is_other ? 85 : 95; }
};

}   // namespace

void match_named_passport(std::string_view text, std::size_t at, std::size_t end, std::string_view word, Sink& sink) {
    const PassportForm form(word);
    if (form.is_any() && KoreanWords(sink.around(), text, at, end).has(KoreanTopic::passport))
        sink.add(at, end, DataKind::kr_passport, form.named_score());
}

// "M 12345678", "M-123A4567": a letter that stands apart from its digits, where the word for a passport is near.
static void match_parted_passport(std::string_view text, std::size_t at, std::size_t letters_end, Sink& sink) {
    constexpr std::size_t passport_bytes = 9;
    std::array<char, passport_bytes> word{};
    const std::size_t letters = letters_end - at, end = letters_end + 1 + passport_bytes - letters;
    if (end > text.size() || (end < text.size() && is_ascii_word(text[end]))) return;
    if (end + 1 < text.size() && text[end] == '-' && is_ascii_word(text[end + 1])) return;
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), letters, word.begin());
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(letters_end) + 1, passport_bytes - letters,
                word.begin() + static_cast<std::ptrdiff_t>(letters));
    match_named_passport(text, at, end, {word.data(), word.size()}, sink);
}

void match_korean_letters(std::string_view text, std::size_t at, Sink& sink) {
    constexpr std::size_t code_bytes_max = 13;
    switch (text[at]) {   // what a code begins with; most words do not
        case 'P':
        case 'M':
        case 'S':
        case 'R':
        case 'O':
        case 'D':
        case 'G': break;
        default: return;
    }
    std::size_t end = at;
    while (end < text.size() && end - at <= code_bytes_max && is_ascii_word(text[end])) ++end;
    const std::string_view word = text.substr(at, end - at);
    const bool is_parted = end + 1 < text.size() && (text[end] == ' ' || text[end] == '-') && is_digit(text[end + 1]);
    if (is_parted && word.size() <= 2 && (at == 0 || !is_ascii_word(text[at - 1])))
        return match_parted_passport(text, at, end, sink);
    if ((word.size() != 9 && word.size() != 13) || (at > 0 && is_ascii_word(text[at - 1]))) return;
    if (at > 1 && text[at - 1] == '-' && is_ascii_word(text[at - 2])) return;   // the end of a longer code
    if (end + 1 < text.size() && text[end] == '-' && is_ascii_word(text[end + 1])) return;
    KoreanWords words(sink.around(), text, at, end);
    if (has_form(word, "P999999999999"))
        return sink.add(at, end, DataKind::kr_customs_code, words.has(KoreanTopic::customs) ? 95 : 85);
    const PassportForm form(word);
    if (!form.is_any()) return;
    if (words.has(KoreanTopic::passport)) return sink.add(at, end, DataKind::kr_passport, form.named_score());
    sink.add(at, end, DataKind::kr_passport, form.is_new ? 70 : 50);
}

}   // namespace gilmok::guard
