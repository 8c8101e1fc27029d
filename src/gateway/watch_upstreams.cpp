// What the control loop does about upstreams: where their names lead, whether they are well, how busy they say they are.
#include <algorithm>

#include "base/log.hpp"
#include "catalog/catalog.hpp"
#include "gateway/control.hpp"
#include "upstream/probe.hpp"
#include "wire/prometheus.hpp"

namespace gilmok::gateway {

namespace {

constexpr io::Events probe_timer = 1U << 0;
// One lost packet is not an illness: so many failed checks in a row make an upstream unhealthy.
constexpr int checks_failed_max = 3;

class QueueReader final : public wire::prometheus::Samples {
public:
    QueueReader(const catalog::EngineProfile& profile, std::string_view power_metric)
        : profile_(profile), power_metric_(power_metric) {}
    void sample(const wire::prometheus::Sample& sample) override {
        // Several engines behind one port (data parallel ranks) each write a line: their queues add up, the fullest
        // cache counts.
        if (is_one_of(profile_.waiting, sample.name))
            waiting = std::max(0.0, waiting) + sample.value;
        else if (is_one_of(profile_.running, sample.name))
            running = std::max(0.0, running) + sample.value;
        else if (is_one_of(profile_.kv_usage, sample.name))
            kv_usage = std::max(kv_usage, sample.value);
        else if (!power_metric_.empty() && sample.name == power_metric_)
            power = std::max(0.0, power) + sample.value;   // a line for each device
    }
    // Negative: the engine did not say.
    double waiting = -1, running = -1, kv_usage = -1, power = -1;

private:
    // An engine writes one of its names, by version, never two: whichever comes is meant.
    static bool is_one_of(const std::vector<std::string>& names, std::string_view name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    }
    const catalog::EngineProfile& profile_;
    std::string_view power_metric_;
};

// "" for an upstream that runs on no pool, or on one whose power is modelled.
std::string_view power_metric_of(const config::Snapshot& snapshot, const config::Upstream& upstream) {
    for (const config::Pool& pool : snapshot.pools)
        if (!upstream.pool.empty() && pool.name == upstream.pool) return pool.power_metric;
    return {};
}

// As Prometheus' conventions name a counter; a gauge in watts has neither ending.
bool is_joules(std::string_view metric) { return metric.ends_with("_total") || metric.ends_with("joules"); }

const catalog::EngineProfile& profile_of(config::Kind kind) {
    static const catalog::EngineProfile silent{};
    const catalog::EngineProfile* known = catalog::engine_profile(config::name_of(kind));
    return known != nullptr ? *known : silent;
}

}   // namespace

void Control::resolve_names() {
    names_resolved_ = services_.loop.now();
    if (services_.dns == nullptr) return;
    for (std::size_t i = 0; i < setup_->upstreams.size(); ++i) {
        const config::Upstream& upstream = setup_->snapshot->upstreams[i];
        upstream::StatePtr state = setup_->upstreams[i];
        auto take = [state, name = upstream.host,
                     is_alive = std::weak_ptr<bool>(is_alive_)](const Result<io::Resolved>& resolved) {
            // What was known before stays good while name servers are silent.
            if (!resolved) {
                log::warn("name_not_resolved", {{"host", name}, {"reason", resolved.error().detail}});
                return;
            }
            state->addresses.store(std::make_shared<const std::vector<io::Address>>(resolved->addresses));
        };
        services_.dns->resolve(upstream.host, upstream.port, take);
    }
}

void Control::start_probes() {
    std::erase_if(probes_, [&](const Probe& probe) {
        return std::find(setup_->upstreams.begin(), setup_->upstreams.end(), probe.state) == setup_->upstreams.end();
    });
    for (std::size_t i = 0; i < setup_->upstreams.size(); ++i) {
        const upstream::StatePtr& state = setup_->upstreams[i];
        const bool is_probed =
            std::any_of(probes_.begin(), probes_.end(), [&](const Probe& probe) { return probe.state == state; });
        if (is_probed) continue;
        Probe probe{.state = state, .waiter = std::make_unique<io::Waiter>(services_.loop.ready()), .task = {}};
        probe.task = this->probe(state, *probe.waiter);
        probe.task.start();
        probes_.push_back(std::move(probe));
    }
}

// Lives as long as its upstream is configured; what it needs of the configuration it looks up anew each time.
io::Task<> Control::probe(upstream::StatePtr state, io::Waiter& waiter) {
    io::Timer timer(services_.loop.timers(), waiter, probe_timer);
    int failures = 0;
    for (;;) {
        const SetupPtr setup = setup_;
        const auto at = std::find(setup->upstreams.begin(), setup->upstreams.end(), state) - setup->upstreams.begin();
        const config::Upstream& upstream = setup->snapshot->upstreams[static_cast<std::size_t>(at)];
        const catalog::EngineProfile& profile = profile_of(upstream.kind);
        const bool is_off =
            upstream.scrape_interval.count() == 0 || (profile.health_path.empty() && profile.metrics_path.empty());
        timer.arm(services_.loop.now() +
                  (is_off ? Duration(std::chrono::seconds(5)) : Duration(upstream.scrape_interval)));
        co_await waiter.wait(probe_timer);
        if (is_off || state->addresses.load() == nullptr) continue;
        if (!profile.health_path.empty()) {
            upstream::FetchWhat what;
            what.path = profile.health_path;
            const auto answer = co_await upstream::fetch(services_.loop, upstream, state, what);
            // An engine without that path is up all the same: it answered.
            const bool is_well = answer && answer->status < 500;
            failures = is_well ? 0 : failures + 1;
            const bool was_healthy = state->health.is_healthy();
            state->health.checked(failures < checks_failed_max);
            if (was_healthy != state->health.is_healthy())
                log::warn(was_healthy ? "upstream_unhealthy" : "upstream_healthy", {{"upstream", state->name}});
        }
        if (profile.metrics_path.empty()) continue;
        upstream::FetchWhat what;
        what.path = profile.metrics_path;
        const auto answer = co_await upstream::fetch(services_.loop, upstream, state, what);
        if (!answer || answer->status != 200) continue;
        const std::string_view power_metric = power_metric_of(*setup->snapshot, upstream);
        QueueReader reader(profile, power_metric);
        wire::prometheus::read(answer->body, reader);
        if (reader.waiting >= 0 || reader.running >= 0 || reader.kv_usage >= 0)
            state->load.saw_queue(reader.waiting, reader.running, reader.kv_usage, services_.loop.now());
        if (reader.power >= 0 && is_joules(power_metric))
            state->power.saw_joules(reader.power, services_.loop.now());
        else if (reader.power >= 0)
            state->power.saw_watts(reader.power, services_.loop.now());
    }
}

}   // namespace gilmok::gateway
