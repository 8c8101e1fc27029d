// What a roll-up counts, and for which dimensions: sums of attempts by hour, day and month. docs/ledger-tables.md. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ledger/period.hpp"
#include "ledger/tables.hpp"

namespace gilmok::ledger {

// Beyond these a figure counts as the limit, in tables and answers, and an alarm row names the record: one lie of an
// upstream must not overflow the sum of a year. The log keeps what was said.
inline constexpr std::int64_t meter_max = 1'000'000'000'000;
inline constexpr std::int64_t measure_max = 1'000'000'000'000'000;

// An amount in two columns, so that a database can add it up exactly: whole + pico / 10^12 with 0 <= pico < 10^12.
struct Amount {
    std::int64_t whole = 0, pico = 0;
};
Amount split(Pico amount);   // what 64 bits cannot hold stays at 9 × 10^18
constexpr Pico join(Pico whole, Pico pico) { return whole * pico_per_unit + pico; }

struct Measures {
    static constexpr std::size_t counts_max = 13;
    // attempts, settled, voided, recovered, aborted, counted, suspect, unpriced, microjoules, micrograms_co2e, duration_us,
    // first_token_us, first_tokens
    std::array<std::int64_t, counts_max> counts{};
    std::array<std::int64_t, model::meters_count> meters{};
    Pico cost = 0;                     // corrections included
    Pico correction = 0;               // of that, by corrections
    void add(const Measures& other);   // saturates
};
enum class Count : std::uint8_t {
    attempts,
    settled,
    voided,
    recovered,
    aborted,
    counted,
    suspect,
    unpriced,
    microjoules,
    micrograms_co2e,
    duration_us,
    first_token_us,
    first_tokens,
};

// `correction`: what corrections changed so far.
Measures measure(const model::Terminal& terminal, Pico correction = 0);
bool is_out_of_range(const model::Terminal& terminal);
// Owes money that nobody can name: something was used, and no price is known.
bool is_unpriced(const model::Terminal& terminal);

// The dimensions that are not times, as numbers: names by their id, enumerations by their value.
inline constexpr std::size_t dims_count = static_cast<std::size_t>(Dimension::count_) - 3;
using Dims = std::array<std::uint32_t, dims_count>;
using DimSet = std::uint32_t;
constexpr bool is_time(Dimension dimension) { return dimension <= Dimension::month; }
constexpr std::size_t dim_index(Dimension dimension) { return static_cast<std::size_t>(dimension) - 3; }
constexpr DimSet dim_bit(Dimension dimension) { return is_time(dimension) ? 0U : 1U << dim_index(dimension); }
inline constexpr DimSet every_dim = (1U << dims_count) - 1;
Dims dims_of(const model::Terminal& terminal);

// A roll-up table: sums for each combination of its dimensions. Cheapest first: a question takes the first that has all
// it needs.
struct Cube {
    std::string_view table{};
    DimSet dims = 0;
    bool has_hours = true;
};
std::span<const Cube> cubes();

struct RollRow {
    Grain grain = Grain::hour;
    std::int64_t period = 0;
    Dims dims{};   // zero where the cube lacks the dimension
    Measures measures{};
};

// Sums by period and dimensions in memory.
class RollBatch {
public:
    explicit RollBatch(Grain grain = Grain::hour) : grain_(grain) {}
    [[nodiscard]] Grain grain() const { return grain_; }
    void add(std::int64_t period, const Dims& dims, const Measures& measures);
    [[nodiscard]] const std::vector<RollRow>& rows() const { return rows_; }   // as they came
    // In the order of a table's key, in which they are written fastest.
    [[nodiscard]] std::vector<const RollRow*> sorted() const;
    // With these dimensions only.
    [[nodiscard]] RollBatch coarser(const Calendar& calendar, Grain grain, DimSet kept) const;

private:
    RollRow& row(std::int64_t period, const Dims& dims);
    void grow();
    Grain grain_;
    std::vector<RollRow> rows_;
    std::vector<std::uint32_t> slots_;   // number of the row + 1, 0 = free; a power of two
};

// Sums on their way to the tables: thousands of attempts become hundreds of rows. Kept once, by hour and all dimensions; what
// the tables want is added up from there when it is written.
class RollUps {
public:
    explicit RollUps(const Calendar& calendar) : calendar_(calendar) {}
    void add(WallTime at, const Dims& dims, const Measures& measures);
    // One for each grain of the cube, finest first.
    [[nodiscard]] std::vector<RollBatch> grains_of(std::size_t cube) const;

private:
    Calendar calendar_;
    RollBatch sums_;
};

}   // namespace gilmok::ledger
