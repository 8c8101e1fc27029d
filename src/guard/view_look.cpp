// Whether a text may read differently than it stands, at more than 5 GB/s for Korean and English prose: a vector pass finds
// places that could, the exact questions of view_forms.hpp are asked only there.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "guard/view_forms.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace gilmok::guard::forms {

namespace {

bool differs_at(std::string_view text, std::size_t at) {
    const char c = text[at];
    if (is_digit(c)) return has_three_spaced(text, at) || has_look_alike(text, at);
    if (static_cast<unsigned char>(c) < 0x80) return look_alike(c) != 0 && has_look_alike(text, at);
    return has_form_at(text, at) || has_three_numerals(text, at);
}

}   // namespace

std::size_t next_form_scalar(std::string_view text, std::size_t from) {
    while (from < text.size() && !differs_at(text, from)) ++from;
    return from;
}

#if defined(__x86_64__)

namespace {

constexpr std::size_t block_bytes = 32;
constexpr std::size_t ahead_bytes = 8;   // what the exact questions about a block's last byte need of the next

// The lead bytes behind which forms stand: C2 CD E1 E2 E3 EF F0 F3. One bit for each high nibble, in both tables.
constexpr unsigned high_c = 1, high_e = 2, high_f = 4;

struct Tables {
    alignas(32) std::array<char, 32> lead_low{}, lead_high{}, second_low{}, second_high{}, third_low{}, third_high{};
};

constexpr void set_both(std::array<char, 32>& table, std::size_t nibble, unsigned bits) {
    for (const std::size_t lane : {std::size_t{0}, std::size_t{16}})
        table[lane + nibble] = static_cast<char>(static_cast<unsigned char>(table[lane + nibble]) | bits);
}

constexpr Tables make_tables() {
    Tables tables;
    for (const unsigned lead : {0xC2U, 0xCDU, 0xE1U, 0xE2U, 0xE3U, 0xEFU, 0xF0U, 0xF3U}) {
        const unsigned bit = lead >> 4U == 0xC ? high_c : lead >> 4U == 0xE ? high_e : high_f;
        set_both(tables.lead_low, lead & 15U, bit);
        set_both(tables.lead_high, lead >> 4U, bit);
    }
    // The second and third bytes of the numerals, one bit for those that share a second byte or lie well beside another.
    struct Numeral {
        unsigned second, third, bucket;
    };
    constexpr std::array<Numeral, 12> numerals = {{{0xB3, 0xB5, 0},
                                                   {0xB5, 0xAC, 1},
                                                   {0x98, 0x81, 2},
                                                   {0x98, 0xA4, 2},
                                                   {0x9D, 0xBC, 3},
                                                   {0x9D, 0xB4, 3},
                                                   {0x82, 0xBC, 4},
                                                   {0x82, 0xAC, 4},
                                                   {0x9C, 0xA1, 5},
                                                   {0xA5, 0x99, 6},
                                                   {0xB9, 0xA0, 6},
                                                   {0x8C, 0x94, 7}}};
    for (const Numeral& n : numerals) {
        set_both(tables.second_low, n.second & 15U, 1U << n.bucket);
        set_both(tables.second_high, n.second >> 4U, 1U << n.bucket);
        set_both(tables.third_low, n.third & 15U, 1U << n.bucket);
        set_both(tables.third_high, n.third >> 4U, 1U << n.bucket);
    }
    return tables;
}
constexpr Tables tables = make_tables();

#define GILMOK_AVX2 __attribute__((target("avx2"), always_inline)) inline

GILMOK_AVX2 __m256i load(const char* at) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)); }
GILMOK_AVX2 __m256i table(const std::array<char, 32>& from) { return load(from.data()); }
GILMOK_AVX2 std::uint32_t mask(__m256i bytes) { return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes)); }
GILMOK_AVX2 __m256i low_nibbles(__m256i bytes) { return _mm256_and_si256(bytes, _mm256_set1_epi8(0x0F)); }
GILMOK_AVX2 __m256i high_nibbles(__m256i bytes) { return low_nibbles(_mm256_srli_epi16(bytes, 4)); }
GILMOK_AVX2 __m256i both(__m256i bytes, __m256i low, __m256i high) {
    return _mm256_and_si256(_mm256_shuffle_epi8(low, low_nibbles(bytes)),
                            _mm256_shuffle_epi8(high, high_nibbles(bytes)));
}
GILMOK_AVX2 std::uint32_t not_zero(__m256i bytes) { return ~mask(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())); }
GILMOK_AVX2 __m256i digits(__m256i bytes) {
    const __m256i shifted = _mm256_sub_epi8(bytes, _mm256_set1_epi8('0'));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(shifted, _mm256_set1_epi8(9)), shifted);
}
GILMOK_AVX2 __m256i equal(__m256i bytes, char c) { return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c)); }

// In a block that holds a digit: where "1 2 3" or a digit beside a letter like one begins.
GILMOK_AVX2 std::uint32_t digit_places(const char* at, __m256i bytes, __m256i is_digit_here) {
    const __m256i next = load(at + 1);
    const __m256i like = _mm256_or_si256(_mm256_or_si256(equal(bytes, 'O'), equal(bytes, 'o')),
                                         _mm256_or_si256(equal(bytes, 'l'), equal(bytes, 'I')));
    const __m256i like_next = _mm256_or_si256(_mm256_or_si256(equal(next, 'O'), equal(next, 'o')),
                                              _mm256_or_si256(equal(next, 'l'), equal(next, 'I')));
    const __m256i digit_next = digits(next);
    const __m256i mixed =
        _mm256_or_si256(_mm256_and_si256(is_digit_here, like_next), _mm256_and_si256(like, digit_next));
    const __m256i spaced = _mm256_and_si256(
        _mm256_and_si256(is_digit_here, equal(next, ' ')),
        _mm256_and_si256(digits(load(at + 2)), _mm256_and_si256(equal(load(at + 3), ' '), digits(load(at + 4)))));
    return mask(_mm256_or_si256(mixed, spaced));
}

// What is searched in blocks, and the text that it is a part of: exact questions may look further to both sides.
struct Part {
    std::string_view text;
    std::string_view whole;
    std::size_t begin = 0;   // in `whole`
    [[nodiscard]] bool differs_at(std::size_t at) const { return forms::differs_at(whole, begin + at); }
};

// The first of `places` that holds what the bytes promised; none_found without.
constexpr std::size_t none_found = ~std::size_t{0};
std::size_t first_of(const Part& part, std::size_t base, std::uint64_t places) {
    for (; places != 0; places &= places - 1) {
        const std::size_t at = base + static_cast<std::size_t>(std::countr_zero(places));
        if (part.differs_at(at)) return at;
    }
    return none_found;
}

// In whole blocks with ahead_bytes behind them; `done` tells how far.
__attribute__((target("avx2"))) std::size_t next_form_avx2(const Part& part, std::size_t from, std::size_t& done) {
    const std::string_view text = part.text;
    const __m256i lead_low = table(tables.lead_low), lead_high = table(tables.lead_high);
    const __m256i second_low = table(tables.second_low), second_high = table(tables.second_high);
    const __m256i third_low = table(tables.third_low), third_high = table(tables.third_high);
    std::uint64_t numerals = 0;   // the last two blocks' second bytes of numerals
    std::size_t at = from;
    for (; at + block_bytes + ahead_bytes <= text.size(); at += block_bytes) {
        const __m256i bytes = load(text.data() + at);
        const __m256i is_digit_here = digits(bytes);
        std::size_t found = none_found;
        // A block without a digit asks too where the next one begins with one: the letter stands here.
        if (mask(is_digit_here) != 0 || is_digit(text[at + block_bytes])) {
            const std::uint32_t places = digit_places(text.data() + at, bytes, is_digit_here);
            if (places != 0) found = first_of(part, at, places);
        }
        numerals >>= block_bytes;
        if (mask(bytes) != 0) {
            const std::uint32_t leads = not_zero(both(bytes, lead_low, lead_high));
            if (leads != 0) found = std::min(found, first_of(part, at, leads));
            const __m256i pairs = _mm256_and_si256(both(bytes, second_low, second_high),
                                                   both(load(text.data() + at + 1), third_low, third_high));
            numerals |= static_cast<std::uint64_t>(not_zero(pairs)) << block_bytes;
            // Bit 0 is the byte 32 before this block; a numeral begins one byte before its second.
            const std::uint64_t three =
                numerals & ((numerals >> 3U & numerals >> 6U) | (numerals >> 4U & numerals >> 8U));
            for (std::uint64_t left = three; left != 0; left &= left - 1) {
                const std::size_t second = at + static_cast<std::size_t>(std::countr_zero(left));
                if (second <= from + block_bytes || !has_three_numerals(text, second - block_bytes - 1)) continue;
                found = std::min(found, second - block_bytes - 1);
                break;
            }
        }
        if (found == none_found) continue;
        // Numerals before it may end in the next block.
        for (std::size_t before = at; before < found; ++before)
            if (part.differs_at(before)) return before;
        return found;
    }
    done = at;
    return none_found;
}

bool has_avx2() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") != 0;
}

}   // namespace

std::size_t next_form(std::string_view text, std::size_t from) {
    static const bool is_wide = has_avx2();
    if (!is_wide) return next_form_scalar(text, from);
    std::size_t done = from;
    const std::size_t found = next_form_avx2({text, text, 0}, from, done);
    if (found != none_found) return found;
    // The rest is less than a block and what is ahead of it; it is read again with zeros behind, which are part of no form.
    // One block more, because numerals that begin in it may end in the rest.
    char rest[3 * block_bytes + 2 * ahead_bytes] = {};
    const std::size_t begin = done - std::min(done - from, block_bytes), size = text.size() - begin;
    std::memcpy(rest, text.data() + begin, size);
    const std::size_t place = next_form_avx2({{rest, sizeof rest}, text, begin}, 0, done);
    return place == none_found ? text.size() : begin + place;
}

#else

std::size_t next_form(std::string_view text, std::size_t from) { return next_form_scalar(text, from); }

#endif

}   // namespace gilmok::guard::forms
