// How much more will be spent in a period: the ledger's tables as a series, what is settled and set aside, the budget, and what
// plan/ makes of them. Estimates are doubles and never booked; what is exact stays exact. What devices of one's own cost while idle
// is not in it: it does not depend on use.
// Pure but for the questions to the tables.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/snapshot.hpp"
#include "ledger/tables.hpp"
#include "plan/forecast.hpp"
#include "report/budgets.hpp"
#include "report/question.hpp"

namespace gilmok::report {

struct ForecastAsked {
    std::string tenant;                  // a node with all below it; "" = all
    std::string period = "this-month";   // one that is not over yet
    bool by_hour = false;                // steps of an hour instead of a day
};

struct ForecastStep {
    WallTime begin{};
    double spent = 0;
};

struct ForecastAnswer {
    ForecastAsked asked;
    Period period{};
    WallTime now{}, step_begin{};   // of the step that is running
    Duration step{};
    Currency currency{};
    Pico spent = 0, reserved = 0;   // in the period so far; set aside by what runs
    std::optional<Pico> budget;     // of the tenant (of all roots, when none is named) for a period of that kind
    std::uint64_t unpriced = 0;     // attempts whose cost is unknown and therefore missing
    std::vector<ForecastStep> history;   // whole steps, oldest first; begins with the first in which something was spent
    plan::Answer result;
    std::optional<WallTime> burn_out_p50, burn_out_p90;   // within the period
};

Told<ForecastAnswer> forecast(ledger::Questions& tables, const config::Snapshot& snapshot, const ForecastAsked& asked,
                              const Convert& convert, const Clock& clock);

std::string forecast_json(const ForecastAnswer& answer);
// One line for each step, past and to come.
std::string forecast_csv(const ForecastAnswer& answer);
double units(Pico amount);
// What is spent from the period's begin to the end of each whole step of it.
std::vector<double> spent_by_step(const ForecastAnswer& answer);

}   // namespace gilmok::report
