// Questions over any database: each in one read transaction, so that its parts agree with each other.
#include <algorithm>
#include <cerrno>

#include "ledger/table_decisions.hpp"
#include "ledger/usage_answer.hpp"

namespace gilmok::ledger {
namespace {

constexpr std::int64_t hours_at_once = 200;

class Reading {
public:
    explicit Reading(Database& database) : database_(database) {}
    ~Reading() { database_.rollback(); }   // nothing was written
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

private:
    Database& database_;
};

std::string select_of(std::span<const Column> columns, std::string_view table) {
    std::string sql = "SELECT ";
    for (std::size_t i = 0; i < columns.size(); ++i) sql.append(i == 0 ? "" : ", ").append(columns[i].name);
    return sql.append(" FROM ").append(table);
}

class TableQuestions final : public Questions {
public:
    TableQuestions(std::unique_ptr<Database> database, std::size_t rows_most)
        : database_(std::move(database)), rows_most_(rows_most) {}

    TablesResult<std::vector<UsageRow>> usage(const Filter& filter, std::span<const Dimension> by,
                                              std::int32_t utc_offset_minutes) override {
        auto begun = begin();
        if (!begun) return tl::unexpected<TablesProblem>(begun.error());
        const Reading reading(*database_);
        const Calendar asked(utc_offset_minutes);
        UsageAnswer answer(*database_, names_, meta_, asked, by, rows_most_);
        return answer.answer(where_of(filter, names_));
    }

    TablesResult<std::vector<AttemptRow>> attempts_of(const model::RequestId& exchange) override {
        const auto bytes = to_bytes(exchange);
        const std::array<Parameter, 1> which{Bytes{{reinterpret_cast<const char*>(bytes.data()), bytes.size()}}};
        auto begun = begin();
        if (!begun) return tl::unexpected<TablesProblem>(begun.error());
        const Reading reading(*database_);
        return read_attempts(select_of(attempt_columns(), "attempts") + " WHERE exchange = $1 ORDER BY attempt", which);
    }

    TablesResult<std::vector<AttemptRow>> attempts(const Filter& filter, std::uint64_t limit) override {
        auto begun = begin();
        if (!begun) return tl::unexpected<TablesProblem>(begun.error());
        const Reading reading(*database_);
        Where where = where_of(filter, names_);
        if (where.is_nothing || where.from >= where.until) return std::vector<AttemptRow>{};
        auto narrowed = narrow_to_tenants_of_key(*database_, meta_, where);
        if (!narrowed) return tl::unexpected<TablesProblem>(narrowed.error());
        return newest(where, std::min<std::uint64_t>(limit, rows_max));
    }

    TablesResult<std::vector<OpenRow>> open_attempts() override {
        auto begun = begin();
        if (!begun) return tl::unexpected<TablesProblem>(begun.error());
        const Reading reading(*database_);
        std::vector<OpenRow> rows;
        auto read = database_->run(
            select_of(reservation_columns(), "reservations") + " ORDER BY idx", {},
            [&](const RowView& row) {
                OpenRow& open = rows.emplace_back(read_reservation(row));
                open.tenant = text(open.reserve.tenant);
                open.model = text(open.reserve.model);
                open.upstream = text(open.reserve.upstream);
            },
            "reading what is open");
        if (!read) return tl::unexpected<TablesProblem>(read.error());
        return rows;
    }

    TablesResult<std::vector<PoolRow>> pools(WallTime from, WallTime until) override {
        auto begun = begin();
        if (!begun) return tl::unexpected<TablesProblem>(begun.error());
        const Reading reading(*database_);
        std::vector<PoolRow> rows;
        const std::array<Parameter, 2> span{std::int64_t{from.time_since_epoch().count()},
                                            std::int64_t{until.time_since_epoch().count()}};
        auto read = database_->run(
            "SELECT pool, hour_ns, microjoules, microjoules_attributed, cost_whole, cost_pico, attributed_whole, "
            "attributed_pico "
            "FROM pools WHERE hour_ns >= $1 AND hour_ns < $2",
            span,
            [&](const RowView& row) {
                PoolRow& pool = rows.emplace_back();
                pool.pool = names_.text_of(id_of(row.integer(0)));
                pool.hour = WallTime(Duration(narrow(row.integer(1))));
                pool.microjoules = static_cast<std::uint64_t>(row.integer(2));
                pool.microjoules_attributed = static_cast<std::uint64_t>(row.integer(3));
                pool.cost = join(row.integer(4), row.integer(5));
                pool.cost_attributed = join(row.integer(6), row.integer(7));
            },
            "reading the pools");
        if (!read) return tl::unexpected<TablesProblem>(read.error());
        std::ranges::sort(rows, {}, [](const PoolRow& row) { return std::pair(row.hour, std::string_view(row.pool)); });
        return rows;
    }

    TablesResult<Folded> folded() override {
        auto begun = begin();
        if (!begun) return tl::unexpected<TablesProblem>(begun.error());
        const Reading reading(*database_);
        return meta_.folded;
    }

    TablesResult<std::vector<AlarmRow>> alarms(std::uint64_t limit) override {
        auto begun = begin();
        if (!begun) return tl::unexpected<TablesProblem>(begun.error());
        const Reading reading(*database_);
        std::vector<AlarmRow> rows;
        const std::array<Parameter, 1> most{static_cast<std::int64_t>(std::min<std::uint64_t>(limit, rows_max))};
        auto read = database_->run(
            "SELECT idx, at_ns, what, detail FROM alarms ORDER BY idx DESC, what LIMIT $1", most,
            [&](const RowView& row) {
                rows.push_back({static_cast<std::uint64_t>(row.integer(0)), WallTime(Duration(narrow(row.integer(1)))),
                                std::string(row.bytes(2)), std::string(row.bytes(3))});
            },
            "reading the alarms");
        if (!read) return tl::unexpected<TablesProblem>(read.error());
        return rows;
    }

    TablesResult<std::vector<VerdictSum>> verdicts(const DecisionFilter& filter) override {
        auto begun = begin();
        if (!begun) return tl::unexpected<TablesProblem>(begun.error());
        const Reading reading(*database_);
        return read_verdicts(*database_, names_, filter);
    }

    TablesResult<std::vector<FoundSum>> found(const DecisionFilter& filter) override {
        auto begun = begin();
        if (!begun) return tl::unexpected<TablesProblem>(begun.error());
        const Reading reading(*database_);
        return read_found(*database_, names_, filter);
    }

    TablesResult<std::vector<DecisionRow>> decisions(const DecisionFilter& filter, std::uint64_t limit) override {
        auto begun = begin();
        if (!begun) return tl::unexpected<TablesProblem>(begun.error());
        const Reading reading(*database_);
        return read_decisions(*database_, names_, filter, limit);
    }

    TablesResult<std::vector<AttemptRow>> sent_though_refused(const DecisionFilter& filter,
                                                              std::uint64_t limit) override {
        auto begun = begin();
        if (!begun) return tl::unexpected<TablesProblem>(begun.error());
        const Reading reading(*database_);
        std::vector<Parameter> parameters;
        std::deque<Numbers> lists;
        const std::string which = condition_of_refused(*database_, names_, filter, parameters, lists);
        parameters.emplace_back(static_cast<std::int64_t>(std::min<std::uint64_t>(limit, rows_max)));
        return read_attempts(select_of(attempt_columns(), "attempts") + " WHERE " + which + " ORDER BY idx LIMIT $" +
                                 std::to_string(parameters.size()),
                             parameters);
    }

private:
    // Begins a read transaction and learns what the tables are.
    TablesResult<bool> begin() {
        auto begun = database_->begin(true);
        if (!begun) return begun;
        auto learned = learn();
        if (!learned) database_->rollback();
        return learned;
    }

    TablesResult<bool> learn() {
        auto meta = read_meta(*database_);
        if (!meta) return tl::unexpected<TablesProblem>(meta.error());
        meta_ = *meta;
        calendar_ = Calendar(meta_.utc_offset_minutes);
        return names_.refresh(*database_, meta_.folded.records);
    }

    [[nodiscard]] std::string text(model::NameId id) const { return names_.text_of(static_cast<std::uint32_t>(id)); }

    // Hour by hour backwards, so that a tenant that was quiet for weeks does not cost the attempts of all others.
    TablesResult<std::vector<AttemptRow>> newest(const Where& where, std::uint64_t limit) {
        std::vector<AttemptRow> rows;
        std::int64_t before = calendar_.number(Grain::hour, unix_seconds(where.until)) + 1;
        for (bool is_more = true; is_more && rows.size() < limit;) {
            const auto hours = hours_with(*database_, meta_, where, before, hours_at_once);
            if (!hours) return tl::unexpected<TablesProblem>(hours.error());
            is_more = hours->size() == static_cast<std::size_t>(hours_at_once);
            for (const Hour& hour : *hours) {
                before = hour.number;
                auto some = newest_of(hour, where, limit - rows.size());
                if (!some) return some;
                rows.insert(rows.end(), std::make_move_iterator(some->begin()), std::make_move_iterator(some->end()));
                if (rows.size() == limit) break;
            }
        }
        return rows;
    }

    TablesResult<std::vector<AttemptRow>> newest_of(const Hour& hour, const Where& where, std::uint64_t limit) {
        const WallTime begin(std::chrono::seconds(calendar_.start_s(Grain::hour, hour.number)));
        const Extent extent{std::max(where.from, begin), std::min(where.until, begin + std::chrono::hours(1)),
                            hour.first_index, hour.last_index};
        std::vector<Parameter> parameters;
        std::string sql = select_of(attempt_columns(), "attempts") + " WHERE " +
                          attempts_condition(database_->dialect(), where, extent, parameters);
        parameters.emplace_back(static_cast<std::int64_t>(limit));
        sql += " ORDER BY at_ns DESC, idx DESC LIMIT $" + std::to_string(parameters.size());
        return read_attempts(sql, parameters);
    }

    TablesResult<std::vector<AttemptRow>> read_attempts(const std::string& sql, std::span<const Parameter> parameters) {
        std::vector<AttemptRow> rows;
        auto read = database_->run(
            sql, parameters,
            [&](const RowView& row) {
                AttemptRow& attempt = rows.emplace_back(read_attempt(row));
                const model::Terminal& terminal = attempt.terminal;
                attempt.tenant = text(terminal.tenant);
                attempt.key = text(terminal.key);
                attempt.model = text(terminal.model);
                attempt.upstream = text(terminal.upstream);
                attempt.served_model = text(terminal.served_model);
                attempt.response_model = text(terminal.response_model);
                attempt.place = text(terminal.place);
                attempt.data_class = text(terminal.data_class);
                attempt.tag = text(terminal.tag);
                attempt.price_card = text(terminal.charge.card);
            },
            "reading attempts");
        if (!read) return tl::unexpected<TablesProblem>(read.error());
        return rows;
    }

    std::unique_ptr<Database> database_;
    std::size_t rows_most_;
    NameBook names_;
    Calendar calendar_;
    Meta meta_;
};

}   // namespace

TablesResult<std::unique_ptr<Questions>> make_questions(std::unique_ptr<Database> database, std::size_t rows_most) {
    auto version = schema_version_of(*database);
    if (!version) return tl::unexpected<TablesProblem>(version.error());
    if (*version == 0)
        return tl::unexpected<TablesProblem>(TablesProblem{
            ENOENT,
            "there are no tables yet; they come with the first start of gilmok serve, or `gilmok ledger rebuild`"});
    if (*version != schema_version)
        return tl::unexpected<TablesProblem>(TablesProblem{
            EPROTO,
            "the tables are of an older gilmok; the next start of gilmok serve brings them up to date, or `gilmok ledger "
            "rebuild`"});
    return std::unique_ptr<Questions>(std::make_unique<TableQuestions>(std::move(database), rows_most));
}

}   // namespace gilmok::ledger
