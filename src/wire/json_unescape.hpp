// The escapes of a JSON string that was checked, without its quotes. Several times as fast as going escape by escape: many clients
// write every letter above ASCII as "\uXXXX", so that a Korean prompt is nothing but escapes. Lone surrogates become U+FFFD. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gilmok::wire::json {

// Overwrites `out`, or appends to it. False where an escape is broken; `out` then holds nothing to be used.
bool unescape(std::string_view raw, std::string& out);
bool append_unescaped(std::string& out, std::string_view raw);
// Bytes of UTF-8 that the escape at the front of `raw` stands for; `used`: its own.
std::size_t escaped_bytes(std::string_view raw, std::size_t& used);

}   // namespace gilmok::wire::json
