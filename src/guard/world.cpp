#include "guard/world.hpp"

#include "guard/amounts.hpp"
#include "guard/number_checks.hpp"

namespace gilmok::guard {

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
