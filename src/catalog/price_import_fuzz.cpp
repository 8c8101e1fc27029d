// Properties, for any bytes: every imported price is from a known provider, in dollars, within the limit, for one SKU; and
// without a catalogue before it, all of an import is new.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "catalog/price_import.hpp"

using namespace gilmok;
using namespace gilmok::catalog;

namespace {

void claim(bool holds, const char* property) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", property);
    std::abort();
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto imported = read_litellm({reinterpret_cast<const char*>(data), size});
    if (!imported) return 0;
    for (const Price& price : imported->prices) {
        claim(!price.provider.empty() && price.skus.size() == 1 && !price.amounts.empty(), "a price is whole");
        for (const Price::Amount& amount : price.amounts) {
            claim(amount.money.pico >= 0 && amount.money.pico <= pico_max, "an amount is within the limit");
            claim(amount.money.currency.view() == "USD", "an amount is in dollars");
        }
    }
    for (const PriceChange& change : price_changes({}, imported->prices, WallTime{}))
        claim(change.is_new, "without a before all is new");
    return 0;
}
