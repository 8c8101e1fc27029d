#include "gateway/control.hpp"

#include <algorithm>

#include "auth/admin_token.hpp"
#include "auth/key_hash.hpp"
#include "base/assert.hpp"
#include "base/log.hpp"
#include "gateway/rerate.hpp"
#include "guard/examine.hpp"

namespace gilmok::gateway {

namespace {
constexpr io::Events watch_timer_event = 1U << 0;
// A revocation must be effective within a second, also on open streams.
constexpr Duration watch_interval = std::chrono::milliseconds(250);
constexpr Duration names_interval = std::chrono::seconds(30);
}   // namespace

Control::Control(const Services& services)
    : services_(services), webhook_({services_.loop, services_.files, services_.dns}) {
    process_.started = services_.loop.wall_now();
}

Control::~Control() { *is_alive_ = false; }

std::optional<std::string> Control::apply(config::SnapshotPtr snapshot) {
    auto next = std::make_shared<Setup>();
    next->snapshot = snapshot;
    // What may fail comes before what cannot be taken back: a keyring marks the keys that are gone as revoked.
    next->upstreams = upstream::build_states(*snapshot, setup_ ? setup_->upstreams : upstream::States{});
    if (auto problem = build_tls(*snapshot, *next)) return problem;
    if (auto problem = build_guard(*next)) return problem;
    const std::string keys_path = auth::key_store_path(snapshot->server.state_dir);
    if (snapshot->server.state_dir.empty()) {
        key_store_.reset();
        stored_keys_.clear();
    } else if (!key_store_ || key_store_->path() != keys_path) {
        key_store_.emplace(services_.files, keys_path);
        auto stored = key_store_->read();
        if (!stored) return "the key store cannot be read: " + stored.error().message;
        stored_keys_ = std::move(*stored);
    }
    std::vector<std::string> warnings;
    next->keyring = auth::Keyring::build(*snapshot, stored_keys_, setup_ ? setup_->keyring.get() : nullptr, &warnings);
    for (const std::string& warning : warnings) log::warn("keys", {{"problem", warning}});
    next->tenants = admit::TenantStreams::build(*snapshot, setup_ ? setup_->tenants.get() : nullptr);
    if (auto problem = build_money(*next)) return problem;
    publish(std::move(next));
    return std::nullopt;
}

std::optional<std::string> Control::build_guard(Setup& setup) {
    const config::Snapshot& snapshot = *setup.snapshot;
    if (guard_secret_.is_empty()) {
        std::array<char, auth::key_random_bytes> random{};
        services_.loop.random_bytes(random);
        const std::string& state_dir = snapshot.server.state_dir;
        const std::string path = state_dir.empty() ? std::string() : state_dir + "/guard.key";
        auto secret = auth::load_secret(path, services_.files, random);
        if (!secret) return "the key of the guard's stand-ins: " + secret.error().message;
        guard_secret_ = std::move(*secret);
    }
    auto built = build_guards(snapshot, services_.files, guard_secret_, services_.keeper, services_.loop.wall_now());
    if (!built) return "the guard: " + built.error();
    setup.guards = std::move(*built);
    return std::nullopt;
}

std::optional<std::string> Control::build_money(Setup& setup) {
    const WallTime now = services_.loop.wall_now();
    const config::Snapshot& snapshot = *setup.snapshot;
    setup.accounts = build_accounts(snapshot, *setup.keyring, services_.keeper, services_.people,
                                    setup_ ? setup_->accounts.get() : nullptr, now);
    for (const std::string& problem : setup.accounts->problems) log::warn("money", {{"problem", problem}});
    services_.idempotency->set_limits(snapshot.ledger.idempotency_ttl, snapshot.ledger.idempotency_bytes_max);
    setup.idempotency = services_.idempotency;
    if (!services_.ask) return std::nullopt;
    auto tables = services_.ask();
    if (!tables) return "the ledger's tables cannot be read: " + tables.error().message;
    if (!setup_ && services_.keeper != nullptr) {
        const auto charged = charge_recovered(**tables, snapshot, *setup.accounts->prices, *services_.keeper, now);
        if (!charged)
            log::error("recovered_not_charged",
                       {{"problem", charged.error()},
                        {"effect", "budgets begin without what a crash cut off"},
                        {"fix", "`gilmok ledger rerate --apply` charges it, once the ledger is well"}});
        else if (*charged > 0)
            log::info("recovered_charged", {{"attempts", static_cast<std::int64_t>(*charged)}});
    }
    const std::string problem = restore_treasury(*setup.accounts, snapshot, **tables, now);
    if (!problem.empty()) return "what was spent cannot be read from the ledger: " + problem;
    return std::nullopt;
}

ledger::TablesResult<std::unique_ptr<ledger::Questions>> Control::ask_tables() const {
    if (!services_.ask)
        return tl::unexpected(
            io::FileError{0, "there is no ledger: set server.state_dir, and do not turn [ledger] on = false"});
    return services_.ask();
}

std::optional<std::string> Control::build_tls(const config::Snapshot& snapshot, Setup& setup) {
    const config::TlsFiles& files = snapshot.server.tls;
    if (files.is_set()) {
        auto read = io::read_tls_server(services_.files, files.certificate_path, files.key_path, {});
        if (!read) return "TLS at the door: " + read.error().what + " (" + read.error().fix + ")";
        setup.door_tls = read->context;
        door_tls_hash_ = read->hash;
        process_.certificate_expires_s.store(unix_ms(read->context->expires()) / 1000, std::memory_order_relaxed);
    }
    for (std::size_t i = 0; i < snapshot.upstreams.size(); ++i) {
        upstream::State& state = *setup.upstreams[i];
        if (!snapshot.upstreams[i].is_tls || state.tls != nullptr) continue;   // a state that is kept has its context
        auto read = io::read_tls_client(services_.files, snapshot.upstreams[i].ca_file, {});
        if (!read)
            return "TLS to upstream " + snapshot.upstreams[i].name + ": " + read.error().what + " (" +
                   read.error().fix + ")";
        state.tls = read->context;
    }
    return std::nullopt;
}

void Control::publish(SetupPtr setup) {
    setup_ = std::move(setup);
    if (services_.archive != nullptr) services_.archive->configure(setup_->snapshot->archive);
    process_.keys.store(setup_->keyring->size(), std::memory_order_relaxed);
    for (Shard* shard : shards_) shard->loop().submit([shard, next = setup_] { shard->use(next); });
    if (watch_waiter_ != nullptr) {
        start_probes();
        resolve_names();
        send_spans();
    }
}

void Control::add_shard(Shard& shard) { shards_.push_back(&shard); }

std::string Control::reload(const std::string& path) {
    const std::uint64_t version = setup_->snapshot->version + 1;
    const config::Loaded loaded = config::load(path, services_.files, services_.secrets, version, guard::examine);
    std::string problems;
    for (const config::Problem& problem : loaded.problems)
        if (!problem.is_warning) problems += config::render(problem, false);
    if (problems.empty()) {
        const config::Server& before = setup_->snapshot->server;
        const config::Server& after = loaded.snapshot->server;
        const bool begins_spans =
            setup_->snapshot->telemetry.otlp_endpoint.empty() && !loaded.snapshot->telemetry.otlp_endpoint.empty();
        if (before.listen != after.listen || before.admin != after.admin || before.shards != after.shards ||
            begins_spans)
            log::warn("reload_needs_restart", {{"what",
                                                "server.listen, server.admin, server.shards and a first "
                                                "telemetry.otlp_endpoint change with a restart only"}});
        // Whoever must keep texts has to know that none are kept yet.
        const config::Archive& kept = setup_->snapshot->archive;
        const config::Archive& to_keep = loaded.snapshot->archive;
        const bool begins_archive = services_.archive == nullptr && !to_keep.tenants.empty();
        const bool moves_archive =
            services_.archive != nullptr && (kept.dir != to_keep.dir || kept.key_reference != to_keep.key_reference);
        if (begins_archive || moves_archive)
            log::warn("reload_needs_restart",
                      {{"what", begins_archive ? "the first tenants of [archive] take effect with a restart only: no "
                                                 "prompt or answer is kept until then"
                                               : "dir and key of [archive] change with a restart only"}});
        if (const auto problem = apply(loaded.snapshot)) problems = *problem;
    }
    last_reload_problem_ = problems;
    if (problems.empty()) {
        process_.reloads.fetch_add(1, std::memory_order_relaxed);
        log::info("reloaded", {{"version", static_cast<std::int64_t>(version)}});
    } else {
        process_.reload_failures.fetch_add(1, std::memory_order_relaxed);
        log::error("reload_refused", {{"problems", problems}, {"effect", "the old configuration stays in service"}});
    }
    return problems;
}

void Control::watch() {
    GILMOK_ASSERT(setup_ != nullptr && watch_waiter_ == nullptr);
    watch_waiter_ = std::make_unique<io::Waiter>(services_.loop.ready());
    watch_timer_ = std::make_unique<io::Timer>(services_.loop.timers(), *watch_waiter_, watch_timer_event);
    start_probes();
    resolve_names();
    send_spans();
    watch_task_ = watch_files();
    watch_task_.start();
}

io::Task<> Control::watch_files() {
    for (;;) {
        watch_timer_->arm(services_.loop.now() + watch_interval);
        co_await watch_waiter_->wait(watch_timer_event);
        check_keys();
        check_certificates();
        look_after_money();
        if (services_.loop.now() - names_resolved_ >= names_interval) resolve_names();
    }
}

void Control::look_after_money() {
    const config::Snapshot& snapshot = *setup_->snapshot;
    webhook_.use(snapshot.webhook);
    for (const admit::Warning& warning : setup_->accounts->treasury->take_warnings())
        webhook_.warn(warning, snapshot.ledger.currency);
    if (services_.keeper != nullptr && services_.ask)
        pool_hours_.look(*setup_, *services_.keeper, services_.ask, services_.loop.wall_now());
}

void Control::check_keys() {
    if (!key_store_) return;
    auto changed = key_store_->reload_if_changed();
    if (!changed) {
        process_.key_reload_failures.fetch_add(1, std::memory_order_relaxed);
        log::error("key_store_unreadable",
                   {{"problem", changed.error().message}, {"effect", "the keys known before stay in service"}});
        return;
    }
    if (*changed) use_keys(std::move(**changed));
}

void Control::use_keys(auth::StoredKeys keys) {
    stored_keys_ = std::move(keys);
    auto next = std::make_shared<Setup>(*setup_);
    std::vector<std::string> warnings;
    next->keyring = auth::Keyring::build(*next->snapshot, stored_keys_, setup_->keyring.get(), &warnings);
    for (const std::string& warning : warnings) log::warn("keys", {{"problem", warning}});
    log::info("keys_reloaded", {{"keys", static_cast<std::int64_t>(next->keyring->size())}});
    next->accounts = with_keys(*setup_->accounts, *next->keyring, services_.loop.wall_now());
    publish(std::move(next));
}

io::FileResult<bool> Control::store_keys(auth::StoredKeys keys) {
    GILMOK_ASSERT(key_store_);
    auto written = services_.files.make_directory(setup_->snapshot->server.state_dir, 0700);
    if (written) written = key_store_->write(keys);
    if (written) use_keys(std::move(keys));
    return written;
}

void Control::check_certificates() {
    const config::TlsFiles& files = setup_->snapshot->server.tls;
    if (!files.is_set()) return;
    auto read = io::read_tls_server(services_.files, files.certificate_path, files.key_path, door_tls_hash_);
    if (!read) return report_certificate(read.error());
    certificate_problem_.clear();
    if (read->context == nullptr) return;
    door_tls_hash_ = read->hash;
    auto next = std::make_shared<Setup>(*setup_);
    next->door_tls = read->context;
    process_.certificate_expires_s.store(unix_ms(read->context->expires()) / 1000, std::memory_order_relaxed);
    log::info("certificate_rotated", {{"expires", rfc3339(read->context->expires())}});
    publish(std::move(next));
}

// Once for each content: the files are looked at four times a second, and the certificate is often copied before its key.
void Control::report_certificate(const io::TlsProblem& problem) {
    constexpr std::size_t bytes_max = 1 << 20;
    const config::TlsFiles& files = setup_->snapshot->server.tls;
    std::string seen = problem.what;
    for (const std::string& path : {files.certificate_path, files.key_path}) {
        auto content = services_.files.read(path, bytes_max);
        if (!content) {
            seen += content.error().message;
            continue;
        }
        const Secret text(std::move(*content));
        seen += auth::hex_of(auth::digest_of(text.reveal()));
    }
    if (seen == certificate_problem_) return;
    certificate_problem_ = std::move(seen);
    process_.certificate_failures.fetch_add(1, std::memory_order_relaxed);
    log::error("certificate_refused", {{"problem", problem.what},
                                       {"fix", problem.fix},
                                       {"file", files.certificate_path},
                                       {"effect", "the certificate before stays in service"}});
}

void Control::send_spans() {
    const std::string& endpoint = setup_->snapshot->telemetry.otlp_endpoint;
    if (services_.spans == nullptr || endpoint == spans_endpoint_) return;
    spans_endpoint_ = endpoint;
    span_sender_.reset();
    if (endpoint.empty()) return;
    auto sender = std::make_unique<SpanSender>(
        SpanSender::Services{services_.loop, services_.files, services_.dns, *services_.spans, process_});
    if (const std::string problem = sender->start(endpoint); !problem.empty()) {
        log::error("spans_not_sent", {{"problem", problem}, {"fix", "mend [telemetry] otlp_endpoint and reload"}});
        return;
    }
    span_sender_ = std::move(sender);
}

std::string Control::prometheus() {
    if (services_.access_lines_lost) process_.access_lines_lost.store(services_.access_lines_lost());
    if (services_.keeper != nullptr) {
        const ledger::KeeperStatus status = services_.keeper->status();
        process_.has_ledger.store(true);
        process_.ledger_records.store(status.records);
        process_.ledger_lag_bytes.store(status.lag_bytes);
        process_.ledger_folded.store(status.folded);
        process_.ledger_signed.store(status.checkpoint_size);
        process_.ledger_recovered.store(status.recovered);
        process_.ledger_failing.store(status.is_failing ? 1 : 0);
        process_.ledger_witness_failing.store(status.is_witness_failing ? 1 : 0);
    }
    if (services_.archive != nullptr) {
        const archive::Status status = services_.archive->status();
        process_.has_archive.store(true);
        process_.archive_texts.store(status.stored);
        process_.archive_bytes.store(status.bytes);
        process_.archive_dropped_queue.store(status.dropped_queue);
        process_.archive_dropped_disk.store(status.dropped_disk);
        process_.archive_dropped_room.store(status.dropped_room);
        process_.archive_failing.store(status.is_failing ? 1 : 0);
    }
    std::vector<const meter::Metrics*> metrics;
    for (const Shard* shard : shards_) metrics.push_back(&shard->metrics());
    return meter::render_prometheus(metrics, process_, *setup_->snapshot);
}

}   // namespace gilmok::gateway
