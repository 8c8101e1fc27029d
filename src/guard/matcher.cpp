#include "guard/matcher.hpp"

#include <bit>

#include "base/text.hpp"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace gilmok::guard {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

bool stands_at(std::string_view text, std::size_t at, std::string_view word) {
    if (!equal_ignoring_case(text.substr(at, word.size()), word)) return false;
    // "pan" is not in "Japan"; other scripts write words without spaces.
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_letter(word.front()) || !is_letter(text[at - 1]);
    return begins && (end == text.size() || !is_letter(word.back()) || !is_letter(text[end]));
}

// Whether `word` stands in `text`: places are those where its first and its last byte fit.
bool holds(std::string_view text, std::string_view word) {
    if (word.empty() || word.size() > text.size()) return false;
    const std::size_t places = text.size() - word.size() + 1;
    std::size_t at = 0;
#if defined(__x86_64__)
    const auto fold = [](char c) { return _mm_set1_epi8(is_letter(c) ? '\x20' : '\0'); };
    const auto wanted = [](char c) { return _mm_set1_epi8(static_cast<char>(is_letter(c) ? c | '\x20' : c)); };
    const __m128i first_fold = fold(word.front()), first = wanted(word.front());
    const __m128i last_fold = fold(word.back()), last = wanted(word.back());
    for (; at + 16 <= places; at += 16) {
        const auto* const here = reinterpret_cast<const __m128i*>(text.data() + at);
        const auto* const there = reinterpret_cast<const __m128i*>(text.data() + at + word.size() - 1);
        const __m128i begins = _mm_cmpeq_epi8(_mm_or_si128(_mm_loadu_si128(here), first_fold), first);
        const __m128i ends = _mm_cmpeq_epi8(_mm_or_si128(_mm_loadu_si128(there), last_fold), last);
        for (auto fits = static_cast<unsigned>(_mm_movemask_epi8(_mm_and_si128(begins, ends))); fits != 0;
             fits &= fits - 1)
            if (stands_at(text, at + static_cast<std::size_t>(std::countr_zero(fits)), word)) return true;
    }
#endif
    for (; at < places; ++at)
        if (stands_at(text, at, word)) return true;
    return false;
}

}   // namespace

std::size_t characters_before(std::string_view text, std::size_t begin, std::size_t characters) {
    const std::size_t least = begin > look_bytes_max ? begin - look_bytes_max : 0;
    std::size_t at = begin;
    for (; at > least && characters > 0; --at)
        if (!is_continuation(text[at - 1])) --characters;
    return at;
}

std::size_t characters_behind(std::string_view text, std::size_t end, std::size_t characters) {
    const std::size_t most = text.size() - end > look_bytes_max ? end + look_bytes_max : text.size();
    std::size_t at = end;
    for (; at < most && (characters > 0 || is_continuation(text[at])); ++at)
        if (!is_continuation(text[at])) --characters;
    return at;
}

bool has_word_near(std::string_view text, std::size_t begin, std::size_t end, std::span<const std::string_view> words,
                   std::size_t characters) {
    const std::size_t from = characters_before(text, begin, characters);
    const std::string_view left = text.substr(from, begin - from);
    const std::string_view right = text.substr(end, characters_behind(text, end, characters) - end);
    for (const std::string_view word : words)
        if (holds(left, word) || holds(right, word)) return true;
    return false;
}

bool is_ascii_word(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; }

}   // namespace gilmok::guard
