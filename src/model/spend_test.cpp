#include "model/spend.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <set>

using namespace gilmok::model;

namespace {

template <class Enum>
void check_names() {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < static_cast<std::size_t>(Enum::count_); ++i) {
        const std::string_view name = name_of(static_cast<Enum>(i));
        CHECK_FALSE(name.empty());
        CHECK(seen.insert(name).second);
    }
    CHECK(name_of(Enum::count_).empty());
}

}   // namespace

TEST_CASE("every value of the ledger has a name of its own") {
    check_names<Meter>();
    check_names<Provenance>();
    check_names<ServiceTier>();
    check_names<EnergyMethod>();
    check_names<TerminalKind>();
}

TEST_CASE("a name leads back to its meter and its tier") {
    for (std::size_t i = 0; i < meters_count; ++i) {
        const auto meter = static_cast<Meter>(i);
        CHECK(meter_named(name_of(meter)) == meter);
    }
    CHECK(service_tier_named("flex") == ServiceTier::flex);
    CHECK_FALSE(meter_named(""));
    CHECK_FALSE(meter_named("input"));
    CHECK_FALSE(service_tier_named("Flex"));
}

TEST_CASE("every meter of tokens is either input or output, and units are neither") {
    for (std::size_t i = 0; i < meters_count; ++i) {
        const auto meter = static_cast<Meter>(i);
        CHECK(is_input(meter) == (i <= 5));
        CHECK(is_output(meter) == (i >= 6 && i <= 9));
    }
}

TEST_CASE("missing counts as nothing in a sum, and stays missing") {
    Meters meters;
    CHECK(meters.input_tokens() == 0);
    CHECK_FALSE(meters.has(Meter::input_fresh));
    meters[Meter::input_fresh] = 3;
    meters[Meter::cache_write_1h] = 12'304;
    meters[Meter::output_reasoning] = 550;
    meters[Meter::pages] = 7;
    meters[Meter::requests] = 1;
    CHECK(meters.input_tokens() == 12'307);
    CHECK(meters.output_tokens() == 550);
    CHECK_FALSE(meters.has(Meter::cache_read));
}

TEST_CASE("a sum that does not fit stays at the largest number") {
    Meters meters;
    meters[Meter::input_fresh] = std::numeric_limits<std::int64_t>::max();
    meters[Meter::cache_read] = 1;
    CHECK(meters.input_tokens() == std::numeric_limits<std::int64_t>::max());
}
