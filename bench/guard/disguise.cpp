#include <array>

#include "generate.hpp"
#include "values.hpp"

namespace gilmok::bench {
namespace {

void append_utf8(std::string& out, std::uint32_t point) {
    out += static_cast<char>(0xE0U | (point >> 12));
    out += static_cast<char>(0x80U | ((point >> 6) & 0x3FU));
    out += static_cast<char>(0x80U | (point & 0x3FU));
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string full_width(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (c > ' ' && c < 0x7F)
            append_utf8(out, 0xFF00U + static_cast<std::uint32_t>(c) - 0x20U);
        else
            out += c;
    }
    return out;
}

std::string zero_width(std::string_view value, Prng& prng) {
    constexpr std::array<std::uint32_t, 4> marks{0x200B, 0x200C, 0x200D, 0xFEFF};
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        out += value[i];
        const bool is_inside = i + 1 < value.size() && (static_cast<unsigned char>(value[i + 1]) & 0xC0U) != 0x80;
        if (is_inside && (i == 1 || prng.chance(1, 3))) append_utf8(out, marks[prng.below(marks.size())]);
    }
    return out;
}

// Digit by digit, with the hyphens apart and other separators left out.
std::string spaced(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (!is_digit(c) && c != '-' && c != '+') continue;
        if (!out.empty() && out != "+") out += ' ';
        out += c;
    }
    return out;
}

std::string numerals(std::string_view value, Prng& prng) {
    constexpr std::array<std::string_view, 10> names{"공", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"};
    const bool is_young = prng.chance(1, 3);   // "영" for "공"
    std::string out;
    for (const char c : value) {
        if (!is_digit(c))
            out += c;
        else
            out += c == '0' && is_young ? "영" : names[static_cast<std::size_t>(c - '0')];
    }
    return out;
}

std::string look_alike(std::string_view value, Prng& prng) {
    std::string out(value);
    for (std::size_t i = 2; i + 1 < out.size(); ++i) {
        if (out[i] == '0' && prng.chance(2, 3)) out[i] = prng.chance(1, 2) ? 'O' : 'o';
        if (out[i] == '1' && prng.chance(1, 3)) out[i] = 'l';
    }
    return out;
}

// Each syllable as its letters (UAX #15, Hangul decomposition).
std::string split_jamo(std::string_view value) {
    std::string out;
    for (std::size_t i = 0; i < value.size();) {
        const auto byte = [&](std::size_t at) {
            return static_cast<std::uint32_t>(static_cast<unsigned char>(value[at]));
        };
        if (byte(i) < 0xE0 || i + 3 > value.size()) {
            out += value[i++];
            continue;
        }
        const std::uint32_t point = ((byte(i) & 0x0FU) << 12) | ((byte(i + 1) & 0x3FU) << 6) | (byte(i + 2) & 0x3FU);
        i += 3;
        if (point < 0xAC00 || point > 0xD7A3) {
            append_utf8(out, point);
            continue;
        }
        const std::uint32_t index = point - 0xAC00;
        append_utf8(out, 0x1100 + index / 588);
        append_utf8(out, 0x1161 + index % 588 / 28);
        if (index % 28 != 0) append_utf8(out, 0x11A7 + index % 28);
    }
    return out;
}

}   // namespace

std::string disguised(std::string_view value, Disguise disguise, Prng& prng) {
    switch (disguise) {
        case Disguise::full_width: return full_width(value);
        case Disguise::zero_width: return zero_width(value, prng);
        case Disguise::spaced: return spaced(value);
        case Disguise::numerals: return numerals(value, prng);
        case Disguise::look_alike: return look_alike(value, prng);
        case Disguise::jamo: return split_jamo(value);
        case Disguise::none:
        case Disguise::count_: break;
    }
    return std::string(value);
}

std::string_view name_of(Disguise disguise) {
    constexpr std::array<std::string_view, static_cast<std::size_t>(Disguise::count_)> names{
        "none", "full_width", "zero_width", "spaced", "numerals", "look_alike", "jamo"};
    return names[static_cast<std::size_t>(disguise)];
}

std::string_view name_of(Register kind) {
    constexpr std::array<std::string_view, static_cast<std::size_t>(Register::count_)> names{
        "official", "chat", "form", "english", "log", "code", "json", "table"};
    return names[static_cast<std::size_t>(kind)];
}

}   // namespace gilmok::bench
