#include "report/forecast.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/node_path.hpp"
#include "base/text.hpp"
#include "report/answer.hpp"

namespace gilmok::report {

namespace {

using ledger::Dimension;

constexpr std::int64_t days_of_history = 400;
constexpr std::int64_t hours_of_history = 60 * 24;
constexpr std::size_t days_of_season = 7, hours_of_season = 168;

struct Series {
    std::map<WallTime, plan::Step> steps;   // only those in which something was used
};

// Hours are asked for in UTC, days in the configured offset: so their texts tell when they begin.
Told<WallTime> begin_of(const std::string& key, bool by_hour, const Clock& clock) {
    const auto time = parse_rfc3339(key);
    if (!time) return tell("the tables tell a time that is none: " + key);
    return by_hour ? *time : *time - std::chrono::minutes(clock.utc_offset_minutes);
}

Told<Series> series_of(ledger::Questions& tables, const ledger::Filter& filter, bool by_hour, const Clock& clock) {
    const Dimension time = by_hour ? Dimension::hour : Dimension::day;
    const std::int32_t offset = by_hour ? 0 : clock.utc_offset_minutes;
    const std::array<Dimension, 1> by_time{time};
    const auto rows = tables.usage(filter, by_time, offset);
    if (!rows) return tell(rows.error().message);
    Series series;
    for (const ledger::UsageRow& row : *rows) {
        const auto begin = begin_of(row.keys[0], by_hour, clock);
        if (!begin) return tell(begin.error());
        plan::Step& step = series.steps[*begin];
        // A correction may take more out of a step than was left in it; a series of spend has no negative steps.
        step.spent = std::max(0.0, units(row.cost_ledger));
        step.requests = static_cast<double>(row.attempts);
        step.tokens = static_cast<double>(input_tokens(row) + output_tokens(row));
        step.price = step.tokens > 0 ? step.spent / step.tokens : 0;
    }
    // Who was active: one row for each key and step, which may be more than the tables give; then nobody knows, and the driver model
    // does not compete.
    const std::array<Dimension, 2> by_key{time, Dimension::key};
    const auto keys = tables.usage(filter, by_key, offset);
    if (keys)
        for (const ledger::UsageRow& row : *keys) {
            const auto begin = begin_of(row.keys[0], by_hour, clock);
            const auto found = begin ? series.steps.find(*begin) : series.steps.end();
            if (found != series.steps.end() && row.attempts > 0) found->second.active_keys += 1;
        }
    else
        for (auto& [begin, step] : series.steps) step = {.spent = step.spent};
    return series;
}

// The budget that holds for a span of this length.
const Money* budget_of(const config::Tenant& tenant, const Period& period) {
    const Money& money = period.until - period.from <= std::chrono::hours(25) ? tenant.budget_day : tenant.budget_month;
    return money.currency.is_none() ? nullptr : &money;
}

std::optional<Pico> budget_for(const config::Snapshot& snapshot, const ForecastAsked& asked, const Period& period,
                               const Convert& convert) {
    std::optional<Pico> sum;
    for (const config::Tenant& tenant : snapshot.tenants) {
        const bool is_meant =
            asked.tenant.empty() ? tenant.parent == model::TenantId::none : tenant.path == asked.tenant;
        if (!is_meant) continue;
        const Money* money = budget_of(tenant, period);
        const auto pico = money == nullptr ? std::nullopt : convert(*money);
        if (!pico) return std::nullopt;   // one without a limit: there is no limit for all
        sum = sum.value_or(0) + *pico;
    }
    return sum;
}

// The plan counts the running step whole. What of it has passed is known: the forecast is moved by as much as it came out
// otherwise so far.
double known_part(const ForecastAnswer& answer, double spent_in_step, const plan::Forecast& first) {
    if (first.steps.empty()) return 0;
    const double passed =
        std::chrono::duration<double>(answer.now - answer.step_begin) / std::chrono::duration<double>(answer.step);
    return spent_in_step - first.steps.front().p50 * std::clamp(passed, 0.0, 1.0);
}

void run_plan(ForecastAnswer& answer, const std::vector<plan::Step>& steps, double spent_before, double spent_in_step) {
    plan::Question question;
    question.history = steps;
    question.season = answer.asked.by_hour ? hours_of_season : days_of_season;
    question.horizon =
        static_cast<std::size_t>((answer.period.until - answer.step_begin + answer.step - Duration(1)) / answer.step);
    question.spent_in_period = std::max(0.0, spent_before);
    question.reserved = std::max(0.0, units(answer.reserved));
    if (answer.budget) question.budget = units(*answer.budget);
    answer.result = plan::forecast(question);
    if (!answer.result.forecast) return;
    question.spent_in_period = std::max(0.0, spent_before + known_part(answer, spent_in_step, *answer.result.forecast));
    if (plan::Answer moved = plan::forecast(question); moved.forecast) answer.result = std::move(moved);
    plan::Forecast& made = *answer.result.forecast;
    // Never less than what is spent already.
    const double floor = units(answer.spent) + question.reserved;
    const auto raise = [floor](const plan::Quantiles& sum) {
        return plan::Quantiles{std::max(sum.p10, floor), std::max(sum.p50, floor), std::max(sum.p90, floor)};
    };
    made.period = raise(made.period);
    for (plan::Quantiles& sum : made.cumulative) sum = raise(sum);
    made.rest = {made.period.p10 - floor, made.period.p50 - floor, made.period.p90 - floor};
    const auto date_of = [&](const std::optional<double>& after) -> std::optional<WallTime> {
        if (answer.budget && floor >= units(*answer.budget)) return answer.now;
        if (!after) return std::nullopt;
        const auto offset = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(answer.step) * *after);
        return std::max(answer.now, answer.step_begin + offset);
    };
    answer.burn_out_p50 = date_of(made.burn_out_p50);
    answer.burn_out_p90 = date_of(made.burn_out_p90);
}

void write_quantiles(JsonWriter& json, std::string_view name, const plan::Quantiles& quantiles) {
    json.begin_object(name);
    json.measure("p10", quantiles.p10);
    json.measure("p50", quantiles.p50);
    json.measure("p90", quantiles.p90);
    json.end_object();
}

void write_forecast(JsonWriter& json, const ForecastAnswer& answer, const plan::Forecast& made) {
    write_quantiles(json, "rest", made.rest);
    write_quantiles(json, "total", made.period);
    json.begin_object("burn_out");
    json.text_or_null("p50", answer.burn_out_p50 ? rfc3339(*answer.burn_out_p50) : std::string());
    json.text_or_null("p90", answer.burn_out_p90 ? rfc3339(*answer.burn_out_p90) : std::string());
    json.end_object();
    json.begin_object("drivers");
    json.measure("total", made.drivers.total);
    json.measure("volume", made.drivers.volume);
    json.measure("mix", made.drivers.mix);
    json.measure("price", made.drivers.price);
    json.end_object();
    json.text("method", plan::name_of(made.method));
    json.begin_object("back_test");
    json.number("windows", std::uint64_t{made.windows});
    json.measure("coverage_of_80", made.coverage);
    json.begin_object("wape");
    for (std::size_t i = 0; i < static_cast<std::size_t>(plan::Method::count_); ++i)
        json.measure(plan::name_of(static_cast<plan::Method>(i)), made.wape[i]);
    json.end_object();
    json.end_object();
    json.begin_array("steps");
    for (std::size_t i = 0; i < made.steps.size(); ++i) {
        json.begin_object();
        json.text("from", rfc3339(answer.step_begin + answer.step * static_cast<std::int64_t>(i)));
        write_quantiles(json, "spent", made.steps[i]);
        write_quantiles(json, "total", made.cumulative[i]);
        json.end_object();
    }
    json.end_array();
}

}   // namespace

double units(Pico amount) { return static_cast<double>(amount) / static_cast<double>(pico_per_unit); }

Told<ForecastAnswer> forecast(ledger::Questions& tables, const config::Snapshot& snapshot, const ForecastAsked& asked,
                              const Convert& convert, const Clock& clock) {
    const auto period = read_period(asked.period, clock);
    if (!period) return tell(period.error());
    if (clock.now >= period->until) return tell("that period is over: there is nothing left of it to forecast");
    if (clock.now < period->from) return tell("that period has not begun: nothing of it is known yet");
    if (!asked.tenant.empty() && !snapshot.tenants_by_path.contains(asked.tenant))
        return tell("there is no tenant \"" + asked.tenant + '"');
    ForecastAnswer answer;
    answer.asked = asked;
    answer.period = *period;
    answer.now = clock.now;
    answer.currency = snapshot.ledger.currency;
    answer.step = asked.by_hour ? Duration(std::chrono::hours(1)) : Duration(std::chrono::hours(24));
    answer.step_begin =
        asked.by_hour ? WallTime(std::chrono::floor<std::chrono::hours>(clock.now)) : clock.midnight(clock.today());
    answer.budget = budget_for(snapshot, asked, *period, convert);

    ledger::Filter filter;
    filter.tenant = asked.tenant;
    filter.from =
        std::min(period->from, answer.step_begin - answer.step * (asked.by_hour ? hours_of_history : days_of_history));
    filter.until = answer.step_begin + answer.step;
    const auto series = series_of(tables, filter, asked.by_hour, clock);
    if (!series) return tell(series.error());
    double spent_before = 0, spent_in_step = 0;
    std::vector<plan::Step> steps;
    if (!series->steps.empty())
        for (WallTime begin = series->steps.begin()->first; begin <= answer.step_begin; begin += answer.step) {
            const auto found = series->steps.find(begin);
            const plan::Step step = found == series->steps.end() ? plan::Step{} : found->second;
            if (begin == answer.step_begin) {
                spent_in_step = step.spent;
                break;
            }
            if (begin >= period->from) spent_before += step.spent;
            steps.push_back(step);
            answer.history.push_back({begin, step.spent});
        }
    filter.from = period->from;
    const auto sums = tables.usage(filter, {}, clock.utc_offset_minutes);
    if (!sums) return tell(sums.error().message);
    for (const ledger::UsageRow& row : *sums) {
        answer.spent += row.cost_ledger;
        answer.unpriced += row.unpriced;
    }
    const auto open = tables.open_attempts();
    if (!open) return tell(open.error().message);
    for (const ledger::OpenRow& row : *open)
        if (asked.tenant.empty() || is_at_or_below(row.tenant, asked.tenant))
            answer.reserved += row.reserve.bound.cost_ledger;
    run_plan(answer, steps, spent_before, spent_in_step);
    return answer;
}

std::vector<double> spent_by_step(const ForecastAnswer& answer) {
    std::vector<double> sums;
    double sum = 0;
    for (const ForecastStep& step : answer.history)
        if (step.begin >= answer.period.from) sums.push_back(sum += step.spent);
    return sums;
}

std::string forecast_json(const ForecastAnswer& answer) {
    JsonWriter json;
    json.begin_object();
    json.text_or_null("tenant", answer.asked.tenant);
    json.text("currency", answer.currency.view());
    json.text("from", rfc3339(answer.period.from));
    json.text("until", rfc3339(answer.period.until));
    json.text("at", rfc3339(answer.now));
    json.text("step", answer.asked.by_hour ? "hour" : "day");
    json.text("spent", decimal(answer.spent));
    json.text("reserved", decimal(answer.reserved));
    json.text_or_null("budget", answer.budget ? decimal(*answer.budget) : std::string());
    json.number("unpriced", answer.unpriced);
    json.number("points", std::uint64_t{answer.history.size()});
    json.text_or_null("refused", answer.result.forecast ? std::string_view{} : answer.result.refusal.why);
    if (answer.result.forecast) write_forecast(json, answer, *answer.result.forecast);
    json.begin_array("history");
    for (const ForecastStep& step : answer.history) {
        json.begin_object();
        json.text("from", rfc3339(step.begin));
        json.measure("spent", step.spent);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take();
}

std::string forecast_csv(const ForecastAnswer& answer) {
    std::string out = "from,kind,spent,p10,p50,p90,total_p10,total_p50,total_p90\r\n";
    const auto number = [&](double value) {
        out += ',';
        append_number(out, value);
    };
    for (const ForecastStep& step : answer.history) {
        out += rfc3339(step.begin) + ",actual";
        number(step.spent);
        out += ",,,,,,\r\n";
    }
    if (!answer.result.forecast) return out;
    const plan::Forecast& made = *answer.result.forecast;
    for (std::size_t i = 0; i < made.steps.size(); ++i) {
        out += rfc3339(answer.step_begin + answer.step * static_cast<std::int64_t>(i)) + ",forecast,";
        for (const plan::Quantiles* each : {&made.steps[i], &made.cumulative[i]})
            for (const double value : {each->p10, each->p50, each->p90}) number(value);
        out += "\r\n";
    }
    return out;
}

}   // namespace gilmok::report
