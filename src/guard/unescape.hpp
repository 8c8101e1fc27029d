// The escapes of a JSON string that was checked, as json::append_unescaped() resolves them and several times as fast: many clients write
// every letter above ASCII as "\uXXXX", so that a Korean prompt is nothing but escapes. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gilmok::guard {

// Overwrites `out`. False where an escape is broken.
bool unescape(std::string_view raw, std::string& out);
// Bytes of UTF-8 that the escape at the front of `raw` stands for; `used`: its own.
std::size_t escaped_bytes(std::string_view raw, std::size_t& used);

}   // namespace gilmok::guard
