// Small text tools that the standard library of our baseline lacks. ASCII only, no locale.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gilmok {

constexpr char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c; }
constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
// In line, because most comparisons are with a list of names and end at the size.
inline bool equal_ignoring_case(std::string_view left, std::string_view right) {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i)
        if (ascii_lower(left[i]) != ascii_lower(right[i])) return false;
    return true;
}
std::string_view trim(std::string_view text);   // spaces and tabs, both ends
std::string lowercase(std::string_view text);

// Every byte is one of 0x21 to 0x7E: no blank, no control byte, nothing above ASCII.
bool is_visible_ascii(std::string_view text);

// Decimal digits only, no sign, no spaces, no overflow.
std::optional<std::uint64_t> parse_u64(std::string_view digits);

template <class Integer>
void append_number(std::string& out, Integer number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out.append(digits, static_cast<std::size_t>(end - digits));
}

// Appends `text` as the inside of a JSON string: quotes, backslashes and control bytes escaped (RFC 8259 section 7),
// bytes that are not UTF-8 replaced by U+FFFD, DEL escaped too so that no terminal acts on it.
void append_json_escaped(std::string& out, std::string_view text);

// Levenshtein distance, for "did you mean". Both texts are cut at 64 bytes.
std::size_t edit_distance(std::string_view left, std::string_view right);

std::string hex(std::string_view bytes);   // lower case
constexpr int hex_value(char c) {            // of a digit in either case; -1 for any other byte
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}   // namespace gilmok
