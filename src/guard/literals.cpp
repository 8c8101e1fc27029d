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

// How often each nibble stands in a text, for the choice of buckets: low and high ones of ASCII (English prose), and of the bytes behind
// a lead byte, which are spread evenly. None is zero, so that what is rare still weighs something.
using Shares = std::array<double, 16>;
constexpr std::array<Shares, 4> nibble_shares = {
    Shares{.20, .07, .09, .08, .13, .16, .04, .03, .06, .08, .01, .02, .06, .03, .06, .05},
    Shares{.01, .01, .19, .06, .02, .01, .51, .25, .01, .01, .01, .01, .01, .01, .01, .01},
    Shares{.07, .07, .07, .07, .07, .07, .07, .07, .07, .07, .07, .07, .07, .07, .07, .07},
    Shares{.01, .01, .01, .01, .01, .01, .01, .01, .26, .26, .26, .26, .01, .01, .01, .01}};

double share_of(std::uint16_t nibbles, const Shares& shares) {
    double sum = 0;
    for (unsigned left = nibbles; left != 0; left &= left - 1)
        sum += shares[static_cast<std::size_t>(std::countr_zero(left))];
    return sum;
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
        GILMOK_ASSERT(first == texts[i].end() || static_cast<unsigned char>(*first) >= 0xC0);
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

Literals::Nibbles Literals::nibbles_of(const Entry& entry, std::span<const std::size_t> offsets) const {
    const std::string_view bytes = texts_[entry.index].substr(entry.skip);
    Nibbles nibbles{};
    for (std::size_t print = 0; print < prints; ++print) {
        if (offsets[print] >= bytes.size()) {   // too short for it: any byte may stand there
            nibbles[print] = {0xFFFF, 0xFFFF};
            continue;
        }
        const unsigned char c = byte(bytes, offsets[print]);
        unsigned high = 1U << (c >> 4U);
        if (letters_ == Case::ignored && is_letter(c)) high |= 1U << ((c ^ 0x20U) >> 4U);
        nibbles[print] = {static_cast<std::uint16_t>(1U << (c & 15U)), static_cast<std::uint16_t>(high)};
    }
    return nibbles;
}

// A bucket lets through what fits any nibble of each place, so what counts is which texts share one: neighbours in
// alphabetical order are put together, each time the two groups that let through the least more than both did alone.
void Literals::add_fingerprints(std::span<const Entry> entries, Fingerprint& fingerprint,
                                std::span<const std::size_t> offsets) const {
    struct Group {
        Nibbles nibbles;
        double share = 0;   // of the places of a text that it lets through
        double more = 0;    // when it is put together with the next one
    };
    const bool is_ascii = offsets.front() == 0;
    const auto joined = [&](const Nibbles& left, const Nibbles& right) {
        Group group{left, 1};
        for (std::size_t print = 0; print < prints; ++print)
            for (std::size_t half = 0; half < 2; ++half) {
                group.nibbles[print][half] = static_cast<std::uint16_t>(left[print][half] | right[print][half]);
                group.share *= share_of(group.nibbles[print][half], nibble_shares[is_ascii ? half : 2 + half]);
            }
        return group;
    };
    std::vector<Group> groups;
    std::vector<Entry> order(entries.begin(), entries.end());
    const auto behind_skip = [this](const Entry& entry) { return texts_[entry.index].substr(entry.skip); };
    std::sort(order.begin(), order.end(),
              [&](const Entry& left, const Entry& right) { return behind_skip(left) < behind_skip(right); });
    for (const Entry& entry : order) {
        const Nibbles nibbles = nibbles_of(entry, offsets);
        groups.push_back(joined(nibbles, nibbles));
    }
    const auto weigh = [&](std::size_t i) {
        if (i + 1 >= groups.size()) return;
        const Group both = joined(groups[i].nibbles, groups[i + 1].nibbles);
        groups[i].more = both.share - groups[i].share - groups[i + 1].share;
    };
    for (std::size_t i = 0; i < groups.size(); ++i) weigh(i);
    while (groups.size() > buckets) {
        const auto best = std::min_element(groups.begin(), groups.end() - 1, [](const Group& left, const Group& right) {
            return left.more < right.more;
        });
        *best = joined(best->nibbles, std::next(best)->nibbles);
        groups.erase(std::next(best));
        const auto at = static_cast<std::size_t>(best - groups.begin());
        weigh(at);
        if (at > 0) weigh(at - 1);
    }
    fingerprint.is_used = !groups.empty();
    for (std::size_t bucket = 0; bucket < groups.size(); ++bucket)
        for (std::size_t print = 0; print < prints; ++print)
            for (std::size_t nibble = 0; nibble < 16; ++nibble) {
                const auto& [low, high] = groups[bucket].nibbles[print];
                if ((low >> nibble & 1U) != 0) set_nibble(fingerprint.low[bucket / 8][print], nibble, 1U << bucket % 8);
                if ((high >> nibble & 1U) != 0)
                    set_nibble(fingerprint.high[bucket / 8][print], nibble, 1U << bucket % 8);
            }
}

// Eight bytes from `at` on, the first one lowest; zero behind the text's end. Folding a byte may make two texts one key, never
// one text two.
inline std::uint64_t Literals::key_at(std::string_view text, std::size_t at) const {
    std::uint64_t key = 0;
    if (at + sizeof key <= text.size()) [[likely]]
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

void Literals::verify(std::string_view text, std::size_t at, std::uint64_t key, std::vector<Hit>& hits) const {
    if (at + 3 > text.size()) return;
    const std::size_t slot = slot_of(key);
    for (std::size_t i = first_[slot]; i < first_[slot + 1]; ++i) {
        const Entry& entry = entries_[i];
        if ((key & entry.mask) == entry.key && stands(text, at, entry))
            hits.push_back({static_cast<std::uint32_t>(at - entry.skip), entry.index});
    }
}

// Without a branch that depends on the text until both sieves have spoken: what the vectors let through is met by chance, and a
// branch that cannot be foretold costs more than the look-ups.
template <bool is_ascii>
void Literals::verify_each(std::string_view text, std::span<std::uint32_t> places, std::vector<Hit>& hits) const {
    std::size_t left = 0;
    for (const std::uint32_t at : places) {
        const std::uint64_t key = key_at(text, at);
        const std::uint64_t passes =
            has_bit(whole_, bit_of(print_of<is_ascii>(key))) | has_bit(short_, bit_of(short_print_of<is_ascii>(key)));
        places[left] = at;
        left += passes;
    }
    for (const std::uint32_t at : places.first(left)) verify(text, at, key_at(text, at), hits);
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
    for (std::size_t at = from; at < to; ++at) verify(text, at, key_at(text, at), hits);
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

bool has_avx2() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
           __builtin_cpu_supports("popcnt") != 0;
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
