#include "guard/dictionary_words.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "guard/matcher.hpp"

namespace gilmok::guard {

namespace {

// Scripts that separate words and those that do not: Chinese and Japanese have no edges to look for.
enum class Script : std::uint8_t { none, latin, hangul, unspaced };

std::uint32_t code_of(std::string_view bytes) {
    const auto byte = [&bytes](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
    };
    if (bytes.size() == 2) return (byte(0) & 31U) << 6U | (byte(1) & 63U);
    if (bytes.size() == 3) return (byte(0) & 15U) << 12U | (byte(1) & 63U) << 6U | (byte(2) & 63U);
    if (bytes.size() == 4)
        return (byte(0) & 7U) << 18U | (byte(1) & 63U) << 12U | (byte(2) & 63U) << 6U | (byte(3) & 63U);
    return bytes.empty() ? 0 : byte(0);
}

Script script_of(std::string_view character) {
    const std::uint32_t code = code_of(character);
    if (code < 0x80) return !character.empty() && is_ascii_word(character[0]) ? Script::latin : Script::none;
    if (code >= 0xAC00 && code <= 0xD7A3) return Script::hangul;
    if ((code >= 0x3040 && code <= 0x30FF) || (code >= 0x3400 && code <= 0x9FFF) || code >= 0x20000)
        return Script::unspaced;
    // Latin with marks, Greek, Cyrillic and the like; above are signs.
    return code >= 0xC0 && code < 0x2000 ? Script::latin : Script::none;
}

std::size_t character_bytes(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}
std::string_view character_at(std::string_view text, std::size_t at) {
    return at < text.size() ? text.substr(at, character_bytes(text[at])) : std::string_view();
}
std::string_view character_before(std::string_view text, std::size_t at) {
    std::size_t begin = at;
    while (begin > 0 && at - begin < 4) {
        --begin;
        if ((static_cast<unsigned char>(text[begin]) & 0xC0U) != 0x80U) break;
    }
    return text.substr(begin, at - begin);
}

constexpr std::array<std::string_view, 48> particles{
    "은",   "는",   "이",   "가",   "을",   "를",   "의",   "에",   "와",   "과",   "로",   "도",
    "만",   "나",   "랑",   "께",   "들",   "님",   "측",   "및",   "야",   "아",   "여",   "고",
    "며",   "면",   "요",   "인",   "에서", "에게", "으로", "까지", "부터", "보다", "처럼", "이나",
    "이랑", "하고", "한테", "께서", "라고", "이다", "입니", "니다", "라는", "이라", "마다", "조차"};

// Whether all of a run of Hangul is particles, one behind the other: "에서는", "입니다".
bool are_particles(std::string_view run) {
    constexpr std::size_t run_bytes_max = 15;   // five syllables
    if (run.size() > run_bytes_max) return false;
    std::array<bool, run_bytes_max + 1> reached{true};
    for (std::size_t at = 0; at < run.size(); at += 3) {
        if (!reached[at]) continue;
        for (const std::string_view particle : particles)
            if (run.substr(at).starts_with(particle)) reached[at + particle.size()] = true;
        if (run.substr(at) == "다") reached[run.size()] = reached[run.size()] || at > 0;
    }
    return reached[run.size()];
}

}   // namespace

bool is_whole_word(std::string_view text, std::size_t begin, std::size_t end) {
    const Script first = script_of(character_at(text, begin)), before = script_of(character_before(text, begin));
    if ((first == Script::latin || first == Script::hangul) && before == first) return false;
    const Script last = script_of(character_before(text, end)), behind = script_of(character_at(text, end));
    if (last == Script::latin) return behind != Script::latin;
    if (last != Script::hangul || behind != Script::hangul) return true;
    constexpr std::size_t look_bytes = 18;
    std::size_t run = end;
    while (run < text.size() && run - end < look_bytes && script_of(character_at(text, run)) == Script::hangul)
        run += 3;
    return are_particles(text.substr(end, run - end));
}

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view character = character_at(text, at);
        const std::size_t bytes = character_bytes(text[at]);
        const auto lead = static_cast<unsigned char>(text[at]);
        if (character.size() != bytes || (bytes == 1 && lead >= 0x80) || lead >= 0xF5) return false;
        const auto is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
        if (!std::all_of(character.begin() + 1, character.end(), is_continuation)) return false;
        const std::uint32_t code = code_of(character);
        constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
        if (code < least[bytes] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
        at += bytes;
    }
    return true;
}

}   // namespace gilmok::guard
