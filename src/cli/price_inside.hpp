// What the parts of `gilmok price` share.
#pragma once

#include <string>

#include "cli/price.hpp"
#include "config/snapshot.hpp"
#include "meter/price_book.hpp"

namespace gilmok::cli {

struct PriceOptions {
    std::string config_path = "gilmok.toml";
    bool needs_config = false;
    std::string output = "table";
    std::string provider, sku;                         // list
    std::string what, at, tier = "standard", region;   // show
    std::string from = "litellm", file, apply;         // import
    bool accept_large = false, is_all = false;
    [[nodiscard]] bool is_json() const { return output == "json"; }
    [[nodiscard]] bool is_csv() const { return output == "csv"; }
};

// The book, and the configuration it was built with; `snapshot` is empty without a file.
struct OpenedPrices {
    config::SnapshotPtr snapshot;
    meter::PriceBookPtr book;
};

Outcome check_prices(const PriceOptions& options, const PriceWorld& world, const OpenedPrices& opened);
Outcome import_prices(const PriceOptions& options, const PriceWorld& world, const OpenedPrices& opened);

inline constexpr std::string_view price_verb = "gilmok price";
std::string per_words(std::int64_t per);   // "1M", "1k", "1"

}   // namespace gilmok::cli
