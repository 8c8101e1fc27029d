#include "guard/amounts.hpp"

#include <algorithm>

#include "guard/ascii.hpp"

namespace gilmok::guard {

namespace {

// Amounts are written in groups of three; between other rows a comma is a list's, or a table's whose cells nobody parted with spaces.
constexpr std::size_t amount_group_digits = 3;

std::size_t digits_before(std::string_view text, std::size_t end) {
    std::size_t count = 0;
    while (count < end && count <= amount_group_digits && is_digit(text[end - 1 - count])) ++count;
    return count;
}
std::size_t digits_at(std::string_view text, std::size_t begin) {
    std::size_t count = 0;
    while (count <= amount_group_digits && is_digit(byte_at(text, begin + count))) ++count;
    return count;
}
// Whether the digits that end at `end` are a group of something that hyphens or full stops join: "16.105.50.4", "1984-06-03".
bool is_joined_thrice(std::string_view text, std::size_t end) {
    constexpr std::size_t bytes_max = 24;
    const std::size_t least = end - std::min(end, bytes_max);
    std::size_t joints = 0;
    for (std::size_t at = end; at > least && joints < 2; --at) {
        const char c = text[at - 1];
        joints += c == '-' || c == '.' ? 1U : 0U;
        if (!is_digit(c) && c != '-' && c != '.') break;
    }
    return joints >= 2;
}

}   // namespace

bool is_piece_of_amount(std::string_view text, std::size_t begin) {
    const std::size_t before = digits_before(text, begin - 1), end = begin + amount_group_digits;
    if (before == 0 || before > amount_group_digits) return false;
    const char behind = byte_at(text, end);
    if (digits_at(text, begin) != amount_group_digits || behind == '-' || behind == '_') return false;
    const std::size_t fraction = digits_at(text, end + 1);
    return behind != '.' || fraction == 0 || byte_at(text, end + 1 + fraction) != '.';
}

bool is_amount_going_on(std::string_view text, std::size_t end) {
    const std::size_t before = digits_before(text, end);
    if (before == 0 || before > amount_group_digits || digits_at(text, end + 1) != amount_group_digits) return false;
    return (before == end || !is_ascii_word(text[end - before - 1])) && !is_joined_thrice(text, end);
}

}   // namespace gilmok::guard
