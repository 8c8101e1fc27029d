// Each reading is one pass over the text that the pass before left, written only where it changes something, with the
// offsets composed, line by line. Passes are repeated until none changes anything, so that what one uncovers another sees.
#include "guard/view.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <span>

#include "guard/ascii.hpp"
#include "guard/view_forms.hpp"

namespace gilmok::guard {

namespace {

using forms::Fold;

// What a pass writes: the stretches between changes are copied when the next change comes.
class Rewrite {
public:
    Rewrite(std::string_view text, std::string& out, std::vector<std::uint32_t>& map)
        : text_(text), out_(out), map_(map) {
        out_.clear();
        map_.clear();
    }
    // [begin, end) of the text becomes `to`, each byte of which leads to `begin`. In the text's order.
    void replace(std::size_t begin, std::size_t end, std::string_view to) {
        copy_to(begin);
        out_.append(to);
        map_.insert(map_.end(), to.size(), static_cast<std::uint32_t>(begin));
        done_ = end;
        has_changed_ = true;
    }
    // What stands behind the last change; false when there was none, then nothing is written.
    bool finish() {
        if (!has_changed_) return false;
        copy_to(text_.size());
        map_.push_back(static_cast<std::uint32_t>(text_.size()));
        return true;
    }
    // The byte `back` before `at` as it reads now, 0 in front of the begin.
    [[nodiscard]] char before(std::size_t at, std::size_t back) const {
        if (at - done_ >= back) return text_[at - back];
        const std::size_t written = back - (at - done_);
        return written > out_.size() ? '\0' : out_[out_.size() - written];
    }

private:
    void copy_to(std::size_t end) {
        out_.append(text_.substr(done_, end - done_));
        const std::size_t from = map_.size();
        map_.resize(from + (end - done_));
        std::iota(map_.begin() + static_cast<std::ptrdiff_t>(from), map_.end(), static_cast<std::uint32_t>(done_));
        done_ = end;
    }
    std::string_view text_;
    std::string& out_;
    std::vector<std::uint32_t>& map_;
    std::size_t done_ = 0;
    bool has_changed_ = false;
};

std::size_t skip_ascii(std::string_view text, std::size_t at) {
    for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
        std::memcpy(&eight, text.data() + at, sizeof eight);
        if ((eight & 0x8080'8080'8080'8080U) != 0) break;
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
    return at;
}

// How many characters of the run that begins at `at` are enclosed or raised forms; removed ones between do not count.
constexpr std::size_t run_least = 3;
bool is_run(std::string_view text, std::size_t at) {
    std::size_t count = 0;
    while (count < run_least) {
        const forms::Decoded here = forms::decode(text, at);
        const Fold what = here.bytes == 0 ? Fold::same : forms::fold(here.code).what;
        if (what != Fold::ascii_in_run) return false;
        ++count;
        at += here.bytes;
    }
    return true;
}

void read_forms(std::string_view text, Rewrite& out) {
    std::size_t run_end = 0;   // enclosed forms up to here are known to stand in a run
    for (std::size_t at = skip_ascii(text, 0); at < text.size(); at = skip_ascii(text, at)) {
        const forms::Decoded here = forms::decode(text, at);
        if (here.bytes == 0) {
            ++at;
            continue;
        }
        const std::size_t end = at + here.bytes;
        const forms::Folded folded = forms::fold(here.code);
        switch (folded.what) {
            case Fold::same: break;
            case Fold::removed: out.replace(at, end, {}); break;
            case Fold::ascii: out.replace(at, end, {&folded.to, 1}); break;
            case Fold::ascii_in_run:
                if (at != run_end && !is_run(text, at)) break;
                out.replace(at, end, {&folded.to, 1});
                run_end = end;
                break;
            case Fold::dash: {
                const bool is_spaced = out.before(at, 1) == ' ';
                if (forms::is_digit(out.before(at, is_spaced ? 2 : 1))) out.replace(at, end, {&folded.to, 1});
                break;
            }
        }
        at = end;
    }
}

constexpr char32_t syllables_first = 0xAC00, vowels = 21, finals = 28;

void append_syllable(Rewrite& out, std::size_t begin, std::size_t end, char32_t code) {
    const char bytes[3] = {static_cast<char>(0xE0U | code >> 12U), static_cast<char>(0x80U | (code >> 6U & 0x3FU)),
                           static_cast<char>(0x80U | (code & 0x3FU))};
    out.replace(begin, end, {bytes, sizeof bytes});
}

void join_jamo(std::string_view text, Rewrite& out) {
    for (std::size_t at = skip_ascii(text, 0); at < text.size(); at = skip_ascii(text, at)) {
        const forms::Decoded first = forms::decode(text, at);
        std::size_t end = at + (first.bytes == 0 ? 1 : first.bytes);
        char32_t code = first.code;
        const bool is_open = code >= syllables_first && code <= 0xD7A3 && (code - syllables_first) % finals == 0;
        const std::int8_t leading = first.bytes == 0 ? std::int8_t{-1} : forms::jamo(code).leading;
        const forms::Decoded second = forms::decode(text, end);
        const forms::Jamo next = second.bytes == 0 ? forms::Jamo{} : forms::jamo(second.code);
        bool has_joined = false;
        if (is_open && next.is_trailing_only) {
            code += static_cast<char32_t>(next.trailing);
            end += second.bytes;
            has_joined = true;
        } else if (leading >= 0 && next.vowel >= 0) {
            code = syllables_first +
                   (static_cast<char32_t>(leading) * vowels + static_cast<char32_t>(next.vowel)) * finals;
            end += second.bytes;
            has_joined = true;
            // A letter is this syllable's last sound unless a vowel behind it makes it the next one's first.
            const forms::Decoded third = forms::decode(text, end);
            const forms::Jamo last = third.bytes == 0 ? forms::Jamo{} : forms::jamo(third.code);
            const forms::Decoded behind = forms::decode(text, end + third.bytes);
            if (last.trailing > 0 &&
                (last.is_trailing_only || behind.bytes == 0 || forms::jamo(behind.code).vowel < 0)) {
                code += static_cast<char32_t>(last.trailing);
                end += third.bytes;
            }
        }
        if (has_joined) append_syllable(out, at, end, code);
        at = end;
    }
}

// One separator of a spelled or spaced number: a space, a hyphen or a full stop, or a hyphen between spaces.
std::size_t separator_bytes(std::string_view text, std::size_t at) {
    if (text.substr(at, 3) == " - ") return 3;
    if (text.substr(at, 2) == "- " || text.substr(at, 2) == " -") return 2;
    return at < text.size() && (text[at] == ' ' || text[at] == '-' || text[at] == '.') ? 1 : 0;
}

constexpr std::size_t number_least = 7;   // digits: below it a run is a word, a price or a list

// What a number that is spelled is parted by: as above, or the word that is said for a hyphen ("공일공 다시 일이삼사", "공일공에
// 일이삼사에"), which reads as one.
struct SpelledGap {
    std::size_t bytes = 0;
    bool is_word = false;
};
SpelledGap spelled_gap(std::string_view text, std::size_t at) {
    for (const std::string_view word : {std::string_view(" 다시 "), std::string_view("다시 "), std::string_view("다시"),
                                        std::string_view("에 "), std::string_view("에")})
        if (text.substr(at, word.size()) == word && forms::numeral(text, at + word.size()) >= 0)
            return {word.size(), true};
    return {separator_bytes(text, at), false};
}

// A run of numerals. Words of one or two between spaces (일이, 사이) are prose, unless all stand alone as in a number that
// is spelled digit by digit. What may be a word at its end ("… 이에요") is left out where the run is a number without it.
class Spelled {
public:
    Spelled(std::string_view text, std::size_t at) : text_(text) {
        for (std::size_t next = at; forms::numeral(text, next) >= 0;) next = read_group(next);
        is_number_ = is_number(now_);
        if (is_number_ || !is_number(before_)) return;
        now_ = before_;
        is_number_ = true;
    }
    [[nodiscard]] std::size_t end() const { return now_.end; }
    [[nodiscard]] bool is_number() const { return is_number_; }

private:
    static constexpr std::size_t word_least = 3;
    // Of the run up to the end of a group.
    struct Counts {
        std::size_t end = 0, count = 0, groups = 0, short_words = 0;
        bool has_three = false;
    };
    static bool is_number(const Counts& run) {
        return run.count >= number_least && run.has_three && (run.short_words == 0 || run.groups == run.count);
    }
    // Up to where the next group would begin.
    std::size_t read_group(std::size_t at) {
        before_ = now_;
        std::size_t group = 0;
        for (; forms::numeral(text_, at) >= 0; at += forms::numeral_bytes, ++group)
            now_.has_three = now_.has_three || forms::has_three_numerals(text_, at);
        const SpelledGap gap = spelled_gap(text_, at);
        const bool goes_on = gap.bytes > 0 && forms::numeral(text_, at + gap.bytes) >= 0;
        const bool is_space = gap.bytes == 1 && text_[at] == ' ';
        if (group < word_least && (is_space || is_behind_space_)) ++now_.short_words;
        is_behind_space_ = is_space && goes_on;
        now_.end = at;
        now_.count += group;
        ++now_.groups;
        return at + gap.bytes;
    }

    std::string_view text_;
    Counts now_, before_;
    bool is_behind_space_ = false, is_number_ = false;
};

void read_numerals(std::string_view text, Rewrite& out) {
    for (std::size_t at = skip_ascii(text, 0); at < text.size(); at = skip_ascii(text, at)) {
        if (forms::numeral(text, at) < 0) {
            const std::size_t bytes = forms::decode(text, at).bytes;
            at += bytes == 0 ? 1 : bytes;
            continue;
        }
        const Spelled run(text, at);
        while (run.is_number() && at < run.end()) {
            const int digit = forms::numeral(text, at);
            const SpelledGap gap = digit >= 0 ? SpelledGap{} : spelled_gap(text, at);
            const char c = digit >= 0 ? static_cast<char>('0' + digit) : '-';
            const std::size_t bytes = digit >= 0 ? forms::numeral_bytes : gap.bytes;
            if (digit >= 0 || gap.is_word) out.replace(at, at + bytes, {&c, 1});
            at += bytes;
        }
        at = run.end();
    }
}

// The end of a group of digits and letters like them that begins at `at`; `at` itself when it is part of another word.
struct Group {
    std::size_t end = 0, digits = 0, letters = 0;
};
Group group_at(std::string_view text, std::size_t at) {
    Group group{at};
    for (; group.end < text.size(); ++group.end) {
        const char c = text[group.end];
        if (forms::is_digit(c))
            ++group.digits;
        else if (forms::look_alike(c) != 0)
            ++group.letters;
        else
            break;
    }
    const bool is_part = group.end < text.size() && is_ascii_word(text[group.end]);
    return is_part || group.digits == 0 ? Group{at} : group;
}

void read_look_alikes(std::string_view text, Rewrite& out) {
    for (std::size_t at = 0; at < text.size();) {
        if (!is_ascii_word(text[at])) {
            ++at;
            continue;
        }
        std::size_t end = at, digits = 0, letters = 0;
        for (std::size_t next = at;;) {
            const Group group = group_at(text, next);
            if (group.end == next) break;
            end = group.end;
            digits += group.digits;
            letters += group.letters;
            const std::size_t separator = separator_bytes(text, end);
            if (separator == 0) break;
            next = end + separator;
        }
        if (letters > 0 && digits >= forms::look_alike_digits_least && digits > letters) {
            for (std::size_t i = at; i < end; ++i) {
                const char digit = forms::look_alike(text[i]);
                if (digit != 0) out.replace(i, i + 1, {&digit, 1});
            }
        }
        if (end == at)   // another word
            while (end < text.size() && is_ascii_word(text[end])) ++end;
        at = end;
    }
}

// "9 0 0 1 0 1 - 1 …": the spaces go, a hyphen stays without its own.
void close_up_digits(std::string_view text, Rewrite& out) {
    const auto is_single = [text](std::size_t at) {
        return at < text.size() && forms::is_digit(text[at]) && (at + 1 == text.size() || !is_ascii_word(text[at + 1]));
    };
    for (std::size_t at = 0; at < text.size();) {
        if (!is_ascii_word(text[at])) {
            ++at;
            continue;
        }
        std::size_t end = at, count = 0;
        bool has_three = false;
        for (std::size_t next = at; is_single(next);) {
            has_three = has_three || forms::has_three_spaced(text, next);
            end = next + 1;
            ++count;
            const std::size_t separator = separator_bytes(text, end);
            if (separator == 0) break;
            next = end + separator;
        }
        for (std::size_t i = at + 1; count >= number_least && has_three && i < end; ++i) {
            const std::size_t separator = separator_bytes(text, i);
            if (separator == 0) continue;
            const bool has_hyphen = text.substr(i, separator).find('-') != std::string_view::npos;
            if (separator > 1 || text[i] == ' ') out.replace(i, i + separator, has_hyphen ? "-" : "");
            i += separator - 1;
        }
        if (end == at)
            while (end < text.size() && is_ascii_word(text[end])) ++end;
        at = end;
    }
}

using Pass = void (*)(std::string_view, Rewrite&);
constexpr Pass passes[] = {read_forms, join_jamo, read_numerals, read_look_alikes, close_up_digits};
constexpr std::size_t passes_of_ascii = 2;   // the last ones; the others change nothing in it, and these leave ASCII

}   // namespace

// Whether the line reads differently than it stands; then line_ is its reading.
bool View::read_line(std::string_view line) {
    std::string_view now = line;
    line_map_.clear();
    constexpr int rounds_max = 8;   // each uncovers less; prose is done in one and fuzzing never saw more than four
    bool has_changed = true;
    const bool is_ascii = skip_ascii(line, 0) == line.size();
    for (int round = 0; has_changed && round < rounds_max; ++round) {
        has_changed = false;
        for (const Pass pass : is_ascii ? std::span(passes).last(passes_of_ascii) : std::span(passes)) {
            Rewrite rewrite(now, next_, next_map_);
            pass(now, rewrite);
            if (!rewrite.finish()) continue;
            if (!line_map_.empty())
                for (std::uint32_t& at : next_map_) at = line_map_[at];
            line_.swap(next_);
            line_map_.swap(next_map_);
            now = line_;
            has_changed = true;
        }
    }
    return !line_map_.empty();
}

// The line began at `begin` of the original.
void View::append_line(std::size_t begin) {
    const std::size_t at = changed_.size();
    changed_.append(line_);
    map_.resize(changed_.size());
    for (std::size_t i = 0; i < line_.size(); ++i) map_[at + i] = static_cast<std::uint32_t>(begin + line_map_[i]);
}

void View::copy(std::string_view original, std::size_t begin, std::size_t end) {
    changed_.append(original.substr(begin, end - begin));
    const std::size_t from = map_.size();
    map_.resize(changed_.size());
    std::iota(map_.begin() + static_cast<std::ptrdiff_t>(from), map_.end(), static_cast<std::uint32_t>(begin));
}

// No reading goes over a line's end, so lines in which nothing differs are copied, and only where another one does.
void View::read(std::string_view original) {
    text_ = original;
    map_.clear();
    std::size_t place = forms::next_form(original, 0);
    if (place == original.size()) return;
    changed_.clear();
    std::size_t copied = 0;
    bool has_changed = false;
    while (place < original.size()) {
        std::size_t begin = place;
        while (begin > 0 && original[begin - 1] != '\n') --begin;
        const std::size_t end = std::min(original.find('\n', begin), original.size() - 1) + 1;
        if (read_line(original.substr(begin, end - begin))) {
            copy(original, copied, begin);
            append_line(begin);
            copied = end;
            has_changed = true;
        }
        place = forms::next_form(original, end);
    }
    if (!has_changed) return;
    copy(original, copied, original.size());
    if (changed_ == original) {
        map_.clear();
        return;
    }
    map_.push_back(static_cast<std::uint32_t>(original.size()));
    text_ = changed_;
}

}   // namespace gilmok::guard
