// The methods that compete. Each fills a row of log-scale forecasts for every origin from what lies before that origin.
#pragma once

#include <optional>

#include "plan/windows.hpp"

namespace gilmok::plan {

// The last season again: the bar to beat.
Paths seasonal_naive(const History& history, const Windows& windows);

// Damped Holt-Winters filters of several weights, averaged; those whose past windows were better count for more.
Paths holt_winters(const History& history, const Windows& windows);

// Active keys × requests per key × tokens per request × price, each forecast by itself: people come and go slowly, a
// price changes in a day. Nothing where too little of what drove the spend is known.
std::optional<Paths> driver_model(const History& history, const Windows& windows);

// Weighted mean on the log scale, by the errors of the past windows of each.
Paths blend(const History& history, const Windows& windows, std::span<const Paths* const> methods);

}   // namespace gilmok::plan
