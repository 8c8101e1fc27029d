// Usage as each provider reports it, nested or disjoint, made into the one disjoint form. Sources: the providers' API
// references; the table is in docs/usage.md. Missing is not zero; parts are cut at their whole, never negative, and a report
// that contradicts itself is flagged so that nobody is billed by it unnoticed. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/spend.hpp"

namespace gilmok::dialect {

// Whose nesting rules hold. Told by the shape of the JSON when the caller does not know.
enum class UsageShape : std::uint8_t {
    unknown,
    openai,   // prompt/input_tokens include cached (and audio, image); completion/output_tokens include reasoning, audio
    anthropic,   // input_tokens exclude cache reads and writes; output_tokens include thinking
    gemini,      // promptTokenCount includes cached; thoughtsTokenCount stands beside candidatesTokenCount
    rerank,      // pages / search units
    count_,
};

struct UsageReport {
    UsageShape shape = UsageShape::unknown;
    model::Meters meters{};
    model::ServiceTier tier = model::ServiceTier::standard;
    bool has_tier = false;
    bool is_suspect = false;   // a part larger than its whole, a total that is not the sum, out of range
    Pico own_cost = 0;         // what the provider itself says it cost (OpenRouter usage.cost, xAI ticks)
    bool has_own_cost = false;
    std::string_view raw{};   // the usage object as it came
    [[nodiscard]] bool is_reported() const { return shape != UsageShape::unknown; }
};

// `usage` is the usage object itself (OpenAI "usage", Anthropic "usage", Gemini "usageMetadata", Cohere "meta").
// At most 64 KiB. With UsageShape::gemini an object in OpenAI's form is that of Gemini's compatible endpoint, whose
// completion tokens are without thoughts: what the total has more is reasoning. From others such a gap is suspect.
UsageReport read_usage_object(std::string_view usage, UsageShape shape = UsageShape::unknown);

// The tier that an answer names, inside usage (Anthropic) or beside it (OpenAI's `service_tier`): "default", "flex", … Nothing
// for a name that is not known.
std::optional<model::ServiceTier> service_tier_of(std::string_view name);

// A stream may report several times (continuous_usage_stats, Anthropic's message_start and message_delta): the last report
// of each meter wins; a count that went down is suspect.
void merge(UsageReport& into, const UsageReport& report);

}   // namespace gilmok::dialect
