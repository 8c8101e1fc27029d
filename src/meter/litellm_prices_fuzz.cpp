// Properties: any text gives rows or an error; each row is an amount above zero for a named SKU without a star, in dollars, per
// million or per one; read again, the same rows; a book takes them all, and held against that book nothing differs.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <tuple>

#include "base/test_claim.hpp"
#include "meter/litellm_prices.hpp"
#include "meter/price_diff.hpp"

using namespace gilmok;
using namespace gilmok::meter;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto prices = read_litellm_prices(text, {{}, "2026-11-21"});
    if (!prices) return 0;
    for (const PriceRow& row : prices->rows) {
        claim(row.price.pico > 0 && row.price.pico <= pico_max, "an amount is above zero and within bounds");
        claim(row.price.currency.view() == "USD", "an amount has its currency");
        claim(!row.provider.empty() && row.sku.find('*') == std::string::npos, "a row is about one model");
        claim(row.per == 1 || row.per == 1'000'000, "a row is per million or per one");
        claim(row.above_input_tokens >= 0, "a threshold is not below zero");
    }
    claim(prices->doubts.size() <= LitellmPrices::doubts_max, "doubts are bounded");
    const auto again = read_litellm_prices(text, {{}, "2026-11-21"});
    claim(again && again->rows.size() == prices->rows.size(), "reading is repeatable");
    constexpr std::size_t rows_compared_max = 200;
    if (prices->rows.size() > rows_compared_max) return 0;
    const PriceBookPtr book = PriceBook::build(prices->rows, {});
    claim(book->rows().size() == prices->rows.size(), "a book takes every row");
    const PriceDiff diff = diff_prices(*book, prices->rows, WallTime{});
    claim(diff.changes.empty(), "nothing differs from itself");
    static_cast<void>(price_toml(prices->rows));
    return 0;
}
