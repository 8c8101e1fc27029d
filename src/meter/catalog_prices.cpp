#include "meter/catalog_prices.hpp"

#include "catalog/catalog.hpp"

namespace gilmok::meter {
namespace {

PriceRow row_of(const catalog::Price& price, const std::string& sku, const catalog::Price::Amount& amount) {
    return {.provider = price.provider,
            .sku = sku,
            .meter = amount.meter,
            .tier = price.tier,
            .above_input_tokens = price.above_input_tokens,
            .tier_mode = price.is_excess ? TierMode::excess : TierMode::whole,
            .region = price.region,
            .per = price.per,
            .price = amount.money,
            .valid_from = price.valid_from,
            .valid_until = price.valid_until,
            .day_from_minutes = price.utc_from_minutes,
            .day_until_minutes = price.utc_until_minutes,
            .utc_offset_minutes = 0,
            .source = price.provenance.source,
            .date = price.provenance.date};
}

}   // namespace

std::vector<PriceRow> catalog_rows() {
    std::vector<PriceRow> rows;
    for (const catalog::Price& price : catalog::prices())
        for (const std::string& sku : price.skus)
            for (const catalog::Price::Amount& amount : price.amounts) rows.push_back(row_of(price, sku, amount));
    return rows;
}

std::vector<FxRate> catalog_rates() {
    std::vector<FxRate> rates;
    for (const catalog::FxRate& rate : catalog::fx_rates())
        rates.push_back({.from = rate.from,
                         .to = rate.to,
                         .rate = rate.rate,
                         .valid_from = rate.valid_from,
                         .source = rate.provenance.source});
    return rates;
}

}   // namespace gilmok::meter
