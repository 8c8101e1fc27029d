#include <map>

#include "meter/attempt_end.hpp"
#include "meter/exposition.hpp"
#include "meter/metrics.hpp"

namespace gilmok::meter {

namespace {

using Type = Exposition::Type;
using Shards = std::span<const Metrics* const>;

constexpr double nanoseconds = 1e9;
constexpr double tokens = 1;

// A histogram summed over shards.
template <class H>
struct Sum {
    std::array<std::uint64_t, H::buckets_count> counts{};
    std::uint64_t sum = 0;
    void add(const H& histogram) {
        for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += histogram.bucket(i);
        sum += histogram.sum();
    }
    [[nodiscard]] bool is_empty() const {
        for (const std::uint64_t count : counts)
            if (count != 0) return false;
        return true;
    }
};

// The blocks of one name on all shards, names sorted.
template <class Block>
using ByName = std::map<std::string_view, std::vector<const Block*>>;

template <class Block, class Pick>
ByName<Block> by_name(Shards shards, Pick pick) {
    ByName<Block> blocks;
    for (const Metrics* shard : shards) {
        const auto& slots = pick(*shard);
        for (std::uint32_t i = 0; i < slots.size(); ++i) blocks[slots.at(i).name].push_back(&slots.at(i));
    }
    return blocks;
}

template <class Parts, class Value>
auto total(const Parts& parts, Value value) {
    decltype(value(**std::begin(parts))) sum{};
    for (const auto* part : parts) sum += value(*part);
    return sum;
}

std::string_view provider_name(std::size_t provider) {
    if (provider == providers_count - 1) return "gilmok";
    if (provider == providers_count - 2) return "gilmok.simulated";
    return config::name_of(static_cast<config::Kind>(provider));
}

struct TokenKind {
    std::string_view name;
    Counter TokenCounters::* counter;
};
constexpr TokenKind token_kinds[] = {{"input", &TokenCounters::input},
                                     {"input_cached", &TokenCounters::input_cached},
                                     {"output", &TokenCounters::output},
                                     {"output_reasoning", &TokenCounters::output_reasoning}};

template <class Block>
void render_tokens(Exposition& text, std::string_view family, std::string_view label, const ByName<Block>& blocks,
                   std::string_view help) {
    text.family(family, Type::counter, help);
    for (const auto& [name, parts] : blocks)
        for (const TokenKind& kind : token_kinds)
            text.sample(labels_of({{label, name}, {"type", kind.name}}),
                        total(parts, [&](const Block& part) { return (part.tokens.*kind.counter).value(); }));
}

void render_process(Exposition& text, const ProcessMetrics& process, const config::Snapshot& snapshot) {
    text.family("gilmok_build_info", Type::gauge, "The running build; always 1.");
    text.sample(labels_of({{"version", process.version}}), std::uint64_t{1});
    text.family("process_start_time_seconds", Type::gauge, "Start of the process, Unix time.");
    text.sample({}, static_cast<double>(unix_ms(process.started)) / 1000.0);
    text.family("gilmok_access_lines_lost_total", Type::counter,
                "Access log lines that were handed over and then met a full or failing disk.");
    text.sample({}, process.access_lines_lost.load(std::memory_order_relaxed));
    text.family("gilmok_config_version", Type::gauge, "Counts up with every configuration taken into use.");
    text.sample({}, snapshot.version);
    text.family("gilmok_config_reloads_total", Type::counter, "Configurations taken into use after the first.");
    text.sample({}, process.reloads.load(std::memory_order_relaxed));
    text.family("gilmok_config_reload_failures_total", Type::counter,
                "Configurations refused; the one before stayed in use.");
    text.sample({}, process.reload_failures.load(std::memory_order_relaxed));
    text.family("gilmok_key_reload_failures_total", Type::counter,
                "Times the key store could not be read; the keys before stayed in use.");
    text.sample({}, process.key_reload_failures.load(std::memory_order_relaxed));
    text.family("gilmok_keys", Type::gauge, "Keys held, revoked ones included.");
    text.sample({}, process.keys.load(std::memory_order_relaxed));
    text.family("gilmok_certificate_failures_total", Type::counter,
                "Contents of the door's certificate files that could not be used; the certificate before stayed in use.");
    text.sample({}, process.certificate_failures.load(std::memory_order_relaxed));
    if (const auto expires_s = process.certificate_expires_s.load(std::memory_order_relaxed); expires_s != 0) {
        text.family("gilmok_certificate_expiry_timestamp_seconds", Type::gauge, "End of the door's certificate, Unix time.");
        text.sample({}, expires_s);
    }
    text.family("gilmok_spans_sent_total", Type::counter, "Trace spans that the collector took.");
    text.sample({}, process.spans_sent.load(std::memory_order_relaxed));
    text.family("gilmok_spans_given_up_total", Type::counter, "Trace spans that the collector did not take.");
    text.sample({}, process.spans_given_up.load(std::memory_order_relaxed));
}

void render_codes(Exposition& text, Shards shards, std::array<Counter, codes_count> Metrics::* codes) {
    for (std::size_t i = 0; i < codes_count; ++i)
        if (const auto count = total(shards, [&](const Metrics& shard) { return (shard.*codes)[i].value(); });
            count != 0)
            text.sample(labels_of({{"code", gilmok::name_of(static_cast<Code>(i))}}), count);
}

void render_exchanges(Exposition& text, Shards shards) {
    static constexpr std::string_view classes[status_classes_count] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
    text.family("gilmok_exchanges_total", Type::counter,
                "Finished exchanges by endpoint, outcome and class of the status sent.");
    for (std::size_t e = 0; e < endpoints_count; ++e)
        for (std::size_t o = 0; o < outcomes_count; ++o)
            for (std::size_t s = 0; s < status_classes_count; ++s) {
                const auto count =
                    total(shards, [&](const Metrics& shard) { return shard.exchanges[e][o][s].value(); });
                if (count == 0) continue;
                text.sample(labels_of({{"endpoint", name_of(static_cast<model::Endpoint>(e))},
                                       {"outcome", name_of(static_cast<model::Outcome>(o))},
                                       {"status", classes[s]}}),
                            count);
            }
    text.family("gilmok_errors_total", Type::counter, "Exchanges that did not end well, by code.");
    render_codes(text, shards, &Metrics::errors);
    text.family("gilmok_parse_errors_total", Type::counter, "Heads that never became an exchange, by code.");
    render_codes(text, shards, &Metrics::parse_errors);
}

void render_door(Exposition& text, Shards shards) {
    struct Entry {
        std::string_view name, help;
        Counter Metrics::* counter;
    };
    static constexpr Entry counters[] = {
        {"gilmok_connections_accepted_total", "Client connections accepted.", &Metrics::connections_accepted},
        {"gilmok_received_bytes_total", "Bytes of request bodies.", &Metrics::bytes_in},
        {"gilmok_sent_bytes_total", "Bytes of answer bodies.", &Metrics::bytes_out},
        {"gilmok_stream_events_total", "Server-sent events passed on.", &Metrics::events_out},
        {"gilmok_access_lines_dropped_total", "Access log lines dropped because the disk was slow or full.",
         &Metrics::access_lines_dropped},
        {"gilmok_spans_dropped_total", "Trace spans dropped before they were sent.", &Metrics::spans_dropped},
        {"gilmok_usage_suspect_total", "Answers whose usage contradicts itself.", &Metrics::usage_suspect},
        {"gilmok_unpriced_total", "Exchanges booked without a cost because no price is known.", &Metrics::unpriced},
        {"gilmok_over_bound_total", "Exchanges that used more than was set aside for them.", &Metrics::over_bound}};
    struct GaugeEntry {
        std::string_view name, help;
        Gauge Metrics::* gauge;
    };
    static constexpr GaugeEntry gauges[] = {
        {"gilmok_connections_open", "Client connections open.", &Metrics::connections_open},
        {"gilmok_exchanges_running", "Exchanges running.", &Metrics::exchanges_running},
        {"gilmok_bodies_bytes", "Bytes of request bodies held.", &Metrics::bodies_bytes},
        {"gilmok_shards_shedding", "Shards that shed new exchanges for overload.", &Metrics::is_shedding}};
    for (const Entry& entry : counters) {
        text.family(entry.name, Type::counter, entry.help);
        text.sample({}, total(shards, [&](const Metrics& shard) { return (shard.*entry.counter).value(); }));
    }
    for (const GaugeEntry& entry : gauges) {
        text.family(entry.name, Type::gauge, entry.help);
        text.sample({}, total(shards, [&](const Metrics& shard) { return (shard.*entry.gauge).value(); }));
    }
    Sum<LagHistogram> lag;
    for (const Metrics* shard : shards) lag.add(shard->loop_lag);
    text.family("gilmok_loop_lag_seconds", Type::histogram, "How late a turn of a shard's loop began.");
    text.histogram({}, bounds::lag, lag.counts, lag.sum, nanoseconds);
}

void render_guard(Exposition& text, Shards shards) {
    text.family("gilmok_guard_findings_total", Type::counter,
                "What the guard found in requests and answers, by kind of data and what was done about it.");
    for (std::size_t kind = 0; kind < model::data_kinds_count; ++kind)
        for (std::size_t action = 0; action < static_cast<std::size_t>(model::GuardAction::count_); ++action) {
            const auto count =
                total(shards, [&](const Metrics& shard) { return shard.guard_findings[kind][action].value(); });
            if (count == 0) continue;
            text.sample(labels_of({{"kind", model::name_of(static_cast<model::DataKind>(kind))},
                                   {"action", model::name_of(static_cast<model::GuardAction>(action))}}),
                        count);
        }
    text.family("gilmok_guard_refusals_total", Type::counter, "Requests that a rule of the guard did not let out.");
    text.sample({}, total(shards, [](const Metrics& shard) { return shard.guard_refusals.value(); }));
    text.family("gilmok_guard_external_total", Type::counter,
                "Requests about which the external detector was to be asked, by what came of it.");
    text.sample(labels_of({{"outcome", "answered"}}),
                total(shards, [](const Metrics& shard) { return shard.guard_external_answered.value(); }));
    text.sample(labels_of({{"outcome", "failed"}}),
                total(shards, [](const Metrics& shard) { return shard.guard_external_failed.value(); }));
}

// One series of the GenAI families, summed over shards.
struct GenAiSum {
    std::string labels;
    Sum<DurationHistogram> duration, duration_failed;
    Sum<FirstTokenHistogram> first_token;
    Sum<PerTokenHistogram> per_output_token;
    Sum<TokensHistogram> tokens_input, tokens_output;
};

std::vector<GenAiSum> gen_ai_sums(const ByName<ModelMetrics>& models) {
    std::vector<GenAiSum> sums;
    for (const auto& [name, parts] : models)
        for (std::size_t e = 0; e < endpoints_count; ++e)
            for (std::size_t p = 0; p < providers_count; ++p) {
                GenAiSum sum;
                for (const ModelMetrics* part : parts) {
                    const GenAiMetrics* series = part->gen_ai[e][p].load(std::memory_order_acquire);
                    if (series == nullptr) continue;
                    sum.labels = labels_of(
                        {{"gen_ai_operation_name", model::gen_ai_operation_of(static_cast<model::Endpoint>(e))},
                         {"gen_ai_provider_name", provider_name(p)},
                         {"gen_ai_request_model", name}});
                    sum.duration.add(series->duration);
                    sum.duration_failed.add(series->duration_failed);
                    sum.first_token.add(series->first_token);
                    sum.per_output_token.add(series->per_output_token);
                    sum.tokens_input.add(series->tokens_input);
                    sum.tokens_output.add(series->tokens_output);
                }
                if (!sum.labels.empty()) sums.push_back(std::move(sum));
            }
    return sums;
}

template <class H>
void render_sum(Exposition& text, const std::string& labels, std::span<const std::int64_t> bounds, const Sum<H>& sum,
                double divisor) {
    if (!sum.is_empty()) text.histogram(labels, bounds, sum.counts, sum.sum, divisor);
}

void render_models(Exposition& text, Shards shards) {
    const auto models =
        by_name<ModelMetrics>(shards, [](const Metrics& shard) -> const auto& { return shard.models(); });
    const auto sums = gen_ai_sums(models);
    text.family("gen_ai_server_request_duration_seconds", Type::histogram,
                "Time from the request to the end of the answer.");
    for (const GenAiSum& sum : sums) {
        render_sum(text, sum.labels, bounds::duration, sum.duration, nanoseconds);
        // Which error it was stands in gilmok_errors_total; the convention's fallback keeps the series few.
        render_sum(text, sum.labels + ",error_type=\"_OTHER\"", bounds::duration, sum.duration_failed, nanoseconds);
    }
    text.family("gen_ai_server_time_to_first_token_seconds", Type::histogram,
                "Time from the request to the first byte of the answer's body.");
    for (const GenAiSum& sum : sums) render_sum(text, sum.labels, bounds::first_token, sum.first_token, nanoseconds);
    text.family("gen_ai_server_time_per_output_token_seconds", Type::histogram,
                "Time per output token after the first, streams only.");
    for (const GenAiSum& sum : sums) render_sum(text, sum.labels, bounds::per_token, sum.per_output_token, nanoseconds);
    text.family("gen_ai_client_token_usage", Type::histogram,
                "Tokens of an exchange as the upstream reported them; input includes cached.");
    for (const GenAiSum& sum : sums) {
        render_sum(text, sum.labels + ",gen_ai_token_type=\"input\"", bounds::tokens, sum.tokens_input, tokens);
        render_sum(text, sum.labels + ",gen_ai_token_type=\"output\"", bounds::tokens, sum.tokens_output, tokens);
    }
    text.family("gilmok_model_exchanges_running", Type::gauge, "Exchanges running, by model.");
    for (const auto& [name, parts] : models)
        text.sample(labels_of({{"model", name}}),
                    total(parts, [](const ModelMetrics& part) { return part.exchanges_running.value(); }));
    render_tokens(text, "gilmok_model_tokens_total", "model", models,
                  "Tokens reported, by model. Cached and reasoning tokens are part of input and output.");
}

void render_upstream_codes(Exposition& text, const ByName<UpstreamMetrics>& upstreams) {
    text.family("gilmok_attempts_total", Type::counter, "Attempts by upstream and end.");
    for (const auto& [name, parts] : upstreams)
        for (std::size_t i = 0; i < attempt_ends_count; ++i)
            text.sample(labels_of({{"upstream", name}, {"end", name_of(static_cast<model::AttemptEnd>(i))}}),
                        total(parts, [&](const UpstreamMetrics& part) { return part.attempts[i].value(); }));
    text.family("gilmok_attempt_errors_total", Type::counter, "Attempts that failed, by upstream and code.");
    for (const auto& [name, parts] : upstreams)
        for (std::size_t i = 0; i < codes_count; ++i)
            if (const auto count = total(parts, [&](const UpstreamMetrics& part) { return part.errors[i].value(); });
                count != 0)
                text.sample(labels_of({{"upstream", name}, {"code", gilmok::name_of(static_cast<Code>(i))}}), count);
}

template <class H>
void render_upstream_histogram(Exposition& text, const ByName<UpstreamMetrics>& upstreams,
                               H UpstreamMetrics::* histogram, std::span<const std::int64_t> bounds) {
    for (const auto& [name, parts] : upstreams) {
        Sum<H> sum;
        for (const UpstreamMetrics* part : parts) sum.add(part->*histogram);
        render_sum(text, labels_of({{"upstream", name}}), bounds, sum, nanoseconds);
    }
}

void render_upstreams(Exposition& text, Shards shards) {
    const auto upstreams =
        by_name<UpstreamMetrics>(shards, [](const Metrics& shard) -> const auto& { return shard.upstreams(); });
    struct GaugeEntry {
        std::string_view name, help;
        Gauge UpstreamMetrics::* gauge;
    };
    static constexpr GaugeEntry gauges[] = {
        {"gilmok_attempts_running", "Attempts running, by upstream.", &UpstreamMetrics::attempts_running},
        {"gilmok_pool_connections_busy", "Upstream connections in use.", &UpstreamMetrics::connections_busy},
        {"gilmok_pool_connections_idle", "Upstream connections kept for the next attempt.",
         &UpstreamMetrics::connections_idle},
        {"gilmok_upstream_ejected_shards", "Shards that hold the upstream out of service.",
         &UpstreamMetrics::is_ejected}};
    struct Entry {
        std::string_view name, help;
        Counter UpstreamMetrics::* counter;
    };
    static constexpr Entry counters[] = {
        {"gilmok_upstream_connects_total", "Attempts that needed a new connection.", &UpstreamMetrics::connects},
        {"gilmok_upstream_connects_failed_total", "Connections that could not be made.",
         &UpstreamMetrics::connects_failed},
        {"gilmok_upstream_ejections_total", "Times the upstream was taken out of service.",
         &UpstreamMetrics::ejections},
        {"gilmok_upstream_retries_total", "Attempts made after another had failed.", &UpstreamMetrics::retries},
        {"gilmok_upstream_hedges_total", "Attempts made beside a slow one.", &UpstreamMetrics::hedges}};
    for (const GaugeEntry& entry : gauges) {
        text.family(entry.name, Type::gauge, entry.help);
        for (const auto& [name, parts] : upstreams)
            text.sample(labels_of({{"upstream", name}}),
                        total(parts, [&](const UpstreamMetrics& part) { return (part.*entry.gauge).value(); }));
    }
    for (const Entry& entry : counters) {
        text.family(entry.name, Type::counter, entry.help);
        for (const auto& [name, parts] : upstreams)
            text.sample(labels_of({{"upstream", name}}),
                        total(parts, [&](const UpstreamMetrics& part) { return (part.*entry.counter).value(); }));
    }
    render_upstream_codes(text, upstreams);
    text.family("gilmok_attempt_first_byte_seconds", Type::histogram,
                "Time from dispatch to the head of the answer, by upstream.");
    render_upstream_histogram(text, upstreams, &UpstreamMetrics::attempt_first_byte, bounds::first_token);
    text.family("gilmok_upstream_time_to_first_token_seconds", Type::histogram,
                "Time to the first byte of the answer's body, by upstream that served it.");
    render_upstream_histogram(text, upstreams, &UpstreamMetrics::first_token, bounds::first_token);
    text.family("gilmok_upstream_duration_seconds", Type::histogram,
                "Time of answered exchanges, by upstream that served them.");
    render_upstream_histogram(text, upstreams, &UpstreamMetrics::duration, bounds::duration);
    render_tokens(text, "gilmok_upstream_tokens_total", "upstream", upstreams,
                  "Tokens reported, by upstream. Cached and reasoning tokens are part of input and output.");
}

void render_tenants(Exposition& text, Shards shards) {
    const auto tenants =
        by_name<TenantMetrics>(shards, [](const Metrics& shard) -> const auto& { return shard.tenants(); });
    text.family("gilmok_tenant_exchanges_total", Type::counter,
                "Finished exchanges by tenant and outcome; a tenant's children are not included.");
    for (const auto& [name, parts] : tenants)
        for (std::size_t i = 0; i < outcomes_count; ++i)
            if (const auto count = total(parts, [&](const TenantMetrics& part) { return part.exchanges[i].value(); });
                count != 0)
                text.sample(labels_of({{"tenant", name}, {"outcome", name_of(static_cast<model::Outcome>(i))}}), count);
    render_tokens(text, "gilmok_tenant_tokens_total", "tenant", tenants,
                  "Tokens reported, by tenant; a tenant's children are not included.");
}

// Sums for graphs, rounded to millionths; the ledger is exact.
void render_money(Exposition& text, Shards shards, const ProcessMetrics& process, const config::Snapshot& snapshot) {
    const std::string_view currency = snapshot.ledger.currency.view();
    const auto models =
        by_name<ModelMetrics>(shards, [](const Metrics& shard) -> const auto& { return shard.models(); });
    const auto tenants =
        by_name<TenantMetrics>(shards, [](const Metrics& shard) -> const auto& { return shard.tenants(); });
    constexpr double millionths = 1e6, thousandths = 1e3;
    text.family("gilmok_model_cost_total", Type::counter, "Money booked, by model, in the ledger's currency.");
    for (const auto& [name, parts] : models)
        text.sample(labels_of({{"model", name}, {"currency", currency}}),
                    static_cast<double>(total(parts, [](const ModelMetrics& part) { return part.cost_micro.value(); })) /
                        millionths);
    text.family("gilmok_model_energy_joules_total", Type::counter, "Energy attributed to requests, by model.");
    for (const auto& [name, parts] : models)
        text.sample(
            labels_of({{"model", name}}),
            static_cast<double>(total(parts, [](const ModelMetrics& part) { return part.energy_millijoules.value(); })) /
                thousandths);
    text.family("gilmok_tenant_cost_total", Type::counter,
                "Money booked, by tenant, in the ledger's currency; a tenant's children are not included.");
    for (const auto& [name, parts] : tenants)
        text.sample(labels_of({{"tenant", name}, {"currency", currency}}),
                    static_cast<double>(total(parts, [](const TenantMetrics& part) { return part.cost_micro.value(); })) /
                        millionths);
    if (!process.has_ledger.load(std::memory_order_relaxed)) return;
    struct Entry {
        std::string_view name, help;
        Type type;
        std::atomic<std::uint64_t> ProcessMetrics::* value;
    };
    static constexpr Entry entries[] = {
        {"gilmok_ledger_records", "Records in the ledger's log.", Type::gauge, &ProcessMetrics::ledger_records},
        {"gilmok_ledger_folded_records", "Records in the ledger's tables.", Type::gauge, &ProcessMetrics::ledger_folded},
        {"gilmok_ledger_signed_records", "Records under the newest signed checkpoint.", Type::gauge,
         &ProcessMetrics::ledger_signed},
        {"gilmok_ledger_lag_bytes", "Bytes journalled and not yet in the log.", Type::gauge,
         &ProcessMetrics::ledger_lag_bytes},
        {"gilmok_ledger_recovered_total", "Attempts found open after a crash and closed.", Type::counter,
         &ProcessMetrics::ledger_recovered},
        {"gilmok_ledger_failing", "1 while the disk is full or failing and no new paid work is taken.", Type::gauge,
         &ProcessMetrics::ledger_failing},
        {"gilmok_ledger_witness_failing", "1 while checkpoints cannot be written to the second place.", Type::gauge,
         &ProcessMetrics::ledger_witness_failing}};
    for (const Entry& entry : entries) {
        text.family(entry.name, entry.type, entry.help);
        text.sample({}, (process.*entry.value).load(std::memory_order_relaxed));
    }
}

void render_archive(Exposition& text, const ProcessMetrics& process) {
    const auto value = [](const std::atomic<std::uint64_t>& of) { return of.load(std::memory_order_relaxed); };
    if (!process.has_archive.load(std::memory_order_relaxed)) return;
    text.family("gilmok_archive_texts_total", Type::counter, "Prompts and answers that were kept.");
    text.sample({}, value(process.archive_texts));
    text.family(
        "gilmok_archive_dropped_total", Type::counter,
        "Prompts and answers that should have been kept and were not: the queue or the disk was full, or the day "
        "alone fills bytes_max.");
    text.sample(labels_of({{"why", "queue"}}), value(process.archive_dropped_queue));
    text.sample(labels_of({{"why", "disk"}}), value(process.archive_dropped_disk));
    text.sample(labels_of({{"why", "room"}}), value(process.archive_dropped_room));
    text.family("gilmok_archive_bytes", Type::gauge, "Bytes of the archive on the disk.");
    text.sample({}, value(process.archive_bytes));
    text.family("gilmok_archive_failing", Type::gauge, "1 while the disk or a key fails and texts are left out.");
    text.sample({}, value(process.archive_failing));
}

}   // namespace

std::string render_prometheus(Shards shards, const ProcessMetrics& process, const config::Snapshot& snapshot) {
    Exposition text;
    render_process(text, process, snapshot);
    render_exchanges(text, shards);
    render_door(text, shards);
    render_guard(text, shards);
    render_models(text, shards);
    render_upstreams(text, shards);
    render_tenants(text, shards);
    render_money(text, shards, process, snapshot);
    render_archive(text, process);
    return text.take();
}

}   // namespace gilmok::meter
