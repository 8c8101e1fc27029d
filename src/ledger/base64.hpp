// Base64 as the C2SP formats use it: the standard alphabet with padding (RFC 4648 section 4), read strictly. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gilmok::ledger {

std::string base64(std::string_view bytes);
// Nothing for a wrong length, a foreign character, padding that is missing or in the middle, or unused bits that are set:
// each sequence of bytes has one text only, so that no two texts are signed as one.
std::optional<std::string> from_base64(std::string_view text);

}   // namespace gilmok::ledger
