// 64 bytes of a text at once, for the forms of the first stage's searches that Vectors::avx512 names.
#pragma once

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#define GILMOK_AVX512_FUNCTION __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,popcnt")))
#define GILMOK_AVX512 GILMOK_AVX512_FUNCTION __attribute__((always_inline)) inline

namespace gilmok::guard::wide {

constexpr std::size_t bytes = 64;
// g++ 12 takes what an instruction without a mask leaves undefined for a variable that nobody set.
constexpr __mmask64 all_bytes = ~__mmask64{0};
constexpr __mmask16 all_words = 0xFFFF;

// The low `count` bits.
inline std::uint64_t first_bits(std::size_t count) {
    return count >= bytes ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

// The text from a place on; behind its end are zeros.
struct Source {
    static constexpr std::size_t ahead_max = 8;
    const char* here;
    std::size_t left;
    GILMOK_AVX512 __m512i at(std::size_t offset) const {   // of at most ahead_max
        if (left >= bytes + ahead_max) [[likely]]
            return _mm512_loadu_si512(here + offset);
        return _mm512_maskz_loadu_epi8(first_bits(left < offset ? 0 : left - offset), here + offset);
    }
};

// 128 bytes, looked up by the low seven bits of each byte; 64 of them, by the low six.
GILMOK_AVX512 __m512i look_up_128(const char* table, __m512i of) {
    return _mm512_permutex2var_epi8(_mm512_loadu_si512(table), of, _mm512_loadu_si512(table + bytes));
}
GILMOK_AVX512 __m512i look_up_64(const char* table, __m512i of) {
    return _mm512_maskz_permutexvar_epi8(all_bytes, of, _mm512_loadu_si512(table));
}
GILMOK_AVX512 std::uint64_t in_range(__m512i of, char first, char count) {
    return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(of, _mm512_set1_epi8(first)), _mm512_set1_epi8(count));
}
GILMOK_AVX512 std::uint64_t equal(__m512i of, char c) { return _mm512_cmpeq_epi8_mask(of, _mm512_set1_epi8(c)); }

}   // namespace gilmok::guard::wide

#endif
