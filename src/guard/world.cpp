#include "guard/world.hpp"

#include "guard/number_checks.hpp"

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
// Whether a comma in front makes the digits at `begin` an amount's: three of them that do not go on as numbers and addresses do.
bool is_piece_of_amount(std::string_view text, std::size_t begin) {
    if (digits_before(text, begin - 1) == 0 || digits_before(text, begin - 1) > amount_group_digits) return false;
    const std::size_t end = begin + amount_group_digits;
    if (digits_at(text, begin) != amount_group_digits || byte_at(text, end) == '-') return false;
    const std::size_t fraction = digits_at(text, end + 1);
    return byte_at(text, end) != '.' || fraction == 0 || byte_at(text, end + 1 + fraction) != '.';
}
// Whether the comma at `end` and what stands behind it make an amount of the digits before.
bool is_amount_going_on(std::string_view text, std::size_t end) {
    const std::size_t before = digits_before(text, end);
    return before > 0 && before <= amount_group_digits && digits_at(text, end + 1) == amount_group_digits;
}

}   // namespace

bool is_free_left(std::string_view text, std::size_t begin) {
    const char near = byte_before(text, begin);
    if (is_identifier_byte(near)) return false;
    if (begin < 2) return true;
    if (near == '-') return !is_identifier_byte(text[begin - 2]);
    if (near == ',') return !is_piece_of_amount(text, begin);
    return near != '.' || !is_digit(text[begin - 2]);
}

bool is_free_right(std::string_view text, std::size_t end) {
    const char near = byte_at(text, end);
    if (is_identifier_byte(near)) return false;
    if (near == '-') return !is_identifier_byte(byte_at(text, end + 1));
    if (near == ',') return !is_amount_going_on(text, end);
    return near != '.' || !is_digit(byte_at(text, end + 1));
}

bool is_gb_nino_prefix(std::string_view two) {
    constexpr std::string_view first_never = "DFIQUV", second_never = "DFIQUVO";
    if (!is_capital(two[0]) || !is_capital(two[1])) return false;
    if (first_never.find(two[0]) != std::string_view::npos || second_never.find(two[1]) != std::string_view::npos)
        return false;
    return two != "BG" && two != "GB" && two != "NK" && two != "KN" && two != "TN" && two != "NT" && two != "ZZ";
}

char es_dni_letter(std::string_view eight_digits) { return "TRWAGMYFPDXBNJZSQVHLCKE"[number_of(eight_digits) % 23]; }

}   // namespace gilmok::guard
