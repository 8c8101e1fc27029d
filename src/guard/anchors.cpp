#include "guard/anchors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#include "guard/ascii.hpp"
#include "guard/wide.hpp"

namespace gilmok::guard {

namespace {

using What = Anchor::What;

bool is_hex_or_colon(char c) { return is_hex(c) || c == ':'; }
constexpr std::size_t capitals_least = 8;   // the shortest code of capitals alone is a BIC

bool is_between_hex(std::string_view text, std::size_t at) {
    return at > 0 && at + 1 < text.size() && is_hex_or_colon(text[at - 1]) && is_hex_or_colon(text[at + 1]);
}
bool is_behind_lone_capital(std::string_view text, std::size_t at) {
    return at > 1 && (text[at - 1] == ' ' || text[at - 1] == '-') && is_capital(text[at - 2]);
}
bool are_capitals(std::string_view text, std::size_t end, std::size_t count) {
    for (std::size_t i = 1; i <= count; ++i)
        if (!is_capital(text[end - i])) return false;
    return true;
}

void ask(std::string_view text, std::size_t at, std::vector<Anchor>& anchors) {
    const auto add = [&](What what) { anchors.push_back({static_cast<std::uint32_t>(at), what}); };
    const char c = text[at], before = at > 0 ? text[at - 1] : '\0';
    if (is_digit(c)) {
        if (!is_digit(before)) add(What::digits);
        if (is_capital(before) || is_behind_lone_capital(text, at)) add(What::mixed);
    } else if (is_capital(c)) {
        if (is_digit(before)) add(What::mixed);
        if (at + 1 >= capitals_least && are_capitals(text, at + 1, capitals_least) &&
            (at == capitals_least - 1 || !is_capital(text[at - capitals_least])))
            add(What::capitals);
    } else if (c == '@') {
        add(What::at_sign);
    } else if (c == ':' && is_between_hex(text, at)) {
        add(What::colon);
    }
}

}   // namespace

void find_anchors_scalar(std::string_view text, std::size_t from, std::size_t to, std::vector<Anchor>& anchors) {
    for (std::size_t at = from; at < to; ++at) ask(text, at, anchors);
}

#if defined(__x86_64__)

namespace {

#define GILMOK_AVX2 __attribute__((target("avx2"), always_inline)) inline

struct Masks {
    std::uint32_t digits = 0, capitals = 0, at_signs = 0, colons = 0;
};

GILMOK_AVX2 std::uint32_t mask(__m256i bytes) { return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes)); }
GILMOK_AVX2 __m256i in_range(__m256i bytes, char first, char count) {
    const __m256i shifted = _mm256_sub_epi8(bytes, _mm256_set1_epi8(first));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(shifted, _mm256_set1_epi8(static_cast<char>(count - 1))), shifted);
}
GILMOK_AVX2 Masks masks_of(const char* at) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i digits = in_range(bytes, '0', 10), capitals = in_range(bytes, 'A', 26);
    const __m256i at_signs = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('@'));
    const __m256i colons = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(':'));
    // Nearly every block of prose holds none of them.
    if (_mm256_testz_si256(_mm256_or_si256(_mm256_or_si256(digits, capitals), _mm256_or_si256(at_signs, colons)),
                           _mm256_set1_epi8(-1)) != 0)
        return {};
    return {mask(digits), mask(capitals), mask(at_signs), mask(colons)};
}

// What is found goes into a vector in batches, so that the room for it is asked for once.
class Batch {
public:
    // Anchors of one sort that are written at once, whether they are there or not.
    static constexpr std::size_t at_once = 8;
    explicit Batch(std::vector<Anchor>& anchors) : anchors_(anchors) {}
    void flush() {
        anchors_.insert(anchors_.end(), batch_.data(), batch_.data() + count_);
        count_ = 0;
    }
    // For a block: a byte is at most two things at once.
    void make_room() {
        if (count_ + 2 * anchors_step + at_once > batch_.size()) flush();
    }
    void add(std::size_t at, What what) { batch_[count_++] = {static_cast<std::uint32_t>(at), what}; }
    Anchor* end() { return batch_.data() + count_; }
    void grow(std::size_t by) { count_ += by; }

private:
    std::vector<Anchor>& anchors_;
    std::size_t count_ = 0;
    std::array<Anchor, 256> batch_;
};

template <class Use>
void each(std::size_t base, std::uint64_t places, Use&& use) {
    for (; places != 0; places &= places - 1) use(base + static_cast<std::size_t>(std::countr_zero(places)));
}

// Of the block at `base`; `digits` and `capitals` hold the block before in their lower halves. add_many(places, what) adds many.
template <class AddMany>
__attribute__((always_inline)) inline void add_block(std::string_view text, std::size_t base, const Masks& masks,
                                                     std::uint64_t digits, std::uint64_t capitals, Batch& batch,
                                                     AddMany&& add_many) {
    batch.make_room();
    const std::uint64_t starts = (digits & ~(digits << 1U)) >> anchors_step;
    add_many(batch, base, starts, What::digits);
    // Most blocks with anything hold digits alone.
    if ((capitals | masks.at_signs | masks.colons) == 0) return;
    // Both sorts of mixed places in one pass: who looks at them goes forward only.
    std::uint64_t behind_lone = 0;
    each(base, starts & (capitals << 2U) >> anchors_step, [&](std::size_t at) {
        if (is_behind_lone_capital(text, at)) behind_lone |= std::uint64_t{1} << (at - base);
    });
    add_many(batch, base, (((digits & capitals << 1U) | (capitals & digits << 1U)) >> anchors_step) | behind_lone,
             What::mixed);
    std::uint64_t rows = capitals & capitals << 1U;
    rows &= rows << 2U;
    rows &= rows << 4U;
    each(base, (rows & ~(rows << 1U)) >> anchors_step, [&](std::size_t at) { batch.add(at, What::capitals); });
    each(base, masks.at_signs, [&](std::size_t at) { batch.add(at, What::at_sign); });
    each(base, masks.colons, [&](std::size_t at) {
        if (is_between_hex(text, at)) batch.add(at, What::colon);
    });
}

struct AddEach {
    void operator()(Batch& batch, std::size_t base, std::uint64_t places, What what) const {
        each(base, places, [&](std::size_t at) { batch.add(at, what); });
    }
};

__attribute__((target("avx2"))) void find_avx2(std::string_view text, std::size_t from, std::size_t to,
                                               std::vector<Anchor>& anchors) {
    Batch batch(anchors);
    std::uint64_t digits = 0, capitals = 0;
    if (from >= anchors_step) {
        const Masks before = masks_of(text.data() + from - anchors_step);
        digits = std::uint64_t{before.digits} << anchors_step;
        capitals = std::uint64_t{before.capitals} << anchors_step;
    }
    for (std::size_t at = from; at < to; at += anchors_step) {
        Masks masks;
        if (at + anchors_step <= text.size()) {
            masks = masks_of(text.data() + at);
        } else {
            char rest[anchors_step] = {};
            std::memcpy(rest, text.data() + at, text.size() - at);
            masks = masks_of(rest);
        }
        digits = digits >> anchors_step | std::uint64_t{masks.digits} << anchors_step;
        capitals = capitals >> anchors_step | std::uint64_t{masks.capitals} << anchors_step;
        if ((masks.digits | masks.capitals | masks.at_signs | masks.colons) != 0)
            add_block(text, at, masks, digits, capitals, batch, AddEach());
    }
    batch.flush();
}

struct WideMasks {
    std::uint64_t digits = 0, capitals = 0, at_signs = 0, colons = 0;
    [[nodiscard]] std::uint64_t any() const { return digits | capitals | at_signs | colons; }
    [[nodiscard]] Masks half(unsigned shift) const {
        const auto cut = [shift](std::uint64_t mask) { return static_cast<std::uint32_t>(mask >> shift); };
        return {cut(digits), cut(capitals), cut(at_signs), cut(colons)};
    }
};
// Of the first `count` bytes at `at`.
GILMOK_AVX512 WideMasks wide_masks_of(const char* at, std::size_t count) {
    const __m512i bytes = _mm512_maskz_loadu_epi8(wide::first_bits(count), at);
    return {wide::in_range(bytes, '0', 10), wide::in_range(bytes, 'A', 26), wide::equal(bytes, '@'),
            wide::equal(bytes, ':')};
}

// Eight at once, without a branch for each: how many a block holds cannot be foretold.
struct AddPacked {
    GILMOK_AVX512_FUNCTION void operator()(Batch& batch, std::size_t base, std::uint64_t places, What what) const {
        const __m256i order = _mm256_set_epi8(31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14,
                                              13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        const __m256i packed = _mm256_maskz_compress_epi8(static_cast<__mmask32>(places), order);
        const std::uint64_t first = static_cast<std::uint64_t>(what) << 32U | base;
        _mm512_storeu_si512(batch.end(),
                            _mm512_add_epi64(_mm512_set1_epi64(static_cast<long long>(first)),
                                             _mm512_maskz_cvtepu8_epi64(0xFF, _mm256_castsi256_si128(packed))));
        const auto count = static_cast<std::size_t>(_mm_popcnt_u64(places));
        batch.grow(std::min(count, Batch::at_once));
        if (count <= Batch::at_once) [[likely]]
            return;
        for (std::size_t i = 0; i < Batch::at_once; ++i) places &= places - 1;
        AddEach()(batch, base, places, what);
    }
};
static_assert(sizeof(Anchor) == 8 && offsetof(Anchor, what) == 4 && sizeof(What) == 1 &&
              std::endian::native == std::endian::little);

GILMOK_AVX512_FUNCTION void find_avx512(std::string_view text, std::size_t from, std::size_t to,
                                        std::vector<Anchor>& anchors) {
    static_assert(wide::bytes == 2 * anchors_step);
    Batch batch(anchors);
    std::uint64_t digits = 0, capitals = 0;
    if (from >= anchors_step) {
        const Masks before = wide_masks_of(text.data() + from - anchors_step, anchors_step).half(0);
        digits = std::uint64_t{before.digits} << anchors_step;
        capitals = std::uint64_t{before.capitals} << anchors_step;
    }
    for (std::size_t at = from; at < to; at += wide::bytes) {
        // What stands behind `to` is the next call's, or nobody's.
        const WideMasks masks = wide_masks_of(text.data() + at, to - at);
        if (masks.any() == 0) {
            digits = capitals = 0;
            continue;
        }
        for (unsigned shift = 0; shift < wide::bytes; shift += anchors_step) {
            const Masks half = masks.half(shift);
            digits = digits >> anchors_step | std::uint64_t{half.digits} << anchors_step;
            capitals = capitals >> anchors_step | std::uint64_t{half.capitals} << anchors_step;
            if ((half.digits | half.capitals | half.at_signs | half.colons) != 0)
                add_block(text, at + shift, half, digits, capitals, batch, AddPacked());
        }
    }
    batch.flush();
}

}   // namespace

void find_anchors(std::string_view text, std::size_t from, std::size_t to, std::vector<Anchor>& anchors, Vectors with) {
    to = std::min(to, text.size());
    switch (with) {
        case Vectors::avx512: return find_avx512(text, from, to, anchors);
        case Vectors::avx2: return find_avx2(text, from, to, anchors);
        case Vectors::none: return find_anchors_scalar(text, from, to, anchors);
    }
}

#else

void find_anchors(std::string_view text, std::size_t from, std::size_t to, std::vector<Anchor>& anchors, Vectors) {
    find_anchors_scalar(text, from, std::min(to, text.size()), anchors);
}

#endif

}   // namespace gilmok::guard
