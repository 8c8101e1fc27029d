// A shard: one thread's share of the gateway. Its own loop, listeners, connections, upstream pools, metrics and log lane;
// nothing is shared with other shards but the Setup and the upstreams' atomics.
// Owner: whoever runs the loop. Thread: the loop's, but for metrics() (read with atomics).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "admit/limits.hpp"
#include "admit/overload.hpp"
#include "archive/archive.hpp"
#include "base/prng.hpp"
#include "door/body.hpp"
#include "gateway/cards.hpp"
#include "gateway/persons.hpp"
#include "gateway/scratch.hpp"
#include "gateway/setup.hpp"
#include "guard/clean_memory.hpp"
#include "io/loop.hpp"
#include "io/task.hpp"
#include "meter/access_log.hpp"
#include "meter/log_writer.hpp"
#include "meter/metrics.hpp"
#include "meter/otlp.hpp"
#include "meter/token_ratio.hpp"
#include "upstream/pool.hpp"
#include "upstream/retry_budget.hpp"

namespace gilmok::gateway {

class Connection;

class Shard {
public:
    struct Outlets {
        meter::LogLane* access = nullptr;      // null: no access log
        meter::SpanQueue* spans = nullptr;     // null: no spans
        ledger::Lane* lane = nullptr;          // null: nothing is written into a ledger
        std::function<void()> poke_ledger;     // strict mode: sync now
        archive::Archive* archive = nullptr;   // null: no text is kept
        // For tests and proofs: told of every finished exchange.
        std::function<void(const model::Record&)> on_record;
    };

    Shard(io::Loop& loop, std::uint32_t index, SetupPtr setup, Outlets outlets);
    ~Shard();
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    // Binds and accepts. The address really bound, for port 0.
    Result<io::Address> listen(const io::Address& address, bool is_shared);
    // A new setup: from the next exchange on. Open streams whose key was revoked end now.
    void use(SetupPtr setup);
    // No new connections; idle ones are closed, running exchanges may finish until `deadline`, then they are cut.
    void drain(Instant deadline);
    // All connections are gone.
    [[nodiscard]] bool is_drained() const { return is_draining_ && connections_count_ == 0; }
    [[nodiscard]] bool is_draining() const { return is_draining_; }
    // Cuts every exchange; each still ends with its record. The loop must turn once more.
    void cut_all();

    [[nodiscard]] const meter::Metrics& metrics() const { return metrics_; }
    [[nodiscard]] std::uint32_t connections() const { return connections_count_; }
    [[nodiscard]] std::uint32_t exchanges_running() const { return admission_.exchanges_running(); }
    // Busy connections to upstreams, all pools; for proofs.
    [[nodiscard]] std::uint32_t upstream_connections_busy() const;

    // for connections and exchanges
    [[nodiscard]] io::Loop& loop() { return loop_; }
    [[nodiscard]] const SetupPtr& setup() const { return setup_; }
    [[nodiscard]] Scratch& scratch() { return *scratch_; }
    [[nodiscard]] Prng& prng() { return prng_; }
    [[nodiscard]] door::BodyBudget& body_budget() { return body_budget_; }
    [[nodiscard]] admit::ShardAdmission& admission() { return admission_; }
    [[nodiscard]] admit::Overload& overload() { return overload_; }
    [[nodiscard]] upstream::RetryBudget& retry_budget() { return retry_budget_; }
    [[nodiscard]] meter::Metrics& metrics() { return metrics_; }
    upstream::Pool& pool(const upstream::StatePtr& state, const config::Upstream& upstream);
    // The shard's lane of the ledger; null when there is none.
    [[nodiscard]] ledger::Lane* lane() const { return outlets_.lane; }
    // Where texts of tenants that want it are kept; null when there is none.
    [[nodiscard]] archive::Archive* archive() const { return outlets_.archive; }
    [[nodiscard]] Cards& cards() { return *cards_; }
    [[nodiscard]] Persons& persons() { return persons_; }
    [[nodiscard]] guard::CleanMemory& clean_memory() { return *clean_memory_; }
    [[nodiscard]] meter::TokenRatio& token_ratio(model::ModelId model);
    // Strict mode: the connection is called when more of the lane is on the disk. Look at durable() once more afterwards.
    void wait_durable(Connection& connection);
    // From the keeper, by submit().
    void durable_advanced();
    [[nodiscard]] bool awaits_durable() const { return awaits_durable_.load(std::memory_order_seq_cst); }
    // "date: …\r\n", made once a second.
    std::string_view date_line();
    void finished(const model::Record& record, const config::Snapshot& snapshot, const meter::LineContext& context,
                  bool is_sampled);
    void retire(Connection& connection);

private:
    struct Door {
        io::ListenerPtr listener;
        std::unique_ptr<io::Waiter> waiter;
        io::Task<> task;
    };
    io::Task<> accept_from(io::Listener& listener, io::Waiter& waiter);
    io::Task<> keep_house();
    io::Task<> bury();
    void open(io::SocketPtr socket);
    void update_gauges();

    io::Loop& loop_;
    SetupPtr setup_;
    Outlets outlets_;
    std::unique_ptr<Scratch> scratch_;
    Prng prng_;
    meter::Metrics metrics_;
    meter::AccessLog access_log_;
    std::unique_ptr<meter::SpanBuffer> spans_;
    door::BodyBudget body_budget_;
    admit::ShardAdmission admission_;
    admit::Overload overload_;
    upstream::RetryBudget retry_budget_;
    struct PoolEntry {
        upstream::StatePtr state;
        std::unique_ptr<upstream::Pool> pool;
        std::uint64_t used_version = 0;   // of the snapshot that last named it
        model::UpstreamId id = model::UpstreamId::none;
    };
    std::vector<PoolEntry> pools_;
    std::vector<Door> doors_;
    std::unique_ptr<Cards> cards_;
    Persons persons_;
    std::unique_ptr<guard::CleanMemory> clean_memory_;
    std::vector<meter::TokenRatio> token_ratios_;   // by ModelId
    std::vector<Connection*> waiting_for_disk_;
    std::atomic<bool> awaits_durable_{false};
    Connection* connections_ = nullptr;   // intrusive list
    Connection* retired_ = nullptr;
    std::uint32_t connections_count_ = 0;
    bool is_draining_ = false;
    Instant drain_deadline_ = far_future;
    std::int64_t date_second_ = -1;
    std::string date_line_;
    io::Waiter house_waiter_;
    io::Timer house_timer_;
    io::Waiter burial_waiter_;
    io::Task<> house_;
    io::Task<> burial_;
};

}   // namespace gilmok::gateway
