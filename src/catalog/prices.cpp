#include "catalog/prices.hpp"

namespace gilmok::catalog {
namespace {

std::int64_t read_per(Row& row) {
    const std::string per = row.text("per");
    if (per == "1M") return 1'000'000;
    if (per == "1k") return 1'000;
    if (per != "1") row.fault("per", "is none of \"1\", \"1k\", \"1M\"");
    return 1;
}

// Whole hours of the UTC day: "hours_utc = [1, 4]" is from 01:00 until 04:00.
void read_hours(Row& row, Price& price) {
    const auto& hours = row.tables("hours_utc");
    if (hours.empty()) return;
    const auto is_hour = [](const wire::TomlNode& node) {
        return node.type == wire::TomlNode::Type::integer && node.integer >= 0 && node.integer <= 24;
    };
    if (hours.size() != 2 || !is_hour(hours[0]) || !is_hour(hours[1])) {
        row.fault("hours_utc", "is not two hours like [1, 4]");
        return;
    }
    price.utc_from_minutes = static_cast<std::int16_t>(hours[0].integer * 60);
    price.utc_until_minutes = static_cast<std::int16_t>(hours[1].integer * 60);
}

}   // namespace

Price read_price(Row& row) {
    Price price;
    price.provider = row.text("provider");
    price.skus = row.list("skus");
    if (row.has("tier")) {
        const auto tier = model::service_tier_named(row.text("tier"));
        if (!tier) row.fault("tier", "is not known");
        price.tier = tier.value_or(model::ServiceTier::standard);
    }
    price.above_input_tokens = row.integer("above_input_tokens", 0);
    if (price.above_input_tokens < 0) row.fault("above_input_tokens", "is below zero");
    const std::string mode = row.text("tier_mode", false);
    price.is_excess = mode == "excess";
    if (!mode.empty() && mode != "excess" && mode != "whole") row.fault("tier_mode", "is not known");
    price.region = row.text("region", false);
    price.per = read_per(row);
    for (std::size_t i = 0; i < model::meters_count; ++i) {
        const auto meter = static_cast<model::Meter>(i);
        const Money amount = row.money(model::name_of(meter));
        if (!amount.currency.is_none()) price.amounts.push_back({meter, amount});
    }
    if (price.amounts.empty()) row.fault("input_fresh", "is missing, and so is every other price");
    price.valid_from = row.day("valid_from", WallTime{});
    price.valid_until = row.day("valid_until", WallTime::max());
    read_hours(row, price);
    price.notes = row.text("notes", false);
    price.provenance = row.provenance();
    return price;
}

FxRate read_fx(Row& row) {
    FxRate fx;
    fx.from = row.currency("from");
    fx.to = row.currency("to");
    fx.rate = row.decimal("rate");
    fx.valid_from = row.day("date", WallTime{});
    fx.notes = row.text("notes", false);
    fx.provenance = row.provenance();
    if (fx.rate == 0) row.fault("rate", "is zero");
    return fx;
}

Grid read_grid(Row& row) {
    constexpr Pico pico_per_milli = pico_per_unit / 1'000;
    Grid grid;
    grid.country = row.text("country");
    grid.milligrams_per_kwh = static_cast<std::int64_t>(row.decimal("grams_per_kwh") / pico_per_milli);
    grid.year = static_cast<std::int32_t>(row.integer("year", 0));
    grid.provenance = row.provenance();
    if (grid.country.size() != 2) row.fault("country", "is no code of two letters");
    if (grid.milligrams_per_kwh == 0) row.fault("grams_per_kwh", "is zero");
    return grid;
}

}   // namespace gilmok::catalog
