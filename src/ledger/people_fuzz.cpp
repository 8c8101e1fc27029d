// Property: a file of salts is refused, or it is read to what is written again and read the same.
#include <cstdint>
#include <cstdlib>

#include "io/sim/files.hpp"
#include "ledger/people.hpp"

namespace {

using namespace gilmok;

ledger::People::Random nothing_random() {
    return [](std::span<char> bytes) {
        for (char& byte : bytes) byte = 7;
    };
}

void claim(bool holds) {
    if (!holds) std::abort();
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    io::sim::SimFiles files;
    files.put("/salts", std::string(reinterpret_cast<const char*>(data), size));
    auto first = ledger::People::open(files, "/salts", nothing_random());
    if (!first) return 0;
    const std::size_t known = (*first)->size();
    (*first)->id_of("t", "u");
    claim((*first)->erase("t", "u").value_or(false));   // writes the whole file anew
    auto again = ledger::People::open(files, "/salts", nothing_random());
    claim(again.has_value() && (*again)->size() + 1 >= known && (*again)->size() <= known);
    return 0;
}
