// Signed checkpoints: what the log was at a size, in a form that others can check with tools of their own.
// Formats: C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint), signed-note (https://c2sp.org/signed-note) with Ed25519
// (algorithm 0x01). Extension lines are accepted and passed over, never written. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "ledger/merkle.hpp"

namespace gilmok::ledger {

struct Checkpoint {
    std::string origin;   // "gilmok.example.kr/ledger/01J…": the name of the key that signs it
    std::uint64_t size = 0;
    Hash root{};
    bool operator==(const Checkpoint&) const = default;
};

// "<name>+<hash>+<base64 of 0x01 and the public key>", the vkey of a signed note.
struct VerifierKey {
    std::string name;
    std::uint32_t key_hash = 0;
    std::array<std::uint8_t, 32> public_key{};
    [[nodiscard]] std::string text() const;
};

// Owner: the ledger. The private key never leaves it but through stored().
class Signer {
public:
    // Ed25519 from 32 secret bytes. `name` is the origin.
    static Result<Signer> from_seed(std::string name, const Secret& seed);
    // The text kept in the key file ("PRIVATE+KEY+…", as golang.org/x/mod/sumdb/note writes it), and back.
    [[nodiscard]] Secret stored() const;
    static Result<Signer> from_stored(std::string_view text);
    [[nodiscard]] const VerifierKey& verifier() const { return verifier_; }
    // The whole note: three lines of checkpoint, an empty line, the signature line. The origin must be the signer's name.
    [[nodiscard]] std::string sign(const Checkpoint& checkpoint) const;
    // Any text that ends with a newline, is UTF-8 and has no other control characters.
    [[nodiscard]] std::string sign_note(std::string_view text) const;

private:
    Signer(VerifierKey verifier, Secret seed) : verifier_(std::move(verifier)), seed_(std::move(seed)) {}
    VerifierKey verifier_;
    Secret seed_;
};

inline constexpr std::size_t key_name_bytes_max = 256;
inline constexpr std::size_t note_bytes_max = 65'536;
inline constexpr std::size_t note_signatures_max = 16;

// Not empty, UTF-8, no space of Unicode, no plus, no control character, at most key_name_bytes_max.
bool is_key_name(std::string_view name);
Result<VerifierKey> parse_verifier_key(std::string_view text);
// The text of a note (a view into `note`) when it carries a signature of `key` and all of that key are right. Signatures
// of other keys must have the form of one and are passed over. `why`, when given, receives the reason of a refusal, for
// people; static text.
Result<std::string_view> open_note(std::string_view note, const VerifierKey& key, std::string_view* why = nullptr);
// The same for a checkpoint, whose origin must be the name of the key: one key signs one log.
Result<Checkpoint> open_checkpoint(std::string_view note, const VerifierKey& key, std::string_view* why = nullptr);
// The three lines without a judgement of who signed them. For those that have checked the note themselves.
Result<Checkpoint> parse_checkpoint(std::string_view text, std::string_view* why = nullptr);

}   // namespace gilmok::ledger
