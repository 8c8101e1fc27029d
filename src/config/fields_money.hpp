// Rows of prices, rates, the ledger and the webhook.
#pragma once

#include "config/field.hpp"

namespace gilmok::config::table {

inline constexpr Field price_fields[] = {
    required(field<text, &Price::provider>("provider", "Whose price: a provider, or the name of an upstream."),
             "\"openai\""),
    required(field<text, &Price::sku>(
                 "sku",
                 "Its name of the model, as its answers say it. A `*` at the end matches what begins so; the "
                 "longest wins."),
             "\"gpt-5.4*\""),
    choice<choice_text, &Price::tier>("tier", "standard|flex|priority|batch",
                                      "Service tier, as the answer names it and not as it was asked for."),
    field<count64, &Price::above_input_tokens>(
        "above_input_tokens", "For requests whose whole input is larger: prices of long contexts.", {0, 1'000'000'000}),
    choice<choice_text, &Price::tier_mode>(
        "tier_mode", "whole|excess",
        "Above that, do all tokens of the request have this price, or only those in excess."),
    field<text, &Price::region>("region", "Only for upstreams with this `place`. Empty: any."),
    field<per, &Price::per>("per", "How many tokens (or pages, or requests) each amount below buys.",
                            {1, 1'000'000'000'000}),
    field<money, &Price::input_fresh>(
        "input_fresh", "Input that the model reads for the first time. All amounts of a row have one currency."),
    field<money, &Price::cache_read>("cache_read", "Input found in a prefix cache."),
    field<money, &Price::cache_write_5m>("cache_write_5m",
                                         "Input written to a cache for five minutes, or for a time that nobody names."),
    field<money, &Price::cache_write_1h>("cache_write_1h", "Input written to a cache for an hour."),
    field<money, &Price::input_audio>("input_audio", "Audio in."),
    field<money, &Price::input_image>("input_image", "Images in."),
    field<money, &Price::output_text>("output_text", "Text out."),
    field<money, &Price::output_reasoning>("output_reasoning", "Reasoning out. Empty: as `output_text`."),
    field<money, &Price::output_audio>("output_audio", "Audio out."),
    field<money, &Price::output_image>("output_image", "Images out."),
    field<money, &Price::pages>("pages", "Pages of documents and units of reranking."),
    field<money, &Price::requests>("requests", "Each request, besides its tokens."),
    field<date, &Price::valid_from>("valid_from", "First day, from midnight UTC. Empty: always."),
    field<date, &Price::valid_until>("valid_until", "First day on which it no longer holds. Empty: until a later row."),
    field<hours, &Price::hours>("hours", "Time of use: from, until, offset from UTC. Empty: all day."),
    field<text, &Price::source>("source", "Where it was read: a URL or a contract."),
    field<text, &Price::date>("date", "When it was read."),
};

inline constexpr Field fx_fields[] = {
    required(field<currency, &Fx::from_currency>("from", "Currency of one unit."), "\"USD\""),
    required(field<currency, &Fx::to_currency>("to", "Currency of `rate`."), "\"KRW\""),
    required(field<rate, &Fx::rate_pico>("rate", "So much of `to` is one of `from`. The inverse follows from it."),
             "\"1385.5\""),
    required(field<date, &Fx::valid_from>("date", "The day from which it holds, until the next row of the same two."),
             "\"2026-11-01\""),
    field<text, &Fx::source>("source", "Where it was read."),
};

inline constexpr Field ledger_fields[] = {
    field<boolean, &Ledger::is_on>("on", "`false`: nothing is written down, and budgets begin anew at each start."),
    field<text, &Ledger::dir>("dir", "Its directory. Empty: `ledger` in `state_dir`; without that there is no ledger."),
    field<currency, &Ledger::currency>("currency", "Of all budgets and sums. Set once, before the first request."),
    field<boolean, &Ledger::is_strict>(
        "strict", "A reservation is on the disk before the upstream sees the request; costs a sync for each group."),
    field<duration, &Ledger::sync_interval>("sync_interval", "Records are synced to the disk at the latest after this.",
                                            {1, 1 * second}),
    field<duration, &Ledger::checkpoint_interval>("checkpoint_interval", "Between two signed checkpoints.",
                                                  {100, 1 * hour}),
    field<text, &Ledger::witness_dir>(
        "witness_dir",
        "Checkpoints are written here too: another disk or machine, out of reach of who could change the ledger."),
    field<text, &Ledger::origin>("origin", "First line of each checkpoint. Empty: `gilmok/` and the ledger's own id."),
    field<secret, &Ledger::database_reference>("database",
                                               "A PostgreSQL URL for tables and roll-ups. Empty: SQLite in `dir`."),
    field<size64, &Ledger::segment_bytes>("segment_bytes", "One file of the journal; then the next.",
                                          {1 * mib, 1 * gib}),
    choice<choice_enum, &Ledger::unknown_price>(
        "unknown_price", "allow|refuse",
        "A request whose price nobody knows: `allow` books it without cost, marks it and alarms; `refuse` refuses it."),
    field<utc_offset, &Ledger::utc_offset_minutes>("utc_offset", "Where days and months of budgets and reports begin."),
    field<duration, &Ledger::idempotency_ttl>(
        "idempotency_ttl", "An Idempotency-Key is remembered for so long; `\"0ms\"`: never.", {0, 30 * day}),
    field<size64, &Ledger::idempotency_bytes_max>(
        "idempotency_bytes_max",
        "Answers that the process keeps to give again; beyond that only the fact that it was answered.", {0, 64 * gib}),
};

inline constexpr Field webhook_fields[] = {
    field<endpoint, &Webhook::url>("url", "Where warnings of budgets and alarms are posted. Empty: nowhere."),
    field<secret, &Webhook::secret_reference>("secret", "Signs each body (HMAC-SHA256). Required with `url`."),
};

}   // namespace gilmok::config::table
