#include <algorithm>
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

constexpr std::array<std::string_view, 10> syllables{"공", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"};

std::string numerals(std::string_view value, Prng& prng) {
    const bool is_young = prng.chance(1, 3);   // "영" for "공"
    std::string out;
    for (const char c : value) {
        if (!is_digit(c))
            out += c;
        else
            out += c == '0' && is_young ? "영" : syllables[static_cast<std::size_t>(c - '0')];
    }
    return out;
}

// Groups of three digits and more as syllables, or every other one of them; the first such group always.
std::string mixed(std::string_view value, Prng& prng) {
    constexpr std::size_t least = 3;
    std::string out;
    bool is_first = true;
    for (std::size_t at = 0; at < value.size();) {
        std::size_t end = at;
        while (end < value.size() && is_digit(value[end])) ++end;
        if (end - at < least) {
            end = std::max(end, at + 1);
            out += value.substr(at, end - at);
        } else {
            const auto way = prng.below(is_first ? 2 : 3);
            for (std::size_t i = at; i < end; ++i) {
                const bool is_spelled = way == 0 || (way == 1 && (i - at) % 2 == 0);
                const auto digit = static_cast<std::size_t>(value[i] - '0');
                out += is_spelled ? syllables[digit] : value.substr(i, 1);
            }
            is_first = false;
        }
        at = end;
    }
    return out;
}

std::string scripts(std::string_view value, Prng& prng) {
    constexpr std::array<std::string_view, 10> hanja{"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
    constexpr std::array<std::array<std::string_view, 10>, 4> others{{
        {"٠", "١", "٢", "٣", "٤", "٥", "٦", "٧", "٨", "٩"},
        {"۰", "۱", "۲", "۳", "۴", "۵", "۶", "۷", "۸", "۹"},
        {"०", "१", "२", "३", "४", "५", "६", "७", "८", "९"},
        {"๐", "๑", "๒", "๓", "๔", "๕", "๖", "๗", "๘", "๙"},
    }};
    const auto script = prng.below(others.size() + 1);
    const auto& digits = script < others.size() ? others[script] : hanja;
    std::string out;
    for (const char c : value) out += is_digit(c) ? digits[static_cast<std::size_t>(c - '0')] : std::string_view(&c, 1);
    return out;
}

// The tilde and the end of a line part the halves of a resident number alone.
std::string parted(std::string_view value, Prng& prng) {
    constexpr std::array<std::string_view, 6> joints{"_", "·", "‧", "・", "~", "-\n"};
    const bool has_halves = value.size() == 14 && value[6] == '-';
    const std::string_view joint = joints[prng.below(has_halves ? joints.size() : 4)];
    std::string out;
    for (const char c : value) out += c == '-' ? joint : std::string_view(&c, 1);
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
        case Disguise::glued:
        case Disguise::numerals: return numerals(value, prng);
        case Disguise::look_alike: return look_alike(value, prng);
        case Disguise::jamo: return split_jamo(value);
        case Disguise::mixed: return mixed(value, prng);
        case Disguise::scripts: return scripts(value, prng);
        case Disguise::parted: return parted(value, prng);
        case Disguise::none:
        case Disguise::count_: break;
    }
    return std::string(value);
}

std::string word_glued_to(std::string_view value, Prng& prng) {
    constexpr std::array<std::array<std::string_view, 2>, 4> words{
        {{"이에요", "예요"}, {"이고요", "고요"}, {"이야", "야"}, {"입니다", "입니다"}}};
    const auto& [behind_consonant, behind_vowel] = words[prng.below(words.size())];
    if (value.size() < 3) return {};
    return with_particle(value.substr(value.size() - 3), behind_consonant, behind_vowel).substr(3);
}

std::string_view name_of(Disguise disguise) {
    constexpr std::array<std::string_view, static_cast<std::size_t>(Disguise::count_)> names{
        "none", "full_width", "zero_width", "spaced",  "numerals", "look_alike",
        "jamo", "mixed",      "glued",      "scripts", "parted"};
    return names[static_cast<std::size_t>(disguise)];
}

std::string_view name_of(Register kind) {
    constexpr std::array<std::string_view, static_cast<std::size_t>(Register::count_)> names{
        "official", "chat", "form", "english", "log", "code", "json", "table"};
    return names[static_cast<std::size_t>(kind)];
}

}   // namespace gilmok::bench
