#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "plan/holt_winters.hpp"
#include "plan/methods.hpp"

namespace gilmok::plan {
namespace {
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double known_share_least = 0.5;   // of the steps; idle weekends have no requests and so no ratios
constexpr double log_max = 60;              // of a forecast factor

// One factor of the spend, as logs; NaN where it cannot be told.
struct Factor {
    std::vector<double> log_values;
    std::size_t season = 1;
    Smoothing smoothing;
};

double log_ratio(double above, double below) { return above > 0 && below > 0 ? std::log(above / below) : unknown; }

std::optional<std::array<Factor, 4>> factors_of(const History& history) {
    std::array<Factor, 4> factors;
    auto& [keys, requests_per_key, tokens_per_request, price] = factors;
    // Keys come and go slowly and have a trend; use of a key varies around its season; lengths drift; prices jump.
    keys.smoothing = {.level = 0.3, .trend = 0.1, .season = 0.1, .damping = 0.98, .cut = 2.5};
    requests_per_key.smoothing = {.level = 0.15, .trend = 0, .season = 0.1, .damping = 0.9, .cut = 2.5};
    tokens_per_request.smoothing = {.level = 0.2, .trend = 0, .season = 0.05, .damping = 0.9, .cut = 2.5};
    price.smoothing = {.level = 0.6, .trend = 0, .season = 0, .damping = 0.9, .cut = 1e9};
    keys.season = requests_per_key.season = tokens_per_request.season = history.season;
    std::size_t known = 0;
    for (const Step& step : history.steps) {
        keys.log_values.push_back(std::log1p(step.active_keys));
        requests_per_key.log_values.push_back(log_ratio(step.requests, step.active_keys));
        tokens_per_request.log_values.push_back(log_ratio(step.tokens, step.requests));
        price.log_values.push_back(log_ratio(step.spent, step.tokens));
        if (!std::isnan(requests_per_key.log_values.back() + tokens_per_request.log_values.back() +
                        price.log_values.back()))
            ++known;
    }
    if (static_cast<double>(known) < known_share_least * static_cast<double>(history.steps.size())) return std::nullopt;
    for (Factor* factor : {&requests_per_key, &tokens_per_request, &price}) {
        bool is_known_early = false;
        for (std::size_t i = 0; i < history.beginning; ++i) is_known_early |= !std::isnan(factor->log_values[i]);
        if (!is_known_early) return std::nullopt;
    }
    return factors;
}
}   // namespace

std::optional<Paths> driver_model(const History& history, const Windows& windows) {
    const auto factors = factors_of(history);
    if (!factors) return std::nullopt;
    std::vector<HoltWinters> filters;
    for (const Factor& factor : *factors)
        filters.emplace_back(std::span(factor.log_values).first(history.beginning), factor.season, factor.smoothing);
    Paths paths(windows);
    std::vector<double> keys(windows.ahead), product(windows.ahead), factor(windows.ahead);
    std::size_t at = 0;
    for (std::size_t number = 0; number < windows.origins.size(); ++number) {
        for (; at < windows.origins[number]; ++at)
            for (std::size_t i = 0; i < filters.size(); ++i) filters[i].update((*factors)[i].log_values[at]);
        filters[0].ahead(keys);
        product.assign(windows.ahead, 0.0);
        for (std::size_t i = 1; i < filters.size(); ++i) {
            filters[i].ahead(factor);
            for (std::size_t step = 0; step < windows.ahead; ++step) product[step] += factor[step];
        }
        const auto row = paths.row(number);
        for (std::size_t step = 0; step < windows.ahead; ++step) {
            const double per_key = std::exp(std::fmin(product[step], log_max));
            row[step] = history.scale.to_log(std::expm1(std::clamp(keys[step], 0.0, log_max)) * per_key);
        }
    }
    return paths;
}

}   // namespace gilmok::plan
