#include "guard/text_tag.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace gilmok::guard {

#if defined(__x86_64__)

namespace {

constexpr std::size_t rounds = TextTagger::rounds;

#define GILMOK_CLMUL __attribute__((target("avx2,pclmul,aes"), always_inline)) inline

GILMOK_CLMUL __m128i load(const void* at) { return _mm_loadu_si128(static_cast<const __m128i*>(at)); }
GILMOK_CLMUL void store(void* at, __m128i block) { _mm_storeu_si128(static_cast<__m128i*>(at), block); }

// A sum of products of 128 by 128 bits, not yet reduced: low + middle·x^64 + high·x^128.
struct Sum {
    __m128i low, middle, high;
};

GILMOK_CLMUL Sum product(__m128i left, __m128i right) {
    return {_mm_clmulepi64_si128(left, right, 0x00),
            _mm_xor_si128(_mm_clmulepi64_si128(left, right, 0x01), _mm_clmulepi64_si128(left, right, 0x10)),
            _mm_clmulepi64_si128(left, right, 0x11)};
}

GILMOK_CLMUL void add_product(Sum& sum, __m128i left, __m128i right) {
    const Sum one = product(left, right);
    sum.low = _mm_xor_si128(sum.low, one.low);
    sum.middle = _mm_xor_si128(sum.middle, one.middle);
    sum.high = _mm_xor_si128(sum.high, one.high);
}

// Blocks 0 and 2, then 1 and 3: in this order wider registers take both products at once.
GILMOK_CLMUL void add_group(Sum& sum, const char* text, const char* keys) {
    add_product(sum, _mm_xor_si128(load(text), load(keys)), _mm_xor_si128(load(text + 32), load(keys + 32)));
    add_product(sum, _mm_xor_si128(load(text + 16), load(keys + 16)), _mm_xor_si128(load(text + 48), load(keys + 48)));
}

using AddGroups = void (*)(Sum& sum, const char* text, const char* keys, std::size_t groups);

__attribute__((target("avx2,pclmul,aes"))) void add_groups_narrow(Sum& sum, const char* text, const char* keys,
                                                                  std::size_t groups) {
    for (; groups > 0; --groups, text += TextTagger::group_bytes, keys += TextTagger::group_bytes)
        add_group(sum, text, keys);
}

#define GILMOK_WIDE_CLMUL __attribute__((target("avx512f,avx512vl,vpclmulqdq,avx2,pclmul,aes")))

// g++ 12 takes what an instruction without a mask leaves undefined for a variable that nobody set.
GILMOK_WIDE_CLMUL __attribute__((always_inline)) inline __m128i sum_of_lanes(__m512i lanes) {
    constexpr __mmask8 all = 0xF;
    const __m256i half = _mm256_xor_si256(_mm512_maskz_extracti64x4_epi64(all, lanes, 0),
                                          _mm512_maskz_extracti64x4_epi64(all, lanes, 1));
    return _mm_xor_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

// Two groups at a time: their blocks 0, 1 and 0, 1 in one register, 2, 3 and 2, 3 in another.
GILMOK_WIDE_CLMUL void add_groups_wide(Sum& sum, const char* text, const char* keys, std::size_t groups) {
    constexpr std::size_t group = TextTagger::group_bytes;
    constexpr __mmask8 all = 0xFF;
    __m512i low = _mm512_setzero_si512(), middle = low, high = low;
    for (; groups >= 2; groups -= 2, text += 2 * group, keys += 2 * group) {
        const __m512i one = _mm512_xor_si512(_mm512_loadu_si512(text), _mm512_loadu_si512(keys));
        const __m512i other = _mm512_xor_si512(_mm512_loadu_si512(text + group), _mm512_loadu_si512(keys + group));
        const __m512i left = _mm512_maskz_shuffle_i64x2(all, one, other, 0x44);
        const __m512i right = _mm512_maskz_shuffle_i64x2(all, one, other, 0xEE);
        low = _mm512_xor_si512(low, _mm512_clmulepi64_epi128(left, right, 0x00));
        high = _mm512_xor_si512(high, _mm512_clmulepi64_epi128(left, right, 0x11));
        middle = _mm512_ternarylogic_epi64(middle, _mm512_clmulepi64_epi128(left, right, 0x01),
                                           _mm512_clmulepi64_epi128(left, right, 0x10), 0x96);   // the sum of all three
    }
    sum.low = _mm_xor_si128(sum.low, sum_of_lanes(low));
    sum.middle = _mm_xor_si128(sum.middle, sum_of_lanes(middle));
    sum.high = _mm_xor_si128(sum.high, sum_of_lanes(high));
    if (groups != 0) add_group(sum, text, keys);
}

// Modulo x^128 + x^7 + x^2 + x + 1: what stands above x^128 comes back 0x87 times, and what that pushes over once more.
GILMOK_CLMUL __m128i reduced(const Sum& sum) {
    const __m128i back = _mm_set_epi64x(0, 0x87);
    __m128i low = _mm_xor_si128(sum.low, _mm_slli_si128(sum.middle, 8));
    __m128i high = _mm_xor_si128(sum.high, _mm_srli_si128(sum.middle, 8));
    const __m128i upper = _mm_clmulepi64_si128(high, back, 0x01);
    low = _mm_xor_si128(low, _mm_slli_si128(upper, 8));
    high = _mm_xor_si128(high, _mm_srli_si128(upper, 8));
    return _mm_xor_si128(low, _mm_clmulepi64_si128(high, back, 0x00));
}

GILMOK_CLMUL __m128i next_round_key(__m128i key, __m128i assist) {
    for (int i = 0; i < 3; ++i) key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
    return _mm_xor_si128(key, _mm_shuffle_epi32(assist, 0xff));
}

// FIPS 197, 5.2. The round's constant must be known when the instruction is made.
__attribute__((target("avx2,pclmul,aes"))) void expand_key(const char* key, char* round_keys) {
    __m128i now = load(key);
    store(round_keys, now);
    const auto next = [&](__m128i assist) __attribute__((target("avx2,pclmul,aes"))) {
        now = next_round_key(now, assist);
        store(round_keys += TextTagger::block_bytes, now);
    };
    next(_mm_aeskeygenassist_si128(now, 0x01));
    next(_mm_aeskeygenassist_si128(now, 0x02));
    next(_mm_aeskeygenassist_si128(now, 0x04));
    next(_mm_aeskeygenassist_si128(now, 0x08));
    next(_mm_aeskeygenassist_si128(now, 0x10));
    next(_mm_aeskeygenassist_si128(now, 0x20));
    next(_mm_aeskeygenassist_si128(now, 0x40));
    next(_mm_aeskeygenassist_si128(now, 0x80));
    next(_mm_aeskeygenassist_si128(now, 0x1b));
    next(_mm_aeskeygenassist_si128(now, 0x36));
}

GILMOK_CLMUL __m128i encrypted(__m128i block, const char* round_keys) {
    block = _mm_xor_si128(block, load(round_keys));
    for (std::size_t i = 1; i < rounds; ++i) block = _mm_aesenc_si128(block, load(round_keys + i * 16));
    return _mm_aesenclast_si128(block, load(round_keys + rounds * 16));
}

// The dot product of less than a chunk, whose first summand is `sum`. A group that is not whole is read as the last bytes of
// the whole text, which are known once the length is; of a text shorter than a group zeros follow.
GILMOK_CLMUL void add_rest(Sum& sum, std::string_view text, std::size_t at, const char* keys, AddGroups add_groups) {
    constexpr std::size_t group = TextTagger::group_bytes;
    const std::size_t whole = (text.size() - at) / group;
    add_groups(sum, text.data() + at, keys, whole);
    at += whole * group;
    keys += whole * group;
    if (at == text.size()) return;
    if (text.size() >= group) return add_group(sum, text.data() + text.size() - group, keys);
    char padded[group] = {};
    std::memcpy(padded, text.data(), text.size());
    add_group(sum, padded, keys);
}

__attribute__((target("avx2,pclmul,aes"))) void begin_with(const char* context, const char* keys, char* begun) {
    const __m128i zero = _mm_setzero_si128();
    Sum sum{zero, zero, zero};
    add_group(sum, context, keys);
    store(begun, reduced(sum));
}

__attribute__((target("avx2,pclmul,aes"))) TextTag tag_of(const char* begun, std::string_view text, const char* keys,
                                                          const char* point_key, const char* round_keys,
                                                          AddGroups add_groups) {
    constexpr std::size_t group = TextTagger::group_bytes, chunk = TextTagger::chunk_bytes;
    const __m128i point = load(point_key);
    __m128i value = load(begun);
    std::size_t at = 0;
    for (; at + chunk <= text.size(); at += chunk) {
        Sum sum = product(value, point);
        add_groups(sum, text.data() + at, keys, chunk / group);
        value = reduced(sum);
    }
    if (at < text.size()) {
        Sum sum = product(value, point);
        add_rest(sum, text, at, keys, add_groups);
        value = reduced(sum);
    }
    Sum sum = product(value, point);
    sum.low = _mm_xor_si128(sum.low, _mm_set_epi64x(0, static_cast<long long>(text.size())));
    value = encrypted(reduced(sum), round_keys);
    return {static_cast<std::uint64_t>(_mm_cvtsi128_si64(value)),
            static_cast<std::uint64_t>(_mm_extract_epi64(value, 1))};
}

}   // namespace

bool TextTagger::is_supported() {
    static const bool is = [] {
        __builtin_cpu_init();
        return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("pclmul") != 0 &&
               __builtin_cpu_supports("aes") != 0;
    }();
    return is;
}

bool TextTagger::has_wide() {
    static const bool has = [] {
        __builtin_cpu_init();
        return is_supported() && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
               __builtin_cpu_supports("vpclmulqdq") != 0;
    }();
    return has;
}

TextTagger::TextTagger(const Secret& secret, bool is_wide) : is_wide_(is_wide) {
    GILMOK_ASSERT(is_supported());
    std::memcpy(keys_.data(), secret.data(), sizeof keys_);
    std::memcpy(point_.bytes.data(), secret.data() + sizeof keys_, block_bytes);
    expand_key(secret.data() + sizeof keys_ + block_bytes, round_keys_[0].bytes.data());
}

TextTagger::Block TextTagger::begin(const Context& context) const {
    Block begun;
    begin_with(context.data(), keys_[0].bytes.data(), begun.bytes.data());
    return begun;
}

TextTag TextTagger::of(const Block& begun, std::string_view text) const {
    return tag_of(begun.bytes.data(), text, keys_[0].bytes.data(), point_.bytes.data(), round_keys_[0].bytes.data(),
                  is_wide_ ? add_groups_wide : add_groups_narrow);
}

#else

bool TextTagger::is_supported() { return false; }
bool TextTagger::has_wide() { return false; }
TextTagger::TextTagger(const Secret&, bool) { GILMOK_ASSERT(is_supported()); }
TextTagger::Block TextTagger::begin(const Context&) const { return {}; }
TextTag TextTagger::of(const Block&, std::string_view) const { return {}; }

#endif

}   // namespace gilmok::guard
