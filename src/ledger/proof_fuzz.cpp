// Properties: whatever opens as a proof is included in a tree that our key signed, so its record is one of the ledger's at
// that index; and a file of notes is given out whole, in pieces that are notes. The seeds are proofs of the ledger below.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/test_claim.hpp"
#include "ledger/notes.hpp"
#include "ledger/proof.hpp"
#include "ledger/test_ledger.hpp"

using namespace gilmok;
using namespace gilmok::ledger;

namespace {

const TestLedger& the_ledger() {
    static const TestLedger ledger({.records = 20, .records_per_checkpoint = 8});
    return ledger;
}

void read_proofs(std::string_view input) {
    std::string_view why;
    const auto proofs = check_proofs(input, the_ledger().signer.verifier(), &why);
    claim(proofs.has_value() == why.empty(), "a refusal has a reason");
    if (!proofs) return;
    for (const Proof& proof : *proofs)
        claim(proof.index < 20 && proof.record == the_ledger().records[proof.index], "what is proven is in the ledger");
    claim(!explain(*proofs).empty(), "what is proven can be told");
}

void read_notes(std::string_view input) {
    const Directory directory{{"checkpoints", std::string(input)}};
    DirectoryFiles files(directory);
    NoteReader reader(files, "ledger/checkpoints");
    std::size_t bytes = 0;
    while (const auto note = reader.next()) {
        claim(reader.offset() == bytes && !note->empty(), "notes follow each other");
        claim(input.substr(bytes, note->size()) == *note, "notes are what stands in the file");
        bytes += note->size();
    }
    claim(bytes == input.size() || !reader.problem().empty(), "nothing is passed over");
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    read_proofs(input);
    read_notes(input);
    return 0;
}
