// What a request costs on devices of one's own: capital written off, rent, power. Two prices: fully loaded (a share of the
// pool's hour at its target utilisation, what is charged) and marginal (the energy only, what routing compares). What is
// paid for and not used is idle, and never hidden in either: control writes it into the ledger every hour (POOL records).
//   hour = capex ÷ (months × 730) + opex_month ÷ 730 + power × PUE × tariff      (730 hours are a month of 365 × 24 ÷ 12)
//   fully loaded = hour × duration ÷ (slots × utilisation)
//   watts(b) = idle + (max − idle) × b ÷ (b + half), of which one of b requests has the b-th part
// Sources: guard-and-ledger figures of ML.ENERGY v3 (energy for a token falls 6 to 20 times with the batch, so joules follow
// the batch and never a constant for each token). Integers throughout. Pure; immutable after make().
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/money.hpp"
#include "base/time.hpp"
#include "config/snapshot.hpp"
#include "model/spend.hpp"

namespace gilmok::meter {

class PoolRate {
public:
    // `convert` brings amounts into the ledger's currency. Nothing when a currency cannot be converted.
    using Convert = std::function<std::optional<Pico>(const Money&)>;
    static std::optional<PoolRate> make(const config::Pool& pool, double country_grid_g_kwh, const Convert& convert);

    // Of one request that ran for so long among `batch` (at least 1) on average.
    [[nodiscard]] Pico fully_loaded(Duration ran) const;
    [[nodiscard]] Pico marginal(const model::Energy& energy) const;
    [[nodiscard]] model::Energy modelled(Duration ran, std::uint32_t batch) const;
    // From joules that a counter measured for the whole pool meanwhile.
    [[nodiscard]] model::Energy measured(std::uint64_t pool_microjoules, std::uint32_t batch) const;
    // The whole pool for an hour, with so much energy used in it.
    [[nodiscard]] Pico hour(std::uint64_t microjoules) const;
    [[nodiscard]] std::uint64_t idle_microjoules_hour() const;
    // What a PriceCard is for rented models: canonical JSON of all that the charge is computed from.
    [[nodiscard]] const std::string& card_text() const { return card_text_; }

private:
    Pico fixed_hour_ = 0;             // capital and rent
    Pico loaded_hour_ = 0;            // with power at the target utilisation
    Pico energy_kwh_ = 0;             // tariff × PUE
    std::uint64_t slots_ppm_ = 0;     // slots × utilisation
    std::uint64_t grid_ug_kwh_ = 0;   // with PUE
    std::uint32_t power_idle_w_ = 0, power_max_w_ = 0, batch_half_ = 1;
    std::string card_text_;
};

}   // namespace gilmok::meter
