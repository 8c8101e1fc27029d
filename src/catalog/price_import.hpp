// Prices out of LiteLLM's model_prices_and_context_window.json (MIT), and what they would change: the data behind `gilmok price
// import`. Nothing is applied here; somebody looks at the changes first. Their numbers are per token, in dollars and without
// date, so a slip of the unit (a price per million written as one per token) shows as a factor and is told. Pure.
// Format: https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json ("sample_spec"), read 2026-11-21.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "catalog/catalog.hpp"

namespace gilmok::catalog {

inline constexpr std::size_t import_bytes_max = 16 << 20;   // the file had 1.6 MB in 2026

// The prices of the providers that are known to catalog/providers.toml or wanted here, in the order of the file; of models
// whose prices cannot be read, one line each in `problems`. Errors: bad_json; body_too_large.
struct ImportedPrices {
    std::vector<Price> prices;
    std::vector<std::string> problems;
};
Result<ImportedPrices> read_litellm(std::string_view json);

// One meter of one SKU that would cost something else than before.
struct PriceChange {
    std::string provider, sku;
    model::ServiceTier tier = model::ServiceTier::standard;
    std::int64_t above_input_tokens = 0;
    model::Meter meter{};
    bool is_new = false;       // not in `before`
    Money before{}, after{};   // for one million
    // At least a thousand times dearer or cheaper than before; or, where there is no before, above 10,000 or below 0.0001
    // units of the currency for a million: more likely a wrong unit than a price.
    bool is_suspect = false;
};
// What of `after` is not in `before`, by what holds at `at`. What `before` has more is no change: an import only adds.
std::vector<PriceChange> price_changes(std::span<const Price> before, std::span<const Price> after, WallTime at);

}   // namespace gilmok::catalog
