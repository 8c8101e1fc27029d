#include "ledger/rollup.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace gilmok::ledger {
namespace {

using model::Provenance;
using model::TerminalKind;

void add_to(std::int64_t& sum, std::int64_t more) {
    if (__builtin_add_overflow(sum, more, &sum))
        sum = more < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

std::int64_t within(std::uint64_t value) {
    return static_cast<std::int64_t>(std::min(value, static_cast<std::uint64_t>(measure_max)));
}

constexpr DimSet bits(std::initializer_list<Dimension> dimensions) {
    DimSet set = 0;
    for (const Dimension dimension : dimensions) set |= dim_bit(dimension);
    return set;
}

using enum Dimension;
// Simulated attempts are always told apart, because a bill leaves them out.
constexpr std::array<Cube, 10> all_cubes{{
    {"roll_all", bits({simulated})},
    {"roll_supply", bits({model, upstream, served_model, place, price_card, simulated})},
    {"roll_label", bits({data_class, tag, simulated})},
    {"roll_end", bits({model, upstream, endpoint, provenance, outcome, simulated})},
    {"roll_tenant", bits({tenant, simulated})},
    {"roll_tenant_label", bits({tenant, data_class, tag, simulated})},
    {"roll_tenant_supply", bits({tenant, model, upstream, served_model, place, price_card, simulated})},
    {"roll_tenant_end", bits({tenant, endpoint, provenance, outcome, simulated})},
    {"roll_tenant_key", bits({tenant, key, model, simulated})},
    {"roll_detail",
     bits({tenant, key, model, upstream, served_model, place, data_class, tag, endpoint, provenance, outcome,
           price_card, simulated}),
     false},
}};

// Zero for the others.
Dims masked(const Dims& dims, DimSet kept) {
    Dims rest{};
    for (std::size_t i = 0; i < dims_count; ++i) rest[i] = (kept >> i & 1U) != 0 ? dims[i] : 0;
    return rest;
}

std::uint64_t hash_of(std::int64_t period, const Dims& dims) {
    auto hash = static_cast<std::uint64_t>(period);
    for (const std::uint32_t dim : dims) hash = (hash ^ dim) * 0x9e37'79b9'7f4a'7c15ULL, hash ^= hash >> 29;
    return hash;
}

}   // namespace

Amount split(Pico amount) {
    // Nearly all amounts fit, and a division of 128 bits costs ten of 64.
    if (const auto narrow = static_cast<std::int64_t>(amount); narrow == amount && narrow >= 0) {
        constexpr auto unit = static_cast<std::int64_t>(pico_per_unit);
        return {narrow / unit, narrow % unit};
    }
    constexpr Pico limit = pico_per_unit * 9'000'000'000'000'000'000;
    amount = std::clamp(amount, -limit, limit);
    Pico whole = amount / pico_per_unit;
    if (amount % pico_per_unit < 0) --whole;
    return {static_cast<std::int64_t>(whole), static_cast<std::int64_t>(amount - whole * pico_per_unit)};
}

void Measures::add(const Measures& other) {
    for (std::size_t i = 0; i < counts.size(); ++i) add_to(counts[i], other.counts[i]);
    for (std::size_t i = 0; i < meters.size(); ++i) add_to(meters[i], other.meters[i]);
    cost += other.cost;
    correction += other.correction;
}

bool is_unpriced(const model::Terminal& terminal) {
    return terminal.kind != TerminalKind::voided && !terminal.charge.is_known &&
           std::ranges::any_of(terminal.meters.counts, [](std::int64_t count) { return count > 0; });
}

bool is_out_of_range(const model::Terminal& terminal) {
    const auto is_large = [](Pico amount) { return amount > pico_max || amount < -pico_max; };
    const auto limit = static_cast<std::uint64_t>(measure_max);
    return std::ranges::any_of(terminal.meters.counts, [](std::int64_t count) { return count > meter_max; }) ||
           is_large(terminal.charge.cost) || is_large(terminal.charge.cost_ledger) ||
           is_large(terminal.bound_cost_ledger) || terminal.energy.microjoules > limit ||
           terminal.energy.micrograms_co2e > limit || terminal.duration_us > limit;
}

Measures measure(const model::Terminal& terminal, Pico correction) {
    Measures measures;
    const auto count = [&](Count which) -> std::int64_t& { return measures.counts[static_cast<std::size_t>(which)]; };
    count(Count::attempts) = 1;
    count(Count::settled) = terminal.kind == TerminalKind::settled;
    count(Count::voided) = terminal.kind == TerminalKind::voided;
    count(Count::recovered) = terminal.kind == TerminalKind::recovered;
    count(Count::aborted) = terminal.provenance == Provenance::aborted;
    count(Count::counted) = terminal.provenance == Provenance::counted;
    count(Count::suspect) = terminal.is_suspect;
    count(Count::unpriced) = is_unpriced(terminal);
    count(Count::microjoules) = within(terminal.energy.microjoules);
    count(Count::micrograms_co2e) = within(terminal.energy.micrograms_co2e);
    count(Count::duration_us) = within(terminal.duration_us);
    count(Count::first_token_us) = terminal.first_token_us;
    count(Count::first_tokens) = terminal.first_token_us != 0;
    for (std::size_t i = 0; i < model::meters_count; ++i)
        measures.meters[i] = std::clamp<std::int64_t>(terminal.meters.counts[i], 0, meter_max);
    if (terminal.charge.is_known) measures.cost = std::clamp(terminal.charge.cost_ledger, -pico_max, pico_max);
    measures.cost += correction;
    measures.correction = correction;
    return measures;
}

Dims dims_of(const model::Terminal& terminal) {
    Dims dims{};
    const auto set = [&](Dimension dimension, auto value) {
        dims[dim_index(dimension)] = static_cast<std::uint32_t>(value);
    };
    set(Dimension::tenant, terminal.tenant);
    set(Dimension::key, terminal.key);
    set(Dimension::model, terminal.model);
    set(Dimension::upstream, terminal.upstream);
    set(Dimension::served_model, terminal.served_model);
    set(Dimension::place, terminal.place);
    set(Dimension::data_class, terminal.data_class);
    set(Dimension::tag, terminal.tag);
    set(Dimension::endpoint, terminal.endpoint);
    set(Dimension::provenance, terminal.provenance);
    set(Dimension::outcome, terminal.outcome);
    set(Dimension::price_card, terminal.charge.card);
    set(Dimension::simulated, terminal.is_simulated);
    return dims;
}

std::span<const Cube> cubes() { return all_cubes; }

RollRow& RollBatch::row(std::int64_t period, const Dims& dims) {
    if (slots_.size() < (rows_.size() + 1) * 2) grow();
    const std::uint64_t mask = slots_.size() - 1;
    for (std::uint64_t at = hash_of(period, dims) & mask;; at = (at + 1) & mask) {
        if (slots_[at] == 0) {
            rows_.push_back({grain_, period, dims, {}});
            slots_[at] = static_cast<std::uint32_t>(rows_.size());
            return rows_.back();
        }
        RollRow& row = rows_[slots_[at] - 1];
        if (row.period == period && row.dims == dims) return row;
    }
}

void RollBatch::grow() {
    slots_.assign(std::max<std::size_t>(64, slots_.size() * 2), 0);
    const std::uint64_t mask = slots_.size() - 1;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        std::uint64_t at = hash_of(rows_[i].period, rows_[i].dims) & mask;
        while (slots_[at] != 0) at = (at + 1) & mask;
        slots_[at] = static_cast<std::uint32_t>(i + 1);
    }
}

void RollBatch::add(std::int64_t period, const Dims& dims, const Measures& measures) {
    row(period, dims).measures.add(measures);
}

std::vector<const RollRow*> RollBatch::sorted() const {
    std::vector<const RollRow*> rows;
    rows.reserve(rows_.size());
    for (const RollRow& row : rows_) rows.push_back(&row);
    std::ranges::sort(rows, {}, [](const RollRow* row) { return std::tie(row->grain, row->period, row->dims); });
    return rows;
}

RollBatch RollBatch::coarser(const Calendar& calendar, Grain grain, DimSet kept) const {
    RollBatch coarse(grain);
    for (const RollRow& fine : rows_) {
        const std::int64_t period =
            grain == fine.grain ? fine.period : calendar.number(grain, calendar.start_s(fine.grain, fine.period));
        coarse.add(period, masked(fine.dims, kept), fine.measures);
    }
    return coarse;
}

void RollUps::add(WallTime at, const Dims& dims, const Measures& measures) {
    sums_.add(calendar_.number(Grain::hour, unix_seconds(at)), dims, measures);
}

std::vector<RollBatch> RollUps::grains_of(std::size_t cube) const {
    const DimSet kept = all_cubes[cube].dims;
    std::vector<RollBatch> grains;
    for (const Grain grain : {Grain::hour, Grain::day, Grain::month})
        if (grain != Grain::hour || all_cubes[cube].has_hours)
            grains.push_back((grains.empty() ? sums_ : grains.back()).coarser(calendar_, grain, kept));
    return grains;
}

}   // namespace gilmok::ledger
