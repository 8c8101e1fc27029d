// For tests: price rows and cards in one line each.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meter/price_book.hpp"

namespace gilmok::meter {

inline Money test_money(std::string_view text) { return parse_money(text).value_or(Money{}); }
inline Pico test_pico(std::string_view text) { return parse_decimal(text).value_or(-1); }

inline PriceRow test_row(std::string_view sku, model::Meter meter, std::string_view price) {
    PriceRow row;
    row.provider = "test";
    row.sku = sku;
    row.meter = meter;
    row.price = test_money(price);
    return row;
}

inline PriceCard::Line test_line(model::Meter meter, std::string_view price, std::int64_t above = 0,
                                 TierMode mode = TierMode::whole) {
    return {
        .meter = meter, .above_input_tokens = above, .tier_mode = mode, .per = 1'000'000, .price = test_pico(price)};
}

inline PriceCard test_card(std::vector<PriceCard::Line> lines) {
    PriceCard card;
    card.provider = "test";
    card.sku = "model";
    card.currency = parse_currency("USD").value_or(Currency{});
    card.lines = std::move(lines);
    return card;
}

inline model::Meters test_meters(const std::vector<std::pair<model::Meter, std::int64_t>>& counts) {
    model::Meters meters;
    for (const auto& [meter, count] : counts) meters[meter] = count;
    return meters;
}

}   // namespace gilmok::meter
