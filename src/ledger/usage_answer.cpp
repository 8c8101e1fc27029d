#include "ledger/usage_answer.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <map>

#include "ledger/table_rows.hpp"

namespace gilmok::ledger {
namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;

Grain grain_of(Dimension dimension) {
    if (dimension == Dimension::hour) return Grain::hour;
    return dimension == Dimension::day ? Grain::day : Grain::month;
}

std::string text_of(Dimension dimension, std::uint32_t value, const NameBook& names) {
    if (dimension == Dimension::endpoint) return std::string(model::name_of(static_cast<model::Endpoint>(value)));
    if (dimension == Dimension::provenance) return std::string(model::name_of(static_cast<model::Provenance>(value)));
    if (dimension == Dimension::outcome) return std::string(model::name_of(static_cast<model::Outcome>(value)));
    if (dimension == Dimension::simulated) return value != 0 ? "true" : "false";
    return names.text_of(value);
}

UsageRow usage_of(const Measures& measures) {
    UsageRow row;
    const auto count = [&](Count which) {
        return static_cast<std::uint64_t>(std::max<std::int64_t>(measures.counts[static_cast<std::size_t>(which)], 0));
    };
    row.attempts = count(Count::attempts);
    row.settled = count(Count::settled);
    row.voided = count(Count::voided);
    row.recovered = count(Count::recovered);
    row.aborted = count(Count::aborted);
    row.counted = count(Count::counted);
    row.suspect = count(Count::suspect);
    row.unpriced = count(Count::unpriced);
    row.meters = measures.meters;
    row.cost_ledger = measures.cost;
    row.correction_ledger = measures.correction;
    row.microjoules = count(Count::microjoules);
    row.micrograms_co2e = count(Count::micrograms_co2e);
    row.duration_us = count(Count::duration_us);
    row.first_token_us = count(Count::first_token_us);
    row.first_tokens = count(Count::first_tokens);
    return row;
}

}   // namespace

UsageAnswer::UsageAnswer(Database& database, const NameBook& names, const Meta& meta, const Calendar& asked,
                         std::span<const Dimension> by, std::size_t rows_most)
    : database_(database),
      names_(names),
      meta_(meta),
      tables_(meta.utc_offset_minutes),
      asked_(asked),
      by_(by.begin(), by.end()),
      rows_most_(rows_most) {
    for (const Dimension dimension : by_) {
        if (is_time(dimension)) {
            has_time_ = true;
            finest_ = std::min(finest_, grain_of(dimension));
        } else if (std::ranges::find(dims_, dimension) == dims_.end()) {
            dims_.push_back(dimension);
            grouped_ |= dim_bit(dimension);
        }
    }
}

const Cube& UsageAnswer::choose_cube(const Where& where) const {
    const DimSet needed = grouped_ | where.dims();
    for (const Cube& cube : cubes())
        if ((needed & ~cube.dims) == 0) return cube;
    return cubes().back();   // has all of them
}

TablesResult<std::vector<UsageRow>> UsageAnswer::answer(Where where) {
    if (where.is_nothing || where.from >= where.until) return std::vector<UsageRow>{};
    auto extent = extent_of(database_, tables_, where);
    if (!extent) return tl::unexpected<TablesProblem>(extent.error());
    where.from = extent->from;
    where.until = extent->until;
    auto narrowed = narrow_to_tenants_of_key(database_, meta_, where);
    if (!narrowed) return tl::unexpected<TablesProblem>(narrowed.error());
    const Cube& cube = choose_cube(where);
    const bool is_same_offset = tables_.utc_offset_minutes() == asked_.utc_offset_minutes();
    std::vector<Piece> pieces;
    if (has_time_ && !tables_.shares_hours_with(asked_))
        pieces.push_back(
            {false, Grain::hour, where.from.time_since_epoch().count(), where.until.time_since_epoch().count()});
    else
        pieces =
            cut(tables_, where.from, where.until, has_time_ && !is_same_offset ? Grain::hour : finest_, cube.has_hours);
    for (const Piece& piece : pieces) {
        auto done = piece.is_periods ? read(cube, piece, where) : read_attempts(piece, where, false);
        if (!done) return tl::unexpected<TablesProblem>(done.error());
    }
    auto waited = read_waiting(pieces, where);
    if (!waited) return tl::unexpected<TablesProblem>(waited.error());
    if (is_too_many_)
        return tl::unexpected<TablesProblem>(
            TablesProblem{E2BIG, "the answer has more than " + std::to_string(rows_most_) +
                                     " rows; ask for fewer dimensions or a shorter time"});
    return rows();
}

TablesResult<bool> UsageAnswer::read(const Cube& cube, const Piece& piece, const Where& where) {
    const bool is_summed =
        database_.dialect() == Dialect::postgres;   // SQLite is quicker without a GROUP BY of its own
    std::vector<Parameter> parameters;
    Bound bound(parameters);
    std::string keys = "r.period";
    for (const Dimension dimension : dims_) keys.append(", r.").append(column_of(dimension));
    std::string sql = "SELECT " + keys;
    for (const std::string& column : measure_columns())
        sql.append(is_summed ? ", sum(r." : ", r.").append(column).append(is_summed ? ")" : "");
    const std::string grain = bound(static_cast<std::int64_t>(piece.grain)), begin = bound(piece.begin),
                      end = bound(piece.end);
    const Numbers* tenants = where.find(Dimension::tenant);
    // The plus keeps SQLite from turning the search for one period into one for all of them.
    // Few tenants: one search for each period and tenant. Many: the whole span, and what is not wanted is passed over.
    const bool is_searched = tenants != nullptr && tenants->size() * 4 < names_.tenants() + 4;
    if (is_searched)
        sql += " FROM periods AS p CROSS JOIN " + std::string(cube.table) + " AS r WHERE p.grain = " + grain +
               " AND p.period >= " + begin + " AND p.period < " + end + " AND r.grain = " + grain +
               " AND r.period = +p.period";
    else
        sql += " FROM " + std::string(cube.table) + " AS r WHERE r.grain = " + grain + " AND r.period >= " + begin +
               " AND r.period < " + end;
    for (const auto& [dimension, ids] : where.wanted) {
        const bool is_key = is_searched && dimension == Dimension::tenant;
        sql.append(is_key || is_summed ? " AND r." : " AND +r.").append(column_of(dimension)).append(" ");
        sql.append(in_list(database_.dialect(), bound(&ids)));
    }
    if (!where.with_simulated) sql += " AND r.simulated = 0";
    if (is_summed) sql += " GROUP BY " + keys;
    return database_.run(
        sql, parameters,
        [&](const RowView& row) {
            Dims dims{};
            int column = 1;
            for (const Dimension dimension : dims_) dims[dim_index(dimension)] = id_of(row.integer(column++));
            add(tables_.start_s(piece.grain, narrow(row.integer(0))), dims, read_measures(row, column));
        },
        "adding up usage");
}

TablesResult<bool> UsageAnswer::read_attempts(const Piece& piece, const Where& where, bool is_waiting) {
    Where part = where;
    part.from = WallTime(Duration(piece.begin));
    part.until = WallTime(Duration(piece.end));
    auto extent = extent_of(database_, tables_, part);
    if (!extent) return tl::unexpected<TablesProblem>(extent.error());
    if (is_waiting) extent->first_index = std::max(extent->first_index, static_cast<std::int64_t>(meta_.rolled));
    if (extent->last_index < extent->first_index) return true;
    std::vector<Parameter> parameters;
    const std::string sql =
        select_measured(grouped_) + " WHERE " + attempts_condition(database_.dialect(), part, *extent, parameters);
    return database_.run(
        sql, parameters,
        [&](const RowView& row) {
            const Measured measured = read_measured(row, grouped_);
            add(unix_seconds(measured.at), measured.dims, measured.measures);
        },
        "adding up attempts");
}

// Whole periods lie side by side, so what waits for them is in one span.
TablesResult<bool> UsageAnswer::read_waiting(std::span<const Piece> pieces, const Where& where) {
    Piece span{false, Grain::hour, std::numeric_limits<std::int64_t>::max(), 0};
    for (const Piece& piece : pieces) {
        if (!piece.is_periods) continue;
        span.begin = std::min(span.begin, tables_.start_s(piece.grain, piece.begin) * ns_per_s);
        span.end = std::max(span.end, tables_.start_s(piece.grain, piece.end) * ns_per_s);
    }
    if (meta_.rolled >= meta_.folded.records || span.begin >= span.end) return true;
    return read_attempts(span, where, true);
}

void UsageAnswer::add(std::int64_t unix_s, const Dims& dims, const Measures& measures) {
    if (is_too_many_) return;
    groups_.add(has_time_ ? asked_.number(finest_, unix_s) : 0, dims, measures);
    is_too_many_ = groups_.rows().size() > rows_most_;
}

// Numbers become ranks of their texts first: so equal texts fall together, and rows are sorted by integers.
std::vector<UsageRow> UsageAnswer::rows() const {
    std::array<std::map<std::uint32_t, std::uint32_t>, dims_count> ranks;
    std::array<std::vector<std::string>, dims_count> texts;
    for (const Dimension dimension : dims_) {
        const std::size_t place = dim_index(dimension);
        std::map<std::uint32_t, std::string> seen;
        for (const RollRow& row : groups_.rows())
            if (!seen.contains(row.dims[place]))
                seen.emplace(row.dims[place], text_of(dimension, row.dims[place], names_));
        for (const auto& [value, text] : seen) texts[place].push_back(text);
        std::ranges::sort(texts[place]);
        texts[place].erase(std::unique(texts[place].begin(), texts[place].end()), texts[place].end());
        for (const auto& [value, text] : seen)
            ranks[place][value] =
                static_cast<std::uint32_t>(std::ranges::lower_bound(texts[place], text) - texts[place].begin());
    }
    RollBatch ranked;
    for (const RollRow& row : groups_.rows()) {
        Dims dims{};
        for (const Dimension dimension : dims_)
            dims[dim_index(dimension)] = ranks[dim_index(dimension)].at(row.dims[dim_index(dimension)]);
        ranked.add(row.period, dims, row.measures);
    }
    std::vector<const RollRow*> sorted;
    for (const RollRow& row : ranked.rows()) sorted.push_back(&row);
    std::ranges::sort(sorted, [&](const RollRow* left, const RollRow* right) {
        for (const Dimension dimension : by_) {
            if (is_time(dimension)) {
                const Grain grain = grain_of(dimension);
                const std::int64_t a = asked_.number(grain, asked_.start_s(finest_, left->period));
                const std::int64_t b = asked_.number(grain, asked_.start_s(finest_, right->period));
                if (a != b) return a < b;
            } else if (left->dims[dim_index(dimension)] != right->dims[dim_index(dimension)]) {
                return left->dims[dim_index(dimension)] < right->dims[dim_index(dimension)];
            }
        }
        return false;
    });
    std::vector<UsageRow> answer;
    answer.reserve(sorted.size());
    for (const RollRow* row : sorted) {
        UsageRow& out = answer.emplace_back(usage_of(row->measures));
        for (const Dimension dimension : by_) {
            if (is_time(dimension)) {
                const Grain grain = grain_of(dimension);
                out.keys.push_back(asked_.text(grain, asked_.number(grain, asked_.start_s(finest_, row->period))));
            } else {
                out.keys.push_back(texts[dim_index(dimension)][row->dims[dim_index(dimension)]]);
            }
        }
    }
    return answer;
}

}   // namespace gilmok::ledger
