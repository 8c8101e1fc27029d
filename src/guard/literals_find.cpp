// The search for fixed texts: twins that ask each byte, 32 at once or 64 at once.
#include <algorithm>
#include <cstring>

#include "guard/literals.hpp"
#include "guard/literals_inside.hpp"
#include "guard/wide.hpp"

namespace gilmok::guard {

using namespace literal;

// Without a branch that depends on the text until both sieves have spoken: what the vectors let through is met by chance, and a
// branch that cannot be foretold costs more than the look-ups.
template <bool is_ascii>
void Literals::verify_each(std::string_view text, std::span<std::uint32_t> places, std::vector<Hit>& hits) const {
    std::size_t left = 0;
    for (const std::uint32_t at : places) {
        const std::uint64_t key = folded(bytes_at(text, at));
        const std::uint64_t passes =
            has_bit(whole_, bit_of(print_of<is_ascii>(key))) | has_bit(short_, bit_of(short_print_of<is_ascii>(key)));
        places[left] = at;
        left += passes;
    }
    for (const std::uint32_t at : places.first(left)) verify(text, at, hits);
}

#if defined(__x86_64__)

namespace {

#define GILMOK_AVX2_FUNCTION __attribute__((target("avx2,bmi,popcnt")))
#define GILMOK_AVX2 GILMOK_AVX2_FUNCTION __attribute__((always_inline)) inline

constexpr std::size_t block_bytes = 32;

GILMOK_AVX2 __m256i load(const char* at) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)); }

// 32 bytes by their nibbles.
struct Split {
    __m256i low, high;
};
GILMOK_AVX2 Split split(__m256i bytes) {
    const __m256i nibble = _mm256_set1_epi8(0x0F);
    return {_mm256_and_si256(bytes, nibble), _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble)};
}
GILMOK_AVX2 std::uint32_t not_zero(__m256i bytes) {
    return ~static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())));
}

// Buckets of one half that a byte of the fingerprint fits. Loops of four are written out below: the compiler leaves them loops.
GILMOK_AVX2 __m256i fits(const Split& bytes, const std::array<char, 32>& low, const std::array<char, 32>& high) {
    return _mm256_and_si256(_mm256_shuffle_epi8(load(low.data()), bytes.low),
                            _mm256_shuffle_epi8(load(high.data()), bytes.high));
}
// Which of the 32 bytes at `here` fit any bucket in all four bytes of the fingerprint.
template <const std::array<std::size_t, 4>& offsets, class Tables>
GILMOK_AVX2 std::uint32_t places_of(const char* here, const Tables& low, const Tables& high) {
    const Split first = split(load(here + offsets[0])), second = split(load(here + offsets[1]));
    __m256i left = _mm256_and_si256(fits(first, low[0][0], high[0][0]), fits(second, low[0][1], high[0][1]));
    __m256i right = _mm256_and_si256(fits(first, low[1][0], high[1][0]), fits(second, low[1][1], high[1][1]));
    const __m256i two = _mm256_or_si256(left, right);
    if (_mm256_testz_si256(two, two) != 0) return 0;   // spaces and commas between words of another script
    const Split third = split(load(here + offsets[2])), fourth = split(load(here + offsets[3]));
    left = _mm256_and_si256(left,
                            _mm256_and_si256(fits(third, low[0][2], high[0][2]), fits(fourth, low[0][3], high[0][3])));
    right = _mm256_and_si256(right,
                             _mm256_and_si256(fits(third, low[1][2], high[1][2]), fits(fourth, low[1][3], high[1][3])));
    return not_zero(_mm256_or_si256(left, right));
}

// Places of a stretch, in order.
struct Places {
    static constexpr std::size_t stretch_bytes = 1'024;
    static constexpr std::size_t at_once = 4;
    std::size_t count = 0;
    std::uint32_t at[stretch_bytes + at_once];

    // Most blocks hold a few: so many are written whether they are there or not.
    GILMOK_AVX2 void add(std::size_t base, std::uint32_t bits) {
        if (bits == 0) return;
        const auto more = static_cast<std::size_t>(_mm_popcnt_u32(bits));
        const auto first = static_cast<std::uint32_t>(base);
        at[count] = first + _tzcnt_u32(bits);
        bits &= bits - 1;
        at[count + 1] = first + _tzcnt_u32(bits);
        bits &= bits - 1;
        at[count + 2] = first + _tzcnt_u32(bits);
        bits &= bits - 1;
        at[count + 3] = first + _tzcnt_u32(bits);
        bits &= bits - 1;
        for (std::size_t i = at_once; i < more; ++i, bits &= bits - 1) at[count + i] = first + _tzcnt_u32(bits);
        count += more;
    }
    std::span<std::uint32_t> all() { return {at, count}; }
};

}   // namespace

GILMOK_AVX2_FUNCTION void Literals::find_avx2(std::string_view text, std::size_t from, std::size_t to,
                                              std::vector<Hit>& hits) const {
    Places others, asciis;
    for (std::size_t at = from; at < to; at += block_bytes) {
        char rest[block_bytes + ahead_bytes];   // the text's last bytes, so that nothing behind them is read
        const char* here = text.data() + at;
        if (at + sizeof rest > text.size()) {
            std::memset(rest, 0, sizeof rest);
            std::memcpy(rest, here, text.size() - at);
            here = rest;
        }
        const std::uint32_t wanted = to - at >= block_bytes ? ~0U : (1U << (to - at)) - 1;
        const __m256i bytes = load(here);
        const auto beyond_ascii = static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
        if (other_.is_used && (beyond_ascii & wanted) != 0) {
            // Bytes below -64 go on with a character.
            const __m256i begins = _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(-65));
            const std::uint32_t leads = beyond_ascii & static_cast<std::uint32_t>(_mm256_movemask_epi8(begins));
            others.add(at, places_of<other_offsets>(here, other_.low, other_.high) & leads & wanted);
        }
        if (ascii_.is_used && (~beyond_ascii & wanted) != 0)
            asciis.add(at, places_of<ascii_offsets>(here, ascii_.low, ascii_.high) & ~beyond_ascii & wanted);
        if (at + block_bytes - from < Places::stretch_bytes && at + block_bytes < to) continue;
        verify_each<false>(text, others.all(), hits);
        verify_each<true>(text, asciis.all(), hits);
        others.count = asciis.count = 0;
        from = at + block_bytes;
    }
}

namespace {

static_assert(ahead_bytes <= wide::Source::ahead_max);

// Buckets of one half that a byte of the fingerprint fits. Bytes of other scripts are told apart by six bits, as their characters go
// on; a byte of ASCII among them is let through by chance.
template <bool is_ascii>
GILMOK_AVX512 __m512i fits_wide(__m512i bytes, const std::array<char, 128>& table) {
    if constexpr (is_ascii) return wide::look_up_128(table.data(), bytes);
    return wide::look_up_64(table.data(), bytes);
}
// Which of the `wanted` bytes fit any bucket in all four bytes of the fingerprint.
template <bool is_ascii, class Tables>
GILMOK_AVX512 std::uint64_t wide_places_of(const wide::Source& source, const Tables& tables, std::uint64_t wanted) {
    constexpr const auto& offsets = is_ascii ? ascii_offsets : other_offsets;
    const __m512i first = source.at(offsets[0]), second = source.at(offsets[1]);
    __m512i left =
        _mm512_and_si512(fits_wide<is_ascii>(first, tables[0][0]), fits_wide<is_ascii>(second, tables[0][1]));
    __m512i right =
        _mm512_and_si512(fits_wide<is_ascii>(first, tables[1][0]), fits_wide<is_ascii>(second, tables[1][1]));
    const __m512i two = _mm512_or_si512(left, right);
    if (_mm512_mask_test_epi8_mask(wanted, two, two) == 0)
        return 0;   // spaces and commas between words of another script
    const __m512i third = source.at(offsets[2]), fourth = source.at(offsets[3]);
    left = _mm512_and_si512(
        left, _mm512_and_si512(fits_wide<is_ascii>(third, tables[0][2]), fits_wide<is_ascii>(fourth, tables[0][3])));
    right = _mm512_and_si512(
        right, _mm512_and_si512(fits_wide<is_ascii>(third, tables[1][2]), fits_wide<is_ascii>(fourth, tables[1][3])));
    const __m512i all = _mm512_or_si512(left, right);
    return _mm512_mask_test_epi8_mask(wanted, all, all);
}

// Places of a stretch, in order.
struct WidePlaces {
    static constexpr std::size_t stretch_bytes = 1'024;
    static constexpr std::size_t at_once = 16;
    std::size_t count = 0;
    std::uint32_t at[stretch_bytes + wide::bytes];

    // So many are written at once, whether they are there or not.
    GILMOK_AVX512 void add(std::size_t base, std::uint64_t bits) {
        if (bits == 0) return;
        const __m512i order =
            _mm512_set_epi8(63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41,
                            40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18,
                            17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        alignas(64) char packed[wide::bytes];
        _mm512_store_si512(packed, _mm512_maskz_compress_epi8(bits, order));
        const __m128i first = _mm_load_si128(reinterpret_cast<const __m128i*>(packed));
        const __m512i bases = _mm512_set1_epi32(static_cast<int>(base));
        _mm512_storeu_si512(at + count, _mm512_add_epi32(bases, _mm512_maskz_cvtepu8_epi32(wide::all_words, first)));
        const auto more = static_cast<std::size_t>(_mm_popcnt_u64(bits));
        for (std::size_t i = at_once; i < more; ++i)
            at[count + i] = static_cast<std::uint32_t>(base) + static_cast<unsigned char>(packed[i]);
        count += more;
    }
    std::span<std::uint32_t> all() { return {at, count}; }
};

}   // namespace

GILMOK_AVX512_FUNCTION void Literals::find_avx512(std::string_view text, std::size_t from, std::size_t to,
                                                  std::vector<Hit>& hits) const {
    WidePlaces others, asciis;
    for (std::size_t at = from; at < to; at += wide::bytes) {
        const wide::Source source{text.data() + at, text.size() - at};
        const std::uint64_t wanted = wide::first_bits(to - at);
        const __m512i bytes = source.at(0);
        const std::uint64_t beyond_ascii = _mm512_movepi8_mask(bytes);
        if (other_.is_used && (beyond_ascii & wanted) != 0) {
            // Bytes below -64 go on with a character.
            const std::uint64_t begins = _mm512_cmpgt_epi8_mask(bytes, _mm512_set1_epi8(-65));
            others.add(at, wide_places_of<false>(source, other_.bytes, beyond_ascii & begins & wanted));
        }
        if (ascii_.is_used && (~beyond_ascii & wanted) != 0)
            asciis.add(at, wide_places_of<true>(source, ascii_.bytes, ~beyond_ascii & wanted));
        if (at + wide::bytes - from < WidePlaces::stretch_bytes && at + wide::bytes < to) continue;
        verify_each<false>(text, others.all(), hits);
        verify_each<true>(text, asciis.all(), hits);
        others.count = asciis.count = 0;
        from = at + wide::bytes;
    }
}

void Literals::find(std::string_view text, std::size_t from, std::size_t to, std::vector<Hit>& hits,
                    Vectors with) const {
    if (entries_.empty()) return;
    switch (with) {
        case Vectors::avx512: return find_avx512(text, from, to, hits);
        case Vectors::avx2: return find_avx2(text, from, to, hits);
        case Vectors::none: return find_scalar(text, from, to, hits);
    }
}

#else

void Literals::find(std::string_view text, std::size_t from, std::size_t to, std::vector<Hit>& hits, Vectors) const {
    find_scalar(text, from, to, hits);
}

#endif

}   // namespace gilmok::guard
