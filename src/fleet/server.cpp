#include "fleet/server.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "fleet/sim_connection.hpp"

namespace gilmok::fleet {

namespace {

constexpr io::Events acceptable = 1;
constexpr io::Events someone_left = 2;
constexpr io::Events work_came = 1;
constexpr io::Events engine_due = 2;

}  // namespace

SimServer::SimServer(io::Loop& loop, SimConfig config)
    : loop_(loop),
      config_(std::move(config)),
      engine_(config_.engine),
      log_(config_.log_entries_max),
      origin_(loop.now()),
      accept_waiter_(loop.ready()),
      engine_waiter_(loop.ready()),
      engine_timer_(loop.timers(), engine_waiter_, engine_due) {
    if (config_.models.empty()) {
        const std::string_view name = config_.engine.profile.name;
        config_.models.emplace_back(name.substr(name.find('/') + 1));
    }
    if (config_.context_tokens_max == 0) config_.context_tokens_max = config_.engine.profile.model.context_tokens_max;
}

SimServer::~SimServer() { stop(); }

Result<io::Address> SimServer::listen(const io::Address& address) {
    GILMOK_ASSERT(listener_ == nullptr);
    auto listener = loop_.network().listen(address, io::ListenOptions{});
    if (!listener) return fail(listener.error());
    listener_ = std::move(*listener);
    listener_->watch(&accept_waiter_, acceptable);
    engine_task_ = run_engine();
    engine_task_.start();
    accept_task_ = accept_all();
    accept_task_.start();
    return listener_->address();
}

void SimServer::stop() {
    if (is_stopped_) return;
    is_stopped_ = true;
    connections_.clear();   // cancels their jobs and closes their entries in the log
    retired_.clear();
    listener_.reset();
    // Both tasks end by themselves: a frame must not go while its waiter may be in the queue.
    accept_waiter_.notify(someone_left);
    engine_waiter_.notify(work_came);
}

io::Task<> SimServer::accept_all() {
    while (!is_stopped_) {
        while (io::SocketPtr socket = listener_->accept()) {
            if (connections_.size() >= config_.connections_max) continue;
            connections_.push_back(std::make_unique<SimConnection>(*this, std::move(socket)));
            connections_.back()->set_place(std::prev(connections_.end()));
            connections_.back()->start();
        }
        // A connection cannot destroy the frame that it is running in; it is put on this list and let go here.
        for (SimConnection* gone : std::exchange(retired_, {})) connections_.erase(gone->place());
        co_await accept_waiter_.wait(acceptable | someone_left);
    }
}

void SimServer::retire(SimConnection& connection) {
    retired_.push_back(&connection);
    accept_waiter_.notify(someone_left);
}

Instant SimServer::simulated_now() const {
    if (config_.time_scale <= 0) return engine_time_;
    const double span = static_cast<double>((loop_.now() - origin_).count()) / config_.time_scale;
    return std::max(engine_time_, Instant(Duration(static_cast<std::int64_t>(span))));
}

Instant SimServer::real_time_of(Instant simulated) const {
    return origin_ + Duration(static_cast<std::int64_t>(
                         std::ceil(static_cast<double>(simulated.time_since_epoch().count()) * config_.time_scale)));
}

io::Task<> SimServer::run_engine() {
    while (!is_stopped_) {
        advance_engine();
        const Instant next = engine_.next_event();
        engine_timer_.arm(next == far_future ? far_future : real_time_of(next));
        co_await engine_waiter_.wait(work_came | engine_due);
    }
}

// Runs every step that ends by now. Step by step, because with a time scale of nothing there is no "now": everything that
// can happen happens.
void SimServer::advance_engine() {
    while (true) {
        const Instant next = engine_.next_event();
        if (next == far_future) return;
        if (config_.time_scale > 0 && real_time_of(next) > loop_.now()) return;
        advance_to(next);
    }
}

void SimServer::advance_to(Instant time) {
    events_.clear();
    engine_.advance(time, events_);
    engine_time_ = std::max(engine_time_, time);
    for (const Event& event : events_) deliver(event);
}

void SimServer::deliver(const Event& event) {
    const auto found = jobs_.find(event.id);
    if (found == jobs_.end()) return;
    SimJob& job = *found->second;
    switch (event.what) {
        case Event::What::started: job.cached = event.value; return;
        case Event::What::preempted: return;
        case Event::What::token: job.ready = event.value + 1; break;
        case Event::What::finished:
            job.is_finished = true;
            job.id = 0;
            jobs_.erase(found);
            break;
    }
    job.waiter->notify(tokens_came);
}

Engine::Admission SimServer::submit(SimJob& job, std::uint32_t tokens_prompt, std::vector<BlockHash> hashes) {
    Submission submission;
    submission.id = ++next_job_;
    // The engine must not be behind the time at which it is asked.
    const Instant now = simulated_now();
    while (engine_.next_event() < now) advance_to(engine_.next_event());
    engine_time_ = now;
    submission.arrived = now;
    submission.tokens_prompt = std::max(tokens_prompt, 1u);
    submission.tokens_output = job.answer.tokens();
    submission.hashes = std::move(hashes);
    const Engine::Admission admission = engine_.submit(std::move(submission));
    if (admission != Engine::Admission::accepted) return admission;
    job.id = next_job_;
    jobs_.emplace(job.id, &job);
    engine_waiter_.notify(work_came);
    return admission;
}

void SimServer::cancel(SimJob& job) {
    if (job.id == 0) return;
    engine_.cancel(job.id);
    jobs_.erase(job.id);
    job.id = 0;
    ++meters_.aborted;
    engine_waiter_.notify(work_came);   // its place may be another's now
}

std::uint64_t SimServer::tokens_context_max() const {
    return std::min<std::uint64_t>(config_.context_tokens_max, engine_.tokens_max());
}

bool SimServer::knows_model(std::string_view model) const {
    return std::find(config_.models.begin(), config_.models.end(), model) != config_.models.end();
}

void SimServer::append_models(std::string& out) const {
    out.append("{\"object\":\"list\",\"data\":[");
    for (std::size_t index = 0; index < config_.models.size(); ++index) {
        if (index > 0) out.push_back(',');
        out.append("{\"id\":\"");
        append_json_escaped(out, config_.models[index]);
        out.append("\",\"object\":\"model\",\"created\":1767225600,\"owned_by\":\"gilmok-sim\",\"max_model_len\":");
        append_number(out, tokens_context_max());
        out.push_back('}');
    }
    out.append("]}");
}

void SimServer::append_stats(std::string& out) const {
    const EngineStats stats = engine_.stats();
    out.append("{");
    log_.append_totals(out);
    const auto count = [&](std::string_view name, std::uint64_t number) {
        out.append(",\"").append(name).append("\":");
        append_number(out, number);
    };
    count("connections", connections_.size());
    count("engine_running", stats.running);
    count("engine_waiting", stats.waiting);
    count("engine_blocks", stats.blocks);
    count("engine_blocks_held", stats.blocks_held);
    count("engine_finished", stats.finished);
    count("engine_cancelled", stats.cancelled);
    count("engine_tokens_output", stats.tokens_output);
    count("engine_preemptions", stats.preemptions);
    out.append("}");
}

std::string SimServer::page(std::string_view path, std::string_view query, std::string_view& content_type) {
    std::string out;
    content_type = "application/json";
    if (path == "/v1/models") {
        append_models(out);
    } else if (path.starts_with("/v1/models/") && knows_model(path.substr(11))) {
        out.append("{\"id\":\"");
        append_json_escaped(out, path.substr(11));
        out.append("\",\"object\":\"model\",\"created\":1767225600,\"owned_by\":\"gilmok-sim\"}");
    } else if (path == "/version") {
        out.append("{\"version\":\"0-gilmok-sim\"}");
    } else if (path == "/sim/stats") {
        append_stats(out);
    } else if (path == "/sim/log") {
        content_type = "application/x-ndjson";
        const auto after = query.starts_with("after=") ? parse_u64(query.substr(6)) : std::nullopt;
        log_.append_lines(out, after.value_or(0));
        if (out.empty()) out.push_back('\n');
    } else if (path == "/metrics") {
        content_type = "text/plain; version=0.0.4; charset=utf-8";
        MetricsPage page{config_.style, config_.models.front(), engine_.stats(), 0, 0};
        page.watts = watts(config_.engine.profile, page.engine.running);
        const Duration idle = std::max(Duration{}, simulated_now().time_since_epoch() - page.engine.busy);
        page.joules =
            page.engine.joules_busy + watts(config_.engine.profile, 0) * static_cast<double>(idle.count()) / 1e9;
        append_metrics(out, page, meters_);
    }
    return out;
}

}  // namespace gilmok::fleet
