#include "archive/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace gilmok::archive {
namespace {

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* room_of(char* text) { return reinterpret_cast<unsigned char*>(text); }

// OpenSSL counts in int.
bool is_within(std::size_t bytes) { return bytes <= static_cast<std::size_t>(std::numeric_limits<int>::max()); }

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}   // namespace

Key::Key(std::span<const char, key_bytes> bytes) { std::ranges::copy(bytes, bytes_.begin()); }
Key::Key(Key&& other) noexcept : bytes_(other.bytes_) { other.wipe(); }
Key& Key::operator=(Key&& other) noexcept {
    if (this == &other) return *this;
    bytes_ = other.bytes_;
    other.wipe();
    return *this;
}
void Key::wipe() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

std::optional<Key> Key::derive(std::string_view purpose) const {
    Key derived;
    unsigned int length = 0;
    if (HMAC(EVP_sha256(), bytes_.data(), static_cast<int>(bytes_.size()), bytes_of(purpose), purpose.size(),
             room_of(derived.bytes_.data()), &length) == nullptr ||
        length != key_bytes)
        return std::nullopt;
    return derived;
}

std::optional<Key> key_from_hex(std::string_view text) {
    if (text.size() != 2 * key_bytes) return std::nullopt;
    std::array<char, key_bytes> bytes;
    for (std::size_t i = 0; i < key_bytes; ++i) {
        const int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes[i] = static_cast<char>(high * 16 + low);
    }
    Key key{bytes};
    archive::wipe(bytes);
    return key;
}

bool seal(const Key& key, std::span<const char, nonce_bytes> nonce, std::string_view associated, std::string_view plain,
          std::string& out) {
    if (!is_within(plain.size()) || !is_within(associated.size())) return false;
    const Context context(EVP_CIPHER_CTX_new());
    const std::size_t begin = out.size();
    out.resize(begin + plain.size() + tag_bytes);
    int written = 0, rest = 0;
    const bool is_sealed =
        context != nullptr &&
        EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of({key.reveal().data(), key_bytes}),
                           bytes_of({nonce.data(), nonce_bytes})) == 1 &&
        EVP_EncryptUpdate(context.get(), nullptr, &written, bytes_of(associated),
                          static_cast<int>(associated.size())) == 1 &&
        EVP_EncryptUpdate(context.get(), room_of(out.data() + begin), &written, bytes_of(plain),
                          static_cast<int>(plain.size())) == 1 &&
        EVP_EncryptFinal_ex(context.get(), room_of(out.data() + begin + written), &rest) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_bytes),
                            out.data() + begin + plain.size()) == 1;
    if (!is_sealed) out.resize(begin);
    return is_sealed;
}

std::optional<std::string> open(const Key& key, std::span<const char, nonce_bytes> nonce, std::string_view associated,
                                std::string_view sealed) {
    if (sealed.size() < tag_bytes || !is_within(sealed.size()) || !is_within(associated.size())) return std::nullopt;
    const std::string_view cipher = sealed.substr(0, sealed.size() - tag_bytes);
    std::string tag(sealed.substr(cipher.size()));
    const Context context(EVP_CIPHER_CTX_new());
    std::string plain(cipher.size(), '\0');
    int written = 0, rest = 0;
    const bool is_opened =
        context != nullptr &&
        EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of({key.reveal().data(), key_bytes}),
                           bytes_of({nonce.data(), nonce_bytes})) == 1 &&
        EVP_DecryptUpdate(context.get(), nullptr, &written, bytes_of(associated),
                          static_cast<int>(associated.size())) == 1 &&
        EVP_DecryptUpdate(context.get(), room_of(plain.data()), &written, bytes_of(cipher),
                          static_cast<int>(cipher.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_bytes), tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context.get(), room_of(plain.data() + written), &rest) == 1;
    if (is_opened) return plain;
    wipe(plain);   // what was decrypted without being authentic is nobody's to see
    return std::nullopt;
}

void wipe(std::string& text) {
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

void wipe(std::span<char> bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

std::string sha256(std::string_view text) {
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(bytes_of(text), text.size(), room_of(digest.data()));
    return digest;
}

}   // namespace gilmok::archive
