#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace gilmok {

std::string_view trim(std::string_view text) {
    const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

std::string lowercase(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), ascii_lower);
    return out;
}

bool is_visible_ascii(std::string_view text) {
    // Eight bytes at a time. The top bit of each sum tells: above ASCII, DEL, or below 0x21. A borrow or a carry can only come from
    // a byte that is told itself.
    constexpr std::uint64_t ones = 0x0101010101010101U;
    std::uint64_t told = 0;
    while (text.size() >= sizeof told) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data(), sizeof word);
        told |= word | (word + ones) | (word - 0x21 * ones);
        text.remove_prefix(sizeof word);
    }
    if ((told & 0x80 * ones) != 0) return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

std::optional<std::uint64_t> parse_u64(std::string_view digits) {
    constexpr std::size_t digits_that_fit = 19;
    std::uint64_t value = 0;
    if (digits.size() <= digits_that_fit) {
        for (const char c : digits) {
            if (c < '0' || c > '9') return std::nullopt;
            value = value * 10 + static_cast<std::uint64_t>(c - '0');
        }
        return digits.empty() ? std::nullopt : std::optional(value);
    }
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failure != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

// The bytes that stand in a JSON string as they are, but for those above ASCII.
constexpr std::array<bool, 256> is_plain_in_json = [] {
    std::array<bool, 256> table{};
    for (unsigned byte = 0x20; byte < 0x7F; ++byte) table[byte] = byte != '"' && byte != '\\';
    return table;
}();

// Length of the well-formed UTF-8 sequence at the start of `text`, or 0 (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (!follows(1) || !follows(2)) return 0;
        if (first == 0xE0 && byte(1) < 0xA0) return 0;
        if (first == 0xED && byte(1) > 0x9F) return 0;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (!follows(1) || !follows(2) || !follows(3)) return 0;
        if (first == 0xF0 && byte(1) < 0x90) return 0;
        if (first == 0xF4 && byte(1) > 0x8F) return 0;
        return 4;
    }
    return 0;
}

void append_unicode_escape(std::string& out, unsigned char c) {
    out += "\\u00";
    out += hex_digits[c >> 4];
    out += hex_digits[c & 15U];
}

}   // namespace

void append_json_escaped(std::string& out, std::string_view text) {
    while (!text.empty()) {
        // Copy the longest plain run at once; most text is one run.
        std::size_t plain = 0;
        while (plain < text.size() && is_plain_in_json[static_cast<unsigned char>(text[plain])]) ++plain;
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) return;
        const auto c = static_cast<unsigned char>(text.front());
        if (c >= 0x80) {
            const std::size_t length = utf8_length(text);
            if (length == 0)
                out += "\\ufffd";
            else
                out.append(text.substr(0, length));
            text.remove_prefix(length == 0 ? 1 : length);
            continue;
        }
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            default: append_unicode_escape(out, c);
        }
        text.remove_prefix(1);
    }
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
    left = left.substr(0, 64);
    right = right.substr(0, 64);
    std::array<std::size_t, 65> row{};
    for (std::size_t j = 0; j <= right.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t substituted = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[right.size()];
}

std::string hex(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        out += hex_digits[static_cast<unsigned char>(byte) >> 4];
        out += hex_digits[static_cast<unsigned char>(byte) & 15U];
    }
    return out;
}

}   // namespace gilmok
