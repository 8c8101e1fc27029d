// AES-256-GCM and the keys of the archive, by OpenSSL. docs/archive.md says what is sealed with what. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gilmok::archive {

inline constexpr std::size_t key_bytes = 32;
inline constexpr std::size_t nonce_bytes = 12;
inline constexpr std::size_t tag_bytes = 16;

// 256 bits that are wiped when they die.
class Key {
public:
    Key() = default;
    explicit Key(std::span<const char, key_bytes> bytes);
    Key(Key&& other) noexcept;
    Key& operator=(Key&& other) noexcept;
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;
    ~Key() { wipe(); }
    [[nodiscard]] Key clone() const { return Key(bytes_); }
    // Into ciphers only.
    [[nodiscard]] std::span<const char, key_bytes> reveal() const { return bytes_; }
    // A key of its own for one purpose: HMAC-SHA-256 under this one.
    [[nodiscard]] std::optional<Key> derive(std::string_view purpose) const;

private:
    void wipe();
    std::array<char, key_bytes> bytes_{};
};
// 64 hexadecimal digits, as `openssl rand -hex 32` makes them. Nothing for anything else.
std::optional<Key> key_from_hex(std::string_view text);

// Appends ciphertext and tag to `out`. False when the cipher cannot work: then nothing was appended.
bool seal(const Key& key, std::span<const char, nonce_bytes> nonce, std::string_view associated, std::string_view plain,
          std::string& out);
// `sealed` is ciphertext and tag. Nothing unless every bit of key, nonce, associated data and text is what it was.
std::optional<std::string> open(const Key& key, std::span<const char, nonce_bytes> nonce, std::string_view associated,
                                std::string_view sealed);

void wipe(std::string& text);
void wipe(std::span<char> bytes);
std::string sha256(std::string_view text);

}   // namespace gilmok::archive
