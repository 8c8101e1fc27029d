// Signed checkpoints: what the log was at a size, in a form that others can check with tools of their own.
// Formats: C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint), signed-note (https://c2sp.org/signed-note) with Ed25519
// (algorithm 0x01). Extension lines are read and kept but never written. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "ledger/merkle.hpp"

namespace gilmok::ledger {

struct Checkpoint {
    std::string origin;   // "gilmok.example.kr/ledger/01J…": no spaces, no plus
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
    // The whole note: three lines of checkpoint, an empty line, the signature line.
    [[nodiscard]] std::string sign(const Checkpoint& checkpoint) const;

private:
    VerifierKey verifier_;
    Secret seed_;
};

// Why a note was refused, for people; static text.
struct NoteProblem {
    std::string_view why;
};
Result<VerifierKey> parse_verifier_key(std::string_view text);
// Reads a note of at most 64 KiB and 16 signatures and checks the one of `key`. Unknown signatures are passed over; none of
// ours is an error, so is one of ours that is wrong. `why`, when given, receives the reason.
Result<Checkpoint> open_checkpoint(std::string_view note, const VerifierKey& key, std::string_view* why = nullptr);

}   // namespace gilmok::ledger
