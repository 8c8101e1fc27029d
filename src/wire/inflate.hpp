// Compressed request bodies (Content-Encoding: gzip, deflate, br, zstd) under a cap on what comes out. One coding only;
// a list of codings is refused. The cap holds at every step: a bomb costs at most bytes_out_max of memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace gilmok::wire {

enum class Coding : std::uint8_t { identity, gzip, deflate, brotli, zstd };

// "" and "identity" → identity; anything but one known name → Code::encoding_unsupported.
Result<Coding> parse_content_encoding(std::string_view value);

// The whole decoded body. Errors: Code::encoding_bad (corrupt, trailing garbage, cut), Code::body_too_large (over the cap).
Result<std::string> inflate(Coding coding, std::string_view body, std::size_t bytes_out_max);

}  // namespace gilmok::wire
