// Each reading is one pass over the text that the pass before left, written only where it changes something, with the
// offsets composed, line by line. Passes are repeated until none changes anything, so that what one uncovers another sees.
#include "guard/view.hpp"

#include <algorithm>
#include <numeric>
#include <span>

#include "guard/ascii.hpp"
#include "guard/view_forms.hpp"
#include "guard/view_passes.hpp"

namespace gilmok::guard {

namespace {

using forms::Fold;
using passes::number_least;
using passes::Rewrite;
using passes::separator_bytes;
using passes::skip_ascii;

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
            case Fold::joint:
                if (forms::is_digit(out.before(at, 1)) && forms::is_digit(out.before(at, 2)) &&
                    forms::has_two_digits(text, end))
                    out.replace(at, end, {&folded.to, 1});
                break;
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
constexpr Pass all_passes[] = {read_forms,       join_jamo,      passes::read_mixed_numerals, passes::read_numerals,
                               read_look_alikes, close_up_digits};
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
        for (const Pass pass : is_ascii ? std::span(all_passes).last(passes_of_ascii) : std::span(all_passes)) {
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
