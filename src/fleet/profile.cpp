#include "fleet/profile.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/assert.hpp"
#include "base/text.hpp"

namespace gilmok::fleet {

namespace {

// Data sheets, dense figures (no sparsity).
constexpr Chip h100{"h100", 3.35e12, 989e12, 1979e12, 80e9};
constexpr Chip h200{"h200", 4.8e12, 989e12, 1979e12, 141e9};
constexpr Chip b200{"b200", 8.0e12, 2250e12, 4500e12, 180e9};
constexpr Chip a100{"a100", 2.04e12, 312e12, 312e12, 80e9};
constexpr Chip l40s{"l40s", 0.864e12, 181e12, 362e12, 48e9};
constexpr Chip mi300x{"mi300x", 5.3e12, 1307e12, 2615e12, 192e9};
constexpr Chip rngd{"rngd", 1.5e12, 256e12, 512e12, 48e9};
constexpr Chip atom_max{"atom-max", 1.0e12, 128e12, 128e12, 64e9};
constexpr Chip cpu{"cpu", 0.2e12, 2e12, 4e12, 128e9};

constexpr Model llama_8b{"llama-3.1-8b", 8.03e9, 8.03e9, 0, 0, 0, 32, 32, 8, 128, 131072};
constexpr Model llama_70b{"llama-3.1-70b", 70.6e9, 70.6e9, 0, 0, 0, 80, 64, 8, 128, 131072};
constexpr Model llama_405b{"llama-3.1-405b", 405.9e9, 405.9e9, 0, 0, 0, 126, 128, 8, 128, 131072};
constexpr Model qwen_32b{"qwen3-32b", 32.8e9, 32.8e9, 0, 0, 0, 64, 64, 8, 128, 40960};
constexpr Model qwen_30b_a3b{"qwen3-30b-a3b", 30.5e9, 3.3e9, 29.0e9, 128, 8, 48, 32, 4, 128, 40960};

constexpr std::array<std::uint32_t, 8> rngd_buckets{1, 2, 4, 8, 16, 32, 64, 128};
constexpr std::array<std::uint32_t, 6> atom_buckets{1, 2, 4, 8, 16, 32};

constexpr EngineShape gpu_shape{};
constexpr EngineShape gpu_wide{.sequences_max = 1024};
constexpr EngineShape rngd_shape{.mixed = false, .prefill_batch_max = 4, .decode_buckets = rngd_buckets,
                                 .prefix_granularity = 128, .tokens_batched_max = 8192, .sequences_max = 128};
constexpr EngineShape atom_shape{.mixed = false, .prefill_batch_max = 1, .decode_buckets = atom_buckets,
                                 .prefix_granularity = 128, .tokens_batched_max = 2048, .sequences_max = 32};
constexpr EngineShape cpu_shape{.prefill_batch_max = 8, .prefix_granularity = 16, .tokens_batched_max = 512, .sequences_max = 8};

constexpr std::string_view ml_energy = "ML.ENERGY leaderboard 0cd52da, vLLM, LM-Arena chat";
constexpr std::string_view silicon = "aiconfigurator silicon sample 095f58a5, vLLM";
constexpr std::string_view furiosa_figures = "FuriosaAI product figures: 128/4096 on one card, 2048/128 on eight";

// A row: name, chip, model, chips, bytes of a weight and of a KV element, bytes kept back; then the fit (memory_use, kv_use,
// flops_use, layer_ms, all_reduce_ms, sequence_ms), the shape, the power (idle, base, a sequence, most) and the source.
constexpr std::array<Profile, 18> table{{
    {"h100/llama-3.1-8b", h100, llama_8b, 1, 2, 2, 6e9,
     {.90, .90, .50, .038, 0, .036}, gpu_wide, {75, 495, 1.50, 700}, Calibration::measured, .10, ml_energy},
    {"h100x2/qwen3-32b", h100, qwen_32b, 2, 2, 2, 6e9,
     {1, .75, .68, .009, .032, .057}, gpu_shape, {150, 859, 1.73, 1400}, Calibration::measured, .083, silicon},
    {"h100x4/llama-3.3-70b", h100, llama_70b, 4, 2, 2, 8e9,
     {1, .91, .42, .050, .012, .065}, gpu_wide, {300, 1761, 4.78, 2800}, Calibration::measured, .15, ml_energy},
    {"h100x2/llama-3.1-70b-fp8", h100, llama_70b, 2, 1, 2, 6e9,
     {1, .91, .42, .049, .0127, .051}, gpu_shape, {150, 900, 2.4, 1400}, Calibration::measured, .042, silicon},
    {"h100x8/llama-3.1-405b-fp8", h100, llama_405b, 8, 1, 2, 10e9,
     {1, .91, .42, .100, .015, .080}, gpu_shape, {600, 3277, 11.6, 5600}, Calibration::measured, .12, ml_energy},
    {"h100/qwen3-30b-a3b", h100, qwen_30b_a3b, 1, 2, 2, 8e9,
     {.90, .90, .40, .060, 0, .095}, gpu_shape, {75, 390, 1.4, 700}, Calibration::measured, .15, ml_energy},
    {"h200/llama-3.1-70b-fp8", h200, llama_70b, 1, 1, 2, 6e9,
     {1, .96, .57, .070, .0009, .046}, gpu_shape, {80, 520, 2.0, 700}, Calibration::measured, .065, silicon},
    {"h200/llama-3.1-8b", h200, llama_8b, 1, 2, 2, 6e9,
     {.90, .90, .50, .038, 0, .036}, gpu_wide, {80, 495, 1.50, 700}, Calibration::derived, 0, "constants of h100/llama-3.1-8b"},
    {"b200/llama-3.1-8b", b200, llama_8b, 1, 2, 2, 6e9,
     {.90, .90, .50, .050, 0, .055}, gpu_wide, {140, 580, .90, 1000}, Calibration::measured, .15, ml_energy},
    {"b200x2/llama-3.3-70b", b200, llama_70b, 2, 2, 2, 8e9,
     {1, .90, .45, .060, .012, .075}, gpu_wide, {280, 1705, 1.65, 2000}, Calibration::measured, .15, ml_energy},
    {"a100/llama-3.1-8b", a100, llama_8b, 1, 2, 2, 6e9,
     {.85, .85, .45, .045, 0, .050}, gpu_shape, {63, 280, .9, 400}, Calibration::derived, 0,
     "constants near h100/llama-3.1-8b, prefill share of A100"},
    {"l40s/llama-3.1-8b-fp8", l40s, llama_8b, 1, 1, 1, 4e9,
     {.95, .95, .32, .050, 0, .070}, gpu_shape, {40, 240, .8, 350}, Calibration::vendor, 0, "TensorRT-LLM 0.15, 128/4096"},
    {"mi300x/llama-3.1-70b-fp8", mi300x, llama_70b, 1, 1, 2, 8e9,
     {.80, .80, .40, .050, .012, .170}, gpu_wide, {140, 480, .8, 750}, Calibration::vendor, 0, "MLPerf inference v4.1, server scenario"},
    {"rngd/llama-3.1-8b", rngd, llama_8b, 1, 1, 1, 1.5e9,
     {.95, .95, .50, .020, 0, .095}, rngd_shape, {45, 110, .5, 180}, Calibration::vendor, 0, furiosa_figures},
    {"rngdx8/llama-3.1-70b", rngd, llama_70b, 8, 1, 2, 8e9,
     {.95, .95, .65, .020, .005, .005}, rngd_shape, {360, 880, 4, 1440}, Calibration::vendor, 0, furiosa_figures},
    {"atom-max/llama-3.1-8b", atom_max, llama_8b, 1, 2, 2, 4e9,
     {.80, .80, .40, .050, 0, .050}, atom_shape, {80, 180, 2, 350}, Calibration::uncalibrated, 0,
     "roofline of the data sheet; no public throughput found"},
    {"cpu/llama-3.1-8b-q4", cpu, llama_8b, 1, .57, 2, 2e9,
     {.70, .70, .50, .100, 0, .500}, cpu_shape, {80, 220, 4, 280}, Calibration::uncalibrated, 0, "roofline of a server CPU"},
    {"cpu/bge-m3", cpu, {"bge-m3", .57e9, .57e9, 0, 0, 0, 24, 16, 16, 64, 8192}, 1, 2, 2, 1e9,
     {.70, .70, .50, .050, 0, .200}, cpu_shape, {80, 180, 4, 280}, Calibration::uncalibrated, 0, "roofline of a server CPU"},
}};

double flops_peak(const Profile& profile) {
    return profile.bytes_per_weight <= 1 ? profile.chip.flops_8bit : profile.chip.flops_16bit;
}

double prefill_seconds(const Profile& profile, double tokens, double attention) {
    const double width = static_cast<double>(profile.model.heads) * profile.model.head_dim;
    const double flops = 2 * profile.model.params_active * tokens + 4 * width * profile.model.layers * attention;
    return flops / (profile.chips * flops_peak(profile) * profile.fit.flops_use);
}

double overhead_seconds(const Profile& profile, double sequences) {
    const double reduces = profile.chips > 1 ? 2.0 * profile.model.layers * profile.fit.all_reduce_ms : 0;
    return (profile.model.layers * profile.fit.layer_ms + reduces + sequences * profile.fit.sequence_ms) / 1e3;
}

}  // namespace

std::string_view name_of(Calibration calibration) {
    switch (calibration) {
        case Calibration::measured: return "measured";
        case Calibration::vendor: return "vendor";
        case Calibration::derived: return "derived";
        case Calibration::uncalibrated: return "uncalibrated";
    }
    return "unknown";
}

double kv_bytes_per_token(const Profile& profile) {
    return 2.0 * profile.model.layers * profile.model.kv_heads * profile.model.head_dim * profile.bytes_per_kv;
}

double weight_bytes(const Profile& profile, std::uint64_t tokens) {
    const Model& model = profile.model;
    double params = model.params;
    if (model.experts > 0) {
        const double missed = static_cast<double>(model.experts - model.experts_active) / model.experts;
        params -= model.params_expert * std::pow(missed, static_cast<double>(tokens));
    }
    return params * profile.bytes_per_weight;
}

Duration step_time(const Profile& profile, const StepLoad& load) {
    const double bandwidth = profile.chips * profile.chip.bytes_per_s;
    const std::uint64_t bucket = decode_bucket(profile.shape, load.sequences_decode);
    const double scale = load.sequences_decode == 0 ? 0.0 : static_cast<double>(bucket) / static_cast<double>(load.sequences_decode);
    double seconds = weight_bytes(profile, load.tokens_prefill + bucket) / (bandwidth * profile.fit.memory_use);
    seconds += static_cast<double>(load.tokens_context) * scale * kv_bytes_per_token(profile) / (bandwidth * profile.fit.kv_use);
    seconds += prefill_seconds(profile, static_cast<double>(load.tokens_prefill), load.prefill_attention);
    seconds += overhead_seconds(profile, static_cast<double>(bucket + load.sequences_prefill));
    return std::max(Duration(1), Duration(static_cast<std::int64_t>(seconds * 1e9)));
}

double predict_tpot_ms(const Profile& profile, std::uint32_t concurrency, double tokens_in, double tokens_out) {
    StepLoad load;
    load.sequences_decode = concurrency;
    load.tokens_context = static_cast<std::uint64_t>(concurrency * (tokens_in + tokens_out / 2));
    const double step = static_cast<double>(step_time(profile, load).count()) / 1e6;
    return step + concurrency * prefill_seconds(profile, tokens_in, tokens_in * (tokens_in - 1) / 2) * 1e3 / tokens_out;
}

double watts(const Profile& profile, std::uint64_t batch) {
    if (batch == 0) return profile.power.watts_idle;
    return std::min(profile.power.watts_max, profile.power.watts_base + profile.power.watts_per_sequence * static_cast<double>(batch));
}

std::uint32_t kv_blocks(const Profile& profile, std::uint32_t tokens_per_block) {
    const double weights = profile.model.params * profile.bytes_per_weight;
    const double room = profile.chip.memory_bytes * 0.9 * profile.chips - weights - profile.reserve_bytes;
    if (room <= 0) return 0;
    return static_cast<std::uint32_t>(std::min(room / (kv_bytes_per_token(profile) * tokens_per_block), 4e9));
}

std::uint64_t decode_bucket(const EngineShape& shape, std::uint64_t sequences) {
    if (sequences == 0) return 0;
    for (const std::uint32_t bucket : shape.decode_buckets)
        if (bucket >= sequences) return bucket;
    return sequences;
}

std::span<const Profile> profiles() { return table; }

std::optional<Profile> find_profile(std::string_view name) {
    for (const Profile& profile : table)
        if (profile.name == name) return profile;
    const auto slash = name.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    std::string_view chip = name.substr(0, slash);
    std::uint32_t chips = 1;
    if (const auto times = chip.rfind('x'); times != std::string_view::npos && times > 0) {
        const auto number = parse_u64(chip.substr(times + 1));
        if (number && *number >= 1 && *number <= 16) {
            chips = static_cast<std::uint32_t>(*number);
            chip = chip.substr(0, times);
        }
    }
    for (const Profile& known : table) {
        if (known.chip.name != chip || known.name.substr(known.name.find('/')) != name.substr(slash)) continue;
        Profile profile = known;
        const double ratio = static_cast<double>(chips) / profile.chips;
        profile.chips = chips;
        profile.power.watts_idle *= ratio;
        profile.power.watts_base *= ratio;
        profile.power.watts_max *= ratio;
        // The constants were fitted at another width; they carry over, but that is not a measurement of this width.
        if (profile.calibration != Calibration::uncalibrated && profile.source != silicon) profile.calibration = Calibration::derived;
        return kv_blocks(profile, 16) == 0 ? std::nullopt : std::optional(profile);
    }
    return std::nullopt;
}

}  // namespace gilmok::fleet
