#include "gateway/shard.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "gateway/connection.hpp"
#include "io/tls.hpp"

namespace gilmok::gateway {

namespace {

constexpr io::Events client_waits = 1U << 0;
constexpr io::Events house_timer = 1U << 0;
constexpr io::Events burial = 1U << 0;
// How often a shard looks after what nobody waits for: idle connections, log lines that grow old, gauges.
constexpr Duration house_interval = std::chrono::milliseconds(200);

std::uint64_t prng_seed(io::Loop& loop) {
    std::array<char, sizeof(std::uint64_t)> bytes{};
    loop.random_bytes(bytes);
    std::uint64_t seed = 0;
    std::memcpy(&seed, bytes.data(), sizeof seed);
    return seed;
}

// A new memory has a secret of its own: nothing of the one before it can be found in it.
std::unique_ptr<guard::CleanMemory> make_clean_memory(io::Loop& loop, const config::Snapshot& snapshot) {
    const std::uint64_t bytes = snapshot.guard.is_on ? snapshot.guard.clean_bytes_max : 0;
    guard::TextTagger::Secret secret{};
    loop.random_bytes(secret);
    return std::make_unique<guard::CleanMemory>(bytes / sizeof(guard::TextTag), secret);
}

upstream::RetryBudget::Settings retry_settings(const config::Snapshot& snapshot) {
    return {.ratio = snapshot.retry.ratio, .per_second_min = static_cast<double>(snapshot.retry.per_second_min)};
}

}   // namespace

Shard::Shard(io::Loop& loop, std::uint32_t index, SetupPtr setup, Outlets outlets)
    : loop_(loop),
      setup_(std::move(setup)),
      outlets_(std::move(outlets)),
      scratch_(std::make_unique<Scratch>()),
      prng_(prng_seed(loop)),
      metrics_(index),
      body_budget_(setup_->snapshot->server.limits.bodies_bytes_max),
      admission_(setup_->snapshot->server.limits),
      retry_budget_(retry_settings(*setup_->snapshot)),
      cards_(std::make_unique<Cards>()),
      clean_memory_(make_clean_memory(loop, *setup_->snapshot)),
      house_waiter_(loop.ready()),
      house_timer_(loop.timers(), house_waiter_, house_timer),
      burial_waiter_(loop.ready()),
      house_(keep_house()),
      burial_(bury()) {
    if (outlets_.spans != nullptr) spans_ = std::make_unique<meter::SpanBuffer>(*outlets_.spans);
    scratch_->out.reserve(96 * 1024);
    scratch_->payload.reserve(64 * 1024);
    metrics_.use(*setup_->snapshot);
    access_log_.use(*setup_->snapshot);
    token_ratios_.resize(setup_->snapshot->models.size());
    house_.start();
    burial_.start();
}

Shard::~Shard() {
    doors_.clear();
    for (Connection** list : {&connections_, &retired_})
        while (*list != nullptr) {
            Connection* connection = *list;
            *list = connection->next;
            delete connection;
        }
    if (outlets_.access != nullptr) outlets_.access->flush();
    if (spans_ != nullptr) spans_->flush();
}

Result<io::Address> Shard::listen(const io::Address& address, bool is_shared) {
    io::ListenOptions options;
    options.shared = is_shared;
    GILMOK_TRY(listener, loop_.network().listen(address, options));
    const io::Address bound = listener->address();
    Door door{.listener = std::move(listener), .waiter = std::make_unique<io::Waiter>(loop_.ready()), .task = {}};
    door.task = accept_from(*door.listener, *door.waiter);
    door.task.start();
    doors_.push_back(std::move(door));
    return bound;
}

io::Task<> Shard::accept_from(io::Listener& listener, io::Waiter& waiter) {
    listener.watch(&waiter, client_waits);
    for (;;) {
        co_await waiter.wait(client_waits);
        // Beyond connections_max, new connections wait in the kernel's backlog; the next burial or tick looks again.
        while (connections_count_ < setup_->snapshot->server.limits.connections_max) {
            io::SocketPtr socket = listener.accept();
            if (socket == nullptr) break;
            open(std::move(socket));
        }
    }
}

void Shard::open(io::SocketPtr socket) {
    if (setup_->door_tls != nullptr) socket = io::tls_server(std::move(socket), *setup_->door_tls);
    auto* connection = new Connection(*this, std::move(socket));   // owned by the intrusive list
    connection->next = connections_;
    if (connections_ != nullptr) connections_->previous = connection;
    connections_ = connection;
    ++connections_count_;
    metrics_.connections_accepted.add();
    metrics_.connections_open.add();
    connection->start();
}

// A connection's coroutine has come to its end. It cannot destroy itself; the undertaker does, after it has returned.
void Shard::retire(Connection& connection) {
    (connection.previous != nullptr ? connection.previous->next : connections_) = connection.next;
    if (connection.next != nullptr) connection.next->previous = connection.previous;
    connection.previous = nullptr;
    std::erase(waiting_for_disk_, &connection);
    connection.next = retired_;
    retired_ = &connection;
    burial_waiter_.notify(burial);
}

io::Task<> Shard::bury() {
    for (;;) {
        co_await burial_waiter_.wait(burial);
        while (retired_ != nullptr) {
            Connection* connection = retired_;
            retired_ = connection->next;
            delete connection;
            --connections_count_;
            metrics_.connections_open.sub();
        }
        for (Door& door : doors_) door.waiter->notify(client_waits);
    }
}

io::Task<> Shard::keep_house() {
    for (;;) {
        const Instant planned = loop_.now() + house_interval;
        house_timer_.arm(planned);
        co_await house_waiter_.wait(house_timer);
        const Instant now = loop_.now();
        const Duration lag = std::max(Duration{}, now - planned);
        overload_.observe(lag, now);
        metrics_.loop_lag.observe(lag.count());
        for (PoolEntry& entry : pools_) entry.pool->reap(now);
        std::erase_if(pools_, [&](const PoolEntry& entry) {
            return entry.used_version != setup_->snapshot->version && entry.pool->busy() == 0 &&
                   entry.pool->idle() == 0;
        });
        if (outlets_.access != nullptr) outlets_.access->tick(now);
        if (spans_ != nullptr) spans_->tick(now);
        update_gauges();
        // Accepting stops without an edge when descriptors run out; this looks again.
        for (Door& door : doors_) door.waiter->notify(client_waits);
        if (is_draining_ && now >= drain_deadline_) cut_all();
    }
}

void Shard::update_gauges() {
    metrics_.bodies_bytes.set(static_cast<std::int64_t>(body_budget_.bytes_held()));
    metrics_.is_shedding.set(overload_.is_shedding() ? 1 : 0);
    for (PoolEntry& entry : pools_) {
        if (entry.used_version != setup_->snapshot->version) continue;
        meter::UpstreamMetrics& upstream = metrics_.upstream(entry.id, *setup_->snapshot);
        upstream.connections_busy.set(entry.pool->busy());
        upstream.connections_idle.set(static_cast<std::int64_t>(entry.pool->idle()));
        upstream.is_ejected.set(entry.state->health.is_out(loop_.now()) ? 1 : 0);
    }
    if (outlets_.access != nullptr) {
        const std::uint64_t dropped = outlets_.access->lines_dropped();
        metrics_.access_lines_dropped.add(dropped - metrics_.access_lines_dropped.value());
    }
}

void Shard::use(SetupPtr setup) {
    const bool is_new_snapshot = setup->snapshot != setup_->snapshot;
    const bool is_new_keyring = setup->keyring != setup_->keyring;
    const bool is_new_memory = setup->snapshot->guard.is_on != setup_->snapshot->guard.is_on ||
                               setup->snapshot->guard.clean_bytes_max != setup_->snapshot->guard.clean_bytes_max;
    setup_ = std::move(setup);
    if (is_new_snapshot) {
        const config::Snapshot& snapshot = *setup_->snapshot;
        metrics_.use(snapshot);
        access_log_.use(snapshot);
        token_ratios_.assign(snapshot.models.size(),
                             {});   // models may have changed places; what was learned is soon back
        admission_.set_limits(snapshot.server.limits);
        body_budget_.set_max(snapshot.server.limits.bodies_bytes_max);
        retry_budget_.set(retry_settings(snapshot));
        if (is_new_memory) clean_memory_ = make_clean_memory(loop_, snapshot);
        // Pools of upstreams that are gone or moved keep only what is busy.
        for (PoolEntry& entry : pools_) {
            const bool is_kept =
                std::find(setup_->upstreams.begin(), setup_->upstreams.end(), entry.state) != setup_->upstreams.end();
            if (!is_kept) entry.pool->close_idle();
        }
    }
    if (is_new_keyring)
        for (Connection* connection = connections_; connection != nullptr; connection = connection->next)
            connection->call_attention();
}

void Shard::drain(Instant deadline) {
    is_draining_ = true;
    drain_deadline_ = deadline;
    doors_.clear();
    for (Connection* connection = connections_; connection != nullptr; connection = connection->next)
        connection->call_attention();
}

void Shard::cut_all() {
    for (Connection* connection = connections_; connection != nullptr; connection = connection->next) connection->cut();
}

std::uint32_t Shard::upstream_connections_busy() const {
    std::uint32_t busy = 0;
    for (const PoolEntry& entry : pools_) busy += entry.pool->busy();
    return busy;
}

upstream::Pool& Shard::pool(const upstream::StatePtr& state, const config::Upstream& upstream) {
    // A handful of upstreams: a walk over a small array beats a map. An exchange of an older snapshot finds its pool too.
    const config::Snapshot& snapshot = *setup_->snapshot;
    auto found =
        std::find_if(pools_.begin(), pools_.end(), [&](const PoolEntry& entry) { return entry.state == state; });
    if (found == pools_.end()) {
        pools_.push_back({.state = state, .pool = std::make_unique<upstream::Pool>(loop_, state)});
        found = pools_.end() - 1;
    }
    if (found->used_version != snapshot.version) {
        const auto now_at = std::find(setup_->upstreams.begin(), setup_->upstreams.end(), state);
        if (now_at != setup_->upstreams.end()) {
            found->used_version = snapshot.version;
            found->id = static_cast<model::UpstreamId>(now_at - setup_->upstreams.begin());
        }
        found->pool->set_limits({.connections_max = upstream.connections_max,
                                 .idle_max = upstream.pool_idle_max,
                                 .idle_timeout = upstream.pool_idle_timeout});
    }
    return *found->pool;
}

meter::TokenRatio& Shard::token_ratio(model::ModelId model) {
    // An exchange of an older snapshot may know a model that is gone.
    const std::size_t index = model::index_of(model);
    if (index >= token_ratios_.size()) token_ratios_.resize(index + 1);
    return token_ratios_[index];
}

void Shard::wait_durable(Connection& connection) {
    if (std::find(waiting_for_disk_.begin(), waiting_for_disk_.end(), &connection) == waiting_for_disk_.end())
        waiting_for_disk_.push_back(&connection);
    // The keeper first tells what is durable and then looks at the flag; we set the flag and then look again at what is
    // durable. All four are sequentially consistent, one order for everybody, so one of the two sees the other.
    awaits_durable_.store(true, std::memory_order_seq_cst);
    if (waiting_for_disk_.size() == 1 && outlets_.poke_ledger) outlets_.poke_ledger();
}

void Shard::durable_advanced() {
    awaits_durable_.store(false, std::memory_order_release);
    for (Connection* connection : waiting_for_disk_) connection->call_attention();
    waiting_for_disk_.clear();
}

std::string_view Shard::date_line() {
    const std::int64_t second = unix_ms(loop_.wall_now()) / 1000;
    if (second != date_second_) {
        date_second_ = second;
        date_line_ = "date: " + http_date(loop_.wall_now()) + "\r\n";
    }
    return date_line_;
}

void Shard::finished(const model::Record& record, const config::Snapshot& snapshot, const meter::LineContext& context,
                     bool is_sampled) {
    metrics_.observe(record, snapshot);
    if (outlets_.access != nullptr) {
        access_log_.append_line(outlets_.access->buffer(), record, snapshot, context);
        outlets_.access->commit(loop_.now());
    }
    if (spans_ != nullptr && is_sampled) spans_->add(record, snapshot, context, loop_.now(), metrics_.spans_dropped);
    if (outlets_.on_record) outlets_.on_record(record);
}

}   // namespace gilmok::gateway
