// `gilmok forecast`: what a period will have cost at its end, with P10, P50 and P90, when the budget is used up, and what drove the
// change; out of the ledger's tables, beside a running gateway or without one.
#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "cli/messages.hpp"
#include "cli/outcome.hpp"
#include "config/load.hpp"
#include "report/forecast.hpp"

namespace gilmok::cli {

struct ForecastWorld {
    io::Files& files;
    config::Secrets& secrets;
    WallTime now;
    Language language = Language::en;
    bool is_terminal = false;      // standard output is one: the picture is drawn
    std::size_t columns = 80;      // of the terminal
};
// `arguments` begin after "forecast". Exit codes: 0 told; 1 refused, too little is known; 2 usage; 3 configuration or no tables;
// 6 the median is over the budget.
Outcome forecast_command(const std::vector<std::string>& arguments, const ForecastWorld& world);
// For people.
std::string forecast_text(const report::ForecastAnswer& answer, const ForecastWorld& world, std::int32_t utc_offset_minutes);

}   // namespace gilmok::cli
