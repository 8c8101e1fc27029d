#include "guard/literals.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/assert.hpp"
#include "base/text.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace gilmok::guard {

namespace {

unsigned char byte(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_letter(unsigned char c) { return (c | 0x20U) >= 'a' && (c | 0x20U) <= 'z'; }

// Behind the lead byte of a Hangul syllable, which nearly all share; two syllables.
constexpr std::array<std::size_t, 4> other_offsets = {1, 2, 4, 5};
constexpr std::array<std::size_t, 4> ascii_offsets = {0, 1, 2, 3};
constexpr std::size_t ahead_bytes = 5;   // the farthest offset

// The bytes of a fingerprint, out of a key; of a short text those that it has for sure.
template <bool is_ascii>
std::uint32_t print_of(std::uint64_t key) {
    return static_cast<std::uint32_t>(is_ascii ? key : (key >> 8U & 0xFFFFU) | (key >> 32U & 0xFFFFU) << 16U);
}
template <bool is_ascii>
std::uint32_t short_print_of(std::uint64_t key) {
    return static_cast<std::uint32_t>(is_ascii ? key & 0xFF'FFFFU : key >> 8U & 0xFFFFU);
}
std::size_t bit_of(std::uint32_t print) { return (print * 2'654'435'761U) >> 17U; }
template <class Sieve>
void set_bit(Sieve& sieve, std::size_t bit) {
    sieve[bit / 64] |= std::uint64_t{1} << (bit % 64);
}
template <class Sieve>
std::uint64_t has_bit(const Sieve& sieve, std::size_t bit) {
    return sieve[bit / 64] >> (bit % 64) & 1U;
}

void set_nibble(std::array<char, 32>& table, std::size_t nibble, unsigned bits) {
    for (const std::size_t lane : {std::size_t{0}, std::size_t{16}})
        table[lane + nibble] = static_cast<char>(static_cast<unsigned char>(table[lane + nibble]) | bits);
}

}   // namespace

Literals::Literals(std::span<const std::string_view> texts, Case letters) : texts_(texts), letters_(letters) {
    GILMOK_ASSERT(texts.size() <= texts_max);
    std::vector<Entry> ascii, other;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto first = std::find_if_not(texts[i].begin(), texts[i].end(), is_ascii);
        const std::size_t skip = first == texts[i].end() ? 0 : static_cast<std::size_t>(first - texts[i].begin());
        GILMOK_ASSERT(texts[i].size() >= skip + 3 && texts[i].size() <= text_bytes_max);
        const std::size_t bytes = texts[i].size() - skip;
        skip_max_ = std::max(skip_max_, skip);
        const std::uint64_t mask = bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * bytes)) - 1;
        const Entry entry{key_at(texts[i], skip) & mask, mask, static_cast<std::uint16_t>(i),
                          static_cast<std::uint8_t>(skip)};
        (first == texts[i].end() ? ascii : other).push_back(entry);
    }
    add_fingerprints(ascii, ascii_, ascii_offsets);
    add_fingerprints(other, other_, other_offsets);
    const auto is_short = [this](const Entry& entry, std::size_t last) {
        return texts_[entry.index].size() - entry.skip <= last;
    };
    for (const Entry& entry : ascii) {
        const bool has_few = is_short(entry, ascii_offsets.back());
        set_bit(has_few ? short_ : whole_,
                bit_of(has_few ? short_print_of<true>(entry.key) : print_of<true>(entry.key)));
    }
    for (const Entry& entry : other) {
        const bool has_few = is_short(entry, other_offsets.back());
        set_bit(has_few ? short_ : whole_,
                bit_of(has_few ? short_print_of<false>(entry.key) : print_of<false>(entry.key)));
    }
    entries_ = ascii;
    entries_.insert(entries_.end(), other.begin(), other.end());
    std::sort(entries_.begin(), entries_.end(), [](const Entry& left, const Entry& right) {
        const std::size_t left_slot = slot_of(left.key), right_slot = slot_of(right.key);
        return left_slot != right_slot ? left_slot < right_slot : left.index < right.index;
    });
    first_.assign(slots + 1, 0);
    for (const Entry& entry : entries_) ++first_[slot_of(entry.key) + 1];
    for (std::size_t i = 1; i <= slots; ++i) first_[i] = static_cast<std::uint16_t>(first_[i] + first_[i - 1]);
}

// Texts too short for all four bytes match anything at the others, so they share a bucket of their own; the rest are
// sorted before they are dealt out, because texts that begin alike widen a bucket least.
void Literals::add_fingerprints(std::vector<Entry>& entries, Fingerprint& fingerprint,
                                std::span<const std::size_t> offsets) {
    fingerprint.is_used = !entries.empty();
    const auto size = [this](const Entry& entry) { return texts_[entry.index].size() - entry.skip; };
    std::sort(entries.begin(), entries.end(), [&](const Entry& left, const Entry& right) {
        const bool is_left_short = size(left) <= offsets.back(), is_right_short = size(right) <= offsets.back();
        if (is_left_short != is_right_short) return is_left_short;
        return texts_[left.index].substr(left.skip) < texts_[right.index].substr(right.skip);
    });
    const auto shorts = static_cast<std::size_t>(std::count_if(
        entries.begin(), entries.end(), [&](const Entry& entry) { return size(entry) <= offsets.back(); }));
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const std::size_t bucket = i < shorts ? 0 : 1 + (i - shorts) * 7 / (entries.size() - shorts);
        const std::string_view bytes = texts_[entries[i].index].substr(entries[i].skip);
        for (std::size_t print = 0; print < prints; ++print) {
            const bool is_any = offsets[print] >= bytes.size();
            const unsigned c = is_any ? 0U : byte(bytes, offsets[print]);
            const bool is_folded = !is_any && letters_ == Case::ignored && is_letter(static_cast<unsigned char>(c));
            for (std::size_t nibble = 0; nibble < 16; ++nibble) {
                if (is_any || nibble == (c & 15U)) set_nibble(fingerprint.low[print], nibble, 1U << bucket);
                if (is_any || nibble == c >> 4U || (is_folded && nibble == ((c ^ 0x20U) >> 4U)))
                    set_nibble(fingerprint.high[print], nibble, 1U << bucket);
            }
        }
    }
}

// Eight bytes from `at` on, the first one lowest; zero behind the text's end. Folding a byte may make two texts one key, never
// one text two.
std::uint64_t Literals::key_at(std::string_view text, std::size_t at) const {
    std::uint64_t key = 0;
    if (at + sizeof key <= text.size())
        std::memcpy(&key, text.data() + at, sizeof key);
    else
        std::memcpy(&key, text.data() + at, text.size() - at);
    if constexpr (std::endian::native == std::endian::big) key = __builtin_bswap64(key);
    return letters_ == Case::ignored ? key | 0x2020'2020'2020'2020U : key;
}

bool Literals::stands(std::string_view text, std::size_t at, const Entry& entry) const {
    const std::string_view wanted = texts_[entry.index];
    if (at < entry.skip) return false;
    const std::string_view here = text.substr(at - entry.skip, wanted.size());
    return letters_ == Case::exact ? here == wanted : equal_ignoring_case(here, wanted);
}

void Literals::verify(std::string_view text, std::size_t at, std::vector<Hit>& hits) const {
    if (at + 3 > text.size()) return;
    const std::uint64_t key = key_at(text, at);
    const std::size_t slot = slot_of(key);
    for (std::size_t i = first_[slot]; i < first_[slot + 1]; ++i) {
        const Entry& entry = entries_[i];
        if ((key & entry.mask) == entry.key && stands(text, at, entry))
            hits.push_back({static_cast<std::uint32_t>(at - entry.skip), entry.index});
    }
}

template <bool is_ascii>
void Literals::verify_each(std::string_view text, std::size_t base, std::uint32_t places,
                           std::vector<Hit>& hits) const {
    for (; places != 0; places &= places - 1) {
        const std::size_t at = base + static_cast<std::size_t>(std::countr_zero(places));
        const std::uint64_t key = key_at(text, at);
        const std::uint64_t passes =
            has_bit(whole_, bit_of(print_of<is_ascii>(key))) | has_bit(short_, bit_of(short_print_of<is_ascii>(key)));
        if (passes != 0) verify(text, at, hits);
    }
}

std::size_t Literals::find_at(std::string_view text, std::size_t at, std::span<std::size_t> found) const {
    std::size_t count = 0;
    // Texts with ASCII in front of their first other character are found at that.
    for (std::size_t skip = 0; skip <= skip_max_ && at + skip + 3 <= text.size(); ++skip) {
        const std::uint64_t key = key_at(text, at + skip);
        const std::size_t slot = slot_of(key);
        for (std::size_t i = first_[slot]; i < first_[slot + 1] && count < found.size(); ++i) {
            const Entry& entry = entries_[i];
            if (entry.skip == skip && (key & entry.mask) == entry.key && stands(text, at + skip, entry))
                found[count++] = entry.index;
        }
    }
    return count;
}

void Literals::find_scalar(std::string_view text, std::size_t from, std::size_t to, std::vector<Hit>& hits) const {
    if (entries_.empty()) return;
    for (std::size_t at = from; at < to; ++at) verify(text, at, hits);
}

#if defined(__x86_64__)

namespace {

#define GILMOK_AVX2 __attribute__((target("avx2"), always_inline)) inline

constexpr std::size_t block_bytes = 32;

GILMOK_AVX2 __m256i load(const char* at) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)); }

// Buckets whose byte of the fingerprint fits.
GILMOK_AVX2 __m256i fits(__m256i bytes, const std::array<char, 32>& low, const std::array<char, 32>& high) {
    const __m256i nibble = _mm256_set1_epi8(0x0F);
    return _mm256_and_si256(
        _mm256_shuffle_epi8(load(low.data()), _mm256_and_si256(bytes, nibble)),
        _mm256_shuffle_epi8(load(high.data()), _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble)));
}
GILMOK_AVX2 std::uint32_t not_zero(__m256i bytes) {
    return ~static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())));
}

bool has_avx2() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") != 0;
}

}   // namespace

__attribute__((target("avx2"))) void Literals::find_avx2(std::string_view text, std::size_t from, std::size_t to,
                                                         std::vector<Hit>& hits) const {
    for (std::size_t at = from; at < to; at += block_bytes) {
        char rest[block_bytes + ahead_bytes] = {};   // the text's last bytes, so that nothing behind them is read
        const char* here = text.data() + at;
        if (at + sizeof rest > text.size()) {
            std::memcpy(rest, here, text.size() - at);
            here = rest;
        }
        const std::uint32_t wanted = to - at >= block_bytes ? ~0U : (1U << (to - at)) - 1;
        const __m256i bytes = load(here);
        const auto beyond_ascii = static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
        if (other_.is_used && (beyond_ascii & wanted) != 0) {
            const __m256i first = fits(load(here + other_offsets[0]), other_.low[0], other_.high[0]);
            const __m256i second = fits(load(here + other_offsets[1]), other_.low[1], other_.high[1]);
            const __m256i third = fits(load(here + other_offsets[2]), other_.low[2], other_.high[2]);
            const __m256i fourth = fits(load(here + other_offsets[3]), other_.low[3], other_.high[3]);
            const __m256i all = _mm256_and_si256(_mm256_and_si256(first, second), _mm256_and_si256(third, fourth));
            verify_each<false>(text, at, not_zero(all) & beyond_ascii & wanted, hits);
        }
        if (ascii_.is_used && (~beyond_ascii & wanted) != 0) {
            const __m256i first = fits(bytes, ascii_.low[0], ascii_.high[0]);
            const __m256i second = fits(load(here + ascii_offsets[1]), ascii_.low[1], ascii_.high[1]);
            const __m256i third = fits(load(here + ascii_offsets[2]), ascii_.low[2], ascii_.high[2]);
            const __m256i fourth = fits(load(here + ascii_offsets[3]), ascii_.low[3], ascii_.high[3]);
            const __m256i all = _mm256_and_si256(_mm256_and_si256(first, second), _mm256_and_si256(third, fourth));
            verify_each<true>(text, at, not_zero(all) & ~beyond_ascii & wanted, hits);
        }
    }
}

void Literals::find(std::string_view text, std::size_t from, std::size_t to, std::vector<Hit>& hits) const {
    static const bool is_wide = has_avx2();
    if (entries_.empty()) return;
    if (is_wide)
        find_avx2(text, from, to, hits);
    else
        find_scalar(text, from, to, hits);
}

#else

void Literals::find(std::string_view text, std::size_t from, std::size_t to, std::vector<Hit>& hits) const {
    find_scalar(text, from, to, hits);
}

#endif

}   // namespace gilmok::guard
