// Price rows that somebody offers, held against a price book: what is new, what is gone, what changed and by how much. A change
// by more than ten times is most often a slip between "per token" and "per million" and is told apart. What is approved is written as
// [[price]] tables for the configuration. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "meter/price_book.hpp"

namespace gilmok::meter {

struct PriceChange {
    enum class Kind : std::uint8_t { added, changed, gone };
    Kind kind = Kind::added;
    std::string provider, sku;
    model::Meter meter{};   // meaningless for `gone`, which is about a whole SKU
    model::ServiceTier tier = model::ServiceTier::standard;
    std::int64_t above_input_tokens = 0;
    std::optional<Money> before, after;   // for `per`
    std::int64_t per = 1'000'000;
    std::optional<Pico> factor;   // after ÷ before; nothing when one of them is 0 or the currencies cannot be compared
    bool is_large = false;        // more than ten times, up or down, or from or to nothing
};

struct PriceDiff {
    std::vector<PriceChange> changes;   // by provider, SKU, tier, threshold, meter
    std::size_t added = 0, changed = 0, gone = 0, same = 0, large = 0;
};

// What holds at `at`. A SKU is `gone` when the book names it (no star), some other SKU of its provider is offered, and it is not.
PriceDiff diff_prices(const PriceBook& book, std::span<const PriceRow> offered, WallTime at);

// [[price]] tables, one for each SKU, tier and threshold; rows of one table have one source and `per`. As the configuration reads them.
std::string price_toml(std::span<const PriceRow> rows);

}   // namespace gilmok::meter
