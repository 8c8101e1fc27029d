// The first stage of detection: the places of a text at which a second look is worth it, by the bytes alone. A vector pass
// over masks of digits, capitals and signs, 32 or 64 bytes at a time; a scalar twin that asks the same of each byte.
// Sans-IO, no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "guard/vectors.hpp"

namespace gilmok::guard {

struct Anchor {
    enum class What : std::uint8_t {
        digits,   // the first of a row of digits
        at_sign,
        mixed,   // a capital and a digit meet here: the second of them; or a digit behind a capital and a space or hyphen
        capitals,   // the eighth capital in a row
        colon,      // between hexadecimal digits or other colons
    };
    std::uint32_t at;
    What what;
    bool operator==(const Anchor&) const = default;
};

// Appends the anchors of [from, to), of which `from` and `to` are multiples of anchors_step or the text's end. In the order
// of places within one What. `with` is what this machine has, or less.
inline constexpr std::size_t anchors_step = 32;
void find_anchors(std::string_view text, std::size_t from, std::size_t to, std::vector<Anchor>& anchors,
                  Vectors with = widest_vectors());
void find_anchors_scalar(std::string_view text, std::size_t from, std::size_t to, std::vector<Anchor>& anchors);

}   // namespace gilmok::guard
