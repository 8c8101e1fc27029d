#include "ledger/table_corrections.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "ledger/table_rows.hpp"

namespace gilmok::ledger {
namespace {

constexpr std::array named{Dimension::tenant,     Dimension::key,          Dimension::model,
                           Dimension::upstream,   Dimension::served_model, Dimension::place,
                           Dimension::data_class, Dimension::tag,          Dimension::price_card};

}   // namespace

CorrectionStatements::CorrectionStatements(Dialect dialect) : corrections(correction_insert(dialect)) {
    corrected = "SELECT idx, at_ns, flags, correction_whole, correction_pico, endpoint, provenance, outcome";
    for (const Dimension dimension : named) corrected.append(", ").append(column_of(dimension));
    corrected += " FROM attempts WHERE exchange = $1 AND attempt = $2";
}

TablesResult<std::optional<Corrected>> correct_attempt(Database& database, const CorrectionStatements& statements,
                                                       const Correction& correction, const std::string& doing) {
    const RefKey key(correction.ref);
    std::optional<Corrected> corrected;
    std::int64_t flags = 0;
    Pico before = 0;
    const auto read = [&](const RowView& row) {
        Corrected& attempt = corrected.emplace();
        attempt.index = static_cast<std::uint64_t>(row.integer(0));
        attempt.at = WallTime(Duration(static_cast<std::int64_t>(row.integer(1))));
        flags = static_cast<std::int64_t>(row.integer(2));
        before = join(row.integer(3), row.integer(4));
        attempt.dims[dim_index(Dimension::endpoint)] = id_of(row.integer(5));
        attempt.dims[dim_index(Dimension::provenance)] = id_of(row.integer(6));
        attempt.dims[dim_index(Dimension::outcome)] = id_of(row.integer(7));
        attempt.dims[dim_index(Dimension::simulated)] = (flags & bit(Flag::simulated)) != 0;
        for (std::size_t i = 0; i < named.size(); ++i)
            attempt.dims[dim_index(named[i])] = id_of(row.integer(8 + static_cast<int>(i)));
    };
    const std::array<Parameter, 2> which{Bytes{key.exchange()}, key.attempt()};
    auto found = database.run(statements.corrected, which, read, doing);
    if (!found) return tl::unexpected<TablesProblem>(found.error());
    if (!corrected) return corrected;

    const Pico change = std::clamp(correction.cost_ledger, -pico_max, pico_max);
    corrected->change.cost = corrected->change.correction = change;
    if ((flags & bit(Flag::unpriced)) != 0 && correction.card != model::NameId::none) {
        flags &= ~bit(Flag::unpriced);
        corrected->change.counts[static_cast<std::size_t>(Count::unpriced)] = -1;
    }
    const Amount after = split(before + change);
    const std::array<Parameter, 4> values{after.whole, after.pico, flags, static_cast<std::int64_t>(corrected->index)};
    auto changed =
        database.run("UPDATE attempts SET correction_whole = $1, correction_pico = $2, flags = $3 WHERE idx = $4",
                     values, nullptr, doing);
    if (!changed) return tl::unexpected<TablesProblem>(changed.error());
    return corrected;
}

TablesResult<bool> add_corrections(Database& database, const CorrectionStatements& statements,
                                   std::span<const IndexedEntry* const> corrections, const std::string& doing) {
    const auto correction_of = [&](std::size_t row) -> const Correction& {
        return std::get<Correction>(corrections[row]->entry.body);
    };
    std::vector<RefKey> keys;   // alive until they are written: a sink takes views
    for (std::size_t row = 0; row < corrections.size(); ++row) keys.emplace_back(correction_of(row).ref);
    const auto written = database.write(
        statements.corrections, corrections.size(),
        [&](std::size_t row, RowSink& sink) {
            const Correction& correction = correction_of(row);
            sink.integer(static_cast<std::int64_t>(corrections[row]->index));
            sink.bytes(keys[row].exchange());
            sink.integer(keys[row].attempt());
            sink.integer(column_of_time(corrections[row]->entry.header.at));
            sink.integer(column_of_id(correction.card));
            put(sink, correction.currency);
            put(sink, correction.cost);
            put(sink, correction.ledger_currency);
            put(sink, correction.cost_ledger);
        },
        doing);
    if (!written) return tl::unexpected<TablesProblem>(written.error());
    return true;
}

}   // namespace gilmok::ledger
