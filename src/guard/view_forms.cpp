#include "guard/view_forms.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace gilmok::guard::forms {

namespace {

unsigned char byte(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }
bool is_continuation(unsigned char c) { return (c & 0xC0U) == 0x80U; }

constexpr char at_offset(char first, char32_t offset) {
    return static_cast<char>(static_cast<char32_t>(first) + offset);
}
bool between(char32_t code, char32_t first, char32_t last) { return code - first <= last - first; }

Folded ascii(char to) { return {Fold::ascii, to}; }
Folded in_run(char first, char32_t offset) { return {Fold::ascii_in_run, at_offset(first, offset)}; }

Folded joint(char to) { return {Fold::joint, to}; }

// The zeros of other scripts' decimal digits, which nine more follow: those below U+2000. Scripts that begin with the bytes of Hangul
// are left out, so that no syllable is asked about.
constexpr char32_t zeros[] = {0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66,
                              0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0,
                              0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50};
Folded fold_digit(char32_t code) {
    if (code < zeros[0] || between(code, 0x1100, 0x11FF)) return {};   // conjoining jamo are text
    const char32_t zero = *std::prev(std::upper_bound(std::begin(zeros), std::end(zeros), code));
    return between(code, zero, zero + 9) ? ascii(at_offset('0', code - zero)) : Folded{};
}

// U+0080 to U+1FFF.
Folded fold_low(char32_t code) {
    switch (code) {
        case 0x00A0: return ascii(' ');
        case 0x00B7: return joint('-');
        case 0x00AD:   // soft hyphen
        case 0x034F:   // combining grapheme joiner
        case 0x115F:   // jamo fillers
        case 0x1160: return {Fold::removed};
        case 0x00B2:
        case 0x00B3: return in_run('2', code - 0x00B2);
        case 0x00B9: return in_run('1', 0);
        default: return between(code, 0x180B, 0x180F) ? Folded{Fold::removed} : fold_digit(code);
    }
}

// U+2000 to U+20FF: spaces, marks of direction, dashes, super- and subscript, the key cap.
Folded fold_punctuation(char32_t code) {
    if (code <= 0x200A || code == 0x202F || code == 0x205F) return ascii(' ');
    if (code <= 0x200F || between(code, 0x202A, 0x202E) || between(code, 0x2060, 0x206F)) return {Fold::removed};
    if (code <= 0x2015) return {Fold::dash, '-'};
    if (code == 0x2022 || code == 0x2027) return joint('-');
    if (code == 0x2070 || between(code, 0x2074, 0x2079)) return in_run('0', code - 0x2070);
    if (between(code, 0x2080, 0x2089)) return in_run('0', code - 0x2080);
    return code == 0x20E3 ? Folded{Fold::removed} : Folded{};
}

// U+2100 to U+214F: the letters that mathematicians borrowed. Signs that are words of their own (℃, №, ™) stay.
Folded fold_letterlike(char32_t code) {
    static constexpr std::string_view letters =
        "..C.......gHHHh."
        "IILl.N...PQRRR.."
        "....Z...Z.K.BC.e"
        "EF.Mo....i......"
        ".....Ddeij......";
    static_assert(letters.size() == 0x50);
    const char to = letters[code - 0x2100];
    if (to == '.') return {};
    return code == 0x2113 ? Folded{Fold::ascii_in_run, to} : ascii(to);   // ℓ is a litre
}

// U+2460 to U+27FF: digits and letters in circles, parentheses and with full stops.
Folded fold_enclosed(char32_t code) {
    if (between(code, 0x2460, 0x2468)) return in_run('1', code - 0x2460);
    if (between(code, 0x2474, 0x247C)) return in_run('1', code - 0x2474);
    if (between(code, 0x2488, 0x2490)) return in_run('1', code - 0x2488);
    if (between(code, 0x249C, 0x24B5)) return in_run('a', code - 0x249C);
    if (between(code, 0x24B6, 0x24CF)) return in_run('A', code - 0x24B6);
    if (between(code, 0x24D0, 0x24E9)) return in_run('a', code - 0x24D0);
    if (code == 0x24EA || code == 0x24FF) return in_run('0', 0);
    if (between(code, 0x24F5, 0x24FD)) return in_run('1', code - 0x24F5);
    if (between(code, 0x2776, 0x277E)) return in_run('1', code - 0x2776);
    if (between(code, 0x2780, 0x2788)) return in_run('1', code - 0x2780);
    if (between(code, 0x278A, 0x2792)) return in_run('1', code - 0x278A);
    return {};
}

// Beyond the basic plane: mathematical letters and digits, enclosed ones, and tags, which spell ASCII unseen.
Folded fold_high(char32_t code) {
    if (between(code, 0x1D400, 0x1D6A3)) {
        const char32_t letter = (code - 0x1D400) % 52;
        return ascii(letter < 26 ? at_offset('A', letter) : at_offset('a', letter - 26));
    }
    if (between(code, 0x1D6A4, 0x1D6A5)) return ascii(at_offset('i', code - 0x1D6A4));
    if (between(code, 0x1D7CE, 0x1D7FF)) return ascii(at_offset('0', (code - 0x1D7CE) % 10));
    if (between(code, 0x1F101, 0x1F10A)) return in_run('0', code - 0x1F101);
    if (between(code, 0x1F110, 0x1F129)) return in_run('A', code - 0x1F110);
    if (between(code, 0x1F130, 0x1F149)) return in_run('A', code - 0x1F130);
    if (between(code, 0x1F150, 0x1F169)) return in_run('A', code - 0x1F150);
    if (between(code, 0x1F170, 0x1F189)) return in_run('A', code - 0x1F170);
    if (between(code, 0x1FBF0, 0x1FBF9)) return ascii(at_offset('0', code - 0x1FBF0));
    if (between(code, 0xE0020, 0xE007E)) return ascii(static_cast<char>(code - 0xE0000));
    if (between(code, 0xE0000, 0xE007F) || between(code, 0xE0100, 0xE01EF)) return {Fold::removed};
    return {};
}

// Of the compatibility consonants U+3131 to U+314E; -1 where the letter cannot stand there.
constexpr std::array<std::int8_t, 30> leading_of = {0,  1, -1, 2, -1, -1, 3,  4,  5,  -1, -1, -1, -1, -1, -1,
                                                    -1, 6, 7,  8, -1, 9,  10, 11, 12, 13, 14, 15, 16, 17, 18};
constexpr std::array<std::int8_t, 30> trailing_of = {1,  2,  3,  4,  5,  6,  7,  -1, 8,  9,  10, 11, 12, 13, 14,
                                                     15, 16, 17, -1, 18, 19, 20, 21, 22, -1, 23, 24, 25, 26, 27};

// Half-width letters stand in rows of six vowels with gaps; the answer is the compatibility letter, 0 for none.
char32_t full_width_jamo(char32_t code) {
    if (between(code, 0xFFA1, 0xFFBE)) return 0x3131 + (code - 0xFFA1);
    if (between(code, 0xFFC2, 0xFFC7)) return 0x314F + (code - 0xFFC2);
    if (between(code, 0xFFCA, 0xFFCF)) return 0x3155 + (code - 0xFFCA);
    if (between(code, 0xFFD2, 0xFFD7)) return 0x315B + (code - 0xFFD2);
    if (between(code, 0xFFDA, 0xFFDC)) return 0x3161 + (code - 0xFFDA);
    return 0;
}

// Whether Hanja of a digit stands beside U+3007, which is nothing but one: then both are of a number or a year.
bool is_beside_hanja(std::string_view text, std::size_t at, std::size_t next) {
    return hanja_numeral(text, next) >= 0 || (at >= numeral_bytes && hanja_numeral(text, at - numeral_bytes) >= 0);
}

// Whether a jamo or an enclosed form stands so that it would be read with its neighbour.
bool joins_next(char32_t code, std::string_view text, std::size_t next) {
    const Jamo here = jamo(code);
    if (here.is_trailing_only) return true;   // with what stands before it
    const Decoded other = decode(text, next);
    if (other.bytes == 0) return false;
    if (here.leading >= 0) return jamo(other.code).vowel >= 0 || fold(other.code).what == Fold::removed;
    const Fold what = fold(other.code).what;
    return fold(code).what == Fold::ascii_in_run && (what == Fold::ascii_in_run || what == Fold::removed);
}

}   // namespace

Decoded decode(std::string_view text, std::size_t at) {
    if (at >= text.size()) return {};
    const unsigned char lead = byte(text, at);
    if (lead < 0x80) return {lead, 1};
    const std::size_t left = text.size() - at;
    const auto low = [&](std::size_t i) { return static_cast<char32_t>(byte(text, at + i) & 0x3FU); };
    if (lead >= 0xC2 && lead <= 0xDF && left >= 2 && is_continuation(byte(text, at + 1)))
        return {(lead & 0x1FU) << 6U | low(1), 2};
    if ((lead & 0xF0U) == 0xE0 && left >= 3 && is_continuation(byte(text, at + 1)) &&
        is_continuation(byte(text, at + 2))) {
        const char32_t code = (lead & 0x0FU) << 12U | low(1) << 6U | low(2);
        return code < 0x800 || between(code, 0xD800, 0xDFFF) ? Decoded{} : Decoded{code, 3};
    }
    if (lead >= 0xF0 && lead <= 0xF4 && left >= 4 && is_continuation(byte(text, at + 1)) &&
        is_continuation(byte(text, at + 2)) && is_continuation(byte(text, at + 3))) {
        const char32_t code = (lead & 0x07U) << 18U | low(1) << 12U | low(2) << 6U | low(3);
        return between(code, 0x10000, 0x10FFFF) ? Decoded{code, 4} : Decoded{};
    }
    return {};
}

Folded fold(char32_t code) {
    if (code < 0x80) return {};
    if (code < 0x2000) return fold_low(code);
    if (code < 0x2100) return fold_punctuation(code);
    if (code < 0x2150) return fold_letterlike(code);
    if (code == 0x2212) return {Fold::dash, '-'};
    if (code == 0x2219 || code == 0x22C5) return joint('-');
    if (code < 0x2800) return fold_enclosed(code);
    if (code == 0x3000) return ascii(' ');
    if (code == 0x301C) return joint('~');
    if (code == 0x30FB || code == 0x318D || code == 0xFF65) return joint('-');
    if (code == 0x3164 || code == 0xFEFF || code == 0xFFA0 || between(code, 0xFE00, 0xFE0F)) return {Fold::removed};
    if (code == 0xFE58 || code == 0xFE63) return {Fold::dash, '-'};
    if (between(code, 0xFF01, 0xFF5E)) return ascii(static_cast<char>(code - 0xFEE0));
    return code >= 0x10000 ? fold_high(code) : Folded{};
}

Jamo jamo(char32_t code) {
    if (between(code, 0x1100, 0x1112)) return {static_cast<std::int8_t>(code - 0x1100), -1, -1, false};
    if (between(code, 0x1161, 0x1175)) return {-1, static_cast<std::int8_t>(code - 0x1161), -1, false};
    if (between(code, 0x11A8, 0x11C2)) return {-1, -1, static_cast<std::int8_t>(code - 0x11A7), true};
    if (code >= 0xFF00) code = full_width_jamo(code);
    if (between(code, 0x3131, 0x314E)) return {leading_of[code - 0x3131], -1, trailing_of[code - 0x3131], false};
    if (between(code, 0x314F, 0x3163)) return {-1, static_cast<std::int8_t>(code - 0x314F), -1, false};
    return {};
}

int numeral(std::string_view text, std::size_t at) {
    if (at + numeral_bytes > text.size()) return -1;
    switch (byte(text, at) << 16U | byte(text, at + 1) << 8U | byte(text, at + 2)) {
        case 0xEAB3B5:             // 공
        case 0xEC9881: return 0;   // 영
        case 0xEC9DBC: return 1;
        case 0xEC9DB4: return 2;
        case 0xEC82BC: return 3;
        case 0xEC82AC: return 4;
        case 0xEC98A4: return 5;
        case 0xEC9CA1:             // 육
        case 0xEBA599: return 6;   // 륙
        case 0xECB9A0: return 7;
        case 0xED8C94: return 8;
        case 0xEAB5AC: return 9;
        default: return -1;
    }
}

int hanja_numeral(std::string_view text, std::size_t at) {
    if (at + numeral_bytes > text.size()) return -1;
    switch (byte(text, at) << 16U | byte(text, at + 1) << 8U | byte(text, at + 2)) {
        case 0xE38087:             // 〇
        case 0xE99BB6: return 0;   // 零
        case 0xE4B880: return 1;
        case 0xE4BA8C: return 2;
        case 0xE4B889: return 3;
        case 0xE59B9B: return 4;
        case 0xE4BA94: return 5;
        case 0xE585AD: return 6;
        case 0xE4B883: return 7;
        case 0xE585AB: return 8;
        case 0xE4B99D: return 9;
        default: return -1;
    }
}

int spelled_digit(std::string_view text, std::size_t at) {
    const int digit = numeral(text, at);
    return digit >= 0 ? digit : hanja_numeral(text, at);
}

int digit_in_disguise(std::string_view text, std::size_t at) {
    const int digit = spelled_digit(text, at);
    if (digit >= 0) return digit;
    const std::string_view character = text.substr(std::min(at, text.size()), numeral_bytes);
    return character == "ㅇ" || character == "○" ? 0 : -1;
}

bool has_form_at(std::string_view text, std::size_t at) {
    const Decoded here = decode(text, at);
    if (here.bytes < 2) return false;
    const std::size_t next = at + here.bytes;
    switch (fold(here.code).what) {
        case Fold::removed:
        case Fold::ascii: return true;
        case Fold::ascii_in_run: return joins_next(here.code, text, next);
        case Fold::dash: {
            const std::size_t back = at > 1 && text[at - 1] == ' ' ? 2 : 1;
            return at >= back && is_digit(text[at - back]);   // a digit in another form is told by itself
        }
        case Fold::joint: return at >= 2 && has_two_digits(text, at - 2) && has_two_digits(text, next);
        case Fold::same: break;
    }
    if (here.code == 0x3007) return is_beside_hanja(text, at, next);
    return joins_next(here.code, text, next);
}

bool has_three_numerals(std::string_view text, std::size_t at) {
    for (const std::size_t stride : {numeral_bytes, numeral_bytes + 1})
        if (numeral(text, at) >= 0 && numeral(text, at + stride) >= 0 && numeral(text, at + 2 * stride) >= 0)
            return true;
    return false;
}

bool has_three_spaced(std::string_view text, std::size_t at) {
    return at + 5 <= text.size() && is_digit(text[at]) && text[at + 1] == ' ' && is_digit(text[at + 2]) &&
           text[at + 3] == ' ' && is_digit(text[at + 4]);
}

bool has_digit_between(std::string_view text, std::size_t at) {
    constexpr std::size_t back = numeral_bytes - 1;
    return at >= back && at + 2 < text.size() && is_digit(text[at + 1]) && digit_in_disguise(text, at + 2) >= 0 &&
           digit_in_disguise(text, at - back) >= 0;
}

bool has_look_alike(std::string_view text, std::size_t at) {
    if (at + 2 > text.size()) return false;
    const char left = text[at], right = text[at + 1];
    if (!(is_digit(left) && look_alike(right) != 0) && !(look_alike(left) != 0 && is_digit(right))) return false;
    // A run so long is looked at in full by whoever asks.
    constexpr std::size_t run_bytes_max = 64;
    const auto belongs = [](char c) { return is_digit(c) || look_alike(c) != 0 || c == ' ' || c == '-' || c == '.'; };
    std::size_t begin = at, end = at, digits = 0;
    for (; begin > 0 && at - begin < run_bytes_max && belongs(text[begin - 1]); --begin)
        digits += is_digit(text[begin - 1]) ? 1U : 0U;
    for (; end < text.size() && end - at < run_bytes_max && belongs(text[end]); ++end)
        digits += is_digit(text[end]) ? 1U : 0U;
    return digits >= look_alike_digits_least || at - begin == run_bytes_max || end - at == run_bytes_max;
}

}   // namespace gilmok::guard::forms
