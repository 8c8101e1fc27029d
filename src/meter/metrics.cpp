#include "meter/metrics.hpp"

#include <algorithm>
#include <memory>

#include "base/assert.hpp"

namespace gilmok::meter {

namespace {

// Millionths of the currency, for a graph; what is exact stands in the ledger.
std::uint64_t micro(Pico amount) { return amount > 0 ? static_cast<std::uint64_t>(amount / 1'000'000) : 0; }


using config::Snapshot;
using model::Record;

constexpr std::size_t provider_simulated = 8;
constexpr std::size_t provider_none = 9;
static_assert(static_cast<std::size_t>(config::Kind::ollama) + 1 == provider_simulated);

std::size_t provider_of(const Record& record, const Snapshot& snapshot) {
    if (record.upstream == model::UpstreamId::none) return provider_none;
    const config::Upstream& upstream = snapshot.upstream(record.upstream);
    return record.is_simulated || upstream.is_simulated ? provider_simulated : static_cast<std::size_t>(upstream.kind);
}

// The series of one model on one endpoint and one kind of upstream; made at their first exchange.
GenAiMetrics& gen_ai_of(ModelMetrics& block, model::Endpoint endpoint, std::size_t provider) {
    auto& cell = block.gen_ai[static_cast<std::size_t>(endpoint)][provider];
    GenAiMetrics* series = cell.load(std::memory_order_relaxed);
    if (series == nullptr) {
        series = std::make_unique<GenAiMetrics>().release();   // owned by the block, see its destructor
        cell.store(series, std::memory_order_release);
    }
    return *series;
}

}   // namespace

ModelMetrics::~ModelMetrics() {
    for (auto& row : gen_ai)
        for (auto& cell : row) delete cell.load(std::memory_order_relaxed);
}

void TokenCounters::add(const model::Usage& usage) {
    const auto count = [](Counter& counter, std::int64_t tokens) {
        if (tokens > 0) counter.add(static_cast<std::uint64_t>(tokens));
    };
    count(input, usage.input);
    count(input_cached, usage.input_cached);
    count(output, usage.output);
    count(output_reasoning, usage.output_reasoning);
}

void Metrics::use(const Snapshot& snapshot) {
    models_by_id_.clear();
    upstreams_by_id_.clear();
    tenants_by_id_.clear();
    for (const auto& entry : snapshot.models) models_by_id_.push_back(&models_.of(entry.name));
    for (const auto& entry : snapshot.upstreams) upstreams_by_id_.push_back(&upstreams_.of(entry.name));
    for (const auto& entry : snapshot.tenants) tenants_by_id_.push_back(&tenants_.of(entry.path));
    in_use_ = &snapshot;
    in_use_version_ = snapshot.version;
}

ModelMetrics& Metrics::model(model::ModelId id, const Snapshot& snapshot) {
    if (is_in_use(snapshot)) return *models_by_id_[model::index_of(id)];
    return models_.of(snapshot.model(id).name);
}

UpstreamMetrics& Metrics::upstream(model::UpstreamId id, const Snapshot& snapshot) {
    if (is_in_use(snapshot)) return *upstreams_by_id_[model::index_of(id)];
    return upstreams_.of(snapshot.upstream(id).name);
}

TenantMetrics& Metrics::tenant(model::TenantId id, const Snapshot& snapshot) {
    if (is_in_use(snapshot)) return *tenants_by_id_[model::index_of(id)];
    return tenants_.of(snapshot.tenant(id).path);
}

void Metrics::observe(const Record& record, const Snapshot& snapshot) {
    GILMOK_DASSERT(record.endpoint < model::Endpoint::count_ && record.outcome < model::Outcome::count_);
    const auto outcome = static_cast<std::size_t>(record.outcome);
    const std::size_t status_class = std::min<std::size_t>(record.status / 100, status_classes_count - 1);
    exchanges[static_cast<std::size_t>(record.endpoint)][outcome][status_class].add();
    if (record.code != Code::none) errors[static_cast<std::size_t>(record.code)].add();
    bytes_in.add(record.bytes_in);
    bytes_out.add(record.bytes_out);
    if (record.events_out != 0) events_out.add(record.events_out);
    if (record.tenant != model::TenantId::none) {
        TenantMetrics& block = tenant(record.tenant, snapshot);
        block.exchanges[outcome].add();
        block.tokens.add(record.usage);
        if (record.settled.has_cost) block.cost_micro.add(micro(record.settled.cost_ledger));
    }
    if (record.settled.has_cost && !record.settled.is_cost_known) unpriced.add();
    if (record.settled.is_over_bound) over_bound.add();
    if (record.attempts_count != 0) observe_attempts(record, snapshot);
    if (record.model != model::ModelId::none) observe_gen_ai(record, snapshot);
}

void Metrics::observe_attempts(const Record& record, const Snapshot& snapshot) {
    const std::size_t count = std::min<std::size_t>(record.attempts_count, Record::attempts_max);
    for (std::size_t i = 0; i < count; ++i) {
        const model::Attempt& attempt = record.attempts[i];
        if (attempt.upstream == model::UpstreamId::none) continue;
        UpstreamMetrics& block = upstream(attempt.upstream, snapshot);
        block.attempts[static_cast<std::size_t>(attempt.end)].add();
        if (attempt.code != Code::none) block.errors[static_cast<std::size_t>(attempt.code)].add();
        if (attempt.connect > Duration::zero()) block.connects.add();
        if (attempt.was_hedge)
            block.hedges.add();
        else if (i > 0)
            block.retries.add();
        if (attempt.first_byte > Duration::zero()) block.attempt_first_byte.observe(attempt.first_byte.count());
    }
    if (record.upstream == model::UpstreamId::none) return;
    UpstreamMetrics& served_by = upstream(record.upstream, snapshot);
    served_by.tokens.add(record.usage);
    if (record.outcome != model::Outcome::answered) return;
    served_by.duration.observe(record.total.count());
    if (record.time_to_first_token > Duration::zero())
        served_by.first_token.observe(record.time_to_first_token.count());
}

void Metrics::observe_gen_ai(const Record& record, const Snapshot& snapshot) {
    ModelMetrics& block = model(record.model, snapshot);
    block.tokens.add(record.usage);
    if (record.settled.has_cost) {
        block.cost_micro.add(micro(record.settled.cost_ledger));
        block.energy_millijoules.add(record.settled.microjoules / 1'000);
    }
    GenAiMetrics& series = gen_ai_of(block, record.endpoint, provider_of(record, snapshot));
    if (record.usage.input > 0) series.tokens_input.observe(record.usage.input);
    if (record.usage.output > 0) series.tokens_output.observe(record.usage.output);
    if (record.outcome != model::Outcome::answered) {
        series.duration_failed.observe(record.total.count());
        return;
    }
    series.duration.observe(record.total.count());
    if (record.time_to_first_token <= Duration::zero()) return;
    series.first_token.observe(record.time_to_first_token.count());
    // Only a stream shows when its first token came; a whole answer arrives at once.
    if (record.is_stream && record.usage.output > 1)
        series.per_output_token.observe((record.total - record.time_to_first_token).count() /
                                        (record.usage.output - 1));
}

}   // namespace gilmok::meter
