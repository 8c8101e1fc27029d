// What one engine is: a chip, a model, how many chips share it, and the constants with which a step's time and power
// follow from what is in the step. The numbers are data with a source, so that a planner can say which of its answers
// rest on a measurement and which on a vendor's word. Pure values; no clock, no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.hpp"

namespace gilmok::fleet {

struct Chip {
    std::string_view name;
    double bytes_per_s = 0;   // of the memory that holds weights and KV
    double flops_16bit = 0;   // dense, per second
    double flops_8bit = 0;
    double memory_bytes = 0;
};

struct Model {
    std::string_view name;
    double params = 0;          // all of them
    double params_active = 0;   // used by one token
    double params_expert = 0;   // all routed experts together; 0 for a dense model
    std::uint32_t experts = 0;
    std::uint32_t experts_active = 0;
    std::uint32_t layers = 0;
    std::uint32_t heads = 0;
    std::uint32_t kv_heads = 0;
    std::uint32_t head_dim = 0;
    std::uint32_t context_tokens_max = 0;
};

// How an engine forms its steps. GPUs mix prefill and decode; NPU stacks run compiled graphs of fixed shapes.
struct EngineShape {
    bool mixed = true;                                 // prefill chunks and decodes share a step
    std::uint32_t prefill_batch_max = 64;              // prompts in one prefill step, when not mixed
    std::span<const std::uint32_t> decode_buckets{};   // ascending; a decode batch costs as much as the bucket it fits
    std::uint32_t prefix_granularity = 16;             // tokens; a prefix hit is a multiple of this
    std::uint32_t tokens_batched_max = 8192;           // budget of a step
    std::uint32_t sequences_max = 256;
};

// What a number rests on. Never mixed silently: an answer is as good as the worst profile in it.
enum class Calibration : std::uint8_t { measured, vendor, derived, uncalibrated };
std::string_view name_of(Calibration calibration);

// The closed form's constants. Together they reproduce measured time per output token within `error_tpot`.
struct StepFit {
    double memory_use = 0.8;       // of the bandwidth, reading weights
    double kv_use = 0.8;           // of the bandwidth, reading KV
    double flops_use = 0.4;        // of the peak, in prefill
    double layer_ms = 0.05;        // launch and small kernels, a layer
    double all_reduce_ms = 0.01;   // one of two a layer, when several chips share the model
    double sequence_ms = 0.05;     // scheduling and sampling, a sequence
};

struct Power {
    double watts_idle = 0;
    double watts_base = 0;   // running, as the batch goes to none
    double watts_per_sequence = 0;
    double watts_max = 0;
};

struct Profile {
    std::string_view name;   // "h100/llama-3.1-8b"
    Chip chip;
    Model model;
    std::uint32_t chips = 1;   // tensor parallel
    double bytes_per_weight = 2;
    double bytes_per_kv = 2;      // one element of K or V
    double reserve_bytes = 6e9;   // activations and runtime, over all chips
    StepFit fit;
    EngineShape shape;
    Power power;
    Calibration calibration = Calibration::uncalibrated;
    double error_tpot = 0;   // mean absolute error against its source, as a fraction; 0 when there is none
    std::string_view source;
};

// What one step works on.
struct StepLoad {
    std::uint64_t tokens_prefill = 0;
    double prefill_attention = 0;   // sum over chunks of n * (context before + (n - 1) / 2)
    std::uint64_t sequences_prefill = 0;
    std::uint64_t sequences_decode = 0;
    std::uint64_t tokens_context = 0;   // KV entries the decodes read, all together
};

double kv_bytes_per_token(const Profile& profile);
// Weights that one chip-set reads in a step of that many tokens; for a mixture of experts only the experts that were hit.
double weight_bytes(const Profile& profile, std::uint64_t tokens);
Duration step_time(const Profile& profile, const StepLoad& load);
// Closed form for the steady state: `concurrency` sequences of that length, each new one prefilled among the others.
double predict_tpot_ms(const Profile& profile, std::uint32_t concurrency, double tokens_in, double tokens_out);
double watts(const Profile& profile, std::uint64_t batch);   // batch 0 is idle
// KV blocks of `tokens_per_block` that fit beside the weights in 90 % of the memory; 0 when the model does not fit at all.
std::uint32_t kv_blocks(const Profile& profile, std::uint32_t tokens_per_block);
// The batch size that a decode of that many sequences is billed as.
std::uint64_t decode_bucket(const EngineShape& shape, std::uint64_t sequences);

std::span<const Profile> profiles();
// "h100/llama-3.1-8b", or another number of chips for a known pair: "h100x4/llama-3.1-8b". None: unknown, or no room.
std::optional<Profile> find_profile(std::string_view name);

}  // namespace gilmok::fleet
