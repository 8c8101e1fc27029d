// What one shard counts. Written by the shard only, read by the admin thread at any time without a lock; nothing is
// allocated while an exchange runs, but once for the first exchange of a model on an endpoint.
// Names follow the OpenTelemetry GenAI metrics as Prometheus spells them, where those exist; ours begin with gilmok_.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "config/snapshot.hpp"
#include "meter/cells.hpp"
#include "meter/slots.hpp"
#include "model/exchange.hpp"
#include "model/guarded.hpp"

namespace gilmok::meter {

inline constexpr std::size_t endpoints_count = static_cast<std::size_t>(model::Endpoint::count_);
inline constexpr std::size_t outcomes_count = static_cast<std::size_t>(model::Outcome::count_);
inline constexpr std::size_t codes_count = static_cast<std::size_t>(Code::count_);
inline constexpr std::size_t attempt_ends_count = 5;
inline constexpr std::size_t status_classes_count = 6;   // index = status / 100; 0 = no answer was sent
// gen_ai.provider.name: the kind of the upstream; then "gilmok.simulated"; then "gilmok", when no upstream answered.
inline constexpr std::size_t providers_count = 10;

struct TokenCounters {
    Counter input, input_cached, output, output_reasoning;
    void add(const model::Usage& usage);
};

// One model, one endpoint, one kind of upstream.
struct GenAiMetrics {
    DurationHistogram duration;          // answered
    DurationHistogram duration_failed;   // all other ends
    FirstTokenHistogram first_token;     // answered only, as the convention asks; so is the next
    PerTokenHistogram per_output_token;
    TokensHistogram tokens_input, tokens_output;
};

struct ModelMetrics {
    ModelMetrics() = default;
    ModelMetrics(const ModelMetrics&) = delete;
    ModelMetrics& operator=(const ModelMetrics&) = delete;
    ~ModelMetrics();
    std::string name;
    Gauge exchanges_running;
    TokenCounters tokens;
    // Money in millionths of the ledger's currency and energy in millijoules: what adds up for a graph. The ledger is exact.
    Counter cost_micro, energy_millijoules;
    std::array<std::array<std::atomic<GenAiMetrics*>, providers_count>, endpoints_count> gen_ai{};
};

struct UpstreamMetrics {
    std::string name;
    // kept by upstream/ and route/ through the gateway
    Gauge attempts_running;
    Gauge connections_busy;
    Gauge connections_idle;
    Gauge is_ejected;   // 1 while out of service, as this shard sees it
    Counter connects_failed;
    Counter ejections;
    Counter bytes_received;
    Counter bytes_sent;
    // filled by Metrics::observe
    Counter connects;   // attempts that needed a new connection
    Counter retries;
    Counter hedges;
    std::array<Counter, attempt_ends_count> attempts{};
    std::array<Counter, codes_count> errors{};
    FirstTokenHistogram attempt_first_byte;
    FirstTokenHistogram first_token;   // answered exchanges that this upstream served
    DurationHistogram duration;
    TokenCounters tokens;
};

struct TenantMetrics {
    std::string name;
    std::array<Counter, outcomes_count> exchanges{};
    TokenCounters tokens;
    Counter cost_micro;
};

class Metrics {
public:
    static constexpr std::uint32_t models_max = 4'096, upstreams_max = 4'096, tenants_max = 16'384;   // then "(other)"
    explicit Metrics(std::uint32_t shard) : shard_(shard) {}

    // At the start and at each reload, by the shard.
    void use(const config::Snapshot& snapshot);
    // One finished exchange, whole. `snapshot` is the one the exchange began with.
    void observe(const model::Record& record, const config::Snapshot& snapshot);

    // The block behind an id; the reference stays good for the life of the shard, through reloads.
    ModelMetrics& model(model::ModelId id, const config::Snapshot& snapshot);
    UpstreamMetrics& upstream(model::UpstreamId id, const config::Snapshot& snapshot);
    TenantMetrics& tenant(model::TenantId id, const config::Snapshot& snapshot);

    // kept by the door and the loop
    Counter connections_accepted;
    Gauge connections_open;
    Gauge exchanges_running;
    Gauge bodies_bytes;
    Gauge is_shedding;                                 // 1 while new exchanges are shed for overload
    std::array<Counter, codes_count> parse_errors{};   // heads that never became an exchange
    LagHistogram loop_lag;
    Counter access_lines_dropped;
    Counter spans_dropped;
    Counter usage_suspect;   // usage that contradicts itself
    Counter unpriced;        // exchanges booked without a cost, because no price is known
    Counter over_bound;      // exchanges that used more than was set aside for them
    // What the guard found in requests and answers, by kind and by what was done about it.
    std::array<std::array<Counter, static_cast<std::size_t>(model::GuardAction::count_)>, model::data_kinds_count>
        guard_findings{};
    Counter guard_refusals;   // requests that a rule did not let out
    // Requests about which the external detector was to be asked: it answered; or it did not, or could not be asked.
    Counter guard_external_answered, guard_external_failed;
    void count_parse_error(Code code) { parse_errors[static_cast<std::size_t>(code)].add(); }

    // filled by observe()
    std::array<std::array<std::array<Counter, status_classes_count>, outcomes_count>, endpoints_count> exchanges{};
    std::array<Counter, codes_count> errors{};
    Counter bytes_in, bytes_out, events_out;

    [[nodiscard]] std::uint32_t shard() const { return shard_; }
    [[nodiscard]] const auto& models() const { return models_; }
    [[nodiscard]] const auto& upstreams() const { return upstreams_; }
    [[nodiscard]] const auto& tenants() const { return tenants_; }

private:
    // Whether ids of `snapshot` may be used as indexes; ids of an older one are looked up by name.
    [[nodiscard]] bool is_in_use(const config::Snapshot& snapshot) const {
        return in_use_ == &snapshot && in_use_version_ == snapshot.version;
    }
    void observe_attempts(const model::Record& record, const config::Snapshot& snapshot);
    void observe_gen_ai(const model::Record& record, const config::Snapshot& snapshot);
    std::uint32_t shard_;
    const config::Snapshot* in_use_ = nullptr;   // compared, never read
    std::uint64_t in_use_version_ = 0;
    std::vector<ModelMetrics*> models_by_id_;
    std::vector<UpstreamMetrics*> upstreams_by_id_;
    std::vector<TenantMetrics*> tenants_by_id_;
    Slots<ModelMetrics, models_max> models_;
    Slots<UpstreamMetrics, upstreams_max> upstreams_;
    Slots<TenantMetrics, tenants_max> tenants_;
};

// What is counted once for the process, by any thread.
struct ProcessMetrics {
    std::string version;   // of the build
    WallTime started{};
    std::atomic<std::uint64_t> reloads{0};
    std::atomic<std::uint64_t> reload_failures{0};
    std::atomic<std::uint64_t> key_reload_failures{0};
    std::atomic<std::uint64_t> keys{0};   // in the present keyring
    std::atomic<std::uint64_t> certificate_failures{0};
    std::atomic<std::int64_t> certificate_expires_s{0};   // Unix time; 0: the door speaks plain HTTP
    std::atomic<std::uint64_t> spans_sent{0};
    std::atomic<std::uint64_t> spans_given_up{0};   // the collector did not take them
    std::atomic<std::uint64_t> access_lines_lost{0};   // handed over, and then the disk was full
    // the ledger; rendered when there is one
    std::atomic<bool> has_ledger{false};
    std::atomic<std::uint64_t> ledger_records{0};
    std::atomic<std::uint64_t> ledger_lag_bytes{0};       // journalled, not yet in the log
    std::atomic<std::uint64_t> ledger_folded{0};          // records in the tables
    std::atomic<std::uint64_t> ledger_signed{0};          // records under the newest checkpoint
    std::atomic<std::uint64_t> ledger_recovered{0};       // attempts found open at the start
    std::atomic<std::uint64_t> ledger_failing{0};         // 1: the disk is full or failing, no new paid work
    std::atomic<std::uint64_t> ledger_witness_failing{0};
    // the archive; rendered when there is one
    std::atomic<bool> has_archive{false};
    std::atomic<std::uint64_t> archive_texts{0};   // stored since the start
    std::atomic<std::uint64_t> archive_bytes{0};   // on the disk, of all tenants
    std::atomic<std::uint64_t> archive_dropped_queue{0}, archive_dropped_disk{0}, archive_dropped_room{0};
    std::atomic<std::uint64_t> archive_failing{0};   // 1: the disk or a key fails, texts are left out
};

// Text exposition format 0.0.4, summed over the shards, families and series in a fixed order.
std::string render_prometheus(std::span<const Metrics* const> shards, const ProcessMetrics& process,
                              const config::Snapshot& snapshot);
inline constexpr std::string_view prometheus_content_type = "text/plain; version=0.0.4; charset=utf-8";

}   // namespace gilmok::meter
