#include "meter/pool_rate.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace gilmok::meter {

namespace {

constexpr Pico hours_month = 730;
constexpr Pico microjoules_kwh = 3'600'000'000'000;   // 3.6 MJ
constexpr Pico ppm = 1'000'000;
constexpr Pico ns_hour = 3'600'000'000'000;

// Half to even, as everywhere in the ledger. Amounts of a pool are far from the limits of multiply_divide().
Pico share(Pico amount, Pico part, Pico whole) { return multiply_divide(amount, part, whole).value_or(0); }

std::optional<Pico> in_ledger(const Money& money, const PoolRate::Convert& convert) {
    if (money.pico == 0) return Pico{0};
    return convert(money);
}

void append_text_member(std::string& out, std::string_view name, std::string_view value) {
    out.append(",\"").append(name).append("\":\"");
    append_json_escaped(out, value);
    out += '"';
}

}   // namespace

std::optional<PoolRate> PoolRate::make(const config::Pool& pool, double country_grid_g_kwh, const Convert& convert) {
    const auto capex = in_ledger(pool.capex, convert);
    const auto opex = in_ledger(pool.opex_month, convert);
    const auto tariff = in_ledger(pool.tariff_kwh, convert);
    if (!capex || !opex || !tariff) return std::nullopt;
    PoolRate rate;
    const auto pue_ppm = static_cast<Pico>(std::llround(pool.pue * 1e6));
    rate.fixed_hour_ = share(*capex, 1, std::max<Pico>(pool.months, 1) * hours_month) + share(*opex, 1, hours_month);
    rate.energy_kwh_ = share(*tariff, pue_ppm, ppm);
    rate.power_idle_w_ = pool.power_idle_w;
    rate.power_max_w_ = std::max(pool.power_max_w, pool.power_idle_w);
    rate.batch_half_ = std::max<std::uint32_t>(pool.batch_half, 1);
    rate.slots_ppm_ = std::max<std::uint64_t>(1, std::uint64_t{pool.slots} * pool.utilisation_ppm);
    const double grid_g_kwh = pool.grid_g_kwh > 0 ? pool.grid_g_kwh : country_grid_g_kwh;
    rate.grid_ug_kwh_ = static_cast<std::uint64_t>(std::llround(grid_g_kwh * pool.pue * 1e6));
    // Power at the target utilisation, between idle and full in proportion.
    const Pico watts_ppm = Pico{rate.power_idle_w_} * ppm +
                           Pico{rate.power_max_w_ - rate.power_idle_w_} * std::min<Pico>(pool.utilisation_ppm, ppm);
    rate.loaded_hour_ = rate.fixed_hour_ + share(rate.energy_kwh_, watts_ppm, 1'000 * ppm);

    std::string& card = rate.card_text_;
    card = "{\"pool\":\"";
    append_json_escaped(card, pool.name);
    card += '"';
    append_text_member(card, "hour", decimal(rate.loaded_hour_));
    append_text_member(card, "energy_kwh", decimal(rate.energy_kwh_));
    card += ",\"slots_ppm\":";
    append_number(card, rate.slots_ppm_);
    card += ",\"grid_ug_kwh\":";
    append_number(card, rate.grid_ug_kwh_);
    card += '}';
    return rate;
}

Pico PoolRate::fully_loaded(Duration ran) const {
    const Pico ns = std::max<Pico>(ran.count(), 0);
    return share(loaded_hour_, ns * ppm, ns_hour * static_cast<Pico>(slots_ppm_));
}

Pico PoolRate::marginal(const model::Energy& energy) const {
    return share(energy_kwh_, static_cast<Pico>(energy.microjoules), microjoules_kwh);
}

model::Energy PoolRate::modelled(Duration ran, std::uint32_t batch) const {
    const Pico b = std::max<std::uint32_t>(batch, 1);
    // One watt for a nanosecond is 10^-3 microjoules. One division at the end loses nothing between.
    const Pico watts_times = Pico{power_idle_w_} * (b + batch_half_) + Pico{power_max_w_ - power_idle_w_} * b;
    const Pico microjoules = watts_times * std::max<Pico>(ran.count(), 0) / (1'000 * b * (b + batch_half_));
    model::Energy energy = measured(static_cast<std::uint64_t>(microjoules), 1);
    energy.method = power_max_w_ > 0 ? model::EnergyMethod::modelled : model::EnergyMethod::none;
    return energy;
}

model::Energy PoolRate::measured(std::uint64_t pool_microjoules, std::uint32_t batch) const {
    model::Energy energy;
    energy.microjoules = pool_microjoules / std::max<std::uint32_t>(batch, 1);
    energy.micrograms_co2e = static_cast<std::uint64_t>(
        share(static_cast<Pico>(grid_ug_kwh_), static_cast<Pico>(energy.microjoules), microjoules_kwh));
    energy.method = model::EnergyMethod::measured;
    return energy;
}

Pico PoolRate::hour(std::uint64_t microjoules) const {
    return fixed_hour_ + share(energy_kwh_, static_cast<Pico>(microjoules), microjoules_kwh);
}

std::uint64_t PoolRate::idle_microjoules_hour() const { return std::uint64_t{power_idle_w_} * 3'600'000'000; }

}   // namespace gilmok::meter
