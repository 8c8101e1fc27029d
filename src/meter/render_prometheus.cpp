#include "meter/render_shards.hpp"

namespace gilmok::meter {

namespace {

using Type = Exposition::Type;

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
    text.family(
        "gilmok_certificate_failures_total", Type::counter,
        "Contents of the door's certificate files that could not be used; the certificate before stayed in use.");
    text.sample({}, process.certificate_failures.load(std::memory_order_relaxed));
    if (const auto expires_s = process.certificate_expires_s.load(std::memory_order_relaxed); expires_s != 0) {
        text.family("gilmok_certificate_expiry_timestamp_seconds", Type::gauge,
                    "End of the door's certificate, Unix time.");
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
        text.sample(
            labels_of({{"model", name}, {"currency", currency}}),
            static_cast<double>(total(parts, [](const ModelMetrics& part) { return part.cost_micro.value(); })) /
                millionths);
    text.family("gilmok_model_energy_joules_total", Type::counter, "Energy attributed to requests, by model.");
    for (const auto& [name, parts] : models)
        text.sample(labels_of({{"model", name}}),
                    static_cast<double>(
                        total(parts, [](const ModelMetrics& part) { return part.energy_millijoules.value(); })) /
                        thousandths);
    text.family("gilmok_tenant_cost_total", Type::counter,
                "Money booked, by tenant, in the ledger's currency; a tenant's children are not included.");
    for (const auto& [name, parts] : tenants)
        text.sample(
            labels_of({{"tenant", name}, {"currency", currency}}),
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
        {"gilmok_ledger_folded_records", "Records in the ledger's tables.", Type::gauge,
         &ProcessMetrics::ledger_folded},
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
    render_by_name(text, shards);
    render_money(text, shards, process, snapshot);
    render_archive(text, process);
    return text.take();
}

}   // namespace gilmok::meter
