// The real gateway in a World: one shard on the world's loop, its configuration from text, its keys from `env:`.
#include "gateway_under_test.hpp"

#include <optional>
#include <utility>

#include "admit/limits.hpp"
#include "auth/keyring.hpp"
#include "config/load.hpp"
#include "gateway/shard.hpp"
#include "io/sim/files.hpp"
#include "meter/attempt_end.hpp"
#include "upstream/state.hpp"

namespace gilmok::exchange {

namespace {

class ScriptSecrets final : public config::Secrets {
public:
    explicit ScriptSecrets(const std::map<std::string, std::string>& environment) : environment_(environment) {}
    std::optional<std::string> environment(const std::string& name) override {
        const auto found = environment_.find(name);
        return found == environment_.end() ? std::nullopt : std::optional(found->second);
    }
    std::optional<std::string> command(const std::string&, std::string& failure) override {
        failure = "scripts run no commands";
        return std::nullopt;
    }

private:
    const std::map<std::string, std::string>& environment_;
};

template <class Items, class Id>
std::string name_at(const Items& items, Id id) {
    const std::size_t index = model::index_of(id);
    if (index >= items.size()) return {};
    if constexpr (requires { items[index].name; })
        return items[index].name;
    else
        return items[index].path;
}

void put(SeenRecord& seen, const std::string& name, std::string value) {
    if (!value.empty()) seen[name] = std::move(value);
}

SeenRecord describe(const model::Record& record, const config::Snapshot& snapshot) {
    SeenRecord seen;
    put(seen, "outcome", std::string(model::name_of(record.outcome)));
    if (record.code != Code::none) {
        put(seen, "code", std::string(gilmok::name_of(record.code)));
        put(seen, "fault", std::string(gilmok::name_of(record.fault)));
    }
    if (record.status != 0) put(seen, "status", std::to_string(record.status));
    put(seen, "endpoint", std::string(model::name_of(record.endpoint)));
    put(seen, "stream", record.is_stream ? "true" : "false");
    put(seen, "simulated", record.is_simulated ? "true" : "false");
    put(seen, "tenant", name_at(snapshot.tenants, record.tenant));
    put(seen, "model", name_at(snapshot.models, record.model));
    put(seen, "upstream", name_at(snapshot.upstreams, record.upstream));
    put(seen, "served", std::string(record.served_name));
    put(seen, "events", std::to_string(record.events_out));
    put(seen, "bytes_in", std::to_string(record.bytes_in));
    put(seen, "bytes_out", std::to_string(record.bytes_out));
    const auto put_tokens = [&](const char* name, std::int64_t tokens) {
        if (tokens != model::Usage::missing) seen[name] = std::to_string(tokens);
    };
    put_tokens("input", record.usage.input);
    put_tokens("output", record.usage.output);
    put_tokens("cached", record.usage.input_cached);
    if (record.settled.has_cost && record.settled.is_cost_known)
        put(seen, "cost", decimal(record.settled.cost_ledger) + " " + std::string(snapshot.ledger.currency.view()));
    if (record.settled.has_cost && !record.settled.is_cost_known) put(seen, "cost", "unknown");
    if (record.settled.provenance != model::Provenance::none)
        put(seen, "usage_from", std::string(model::name_of(record.settled.provenance)));
    put(seen, "class", std::string(model::name_of(record.data_class)));
    if (record.findings_count > 0) {
        put(seen, "guard", std::string(model::name_of(record.guard_action)));
        put(seen, "findings", std::to_string(record.findings_count));
    }
    put(seen, "attempts", std::to_string(record.attempts_count));
    for (std::size_t i = 0; i < record.attempts_count; ++i) {
        const model::Attempt& attempt = record.attempts[i];
        const std::string prefix = "attempt" + std::to_string(i + 1) + "_";
        put(seen, prefix + "upstream", name_at(snapshot.upstreams, attempt.upstream));
        put(seen, prefix + "end", std::string(meter::name_of(attempt.end)));
        if (attempt.code != Code::none) put(seen, prefix + "code", std::string(gilmok::name_of(attempt.code)));
        if (attempt.status != 0) put(seen, prefix + "status", std::to_string(attempt.status));
        put(seen, prefix + "hedge", attempt.was_hedge ? "true" : "false");
    }
    return seen;
}

class RealGateway final : public GatewayUnderTest {
public:
    explicit RealGateway(io::sim::World& world) : world_(world) {}

    std::string start(const GatewayConfig& config) {
        if (std::string problem = make_setup(config); !problem.empty()) return problem;
        gateway::Shard::Outlets outlets;
        outlets.on_record = [this](const model::Record& record) {
            records_.push_back(describe(record, *setup_->snapshot));
        };
        shard_ = std::make_unique<gateway::Shard>(world_, 0, setup_, std::move(outlets));
        for (const io::Address& address : setup_->snapshot->server.listen)
            if (const auto bound = shard_->listen(address, false); !bound)
                return "listen: " + std::string(bound.error().detail);
        return {};
    }

    std::deque<SeenRecord>& records() override { return records_; }
    std::string reload(const GatewayConfig& config) override {
        std::string problem = make_setup(config);
        if (problem.empty()) shard_->use(setup_);
        return problem;
    }
    void drain(Duration patience) override { shard_->drain(world_.now() + patience); }
    bool is_drained() const override { return shard_->is_drained(); }
    std::uint32_t exchanges_running() const override { return shard_->exchanges_running(); }
    std::uint32_t upstream_connections_busy() const override { return shard_->upstream_connections_busy(); }
    std::string left_reserved() const override {
        const admit::Spent left = setup_->accounts->treasury->total_reserved();
        if (left.money_reserved == 0 && left.tokens_reserved == 0) return {};
        return decimal(left.money_reserved) + " and " + std::to_string(left.tokens_reserved) + " tokens";
    }

private:
    std::string make_setup(const GatewayConfig& config) {
        ScriptSecrets secrets(config.environment);
        const config::Loaded loaded = config::load_text(config.toml, "script.toml", files_, secrets, ++version_);
        if (loaded.snapshot == nullptr) {
            std::string problems;
            for (const auto& problem : loaded.problems) problems += config::render(problem, false) + "\n";
            return problems + "in\n" + config.toml;
        }
        auto setup = std::make_shared<gateway::Setup>();
        setup->snapshot = loaded.snapshot;
        const gateway::Setup none;
        const gateway::Setup& before = setup_ == nullptr ? none : *setup_;
        std::vector<std::string> warnings;
        setup->keyring = auth::Keyring::build(*setup->snapshot, auth::StoredKeys{}, before.keyring.get(), &warnings);
        setup->tenants = admit::TenantStreams::build(*setup->snapshot, before.tenants.get());
        setup->upstreams = upstream::build_states(*setup->snapshot, before.upstreams);
        setup->accounts = gateway::build_accounts(*setup->snapshot, *setup->keyring, nullptr, nullptr,
                                                  before.accounts.get(), world_.wall_now());
        auto guards =
            gateway::build_guards(*setup->snapshot, files_, Secret(std::string(32, 'g')), nullptr, world_.wall_now());
        if (!guards) return guards.error();
        setup->guards = std::move(*guards);
        setup->idempotency = idempotency_;
        idempotency_->set_limits(setup->snapshot->ledger.idempotency_ttl,
                                 setup->snapshot->ledger.idempotency_bytes_max);
        setup_ = std::move(setup);
        return {};
    }

    io::sim::World& world_;
    io::sim::SimFiles files_;
    std::uint64_t version_ = 0;
    gateway::SetupPtr setup_;
    std::shared_ptr<gateway::Idempotency> idempotency_ = std::make_shared<gateway::Idempotency>();
    std::deque<SeenRecord> records_;
    std::unique_ptr<gateway::Shard> shard_;
};

}   // namespace

Started start_gateway(io::sim::World& world, const GatewayConfig& config) {
    auto gateway = std::make_unique<RealGateway>(world);
    std::string problem = gateway->start(config);
    if (!problem.empty()) return {nullptr, std::move(problem)};
    return {std::move(gateway), {}};
}

}   // namespace gilmok::exchange
