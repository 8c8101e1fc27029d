// Base64: the standard alphabet (RFC 4648 section 4). OpenSSL does the work; what it lets pass is refused here. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gilmok::wire {

std::string base64(std::string_view bytes);   // padded

// Strictly: nothing for a wrong length, a foreign character, padding that is missing or in the middle, or unused bits that are set. So
// each sequence of bytes has one text only, and no two texts are signed as one.
std::optional<std::string> from_base64(std::string_view text);

// As programs send it: padding may be missing, and unused bits are passed over. Still nothing for a foreign character.
std::optional<std::string> from_loose_base64(std::string_view text);

}   // namespace gilmok::wire
