#include "guard/matcher.hpp"

#include <bit>

#include "base/text.hpp"
#include "guard/vectors.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
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

// The first place where the first and the last byte of `word` fit and `stands` agrees; npos for none.
template <bool ignores_case, class Stands>
std::size_t first_place(std::string_view text, std::string_view word, std::size_t from, Stands&& stands) {
    if (word.empty() || word.size() > text.size()) return std::string_view::npos;
    const std::size_t places = text.size() - word.size() + 1;
    std::size_t at = from;
#if defined(__x86_64__)
    const auto fold = [](char c) { return _mm_set1_epi8(ignores_case && is_letter(c) ? '\x20' : '\0'); };
    const auto wanted = [](char c) {
        return _mm_set1_epi8(static_cast<char>(ignores_case && is_letter(c) ? c | '\x20' : c));
    };
    const __m128i first_fold = fold(word.front()), first = wanted(word.front());
    const __m128i last_fold = fold(word.back()), last = wanted(word.back());
    for (; at + 16 <= places; at += 16) {
        const auto* const here = reinterpret_cast<const __m128i*>(text.data() + at);
        const auto* const there = reinterpret_cast<const __m128i*>(text.data() + at + word.size() - 1);
        const __m128i begins = _mm_cmpeq_epi8(_mm_or_si128(_mm_loadu_si128(here), first_fold), first);
        const __m128i ends = _mm_cmpeq_epi8(_mm_or_si128(_mm_loadu_si128(there), last_fold), last);
        auto fits = static_cast<unsigned>(_mm_movemask_epi8(_mm_and_si128(begins, ends)));
        for (; fits != 0; fits &= fits - 1) {
            const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(fits));
            if (stands(place)) return place;
        }
    }
#endif
    for (; at < places; ++at)
        if (stands(at)) return at;
    return std::string_view::npos;
}

bool holds(std::string_view text, std::string_view word) {
    return first_place<true>(text, word, 0, [&](std::size_t at) { return stands_at(text, at, word); }) !=
           std::string_view::npos;
}

#if defined(__x86_64__)
// -1 for each of 16 bytes in which a character begins; bytes below -64 go on with one.
__m128i begins_at(const char* bytes) {
    return _mm_cmpgt_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)), _mm_set1_epi8(-65));
}
std::size_t count_of(__m128i begins) {
    const __m128i sums = _mm_sad_epu8(_mm_sub_epi8(_mm_setzero_si128(), begins), _mm_setzero_si128());
    return static_cast<std::size_t>(_mm_cvtsi128_si32(sums) + _mm_extract_epi16(sums, 4));
}
// Steps of 16 bytes that do not reach the last of the characters.
void step_back(std::string_view text, std::size_t& at, std::size_t least, std::size_t& characters) {
    while (at >= least + 16) {
        const auto count = count_of(begins_at(text.data() + at - 16));
        if (count >= characters) break;
        characters -= count;
        at -= 16;
    }
}
void step_on(std::string_view text, std::size_t& at, std::size_t most, std::size_t& characters) {
    while (at + 16 <= most) {
        const auto count = count_of(begins_at(text.data() + at));
        if (count >= characters) break;
        characters -= count;
        at += 16;
    }
}

#define GILMOK_AVX2_FUNCTION __attribute__((target("avx2,bmi,bmi2,popcnt")))

// One bit for each of 64 bytes in which a character begins.
GILMOK_AVX2_FUNCTION __attribute__((always_inline)) inline std::uint64_t begins_in_64(const char* bytes) {
    const auto* const at = reinterpret_cast<const __m256i*>(bytes);
    const __m256i last = _mm256_set1_epi8(-65);
    const __m256i low = _mm256_cmpgt_epi8(_mm256_loadu_si256(at), last);
    const __m256i high = _mm256_cmpgt_epi8(_mm256_loadu_si256(at + 1), last);
    return std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(high))} << 32U |
           static_cast<std::uint32_t>(_mm256_movemask_epi8(low));
}
// In steps of 64 bytes; true when the last of the characters has been reached.
GILMOK_AVX2_FUNCTION bool walk_back(std::string_view text, std::size_t& at, std::size_t least,
                                    std::size_t& characters) {
    while (at >= least + 64) {
        const std::uint64_t begins = begins_in_64(text.data() + at - 64);
        const auto count = static_cast<std::size_t>(_mm_popcnt_u64(begins));
        at -= 64;
        if (count >= characters) {
            at += static_cast<std::size_t>(_tzcnt_u64(_pdep_u64(std::uint64_t{1} << (count - characters), begins)));
            return true;
        }
        characters -= count;
    }
    return false;
}
GILMOK_AVX2_FUNCTION bool walk_on(std::string_view text, std::size_t& at, std::size_t most, std::size_t& characters) {
    while (at + 64 <= most) {
        const std::uint64_t begins = begins_in_64(text.data() + at);
        const auto count = static_cast<std::size_t>(_mm_popcnt_u64(begins));
        if (count > characters) {
            at += static_cast<std::size_t>(_tzcnt_u64(_pdep_u64(std::uint64_t{1} << characters, begins)));
            return true;
        }
        characters -= count;
        at += 64;
    }
    return false;
}
#endif

}   // namespace

std::size_t find_text(std::string_view text, std::string_view what, std::size_t from) {
    return first_place<false>(text, what, from, [&](std::size_t at) { return text.substr(at, what.size()) == what; });
}

std::size_t characters_before(std::string_view text, std::size_t begin, std::size_t characters) {
    const std::size_t least = begin > look_bytes_max ? begin - look_bytes_max : 0;
    std::size_t at = begin;
#if defined(__x86_64__)
    if (characters == 0) return at;
    if (widest_vectors() != Vectors::none && walk_back(text, at, least, characters)) return at;
    step_back(text, at, least, characters);
#endif
    for (; at > least && characters > 0; --at)
        if (!is_continuation(text[at - 1])) --characters;
    return at;
}

std::size_t characters_behind(std::string_view text, std::size_t end, std::size_t characters) {
    const std::size_t most = text.size() - end > look_bytes_max ? end + look_bytes_max : text.size();
    std::size_t at = end;
#if defined(__x86_64__)
    if (widest_vectors() != Vectors::none && walk_on(text, at, most, characters)) return at;
    step_on(text, at, most, characters);
#endif
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

}   // namespace gilmok::guard
