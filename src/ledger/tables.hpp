// The ledger's records as tables and roll-ups that answer questions: SQLite beside the log by default, PostgreSQL by one
// setting; the same schema (docs/ledger-tables.md). A cache of the log: each batch of records is applied with the index it reached
// in one transaction, so every record counts exactly once, and rebuild() computes all of it again.
// Owner: whoever opened it. One writer (the keeper's thread); readers open connections of their own.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "io/files.hpp"
#include "ledger/entry.hpp"

namespace gilmok::ledger {

// For people: "SQLite: disk I/O error while adding 128 records".
using TablesProblem = io::FileError;
template <class T>
using TablesResult = io::FileResult<T>;

struct IndexedEntry {
    std::uint64_t index = 0;
    Entry entry{};
};

// What of the log the tables hold.
struct Folded {
    std::uint64_t records = 0;             // all with an index below
    std::uint64_t oldest_open_index = 0;   // no RESERVE before it is open; == records when none is
    std::uint32_t last_epoch = 0;
    std::uint32_t last_name = 0;
};

struct NameRow {
    model::NameId id{};
    NameKind kind{};
    std::string text;
};

class Tables {
public:
    virtual ~Tables() = default;
    virtual TablesResult<Folded> folded() = 0;
    // Entries in order, the first one being number folded().records. All or nothing.
    virtual TablesResult<bool> apply(std::span<const IndexedEntry> entries) = 0;
    // The same in parts, as the records come: others see the whole batch from commit() on. After an error of either nothing of the
    // batch is there.
    virtual TablesResult<bool> add(std::span<const IndexedEntry> entries) { return apply(entries); }
    virtual TablesResult<bool> commit() { return true; }
    virtual TablesResult<std::vector<NameRow>> names() = 0;
    // Forgets everything, for a rebuild.
    virtual TablesResult<bool> clear() = 0;
};

// Where days and months of the daily and monthly roll-ups begin, unless the configuration says otherwise.
inline constexpr std::int32_t utc_offset_minutes_default = 540;
// path: of the SQLite file. Makes the schema; refuses a newer one. The offset is that of the configuration; tables that are there
// keep theirs until clear(), because questions with another offset are answered too, only slower.
TablesResult<std::unique_ptr<Tables>> open_sqlite(const std::string& path,
                                                  std::int32_t utc_offset_minutes = utc_offset_minutes_default);
// conninfo: postgresql://… or libpq's key=value form. Its tables are in the schema "gilmok".
TablesResult<std::unique_ptr<Tables>> open_postgres(const Secret& conninfo,
                                                    std::int32_t utc_offset_minutes = utc_offset_minutes_default);
// Keeps nothing; for tests and for ledgers whose tables are made elsewhere.
std::unique_ptr<Tables> no_tables();

// What is asked of the tables.

enum class Dimension : std::uint8_t {
    hour,
    day,
    month,
    tenant,
    key,
    model,
    upstream,
    served_model,
    place,
    data_class,
    tag,
    endpoint,
    provenance,
    outcome,
    price_card,
    simulated,
    count_,
};
std::string_view name_of(Dimension dimension);
std::optional<Dimension> dimension_of(std::string_view name);

struct Filter {
    WallTime from{}, until{};                                   // half open; whole hours are answered from roll-ups
    std::string tenant;                                         // a node: with all below it; "" = all
    std::string key, model, upstream, place, data_class, tag;   // "" = all
    bool with_simulated = true;
};

struct UsageRow {
    std::vector<std::string> keys;   // one for each dimension asked: text; hours, days and months as RFC 3339 / dates
    std::uint64_t attempts = 0, settled = 0, voided = 0, recovered = 0, aborted = 0, counted = 0, suspect = 0;
    std::uint64_t unpriced = 0;   // used something whose price is unknown: the cost below lacks it
    std::array<std::int64_t, model::meters_count> meters{};   // sums; missing counts as nothing here
    Pico cost_ledger = 0;                                     // corrections included
    Pico correction_ledger = 0;                               // of that, by corrections
    std::uint64_t microjoules = 0, micrograms_co2e = 0;
    std::uint64_t duration_us = 0, first_token_us = 0, first_tokens = 0;
};

struct AttemptRow {
    std::uint64_t index = 0;   // of its terminal record in the log
    model::Terminal terminal{};
    std::string tenant, key, model, upstream, served_model, response_model, place, data_class, tag, price_card,
        raw_usage;
    Pico correction_ledger = 0;
};

struct OpenRow {   // reserved and not ended
    model::Reserve reserve{};
    std::string tenant, model, upstream;
};

struct PoolRow {
    std::string pool;
    WallTime hour{};
    std::uint64_t microjoules = 0, microjoules_attributed = 0;
    Pico cost = 0, cost_attributed = 0;
};

// A record that broke a promise of the format, or said what cannot be. It is in the log as it came.
struct AlarmRow {
    std::uint64_t index = 0;
    WallTime at{};
    std::string what;     // second_terminal, second_reserve, terminal_without_reserve, reserve_after_terminal,
                          // correction_of_nothing, name_given_twice, out_of_range
    std::string detail;   // which attempt, for people
};

// Decisions of the guard: of a time, half open; of a tenant with all below it; of an application ("" = all).
struct DecisionFilter {
    WallTime from{}, until{};
    std::string tenant, application;
    // From this strictness to that, both included.
    model::GuardAction verdict_least = model::GuardAction::allow, verdict_most = model::GuardAction::block;
};

// How often something was decided, by everything that an auditor asks. Names as texts, "" = none.
struct VerdictSum {
    bool is_answer = false;
    model::DataClass data_class = model::DataClass::open;
    model::GuardAction verdict = model::GuardAction::allow;
    std::string place, operator_, upstream, rule;
    std::uint64_t decisions = 0;
};
// How often a kind of data was found, and what was done about it.
struct FoundSum {
    bool is_answer = false;
    model::DataKind kind = model::DataKind::count_;
    model::GuardAction action = model::GuardAction::allow;
    std::string place, operator_, rule;
    std::uint64_t decisions = 0, findings = 0;
};
struct DecisionRow {
    std::uint64_t index = 0;   // of its record in the log
    model::Decision decision{};
    std::string tenant, application, upstream, place, operator_, verdict_rule;
    std::vector<std::string> rules;   // one for each entry
};

class Questions {
public:
    virtual ~Questions() = default;
    // Grouped by the dimensions, sorted by them; at most rows_max rows, then an error that says so.
    virtual TablesResult<std::vector<UsageRow>> usage(const Filter& filter, std::span<const Dimension> by,
                                                      std::int32_t utc_offset_minutes) = 0;
    virtual TablesResult<std::vector<AttemptRow>> attempts_of(const model::RequestId& exchange) = 0;
    // Those that ended last first.
    virtual TablesResult<std::vector<AttemptRow>> attempts(const Filter& filter, std::uint64_t limit) = 0;
    virtual TablesResult<std::vector<OpenRow>> open_attempts() = 0;
    virtual TablesResult<std::vector<PoolRow>> pools(WallTime from, WallTime until) = 0;
    virtual TablesResult<Folded> folded() = 0;
    // Newest first.
    virtual TablesResult<std::vector<AlarmRow>> alarms(std::uint64_t) { return std::vector<AlarmRow>{}; }
    // Sorted by all of their keys.
    virtual TablesResult<std::vector<VerdictSum>> verdicts(const DecisionFilter&) { return std::vector<VerdictSum>{}; }
    virtual TablesResult<std::vector<FoundSum>> found(const DecisionFilter&) { return std::vector<FoundSum>{}; }
    // In the order of the log.
    virtual TablesResult<std::vector<DecisionRow>> decisions(const DecisionFilter&, std::uint64_t) {
        return std::vector<DecisionRow>{};
    }
    // Attempts that were begun although a decision of that time left their place out or refused the request. An attempt
    // that ended because the guard refused it is none. There must not be any.
    virtual TablesResult<std::vector<AttemptRow>> sent_though_refused(const DecisionFilter&, std::uint64_t) {
        return std::vector<AttemptRow>{};
    }
};
inline constexpr std::size_t rows_max = 1'000'000;

// Read-only connections of their own.
TablesResult<std::unique_ptr<Questions>> ask_sqlite(const std::string& path);
TablesResult<std::unique_ptr<Questions>> ask_postgres(const Secret& conninfo);

}   // namespace gilmok::ledger
