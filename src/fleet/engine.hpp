// The physics of one inference engine: continuous batching, chunked prefill, paged KV with a prefix cache, preemption by
// recompute. Sans-IO and without a clock: it is told what arrives and what time it is, and answers what happened until
// then. The same object serves behind a real socket and in a discrete-event fleet.
//
// Scheduling follows vLLM's V1 scheduler: running sequences first in their order, then waiting ones first come first
// served; when blocks run out the last running one is put back and computes its tokens again. Shapes that cannot mix
// (NPU stacks) run a prefill step whenever there is a prompt to prefill, and nothing decodes meanwhile.
// Owner: one SimServer or one simulated fleet. Thread: the owner's.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "fleet/kv_cache.hpp"
#include "fleet/profile.hpp"

namespace gilmok::fleet {

inline constexpr std::uint32_t block_tokens = 16;

// Instead of the step model: every sequence on its own, first token and gaps as told. For tests that want a number.
struct FixedPace {
    Duration to_first_token{};
    Duration per_token{};
};

struct EngineConfig {
    Profile profile;
    std::uint32_t kv_blocks = 0;        // 0: what the profile's memory holds
    std::uint32_t waiting_max = 4096;   // then submit() says queue_full
    bool keeps_prefixes = true;
    std::optional<FixedPace> fixed_pace{};
};

struct Submission {
    std::uint64_t id = 0;              // not in use now
    Instant arrived{};                 // not before the last advance()
    std::uint32_t tokens_prompt = 0;   // at least 1
    std::uint32_t tokens_output = 0;   // 0: prefill only, as for embeddings
    // Chained hashes of the leading full blocks. May go on past the prompt: blocks of output that a follow-up will ask
    // for again are found then.
    std::vector<BlockHash> hashes{};
};

struct Event {
    enum class What : std::uint8_t { started, token, finished, preempted };
    What what;
    std::uint64_t id;
    Instant at;
    std::uint32_t value;   // started: prompt tokens found in the cache; token: its index from 0
};

struct EngineStats {
    std::uint32_t running = 0;
    std::uint32_t waiting = 0;
    std::uint32_t blocks = 0;
    std::uint32_t blocks_held = 0;
    std::uint64_t tokens_queried = 0;   // prompt tokens looked up in the prefix cache
    std::uint64_t tokens_hit = 0;
    std::uint64_t tokens_prompt = 0;
    std::uint64_t tokens_output = 0;
    std::uint64_t preemptions = 0;
    std::uint64_t steps = 0;
    std::uint64_t finished = 0;
    std::uint64_t cancelled = 0;
    Duration busy{};
    double joules_busy = 0;   // idle energy is the owner's to add: he knows how long the engine was switched on
    [[nodiscard]] double kv_use() const { return blocks == 0 ? 0 : static_cast<double>(blocks_held) / blocks; }
};

class Engine {
public:
    explicit Engine(const EngineConfig& config);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    enum class Admission : std::uint8_t { accepted, too_long, queue_full };
    Admission submit(Submission submission);
    // Frees everything it held at once. False when there is no such sequence (it has finished).
    bool cancel(std::uint64_t id);
    // When advance() has something to do next; `far_future` when idle.
    [[nodiscard]] Instant next_event() const;
    // Runs all steps that end at or before `now` and appends what happened, in order of time.
    void advance(Instant now, std::vector<Event>& events);

    [[nodiscard]] EngineStats stats() const;
    [[nodiscard]] const EngineConfig& config() const { return config_; }
    // The longest prompt plus output that can ever be served.
    [[nodiscard]] std::uint64_t tokens_max() const;
    // Walks all blocks and sequences and asserts that they agree; for tests.
    void check() const;

private:
    struct Sequence {
        Submission submission;
        std::vector<BlockIndex> blocks;
        std::uint32_t computed = 0;   // tokens whose KV is there
        std::uint32_t generated = 0;
        std::uint32_t named = 0;   // leading blocks that were offered to the prefix cache
        std::uint32_t chunk = 0;   // tokens in the current step
        bool is_running = false;
        bool has_started = false;
        [[nodiscard]] std::uint32_t target() const { return submission.tokens_prompt + generated; }
        [[nodiscard]] bool is_decoding() const { return generated > 0 && target() - computed == 1; }
    };
    struct Due {
        Instant at;
        std::uint64_t order;
        std::uint64_t id;
        // For the queue, whose top is the greatest.
        bool operator<(const Due& other) const { return at != other.at ? at > other.at : order > other.order; }
    };

    void begin_step(Instant at, std::vector<Event>& events);
    void end_step(std::vector<Event>& events);
    void schedule_mixed(Instant at, std::vector<Event>& events);
    void schedule_apart(Instant at, std::vector<Event>& events);
    void schedule_running(Instant at, std::uint32_t& budget, std::vector<Event>& events);
    void schedule_waiting(Instant at, std::uint32_t& budget, std::uint32_t prompts_max, std::vector<Event>& events);
    bool admit_first(Instant at, std::uint32_t tokens_more, std::uint32_t budget, std::vector<Event>& events);
    bool make_room(Sequence& sequence, std::uint32_t tokens, Instant at, std::vector<Event>& events);
    void preempt_last(Instant at, std::vector<Event>& events);
    void put_in_step(Sequence& sequence, std::uint32_t tokens);
    void name_full_blocks(Sequence& sequence);
    void produce(Sequence& sequence, Instant at, std::vector<Event>& events);
    void finish(Sequence& sequence, Instant at, std::vector<Event>& events);
    void admit_fixed(Instant at, std::vector<Event>& events);
    void advance_fixed(Instant now, std::vector<Event>& events);

    EngineConfig config_;
    KvCache cache_;
    std::unordered_map<std::uint64_t, Sequence> sequences_;
    std::vector<Sequence*> running_;
    std::deque<Sequence*> waiting_;
    std::vector<Sequence*> in_step_;
    StepLoad load_;
    Instant clock_{};                 // end of the last step
    Instant step_end_ = far_future;   // far_future: no step is running
    std::priority_queue<Due> due_;    // fixed pace only
    std::uint64_t due_order_ = 0;
    bool is_full_ = false;   // fixed pace only: the first waiting one did not fit
    EngineStats totals_;
};

}  // namespace gilmok::fleet
