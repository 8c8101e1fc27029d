// The most tokens that a request's input can be, from its bytes alone: what is reserved before anybody has counted. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace gilmok::gateway {

// What a chat template may add to the text of the messages (role marks, a system prompt of the engine's own).
inline constexpr std::int64_t template_tokens_max = 256;
// A part that stands in the body as a reference only: an image of the largest size that providers tile.
inline constexpr std::int64_t referenced_tokens_max = 16'384;

// A byte of text is a token at most: the vocabularies of all models at hand hold single bytes as their smallest piece. Tools and
// schemas are part of the prompt, so the whole body counts. `body` is JSON that was read before.
std::int64_t input_bound(std::string_view body);

}   // namespace gilmok::gateway
