#include "ledger/checkpoint.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "wire/base64.hpp"
#include "wire/json_string.hpp"

namespace gilmok::ledger {

namespace {

constexpr std::string_view signature_mark = "\xE2\x80\x94 ";   // U+2014 and a space
constexpr std::string_view stored_mark = "PRIVATE+KEY+";
constexpr char ed25519 = 1;
constexpr std::size_t key_bytes = 32;
constexpr std::size_t signature_bytes = 64;
constexpr std::size_t key_hash_bytes = 4;

struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
std::string_view view_of(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

tl::unexpected<Error> refused(std::string_view reason, std::string_view* why) {
    if (why != nullptr) *why = reason;
    return fail(Code::internal, Fault::gateway, Retry::never, reason);
}

bool is_note_text(std::string_view text) {
    const bool has_control =
        std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
    return !has_control && wire::json::is_utf8(text);
}

// The first four bytes of SHA-256(name, newline, algorithm, public key).
std::uint32_t key_hash_of(std::string_view name, std::span<const std::uint8_t, key_bytes> public_key) {
    std::string text(name);
    text += '\n';
    text += ed25519;
    text += view_of(public_key);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    const bool is_done = EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1;
    GILMOK_ASSERT(is_done);
    std::uint32_t hash = 0;
    for (std::size_t i = 0; i < key_hash_bytes; ++i) hash = hash << 8U | digest[i];
    return hash;
}

std::string big_endian(std::uint32_t number) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xFFU);
    return bytes;
}

// "<name>+<eight hex digits>+<base64 of the algorithm and 32 bytes>": what verifier and stored key have in common.
struct KeyText {
    std::string_view name;
    std::uint32_t hash = 0;
    std::string key{};   // 32 bytes
};
std::optional<KeyText> parse_key_text(std::string_view text) {
    const std::size_t name_end = text.find('+');
    const std::size_t key_begin = name_end + 2 + 2 * key_hash_bytes;
    if (name_end == std::string_view::npos || text.size() <= key_begin || text[key_begin - 1] != '+')
        return std::nullopt;
    KeyText parsed{.name = text.substr(0, name_end)};
    if (!is_key_name(parsed.name)) return std::nullopt;
    for (const char c : text.substr(name_end + 1, 2 * key_hash_bytes)) {
        const bool is_letter = c >= 'a' && c <= 'f';
        if (!is_letter && (c < '0' || c > '9')) return std::nullopt;
        parsed.hash = parsed.hash << 4U | static_cast<std::uint32_t>(is_letter ? c - 'a' + 10 : c - '0');
    }
    std::optional<std::string> key = wire::from_base64(text.substr(key_begin));
    if (!key || key->size() != 1 + key_bytes || key->front() != ed25519) return std::nullopt;
    parsed.key = key->substr(1);
    explicit_bzero(key->data(), key->size());   // it may have been a private key
    return parsed;
}

std::string key_text(std::string_view name, std::uint32_t hash, std::string_view key) {
    std::string out(name);
    out += '+';
    out += hex(big_endian(hash));
    out += '+';
    std::string material(1, ed25519);
    material += key;
    out += wire::base64(material);
    explicit_bzero(material.data(), material.size());
    return out;
}

bool is_signed_by(const VerifierKey& key, std::string_view text, std::string_view signature) {
    const Key pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.public_key.data(), key_bytes));
    const Context context(EVP_MD_CTX_new());
    return pkey && context && signature.size() == signature_bytes &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
           EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
}

struct SignatureLine {
    std::string_view name;
    std::string bytes;   // key hash and signature
};
std::optional<SignatureLine> parse_signature_line(std::string_view line) {
    if (!line.starts_with(signature_mark)) return std::nullopt;
    line.remove_prefix(signature_mark.size());
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || !is_key_name(line.substr(0, space))) return std::nullopt;
    std::optional<std::string> bytes = wire::from_base64(line.substr(space + 1));
    if (!bytes || bytes->size() <= key_hash_bytes) return std::nullopt;
    return SignatureLine{.name = line.substr(0, space), .bytes = std::move(*bytes)};
}

// Takes the line before the next newline, which the caller knows to be there.
std::string_view take_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return line;
}

}   // namespace

bool is_key_name(std::string_view name) {
    // White space as Unicode has it, in UTF-8; ASCII control characters are refused anyway.
    static constexpr std::string_view spaces[] = {" ",
                                                  "\xC2\x85",
                                                  "\xC2\xA0",
                                                  "\xE1\x9A\x80",
                                                  "\xE2\x80\x80",
                                                  "\xE2\x80\x81",
                                                  "\xE2\x80\x82",
                                                  "\xE2\x80\x83",
                                                  "\xE2\x80\x84",
                                                  "\xE2\x80\x85",
                                                  "\xE2\x80\x86",
                                                  "\xE2\x80\x87",
                                                  "\xE2\x80\x88",
                                                  "\xE2\x80\x89",
                                                  "\xE2\x80\x8A",
                                                  "\xE2\x80\xA8",
                                                  "\xE2\x80\xA9",
                                                  "\xE2\x80\xAF",
                                                  "\xE2\x81\x9F",
                                                  "\xE3\x80\x80"};
    if (name.empty() || name.size() > key_name_bytes_max || !is_note_text(name)) return false;
    if (name.find_first_of("+\n") != std::string_view::npos) return false;
    return std::ranges::none_of(spaces,
                                [name](std::string_view space) { return name.find(space) != std::string_view::npos; });
}

std::string VerifierKey::text() const { return key_text(name, key_hash, view_of(public_key)); }

Result<VerifierKey> parse_verifier_key(std::string_view text) {
    const std::optional<KeyText> parsed = parse_key_text(text);
    if (!parsed) return refused("a verifier key is NAME+HASH+BASE64 of an Ed25519 public key", nullptr);
    VerifierKey key{.name = std::string(parsed->name), .key_hash = parsed->hash};
    std::memcpy(key.public_key.data(), parsed->key.data(), key_bytes);
    if (key_hash_of(key.name, key.public_key) != key.key_hash)
        return refused("the hash in the verifier key is not that of its name and key", nullptr);
    return key;
}

Result<Signer> Signer::from_seed(std::string name, const Secret& seed) {
    if (!is_key_name(name)) return refused("the name of a key has no spaces, no plus and at most 256 bytes", nullptr);
    if (seed.reveal().size() != key_bytes) return refused("an Ed25519 seed has 32 bytes", nullptr);
    const Key pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed.reveal()), key_bytes));
    VerifierKey verifier{.name = std::move(name)};
    std::size_t length = key_bytes;
    if (!pkey || EVP_PKEY_get_raw_public_key(pkey.get(), verifier.public_key.data(), &length) != 1)
        return refused("the cryptographic library has no Ed25519", nullptr);
    verifier.key_hash = key_hash_of(verifier.name, verifier.public_key);
    return Signer(std::move(verifier), seed.clone());
}

Secret Signer::stored() const {
    std::string out(stored_mark);
    out += key_text(verifier_.name, verifier_.key_hash, seed_.reveal());
    return Secret(std::move(out));
}

Result<Signer> Signer::from_stored(std::string_view text) {
    const bool has_mark = text.starts_with(stored_mark);
    std::optional<KeyText> parsed = has_mark ? parse_key_text(text.substr(stored_mark.size())) : std::nullopt;
    if (!parsed) return refused("a stored key is PRIVATE+KEY+NAME+HASH+BASE64 of an Ed25519 seed", nullptr);
    const Secret seed(std::move(parsed->key));
    GILMOK_TRY(signer, from_seed(std::string(parsed->name), seed));
    if (signer.verifier_.key_hash != parsed->hash)
        return refused("the hash in the stored key is not that of its name and key", nullptr);
    return std::move(signer);
}

std::string Signer::sign(const Checkpoint& checkpoint) const {
    GILMOK_ASSERT(checkpoint.origin == verifier_.name);
    std::string text = checkpoint.origin;
    text += '\n';
    append_number(text, checkpoint.size);
    text += '\n';
    text += wire::base64(view_of(checkpoint.root));
    text += '\n';
    return sign_note(text);
}

std::string Signer::sign_note(std::string_view text) const {
    GILMOK_ASSERT(text.ends_with('\n') && is_note_text(text));
    const Key pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed_.reveal()), key_bytes));
    const Context context(EVP_MD_CTX_new());
    unsigned char signature[signature_bytes];
    std::size_t length = sizeof signature;
    const bool is_done = pkey && context &&
                         EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
                         EVP_DigestSign(context.get(), signature, &length, bytes_of(text), text.size()) == 1;
    GILMOK_ASSERT(is_done && length == sizeof signature);
    std::string note(text);
    note += '\n';
    note += signature_mark;
    note += verifier_.name;
    note += ' ';
    note += wire::base64(big_endian(verifier_.key_hash) + std::string(view_of(signature)));
    note += '\n';
    return note;
}

Result<std::string_view> open_note(std::string_view note, const VerifierKey& key, std::string_view* why) {
    if (note.size() > note_bytes_max) return refused("a note has at most 65,536 bytes", why);
    if (!is_note_text(note)) return refused("a note is UTF-8 without control characters but newlines", why);
    const std::size_t gap = note.rfind("\n\n");
    if (gap == std::string_view::npos || !note.ends_with('\n') || gap + 2 == note.size())
        return refused("a note is a text, an empty line and lines of signatures", why);
    const std::string_view text = note.substr(0, gap + 1);
    std::string_view rest = note.substr(gap + 2);
    bool is_signed = false;
    for (std::size_t count = 1; !rest.empty(); ++count) {
        if (count > note_signatures_max) return refused("a note has at most 16 signatures", why);
        const std::optional<SignatureLine> line = parse_signature_line(take_line(rest));
        if (!line) return refused("a line behind the empty line is no signature", why);
        const std::string_view bytes = line->bytes;
        if (line->name != key.name || bytes.substr(0, key_hash_bytes) != big_endian(key.key_hash)) continue;
        if (!is_signed_by(key, text, bytes.substr(key_hash_bytes))) return refused("the signature is wrong", why);
        is_signed = true;
    }
    if (!is_signed) return refused("the key did not sign this note", why);
    return text;
}

Result<Checkpoint> parse_checkpoint(std::string_view text, std::string_view* why) {
    if (std::ranges::count(text, '\n') < 3 || !text.ends_with('\n'))
        return refused("a checkpoint has three lines", why);
    Checkpoint checkpoint;
    checkpoint.origin = take_line(text);
    if (checkpoint.origin.empty()) return refused("the origin of the checkpoint is empty", why);
    const std::string_view digits = take_line(text);
    const std::optional<std::uint64_t> size = parse_u64(digits);
    if (!size || (digits.size() > 1 && digits.front() == '0'))
        return refused("the size in the checkpoint is no decimal number", why);
    checkpoint.size = *size;
    const std::optional<std::string> root = wire::from_base64(take_line(text));
    if (!root || root->size() != checkpoint.root.size())
        return refused("the root in the checkpoint is no base64 of 32 bytes", why);
    std::memcpy(checkpoint.root.data(), root->data(), root->size());
    while (!text.empty())
        if (take_line(text).empty()) return refused("a line of the checkpoint is empty", why);
    return checkpoint;
}

Result<Checkpoint> open_checkpoint(std::string_view note, const VerifierKey& key, std::string_view* why) {
    GILMOK_TRY(text, open_note(note, key, why));
    GILMOK_TRY(checkpoint, parse_checkpoint(text, why));
    if (checkpoint.origin != key.name) return refused("the origin is not the name of the key", why);
    return std::move(checkpoint);
}

}   // namespace gilmok::ledger
