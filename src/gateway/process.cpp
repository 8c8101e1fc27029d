#include "gateway/process.hpp"

#include <malloc.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "auth/admin_token.hpp"
#include "base/assert.hpp"
#include "base/log.hpp"
#include "io/linux/loop.hpp"
#include "io/linux/signals.hpp"

namespace gilmok::gateway {

namespace {
constexpr io::Events drain_tick = 1U << 0;
constexpr Duration drain_look = std::chrono::milliseconds(20);
// After the drain deadline cut exchanges still write their error events and records.
constexpr Duration drain_grace = std::chrono::seconds(2);

log::Level level_of(const std::string& name) {
    if (name == "debug") return log::Level::debug;
    if (name == "warn") return log::Level::warn;
    return name == "error" ? log::Level::error : log::Level::info;
}

std::uint32_t shards_of(const config::Snapshot& snapshot) {
    return snapshot.server.shards != 0 ? snapshot.server.shards : std::max(1U, std::thread::hardware_concurrency());
}

std::string cannot_listen(const io::Address& address, const Error& error) {
    return "cannot listen on " + io::to_string(address) + ": " + std::string(error.detail) +
           ". Another process may use the port; choose another one in [server], or stop that process (ss -ltnp shows "
           "it).";
}
}   // namespace

Process::Process(io::Files& files, config::Secrets& secrets, Options options)
    : files_(files), secrets_(secrets), options_(std::move(options)), loop_(io::linux_::make_loop()) {}

Process::~Process() { stop_shards(); }

std::string Process::run(config::SnapshotPtr snapshot) {
    io::linux_::ignore_sigpipe();
    io::linux_::raise_file_limit();
    // glibc would give every freed body back to the kernel and fetch it again for the next request.
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    mallopt(M_MMAP_THRESHOLD, 8 << 20);   // named too: with the other set it would no longer grow by itself
    mallopt(M_TOP_PAD, 1 << 20);
    log::set_level(level_of(snapshot->log.level));
    io::linux_::Signals signals({SIGTERM, SIGINT, SIGHUP}, *loop_, [this](int number) { on_signal(number); });
    if (std::string problem = start(snapshot); !problem.empty()) return problem;
    log::info("ready", {{"door", io::to_string(door_addresses_.front())},
                        {"admin", io::to_string(admin_address_)},
                        {"shards", static_cast<std::int64_t>(shards_.size())},
                        {"version", options_.version}});
    if (options_.on_ready) options_.on_ready(*this);
    loop_->run();
    stop_shards();
    if (access_writer_ != nullptr) access_writer_->stop();
    log::info("stopped");
    return {};
}

std::string Process::start(const config::SnapshotPtr& snapshot) {
    dns_ = std::make_unique<io::linux_::Resolver>();
    ledger_loop_ = io::linux_::make_loop();
    ledger_ = std::make_unique<LedgerService>(files_, *ledger_loop_, LedgerService::OpenTables{},
                                              [] { return io::linux_::monotonic_now(); });
    if (std::string problem = ledger_->open(*snapshot, static_cast<std::uint16_t>(shards_of(*snapshot))); !problem.empty())
        return problem;
    archive_ = std::make_unique<ArchiveService>(files_, *loop_);
    if (std::string problem = archive_->open(*snapshot); !problem.empty()) return problem;
    Control::Services services{*loop_, files_, secrets_, dns_.get(), options_.config_path, &spans_};
    services.clock = io::linux_::monotonic_now;
    services.archive = archive_->archive();
    services.idempotency = ledger_->idempotency();
    if (ledger_->keeper() != nullptr) {
        services.keeper = ledger_->keeper();
        services.people = ledger_->people();
        services.ask = [this] { return ledger_->ask(); };
    }
    services.access_lines_lost = [this]() -> std::uint64_t {
        return access_writer_ != nullptr ? access_writer_->lines_lost() : 0;
    };
    control_ = std::make_unique<Control>(services);
    control_->process().version = options_.version;
    if (auto problem = control_->apply(snapshot)) return *problem;
    if (std::string problem = start_shards(*snapshot); !problem.empty()) return problem;
    if (std::string problem = start_admin(*snapshot); !problem.empty()) return problem;
    control_->watch();
    start_ledger();
    archive_->start();
    for (ShardThread& shard : shards_) shard.thread = std::thread([&loop = *shard.loop] { loop.run(); });
    return {};
}

std::string Process::start_shards(const config::Snapshot& snapshot) {
    const std::uint32_t count = shards_of(snapshot);
    if (snapshot.log.access != "off") {
        auto writer = meter::LogWriter::open(snapshot.log.access, files_, count);
        if (!writer)
            return "the access log cannot be opened: " + writer.error().message +
                   ". Check the path in [log] access, or set it to \"stdout\" or \"off\".";
        access_writer_ = std::move(*writer);
    }
    const bool has_spans = !snapshot.telemetry.otlp_endpoint.empty();
    for (std::uint32_t index = 0; index < count; ++index) {
        ShardThread shard;
        shard.loop = io::linux_::make_loop();
        Shard::Outlets outlets;
        outlets.access = access_writer_ != nullptr ? &access_writer_->lane(index) : nullptr;
        outlets.spans = has_spans ? &spans_ : nullptr;
        outlets.archive = archive_->archive();
        if (ledger_->keeper() != nullptr) {
            outlets.lane = &ledger_->keeper()->lane(static_cast<std::uint16_t>(index));
            outlets.poke_ledger = [this] { ledger_->poke(); };
        }
        shard.shard = std::make_unique<Shard>(*shard.loop, index, control_->setup(), std::move(outlets));
        for (std::size_t i = 0; i < snapshot.server.listen.size(); ++i) {
            // Port 0 is chosen by the first shard and shared by the others.
            const io::Address address = index == 0 ? snapshot.server.listen[i] : door_addresses_[i];
            const auto bound = shard.shard->listen(address, count > 1);
            if (!bound) return cannot_listen(address, bound.error());
            if (index == 0) door_addresses_.push_back(*bound);
        }
        control_->add_shard(*shard.shard);
        shards_.push_back(std::move(shard));
    }
    return {};
}

// The ledger turns on a thread of its own: a slow disk must not hold up a shard, nor the control side.
void Process::start_ledger() {
    if (ledger_->keeper() == nullptr) return;
    ledger_->start([this] {
        for (ShardThread& shard : shards_)
            if (shard.shard->awaits_durable())   // what is durable was told before: see Shard::wait_durable()
                shard.loop->submit([&shard = *shard.shard] { shard.durable_advanced(); });
    });
    ledger_thread_ = std::thread([this] { ledger_loop_->run(); });
}

// After the shards: their last records are in the lanes.
void Process::stop_ledger() {
    if (ledger_thread_.joinable()) {
        ledger_loop_->stop();
        ledger_thread_.join();
    }
    if (ledger_ != nullptr) ledger_->close();
}

std::string Process::start_admin(const config::Snapshot& snapshot) {
    std::array<char, auth::key_random_bytes> random{};
    loop_->random_bytes(random);
    auto token = auth::load_admin_token(snapshot.server, files_, random);
    if (!token) return "the admin token: " + token.error().message;
    admin_ = std::make_unique<AdminServer>(*control_, std::move(*token));
    const auto bound = admin_->listen(snapshot.server.admin);
    if (!bound) return cannot_listen(snapshot.server.admin, bound.error());
    admin_address_ = *bound;
    return {};
}

void Process::on_signal(int number) {
    if (number == SIGHUP) {
        if (access_writer_ != nullptr) access_writer_->request_reopen();
        if (!options_.config_path.empty()) control_->reload(options_.config_path);
        return;
    }
    if (drain_deadline_ != far_future) {
        log::warn("stop_now", {{"why", "a second signal during the drain"}});
        loop_->stop();
        return;
    }
    begin_drain();
}

void Process::begin_drain() {
    const Duration timeout = control_->setup()->snapshot->server.limits.drain_timeout;
    drain_deadline_ = loop_->now() + timeout;
    log::info("draining", {{"timeout_ms", to_ms(timeout)}});
    control_->set_draining();
    for (ShardThread& shard : shards_)
        shard.loop->submit([&shard = *shard.shard, deadline = drain_deadline_] { shard.drain(deadline); });
    drain_waiter_ = std::make_unique<io::Waiter>(loop_->ready());
    drain_timer_ = std::make_unique<io::Timer>(loop_->timers(), *drain_waiter_, drain_tick);
    drain_ = wait_for_drain();
    drain_.start();
}

io::Task<> Process::wait_for_drain() {
    for (;;) {
        drain_timer_->arm(loop_->now() + drain_look);
        co_await drain_waiter_->wait(drain_tick);
        // Gauges are atomics: this thread may read them.
        const bool is_empty = std::all_of(shards_.begin(), shards_.end(), [](const ShardThread& shard) {
            return shard.shard->metrics().connections_open.value() == 0;
        });
        if (is_empty || loop_->now() >= drain_deadline_ + drain_grace) break;
    }
    loop_->stop();
}

void Process::stop_shards() {
    for (ShardThread& shard : shards_)
        if (shard.thread.joinable()) {
            shard.loop->stop();
            shard.thread.join();
        }
    admin_.reset();
    // Before shards and control go: both may be called by the ledger's thread or read its names.
    if (ledger_thread_.joinable()) {
        ledger_loop_->stop();
        ledger_thread_.join();
    }
    control_.reset();
    shards_.clear();   // flushes their log lanes, settles what was still open
    stop_ledger();
    if (archive_ != nullptr) archive_->close();
}

}   // namespace gilmok::gateway
