#include "wire/base64.hpp"

#include <openssl/evp.h>

#include <climits>

#include "base/assert.hpp"

namespace gilmok::wire {

namespace {

// OpenSSL counts in int.
constexpr std::size_t text_bytes_max = INT_MAX / 4 * 4;

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}   // namespace

std::string base64(std::string_view bytes) {
    GILMOK_ASSERT(bytes.size() <= text_bytes_max / 4 * 3);
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');   // and OpenSSL's final zero
    EVP_EncodeBlock(bytes_of(text), bytes_of(bytes), static_cast<int>(bytes.size()));
    text.pop_back();
    return text;
}

std::optional<std::string> from_loose_base64(std::string_view text) {
    std::size_t padding = 0;
    for (; text.ends_with('='); ++padding) text.remove_suffix(1);
    const std::size_t missing = (4 - text.size() % 4) % 4;
    if (missing == 3 || padding > 2 || text.size() > text_bytes_max - 4) return std::nullopt;
    // OpenSSL passes over white space at both ends, takes a hyphen for the text's end and padding in the middle for zeros.
    if (text.find_first_of(" \t\r\n\v\f-=") != std::string_view::npos) return std::nullopt;
    std::string padded(text);
    padded.append(missing, '=');
    std::string bytes(padded.size() / 4 * 3, '\0');
    const int made =
        EVP_DecodeBlock(bytes_of(bytes), bytes_of(std::string_view(padded)), static_cast<int>(padded.size()));
    if (made < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(made) - missing);
    return bytes;
}

std::optional<std::string> from_base64(std::string_view text) {
    auto bytes = from_loose_base64(text);
    if (bytes && base64(*bytes) != text) return std::nullopt;
    return bytes;
}

}   // namespace gilmok::wire
