// The tokens of the simulated models. No model's tokenizer, but the right size for planning: about four bytes of ASCII a
// token, one token a Hangul syllable or any other character beyond ASCII.
//
// The rule, exactly: a character below U+0020 is a token; any run of other ASCII is cut every four bytes; every other
// character is a token; a byte that is not UTF-8 is a token. So tokens never split a character, a text that begins after
// a line break is cut the same way wherever it stands, and anybody can count again what we claim.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fleet/kv_cache.hpp"

namespace gilmok::fleet {

// Bytes of the token at the front of a text that is not empty.
std::size_t token_bytes(std::string_view text);
std::uint32_t count_tokens(std::string_view text);
// The longest head of `text` that is at most that many tokens.
std::string_view first_tokens(std::string_view text, std::uint32_t tokens);
// One hash for each full block of tokens, each covering all before it. `salt` keeps tenants' caches apart.
std::vector<BlockHash> block_hashes(std::string_view text, std::uint64_t salt);
std::uint64_t hash_of(std::string_view bytes, std::uint64_t start);

}  // namespace gilmok::fleet
