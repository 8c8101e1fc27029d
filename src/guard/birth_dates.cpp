// Dates of birth. Dates are everywhere, so one is a birth only beside a word that says so, or with "생" behind.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "guard/nearby.hpp"
#include "guard/number_checks.hpp"
#include "guard/world.hpp"

namespace gilmok::guard {

namespace {

constexpr std::size_t look_characters = 40;
constexpr std::size_t word_bytes_max = 60;   // between the word and a date
constexpr std::size_t bare_bytes_max = 16;   // between the word and six or eight digits without separators
constexpr unsigned year_min = 1900, year_max = 2035;

bool is_birth_year(unsigned year) { return year >= year_min && year <= year_max; }

struct Parts {
    std::array<std::string_view, 3> digits{};
    std::size_t count = 0;
};

Parts split(std::string_view text) {
    Parts parts;
    for (std::size_t at = 0; at < text.size() && parts.count < 3;) {
        std::size_t end = at;
        while (end < text.size() && is_digit(text[end])) ++end;
        if (end > at) parts.digits[parts.count++] = text.substr(at, end - at);
        at = end + 1;
    }
    return parts;
}

// Year first, or year last with day and month in either order; two-digit years only with all parts of two.
bool is_date_in_groups(const Parts& parts) {
    const auto& [a, b, c] = parts.digits;
    if (b.size() > 2 || a.size() == 3 || c.size() == 3) return false;
    const unsigned first = number_of(a), middle = number_of(b), last = number_of(c);
    if (a.size() == 4) return c.size() <= 2 && is_birth_year(first) && is_date(first, middle, last);
    if (a.size() > 2) return false;
    if (c.size() == 4) return is_birth_year(last) && (is_date(last, middle, first) || is_date(last, first, middle));
    if (a.size() != 2 || b.size() != 2 || c.size() != 2) return false;
    return is_date(0, middle, last) || is_date(0, middle, first) || is_date(0, first, middle);
}

bool is_date_bare(std::string_view digits) {
    if (digits.size() == 6) return is_date(0, number_of(digits.substr(2, 2)), number_of(digits.substr(4, 2)));
    if (digits.size() != 8) return false;
    const unsigned year = number_of(digits.substr(0, 4));
    return is_birth_year(year) && is_date(year, number_of(digits.substr(4, 2)), number_of(digits.substr(6, 2)));
}

std::size_t skip_spaces(std::string_view text, std::size_t at) {
    for (std::size_t i = 0; i < 2 && byte_at(text, at) == ' '; ++i) ++at;
    return at;
}

// "1월 2일" behind "1990년": where it ends, or 0. The same in Japanese and Chinese.
std::size_t end_of_month_and_day(std::string_view text, std::size_t at) {
    static constexpr std::array<std::array<std::string_view, 3>, 2> units{{{"년", "월", "일"}, {"年", "月", "日"}}};
    for (const auto& unit : units) {
        if (!text.substr(at).starts_with(unit[0])) continue;
        std::size_t end = at + unit[0].size();
        for (std::size_t i = 1; i < 3; ++i) {
            end = skip_spaces(text, end);
            const std::size_t digits = end;
            while (end - digits < 2 && is_digit(byte_at(text, end))) ++end;
            end = skip_spaces(text, end);
            if (end == digits || !text.substr(end).starts_with(unit[i])) return 0;
            end += unit[i].size();
        }
        return end;
    }
    return 0;
}

bool is_month_name(std::string_view word) {
    static constexpr std::array<std::string_view, 12> names{"january",   "february", "march",    "april",
                                                            "may",       "june",     "july",     "august",
                                                            "september", "october",  "november", "december"};
    if (word.size() < 3) return false;
    for (const std::string_view name : names)
        if (equal_ignoring_case(name, word) ||
            (word.size() <= 4 && equal_ignoring_case(name.substr(0, word.size()), word)))
            return true;
    return false;
}

// "March 5, " or "5th of March " in front of a year: where it begins, or the year's own begin.
std::size_t begin_of_month_and_day(std::string_view text, std::size_t year) {
    constexpr std::size_t look_bytes = 24;
    const std::size_t from = year > look_bytes ? year - look_bytes : 0;
    std::array<std::string_view, 3> words{};   // from the year backwards
    std::size_t count = 0, at = year;
    while (count < words.size() && at > from) {
        while (at > from && (text[at - 1] == ' ' || text[at - 1] == ',' || text[at - 1] == '.')) --at;
        const std::size_t end = at;
        while (at > from && is_identifier_byte(text[at - 1])) --at;
        if (at == end) break;
        const std::string_view word = text.substr(at, end - at);
        if (equal_ignoring_case(word, "of")) continue;
        words[count++] = word;
        if (count < 2) continue;
        const bool is_day_first = is_month_name(words[0]) && is_digit(words[1][0]);
        const bool is_month_first = is_month_name(words[1]) && is_digit(words[0][0]);
        return (is_day_first || is_month_first) && words[is_day_first ? 1 : 0].size() <= 4 ? at : year;
    }
    return year;
}

// "900101생", "1990.01.01. 생": born, while "생산" and "생각" are other words.
bool is_born_behind(std::string_view text, std::size_t end) {
    if (byte_at(text, end) == '.') ++end;
    end = skip_spaces(text, end);
    if (!text.substr(end).starts_with("생")) return false;
    const std::string_view behind = text.substr(end + 3);
    return behind.empty() || static_cast<unsigned char>(behind[0]) < 0x80 || behind.starts_with("이") ||
           behind.starts_with("입") || behind.starts_with("으") || behind.starts_with("인");
}

bool is_time_behind(std::string_view text, std::size_t end) {
    if (byte_at(text, end) == 'T') return true;
    end = skip_spaces(text, end);
    return is_digit(byte_at(text, end)) && (byte_at(text, end + 2) == ':' || byte_at(text, end + 1) == ':');
}

}   // namespace

bool match_birth_date(std::string_view text, std::size_t begin, std::size_t end, Sink& sink) {
    const Parts parts = split(text.substr(begin, end - begin));
    bool is_bare = false;
    if (parts.count == 3) {
        if (!is_date_in_groups(parts)) return false;
    } else if (parts.count == 1 && parts.digits[0].size() == 4 && is_birth_year(number_of(parts.digits[0]))) {
        const std::size_t korean_end = end_of_month_and_day(text, end);
        const std::size_t english_begin = korean_end > 0 ? begin : begin_of_month_and_day(text, begin);
        if (korean_end == 0 && english_begin == begin) return false;
        begin = english_begin;
        end = korean_end > 0 ? korean_end : end;
    } else if (parts.count == 1 && is_date_bare(parts.digits[0])) {
        is_bare = true;
    } else {
        return false;
    }
    if (is_time_behind(text, end)) return false;
    const bool is_named =
        is_born_behind(text, end) || Nearby::look(sink.around(), text, begin, end, look_characters)
                                         .has(Topic::birth, is_bare ? bare_bytes_max : word_bytes_max);
    if (is_named) sink.add(begin, end, model::DataKind::date_of_birth, 85);
    return is_named;
}

void match_birth_behind(std::string_view text, std::size_t at, Sink& sink) {
    // "1990년 1월 2일생", "1990년 1월 2일(생년월일)": the year stands in front, its month and day tell that a date does.
    constexpr std::size_t date_bytes_max = 28;
    constexpr std::string_view year = "년";
    const std::size_t first = at - std::min(at, date_bytes_max);
    const std::size_t sign = text.substr(0, at).find(year, first);
    if (sign != std::string_view::npos && sign >= 4) {
        const bool is_year = is_digit(text[sign - 1]) && is_digit(text[sign - 2]) && is_digit(text[sign - 3]) &&
                             is_digit(text[sign - 4]) && !is_identifier_byte(byte_before(text, sign - 4));
        if (is_year) match_birth_date(text, sign - 4, sign, sink);
    }
    const std::size_t to = std::min(text.size(), at + word_bytes_max);
    for (std::size_t begin = at; begin < to;) {
        std::size_t end = begin;
        while (end < text.size() && end - begin < 5 && is_digit(text[end])) ++end;
        const bool is_year = end - begin == 4 && !is_identifier_byte(byte_at(text, end));
        if (is_year && match_birth_date(text, begin, end, sink)) return;
        begin = std::max(end, begin + 1);
    }
}

}   // namespace gilmok::guard
