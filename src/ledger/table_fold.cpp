#include "ledger/table_fold.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "ledger/open_attempts.hpp"
#include "ledger/table_corrections.hpp"
#include "ledger/table_decisions.hpp"

namespace gilmok::ledger {

struct Folder::Statements {
    explicit Statements(Dialect dialect)
        : attempts(attempt_insert(dialect)),
          names(name_insert(dialect)),
          reservations(reservation_insert(dialect)),
          ends(reservation_delete(dialect)),
          pools(pool_insert(dialect)),
          periods(period_insert(dialect)),
          alarms(alarm_insert(dialect)),
          corrections(dialect),
          decisions(dialect) {
        for (const Cube& cube : cubes()) rolls.push_back(roll_insert(dialect, cube));
    }
    RowStatement attempts, names, reservations, ends, pools, periods, alarms;
    CorrectionStatements corrections;
    DecisionStatements decisions;
    std::vector<RowStatement> rolls;
};

namespace {

using model::AttemptRef;
using model::NameId;
using model::Terminal;

// A step that fails hands its problem to the caller of the whole batch.
#define GILMOK_FOLD_TRY(...) \
    if (auto step = (__VA_ARGS__); !step) return tl::unexpected<TablesProblem>(std::move(step.error()))

struct Alarm {
    std::uint64_t index = 0;
    WallTime at{};
    std::string_view what{};
    std::string detail;
};

}   // namespace

// One transaction's worth of records, part by part.
class Folder::Batch {
public:
    Batch(Database& database, const Statements& statements, const Calendar& calendar, Waiting& waiting,
          const Meta& meta)
        : database_(database),
          statements_(statements),
          calendar_(calendar),
          waiting_(waiting),
          first_(meta.folded.records),
          rolled_(meta.rolled) {}

    TablesResult<bool> add(std::span<const IndexedEntry> entries, Folded& folded) {
        entries_ = entries;
        doing_ = "adding " + std::to_string(entries.size()) + " records from number " +
                 std::to_string(entries.front().index);
        last_at_ = entries.back().entry.header.at;
        sort_out(folded);
        GILMOK_FOLD_TRY(add_names());
        GILMOK_FOLD_TRY(add_attempts());
        GILMOK_FOLD_TRY(keep_reservations());
        GILMOK_FOLD_TRY(correct());
        GILMOK_FOLD_TRY(add_pools());
        return add_decisions(database_, statements_.decisions, decisions_, doing_);
    }

    TablesResult<bool> finish(Meta& meta) {
        doing_ = "adding the records from number " + std::to_string(first_);
        GILMOK_FOLD_TRY(add_reservations());
        GILMOK_FOLD_TRY(add_periods());
        GILMOK_FOLD_TRY(add_alarms());
        if (!must_roll_ && waiting_.attempts < rolled_attempts_most && last_at_ >= waiting_.since &&
            last_at_ - waiting_.since < rolled_interval)
            return true;
        GILMOK_FOLD_TRY(add_rolls());
        waiting_ = {RollUps(calendar_), 0, last_at_};
        meta.rolled = meta.folded.records;
        return true;
    }

private:
    void alarm(const IndexedEntry& entry, std::string_view what, std::string detail) {
        alarms_.push_back({entry.index, entry.entry.header.at, what, std::move(detail)});
    }
    void alarm(const OpenReserve& open, std::string_view what) {
        alarms_.push_back({open.index, open.at, what, shown(open.reserve.ref)});
    }
    static std::string shown(const AttemptRef& ref) {
        return "exchange " + std::string(ref.exchange.view()) + ", attempt " + std::to_string(ref.attempt);
    }
    template <class Record>
    const Record& record(const IndexedEntry* entry) const {
        return std::get<Record>(entry->entry.body);
    }

    void sort_out(Folded& folded) {
        for (auto* list : {&names_, &terminals_, &corrections_, &pools_, &decisions_}) list->clear();
        keys_.clear();
        for (const IndexedEntry& entry : entries_) {
            const Body& body = entry.entry.body;
            folded.last_epoch = std::max(folded.last_epoch, entry.entry.header.epoch);
            if (const auto* name = std::get_if<Name>(&body)) {
                folded.last_name = std::max(folded.last_name, static_cast<std::uint32_t>(name->id));
                names_.push_back(&entry);
            } else if (const auto* terminal = std::get_if<Terminal>(&body)) {
                terminals_.push_back(&entry);
                keys_.emplace_back(terminal->ref);
            } else if (std::holds_alternative<Correction>(body)) {
                corrections_.push_back(&entry);
            } else if (std::holds_alternative<PoolHour>(body)) {
                pools_.push_back(&entry);
            } else if (std::holds_alternative<model::Decision>(body)) {
                decisions_.push_back(&entry);
            }
        }
        folded.records = entries_.back().index + 1;
    }

    TablesResult<bool> add_names() {
        std::vector<std::string> texts;
        for (const IndexedEntry* entry : names_) texts.push_back(storable(record<Name>(entry).text));
        const auto touched = database_.write(
            statements_.names, names_.size(),
            [&](std::size_t row, RowSink& sink) {
                const auto& name = record<Name>(names_[row]);
                sink.integer(static_cast<std::int64_t>(names_[row]->index));
                sink.integer(column_of_id(name.id));
                sink.integer(static_cast<std::int64_t>(name.kind));
                sink.text(texts[row]);
            },
            doing_);
        if (!touched) return tl::unexpected<TablesProblem>(touched.error());
        for (std::size_t row = 0; row < names_.size(); ++row)
            if (!(*touched)[row])
                alarm(*names_[row], "name_given_twice",
                      "number " + std::to_string(static_cast<std::uint32_t>(record<Name>(names_[row]).id)));
        return true;
    }

    TablesResult<bool> add_attempts() {
        auto touched = database_.write(
            statements_.attempts, terminals_.size(),
            [&](std::size_t row, RowSink& sink) {
                put_attempt(sink, terminals_[row]->index, record<Terminal>(terminals_[row]), keys_[row]);
            },
            doing_);
        if (!touched) return tl::unexpected<TablesProblem>(touched.error());
        is_first_ = std::move(*touched);
        for (std::size_t row = 0; row < terminals_.size(); ++row) {
            const auto& terminal = record<Terminal>(terminals_[row]);
            if (!is_first_[row]) {
                alarm(*terminals_[row], "second_terminal", shown(terminal.ref));
                continue;
            }
            if (is_out_of_range(terminal)) alarm(*terminals_[row], "out_of_range", shown(terminal.ref));
            waiting_.rolls.add(terminal.at, dims_of(terminal), measure(terminal));
            ++waiting_.attempts;
            note_period(terminal.at, terminals_[row]->index);
        }
        return true;
    }

    void note_period(WallTime at, std::uint64_t index) {
        const std::int64_t seconds = unix_seconds(at);
        const std::int64_t hour = calendar_.number(Grain::hour, seconds);
        if (hour != last_hour_) {
            last_hour_ = hour;
            for (const Grain grain : {Grain::hour, Grain::day, Grain::month}) {
                const std::pair key(grain, calendar_.number(grain, seconds));
                last_periods_[static_cast<std::size_t>(grain)] = &periods_.try_emplace(key, index, index).first->second;
            }
        }
        for (auto* range : last_periods_) {
            range->first = std::min(range->first, index);
            range->second = std::max(range->second, index);
        }
    }

    // Most attempts begin and end within a part. What a part leaves open waits for the end of the batch, and only what is open then is
    // written.
    TablesResult<bool> keep_reservations() {
        attempts_.begin(entries_.size() - terminals_.size());
        std::vector<std::size_t> ended;   // places in terminals_ whose RESERVE came in an earlier batch
        std::size_t terminal = 0;
        for (const IndexedEntry& entry : entries_) {
            if (const auto* reserve = std::get_if<model::Reserve>(&entry.entry.body)) {
                if (!attempts_.add(RefKey(reserve->ref), entry)) alarm(entry, "second_reserve", shown(reserve->ref));
            } else if (std::holds_alternative<Terminal>(entry.entry.body)) {
                const std::size_t place = terminal++;
                if (is_first_[place] && !attempts_.remove(keys_[place]) && begun_.erase(keys_[place]) == 0)
                    ended.push_back(place);
            }
        }
        for (const IndexedEntry* entry : attempts_.left()) {
            const auto& reserve = record<model::Reserve>(entry);
            const OpenReserve open{entry->index, entry->entry.header.at, reserve};
            if (!begun_.try_emplace(RefKey(reserve.ref), open).second) alarm(open, "second_reserve");
        }
        return end_reservations(ended);
    }

    TablesResult<bool> end_reservations(const std::vector<std::size_t>& ended) {
        const auto touched = database_.write(
            statements_.ends, ended.size(),
            [&](std::size_t row, RowSink& sink) {
                sink.bytes(keys_[ended[row]].exchange());
                sink.integer(keys_[ended[row]].attempt());
            },
            doing_);
        if (!touched) return tl::unexpected<TablesProblem>(touched.error());
        for (std::size_t row = 0; row < ended.size(); ++row) {
            const IndexedEntry& entry = *terminals_[ended[row]];
            if (!(*touched)[row]) alarm(entry, "terminal_without_reserve", shown(record<Terminal>(&entry).ref));
        }
        return true;
    }

    TablesResult<bool> add_reservations() {
        if (begun_.empty()) return true;
        std::vector<std::pair<const RefKey*, const OpenReserve*>> left;
        for (const auto& [key, open] : begun_) left.emplace_back(&key, &open);
        std::ranges::sort(left, {}, [](const auto& open) { return open.second->index; });
        const auto touched = database_.write(
            statements_.reservations, left.size(),
            [&](std::size_t row, RowSink& sink) {
                const auto [key, open] = left[row];
                put_reservation(sink, open->index, open->reserve, *key);
            },
            doing_);
        if (!touched) return tl::unexpected<TablesProblem>(touched.error());
        for (std::size_t row = 0; row < left.size(); ++row)
            if (!(*touched)[row]) alarm(*left[row].second, "second_reserve");
        // An attempt that is over must not look open for ever.
        const std::array<Parameter, 1> first{static_cast<std::int64_t>(first_)};
        return database_.run(
            "DELETE FROM reservations WHERE idx >= $1 AND EXISTS (SELECT 1 FROM attempts WHERE attempts.exchange = "
            "reservations.exchange AND attempts.attempt = reservations.attempt) RETURNING idx",
            first,
            [&](const RowView& row) {
                const auto index = static_cast<std::uint64_t>(row.integer(0));
                for (const auto& [key, open] : left)
                    if (open->index == index) alarm(*open, "reserve_after_terminal");
            },
            doing_);
    }

    TablesResult<bool> correct() {
        for (const IndexedEntry* entry : corrections_) {
            const auto& correction = record<Correction>(entry);
            const auto corrected = correct_attempt(database_, statements_.corrections, correction, doing_);
            if (!corrected) return tl::unexpected<TablesProblem>(corrected.error());
            if (!*corrected) {
                alarm(*entry, "correction_of_nothing", shown(correction.ref));
                continue;
            }
            const Corrected& attempt = **corrected;
            waiting_.rolls.add(attempt.at, attempt.dims, attempt.change);
            // Questions find it in the attempt's row only while that waits.
            must_roll_ = must_roll_ || attempt.index < rolled_;
        }
        return add_corrections(database_, statements_.corrections, corrections_, doing_);
    }

    // Two records of one pool and hour, as a restart within the hour leaves them, add up.
    TablesResult<bool> add_pools() {
        std::map<std::pair<std::int64_t, std::int64_t>, PoolHour> hours;
        for (const IndexedEntry* entry : pools_) {
            const auto& pool = record<PoolHour>(entry);
            PoolHour& sum = hours[{column_of_time(pool.hour), column_of_id(pool.pool)}];
            sum.microjoules += std::min(pool.microjoules, static_cast<std::uint64_t>(measure_max));
            sum.microjoules_attributed +=
                std::min(pool.microjoules_attributed, static_cast<std::uint64_t>(measure_max));
            sum.cost += std::clamp(pool.cost, -pico_max, pico_max);
            sum.cost_attributed += std::clamp(pool.cost_attributed, -pico_max, pico_max);
        }
        auto hour = hours.begin();
        const auto written = database_.write(
            statements_.pools, hours.size(),
            [&](std::size_t, RowSink& sink) {
                const auto& [key, sum] = *hour++;
                sink.integer(key.first);
                sink.integer(key.second);
                sink.integer(column_of_count(sum.microjoules));
                sink.integer(column_of_count(sum.microjoules_attributed));
                put(sink, sum.cost);
                put(sink, sum.cost_attributed);
            },
            doing_);
        if (!written) return tl::unexpected<TablesProblem>(written.error());
        return true;
    }

    TablesResult<bool> add_rolls() {
        for (std::size_t cube = 0; cube < cubes().size(); ++cube)
            for (const RollBatch& grain : waiting_.rolls.grains_of(cube)) GILMOK_FOLD_TRY(add_grain(cube, grain));
        return true;
    }

    TablesResult<bool> add_grain(std::size_t cube, const RollBatch& batch) {
        const std::vector<const RollRow*> rows = batch.sorted();
        const DimSet dims = cubes()[cube].dims;
        const auto written = database_.write(
            statements_.rolls[cube], rows.size(),
            [&](std::size_t row, RowSink& sink) { put_roll(sink, *rows[row], dims); }, doing_);
        if (!written) return tl::unexpected<TablesProblem>(written.error());
        return true;
    }

    TablesResult<bool> add_periods() {
        auto period = periods_.begin();
        const auto written = database_.write(
            statements_.periods, periods_.size(),
            [&](std::size_t, RowSink& sink) {
                const auto& [key, range] = *period++;
                sink.integer(static_cast<std::int64_t>(key.first));
                sink.integer(key.second);
                sink.integer(static_cast<std::int64_t>(range.first));
                sink.integer(static_cast<std::int64_t>(range.second));
            },
            doing_);
        if (!written) return tl::unexpected<TablesProblem>(written.error());
        return true;
    }

    TablesResult<bool> add_alarms() {
        const auto written = database_.write(
            statements_.alarms, alarms_.size(),
            [&](std::size_t row, RowSink& sink) {
                sink.integer(static_cast<std::int64_t>(alarms_[row].index));
                sink.integer(column_of_time(alarms_[row].at));
                sink.text(alarms_[row].what);
                sink.text(alarms_[row].detail);
            },
            doing_);
        if (!written) return tl::unexpected<TablesProblem>(written.error());
        return true;
    }

    Database& database_;
    const Statements& statements_;
    const Calendar& calendar_;
    Waiting& waiting_;
    const std::uint64_t first_, rolled_;   // the batch's first record, and what the roll-ups held before it
    WallTime last_at_{};
    bool must_roll_ = false;
    OpenReserves begun_;   // and not ended, in the parts so far
    using Range = std::pair<std::uint64_t, std::uint64_t>;
    std::map<std::pair<Grain, std::int64_t>, Range> periods_;
    std::int64_t last_hour_ = -1;
    std::array<Range*, 3> last_periods_{};
    std::vector<Alarm> alarms_;

    // of the part at hand
    std::span<const IndexedEntry> entries_;
    std::string doing_;
    std::vector<const IndexedEntry*> names_, terminals_, corrections_, pools_, decisions_;
    std::vector<RefKey> keys_;     // of terminals_
    std::vector<bool> is_first_;   // of terminals_: not one that was there before
    OpenAttempts attempts_;
};

Folder::Folder(Dialect dialect, Calendar calendar)
    : calendar_(calendar), statements_(std::make_unique<Statements>(dialect)) {}
Folder::~Folder() = default;

void Folder::forget() {
    batch_.reset();
    waiting_.reset();
}

TablesResult<bool> Folder::load(Database& database, std::uint64_t rolled) {
    Waiting waiting{RollUps(calendar_), 0, {}};
    const std::array<Parameter, 1> since{static_cast<std::int64_t>(rolled)};
    auto read = database.run(
        select_measured(every_dim) + " WHERE idx >= $1", since,
        [&](const RowView& row) {
            const Measured measured = read_measured(row, every_dim);
            waiting.rolls.add(measured.at, measured.dims, measured.measures);
            ++waiting.attempts;
        },
        "reading what waits for the roll-ups");
    if (read) waiting_ = std::move(waiting);
    return read;
}

TablesResult<bool> Folder::add(Database& database, std::span<const IndexedEntry> entries, Meta& meta) {
    if (entries.empty()) return true;
    if (!waiting_) GILMOK_FOLD_TRY(load(database, meta.rolled));
    if (batch_ == nullptr) batch_ = std::make_unique<Batch>(database, *statements_, calendar_, *waiting_, meta);
    return batch_->add(entries, meta.folded);
}

TablesResult<bool> Folder::finish(Meta& meta) {
    const std::unique_ptr<Batch> batch = std::move(batch_);
    return batch == nullptr ? TablesResult<bool>(true) : batch->finish(meta);
}

}   // namespace gilmok::ledger
