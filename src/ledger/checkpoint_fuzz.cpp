// Properties: bytes that open as a note of a known key are the ones it signed; a verifier key that is read is written back
// unchanged; and for a checkpoint made of the input, what sign() writes opens again to the same, and with a byte of its
// lines changed, moved or added it is refused. The first bytes choose what is changed, the rest are size and root.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/test_claim.hpp"
#include "ledger/checkpoint.hpp"

using namespace gilmok;
using namespace gilmok::ledger;

namespace {

const Signer& signer() {
    static const Signer one = std::move(*Signer::from_seed("log.example/7", Secret(std::string(32, 's'))));
    return one;
}

void read_anything(std::string_view input) {
    std::string_view why;
    const auto opened = open_note(input, signer().verifier(), &why);
    claim(opened.has_value() == why.empty(), "a refusal has a reason");
    if (opened)
        claim(input.starts_with(signer().sign_note(*opened).substr(0, opened->size() + 1)),
              "a note begins with its text");
    if (const auto key = parse_verifier_key(input)) claim(key->text() == input, "a key has one text");
    if (const auto stored = Signer::from_stored(input))
        claim(stored->stored().reveal() == input, "a stored key has one text");
    if (const auto checkpoint = parse_checkpoint(input)) {
        const std::string prefix = checkpoint->origin + "\n" + std::to_string(checkpoint->size) + "\n";
        claim(input.starts_with(prefix), "origin and size have one text");
    }
}

void sign_and_spoil(std::string_view input) {
    Checkpoint checkpoint{.origin = "log.example/7"};
    const auto first = static_cast<unsigned char>(input[0]);
    const auto second = static_cast<unsigned char>(input[1]);
    const std::string_view rest = input.substr(2);
    std::memcpy(&checkpoint.size, rest.data(), std::min(rest.size(), sizeof checkpoint.size));
    checkpoint.root = leaf_hash(rest);
    const std::string note = signer().sign(checkpoint);
    const auto opened = open_checkpoint(note, signer().verifier());
    claim(opened && *opened == checkpoint, "what is signed opens again to the same");

    const std::size_t text_bytes = note.find("\n\n") + 1;
    const std::size_t at = first % text_bytes;
    std::string spoilt = note;
    switch (second % 4) {
        case 0: spoilt[at] = static_cast<char>(spoilt[at] ^ static_cast<char>(1 + second / 4)); break;
        case 1: spoilt.insert(at, 1, static_cast<char>(second)); break;
        case 2: spoilt.erase(at, 1); break;
        default: std::swap(spoilt[at], spoilt[second / 4 % text_bytes]); break;
    }
    claim(spoilt == note || !open_checkpoint(spoilt, signer().verifier()), "a changed checkpoint is refused");
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    read_anything(input);
    if (size >= 2) sign_and_spoil(input);
    return 0;
}
