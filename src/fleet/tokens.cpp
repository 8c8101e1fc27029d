#include "fleet/tokens.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "fleet/engine.hpp"

namespace gilmok::fleet {

namespace {

constexpr std::size_t ascii_bytes_max = 4;

constexpr bool is_plain(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80;
}

// Bytes of the UTF-8 character at the front, or 1 when it is none.
std::size_t character_bytes(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
    if (bytes > text.size()) return 1;
    for (std::size_t index = 1; index < bytes; ++index)
        if ((static_cast<unsigned char>(text[index]) & 0xc0) != 0x80) return 1;
    return bytes;
}

std::uint64_t mix(std::uint64_t left, std::uint64_t right) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(left) * right;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

std::size_t token_bytes(std::string_view text) {
    GILMOK_DASSERT(!text.empty());
    if (!is_plain(text.front())) return character_bytes(text);
    std::size_t bytes = 1;
    const std::size_t bytes_max = std::min(text.size(), ascii_bytes_max);
    while (bytes < bytes_max && is_plain(text[bytes])) ++bytes;
    return bytes;
}

std::uint32_t count_tokens(std::string_view text) {
    std::uint32_t tokens = 0;
    while (!text.empty()) {
        text.remove_prefix(token_bytes(text));
        ++tokens;
    }
    return tokens;
}

std::string_view first_tokens(std::string_view text, std::uint32_t tokens) {
    std::size_t end = 0;
    for (; tokens > 0 && end < text.size(); --tokens) end += token_bytes(text.substr(end));
    return text.substr(0, end);
}

std::uint64_t hash_of(std::string_view bytes, std::uint64_t start) {
    std::uint64_t hash = start ^ (bytes.size() * 0x9e3779b97f4a7c15u);
    while (bytes.size() >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), 8);
        hash = mix(hash ^ word, 0xd6e8feb86659fd93u);
        bytes.remove_prefix(8);
    }
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), bytes.size());
    hash = mix(hash ^ word, 0xa0761d6478bd642fu);
    return mix(hash ^ 0xe7037ed1a0b428dbu, 0x8ebc6af09c88c6e3u);
}

std::vector<BlockHash> block_hashes(std::string_view text, std::uint64_t salt) {
    std::vector<BlockHash> hashes;
    hashes.reserve(text.size() / (block_tokens * ascii_bytes_max) + 1);
    std::uint64_t hash = salt;
    while (true) {
        const std::string_view block = first_tokens(text, block_tokens);
        if (block.size() < text.size() || count_tokens(block) == block_tokens)
            hash = hash_of(block, hash);
        else
            return hashes;
        hashes.push_back(hash);
        text.remove_prefix(block.size());
        if (text.empty()) return hashes;
    }
}

}  // namespace gilmok::fleet
