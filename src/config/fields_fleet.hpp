// Rows of who serves, under which names, and for whom.
#pragma once

#include "config/field.hpp"

namespace gilmok::config::table {

inline constexpr Field url_field{"url", url, [](void* object) -> void* { return object; },
                                 "Base URL of its OpenAI-compatible API. No user, query or fragment."};

inline constexpr Field upstream_fields[] = {
    choice<choice_enum, &Upstream::kind>("kind", "openai|vllm|sglang|trtllm|furiosa-llm|vllm-rbln|llama.cpp|ollama",
                                         "What serves there: decides the health path and the metric names."),
    required(url_field, "\"http://10.0.3.11:8000/v1\""),
    field<secret, &Upstream::key_reference>("key", "Key sent to it as `Authorization: Bearer`. Empty: none is sent."),
    field<text, &Upstream::place>("place", "Where it processes data, e.g. `kr-onprem`. Empty: unknown."),
    field<text, &Upstream::operator_>("operator", "Who runs it: whose law reaches the data. Empty: unknown."),
    field<file, &Upstream::ca_file>(
        "ca_file", "PEM file of the authorities that its certificate is checked against. Empty: those of the system."),
    field<text, &Upstream::tls_name>("tls_name", "Name that its certificate must carry. Empty: the host of `url`."),
    field<duration, &Upstream::connect_timeout>("connect_timeout", "To connect, TLS included; then the next candidate.",
                                                {10, 1 * minute}),
    field<duration, &Upstream::first_byte_timeout>(
        "first_byte_timeout",
        "From the request to the first byte of the answer: queue and prefill; then the next candidate.",
        {100, 1 * hour}),
    field<duration, &Upstream::idle_timeout>("idle_timeout", "Silence inside an answer; then an error event.",
                                             {100, 1 * hour}),
    field<duration, &Upstream::total_timeout>("total_timeout", "The whole attempt; then an error event.",
                                              {100, 1 * day}),
    field<duration, &Upstream::pool_idle_timeout>("pool_idle_timeout",
                                                  "A pooled connection unused for so long is closed.", {100, 1 * day}),
    field<count, &Upstream::connections_max>(
        "connections_max", "Connections of one shard, busy and idle; then the next candidate, else 503.", {1, 100'000}),
    field<count, &Upstream::pool_idle_max>("pool_idle_max", "Idle connections that one shard keeps.", {0, 100'000}),
    field<count, &Upstream::streams_max>(
        "streams_max", "Running attempts of all shards; then the next candidate. 0: no limit of ours.", {0, 1'000'000}),
    field<size64, &Upstream::answer_bytes_max>("answer_bytes_max", "An answer that is not streamed; then 502.",
                                               {1 * kib, 4 * gib}),
    field<size32, &Upstream::event_bytes_max>("event_bytes_max", "One event of a stream; then an error event.",
                                              {1 * kib, 1 * gib}),
    field<text, &Upstream::price>("price",
                                  "Its provider in the price book. Empty: its own name. Not together with `pool`."),
    field<percent, &Upstream::discount_ppm>("discount", "Off every list price of its provider.", {0, whole_ppm}),
    field<text, &Upstream::pool>(
        "pool", "The `[pool.NAME]` that it runs on, for an engine of one's own. Empty: rented, by the token."),
    field<boolean, &Upstream::is_usage_continuous>(
        "continuous_usage",
        "Ask the engine for its usage in every event of a stream, so that a stream that is cut is counted exactly."),
    field<duration, &Upstream::scrape_interval>(
        "scrape_interval", "Between two looks at its health and metrics; `\"0ms\"`: never.", {0, 1 * hour}),
    field<count, &Upstream::eject_after>("eject_after", "Failures in a row before it is left out for a while.",
                                         {1, 1'000}),
    field<duration, &Upstream::eject_base>("eject_base", "How long it is left out the first time; doubles each time.",
                                           {100, 1 * day}),
    field<duration, &Upstream::eject_max>("eject_max", "Longest time it is left out.", {100, 1 * day}),
};

inline constexpr Field model_fields[] = {
    required(field<candidates, &Model::candidates>(
                 "try", "Who may answer, best first: `upstream/served-name`, split at the first slash."),
             "[\"h100/qwen3-32b\"]"),
    choice<choice_enum, &Model::pick>(
        "pick", "least-wait|first",
        "How one of them is chosen: the one with the shortest expected wait, or the first that is in service."),
    field<duration, &Model::hedge_after>(
        "hedge_after", "A second attempt is sent elsewhere when no byte came for so long; `\"0ms\"`: never.",
        {0, 10 * minute}),
    field<count, &Model::attempts_max>("attempts_max", "First try, retries and hedges together.", {1, 4}),
    field<count, &Model::output_tokens_max>(
        "output_tokens_max", "Set where a client names no limit of his own and a budget or a limit holds for him.",
        {1, 10'000'000}),
};

inline constexpr Field pool_fields[] = {
    field<money, &Pool::capex>("capex", "What the devices cost to buy. Empty: nothing, they are leased."),
    field<count, &Pool::months>("months", "Over so many months that is written off.", {1, 240}),
    field<money, &Pool::opex_month>("opex_month", "Rent, staff and rack in a month, without power."),
    field<count, &Pool::devices>("devices", "Devices in the pool.", {1, 100'000}),
    field<count, &Pool::power_idle_w>("power_idle_w", "Watts of the whole pool when nothing runs.", {0, 100'000'000}),
    field<count, &Pool::power_max_w>("power_max_w",
                                     "Watts of the whole pool at full use. Between the two the model of watts over "
                                     "batch holds: idle + (max − idle) × b ÷ (b + half).",
                                     {0, 100'000'000}),
    field<count, &Pool::batch_half>("batch_half", "Running requests at which half of that rise is reached.",
                                    {1, 1'000'000}),
    field<text, &Pool::power_metric>("power_metric",
                                     "Name of a gauge (watts) or counter (joules) in the metrics of its upstreams: "
                                     "measured instead of modelled. Empty: the model."),
    field<real, &Pool::pue>("pue", "Power usage effectiveness: what the building draws for each watt of a device.",
                            {1, 5}),
    field<money_kwh, &Pool::tariff_kwh>("tariff_kwh", "What power costs."),
    field<real, &Pool::grid_g_kwh>(
        "grid_g_kwh", "Grams of CO2e for each kWh. 0: those of the country, from the catalogue.", {0, 5'000}),
    field<text, &Pool::country>("country", "ISO 3166 code of the country whose grid it hangs on, e.g. `KR`."),
    field<percent, &Pool::utilisation_ppm>(
        "utilisation", "Share of its time that it is meant to be busy: what the fully loaded price reckons with.",
        {10'000, whole_ppm}),
    field<count, &Pool::slots>("slots", "Requests at once at full use: the share of the pool that one request holds.",
                               {1, 1'000'000}),
};

}   // namespace gilmok::config::table
