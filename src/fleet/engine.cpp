#include "fleet/engine.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace gilmok::fleet {

namespace {

constexpr std::uint32_t blocks_for(std::uint64_t tokens) {
    return static_cast<std::uint32_t>((tokens + block_tokens - 1) / block_tokens);
}

std::uint32_t blocks_of(const EngineConfig& config) {
    return config.kv_blocks != 0 ? config.kv_blocks : kv_blocks(config.profile, block_tokens);
}

}  // namespace

Engine::Engine(const EngineConfig& config) : config_(config), cache_(blocks_of(config), config.keeps_prefixes) {
    GILMOK_ASSERT(cache_.blocks() > 0);
    GILMOK_ASSERT(config_.profile.shape.sequences_max > 0 && config_.profile.shape.tokens_batched_max > 0);
}

std::uint64_t Engine::tokens_max() const { return std::uint64_t{cache_.blocks()} * block_tokens; }

Engine::Admission Engine::submit(Submission submission) {
    GILMOK_ASSERT(submission.tokens_prompt > 0);
    GILMOK_ASSERT(submission.arrived >= clock_);
    if (std::uint64_t{submission.tokens_prompt} + submission.tokens_output > tokens_max()) return Admission::too_long;
    if (waiting_.size() >= config_.waiting_max) return Admission::queue_full;
    const auto [place, is_new] = sequences_.try_emplace(submission.id);
    GILMOK_ASSERT(is_new);
    place->second.submission = std::move(submission);
    waiting_.push_back(&place->second);
    return Admission::accepted;
}

bool Engine::cancel(std::uint64_t id) {
    const auto found = sequences_.find(id);
    if (found == sequences_.end()) return false;
    Sequence& sequence = found->second;
    cache_.release(sequence.blocks);
    if (sequence.is_running)
        std::erase(running_, &sequence);
    else
        std::erase(waiting_, &sequence);
    std::erase(in_step_, &sequence);
    sequences_.erase(found);
    is_full_ = false;
    ++totals_.cancelled;
    return true;
}

Instant Engine::next_event() const {
    if (step_end_ != far_future) return step_end_;
    if (config_.fixed_pace) {
        const Instant arrival =
            waiting_.empty() || is_full_ ? far_future : std::max(clock_, waiting_.front()->submission.arrived);
        return due_.empty() ? arrival : std::min(arrival, due_.top().at);
    }
    if (!running_.empty()) return clock_;
    return waiting_.empty() ? far_future : std::max(clock_, waiting_.front()->submission.arrived);
}

void Engine::advance(Instant now, std::vector<Event>& events) {
    if (config_.fixed_pace) return advance_fixed(now, events);
    while (true) {
        if (step_end_ == far_future) {
            const Instant start = next_event();
            if (start > now || start == far_future) break;
            begin_step(start, events);
        }
        if (step_end_ > now) break;
        end_step(events);
    }
    clock_ = std::max(clock_, step_end_ == far_future ? now : clock_);
}

void Engine::begin_step(Instant at, std::vector<Event>& events) {
    load_ = {};
    in_step_.clear();
    if (config_.profile.shape.mixed)
        schedule_mixed(at, events);
    else
        schedule_apart(at, events);
    // Whoever is first always fits: submit() refused what is larger than the whole cache.
    GILMOK_ASSERT(!in_step_.empty());
    const Duration length = step_time(config_.profile, load_);
    step_end_ = at + length;
    ++totals_.steps;
    totals_.busy += length;
    totals_.joules_busy += watts(config_.profile, in_step_.size()) * static_cast<double>(length.count()) / 1e9;
}

void Engine::schedule_mixed(Instant at, std::vector<Event>& events) {
    std::uint32_t budget = config_.profile.shape.tokens_batched_max;
    const std::uint64_t preemptions = totals_.preemptions;
    schedule_running(at, budget, events);
    if (totals_.preemptions == preemptions) schedule_waiting(at, budget, 0xffffffff, events);
}

void Engine::schedule_apart(Instant at, std::vector<Event>& events) {
    std::uint32_t budget = config_.profile.shape.tokens_batched_max;
    const std::uint32_t prompts_max = config_.profile.shape.prefill_batch_max;
    std::uint32_t prompts = 0;
    for (std::size_t index = 0; index < running_.size() && prompts < prompts_max && budget > 0; ++index) {
        Sequence& sequence = *running_[index];
        if (sequence.is_decoding()) continue;
        const std::uint32_t tokens = std::min(sequence.target() - sequence.computed, budget);
        if (!make_room(sequence, sequence.computed + tokens, at, events)) break;
        put_in_step(sequence, tokens);
        budget -= tokens;
        ++prompts;
    }
    if (prompts < prompts_max) schedule_waiting(at, budget, prompts_max - prompts, events);
    if (!in_step_.empty()) return;
    budget = config_.profile.shape.tokens_batched_max;
    schedule_running(at, budget, events);
}

void Engine::schedule_running(Instant at, std::uint32_t& budget, std::vector<Event>& events) {
    for (std::size_t index = 0; index < running_.size() && budget > 0; ++index) {
        Sequence& sequence = *running_[index];
        const std::uint32_t tokens = std::min(sequence.target() - sequence.computed, budget);
        if (!make_room(sequence, sequence.computed + tokens, at, events)) return;
        put_in_step(sequence, tokens);
        budget -= tokens;
    }
}

void Engine::schedule_waiting(Instant at, std::uint32_t& budget, std::uint32_t prompts_max,
                              std::vector<Event>& events) {
    while (budget > 0 && prompts_max > 0 && !waiting_.empty() &&
           running_.size() < config_.profile.shape.sequences_max) {
        Sequence& sequence = *waiting_.front();
        if (sequence.submission.arrived > at || !admit_first(at, 0, budget, events)) return;
        const std::uint32_t tokens = std::min(sequence.target() - sequence.computed, budget);
        put_in_step(sequence, tokens);
        budget -= tokens;
        --prompts_max;
    }
}

// Moves the first waiting sequence to the running ones with the blocks for its first chunk and `tokens_more`. At least
// one token is always computed, because the next one is sampled from it.
bool Engine::admit_first(Instant at, std::uint32_t tokens_more, std::uint32_t budget, std::vector<Event>& events) {
    Sequence& sequence = *waiting_.front();
    const auto& hashes = sequence.submission.hashes;
    const std::uint32_t usable =
        std::min(static_cast<std::uint32_t>(hashes.size()), (sequence.target() - 1) / block_tokens);
    std::uint32_t matched = cache_.match(std::span(hashes).first(usable));
    const std::uint32_t grain = std::max(config_.profile.shape.prefix_granularity / block_tokens, 1u);
    matched -= matched % grain;
    const auto prefix = std::span(hashes).first(matched);
    const std::uint32_t cached = matched * block_tokens;
    const std::uint32_t chunk = std::min(sequence.target() - cached, budget);
    const std::uint32_t fresh = blocks_for(std::uint64_t{cached} + chunk + tokens_more) - matched;
    if (cache_.free() - cache_.free_among(prefix) < fresh) return false;
    cache_.hold(prefix, sequence.blocks);
    cache_.take(fresh, sequence.blocks);
    sequence.computed = cached;
    sequence.named = matched;
    sequence.is_running = true;
    waiting_.pop_front();
    running_.push_back(&sequence);
    if (!sequence.has_started) {
        sequence.has_started = true;
        totals_.tokens_queried += sequence.submission.tokens_prompt;
        totals_.tokens_hit += cached;
        totals_.tokens_prompt += sequence.submission.tokens_prompt;
        events.push_back({Event::What::started, sequence.submission.id, at, cached});
    }
    return true;
}

// Blocks for that many tokens of a running sequence; puts back the last ones until there is room. False when that was
// the sequence itself.
bool Engine::make_room(Sequence& sequence, std::uint32_t tokens, Instant at, std::vector<Event>& events) {
    const std::uint32_t needed = blocks_for(tokens);
    const auto held = static_cast<std::uint32_t>(sequence.blocks.size());
    if (needed <= held) return true;
    while (cache_.free() < needed - held) {
        const bool was_self = running_.back() == &sequence;
        preempt_last(at, events);
        if (was_self) return false;
    }
    cache_.take(needed - held, sequence.blocks);
    return true;
}

void Engine::preempt_last(Instant at, std::vector<Event>& events) {
    Sequence& victim = *running_.back();
    // Steps are filled in order of running_, so whoever is last has not been put into this one.
    GILMOK_DASSERT(in_step_.empty() || in_step_.back() != &victim);
    running_.pop_back();
    cache_.release(victim.blocks);
    victim.computed = 0;
    victim.is_running = false;
    waiting_.push_front(&victim);
    ++totals_.preemptions;
    events.push_back({Event::What::preempted, victim.submission.id, at, victim.generated});
}

void Engine::put_in_step(Sequence& sequence, std::uint32_t tokens) {
    sequence.chunk = tokens;
    in_step_.push_back(&sequence);
    if (sequence.is_decoding()) {
        ++load_.sequences_decode;
        load_.tokens_context += sequence.computed;
        return;
    }
    ++load_.sequences_prefill;
    load_.tokens_prefill += tokens;
    load_.prefill_attention += static_cast<double>(tokens) * (sequence.computed + (tokens - 1) / 2.0);
}

void Engine::end_step(std::vector<Event>& events) {
    const Instant at = std::exchange(step_end_, far_future);
    clock_ = at;
    // produce() may erase sequences, but only ones that are taken out of the list here first.
    for (Sequence* sequence : std::exchange(in_step_, {})) {
        sequence->computed += sequence->chunk;
        name_full_blocks(*sequence);
        if (sequence->computed == sequence->target()) produce(*sequence, at, events);
    }
}

void Engine::name_full_blocks(Sequence& sequence) {
    const auto& hashes = sequence.submission.hashes;
    const std::uint32_t full = std::min(sequence.computed / block_tokens, static_cast<std::uint32_t>(hashes.size()));
    for (; sequence.named < full; ++sequence.named)
        cache_.name(sequence.blocks[sequence.named], hashes[sequence.named]);
}

void Engine::produce(Sequence& sequence, Instant at, std::vector<Event>& events) {
    if (sequence.submission.tokens_output > 0) {
        events.push_back({Event::What::token, sequence.submission.id, at, sequence.generated});
        ++sequence.generated;
        ++totals_.tokens_output;
    }
    if (sequence.generated == sequence.submission.tokens_output) finish(sequence, at, events);
}

void Engine::finish(Sequence& sequence, Instant at, std::vector<Event>& events) {
    const std::uint64_t id = sequence.submission.id;
    events.push_back({Event::What::finished, id, at, sequence.generated});
    ++totals_.finished;
    cache_.release(sequence.blocks);
    std::erase(running_, &sequence);
    sequences_.erase(id);
}

void Engine::admit_fixed(Instant at, std::vector<Event>& events) {
    while (!waiting_.empty() && running_.size() < config_.profile.shape.sequences_max) {
        Sequence& sequence = *waiting_.front();
        const std::uint32_t output = sequence.submission.tokens_output;
        if (sequence.submission.arrived > at) return;
        if (!admit_first(at, output, 0xffffffff, events)) break;
        due_.push({at + config_.fixed_pace->to_first_token, due_order_++, sequence.submission.id});
    }
    is_full_ = !waiting_.empty();   // until somebody leaves
}

void Engine::advance_fixed(Instant now, std::vector<Event>& events) {
    admit_fixed(now, events);
    while (!due_.empty() && due_.top().at <= now) {
        const Due due = due_.top();
        due_.pop();
        clock_ = std::max(clock_, due.at);
        const auto found = sequences_.find(due.id);
        if (found == sequences_.end()) continue;   // cancelled meanwhile
        Sequence& sequence = found->second;
        sequence.computed = sequence.target();
        name_full_blocks(sequence);
        const bool is_last = sequence.generated + 1 >= sequence.submission.tokens_output;
        produce(sequence, due.at, events);
        if (is_last)
            admit_fixed(now, events);
        else
            due_.push({due.at + config_.fixed_pace->per_token, due_order_++, due.id});
    }
    clock_ = std::max(clock_, now);
}

EngineStats Engine::stats() const {
    EngineStats stats = totals_;
    stats.running = static_cast<std::uint32_t>(running_.size());
    stats.waiting = static_cast<std::uint32_t>(waiting_.size());
    stats.blocks = cache_.blocks();
    stats.blocks_held = cache_.blocks() - cache_.free();
    return stats;
}

void Engine::check() const {
    cache_.check();
    GILMOK_ASSERT(running_.size() + waiting_.size() == sequences_.size());
    std::vector<std::uint32_t> holders(cache_.blocks());
    for (const auto& [id, sequence] : sequences_) {
        GILMOK_ASSERT(id == sequence.submission.id);
        GILMOK_ASSERT(sequence.is_running || sequence.blocks.empty());
        GILMOK_ASSERT(!sequence.is_running || sequence.blocks.size() * block_tokens >= sequence.computed);
        for (const BlockIndex block : sequence.blocks) ++holders[block];
    }
    for (BlockIndex block = 0; block < holders.size(); ++block) GILMOK_ASSERT(holders[block] == cache_.holders(block));
}

}  // namespace gilmok::fleet
