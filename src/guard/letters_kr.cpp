// Korean codes of letters and digits. Source of the passports' forms: 여권법 시행규칙; since 21 December 2021 M123A4567, before M12345678.
#include "guard/matcher.hpp"
#include "guard/words_kr.hpp"

namespace gilmok::guard {

namespace {

using model::DataKind;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

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

}   // namespace

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
    if ((word.size() != 9 && word.size() != 13) || (at > 0 && is_ascii_word(text[at - 1]))) return;
    if (at > 1 && text[at - 1] == '-' && is_ascii_word(text[at - 2])) return;   // the end of a longer code
    if (end + 1 < text.size() && text[end] == '-' && is_ascii_word(text[end + 1])) return;
    KoreanWords words(sink.around(), text, at, end);
    if (has_form(word, "P999999999999"))
        return sink.add(at, end, DataKind::kr_customs_code, words.has(KoreanTopic::customs) ? 95 : 85);
    const bool is_kind = std::string_view("MSROD").find(word[0]) != std::string_view::npos;
    const bool is_new = is_kind && has_form(word.substr(1), "999A9999");
    const bool is_old = (is_kind || word[0] == 'G') && has_form(word.substr(1), "99999999");
    const bool is_other = word[0] == 'P' && has_form(word.substr(1), "A9999999");
    if (!is_new && !is_old && !is_other) return;
    if (words.has(KoreanTopic::passport)) return sink.add(at, end, DataKind::kr_passport, is_other ? 85 : 95);
    sink.add(at, end, DataKind::kr_passport, is_new ? 70 : 50);
}

}   // namespace gilmok::guard
