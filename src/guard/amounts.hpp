// Whether a comma stands inside an amount or between numbers of a list or of a table's row, whose cells nobody parted with
// spaces: "1,234,567" and "7,010-1234-5678,250". Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace gilmok::guard {

// Whether the comma in front of `begin` makes the digits there an amount's: one to three stand before it, three behind, which do
// not go on as numbers and addresses do.
bool is_piece_of_amount(std::string_view text, std::size_t begin);
// Whether the comma at `end` makes an amount of the digits that end there.
bool is_amount_going_on(std::string_view text, std::size_t end);

}   // namespace gilmok::guard
