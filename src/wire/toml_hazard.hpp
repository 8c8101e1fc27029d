// What toml++ 3.3 must not be shown, found by one pass over the text before it. Each is refused by TOML 1.0 as well, or
// is nothing that a person would write.
// - A dotted key of any length makes that many tables, which are then destroyed by recursion: a megabyte of `a.` ends the stack.
// - Some characters beyond ASCII (U+015E is one) where a space might stand run into an unreachable statement of
//   is_non_ascii_horizontal_whitespace(): undefined behaviour. TOML 1.0 has such characters in strings and comments only.
// - The same after a backslash at the end of a line of a """ string.
#pragma once

#include <cstdint>
#include <string_view>

namespace gilmok::wire {

inline constexpr std::uint32_t toml_key_parts_max = 64;

struct TomlHazard {
    std::string_view mistake;   // empty: none; static text
    std::uint32_t line = 0;
    std::uint32_t column = 0;   // in code points
};
TomlHazard find_toml_hazard(std::string_view text);

}   // namespace gilmok::wire
