// The control side of the gateway: builds the Setup out of configuration, key store and certificates, hands it to the
// shards, and keeps what they share true: health, load, addresses, keys. It does nothing that an exchange waits for.
// Owner: the process (or a test). Thread: its own loop's; shards are told through Loop::submit. In a simulated world all
// of them run on one loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/key_store.hpp"
#include "config/load.hpp"
#include "gateway/setup.hpp"
#include "gateway/shard.hpp"
#include "gateway/pool_hours.hpp"
#include "gateway/span_sender.hpp"
#include "gateway/webhook.hpp"
#include "io/dns.hpp"
#include "io/files.hpp"
#include "io/loop.hpp"
#include "io/task.hpp"
#include "meter/metrics.hpp"
#include "meter/otlp.hpp"

namespace gilmok::gateway {

class Control {
public:
    struct Services {
        io::Loop& loop;
        io::Files& files;
        config::Secrets& secrets;
        io::Dns* dns = nullptr;              // null: numeric hosts only
        std::string config_path{};           // for reloads through the admin API; "" = there is no file
        meter::SpanQueue* spans = nullptr;   // null: none are sent
        ledger::Keeper* keeper = nullptr;    // null: there is no ledger
        ledger::People* people = nullptr;
        archive::Archive* archive = nullptr;   // null: no text is kept
        // Opens a connection to the ledger's tables for questions; empty: there are none.
        std::function<ledger::TablesResult<std::unique_ptr<ledger::Questions>>()> ask{};
        std::shared_ptr<Idempotency> idempotency = std::make_shared<Idempotency>();
        std::function<std::uint64_t()> access_lines_lost{};   // empty: there is no access log
        Instant (*clock)() = nullptr;   // of what is measured within a turn; null: nothing is
    };
    explicit Control(const Services& services);
    ~Control();
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

    // Builds the first or the next Setup and hands it to the shards. What is wrong is told in people's words; then
    // nothing changes. `snapshot` was checked by config::load().
    std::optional<std::string> apply(config::SnapshotPtr snapshot);
    // Reads the configuration file again: parse, check, swap. The problems, rendered; empty when it was applied.
    std::string reload(const std::string& path);
    // From now on these shards are told. Their loops must outlive the Control or be removed first.
    void add_shard(Shard& shard);
    // Begins to watch: key store, certificates, addresses, health and load. After apply().
    void watch();
    // Reads the key store now instead of within 250 ms.
    void check_keys();
    // Writes the key store and takes the keys into service before it returns. On failure nothing has changed.
    io::FileResult<bool> store_keys(auth::StoredKeys keys);
    // Looks at the door's certificate now instead of within 250 ms.
    void check_certificates();

    [[nodiscard]] const SetupPtr& setup() const { return setup_; }
    [[nodiscard]] ledger::Keeper* keeper() const { return services_.keeper; }
    [[nodiscard]] ledger::People* people() const { return services_.people; }
    [[nodiscard]] archive::Archive* archive() const { return services_.archive; }
    // Questions to the ledger's tables; an error says why there are none.
    [[nodiscard]] ledger::TablesResult<std::unique_ptr<ledger::Questions>> ask_tables() const;
    [[nodiscard]] const std::vector<Shard*>& shards() const { return shards_; }
    [[nodiscard]] meter::ProcessMetrics& process() { return process_; }
    [[nodiscard]] io::Loop& loop() const { return services_.loop; }
    [[nodiscard]] io::Files& files() { return services_.files; }
    [[nodiscard]] auto clock() const { return services_.clock; }   // null: there is none
    [[nodiscard]] auth::KeyStore* key_store() { return key_store_ ? &*key_store_ : nullptr; }
    [[nodiscard]] const auth::StoredKeys& stored_keys() const { return stored_keys_; }
    [[nodiscard]] const std::string& config_path() const { return services_.config_path; }
    [[nodiscard]] const std::string& last_reload_problem() const { return last_reload_problem_; }
    [[nodiscard]] std::string prometheus();
    // /readyz says no from now on.
    void set_draining() { is_draining_ = true; }
    [[nodiscard]] bool is_draining() const { return is_draining_; }

private:
    struct Probe {
        upstream::StatePtr state;
        std::unique_ptr<io::Waiter> waiter;
        io::Task<> task;
    };
    void publish(SetupPtr setup);
    std::optional<std::string> build_tls(const config::Snapshot& snapshot, Setup& setup);
    std::optional<std::string> build_money(Setup& setup);
    std::optional<std::string> build_guard(Setup& setup);
    void start_probes();
    io::Task<> probe(upstream::StatePtr state, io::Waiter& waiter);
    io::Task<> watch_files();
    void use_keys(auth::StoredKeys keys);
    void report_certificate(const io::TlsProblem& problem);
    void send_spans();
    void resolve_names();
    void look_after_money();

    Services services_;
    SetupPtr setup_;
    std::vector<Shard*> shards_;
    std::optional<auth::KeyStore> key_store_;
    auth::StoredKeys stored_keys_;
    std::string door_tls_hash_;
    std::string certificate_problem_;      // the last one told, and of which content; "" = all is well
    std::string last_reload_problem_;
    meter::ProcessMetrics process_;
    std::vector<Probe> probes_;
    std::string spans_endpoint_;
    std::unique_ptr<SpanSender> span_sender_;
    Webhook webhook_;
    PoolHours pool_hours_;
    Secret guard_secret_;   // of the stand-ins, where the configuration names none
    std::unique_ptr<io::Waiter> watch_waiter_;
    std::unique_ptr<io::Timer> watch_timer_;
    io::Task<> watch_task_;
    std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);   // for answers of the resolver that come late
    Instant names_resolved_{};
    bool is_draining_ = false;
};

}   // namespace gilmok::gateway
