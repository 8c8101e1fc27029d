#include "dialect/usage.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "dialect/usage_fields.hpp"

namespace gilmok::dialect {
namespace {

using model::Meter;
using model::Meters;

constexpr std::int64_t missing = Meters::missing;
constexpr std::int64_t or_zero(std::int64_t count) { return std::max<std::int64_t>(count, 0); }

// Gives meters what is theirs of one whole, in the order of the calls; what nobody took is the rest. Parts that say more
// than is left are cut: a cached prefix may hold audio, so two honest parts can overlap.
class Whole {
public:
    Whole(std::int64_t count, UsageReport& report) : count_(count), left_(count), report_(report) {}

    void give(Meter meter, std::int64_t part) {
        if (part == missing) return;
        if (count_ != missing) {
            if (part > count_) report_.is_suspect = true;
            part = std::min(part, left_);
            left_ -= part;
        }
        report_.meters[meter] = part;
    }
    // The same for a part that cannot overlap with those before.
    void give_apart(Meter meter, std::int64_t part) {
        if (count_ != missing && part > left_) report_.is_suspect = true;
        give(meter, part);
    }
    void give_rest(Meter meter) {
        if (count_ != missing) report_.meters[meter] = left_;
    }

private:
    std::int64_t count_, left_;
    UsageReport& report_;
};

// Tokens of one kind, told by modality.
struct Modalities {
    std::int64_t audio = missing, image = missing;
};

Modalities minus(Modalities all, Modalities cached) {
    const auto rest = [](std::int64_t whole, std::int64_t part) {
        return whole == missing ? missing : whole - std::min(or_zero(part), whole);
    };
    return {.audio = rest(all.audio, cached.audio), .image = rest(all.image, cached.image)};
}

void check_total(std::int64_t total, std::int64_t sum, UsageReport& report) {
    if (total != missing && total != sum) report.is_suspect = true;
}

void read_openai_input(const UsageFields& usage, std::int64_t input, UsageReport& report) {
    const UsageFields details = usage.object({"prompt_tokens_details", "input_tokens_details", "input_token_details"});
    const UsageFields cached_details = details.object({"cached_tokens_details"});
    std::int64_t cached = details.count({"cached_tokens"});
    if (cached == missing)
        cached = usage.count({"prompt_cache_hit_tokens", "cached_tokens", "cache_read_input_tokens"});
    std::int64_t written = details.count({"cache_write_tokens", "cache_creation_tokens"});
    if (written == missing) written = usage.count({"cache_creation_input_tokens"});
    const Modalities fresh = minus({details.count({"audio_tokens"}), details.count({"image_tokens"})},
                                   {cached_details.count({"audio_tokens"}), cached_details.count({"image_tokens"})});

    // DeepSeek tells both parts; with the whole silent their sum is it.
    const std::int64_t missed = usage.count({"prompt_cache_miss_tokens"});
    if (input == missing && missed != missing && cached != missing) input = missed + cached;
    if (input != missing && missed != missing && cached != missing && missed + cached != input)
        report.is_suspect = true;

    Whole whole(input, report);
    whole.give(Meter::cache_read, cached);
    whole.give_apart(Meter::cache_write_5m, written);
    whole.give(Meter::input_audio, fresh.audio);
    whole.give(Meter::input_image, fresh.image);
    whole.give_rest(Meter::input_fresh);
}

void read_openai_output(const UsageFields& details, std::int64_t output, std::int64_t reasoning, bool is_beside,
                        UsageReport& report) {
    if (is_beside) report.meters[Meter::output_reasoning] = reasoning;
    Whole whole(output, report);
    if (!is_beside) whole.give(Meter::output_reasoning, reasoning);
    whole.give_apart(Meter::output_audio, details.count({"audio_tokens"}));
    whole.give_apart(Meter::output_image, details.count({"image_tokens"}));
    whole.give_rest(Meter::output_text);
    const std::int64_t accepted = or_zero(details.count({"accepted_prediction_tokens"}));
    const std::int64_t rejected = or_zero(details.count({"rejected_prediction_tokens"}));
    if (output != missing && accepted + rejected > output) report.is_suspect = true;
}

void read_openai(const UsageFields& usage, bool is_gemini, UsageReport& report) {
    const std::int64_t input = usage.count({"prompt_tokens", "input_tokens"});
    const std::int64_t output = usage.count({"completion_tokens", "output_tokens"});
    const std::int64_t total = usage.count({"total_tokens"});
    read_openai_input(usage, input, report);

    const UsageFields details =
        usage.object({"completion_tokens_details", "output_tokens_details", "output_token_details"});
    std::int64_t reasoning = details.count({"reasoning_tokens"});
    // xAI's completion tokens are without reasoning, Gemini's too, and there the difference alone tells of it.
    const std::int64_t gap = total == missing || input == missing || output == missing ? 0 : total - input - output;
    if (is_gemini && reasoning == missing && gap > 0) reasoning = gap;
    const bool is_beside = gap > 0 && reasoning == gap;
    read_openai_output(details, output, reasoning, is_beside, report);
    if (!is_beside && gap != 0) report.is_suspect = true;
    if (input == missing && output == missing) return;
    if (total != missing && total < or_zero(input) + or_zero(output)) report.is_suspect = true;
}

void read_anthropic(const UsageFields& usage, UsageReport& report) {
    Meters& meters = report.meters;
    meters[Meter::input_fresh] = usage.count({"input_tokens"});
    meters[Meter::cache_read] = usage.count({"cache_read_input_tokens"});
    meters[Meter::output_text] = usage.count({"output_tokens"});
    const std::int64_t written = usage.count({"cache_creation_input_tokens"});
    const UsageFields split = usage.object({"cache_creation"});
    const std::int64_t short_lived = split.count({"ephemeral_5m_input_tokens"});
    const std::int64_t long_lived = split.count({"ephemeral_1h_input_tokens"});
    if (short_lived == missing && long_lived == missing) {
        meters[Meter::cache_write_5m] = written;
        return;
    }
    meters[Meter::cache_write_1h] = long_lived;
    // Of a split that names one part only, the other is the rest.
    meters[Meter::cache_write_5m] =
        short_lived == missing && written != missing ? written - std::min(long_lived, written) : short_lived;
    check_total(written, or_zero(meters[Meter::cache_write_5m]) + or_zero(long_lived), report);
}

Modalities modalities_of(const UsageFields& usage, UsageName list) {
    return {.audio = usage.modality_count(list, "AUDIO"), .image = usage.modality_count(list, "IMAGE")};
}

void read_gemini(const UsageFields& usage, UsageReport& report) {
    std::int64_t prompt = usage.count({"promptTokenCount"});
    const std::int64_t tools = usage.count({"toolUsePromptTokenCount"});
    const std::int64_t thoughts = usage.count({"thoughtsTokenCount"});
    const std::int64_t total = usage.count({"totalTokenCount"});
    std::int64_t candidates = usage.count({"candidatesTokenCount", "responseTokenCount"});
    const std::int64_t others = or_zero(prompt) + or_zero(tools) + or_zero(thoughts);
    // Zeros are left out of this JSON (proto3), so an output that the total leaves no room for is zero and not missing.
    if (candidates == missing && prompt != missing && total == others) candidates = 0;
    if (prompt != missing && candidates != missing) check_total(total, others + candidates, report);

    const Modalities all = modalities_of(usage, "promptTokensDetails");
    const Modalities fresh = minus(all, modalities_of(usage, "cacheTokensDetails"));
    // Prompts made by tools are billed as input and stand beside the prompt.
    if (prompt != missing) prompt += or_zero(tools);
    Whole input(prompt, report);
    input.give(Meter::cache_read, usage.count({"cachedContentTokenCount"}));
    input.give(Meter::input_audio, fresh.audio);
    input.give(Meter::input_image, fresh.image);
    input.give_rest(Meter::input_fresh);

    const UsageName details = usage.has("candidatesTokensDetails") ? UsageName("candidatesTokensDetails")
                                                                   : UsageName("responseTokensDetails");
    const Modalities made = modalities_of(usage, details);
    Whole output(candidates, report);
    output.give_apart(Meter::output_audio, made.audio);
    output.give_apart(Meter::output_image, made.image);
    output.give_rest(Meter::output_text);
    report.meters[Meter::output_reasoning] = thoughts;
}

void read_rerank(const UsageFields& usage, UsageReport& report) {
    report.meters[Meter::pages] = usage.count({"search_units", "pages_processed", "pages"});
    report.meters[Meter::input_fresh] = usage.count({"prompt_tokens", "input_tokens", "total_tokens"});
    report.meters[Meter::output_text] = usage.count({"output_tokens"});
}

UsageShape shape_of(const UsageFields& usage) {
    const auto has = [&](std::initializer_list<UsageName> names) {
        return std::any_of(names.begin(), names.end(), [&](UsageName name) { return usage.has(name); });
    };
    if (has({"promptTokenCount", "candidatesTokenCount", "responseTokenCount", "totalTokenCount"}))
        return UsageShape::gemini;
    if (has({"prompt_tokens", "completion_tokens"})) return UsageShape::openai;
    if (has({"search_units", "pages_processed", "pages"})) return UsageShape::rerank;
    if (has({"cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation"})) return UsageShape::anthropic;
    if (has({"input_tokens", "output_tokens", "prompt_cache_miss_tokens"})) return UsageShape::openai;
    return has({"total_tokens"}) ? UsageShape::rerank : UsageShape::unknown;
}

void read_own_cost(const UsageFields& usage, UsageReport& report) {
    constexpr Pico pico_per_tick = 100;   // xAI: 10^10 ticks are one dollar
    const std::int64_t ticks = usage.count({"cost_in_usd_ticks"});
    std::optional<Pico> cost = usage.amount("cost");
    if (!cost) cost = usage.object({"cost"}).amount("total_cost");   // Perplexity
    if (ticks != missing) cost = Pico{ticks} * pico_per_tick;
    report.has_own_cost = cost.has_value();
    report.own_cost = cost.value_or(0);
}

bool has_tokens(const Meters& meters) {
    return std::any_of(meters.counts.begin(), meters.counts.end(), [](std::int64_t count) { return count != missing; });
}

void read_tier(const UsageFields& usage, UsageReport& report) {
    const std::optional<std::string> name = usage.text("service_tier");
    if (!name) return;
    const auto tier = service_tier_of(*name);
    report.has_tier = tier.has_value();
    report.tier = tier.value_or(model::ServiceTier::standard);
    if (!tier) report.is_suspect = true;   // a tier that nobody knows has a price that nobody knows
}

}   // namespace

std::optional<model::ServiceTier> service_tier_of(std::string_view name) {
    using model::ServiceTier;
    if (name == "default" || name == "standard" || name == "on_demand") return ServiceTier::standard;
    return model::service_tier_named(name);
}

UsageReport read_usage_object(std::string_view text, UsageShape shape) {
    UsageReport report;
    const UsageFields outer(text, report.is_suspect);
    if (!outer.is_object()) return report;
    report.raw = text;
    read_tier(outer, report);
    read_own_cost(outer, report);

    // Cohere's `meta` and `usage` hold what is billed one level down.
    const UsageFields meta = outer.object({"meta"});
    const UsageFields& around = outer.has("meta") ? meta : outer;
    const UsageFields billed = around.object({"billed_units"});
    const UsageFields& usage = around.has("billed_units") ? billed : around;
    const UsageShape seen = shape_of(usage);
    const bool is_gemini_in_disguise = shape == UsageShape::gemini && seen == UsageShape::openai;
    const bool is_told = shape != UsageShape::unknown && shape != UsageShape::count_ && !is_gemini_in_disguise;
    const UsageShape read_as = is_told ? shape : seen;
    switch (read_as) {
        case UsageShape::openai: read_openai(usage, is_gemini_in_disguise, report); break;
        case UsageShape::anthropic: read_anthropic(usage, report); break;
        case UsageShape::gemini: read_gemini(usage, report); break;
        case UsageShape::rerank: read_rerank(usage, report); break;
        case UsageShape::unknown:
        case UsageShape::count_: break;
    }
    if (has_tokens(report.meters)) report.shape = read_as;
    return report;
}

}   // namespace gilmok::dialect
