// Whether a text may read differently than it stands, at more than 5 GB/s for Korean and English prose: a vector pass finds
// places that could, the exact questions of view_forms.hpp are asked only there.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "guard/view_forms.hpp"
#include "guard/wide.hpp"

namespace gilmok::guard::forms {

namespace {

bool differs_at(std::string_view text, std::size_t at) {
    const char c = text[at];
    if (is_digit(c)) return has_three_spaced(text, at) || has_look_alike(text, at);
    if (static_cast<unsigned char>(c) < 0x80) return look_alike(c) != 0 && has_look_alike(text, at);
    return has_form_at(text, at) || has_three_numerals(text, at) || has_digit_between(text, at);
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

// The lead bytes behind which forms stand. One bit for each high nibble, in both tables.
constexpr std::array<unsigned, 11> form_leads = {0xC2, 0xCD, 0xD9, 0xDB, 0xE0, 0xE1, 0xE2, 0xE3, 0xEF, 0xF0, 0xF3};
constexpr unsigned high_c = 1, high_d = 2, high_e = 4, high_f = 8;

struct Tables {
    alignas(32) std::array<char, 32> lead_low{}, lead_high{}, second_low{}, second_high{}, third_low{}, third_high{};
};

constexpr void set_both(std::array<char, 32>& table, std::size_t nibble, unsigned bits) {
    for (const std::size_t lane : {std::size_t{0}, std::size_t{16}})
        table[lane + nibble] = static_cast<char>(static_cast<unsigned char>(table[lane + nibble]) | bits);
}

// The second and third bytes of the numerals, one bit for those that share a second byte or lie well beside another.
struct Numeral {
    unsigned second, third, bucket;
};
constexpr std::array<Numeral, 12> numeral_bytes_behind = {{{0xB3, 0xB5, 0},
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

constexpr Tables make_tables() {
    Tables tables;
    for (const unsigned lead : form_leads) {
        const unsigned high = lead >> 4U;
        const unsigned bit = high == 0xC ? high_c : high == 0xD ? high_d : high == 0xE ? high_e : high_f;
        set_both(tables.lead_low, lead & 15U, bit);
        set_both(tables.lead_high, lead >> 4U, bit);
    }
    for (const Numeral& n : numeral_bytes_behind) {
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

// In a block that holds a digit: where "1 2 3" or a digit beside a letter like one begins, or a character ends behind which a digit
// stands in front of another: "공1공".
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
    const __m256i enclosed =
        _mm256_and_si256(_mm256_and_si256(bytes, load(at + 2)), digit_next);   // by their high bits
    return mask(_mm256_or_si256(_mm256_or_si256(mixed, spaced), enclosed));
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

// One bit for each of the bytes behind which forms stand; and for the second and third bytes of numerals, by their low six bits.
struct WideTables {
    alignas(64) std::array<char, 128> leads{};
    alignas(64) std::array<char, 64> second{}, third{};
};
constexpr WideTables wide_tables = [] {
    WideTables made;
    for (const unsigned lead : form_leads) made.leads[lead % 128] = 1;
    for (const Numeral& n : numeral_bytes_behind) {
        made.second[n.second % 64] =
            static_cast<char>(static_cast<unsigned char>(made.second[n.second % 64]) | 1U << n.bucket);
        made.third[n.third % 64] =
            static_cast<char>(static_cast<unsigned char>(made.third[n.third % 64]) | 1U << n.bucket);
    }
    return made;
}();

GILMOK_AVX512 std::uint64_t wide_digit_places(const wide::Source& source, std::uint64_t digits_here) {
    const __m512i bytes = source.at(0), next = source.at(1);
    const auto spaces = wide::equal(next, ' ') & wide::equal(source.at(3), ' ');
    const std::uint64_t like =
        wide::equal(bytes, 'O') | wide::equal(bytes, 'o') | wide::equal(bytes, 'l') | wide::equal(bytes, 'I');
    const std::uint64_t like_next =
        wide::equal(next, 'O') | wide::equal(next, 'o') | wide::equal(next, 'l') | wide::equal(next, 'I');
    const std::uint64_t digits_next = wide::in_range(next, '0', 10);
    std::uint64_t places = (digits_here & like_next) | (like & digits_next);
    places |= digits_next & _mm512_movepi8_mask(_mm512_and_si512(bytes, source.at(2)));
    if ((digits_here & spaces) != 0)
        places |= digits_here & spaces & wide::in_range(source.at(2), '0', 10) & wide::in_range(source.at(4), '0', 10);
    return places;
}

// Where the first of three numerals has its second byte: in a row, or each behind one byte.
constexpr std::uint64_t three_of(std::uint64_t numerals) {
    return numerals & ((numerals >> 3U & numerals >> 6U) | (numerals >> 4U & numerals >> 8U));
}

GILMOK_AVX512_FUNCTION std::size_t next_form_avx512(std::string_view text, std::size_t from) {
    constexpr std::size_t reach = 8;   // from the first numeral's second byte to the third one's
    const Part part{text, text, 0};
    std::uint64_t last_numerals = 0;   // of the last bytes of the block before
    for (std::size_t at = from; at < text.size(); at += wide::bytes) {
        const wide::Source source{text.data() + at, text.size() - at};
        const __m512i bytes = source.at(0);
        const std::uint64_t digits_here = wide::in_range(bytes, '0', 10);
        std::size_t found = none_found;
        // A block without a digit asks too where the next one begins with one: the letter stands here.
        if (digits_here != 0 || (source.left > wide::bytes && is_digit(source.here[wide::bytes]))) {
            const std::uint64_t places = wide_digit_places(source, digits_here);
            if (places != 0) found = first_of(part, at, places);
        }
        const std::uint64_t beyond_ascii = _mm512_movepi8_mask(bytes);
        std::uint64_t numerals = 0;
        if (beyond_ascii != 0) {
            const __m512i leads = wide::look_up_128(wide_tables.leads.data(), bytes);
            const std::uint64_t lead_places = _mm512_mask_test_epi8_mask(beyond_ascii, leads, leads);
            if (lead_places != 0) found = std::min(found, first_of(part, at, lead_places));
            numerals = _mm512_mask_test_epi8_mask(beyond_ascii, wide::look_up_64(wide_tables.second.data(), bytes),
                                                  wide::look_up_64(wide_tables.third.data(), source.at(1)));
        }
        const auto tell = [&](std::size_t base, std::uint64_t three) {
            for (; three != 0; three &= three - 1) {
                const std::size_t begin = base + static_cast<std::size_t>(std::countr_zero(three)) - 1;
                if (begin < from || begin >= text.size() || !has_three_numerals(text, begin)) continue;
                found = std::min(found, begin);
                return;
            }
        };
        // Those that began in the block before and end in this one; then this one's.
        tell(at - reach, three_of(last_numerals | numerals << reach) & ((std::uint64_t{1} << reach) - 1));
        tell(at, three_of(numerals));
        last_numerals = numerals >> (wide::bytes - reach);
        if (found == none_found) continue;
        // Numerals before it may end in the next block.
        for (std::size_t before = at; before < found; ++before)
            if (part.differs_at(before)) return before;
        return found;
    }
    return text.size();
}

}   // namespace

std::size_t next_form(std::string_view text, std::size_t from, Vectors with) {
    if (with == Vectors::none) return next_form_scalar(text, from);
    if (with == Vectors::avx512) return next_form_avx512(text, from);
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

std::size_t next_form(std::string_view text, std::size_t from, Vectors) { return next_form_scalar(text, from); }

#endif

}   // namespace gilmok::guard::forms
