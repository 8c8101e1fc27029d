// What somebody asks of the ledger, in the words of the command line and the admin API, and the span of time it is about. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/time.hpp"
#include "ledger/tables.hpp"

namespace gilmok::report {

// A value, or what is wrong in people's words.
template <class T>
using Told = tl::expected<T, std::string>;
inline tl::unexpected<std::string> tell(std::string what) { return tl::unexpected<std::string>(std::move(what)); }

// [from, until), both at midnight or at an hour of the offset.
struct Period {
    WallTime from{}, until{};
    bool operator==(const Period&) const = default;
};

// Where days and months begin; "now" of whoever asks.
struct Clock {
    WallTime now{};
    std::int32_t utc_offset_minutes = 0;
    [[nodiscard]] WallTime midnight(std::chrono::year_month_day day) const;
    [[nodiscard]] std::chrono::year_month_day today() const;
};

// "today", "yesterday", "this-month", "last-month", "7d" (today and the six days before it), a month "2026-10", a day "2026-10-05".
Told<Period> read_period(std::string_view text, const Clock& clock);
// "2026-10".
Told<Period> read_month(std::string_view text, const Clock& clock);
inline constexpr std::uint64_t days_max = 3'660;

// One thing to group by. Mostly a dimension of the tables; some are read out of a dimension's text.
struct Group {
    enum class Part : std::uint8_t { whole, first, last };   // of a tenant's path
    std::string_view name{};
    ledger::Dimension dimension{};
    Part part = Part::whole;
};
std::optional<Group> group_named(std::string_view name);
// All names, for help and "did you mean", separated by commas.
std::string group_names();
inline constexpr std::size_t groups_max = 6;

// As it comes from an option or a query; "" = not given.
struct Asked {
    std::string by, from, to, period;
    std::string tenant, key, model, upstream, place, data_class, tag;
    bool with_simulated = true;
};

struct Question {
    std::vector<Group> by;
    Period period;
    ledger::Filter filter;   // its times are the period's
    std::int32_t utc_offset_minutes = 0;
    // Idle devices belong to nobody in particular: they are told only where nobody in particular is asked about.
    [[nodiscard]] bool is_about_all() const;
};
// `by` when nothing is named; the period is this month then.
Told<Question> read_question(const Asked& asked, std::string_view by_default, const Clock& clock);

}   // namespace gilmok::report
