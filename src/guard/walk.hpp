// Every text that a JSON body holds: each string, each object key, each long number, wherever it stands: message parts, names,
// tool arguments, tool results, schemas, metadata, input of embeddings. A new member of tomorrow's API is walked like the others.
// A string that itself holds JSON (tool arguments) is walked again inside, two levels deep at most; below that its text is scanned as it stands.
// Media (a data: URL, base64 of input_audio or file_data) are told as such and not given as text.
// Sans-IO. On a body that wire::json::scan() accepted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/exchange.hpp"
#include "model/guarded.hpp"

namespace gilmok::guard {

struct Leaf {
    enum class What : std::uint8_t { text, key, number, image_data, image_link, audio_data, file_data, file_link };
    What what = What::text;
    std::string_view raw;      // where it stands in the body, without its quotes
    std::string_view text;     // unescaped: the same bytes when nothing is escaped
    std::uint8_t nested = 0;   // how many JSON strings it lies in: 0 in the body itself
    bool is_escaped = false;   // raw differs from text
};

class Leaves {
public:
    virtual ~Leaves() = default;
    virtual Result<bool> leaf(const Leaf& leaf) = 0;
};

inline constexpr std::size_t leaf_bytes_max = 32U << 20;
// Calls `leaves` in the body's order. `scratch` holds what had to be unescaped, valid during the call only.
// Errors: what `leaves` returned; bad_json where the body is not what it was said to be.
Result<bool> walk(std::string_view body, std::string& scratch, Leaves& leaves);
// The text fields of a multipart form, and its files as leaves without text.
Result<bool> walk_form(std::string_view content_type, std::string_view body, Leaves& leaves);

}   // namespace gilmok::guard
