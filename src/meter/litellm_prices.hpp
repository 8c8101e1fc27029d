// Prices out of LiteLLM's model_prices_and_context_window.json, as rows of a price book. The file holds, for each model, numbers
// per token under names such as "cache_read_input_token_cost_above_272k_tokens_priority": a meter, a context threshold and a
// service tier (https://github.com/BerriAI/litellm, MIT). It has neither dates nor currencies: all is US dollars as of whoever
// read it. Numbers are read as decimal text, never through a double. A zero there means "free" as well as "nobody knows", so
// it is not taken: what is unknown stays unknown.
// Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "meter/price_book.hpp"

namespace gilmok::meter {

struct LitellmOptions {
    std::string provider;   // gilmok's name; only its models. "" = all
    std::string date;       // "2026-11-21": when the file was fetched, for the rows' provenance
};

struct LitellmPrices {
    std::vector<PriceRow> rows;   // in the file's order; per 1M tokens, or for one page or request
    std::size_t models = 0;             // that gave at least one row
    std::size_t models_unpriced = 0;    // that gave none
    std::size_t zeros = 0;              // amounts of 0, not taken
    std::vector<std::string> not_taken;   // names of price fields that gilmok has no meter for, each once, sorted
    std::vector<std::string> doubts;      // for people: what could not be read, at most doubts_max
    static constexpr std::size_t doubts_max = 20;
};
inline constexpr std::size_t litellm_bytes_max = 64U << 20;
inline constexpr std::size_t litellm_rows_max = 200'000;

// Errors: bad_json for what is no JSON object, body_too_large beyond the limits.
Result<LitellmPrices> read_litellm_prices(std::string_view json, const LitellmOptions& options);

// What one field's name says; nothing for a name that prices nothing gilmok meters.
struct LitellmField {
    model::Meter meter{};
    model::ServiceTier tier = model::ServiceTier::standard;
    std::int64_t above_input_tokens = 0;
    std::int64_t per = 1'000'000;
};
std::optional<LitellmField> read_litellm_field(std::string_view name);

}   // namespace gilmok::meter
