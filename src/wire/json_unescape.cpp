#include "wire/json_unescape.hpp"

#include <array>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace gilmok::wire::json {

namespace {

constexpr std::array<std::int32_t, 256> hex_values = [] {
    std::array<std::int32_t, 256> values{};
    values.fill(-1);
    for (int i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = i;
    for (int i = 0; i < 6; ++i)
        values[static_cast<std::size_t>('a' + i)] = values[static_cast<std::size_t>('A' + i)] = 10 + i;
    return values;
}();

// The four hex digits at `at`; negative when one is none.
std::int32_t hex4(const char* at) {
    const auto value = [&](int i) { return hex_values[static_cast<unsigned char>(at[i])]; };
    const std::int32_t high = value(0) | value(1), low = value(2) | value(3);
    return (high | low) < 0 ? -1 : value(0) << 12 | value(1) << 8 | value(2) << 4 | value(3);
}

// What a letter behind a backslash stands for; 0 for one that must not stand there.
char plain_escape(char letter) {
    switch (letter) {
        case '"':
        case '\\':
        case '/': return letter;
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return 0;
    }
}

// Copies what stands before the next backslash, and goes there. A block is copied whole before it is known how much of it counts:
// there is room for it, because an escape is never shorter than what it stands for.
void copy_plain(const char*& at, const char* end, char*& to) {
#if defined(__x86_64__)
    constexpr std::ptrdiff_t block_bytes = 16;
    while (end - at >= block_bytes) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
        const int backslashes = _mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
        const int plain = backslashes == 0 ? block_bytes : __builtin_ctz(static_cast<unsigned>(backslashes));
        at += plain;
        to += plain;
        if (backslashes != 0) return;
    }
#endif
    while (at != end && *at != '\\') *to++ = *at++;
}

}   // namespace

std::size_t escaped_bytes(std::string_view raw, std::size_t& used) {
    used = 2;
    if (raw.size() < 6 || raw[1] != 'u') return 1;
    used = 6;
    const std::int32_t code = hex4(raw.data() + 2);
    if (code < 0x80) return 1;
    if (code < 0x800) return 2;
    const bool is_pair = code >= 0xd800 && code <= 0xdbff && raw.size() >= 12 && raw[6] == '\\' && raw[7] == 'u';
    if (!is_pair) return 3;
    const std::int32_t low = hex4(raw.data() + 8);
    if (low < 0xdc00 || low > 0xdfff) return 3;
    used = 12;
    return 4;
}

bool unescape(std::string_view raw, std::string& out) {
    out.clear();
    return append_unescaped(out, raw);
}

bool append_unescaped(std::string& out, std::string_view raw) {
    const std::size_t begin = out.size();
    out.resize(begin + raw.size());   // an escape is never shorter than what it stands for
    char* to = out.data() + begin;
    const char* at = raw.data();
    const char* const end = at + raw.size();
    const auto put = [&](std::int32_t byte) { *to++ = static_cast<char>(byte); };
    while (at != end) {
        copy_plain(at, end, to);
        if (at == end) break;
        if (end - at < 2) return false;
        if (at[1] != 'u') {
            *to = plain_escape(at[1]);
            if (*to++ == 0) return false;
            at += 2;
            continue;
        }
        std::int32_t code = end - at < 6 ? -1 : hex4(at + 2);
        if (code < 0) return false;
        at += 6;
        if (code >= 0xd800 && code <= 0xdfff) {
            const bool is_pair = code <= 0xdbff && end - at >= 6 && at[0] == '\\' && at[1] == 'u';
            const std::int32_t low = is_pair ? hex4(at + 2) : -1;
            if (low >= 0xdc00 && low <= 0xdfff) {
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                at += 6;
            } else {
                code = 0xfffd;
            }
        }
        if (code < 0x80) {
            put(code);
            continue;
        }
        if (code < 0x800) {
            put(0xc0 | code >> 6);
        } else if (code < 0x10000) {
            put(0xe0 | code >> 12);
            put(0x80 | (code >> 6 & 0x3f));
        } else {
            put(0xf0 | code >> 18);
            put(0x80 | (code >> 12 & 0x3f));
            put(0x80 | (code >> 6 & 0x3f));
        }
        put(0x80 | (code & 0x3f));
    }
    out.resize(static_cast<std::size_t>(to - out.data()));
    return true;
}

}   // namespace gilmok::wire::json
