// The names that usage objects give their members (docs/usage.md says whose they are). Told apart once, as an object is
// read; whoever asks for a member names it by a literal, which must stand here or does not compile. Private to usage*.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/name_set.hpp"

namespace gilmok::dialect {

// By length, so that a name is compared with the few of its own length; in a length the frequent ones first.
inline constexpr std::array<std::string_view, 49> usage_names{
    "cost",
    "meta",
    "pages",
    "modality",
    "tokenCount",
    "total_cost",
    "total_tokens",
    "audio_tokens",
    "input_tokens",
    "image_tokens",
    "search_units",
    "service_tier",
    "billed_units",
    "prompt_tokens",
    "cached_tokens",
    "output_tokens",
    "cache_creation",
    "totalTokenCount",
    "pages_processed",
    "reasoning_tokens",
    "promptTokenCount",
    "completion_tokens",
    "cost_in_usd_ticks",
    "cache_write_tokens",
    "thoughtsTokenCount",
    "responseTokenCount",
    "cacheTokensDetails",
    "input_token_details",
    "promptTokensDetails",
    "input_tokens_details",
    "output_token_details",
    "candidatesTokenCount",
    "prompt_tokens_details",
    "output_tokens_details",
    "cached_tokens_details",
    "cache_creation_tokens",
    "responseTokensDetails",
    "prompt_cache_hit_tokens",
    "cache_read_input_tokens",
    "toolUsePromptTokenCount",
    "cachedContentTokenCount",
    "candidatesTokensDetails",
    "prompt_cache_miss_tokens",
    "completion_tokens_details",
    "ephemeral_5m_input_tokens",
    "ephemeral_1h_input_tokens",
    "accepted_prediction_tokens",
    "rejected_prediction_tokens",
    "cache_creation_input_tokens",
};
static_assert(usage_names.size() <= 64, "a set of names is one word");
inline constexpr NameSet usage_name_set(usage_names);

class UsageName {
public:
    template <std::size_t size_with_nul>
    consteval UsageName(const char (&literal)[size_with_nul])   // NOLINT(google-explicit-constructor)
        : index_(static_cast<std::uint8_t>(
              std::find(usage_names.begin(), usage_names.end(), std::string_view(literal)) - usage_names.begin())) {
        if (index_ == usage_names.size()) the_literal_is_not_in_usage_names();
    }
    [[nodiscard]] constexpr std::size_t index() const { return index_; }
    [[nodiscard]] constexpr std::uint64_t bit() const { return std::uint64_t{1} << index_; }

private:
    static void
    the_literal_is_not_in_usage_names();   // nowhere defined: a constant that would call it does not compile

    std::uint8_t index_;
};

}   // namespace gilmok::dialect
