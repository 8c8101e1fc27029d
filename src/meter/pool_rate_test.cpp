#include "meter/pool_rate.hpp"

#include <doctest/doctest.h>

#include <chrono>

namespace {

using namespace gilmok;
using namespace std::chrono_literals;
using meter::PoolRate;

constexpr Currency krw{{'K', 'R', 'W'}};
const PoolRate::Convert same = [](const Money& money) { return std::optional<Pico>(money.pico); };

Money won(std::int64_t amount) { return {Pico{amount} * pico_per_unit, krw}; }

// 730,000,000 won over 10 months and 730,000 a month of rent make 101,000 won an hour before power.
config::Pool pool() {
    config::Pool made;
    made.name = "h100";
    made.capex = won(730'000'000);
    made.months = 10;
    made.opex_month = won(730'000);
    made.power_idle_w = 1'000;
    made.power_max_w = 9'000;
    made.batch_half = 10;
    made.pue = 1.5;
    made.tariff_kwh = won(200);
    made.utilisation_ppm = 500'000;
    made.slots = 100;
    return made;
}

TEST_CASE("an hour of a pool is its capital, its rent and its power") {
    const auto rate = PoolRate::make(pool(), 0, same);
    REQUIRE(rate);
    CHECK(rate->hour(0) == Pico{101'000} * pico_per_unit);
    // 10 kWh at 200 won and a PUE of 1.5
    CHECK(rate->hour(36'000'000'000'000) == Pico{104'000} * pico_per_unit);
}

TEST_CASE("requests that fill the pool to its target utilisation pay exactly the whole hour") {
    const auto rate = PoolRate::make(pool(), 0, same);
    // 5 kW at half use: 1,500 won of power an hour. 50 slots busy for an hour are the target.
    CHECK(50 * rate->fully_loaded(1h) == Pico{102'500} * pico_per_unit);
    CHECK(rate->fully_loaded(0s) == 0);
    CHECK(rate->fully_loaded(-1s) == 0);
}

TEST_CASE("a request alone carries the idle power, one of many a small part of the full one") {
    const auto rate = PoolRate::make(pool(), 0, same);
    const auto alone = rate->modelled(1s, 1);
    const auto crowded = rate->modelled(1s, 90);
    CHECK(alone.microjoules == 1'727'272'727);   // 1,000 W + 8,000 W ÷ 11
    CHECK(crowded.microjoules == 91'111'111);    // (1,000 W + 7,200 W) ÷ 90
    CHECK(alone.method == model::EnergyMethod::modelled);
    CHECK(rate->modelled(1s, 0).microjoules == alone.microjoules);
}

TEST_CASE("carbon counts the PUE and the grid of the country unless the pool names its own") {
    const auto korean = PoolRate::make(pool(), 430.6, same);
    // 3.6 MJ at the device are 1.5 kWh at the meter
    CHECK(korean->measured(3'600'000'000'000, 1).micrograms_co2e == 645'900'000);
    config::Pool own = pool();
    own.grid_g_kwh = 100;
    CHECK(PoolRate::make(own, 430.6, same)->measured(3'600'000'000'000, 1).micrograms_co2e == 150'000'000);
}

TEST_CASE("the marginal price is the energy alone") {
    const auto rate = PoolRate::make(pool(), 0, same);
    CHECK(rate->marginal(rate->measured(3'600'000'000'000, 1)) == Pico{300} * pico_per_unit);
    CHECK(rate->marginal({}) == 0);
}

TEST_CASE("a pool without power figures has no energy, and says so") {
    config::Pool bare = pool();
    bare.power_idle_w = bare.power_max_w = 0;
    const auto energy = PoolRate::make(bare, 430.6, same)->modelled(1s, 4);
    CHECK(energy.microjoules == 0);
    CHECK(energy.method == model::EnergyMethod::none);
}

TEST_CASE("a pool in a currency that cannot be converted has no rate rather than a wrong one") {
    CHECK_FALSE(PoolRate::make(pool(), 0, [](const Money&) { return std::optional<Pico>{}; }));
}

TEST_CASE("the card of a pool names everything its charge is computed from") {
    CHECK(PoolRate::make(pool(), 100, same)->card_text() ==
          R"({"pool":"h100","hour":"102500","energy_kwh":"300","slots_ppm":50000000,"grid_ug_kwh":150000000})");
}

}   // namespace
