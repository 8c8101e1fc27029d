// The price book of a snapshot: the catalogue first, then what the configuration adds or overrides.
#include <string_view>

#include "catalog/catalog.hpp"
#include "gateway/accounts.hpp"
#include "meter/catalog_prices.hpp"

namespace gilmok::gateway {

namespace {

struct Priced {
    model::Meter meter;
    Money config::Price::*amount;
};
constexpr Priced priced_meters[] = {
    {model::Meter::input_fresh, &config::Price::input_fresh},
    {model::Meter::cache_read, &config::Price::cache_read},
    {model::Meter::cache_write_5m, &config::Price::cache_write_5m},
    {model::Meter::cache_write_1h, &config::Price::cache_write_1h},
    {model::Meter::input_audio, &config::Price::input_audio},
    {model::Meter::input_image, &config::Price::input_image},
    {model::Meter::output_text, &config::Price::output_text},
    {model::Meter::output_reasoning, &config::Price::output_reasoning},
    {model::Meter::output_audio, &config::Price::output_audio},
    {model::Meter::output_image, &config::Price::output_image},
    {model::Meter::pages, &config::Price::pages},
    {model::Meter::requests, &config::Price::requests},
};

model::ServiceTier tier_of(std::string_view name) {
    for (std::uint8_t tier = 0; tier < static_cast<std::uint8_t>(model::ServiceTier::count_); ++tier)
        if (model::name_of(static_cast<model::ServiceTier>(tier)) == name) return static_cast<model::ServiceTier>(tier);
    return model::ServiceTier::standard;
}

}   // namespace

static void append_price_rows(std::vector<meter::PriceRow>& rows, const config::Price& price) {
    for (const Priced& priced : priced_meters) {
        const Money& amount = price.*priced.amount;
        if (amount.currency.is_none()) continue;   // not named in this table
        meter::PriceRow row;
        row.provider = price.provider;
        row.sku = price.sku;
        row.meter = priced.meter;
        row.tier = tier_of(price.tier);
        row.above_input_tokens = static_cast<std::int64_t>(price.above_input_tokens);
        row.tier_mode = price.tier_mode == "excess" ? meter::TierMode::excess : meter::TierMode::whole;
        row.region = price.region;
        row.per = static_cast<std::int64_t>(price.per);
        row.price = amount;
        row.valid_from = price.valid_from;
        row.valid_until = price.valid_until;
        row.day_from_minutes = price.hours.from_minutes;
        row.day_until_minutes = price.hours.until_minutes;
        row.utc_offset_minutes = price.hours.utc_offset_minutes;
        row.source = price.source;
        row.date = price.date;
        rows.push_back(std::move(row));
    }
}

meter::PriceBookPtr build_price_book(const config::Snapshot& snapshot) {
    std::vector<meter::PriceRow> rows = meter::catalog_rows();
    std::vector<meter::FxRate> rates = meter::catalog_rates();
    for (const config::Price& price : snapshot.prices) append_price_rows(rows, price);
    for (const config::Fx& fx : snapshot.fx)
        rates.push_back({fx.from_currency, fx.to_currency, fx.rate_pico, fx.valid_from, fx.source});
    return meter::PriceBook::build(std::move(rows), std::move(rates));
}

double grid_g_kwh(std::string_view country) {
    const catalog::Grid* grid = catalog::grid_of(country);
    return grid == nullptr ? 0 : static_cast<double>(grid->milligrams_per_kwh) / 1'000;
}

}   // namespace gilmok::gateway
