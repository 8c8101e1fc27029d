#include "ledger/table_decisions.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "ledger/question_where.hpp"

namespace gilmok::ledger {
namespace {

using enum ColumnType;
using model::NameId;

constexpr std::array columns_of_decision{
    Column{"idx", integer64},        Column{"exchange", bytes},    Column{"attempt", integer16},
    Column{"at_ns", integer64},      Column{"tenant", integer32},  Column{"application", integer32},
    Column{"upstream", integer32},   Column{"place", integer32},   Column{"operator", integer32},
    Column{"data_class", integer16}, Column{"verdict", integer16}, Column{"rule", integer32},
    Column{"is_answer", integer16},  Column{"has_more", integer16}};

constexpr std::array columns_of_kind{Column{"idx", integer64},   Column{"number", integer16},
                                     Column{"kind", integer16},  Column{"action", integer16},
                                     Column{"count", integer32}, Column{"rule", integer32}};

// What was decided and what codes mean that the guard itself let nothing out.
constexpr std::int64_t least_refusal = static_cast<std::int64_t>(model::GuardAction::local);
constexpr std::int64_t code_refused = static_cast<std::int64_t>(Code::guard_refused);
constexpr std::int64_t code_failed = static_cast<std::int64_t>(Code::guard_failed);

// The conditions of a filter on the decisions named `alias`. The lists live as long as the statement runs.
std::string conditions(Database& database, const NameBook& names, const DecisionFilter& filter, std::string_view alias,
                       std::vector<Parameter>& parameters, std::deque<Numbers>& lists) {
    Bound bound(parameters);
    const std::string of = std::string(alias) + ".";
    std::string sql = of + "at_ns >= " + bound(std::int64_t{filter.from.time_since_epoch().count()});
    sql += " AND " + of + "at_ns < " + bound(std::int64_t{filter.until.time_since_epoch().count()});
    const auto want = [&](std::string_view column, Numbers ids) {
        lists.push_back(std::move(ids));
        sql.append(" AND ").append(of).append(column).append(" ");
        sql += in_list(database.dialect(), bound(&lists.back()));
    };
    if (!filter.tenant.empty()) want("tenant", names.tenants_at(filter.tenant));
    if (!filter.application.empty()) want("application", names.ids_of(NameKind::application, filter.application));
    if (filter.verdict_least != model::GuardAction::allow)
        sql += " AND " + of + "verdict >= " + bound(static_cast<std::int64_t>(filter.verdict_least));
    if (filter.verdict_most != model::GuardAction::block)
        sql += " AND " + of + "verdict <= " + bound(static_cast<std::int64_t>(filter.verdict_most));
    return sql;
}

std::string select_of(std::span<const Column> columns, std::string_view alias) {
    std::string sql = "SELECT ";
    for (const Column& column : columns)
        sql.append(sql.size() > 7 ? ", " : "").append(alias).append(".").append(column.name);
    return sql;
}

DecisionRow read_row(const RowView& row) {
    DecisionRow read;
    int column = 0;
    const auto number = [&] { return narrow(row.integer(column++)); };
    const auto name = [&] { return NameId{id_of(row.integer(column++))}; };
    model::Decision& decision = read.decision;
    read.index = static_cast<std::uint64_t>(number());
    std::array<std::uint8_t, 16> exchange{};
    if (const std::string_view id = row.bytes(column++); id.size() == exchange.size())
        std::memcpy(exchange.data(), id.data(), id.size());
    decision.ref = {.exchange = to_request_id(exchange), .attempt = static_cast<std::uint8_t>(number())};
    decision.at = WallTime(Duration(number()));
    for (NameId* id :
         {&decision.tenant, &decision.application, &decision.upstream, &decision.place, &decision.operator_})
        *id = name();
    decision.data_class = static_cast<model::DataClass>(number());
    decision.verdict = static_cast<model::GuardAction>(number());
    decision.verdict_rule = name();
    decision.is_answer = number() != 0;
    decision.is_more = number() != 0;
    return read;
}

}   // namespace

std::span<const Column> decision_columns() { return columns_of_decision; }
std::span<const Column> decision_kind_columns() { return columns_of_kind; }

std::vector<std::string> create_decision_statements(Dialect dialect) {
    return {create_table(dialect, "decisions", columns_of_decision, "idx", true),
            create_table(dialect, "decision_kinds", columns_of_kind, "idx, number", false),
            "CREATE INDEX decisions_by_time ON decisions (at_ns)"};
}

DecisionStatements::DecisionStatements(Dialect dialect)
    : decisions(insert_statement(dialect, "decisions", columns_of_decision, "", RowStatement::Touched::all)),
      kinds(insert_statement(dialect, "decision_kinds", columns_of_kind, "", RowStatement::Touched::all)) {}

TablesResult<bool> add_decisions(Database& database, const DecisionStatements& statements,
                                 std::span<const IndexedEntry* const> decisions, const std::string& doing) {
    if (decisions.empty()) return true;
    const auto decision_of = [&](std::size_t row) -> const model::Decision& {
        return std::get<model::Decision>(decisions[row]->entry.body);
    };
    std::vector<std::pair<std::size_t, std::size_t>> entries;   // which decision, which of its entries
    std::vector<RefKey> keys;   // alive until they are written: a sink takes views
    for (std::size_t row = 0; row < decisions.size(); ++row) keys.emplace_back(decision_of(row).ref);
    const auto written = database.write(
        statements.decisions, decisions.size(),
        [&](std::size_t row, RowSink& sink) {
            const model::Decision& decision = decision_of(row);
            sink.integer(static_cast<std::int64_t>(decisions[row]->index));
            sink.bytes(keys[row].exchange());
            sink.integer(keys[row].attempt());
            sink.integer(column_of_time(decision.at));
            for (const NameId id :
                 {decision.tenant, decision.application, decision.upstream, decision.place, decision.operator_})
                sink.integer(column_of_id(id));
            sink.integer(static_cast<std::int64_t>(decision.data_class));
            sink.integer(static_cast<std::int64_t>(decision.verdict));
            sink.integer(column_of_id(decision.verdict_rule));
            sink.integer(decision.is_answer ? 1 : 0);
            sink.integer(decision.is_more ? 1 : 0);
        },
        doing);
    if (!written) return tl::unexpected<TablesProblem>(written.error());
    for (std::size_t row = 0; row < decisions.size(); ++row)
        for (std::size_t i = 0; i < decision_of(row).entries_count; ++i) entries.emplace_back(row, i);
    const auto filled = database.write(
        statements.kinds, entries.size(),
        [&](std::size_t row, RowSink& sink) {
            const auto [which, number] = entries[row];
            const model::Decision::Entry& entry = decision_of(which).entries[number];
            sink.integer(static_cast<std::int64_t>(decisions[which]->index));
            sink.integer(static_cast<std::int64_t>(number));
            sink.integer(static_cast<std::int64_t>(entry.kind));
            sink.integer(static_cast<std::int64_t>(entry.action));
            sink.integer(entry.count);
            sink.integer(column_of_id(entry.rule));
        },
        doing);
    if (!filled) return tl::unexpected<TablesProblem>(filled.error());
    return true;
}

TablesResult<std::vector<VerdictSum>> read_verdicts(Database& database, const NameBook& names,
                                                    const DecisionFilter& filter) {
    std::vector<Parameter> parameters;
    std::deque<Numbers> lists;
    const std::string keys = "d.is_answer, d.data_class, d.verdict, d.place, d.operator, d.upstream, d.rule";
    const std::string sql = "SELECT " + keys + ", count(*) FROM decisions AS d WHERE " +
                            conditions(database, names, filter, "d", parameters, lists) + " GROUP BY " + keys;
    std::vector<VerdictSum> sums;
    const auto read = database.run(
        sql,
        parameters,
        [&](const RowView& row) {
            VerdictSum& sum = sums.emplace_back();
            sum.is_answer = row.integer(0) != 0;
            sum.data_class = static_cast<model::DataClass>(narrow(row.integer(1)));
            sum.verdict = static_cast<model::GuardAction>(narrow(row.integer(2)));
            sum.place = names.text_of(id_of(row.integer(3)));
            sum.operator_ = names.text_of(id_of(row.integer(4)));
            sum.upstream = names.text_of(id_of(row.integer(5)));
            sum.rule = names.text_of(id_of(row.integer(6)));
            sum.decisions = static_cast<std::uint64_t>(row.integer(7));
        },
        "adding up the decisions");
    if (!read) return tl::unexpected<TablesProblem>(read.error());
    std::ranges::sort(sums, {}, [](const VerdictSum& sum) {
        return std::tuple(sum.is_answer, sum.data_class, sum.verdict, std::string_view(sum.place),
                          std::string_view(sum.operator_), std::string_view(sum.upstream), std::string_view(sum.rule));
    });
    return sums;
}

TablesResult<std::vector<FoundSum>> read_found(Database& database, const NameBook& names,
                                               const DecisionFilter& filter) {
    std::vector<Parameter> parameters;
    std::deque<Numbers> lists;
    const std::string keys = "k.kind, k.action, d.is_answer, d.place, d.operator, k.rule";
    const std::string sql =
        "SELECT " + keys +
        ", count(*), sum(k.count) FROM decisions AS d JOIN decision_kinds AS k ON k.idx = d.idx WHERE " +
        conditions(database, names, filter, "d", parameters, lists) + " GROUP BY " + keys;
    std::vector<FoundSum> sums;
    const auto read = database.run(
        sql,
        parameters,
        [&](const RowView& row) {
            FoundSum& sum = sums.emplace_back();
            sum.kind = static_cast<model::DataKind>(narrow(row.integer(0)));
            sum.action = static_cast<model::GuardAction>(narrow(row.integer(1)));
            sum.is_answer = row.integer(2) != 0;
            sum.place = names.text_of(id_of(row.integer(3)));
            sum.operator_ = names.text_of(id_of(row.integer(4)));
            sum.rule = names.text_of(id_of(row.integer(5)));
            sum.decisions = static_cast<std::uint64_t>(row.integer(6));
            sum.findings = static_cast<std::uint64_t>(row.integer(7));
        },
        "adding up what was found");
    if (!read) return tl::unexpected<TablesProblem>(read.error());
    std::ranges::sort(sums, {}, [](const FoundSum& sum) {
        return std::tuple(sum.is_answer, sum.kind, sum.action, std::string_view(sum.place),
                          std::string_view(sum.operator_), std::string_view(sum.rule));
    });
    return sums;
}

TablesResult<std::vector<DecisionRow>> read_decisions(Database& database, const NameBook& names,
                                                      const DecisionFilter& filter, std::uint64_t limit) {
    std::vector<Parameter> parameters;
    std::deque<Numbers> lists;
    std::string sql = select_of(columns_of_decision, "d") + " FROM decisions AS d WHERE " +
                      conditions(database, names, filter, "d", parameters, lists);
    parameters.emplace_back(static_cast<std::int64_t>(std::min<std::uint64_t>(limit, rows_max)));
    sql += " ORDER BY d.idx LIMIT $" + std::to_string(parameters.size());
    std::vector<DecisionRow> rows;
    auto read =
        database.run(sql, parameters, [&](const RowView& row) { rows.push_back(read_row(row)); }, "reading decisions");
    if (!read) return tl::unexpected<TablesProblem>(read.error());
    Numbers indexes;
    std::unordered_map<std::int64_t, DecisionRow*> by_index;
    for (DecisionRow& row : rows) {
        const auto text = [&](NameId id) { return names.text_of(static_cast<std::uint32_t>(id)); };
        row.tenant = text(row.decision.tenant);
        row.application = text(row.decision.application);
        row.upstream = text(row.decision.upstream);
        row.place = text(row.decision.place);
        row.operator_ = text(row.decision.operator_);
        row.verdict_rule = text(row.decision.verdict_rule);
        indexes.push_back(static_cast<std::int64_t>(row.index));
        by_index.emplace(indexes.back(), &row);
    }
    const std::array<Parameter, 1> which{&indexes};
    read = database.run(
        select_of(columns_of_kind, "k") + " FROM decision_kinds AS k WHERE k.idx " + in_list(database.dialect(), "$1") +
            " ORDER BY k.idx, k.number",
        which,
        [&](const RowView& row) {
            DecisionRow& of = *by_index.at(narrow(row.integer(0)));
            if (of.decision.entries_count == model::Decision::entries_max) return;
            of.decision.entries[of.decision.entries_count++] = {
                .kind = static_cast<model::DataKind>(narrow(row.integer(2))),
                .action = static_cast<model::GuardAction>(narrow(row.integer(3))),
                .count = static_cast<std::uint16_t>(narrow(row.integer(4))),
                .rule = NameId{id_of(row.integer(5))}};
            of.rules.push_back(names.text_of(id_of(row.integer(5))));
        },
        "reading what was found");
    if (!read) return tl::unexpected<TablesProblem>(read.error());
    return rows;
}

std::string condition_of_refused(Database& database, const NameBook& names, const DecisionFilter& filter,
                                 std::vector<Parameter>& parameters, std::deque<Numbers>& lists) {
    DecisionFilter refused = filter;
    refused.verdict_least = model::GuardAction::allow;   // said below
    refused.verdict_most = model::GuardAction::block;
    Bound bound(parameters);
    std::string sql =
        "idx IN (SELECT a.idx FROM decisions AS d JOIN attempts AS a ON a.exchange = d.exchange AND a.attempt = "
        "d.attempt AND (d.upstream = 0 OR a.upstream = d.upstream) WHERE d.is_answer = 0";
    // One after the other: values are bound in the order in which the text names them.
    sql += " AND d.verdict >= " + bound(least_refusal);
    sql += " AND a.code <> " + bound(code_refused);
    sql += " AND a.code <> " + bound(code_failed);
    sql += " AND " + conditions(database, names, refused, "d", parameters, lists) + ")";
    return sql;
}

}   // namespace gilmok::ledger
