#include "guard/stretches.hpp"

#include <bit>

#include "wire/json_string.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace gilmok::guard {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// A quote behind an odd number of backslashes is a part of the string that begins at `begin`.
bool is_escaped(const char* begin, const char* quote) {
    const char* at = quote;
    while (at != begin && at[-1] == '\\') --at;
    return (quote - at) % 2 != 0;
}

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

// Behind the object or array that begins at `at`.
const char* container_end(const char* at, const char* end) {
    std::size_t depth = 0;
    for (; at != end; ++at) {
        switch (*at) {
            case '"':
                at = closing_quote(at + 1, end);
                if (at == end) return end;
                break;
            case '{':
            case '[': ++depth; break;
            case '}':
            case ']':
                if (depth <= 1) return at + 1;
                --depth;
                break;
            default: break;
        }
    }
    return end;
}

}   // namespace

const char* closing_quote_scalar(const char* at, const char* end) {
    for (const char* const begin = at; at != end; ++at)
        if (*at == '"' && !is_escaped(begin, at)) return at;
    return end;
}

#if defined(__x86_64__)

namespace {

// The first of 64 bytes at `at` that is a quote and not escaped; null without. Where no two backslashes meet, nor one stands before, a
// quote behind a backslash is escaped.
const char* quote_in(const char* begin, const char* at, std::uint64_t quotes, std::uint64_t backslashes) {
    if ((backslashes & backslashes << 1U) == 0 && at[-1] != '\\') {
        quotes &= ~(backslashes << 1U);
        return quotes == 0 ? nullptr : at + std::countr_zero(quotes);
    }
    for (; quotes != 0; quotes &= quotes - 1) {
        const char* const found = at + std::countr_zero(quotes);
        if (!is_escaped(begin, found)) return found;
    }
    return nullptr;
}

struct Sse2 {
    static constexpr std::ptrdiff_t bytes = 16;
    static std::uint64_t places(const char* at, char wanted) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        return static_cast<std::uint64_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8(wanted))));
    }
};

const char* quote_of_word(const char* at) {
    const std::uint64_t quotes = Sse2::places(at, '"');
    return quotes == 0 ? nullptr : quote_in(at, at, quotes, Sse2::places(at, '\\'));
}

}   // namespace

const char* closing_quote_sse2(const char* at, const char* end) {
    const char* const begin = at;
    for (; end - at >= Sse2::bytes; at += Sse2::bytes) {
        const std::uint64_t quotes = Sse2::places(at, '"');
        if (quotes == 0) continue;
        if (const char* const found = quote_in(begin, at, quotes, Sse2::places(at, '\\'))) return found;
    }
    for (; at != end; ++at)
        if (*at == '"' && !is_escaped(begin, at)) return at;
    return end;
}

__attribute__((target("avx2"))) const char* closing_quote_avx2(const char* at, const char* end) {
    const char* const begin = at;
    const __m256i quote = _mm256_set1_epi8('"'), backslash = _mm256_set1_epi8('\\');
    constexpr std::ptrdiff_t half = 32;
    for (; end - at >= 2 * half; at += 2 * half) {
        const __m256i left = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
        const __m256i right = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + half));
        const __m256i left_quotes = _mm256_cmpeq_epi8(left, quote), right_quotes = _mm256_cmpeq_epi8(right, quote);
        if (_mm256_movemask_epi8(_mm256_or_si256(left_quotes, right_quotes)) == 0) continue;
        const auto both = [](__m256i low, __m256i high) __attribute__((target("avx2"))) {
            return static_cast<std::uint32_t>(_mm256_movemask_epi8(low)) |
                   std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(high))} << 32U;
        };
        const std::uint64_t backslashes = both(_mm256_cmpeq_epi8(left, backslash), _mm256_cmpeq_epi8(right, backslash));
        if (const char* const found = quote_in(begin, at, both(left_quotes, right_quotes), backslashes)) return found;
    }
    for (; at != end; ++at)
        if (*at == '"' && !is_escaped(begin, at)) return at;
    return end;
}

// Most strings are words, which end in the first sixteen bytes.
const char* closing_quote(const char* at, const char* end) {
    static const bool is_wide = wire::json::has_avx2();
    if (end - at >= Sse2::bytes)
        if (const char* const found = quote_of_word(at)) return found;
    return is_wide ? closing_quote_avx2(at, end) : closing_quote_sse2(at, end);
}

#else

const char* closing_quote(const char* at, const char* end) { return closing_quote_scalar(at, end); }

#endif

Stretches::Stretches(std::string_view body) : end_(body.data() + body.size()) {
    const char* at = body.data();
    while (at != end_ && is_space(*at)) ++at;
    if (at != end_ && *at == '{') at_ = at + 1;
}

Stretch Stretches::next() {
    if (at_ == nullptr) return {};
    if (is_in_array_) {
        const Stretch found = elements();
        if (found.what != Stretch::What::none) return found;
    }
    return members();
}

// Up to the next array that is a member of the body itself, or to the body's end.
Stretch Stretches::members() {
    const char* const begin = at_;
    while (at_ != end_) {
        switch (*at_) {
            case '"': {
                const char* const quote = closing_quote(at_ + 1, end_);
                key_ = between(at_ + 1, quote);
                at_ = quote;
                if (at_ != end_) ++at_;
                break;
            }
            case '{': at_ = container_end(at_, end_); break;
            case '[': {
                is_in_array_ = true;
                return {Stretch::What::members, between(begin, at_++), {}};
            }
            case '}': {
                const std::string_view text = between(begin, at_);
                at_ = nullptr;
                return {Stretch::What::members, text, {}};
            }
            default: ++at_;
        }
    }
    at_ = nullptr;
    return {Stretch::What::members, between(begin, end_), {}};
}

// One object or array, or all that stands before the next one.
Stretch Stretches::elements() {
    while (at_ != end_ && (is_space(*at_) || *at_ == ',')) ++at_;
    const char* const begin = at_;
    if (at_ != end_ && (*at_ == '{' || *at_ == '[')) {
        at_ = container_end(at_, end_);
        return {Stretch::What::elements, between(begin, at_), key_};
    }
    while (at_ != end_ && *at_ != '{' && *at_ != '[' && *at_ != ']') {
        if (*at_ == '"') at_ = closing_quote(at_ + 1, end_);
        if (at_ != end_) ++at_;
    }
    const std::string_view text = between(begin, at_);
    if (at_ == end_ || *at_ == ']') {
        is_in_array_ = false;
        if (at_ != end_) ++at_;
    }
    return {text.empty() ? Stretch::What::none : Stretch::What::elements, text, key_};
}

}   // namespace gilmok::guard
