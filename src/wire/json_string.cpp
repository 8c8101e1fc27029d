#include "wire/json_string.hpp"

#include <simdjson.h>

#include <array>
#include <bit>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace gilmok::wire::json {

namespace {

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }

}   // namespace

const char* escape_end(const char* at, const char* end) {
    if (end - at < 2) return nullptr;
    switch (at[1]) {
        case '"':
        case '\\':
        case '/':
        case 'b':
        case 'f':
        case 'n':
        case 'r':
        case 't': return at + 2;
        case 'u':
            if (end - at < 6) return nullptr;
            return is_hex(at[2]) && is_hex(at[3]) && is_hex(at[4]) && is_hex(at[5]) ? at + 6 : nullptr;
        default: return nullptr;
    }
}

StringEnd string_end_scalar(const char* at, const char* end, bool& is_ascii) {
    while (at != end) {
        if (*at == '"') return {at, true};
        if (*at == '\\') {
            const char* const behind = escape_end(at, end);
            if (behind == nullptr) return {at, false};
            at = behind;
            continue;
        }
        if (is_control(*at)) return {at, false};
        if (static_cast<unsigned char>(*at) > 0x7f) is_ascii = false;
        ++at;
    }
    return {at, false};
}

bool is_utf8_scalar(std::string_view text, std::size_t& valid_bytes) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continues = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
    std::size_t i = 0;
    for (; i < text.size(); valid_bytes = i) {
        const unsigned char lead = byte(i);
        if (lead < 0x80) {
            ++i;
        } else if (lead >= 0xc2 && lead <= 0xdf) {
            if (!continues(i + 1)) return false;
            i += 2;
        } else if (lead >= 0xe0 && lead <= 0xef) {
            if (!continues(i + 1) || !continues(i + 2)) return false;
            // Overlong forms and the surrogates are not UTF-8 (RFC 3629 section 4).
            if ((lead == 0xe0 && byte(i + 1) < 0xa0) || (lead == 0xed && byte(i + 1) > 0x9f)) return false;
            i += 3;
        } else if (lead >= 0xf0 && lead <= 0xf4) {
            if (!continues(i + 1) || !continues(i + 2) || !continues(i + 3)) return false;
            if ((lead == 0xf0 && byte(i + 1) < 0x90) || (lead == 0xf4 && byte(i + 1) > 0x8f)) return false;
            i += 4;
        } else {
            return false;
        }
    }
    return true;
}

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

#if defined(__x86_64__)

std::size_t find_text_sse2(std::string_view text, std::string_view wanted) {
    std::size_t at = 0;
    const __m128i first = _mm_set1_epi8(wanted[0]);
    const __m128i second = _mm_set1_epi8(wanted[1]);
    for (; at + 17 <= text.size(); at += 16) {
        const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
        const __m128i behind = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at + 1));
        const __m128i both = _mm_and_si128(_mm_cmpeq_epi8(here, first), _mm_cmpeq_epi8(behind, second));
        for (auto bits = static_cast<unsigned>(_mm_movemask_epi8(both)); bits != 0; bits &= bits - 1) {
            const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(bits));
            if (text.substr(place, wanted.size()) == wanted) return place;
        }
    }
    return text.find(wanted, at);
}

__attribute__((target("avx2"))) std::size_t find_text_avx2(std::string_view text, std::string_view wanted) {
    std::size_t at = 0;
    const __m256i first = _mm256_set1_epi8(wanted[0]);
    const __m256i second = _mm256_set1_epi8(wanted[1]);
    const auto both_at = [&](std::size_t place) __attribute__((target("avx2"))) {
        const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + place));
        const __m256i behind = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + place + 1));
        return _mm256_and_si256(_mm256_cmpeq_epi8(here, first), _mm256_cmpeq_epi8(behind, second));
    };
    for (; at + 33 <= text.size(); at += 32) {
        // Most of a text is far from what is wanted: one look at 128 bytes says so.
        while (at + 129 <= text.size()) {
            const __m256i front = _mm256_or_si256(both_at(at), both_at(at + 32));
            const __m256i back = _mm256_or_si256(both_at(at + 64), both_at(at + 96));
            const __m256i any = _mm256_or_si256(front, back);
            if (_mm256_testz_si256(any, any) == 0) break;
            at += 128;
        }
        if (at + 33 > text.size()) break;
        const __m256i both = both_at(at);
        for (auto bits = static_cast<unsigned>(_mm256_movemask_epi8(both)); bits != 0; bits &= bits - 1) {
            const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(bits));
            if (text.substr(place, wanted.size()) == wanted) return place;
        }
    }
    const std::size_t found = find_text_sse2(text.substr(at), wanted);
    return found == std::string_view::npos ? found : at + found;
}

namespace {

// The bytes of an escape by the letter behind its backslash; 0: there is no such escape. Those of six are looked at whole.
constexpr std::array<std::uint8_t, 256> escape_bytes = [] {
    std::array<std::uint8_t, 256> table{};
    for (const char letter : {'"', '\\', '/', 'b', 'f', 'n', 'r', 't'}) table[static_cast<unsigned char>(letter)] = 2;
    table['u'] = 6;
    return table;
}();

// The special bytes of one block are visited in turn; an escape hides those that it covers. False when the block holds
// neither the end nor a fault: then `next` is where to look on.
template <std::size_t block_bytes>
inline bool ends_in_block(const char* at, const char* end, std::uint64_t special, const char*& next, StringEnd& found) {
    next = at + block_bytes;
    while (special != 0) {
        const auto place = static_cast<std::size_t>(std::countr_zero(special));
        const char* const stop = at + place;
        if (*stop != '\\') {
            found = {stop, *stop == '"'};
            return true;
        }
        special &= special - 1;
        if (place + 1 < block_bytes && escape_bytes[static_cast<unsigned char>(stop[1])] == 2) {
            special &= ~(std::uint64_t{2} << place);
            continue;
        }
        const char* const behind = escape_end(stop, end);
        if (behind == nullptr) {
            found = {stop, false};
            return true;
        }
        const auto covered = static_cast<std::size_t>(behind - at);
        if (covered >= block_bytes) {
            next = behind;
            return false;
        }
        special &= ~std::uint64_t{0} << covered;
    }
    return false;
}

std::uint64_t bits_before(std::ptrdiff_t position) { return (std::uint64_t{1} << position) - 1; }

}   // namespace

StringEnd string_end_sse2(const char* at, const char* end, bool& is_ascii) {
    __m128i seen = _mm_setzero_si128();
    StringEnd found{at, false};
    bool is_over = false;
    while (!is_over && end - at >= 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const char* const here = at;
        is_over = ends_in_block<16>(here, end, special_bytes(block), at, found);
        if (!is_over)
            seen = _mm_or_si128(seen, block);
        else if ((static_cast<std::uint64_t>(_mm_movemask_epi8(block)) & bits_before(found.stop - here)) != 0)
            is_ascii = false;
    }
    if (_mm_movemask_epi8(seen) != 0) is_ascii = false;
    return is_over ? found : string_end_scalar(at, end, is_ascii);
}

namespace {

// A bit for each byte of both halves whose top bit is set.
__attribute__((target("avx2"))) inline std::uint64_t bits_of(__m256i low, __m256i high) {
    const auto of_low = static_cast<std::uint32_t>(_mm256_movemask_epi8(low));
    return (std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(high))} << 32) | of_low;
}

// special_bytes() of 32 bytes, not yet made into bits.
__attribute__((target("avx2"))) inline __m256i special_in(__m256i block) {
    const __m256i turned = _mm256_xor_si256(block, _mm256_set1_epi8(0x02));
    const __m256i is_low = _mm256_cmpeq_epi8(_mm256_min_epu8(turned, _mm256_set1_epi8(0x20)), turned);
    return _mm256_or_si256(is_low, _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\\')));
}

// The escapes that a text is full of, ends of lines, quotes and tabs, with their letters: taken off `special` at once where
// a block holds no other, because a jump for each of them is guessed wrong too often. What is left is looked at one by one.
__attribute__((target("avx2"))) inline std::uint64_t without_common_escapes(std::uint64_t special, __m256i low,
                                                                            __m256i high) {
    const auto bits = [&](char wanted) __attribute__((target("avx2"))) {
        const __m256i all = _mm256_set1_epi8(wanted);
        return bits_of(_mm256_cmpeq_epi8(low, all), _mm256_cmpeq_epi8(high, all));
    };
    const std::uint64_t backslashes = bits('\\');
    const std::uint64_t letters = backslashes << 1;
    const bool is_cut = (backslashes >> 63) != 0;   // its letter stands in the next block
    if (is_cut || (letters & ~(bits('n') | bits('"') | bits('t'))) != 0) return special;
    return special & ~(backslashes | letters);
}

}   // namespace

__attribute__((target("avx2"))) StringEnd string_end_avx2(const char* at, const char* end, bool& is_ascii) {
    __m256i seen = _mm256_setzero_si256();
    StringEnd found{at, false};
    bool is_over = false;
    while (!is_over && end - at >= 64) {
        const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
        const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32));
        std::uint64_t special = bits_of(special_in(low), special_in(high));
        if (special != 0) special = without_common_escapes(special, low, high);
        const char* const here = at;
        is_over = ends_in_block<64>(here, end, special, at, found);
        if (!is_over)
            seen = _mm256_or_si256(seen, _mm256_or_si256(low, high));
        else if ((bits_of(low, high) & bits_before(found.stop - here)) != 0)
            is_ascii = false;
    }
    if (_mm256_movemask_epi8(seen) != 0) is_ascii = false;
    return is_over ? found : string_end_sse2(at, end, is_ascii);
}

const char* FastKernel::space_run_end(const char* at, const char* end) {
    while (end - at >= 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i is_blank =
            _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8(' ')), _mm_cmpeq_epi8(block, _mm_set1_epi8('\t')));
        const __m128i is_line =
            _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(block, _mm_set1_epi8('\r')));
        const auto other = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(is_blank, is_line))) ^ 0xffffU;
        if (other != 0) return at + __builtin_ctz(other);
        at += 16;
    }
    return ScalarKernel::space_end(at, end);
}

bool has_avx2() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") != 0;
}

// SSE2 is every x86-64 machine's, so a caller that runs before this file's initialisation still gets a right answer.
constinit FindStringEnd string_end_wide = string_end_sse2;

namespace {
using FindText = std::size_t (*)(std::string_view, std::string_view);
constinit FindText find_text_wide = find_text_sse2;

[[maybe_unused]] const bool wide_was_chosen = [] {
    if (has_avx2()) {
        string_end_wide = string_end_avx2;
        find_text_wide = find_text_avx2;
    }
    return true;
}();
}   // namespace

std::size_t find_text(std::string_view text, std::string_view wanted) { return find_text_wide(text, wanted); }

#else

bool has_avx2() { return false; }
std::size_t find_text(std::string_view text, std::string_view wanted) { return text.find(wanted); }
constinit FindStringEnd string_end_wide = string_end_scalar;
const char* FastKernel::space_run_end(const char* at, const char* end) { return ScalarKernel::space_end(at, end); }

#endif

}   // namespace gilmok::wire::json
