#include "gateway/input_bound.hpp"

#include <bit>
#include <cstddef>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace gilmok::gateway {

namespace {

// "image_url", "video_url" and "audio_url" end alike. Both end with a quote behind an l or a d, which is what is looked for:
// one pass over a long body, and text has few quotes.
constexpr std::string_view url_ending = "_url\"";
constexpr std::string_view file_name = "\"file_id\"";

// Whether a reference ends with the quote at `quote`.
bool is_reference(std::string_view body, std::size_t quote) {
    const std::string_view before = body.substr(0, quote + 1);
    return before.ends_with(url_ending) || before.ends_with(file_name);
}

std::int64_t references_from(std::string_view body, std::size_t at) {
    std::int64_t found = 0;
    for (at = body.find('"', at); at != std::string_view::npos; at = body.find('"', at + 1))
        found += is_reference(body, at) ? 1 : 0;
    return found;
}

#if defined(__x86_64__)

// Bytes that are a quote behind an l or a d, which differ in one bit.
__attribute__((target("avx2"), always_inline)) inline __m256i endings(const char* at) {
    const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i before = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at - 1));
    const __m256i is_letter =
        _mm256_cmpeq_epi8(_mm256_or_si256(before, _mm256_set1_epi8('l' ^ 'd')), _mm256_set1_epi8('l' | 'd'));
    return _mm256_and_si256(is_letter, _mm256_cmpeq_epi8(here, _mm256_set1_epi8('"')));
}

__attribute__((target("avx2"))) std::int64_t references_avx2(std::string_view body) {
    constexpr std::size_t block_bytes = 32;
    constexpr std::size_t step_bytes = 2 * block_bytes;
    std::int64_t found = 0;
    std::size_t at = 1;   // each place is looked at with the byte before it
    for (; at + step_bytes <= body.size(); at += step_bytes) {
        const __m256i first = endings(body.data() + at);
        const __m256i second = endings(body.data() + at + block_bytes);
        if (_mm256_testz_si256(_mm256_or_si256(first, second), _mm256_set1_epi8(-1)) != 0) continue;
        std::uint64_t places = static_cast<std::uint32_t>(_mm256_movemask_epi8(first)) |
                               std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(second))} << block_bytes;
        for (; places != 0; places &= places - 1)
            found += is_reference(body, at + static_cast<std::size_t>(std::countr_zero(places))) ? 1 : 0;
    }
    return found + references_from(body, at);
}

bool has_avx2() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") != 0;
}

std::int64_t references_in(std::string_view body) {
    static const bool is_wide = has_avx2();
    return is_wide ? references_avx2(body) : references_from(body, 0);
}

#else

std::int64_t references_in(std::string_view body) { return references_from(body, 0); }

#endif

}   // namespace

std::int64_t input_bound(std::string_view body) {
    return static_cast<std::int64_t>(body.size()) + template_tokens_max + references_in(body) * referenced_tokens_max;
}

}   // namespace gilmok::gateway
