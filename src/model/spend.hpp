// The nouns of money: what was used, what it cost, what was set aside for it. Handed from meter/ to admit/ and ledger/
// by gateway/. Structs without behaviour; docs/ledger-format.md says how they are written down.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/money.hpp"
#include "base/time.hpp"
#include "model/exchange.hpp"
#include "model/ids.hpp"

namespace gilmok::model {

// The disjoint form into which every provider's nested or disjoint counts are mapped: no token stands in two meters.
// Order is part of the ledger's format; append only.
enum class Meter : std::uint8_t {
    input_fresh,      // read by the model for the first time
    cache_read,       // found in the provider's or engine's prefix cache
    cache_write_5m,   // written into a cache that is paid for: five minutes (and where a provider names no time)
    cache_write_1h,
    input_audio,
    input_image,
    output_text,
    output_reasoning,
    output_audio,
    output_image,
    pages,      // rerank and document units
    requests,   // 1 for each attempt that the upstream may bill
    count_,
};
inline constexpr std::size_t meters_count = static_cast<std::size_t>(Meter::count_);
std::string_view name_of(Meter meter);                       // "input_fresh", …; "" for what is no meter
std::optional<Meter> meter_named(std::string_view name);   // nothing for another name
constexpr bool is_input(Meter meter) { return meter <= Meter::input_image; }
constexpr bool is_output(Meter meter) { return meter >= Meter::output_text && meter <= Meter::output_image; }

// Counts by meter. Missing is not zero.
struct Meters {
    static constexpr std::int64_t missing = -1;
    std::array<std::int64_t, meters_count> counts;
    Meters() { counts.fill(missing); }
    [[nodiscard]] std::int64_t& operator[](Meter meter) { return counts[static_cast<std::size_t>(meter)]; }
    [[nodiscard]] std::int64_t operator[](Meter meter) const { return counts[static_cast<std::size_t>(meter)]; }
    [[nodiscard]] bool has(Meter meter) const { return (*this)[meter] != missing; }
    // Sums of what is there; missing counts as nothing here. A sum too large stays at the largest number.
    [[nodiscard]] std::int64_t input_tokens() const;
    [[nodiscard]] std::int64_t output_tokens() const;
    bool operator==(const Meters&) const = default;
};

// The tier that the *answer* names; it, and not the one asked for, decides the price.
enum class ServiceTier : std::uint8_t { standard, flex, priority, batch, count_ };
std::string_view name_of(ServiceTier tier);
std::optional<ServiceTier> service_tier_named(std::string_view name);

// A number by which the ledger knows a text: a tenant's path, a model, a price card. Given by ledger/names; 0 = none.
enum class NameId : std::uint32_t { none = 0 };

// What it cost. An unknown price is unknown (card none, is_known false), never zero.
struct Charge {
    bool is_known = false;
    NameId card = NameId::none;   // the resolved price card: from it and the meters the cost can be computed again
    Currency currency{};          // of the price
    Pico cost = 0;                // in `currency`
    Currency ledger_currency{};
    Pico cost_ledger = 0;         // in the ledger's currency, at the rate of the day; meaningless unless is_known
};

// How the joules were found.
enum class EnergyMethod : std::uint8_t { none, measured, modelled, estimated, count_ };
std::string_view name_of(EnergyMethod method);
struct Energy {
    std::uint64_t microjoules = 0;      // at the device; PUE is in `micrograms_co2e` and in the cost, not here
    std::uint64_t micrograms_co2e = 0;
    EnergyMethod method = EnergyMethod::none;
};

// The most that an attempt may use, set aside before its first byte is sent.
struct Bound {
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
    Pico cost_ledger = 0;   // in the ledger's currency
    bool is_cost_known = true;
};

// One attempt in the ledger. The pair (exchange, attempt) is unique; RESERVE comes first, one terminal record ends it.
struct AttemptRef {
    RequestId exchange{};
    std::uint8_t attempt = 0;
};

struct Reserve {
    AttemptRef ref{};
    WallTime at{};
    NameId tenant{}, key{}, model{}, upstream{}, served_model{}, place{}, data_class{};
    Bound bound{};
    Endpoint endpoint = Endpoint::none;
    bool is_stream = false;
};

// How far an attempt has come, so that a crash loses at most a second or 64 events of it.
struct Progress {
    AttemptRef ref{};
    WallTime at{};
    Meters meters{};
    std::uint32_t delivered_events = 0;
    std::uint64_t delivered_bytes = 0;
};

enum class TerminalKind : std::uint8_t {
    settled,     // the upstream worked, in part or whole
    voided,      // nothing is owed: it never reached the model, or the upstream refused it
    recovered,   // found open after a crash
    count_,
};
std::string_view name_of(TerminalKind kind);

// The end of an attempt. Exactly one for each Reserve.
struct Terminal {
    AttemptRef ref{};
    WallTime at{};
    WallTime started{};
    TerminalKind kind = TerminalKind::voided;
    Provenance provenance = Provenance::none;
    ServiceTier tier = ServiceTier::standard;
    Outcome outcome = Outcome::failed;   // of the exchange, or what it would be if this attempt were its last
    Code code = Code::none;
    std::uint16_t status = 0;
    Endpoint endpoint = Endpoint::none;
    bool is_stream = false;
    bool is_simulated = false;
    bool was_hedge = false;
    bool is_suspect = false;       // the upstream's report contradicts itself
    bool is_over_bound = false;    // more than was reserved: booked all the same, and flagged
    NameId tenant{}, key{}, model{}, upstream{}, served_model{}, response_model{}, place{}, data_class{}, tag{};
    Meters meters{};
    Charge charge{};
    Energy energy{};
    std::int64_t bound_input_tokens = 0, bound_output_tokens = 0;
    Pico bound_cost_ledger = 0;
    std::uint32_t delivered_events = 0;
    std::uint64_t delivered_bytes = 0;
    std::uint32_t first_token_us = 0;   // 0 = none
    std::uint64_t duration_us = 0;
    std::array<std::uint8_t, 16> person{};   // HMAC of the `user` member under that person's salt; zeros = none
    std::string_view raw_usage{};            // the upstream's own JSON, at most raw_usage_bytes_max; "" = none
    static constexpr std::size_t raw_usage_bytes_max = 2'048;   // longer ones are left out, and the flag says so
    bool is_raw_usage_cut = false;
};

}   // namespace gilmok::model
