#include "guard/word_cursor.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "guard/matcher.hpp"

namespace gilmok::guard {

ContextWords::ContextWords(const std::vector<std::string>& words) {
    for (const std::string& word : words) {
        if (word.empty()) continue;
        words_.push_back(lowercase(word));
        const char first = words_.back().front();
        is_first_[static_cast<unsigned char>(first)] = true;
        if (first >= 'a' && first <= 'z') is_first_[static_cast<unsigned char>(first) & 0xDFU] = true;
        bytes_max_ = std::max(bytes_max_, word.size());
    }
}

std::size_t ContextWords::word_at(std::string_view text, std::size_t at, std::size_t to) const {
    for (const std::string& word : words_) {
        if (to - at < word.size() || !equal_ignoring_case(text.substr(at, word.size()), word)) continue;
        const std::size_t end = at + word.size();
        const bool is_cut_left = is_ascii_word(word.front()) && at > 0 && is_ascii_word(text[at - 1]);
        const bool is_cut_right = is_ascii_word(word.back()) && end < text.size() && is_ascii_word(text[end]);
        if (!is_cut_left && !is_cut_right) return word.size();
    }
    return 0;
}

std::size_t ContextWords::find(std::string_view text, std::size_t from, std::size_t to) const {
    for (std::size_t at = from; at < to; ++at)
        if (is_first_[static_cast<unsigned char>(text[at])] && word_at(text, at, to) > 0) return at;
    return to;
}

bool WordCursor::is_near(const ContextWords& words, std::string_view text, std::size_t begin, std::size_t end,
                         std::size_t characters) {
    const std::size_t from = characters_before(text, begin, characters), to = characters_behind(text, end, characters);
    const std::size_t back = words.bytes_max() - 1;
    // Words that the last search cut at its end are read once more.
    for (std::size_t at = std::max(from, left_to - std::min(left_to, back)); at < begin;) {
        at = words.find(text, at, begin);
        if (at == begin) break;
        const std::size_t word_end = at + words.word_at(text, at, begin);
        left_last = has_left ? std::max(left_last, at) : at;
        has_left = true;
        at = std::max(at + 1, std::min(word_end, begin));
    }
    left_to = std::max(left_to, begin);
    if (has_left && left_last >= from) return true;
    if (has_right && right_next >= end) return right_next + words.word_at(text, right_next, text.size()) <= to;
    const std::size_t at = std::max(end, has_right ? right_next + 1 : right_to - std::min(right_to, back));
    if (at >= to) return false;
    right_next = words.find(text, at, to);
    has_right = right_next < to;
    right_to = to;
    return has_right;
}

}   // namespace gilmok::guard
