// What is counted by the name of a model, an upstream or a tenant. The gen_ai families are OpenTelemetry's.
#include <utility>

#include "meter/attempt_end.hpp"
#include "meter/render_shards.hpp"

namespace gilmok::meter {

namespace {

using Type = Exposition::Type;

constexpr double tokens = 1;

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

}   // namespace

void render_by_name(Exposition& text, Shards shards) {
    render_models(text, shards);
    render_upstreams(text, shards);
    render_tenants(text, shards);
}

}   // namespace gilmok::meter
