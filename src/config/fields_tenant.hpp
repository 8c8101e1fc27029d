// Rows of the tenant tree: what each node may use and spend.
#pragma once

#include "config/field.hpp"

namespace gilmok::config::table {

inline constexpr std::int64_t tokens_max = 1'000'000'000'000'000;
inline constexpr Range not_zero{1, 0};   // nothing to spend would read as no budget
inline constexpr Field at_limit_field{"at_limit", at_limit, [](void* object) -> void* { return object; },
                                      "What happens at a budget or a limit: `reject` answers 429; `queue` waits, at "
                                      "most `queue_timeout`; `degrade:MODEL` "
                                      "asks another model instead, and rejects when that has no room either; "
                                      "`local-only` keeps to upstreams with a `pool`, "
                                      "whose use is not booked against money."};

inline constexpr Field tenant_fields[] = {
    choice<choice_text, &Tenant::class_>(
        "class", "|C|S|O", "Class of its data: classified, sensitive or open. Empty: that of its parent."),
    field<model_names, &Tenant::models>("models", "Models it may ask for; `\"*\"`: all. Empty: those of its parent."),
    field<count, &Tenant::streams_max>(
        "streams_max", "Running requests of it and all below it; then 429. 0: no limit of its own.", {0, 1'000'000}),
    field<money, &Tenant::budget_day>(
        "budget_day",
        "Money that it and all below it may spend in a day; then `at_limit`. Booked in the currency of the ledger. "
        "Empty: no budget of its own.",
        not_zero),
    field<money, &Tenant::budget_month>("budget_month", "The same for a calendar month.", not_zero),
    field<money, &Tenant::budget_window>("budget_window", "The same for any span of the length `window`.", not_zero),
    field<count64, &Tenant::tokens_day>(
        "tokens_day", "Tokens in and out together, by day; then `at_limit`. 0: no limit of its own.", {0, tokens_max}),
    field<count64, &Tenant::tokens_month>("tokens_month", "The same for a calendar month.", {0, tokens_max}),
    field<count64, &Tenant::tokens_window>("tokens_window", "The same for any span of the length `window`.",
                                           {0, tokens_max}),
    field<duration, &Tenant::window>("window", "Length of the rolling window of `budget_window` and `tokens_window`.",
                                     {0, 366 * day}),
    field<count64, &Tenant::tokens_per_minute>(
        "tokens_per_minute", "Tokens in and out together, evenly over the minute; then `at_limit`. 0: no limit.",
        {0, tokens_max}),
    field<count, &Tenant::requests_per_minute>(
        "requests_per_minute", "Requests, evenly over the minute; then `at_limit`. 0: no limit.", {0, 1'000'000'000}),
    at_limit_field,
    field<duration, &Tenant::queue_timeout>("queue_timeout", "Longest wait of `at_limit = \"queue\"`; then 429.",
                                            {100, 1 * hour}),
    field<percents, &Tenant::warn_ppm>("warn", "Shares of each budget at which a warning is sent, once in a period.",
                                       {10'000, whole_ppm}),
    field<text, &Tenant::payer>("payer",
                                "On whose statement its spend goes. Empty: that of its parent, at last the root's."),
    field<percent, &Tenant::subsidy_ppm>("subsidy", "Share of its cost that `subsidised_by` carries.", {0, whole_ppm}),
    field<text, &Tenant::subsidised_by>("subsidised_by",
                                        "Who carries the subsidy: a line of its own on both statements."),
};

}   // namespace gilmok::config::table
