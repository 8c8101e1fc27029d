// What the admin API shows: the process, upstreams, models, tenants, the configuration. Shards' counts are read with
// atomics while they run, so numbers of one answer may be a moment apart.
#include <algorithm>
#include <unordered_map>

#include "gateway/admin_api.hpp"
#include "gateway/admin_json.hpp"

namespace gilmok::gateway::admin {

namespace {

constexpr double us_per_ms = 1000.0;

struct UpstreamSum {
    std::int64_t connections_busy = 0, connections_idle = 0;
    std::array<std::uint64_t, meter::attempt_ends_count> attempts{};
    std::uint64_t retries = 0, hedges = 0, connects_failed = 0, tokens_output = 0;
    void add(const meter::UpstreamMetrics& part) {
        connections_busy += part.connections_busy.value();
        connections_idle += part.connections_idle.value();
        for (std::size_t i = 0; i < attempts.size(); ++i) attempts[i] += part.attempts[i].value();
        retries += part.retries.value();
        hedges += part.hedges.value();
        connects_failed += part.connects_failed.value();
        tokens_output += part.tokens.output.value();
    }
    [[nodiscard]] std::uint64_t of(model::AttemptEnd end) const { return attempts[static_cast<std::size_t>(end)]; }
};

struct TokenSum {
    std::uint64_t input = 0, output = 0;
    template <class Part>
    void add(const Part& part) {
        input += part.tokens.input.value();
        output += part.tokens.output.value();
    }
};

// The blocks of all shards, summed by name; names live as long as the shards.
template <class Sum, class Pick>
std::unordered_map<std::string_view, Sum> sum_by_name(const Control& control, Pick pick) {
    std::unordered_map<std::string_view, Sum> sums;
    for (const Shard* shard : control.shards()) {
        const auto& slots = pick(std::as_const(*shard).metrics());
        for (std::uint32_t i = 0; i < slots.size(); ++i) sums[slots.at(i).name].add(slots.at(i));
    }
    return sums;
}

std::int64_t sum_of(const Control& control, meter::Gauge meter::Metrics::* gauge) {
    std::int64_t sum = 0;
    for (const Shard* shard : control.shards()) sum += (std::as_const(*shard).metrics().*gauge).value();
    return sum;
}

std::string_view state_of(const upstream::State& state, Instant now) {
    if (!state.health.is_healthy()) return "unhealthy";
    if (state.health.is_out(now)) return "ejected";
    return state.addresses.load() == nullptr ? "unresolved" : "in_service";
}

void write_ejection(JsonWriter& json, const upstream::State& state, io::Loop& loop) {
    const Instant until = state.health.out_until();
    const bool is_out = until > loop.now();
    if (is_out)
        json.text("ejected_until", rfc3339(loop.wall_now() + (until - loop.now())));
    else
        json.null("ejected_until");
    json.number("ejections", state.health.ejections());
}

void write_load(JsonWriter& json, const upstream::State& state, Instant now) {
    const upstream::Load::View load = state.load.view(now);
    json.number("in_flight", load.in_flight);
    json.measure("waiting", load.waiting, load.waiting >= 0);
    json.measure("running", load.running, load.running >= 0);
    json.measure("kv_usage", load.kv_usage, load.kv_usage >= 0);
    json.measure("first_byte_ms", load.first_byte_us / us_per_ms, load.first_byte_us > 0);
    json.measure("first_byte_idle_ms", load.first_byte_idle_us / us_per_ms, load.first_byte_idle_us > 0);
}

void write_totals(JsonWriter& json, const UpstreamSum& sum) {
    using model::AttemptEnd;
    json.begin_object("attempts");
    json.number("answered", sum.of(AttemptEnd::answered));
    json.number("refused", sum.of(AttemptEnd::refused));
    json.number("failed", sum.of(AttemptEnd::failed));
    json.number("cancelled", sum.of(AttemptEnd::cancelled));
    json.number("hedge_lost", sum.of(AttemptEnd::hedge_lost));
    json.number("retries", sum.retries);
    json.number("hedges", sum.hedges);
    json.number("connects_failed", sum.connects_failed);
    json.end_object();
    json.number("tokens_output", sum.tokens_output);
}

void write_upstream(JsonWriter& json, const config::Upstream& upstream, const upstream::State& state,
                    const UpstreamSum& sum, io::Loop& loop) {
    json.begin_object();
    json.text("name", upstream.name);
    json.text("kind", config::name_of(upstream.kind));
    json.text_or_null("place", upstream.place);
    json.text_or_null("operator", upstream.operator_);
    json.text("url", (upstream.is_tls ? "https://" : "http://") + upstream.authority + upstream.base_path);
    json.flag("simulated", upstream.is_simulated);
    json.text("state", state_of(state, loop.now()));
    json.flag("healthy", state.health.is_healthy());
    write_ejection(json, state, loop);
    write_load(json, state, loop.now());
    json.number("streams_max", upstream.streams_max);
    json.begin_object("connections");
    json.number("busy", sum.connections_busy);
    json.number("idle", sum.connections_idle);
    json.end_object();
    write_totals(json, sum);
    json.begin_array("addresses");
    if (const auto addresses = state.addresses.load())
        for (const io::Address& address : *addresses) json.text({}, io::to_string(address));
    json.end_array();
    json.end_object();
}

void write_names(JsonWriter& json, std::string_view name, const std::vector<std::string>& list) {
    json.begin_array(name);
    for (const std::string& entry : list) json.text({}, entry);
    json.end_array();
}

template <class Write>
AdminResponse list_answer(std::string_view name, std::size_t count, Write write) {
    JsonWriter json;
    json.begin_object();
    json.begin_array(name);
    for (std::size_t i = 0; i < count; ++i) write(json, i);
    json.end_array();
    json.end_object();
    return admin_json(json.take());
}

}   // namespace

AdminResponse status(Control& control, const AdminRequest&) {
    const config::Snapshot& snapshot = *control.setup()->snapshot;
    meter::ProcessMetrics& process = control.process();
    const auto simulated = std::count_if(snapshot.upstreams.begin(), snapshot.upstreams.end(),
                                         [](const config::Upstream& upstream) { return upstream.is_simulated; });
    const std::string why = why_not_ready(control, control.loop().now());
    JsonWriter json;
    json.begin_object();
    json.text("version", process.version);
    json.text("started", rfc3339(process.started));
    json.number("uptime_s", to_ms(control.loop().wall_now() - process.started) / 1000);
    json.flag("ready", why.empty());
    json.text_or_null("why_not_ready", why);
    json.flag("draining", control.is_draining());
    json.begin_object("config");
    json.text("source", snapshot.source);
    json.number("version", snapshot.version);
    json.number("reloads", process.reloads.load(std::memory_order_relaxed));
    json.number("reload_failures", process.reload_failures.load(std::memory_order_relaxed));
    json.text_or_null("last_reload_problem", control.last_reload_problem());
    json.end_object();
    json.number("shards", std::uint64_t{control.shards().size()});
    json.number("connections", sum_of(control, &meter::Metrics::connections_open));
    json.number("exchanges_running", sum_of(control, &meter::Metrics::exchanges_running));
    json.number("shards_shedding", sum_of(control, &meter::Metrics::is_shedding));
    json.number("keys", process.keys.load(std::memory_order_relaxed));
    json.number("upstreams", std::uint64_t{snapshot.upstreams.size()});
    json.number("upstreams_simulated", std::int64_t{simulated});
    json.flag("simulated", simulated > 0);
    json.end_object();
    return admin_json(json.take());
}

AdminResponse upstreams(Control& control, const AdminRequest&) {
    const Setup& setup = *control.setup();
    const auto sums =
        sum_by_name<UpstreamSum>(control, [](const meter::Metrics& shard) -> const auto& { return shard.upstreams(); });
    return list_answer("upstreams", setup.upstreams.size(), [&](JsonWriter& json, std::size_t i) {
        const config::Upstream& upstream = setup.snapshot->upstreams[i];
        const auto found = sums.find(upstream.name);
        write_upstream(json, upstream, *setup.upstreams[i], found == sums.end() ? UpstreamSum{} : found->second,
                       control.loop());
    });
}

AdminResponse models(Control& control, const AdminRequest&) {
    const Setup& setup = *control.setup();
    const auto sums =
        sum_by_name<TokenSum>(control, [](const meter::Metrics& shard) -> const auto& { return shard.models(); });
    const Instant now = control.loop().now();
    return list_answer("models", setup.snapshot->models.size(), [&](JsonWriter& json, std::size_t i) {
        const config::Model& model = setup.snapshot->models[i];
        json.begin_object();
        json.text("name", model.name);
        json.text("pick", model.pick == config::Model::Pick::first ? "first" : "least_wait");
        json.number("hedge_after_ms", std::int64_t{model.hedge_after.count()});
        json.number("attempts_max", model.attempts_max);
        json.begin_array("candidates");
        for (const config::Candidate& candidate : model.candidates) {
            json.begin_object();
            json.text("upstream", setup.snapshot->upstream(candidate.upstream).name);
            json.text("served_name", candidate.served_name);
            json.flag("in_service", is_in_service(*setup.upstreams[model::index_of(candidate.upstream)], now));
            json.end_object();
        }
        json.end_array();
        const auto found = sums.find(model.name);
        const TokenSum tokens = found == sums.end() ? TokenSum{} : found->second;
        json.number("tokens_input", tokens.input);
        json.number("tokens_output", tokens.output);
        json.end_object();
    });
}

AdminResponse tenants(Control& control, const AdminRequest&) {
    const Setup& setup = *control.setup();
    const auto sums =
        sum_by_name<TokenSum>(control, [](const meter::Metrics& shard) -> const auto& { return shard.tenants(); });
    return list_answer("tenants", setup.snapshot->tenants.size(), [&](JsonWriter& json, std::size_t i) {
        const config::Tenant& tenant = setup.snapshot->tenants[i];
        const auto found = sums.find(tenant.path);
        const TokenSum tokens = found == sums.end() ? TokenSum{} : found->second;
        json.begin_object();
        json.text("path", tenant.path);
        json.text_or_null("class", tenant.class_);
        write_names(json, "models", tenant.models);
        json.number("streams_running", setup.tenants->running(static_cast<model::TenantId>(i)));
        json.number("streams_max", tenant.streams_max);
        json.number("tokens_input", tokens.input);
        json.number("tokens_output", tokens.output);
        json.end_object();
    });
}

AdminResponse configuration(Control& control, const AdminRequest&) {
    AdminResponse response;
    response.content_type = "application/toml; charset=utf-8";
    response.body = config::render_toml(*control.setup()->snapshot);
    return response;
}

AdminResponse reload(Control& control, const AdminRequest&) {
    if (control.config_path().empty())
        return refuse_admin(409, {.code = "no_config_file",
                                  .what = "this gateway was started without a configuration file",
                                  .why = "there is nothing to read again",
                                  .fix = "write it to a file (GET /admin/v1/config) and start `gilmok serve` with it"});
    const std::string problems = control.reload(control.config_path());
    if (!problems.empty())
        return refuse_admin(422,
                            {.code = "config_refused",
                             .what = problems,
                             .why = "a configuration with an error changes nothing; the one before stays in service",
                             .fix = "mend the file; `gilmok check` tells the same without a server"});
    JsonWriter json;
    json.begin_object();
    json.number("version", control.setup()->snapshot->version);
    json.text("source", control.setup()->snapshot->source);
    json.end_object();
    return admin_json(json.take());
}

}   // namespace gilmok::gateway::admin
