#include "ledger/table_fold.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "ledger/table_decisions.hpp"

namespace gilmok::ledger {

struct Folder::Statements {
    explicit Statements(Dialect dialect)
        : attempts(attempt_insert(dialect)),
          names(name_insert(dialect)),
          reservations(reservation_insert(dialect)),
          ends(reservation_delete(dialect)),
          corrections(correction_insert(dialect)),
          pools(pool_insert(dialect)),
          periods(period_insert(dialect)),
          alarms(alarm_insert(dialect)),
          decisions(dialect) {
        for (const Cube& cube : cubes()) rolls.push_back(roll_insert(dialect, cube));
        corrected = "SELECT idx, at_ns, flags, correction_whole, correction_pico, endpoint, provenance, outcome";
        for (const Dimension dimension : named) corrected.append(", ").append(column_of(dimension));
        corrected += " FROM attempts WHERE exchange = $1 AND attempt = $2";
    }
    static constexpr std::array named{Dimension::tenant,     Dimension::key,          Dimension::model,
                                      Dimension::upstream,   Dimension::served_model, Dimension::place,
                                      Dimension::data_class, Dimension::tag,          Dimension::price_card};
    RowStatement attempts, names, reservations, ends, corrections, pools, periods, alarms;
    DecisionStatements decisions;
    std::vector<RowStatement> rolls;
    std::string corrected;
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

// The attempts of a batch that have begun and not ended. A table of numbers beside a list: a batch holds thousands, and all
// of it stays in the cache.
class OpenAttempts {
public:
    explicit OpenAttempts(std::size_t most) : slots_(std::bit_ceil(most * 2 + 1)) { attempts_.reserve(most); }

    // False when it is open already.
    bool add(const RefKey& key, const IndexedEntry& entry) {
        std::uint32_t& slot = slot_of(key);
        if (slot == 0) {
            attempts_.push_back({key, &entry});
            slot = static_cast<std::uint32_t>(attempts_.size());
            return true;
        }
        Attempt& known = attempts_[slot - 1];
        if (known.open != nullptr) return false;
        known.open = &entry;
        return true;
    }
    // False when it is not open.
    bool remove(const RefKey& key) {
        const std::uint32_t slot = slot_of(key);
        return slot != 0 && std::exchange(attempts_[slot - 1].open, nullptr) != nullptr;
    }
    // In the order of the log.
    [[nodiscard]] std::vector<const IndexedEntry*> left() const {
        std::vector<const IndexedEntry*> entries;
        for (const Attempt& attempt : attempts_)
            if (attempt.open != nullptr) entries.push_back(attempt.open);
        std::ranges::sort(entries, {}, &IndexedEntry::index);
        return entries;
    }

private:
    struct Attempt {
        RefKey key;
        const IndexedEntry* open = nullptr;   // null once it has ended
    };
    std::uint32_t& slot_of(const RefKey& key) {
        std::size_t at = RefHash{}(key) & (slots_.size() - 1);
        while (slots_[at] != 0 && attempts_[slots_[at] - 1].key != key) at = (at + 1) & (slots_.size() - 1);
        return slots_[at];
    }
    std::vector<std::uint32_t> slots_;   // number in attempts_, from 1; 0 = free
    std::vector<Attempt> attempts_;
};

class Fold {
public:
    Fold(Database& database, const Folder::Statements& statements, const Calendar& calendar, Folder::Waiting& waiting,
         std::span<const IndexedEntry> entries)
        : database_(database),
          statements_(statements),
          calendar_(calendar),
          waiting_(waiting),
          entries_(entries),
          doing_("adding " + std::to_string(entries.size()) + " records from number " +
                 std::to_string(entries.front().index)) {}

    // All of the batch, inside the caller's transaction.
    TablesResult<bool> run(Meta& meta) {
        rolled_ = meta.rolled;
        sort_out(meta.folded);
        GILMOK_FOLD_TRY(add_names());
        GILMOK_FOLD_TRY(add_attempts());
        GILMOK_FOLD_TRY(keep_reservations());
        GILMOK_FOLD_TRY(correct());
        GILMOK_FOLD_TRY(add_pools());
        GILMOK_FOLD_TRY(add_decisions(database_, statements_.decisions, decisions_, doing_));
        GILMOK_FOLD_TRY(add_periods());
        GILMOK_FOLD_TRY(add_alarms());
        const WallTime now = entries_.back().entry.header.at;
        if (!must_roll_ && waiting_.attempts < rolled_attempts_most && now >= waiting_.since &&
            now - waiting_.since < rolled_interval)
            return true;
        GILMOK_FOLD_TRY(add_rolls());
        waiting_ = {RollUps(calendar_), 0, now};
        meta.rolled = meta.folded.records;
        return true;
    }

private:
    void alarm(const IndexedEntry& entry, std::string_view what, std::string detail) {
        alarms_.push_back({entry.index, entry.entry.header.at, what, std::move(detail)});
    }
    static std::string shown(const AttemptRef& ref) {
        return "exchange " + std::string(ref.exchange.view()) + ", attempt " + std::to_string(ref.attempt);
    }
    template <class Record>
    const Record& record(const IndexedEntry* entry) const {
        return std::get<Record>(entry->entry.body);
    }

    void sort_out(Folded& folded) {
        terminals_.reserve(entries_.size());
        keys_.reserve(entries_.size());
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

    // Most attempts begin and end within few batches: only what is still open at the end of this one is written.
    TablesResult<bool> keep_reservations() {
        OpenAttempts open(entries_.size() - terminals_.size());
        std::vector<std::size_t> ended;   // places in terminals_ whose RESERVE came in an earlier batch
        std::size_t terminal = 0;
        for (const IndexedEntry& entry : entries_) {
            if (const auto* reserve = std::get_if<model::Reserve>(&entry.entry.body)) {
                if (!open.add(RefKey(reserve->ref), entry)) alarm(entry, "second_reserve", shown(reserve->ref));
            } else if (std::holds_alternative<Terminal>(entry.entry.body)) {
                const std::size_t place = terminal++;
                if (is_first_[place] && !open.remove(keys_[place])) ended.push_back(place);
            }
        }
        GILMOK_FOLD_TRY(end_reservations(ended));
        return add_reservations(open.left());
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

    TablesResult<bool> add_reservations(const std::vector<const IndexedEntry*>& left) {
        if (left.empty()) return true;
        std::vector<RefKey> keys;
        for (const IndexedEntry* entry : left) keys.emplace_back(record<model::Reserve>(entry).ref);
        const auto touched = database_.write(
            statements_.reservations, left.size(),
            [&](std::size_t row, RowSink& sink) {
                put_reservation(sink, left[row]->index, record<model::Reserve>(left[row]), keys[row]);
            },
            doing_);
        if (!touched) return tl::unexpected<TablesProblem>(touched.error());
        for (std::size_t row = 0; row < left.size(); ++row)
            if (!(*touched)[row]) alarm(*left[row], "second_reserve", shown(record<model::Reserve>(left[row]).ref));
        // An attempt that is over must not look open for ever.
        const std::array<Parameter, 1> first{static_cast<std::int64_t>(entries_.front().index)};
        return database_.run(
            "DELETE FROM reservations WHERE idx >= $1 AND EXISTS (SELECT 1 FROM attempts WHERE attempts.exchange = "
            "reservations.exchange AND attempts.attempt = reservations.attempt) RETURNING idx",
            first,
            [&](const RowView& row) {
                const auto index = static_cast<std::uint64_t>(row.integer(0));
                const IndexedEntry& entry = entries_[index - entries_.front().index];
                alarm(entry, "reserve_after_terminal", shown(record<model::Reserve>(&entry).ref));
            },
            doing_);
    }

    TablesResult<bool> correct() {
        for (const IndexedEntry* entry : corrections_) GILMOK_FOLD_TRY(correct_one(*entry));
        std::vector<RefKey> keys;
        for (const IndexedEntry* entry : corrections_) keys.emplace_back(record<Correction>(entry).ref);
        const auto written = database_.write(
            statements_.corrections, corrections_.size(),
            [&](std::size_t row, RowSink& sink) {
                const auto& correction = record<Correction>(corrections_[row]);
                sink.integer(static_cast<std::int64_t>(corrections_[row]->index));
                sink.bytes(keys[row].exchange());
                sink.integer(keys[row].attempt());
                sink.integer(column_of_time(corrections_[row]->entry.header.at));
                sink.integer(column_of_id(correction.card));
                put(sink, correction.currency);
                put(sink, correction.cost);
                put(sink, correction.ledger_currency);
                put(sink, correction.cost_ledger);
            },
            doing_);
        if (!written) return tl::unexpected<TablesProblem>(written.error());
        return true;
    }

    // A correction counts in the hour of its attempt, so that a statement of that month is right from then on.
    TablesResult<bool> correct_one(const IndexedEntry& entry) {
        const auto& correction = std::get<Correction>(entry.entry.body);
        const RefKey key(correction.ref);
        std::int64_t index = -1, flags = 0;
        WallTime at{};
        Pico before = 0;
        Dims dims{};
        const auto read = [&](const RowView& row) {
            index = static_cast<std::int64_t>(row.integer(0));
            at = WallTime(Duration(static_cast<std::int64_t>(row.integer(1))));
            flags = static_cast<std::int64_t>(row.integer(2));
            before = join(row.integer(3), row.integer(4));
            dims[dim_index(Dimension::endpoint)] = id_of(row.integer(5));
            dims[dim_index(Dimension::provenance)] = id_of(row.integer(6));
            dims[dim_index(Dimension::outcome)] = id_of(row.integer(7));
            dims[dim_index(Dimension::simulated)] = (flags & bit(Flag::simulated)) != 0;
            for (std::size_t i = 0; i < Folder::Statements::named.size(); ++i)
                dims[dim_index(Folder::Statements::named[i])] = id_of(row.integer(8 + static_cast<int>(i)));
        };
        const std::array<Parameter, 2> which{Bytes{key.exchange()}, key.attempt()};
        GILMOK_FOLD_TRY(database_.run(statements_.corrected, which, read, doing_));
        if (index < 0) {
            alarm(entry, "correction_of_nothing", shown(correction.ref));
            return true;
        }
        const Pico change = std::clamp(correction.cost_ledger, -pico_max, pico_max);
        Measures measures;
        measures.cost = measures.correction = change;
        if ((flags & bit(Flag::unpriced)) != 0 && correction.card != NameId::none) {
            flags &= ~bit(Flag::unpriced);
            measures.counts[static_cast<std::size_t>(Count::unpriced)] = -1;
        }
        waiting_.rolls.add(at, dims, measures);
        // Questions find it in the attempt's row only while that waits.
        must_roll_ = must_roll_ || static_cast<std::uint64_t>(index) < rolled_;
        const Amount after = split(before + change);
        const std::array<Parameter, 4> values{after.whole, after.pico, flags, index};
        return database_.run(
            "UPDATE attempts SET correction_whole = $1, correction_pico = $2, flags = $3 WHERE idx = $4", values,
            nullptr, doing_);
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
    const Folder::Statements& statements_;
    const Calendar& calendar_;
    Folder::Waiting& waiting_;
    std::span<const IndexedEntry> entries_;
    std::uint64_t rolled_ = 0;
    bool must_roll_ = false;
    std::string doing_;
    std::vector<const IndexedEntry*> names_, terminals_, corrections_, pools_, decisions_;
    std::vector<RefKey> keys_;     // of terminals_
    std::vector<bool> is_first_;   // of terminals_: not one that was there before
    using Range = std::pair<std::uint64_t, std::uint64_t>;
    std::map<std::pair<Grain, std::int64_t>, Range> periods_;
    std::int64_t last_hour_ = -1;
    std::array<Range*, 3> last_periods_{};
    std::vector<Alarm> alarms_;
};

}   // namespace

Folder::Folder(Dialect dialect, Calendar calendar)
    : calendar_(calendar), statements_(std::make_unique<Statements>(dialect)) {}
Folder::~Folder() = default;

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

TablesResult<bool> Folder::fold(Database& database, std::span<const IndexedEntry> entries, Meta& meta) {
    if (entries.empty()) return true;
    if (!waiting_) GILMOK_FOLD_TRY(load(database, meta.rolled));
    Fold fold(database, *statements_, calendar_, *waiting_, entries);
    return fold.run(meta);
}

}   // namespace gilmok::ledger
