// Property: a ledger in which one file has other bytes is not whole, whichever file and whatever bytes. Only notes may have
// more signatures than they had. The first byte of the input chooses the file, the rest is what it holds now.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "ledger/test_ledger.hpp"
#include "ledger/verify.hpp"

using namespace gilmok::ledger;

namespace {

const TestLedger& the_ledger() {
    static const TestLedger ledger({.records = 12, .records_per_file = 5, .records_per_checkpoint = 4});
    return ledger;
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Directory whole = the_ledger().directory();
    if (size == 0) return 0;
    Directory files = whole;
    const auto chosen = std::next(files.begin(), data[0] % static_cast<std::ptrdiff_t>(files.size()));
    const std::string before = std::move(chosen->second);
    chosen->second.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
    DirectoryFiles directory(files);
    const Verified verified = verify(directory, {.directory = "ledger",
                                                 .key = the_ledger().signer.verifier(),
                                                 .kept = {whole.at("checkpoint")},
                                                 .is_closed = true});
    for (const Problem& problem : verified.problems)
        if (describe(problem).empty()) std::abort();
    const bool is_same = chosen->second == before || chosen->first.starts_with("checkpoint");
    if (verified.is_whole() && !is_same) {
        std::fprintf(stderr, "broken: other bytes in %s, and the ledger is called whole\n", chosen->first.c_str());
        std::abort();
    }
    if (chosen->second == before && !verified.is_whole()) {
        std::fprintf(stderr, "broken: nothing changed, and the ledger is not whole: %s\n",
                     describe(verified.problems[0]).c_str());
        std::abort();
    }
    return 0;
}
