#include "report/question.hpp"

#include <array>

#include "base/text.hpp"

namespace gilmok::report {

namespace {

using ledger::Dimension;
using std::chrono::year_month_day;

constexpr auto groups = std::to_array<Group>({
    {"tenant", Dimension::tenant},
    {"organisation", Dimension::tenant, Group::Part::first},
    {"application", Dimension::tenant, Group::Part::last},
    {"key", Dimension::key},
    {"model", Dimension::model},
    {"upstream", Dimension::upstream},
    {"served-model", Dimension::served_model},
    {"place", Dimension::place},
    {"class", Dimension::data_class},
    {"tag", Dimension::tag},
    {"endpoint", Dimension::endpoint},
    {"provenance", Dimension::provenance},
    {"outcome", Dimension::outcome},
    {"simulated", Dimension::simulated},
    {"hour", Dimension::hour},
    {"day", Dimension::day},
    {"month", Dimension::month},
});

std::optional<int> digits(std::string_view text) {
    const auto number = parse_u64(text);
    return number && *number < 10'000 ? std::optional<int>(static_cast<int>(*number)) : std::nullopt;
}

// "2026-10".
std::optional<std::chrono::year_month> parse_month(std::string_view text) {
    if (text.size() != 7 || text[4] != '-') return std::nullopt;
    const auto year = digits(text.substr(0, 4)), month = digits(text.substr(5));
    if (!year || !month || *year < 1970 || *month < 1 || *month > 12) return std::nullopt;
    return std::chrono::year{*year} / *month;
}

// "2026-10-05".
std::optional<year_month_day> parse_day(std::string_view text) {
    if (text.size() != 10 || text[7] != '-') return std::nullopt;
    const auto month = parse_month(text.substr(0, 7));
    const auto day = digits(text.substr(8));
    if (!month || !day) return std::nullopt;
    const year_month_day date = *month / *day;
    return date.ok() ? std::optional(date) : std::nullopt;
}

year_month_day days_later(year_month_day day, int count) {
    return std::chrono::sys_days(day) + std::chrono::days(count);
}

Period month_of(std::chrono::year_month month, const Clock& clock) {
    const std::chrono::year_month next = month + std::chrono::months(1);
    return {clock.midnight(month / 1), clock.midnight(next / 1)};
}

Period days_of(year_month_day first, int count, const Clock& clock) {
    return {clock.midnight(first), clock.midnight(days_later(first, count))};
}

// "2026-10-05T09:00:00+09:00", as people write it who do not live by UTC; RFC 3339 section 4.2.
std::optional<WallTime> parse_moment(std::string_view text) {
    constexpr std::size_t offset_bytes = 6;
    if (text.size() <= offset_bytes) return std::nullopt;
    const std::string_view offset = text.substr(text.size() - offset_bytes);
    if ((offset[0] != '+' && offset[0] != '-') || offset[3] != ':') return parse_rfc3339(text);
    const auto hours = digits(offset.substr(1, 2)), minutes = digits(offset.substr(4, 2));
    const auto as_utc = parse_rfc3339(std::string(text.substr(0, text.size() - offset_bytes)) + "Z");
    if (!hours || !minutes || *hours > 23 || *minutes > 59 || !as_utc) return std::nullopt;
    const Duration east = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    return offset[0] == '+' ? *as_utc - east : *as_utc + east;
}

// A day is meant whole: as an end, it is in the span.
Told<WallTime> read_bound(std::string_view name, const std::string& text, bool is_end, const Clock& clock) {
    if (const auto day = parse_day(text)) return clock.midnight(is_end ? days_later(*day, 1) : *day);
    if (const auto moment = parse_moment(text)) return *moment;
    return tell(std::string(name) +
                " wants a day such as 2026-10-05, or a time such as 2026-10-05T09:00:00Z or "
                "2026-10-05T09:00:00+09:00, not \"" +
                text + '"');
}

std::string nearest(std::string_view wrong) {
    std::string_view best;
    std::size_t best_distance = 3;
    for (const Group& group : groups)
        if (const std::size_t distance = edit_distance(wrong, group.name); distance < best_distance)
            best = group.name, best_distance = distance;
    return best.empty() ? "it may be " + group_names() : "did you mean \"" + std::string(best) + "\"?";
}

Told<std::vector<Group>> read_groups(std::string_view list) {
    std::vector<Group> by;
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        const std::string_view name = trim(list.substr(0, comma));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
        if (name.empty()) continue;
        const auto group = group_named(name);
        if (!group) return tell("there is nothing called \"" + std::string(name) + "\" to group by; " + nearest(name));
        if (by.size() == groups_max)
            return tell("at most " + std::to_string(groups_max) + " things to group by at once");
        by.push_back(*group);
    }
    return by;
}

Told<Period> read_span(const Asked& asked, const Clock& clock) {
    if (!asked.period.empty()) {
        if (!asked.from.empty() || !asked.to.empty()) return tell("name a period, or from and to, not both");
        return read_period(asked.period, clock);
    }
    if (asked.from.empty() && asked.to.empty()) return read_period("this-month", clock);
    if (asked.from.empty()) return tell("to needs a from as well");
    auto from = read_bound("from", asked.from, false, clock);
    if (!from) return tell(from.error());
    auto until = asked.to.empty() ? Told<WallTime>(clock.midnight(days_later(clock.today(), 1)))
                                  : read_bound("to", asked.to, true, clock);
    if (!until) return tell(until.error());
    if (*from >= *until && asked.to.empty())
        return tell("from is after today, which is the end where no to is named: \"" + asked.from + '"');
    if (*from >= *until) return tell("from must be before to");
    return Period{*from, *until};
}

}   // namespace

WallTime Clock::midnight(year_month_day day) const {
    return WallTime(std::chrono::sys_days(day).time_since_epoch()) - std::chrono::minutes(utc_offset_minutes);
}

year_month_day Clock::today() const {
    return std::chrono::floor<std::chrono::days>(now + std::chrono::minutes(utc_offset_minutes));
}

Told<Period> read_month(std::string_view text, const Clock& clock) {
    if (const auto month = parse_month(text)) return month_of(*month, clock);
    return tell("a month is written 2026-10, not \"" + std::string(text) + '"');
}

Told<Period> read_period(std::string_view text, const Clock& clock) {
    const year_month_day today = clock.today();
    const std::chrono::year_month month = today.year() / today.month();
    if (text == "today") return days_of(today, 1, clock);
    if (text == "yesterday") return days_of(days_later(today, -1), 1, clock);
    if (text == "this-month") return month_of(month, clock);
    if (text == "last-month") return month_of(month - std::chrono::months(1), clock);
    if (const auto named = parse_month(text)) return month_of(*named, clock);
    if (const auto day = parse_day(text)) return days_of(*day, 1, clock);
    if (text.ends_with('d')) {
        const auto count = parse_u64(text.substr(0, text.size() - 1));
        if (count && *count >= 1 && *count <= days_max) {
            const int days = static_cast<int>(*count);
            return days_of(days_later(today, 1 - days), days, clock);
        }
    }
    return tell(
        "a period is today, yesterday, this-month, last-month, 7d, a month such as 2026-10 or a day such as "
        "2026-10-05, not \"" +
        std::string(text) + '"');
}

std::optional<Group> group_named(std::string_view name) {
    for (const Group& group : groups)
        if (group.name == name) return group;
    return std::nullopt;
}

std::string group_names() {
    std::string names;
    for (const Group& group : groups) names.append(names.empty() ? "" : ", ").append(group.name);
    return names;
}

bool Question::is_about_all() const {
    return filter.tenant.empty() && filter.key.empty() && filter.model.empty() && filter.upstream.empty() &&
           filter.place.empty() && filter.data_class.empty() && filter.tag.empty();
}

Told<Question> read_question(const Asked& asked, std::string_view by_default, const Clock& clock) {
    Question question;
    auto by = read_groups(asked.by.empty() ? by_default : std::string_view(asked.by));
    if (!by) return tell(by.error());
    auto period = read_span(asked, clock);
    if (!period) return tell(period.error());
    question.by = std::move(*by);
    question.period = *period;
    question.utc_offset_minutes = clock.utc_offset_minutes;
    question.filter = {period->from,   period->until, asked.tenant,     asked.key, asked.model,
                       asked.upstream, asked.place,   asked.data_class, asked.tag, asked.with_simulated};
    return question;
}

}   // namespace gilmok::report
