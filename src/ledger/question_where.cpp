#include "ledger/question_where.hpp"

#include <algorithm>
#include <bit>

#include "ledger/table_rows.hpp"

namespace gilmok::ledger {

const Numbers* Where::find(Dimension dimension) const {
    for (const auto& [wanted_dimension, ids] : wanted)
        if (wanted_dimension == dimension) return &ids;
    return nullptr;
}

Where where_of(const Filter& filter, const NameBook& names) {
    Where where{.with_simulated = filter.with_simulated, .from = filter.from, .until = filter.until, .wanted = {}};
    const auto want = [&](Dimension dimension, NameKind kind, const std::string& text) {
        if (text.empty()) return;
        Numbers ids = kind == NameKind::tenant ? names.tenants_at(text) : names.ids_of(kind, text);
        where.is_nothing = where.is_nothing || ids.empty();
        where.wanted.emplace_back(dimension, std::move(ids));
    };
    want(Dimension::tenant, NameKind::tenant, filter.tenant);
    want(Dimension::key, NameKind::key, filter.key);
    want(Dimension::model, NameKind::model, filter.model);
    want(Dimension::upstream, NameKind::upstream, filter.upstream);
    want(Dimension::place, NameKind::place, filter.place);
    want(Dimension::data_class, NameKind::data_class, filter.data_class);
    want(Dimension::tag, NameKind::tag, filter.tag);
    return where;
}

TablesResult<Extent> extent_of(Database& database, const Calendar& calendar, const Where& where) {
    Extent extent;
    const std::array<Parameter, 3> span{static_cast<std::int64_t>(Grain::hour),
                                        calendar.number(Grain::hour, unix_seconds(where.from)),
                                        calendar.number(Grain::hour, unix_seconds(where.until))};
    auto read = database.run(
        "SELECT min(period), max(period), min(first_idx), max(last_idx) FROM periods WHERE grain = $1 AND period >= $2 "
        "AND "
        "period <= $3",
        span,
        [&](const RowView& row) {
            if (row.is_null(0)) return;
            const std::int64_t begin_s = calendar.start_s(Grain::hour, narrow(row.integer(0)));
            const std::int64_t end_s = calendar.start_s(Grain::hour, narrow(row.integer(1)) + 1);
            extent.from = std::max(where.from, WallTime(std::chrono::seconds(begin_s)));
            extent.until = std::min(where.until, WallTime(std::chrono::seconds(end_s)));
            extent.first_index = narrow(row.integer(2));
            extent.last_index = narrow(row.integer(3));
        },
        "looking for the time");
    if (!read) return tl::unexpected<TablesProblem>(read.error());
    return extent;
}

std::string attempts_condition(Dialect dialect, const Where& where, const Extent& extent,
                               std::vector<Parameter>& parameters) {
    Bound bound(parameters);
    std::string sql = "idx >= " + bound(extent.first_index);
    sql += " AND idx <= " + bound(extent.last_index);
    sql += " AND at_ns >= " + bound(std::int64_t{extent.from.time_since_epoch().count()});
    sql += " AND at_ns < " + bound(std::int64_t{extent.until.time_since_epoch().count()});
    for (const auto& [dimension, ids] : where.wanted)
        sql.append(" AND ").append(column_of(dimension)).append(" ").append(in_list(dialect, bound(&ids)));
    if (!where.with_simulated) sql += " AND (flags & " + std::to_string(bit(Flag::simulated)) + ") = 0";
    return sql;
}

DimSet Where::dims() const {
    DimSet dims = 0;
    for (const auto& [dimension, ids] : wanted) dims |= dim_bit(dimension);
    return dims;
}

TablesResult<bool> narrow_to_tenants_of_key(Database& database, const Meta& meta, Where& where) {
    const Numbers* keys = where.find(Dimension::key);
    if (keys == nullptr || where.find(Dimension::tenant) != nullptr) return true;
    Numbers tenants;
    const Calendar calendar(meta.utc_offset_minutes);
    std::vector<Parameter> parameters;
    Bound bound(parameters);
    std::string sql =
        "SELECT tenant FROM roll_tenant_key WHERE grain = " + bound(static_cast<std::int64_t>(Grain::month));
    sql += " AND period >= " + bound(calendar.number(Grain::month, unix_seconds(where.from)));
    sql += " AND period <= " + bound(calendar.number(Grain::month, unix_seconds(where.until)));
    const std::string list = in_list(database.dialect(), bound(keys));
    sql += " AND key " + list + " UNION SELECT tenant FROM attempts WHERE key " + list + " AND idx >= ";
    sql += bound(static_cast<std::int64_t>(meta.rolled));
    auto read = database.run(
        sql, parameters, [&](const RowView& row) { tenants.push_back(narrow(row.integer(0))); }, "looking for a key");
    where.wanted.emplace_back(Dimension::tenant, std::move(tenants));
    return read;
}

TablesResult<std::vector<Hour>> hours_with(Database& database, const Meta& meta, const Where& where,
                                           std::int64_t until_hour, std::int64_t most) {
    // The roll-up that knows most of what is asked for; what it does not know makes an hour too many.
    const Cube* best = &cubes().front();
    for (const Cube& cube : cubes())
        if (cube.has_hours && std::popcount(cube.dims & where.dims()) > std::popcount(best->dims & where.dims()))
            best = &cube;
    const Calendar calendar(meta.utc_offset_minutes);
    std::vector<Parameter> parameters;
    Bound bound(parameters);
    const std::string hour = bound(static_cast<std::int64_t>(Grain::hour));
    std::string sql = "SELECT p.period, p.first_idx, p.last_idx FROM periods AS p WHERE p.grain = " + hour;
    sql += " AND p.period >= " + bound(calendar.number(Grain::hour, unix_seconds(where.from)));
    sql += " AND p.period < " + bound(until_hour);
    sql += " AND (p.last_idx >= " + bound(static_cast<std::int64_t>(meta.rolled));
    sql.append(" OR EXISTS (SELECT 1 FROM ").append(best->table).append(" AS r WHERE r.grain = ").append(hour);
    sql += " AND r.period = +p.period";
    for (const auto& [dimension, ids] : where.wanted)
        if ((best->dims & dim_bit(dimension)) != 0)
            sql.append(" AND r.")
                .append(column_of(dimension))
                .append(" ")
                .append(in_list(database.dialect(), bound(&ids)));
    sql += ")) ORDER BY p.period DESC LIMIT " + bound(most);
    std::vector<Hour> hours;
    auto read = database.run(
        sql, parameters,
        [&](const RowView& row) {
            hours.push_back({narrow(row.integer(0)), narrow(row.integer(1)), narrow(row.integer(2))});
        },
        "looking for the hours");
    if (!read) return tl::unexpected<TablesProblem>(read.error());
    return hours;
}

}   // namespace gilmok::ledger
