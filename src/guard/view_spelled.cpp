// Numbers that are spelled, in syllables or Hanja, all of them or some: "공일공-일이삼사-오육칠팔", "〇一〇-一二三四-五六七八",
// "공1공-1234-5678". Most such syllables are parts of words, so a number is known by how many stand together and how they are parted,
// and the words that follow one without a space ("…육이에요") are none of it.
#include <algorithm>
#include <array>
#include <span>

#include "guard/ascii.hpp"
#include "guard/view_forms.hpp"
#include "guard/view_passes.hpp"

namespace gilmok::guard::passes {

namespace {

using forms::numeral_bytes;
using forms::spelled_digit;

// What a number that is spelled is parted by: as any other, or the word that is said for a hyphen ("공일공 다시 일이삼사",
// "공일공에 일이삼사에"), which reads as one.
struct SpelledGap {
    std::size_t bytes = 0;
    bool is_word = false;
};
SpelledGap spelled_gap(std::string_view text, std::size_t at) {
    for (const std::string_view word : {std::string_view(" 다시 "), std::string_view("다시 "), std::string_view("다시"),
                                        std::string_view("에 "), std::string_view("에")})
        if (text.substr(at, word.size()) == word && spelled_digit(text, at + word.size()) >= 0)
            return {word.size(), true};
    return {separator_bytes(text, at), false};
}

bool has_three(std::string_view text, std::size_t at) {
    for (const std::size_t stride : {numeral_bytes, numeral_bytes + 1})
        if (spelled_digit(text, at) >= 0 && spelled_digit(text, at + stride) >= 0 &&
            spelled_digit(text, at + 2 * stride) >= 0)
            return true;
    return false;
}

bool begins_with_any(std::string_view text, std::span<const std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [text](std::string_view word) { return text.starts_with(word); });
}

// How many numerals in front of `end` are the first of a word instead: "육이에요", "칠일까요", "팔이구요".
std::size_t numerals_of_copula(std::string_view text, std::size_t end) {
    static constexpr std::array<std::string_view, 29> behind_i{
        "에요", "예요", "에여", "요", "고", "야", "다",   "니", "며", "면", "라", "었", "지", "죠",  "네",
        "거",   "랑",   "래",   "군", "잖", "십", "길래", "자", "든", "란", "셔", "시", "나", "어서"};
    static constexpr std::array<std::string_view, 10> behind_il{"까",  "텐",  "걸",  "거",    "지도",
                                                                " 텐", " 거", " 걸", " 수도", "겁니"};
    static constexpr std::array<std::string_view, 2> behind_gu{"요", "나"};
    if (end < numeral_bytes) return 0;
    const std::string_view rest = text.substr(end), last = text.substr(end - numeral_bytes, numeral_bytes);
    if (last == "이") return begins_with_any(rest, behind_i) ? 1 : 0;
    if (last == "일") return begins_with_any(rest, behind_il) ? 1 : 0;
    const bool is_behind_i = end >= 2 * numeral_bytes && text.substr(end - 2 * numeral_bytes, numeral_bytes) == "이";
    return last == "구" && is_behind_i && begins_with_any(rest, behind_gu) ? 2 : 0;
}
// "육이 맞아요": a particle as likely as a digit.
bool may_end_in_particle(std::string_view text, std::size_t end) {
    if (end < numeral_bytes || text.substr(end - numeral_bytes, numeral_bytes) != "이") return false;
    return end == text.size() || static_cast<unsigned char>(text[end]) < 0x80;
}

// The digits of a run as far as they tell how many a number of its sort has.
struct Digits {
    std::size_t count = 0, groups = 0, last_group = 0;
    std::array<int, 3> first{};
    void begin_group() {
        ++groups;
        last_group = 0;
    }
    void add(int digit) {
        if (count < first.size()) first[count] = digit;
        ++count;
        ++last_group;
    }
};
// Whether numbers that begin so have so many digits: telephones by their prefix, resident numbers of any year, cards and the like.
bool is_usual_count(const Digits& digits, std::size_t count) {
    if (count == 13) return true;
    const bool is_short_card = digits.first[0] == 3 && (digits.first[1] == 4 || digits.first[1] == 7);
    if (digits.first[0] == 8 && digits.first[1] == 2 && (count == 11 || count == 12)) return true;
    if (digits.first[0] != 0) return count == 10 || count == (is_short_card ? 15U : 16U);
    if (digits.first[1] == 1) return count == 11 || (count == 10 && digits.first[2] != 0);
    return count >= 9 && count <= 12;
}
// How many numerals at the end of a run belong to the word behind.
std::size_t numerals_of_word(std::string_view text, std::size_t end, const Digits& digits) {
    const std::size_t copula = numerals_of_copula(text, end);
    const std::size_t word = copula > 0 ? copula : may_end_in_particle(text, end) ? 1 : 0;
    if (word == 0 || digits.count <= word) return 0;
    const bool fits_with = is_usual_count(digits, digits.count),
               fits_without = is_usual_count(digits, digits.count - word);
    if (fits_with != fits_without) return fits_without ? word : 0;
    // Most numbers end in a group of four, those of residents in one of seven.
    const auto is_usual_group = [](std::size_t count) { return count == 4 || count == 7; };
    if (digits.groups > 1 && is_usual_group(digits.last_group)) return 0;
    if (digits.groups > 1 && is_usual_group(digits.last_group - std::min(word, digits.last_group))) return word;
    return copula;
}

// A run of numerals. Words of one or two between spaces (일이, 사이) are prose, unless all stand alone as in a number that
// is spelled digit by digit. What may be a word at its end ("… 이에요") is left out where the run is a number without it.
class Spelled {
public:
    Spelled(std::string_view text, std::size_t at) : text_(text) {
        has_plus_ = at > 0 && text[at - 1] == '+';   // "+팔이 일공-…": nothing but a telephone begins so
        for (std::size_t next = at; spelled_digit(text, next) >= 0 && now_.digits.count < digits_most;) {
            next = read_group(next);
            if (now_.groups == 1) first_end_ = now_.end;
        }
        is_number_ = is_number(now_);
        if (!is_number_ && is_number(before_)) {
            now_ = before_;
            is_number_ = true;
        }
        if (is_number_) now_.end -= numeral_bytes * numerals_of_word(text, now_.end, now_.digits);
    }
    [[nodiscard]] std::size_t end() const { return now_.end; }
    [[nodiscard]] bool is_number() const { return is_number_; }
    // Where another run may begin: "같이 공이-…" ends with a word that is none of the number.
    [[nodiscard]] std::size_t next() const { return is_number_ ? now_.end : first_end_; }

private:
    static constexpr std::size_t word_least = 3;
    static constexpr std::size_t digits_most = 40;   // of a run, and so the steps for each place at which one may begin
    // Of the run up to the end of a group.
    struct Counts {
        std::size_t end = 0, groups = 0, short_words = 0;
        Digits digits;
        bool has_three = false;
    };
    static bool is_number(const Counts& run) {
        return run.digits.count >= number_least && run.has_three &&
               (run.short_words == 0 || run.groups == run.digits.count);
    }
    // Up to where the next group would begin.
    std::size_t read_group(std::size_t at) {
        before_ = now_;
        now_.digits.begin_group();
        std::size_t group = 0;
        for (int digit = spelled_digit(text_, at); digit >= 0 && group < digits_most;
             digit = spelled_digit(text_, at)) {
            now_.has_three = now_.has_three || has_three(text_, at);
            now_.digits.add(digit);
            at += numeral_bytes;
            ++group;
        }
        const SpelledGap gap = spelled_gap(text_, at);
        const bool goes_on = gap.bytes > 0 && spelled_digit(text_, at + gap.bytes) >= 0;
        const bool is_space = gap.bytes == 1 && text_[at] == ' ';
        if (group < word_least && !has_plus_ && (is_space || is_behind_space_)) ++now_.short_words;
        is_behind_space_ = is_space && goes_on;
        now_.end = at;
        ++now_.groups;
        return at + gap.bytes;
    }

    std::string_view text_;
    Counts now_, before_;
    std::size_t first_end_ = 0;
    bool is_behind_space_ = false, is_number_ = false, has_plus_ = false;
};

// A run of digits of which some are spelled: three and more in a row, or around others as in "공1공". Fewer behind a digit are a word
// ("3일", "2이상"), and the run ends in front of it.
class Mixed {
public:
    Mixed(std::string_view text, std::size_t at) : text_(text) {
        for (;;) {
            Group group = read_group(at);
            const std::size_t whole = group.end;
            if (!belongs(group)) group = digits_of(group);
            next_ = std::max({next_, whole, at + 1});
            if (group.digits == 0 || group.digits + digits_.count > digits_most) return;
            take(group);
            const SpelledGap gap = spelled_gap(text, whole);
            if (end_ != whole || gap.bytes == 0) return;
            at = whole + gap.bytes;
        }
    }
    [[nodiscard]] bool is_number() const {
        return has_spelled_ && has_plain_ && digits_.count >= digits_least &&
               (end_ == text_.size() || !is_ascii_word(text_[end_]));
    }
    [[nodiscard]] std::size_t end() const { return end_; }
    [[nodiscard]] std::size_t next() const { return is_number() ? end_ : next_; }   // where another run may begin

private:
    static constexpr std::size_t digits_least = 9, digits_most = 20, spelled_least = 3;
    struct Group {
        std::size_t begin = 0, end = 0, digits = 0, spelled = 0, row = 0;   // row: the most numerals side by side
        bool is_enclosing = false;   // a digit stands between two that are spelled
    };
    [[nodiscard]] Group read_group(std::size_t at) const {
        Group group{at, at};
        for (std::size_t row = 0; group.digits <= digits_most; ++group.digits) {
            if (group.end < text_.size() && forms::is_digit(text_[group.end])) {
                ++group.end;
                row = 0;
                continue;
            }
            if (forms::digit_in_disguise(text_, group.end) < 0) break;
            row = spelled_digit(text_, group.end) >= 0 ? row + 1 : 0;
            group.row = std::max(group.row, row);
            ++group.spelled;
            group.is_enclosing = group.is_enclosing || forms::has_digit_between(text_, group.end + numeral_bytes - 1);
            group.end += numeral_bytes;
        }
        return group;
    }
    [[nodiscard]] bool belongs(const Group& group) const {
        return group.spelled == 0 || group.is_enclosing || group.row >= spelled_least;
    }
    // What stands in front of the word that a group ends with.
    [[nodiscard]] Group digits_of(const Group& group) const {
        Group front{group.begin, group.begin};
        while (front.end < group.end && forms::is_digit(text_[front.end])) ++front.end, ++front.digits;
        return front;
    }
    void take(const Group& group) {
        digits_.begin_group();
        for (std::size_t at = group.begin; at < group.end;) {
            const bool is_plain = forms::is_digit(text_[at]);
            digits_.add(is_plain ? text_[at] - '0' : forms::digit_in_disguise(text_, at));
            at += is_plain ? 1 : numeral_bytes;
        }
        has_spelled_ = has_spelled_ || group.spelled > 0;
        has_plain_ = has_plain_ || group.spelled < group.digits;
        end_ = group.end;
        if (group.row > 0) end_ -= numeral_bytes * numerals_of_word(text_, end_, digits_);
    }

    std::string_view text_;
    Digits digits_;
    std::size_t end_ = 0, next_ = 0;
    bool has_spelled_ = false, has_plain_ = false;
};

// [at, end) of a number with what is spelled as digits and words between as hyphens.
void write(std::string_view text, std::size_t at, std::size_t end, Rewrite& out) {
    while (at < end) {
        if (forms::is_digit(text[at])) {
            ++at;
            continue;
        }
        const int digit = forms::digit_in_disguise(text, at);
        const SpelledGap gap = digit >= 0 ? SpelledGap{} : spelled_gap(text, at);
        const char c = digit >= 0 ? static_cast<char>('0' + digit) : '-';
        const std::size_t bytes = digit >= 0 ? numeral_bytes : gap.bytes;
        if (digit >= 0 || gap.is_word) out.replace(at, at + bytes, {&c, 1});
        at += std::max<std::size_t>(bytes, 1);
    }
}

}   // namespace

void read_numerals(std::string_view text, Rewrite& out) {
    for (std::size_t at = skip_ascii(text, 0); at < text.size(); at = skip_ascii(text, at)) {
        if (spelled_digit(text, at) < 0) {
            const std::size_t bytes = forms::decode(text, at).bytes;
            at += bytes == 0 ? 1 : bytes;
            continue;
        }
        const Spelled run(text, at);
        if (run.is_number()) write(text, at, run.end(), out);
        at = run.next();
    }
}

void read_mixed_numerals(std::string_view text, Rewrite& out) {
    for (std::size_t at = 0; at < text.size();) {
        const bool is_plain = forms::is_digit(text[at]);
        if (is_plain || forms::digit_in_disguise(text, at) >= 0) {
            const Mixed run(text, at);
            if (run.is_number()) write(text, at, run.end(), out);
            at = run.next();
        } else if (is_ascii_word(text[at])) {   // no number begins in a word
            while (at < text.size() && is_ascii_word(text[at])) ++at;
        } else {
            const std::size_t bytes = forms::decode(text, at).bytes;
            at += bytes == 0 ? 1 : bytes;
        }
    }
}

}   // namespace gilmok::guard::passes
