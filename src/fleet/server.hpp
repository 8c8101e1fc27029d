// A simulated engine on the wire: an OpenAI-compatible HTTP/1.1 server whose answers come from fleet::Engine at the pace
// of its step model, with faults on order. It is the test double that a gateway is proved against, and the engine of an
// embedded fleet. Runs on any io::Loop, so also in a world of virtual time.
//
//   POST /v1/chat/completions  /v1/completions  /v1/embeddings  /v1/rerank     GET /v1/models  /v1/models/{id}
//   GET  /health  /ping  /version  /metrics                                    GET /sim/log?after=N  /sim/stats
//
// Every answer says that it is simulated: header "x-gilmok-simulated: true".
// Owner: whoever made it; must outlive nothing but its loop. Thread: the loop's.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "fleet/answers.hpp"
#include "fleet/engine.hpp"
#include "fleet/faults.hpp"
#include "fleet/sim_log.hpp"
#include "fleet/sim_metrics.hpp"
#include "io/loop.hpp"
#include "io/task.hpp"

namespace gilmok::fleet {

struct SimConfig {
    EngineConfig engine;
    std::vector<std::string> models;   // served names; empty: the profile's model
    EngineStyle style = EngineStyle::vllm;
    std::uint64_t seed = 1;
    // Real seconds for a simulated one: 1 is real time, 0 answers at once.
    double time_scale = 1;
    AnswerRange answers;
    FaultMix faults;
    std::string api_key;                               // "": none is asked for
    bool usage_null = true;                            // see AnswerFrame
    std::uint32_t dimensions = 256;                    // of embeddings, when the request does not say
    std::uint32_t context_tokens_max = 0;              // 0: the model's
    std::uint64_t body_bytes_max = 32ULL << 20;        // then 413
    std::uint32_t connections_max = 16'384;            // then the new connection is closed
    std::uint32_t requests_per_connection_max = 0;     // then Connection: close; 0: no limit
    Duration idle_timeout = std::chrono::minutes(5);   // an idle connection is closed
    Duration stall_max = std::chrono::minutes(10);     // a stalled answer is given up
    std::size_t log_entries_max = 200'000;
};

// One sequence of a request, fed by the engine.
struct SimJob {
    std::uint64_t id = 0;   // 0: not in the engine (any more)
    Answer answer;
    std::uint32_t ready = 0;   // tokens the engine has made
    std::uint32_t sent = 0;
    std::uint32_t cached = 0;
    bool is_finished = false;
    bool is_closed = false;   // its finish_reason was written
    io::Waiter* waiter = nullptr;
};

class SimConnection;

class SimServer {
public:
    SimServer(io::Loop& loop, SimConfig config);
    SimServer(const SimServer&) = delete;
    SimServer& operator=(const SimServer&) = delete;
    ~SimServer();

    // Opens the port and begins to serve; returns the address that was bound.
    Result<io::Address> listen(const io::Address& address);
    // Closes the port and all connections at once, for good. Not from inside an answer.
    void stop();

    [[nodiscard]] const SimLog& log() const { return log_; }
    [[nodiscard]] const Engine& engine() const { return engine_; }
    [[nodiscard]] const SimConfig& config() const { return config_; }
    [[nodiscard]] std::size_t connections() const { return connections_.size(); }

    // For SimConnection.
    static constexpr io::Events tokens_came = 4;   // set in a job's waiter
    io::Loop& loop() { return loop_; }
    SimLog& log() { return log_; }
    SimMeters& meters() { return meters_; }
    std::uint64_t next_number() { return ++number_; }
    std::uint64_t tokens_context_max() const;
    bool knows_model(std::string_view model) const;
    Engine::Admission submit(SimJob& job, std::uint32_t tokens_prompt, std::vector<BlockHash> hashes);
    void cancel(SimJob& job);
    void retire(SimConnection& connection);
    // The pages that are not answers; "" when there is none of that path.
    std::string page(std::string_view path, std::string_view query, std::string_view& content_type);

private:
    io::Task<> accept_all();
    io::Task<> run_engine();
    void advance_engine();
    void advance_to(Instant time);
    void deliver(const Event& event);
    [[nodiscard]] Instant simulated_now() const;
    [[nodiscard]] Instant real_time_of(Instant simulated) const;
    void append_models(std::string& out) const;
    void append_stats(std::string& out) const;

    io::Loop& loop_;
    SimConfig config_;
    Engine engine_;
    SimLog log_;
    SimMeters meters_;
    Instant origin_;
    Instant engine_time_{};   // how far the engine was advanced
    bool is_stopped_ = false;
    std::uint64_t number_ = 0;
    std::uint64_t next_job_ = 0;
    std::unordered_map<std::uint64_t, SimJob*> jobs_;
    std::vector<Event> events_;
    std::list<std::unique_ptr<SimConnection>> connections_;
    std::vector<SimConnection*> retired_;
    io::ListenerPtr listener_;
    io::Waiter accept_waiter_;
    io::Waiter engine_waiter_;
    io::Timer engine_timer_;
    io::Task<> accept_task_;
    io::Task<> engine_task_;
};

}  // namespace gilmok::fleet
