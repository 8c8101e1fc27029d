#include "catalog/price_import.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>

#include "wire/json.hpp"

namespace gilmok::catalog {
namespace {

namespace json = wire::json;
using model::Meter;
using model::ServiceTier;

// Their name of a provider and ours.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> provider_names{{
    {"openai", "openai"},
    {"anthropic", "anthropic"},
    {"gemini", "gemini"},
    {"deepseek", "deepseek"},
    {"mistral", "mistral"},
    {"groq", "groq"},
    {"xai", "xai"},
    {"together_ai", "together"},
    {"cohere", "cohere"},
    {"friendliai", "friendli"},
}};

constexpr std::array<std::pair<std::string_view, Meter>, 9> field_meters{{
    {"input_cost_per_token", Meter::input_fresh},
    {"cache_read_input_token_cost", Meter::cache_read},
    {"cache_creation_input_token_cost", Meter::cache_write_5m},
    {"cache_creation_input_token_cost_above_1hr", Meter::cache_write_1h},
    {"input_cost_per_audio_token", Meter::input_audio},
    {"input_cost_per_image_token", Meter::input_image},
    {"output_cost_per_token", Meter::output_text},
    {"output_cost_per_reasoning_token", Meter::output_reasoning},
    {"output_cost_per_audio_token", Meter::output_audio},
}};

constexpr std::array<std::pair<std::string_view, ServiceTier>, 3> suffix_tiers{{
    {"_flex", ServiceTier::flex},
    {"_priority", ServiceTier::priority},
    {"_batches", ServiceTier::batch},
}};

constexpr std::array<std::pair<std::string_view, std::int64_t>, 3> suffix_thresholds{{
    {"_above_128k_tokens", 128'000},
    {"_above_200k_tokens", 200'000},
    {"_above_272k_tokens", 272'000},
}};

struct Field {
    ServiceTier tier = ServiceTier::standard;
    std::int64_t above_input_tokens = 0;
    Meter meter{};
};

// "input_cost_per_token_above_200k_tokens_priority" in its parts; nothing for what is no price of a token.
std::optional<Field> parse_field(std::string_view name) {
    Field field;
    for (const auto& [suffix, tier] : suffix_tiers)
        if (name.ends_with(suffix)) {
            field.tier = tier;
            name.remove_suffix(suffix.size());
        }
    for (const auto& [suffix, above] : suffix_thresholds)
        if (name.ends_with(suffix)) {
            field.above_input_tokens = above;
            name.remove_suffix(suffix.size());
        }
    for (const auto& [known, meter] : field_meters)
        if (name == known) {
            field.meter = meter;
            return field;
        }
    return std::nullopt;
}

std::string text_of(const json::Value& value) {
    constexpr std::size_t text_bytes_max = 256;
    std::string text;
    if (value.type == json::Type::string && !value.text.empty()) json::append_unescaped(text, value, text_bytes_max);
    return text;
}

// "xai/grok-4" → "grok-4": the provider stands in a member of its own.
std::string sku_of(std::string name, std::string_view provider) {
    const std::string prefix = std::string(provider) + "/";
    return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

// One model: its prices by tier and threshold.
void read_model(const std::string& name, const json::Value& entry, ImportedPrices& out) {
    const std::string provider = text_of(json::find(entry, "litellm_provider"));
    const auto known = std::find_if(provider_names.begin(), provider_names.end(),
                                    [&](const auto& each) { return each.first == provider; });
    if (known == provider_names.end()) return;

    std::map<std::pair<ServiceTier, std::int64_t>, Price> prices;
    json::Cursor members(entry);
    std::string_view member;
    for (json::Value value; members.next_member(member, value);) {
        const auto field = parse_field(member);
        if (!field || value.type == json::Type::null) continue;
        constexpr int per_million = 6;
        const auto amount = value.type == json::Type::number ? parse_number(value.text, per_million) : std::nullopt;
        if (!amount) {
            out.problems.push_back(name + ": " + std::string(member) + " is no price");
            continue;
        }
        Price& price = prices[{field->tier, field->above_input_tokens}];
        price.amounts.push_back({field->meter, Money{.pico = *amount, .currency = Currency{{'U', 'S', 'D'}}}});
    }
    for (auto& [key, price] : prices) {
        price.provider = known->second;
        price.skus = {sku_of(name, provider)};
        std::tie(price.tier, price.above_input_tokens) = key;
        price.provenance.source = "https://github.com/BerriAI/litellm";
        out.prices.push_back(std::move(price));
    }
}

// What a million costs.
Money per_million(const Price& price, const Price::Amount& amount) {
    const auto pico = multiply_divide(amount.money.pico, 1'000'000, price.per);
    return {.pico = pico.value_or(0), .currency = amount.money.currency};
}

bool holds(const Price& price, WallTime at) {
    return price.valid_from <= at && at < price.valid_until && price.region.empty() &&
           price.utc_from_minutes == price.utc_until_minutes;
}

using Key = std::tuple<std::string, std::string, ServiceTier, std::int64_t, Meter>;

bool is_slip(bool is_new, Pico before, Pico after) {
    constexpr Pico factor = 1'000;
    if (is_new || before == 0) return after != 0 && (after > pico_per_unit * 10'000 || after < pico_per_unit / 10'000);
    return after == 0 || after / factor >= before || before / factor >= after;
}

}   // namespace

Result<ImportedPrices> read_litellm(std::string_view text) {
    if (text.size() > import_bytes_max)
        return fail(Code::body_too_large, Fault::client, Retry::never, "the price list is larger than 16 MiB");
    GILMOK_TRY(type, json::scan(text, {}, nullptr));
    if (type != json::Type::object)
        return fail(Code::bad_json, Fault::client, Retry::never, "the price list is no JSON object");
    ImportedPrices out;
    json::Cursor models(text);
    std::string_view raw_name;
    for (json::Value entry; models.next_member(raw_name, entry);) {
        if (entry.type != json::Type::object || raw_name == "sample_spec" || json::has_escape(raw_name)) continue;
        read_model(std::string(raw_name), entry, out);
    }
    return out;
}

std::vector<PriceChange> price_changes(std::span<const Price> before, std::span<const Price> after, WallTime at) {
    std::map<Key, Money> known;
    for (const Price& price : before)
        if (holds(price, at))
            for (const std::string& sku : price.skus)
                for (const Price::Amount& amount : price.amounts)
                    known[{price.provider, sku, price.tier, price.above_input_tokens, amount.meter}] =
                        per_million(price, amount);

    std::vector<PriceChange> changes;
    for (const Price& price : after)
        for (const std::string& sku : price.skus)
            for (const Price::Amount& amount : price.amounts) {
                PriceChange change{.provider = price.provider,
                                   .sku = sku,
                                   .tier = price.tier,
                                   .above_input_tokens = price.above_input_tokens,
                                   .meter = amount.meter,
                                   .after = per_million(price, amount)};
                const auto found =
                    known.find({price.provider, sku, price.tier, price.above_input_tokens, amount.meter});
                change.is_new = found == known.end();
                if (!change.is_new) change.before = found->second;
                if (!change.is_new && change.before == change.after) continue;
                // Amounts in two currencies cannot be compared.
                const bool is_comparable = !change.is_new && change.before.currency == change.after.currency;
                change.is_suspect = is_slip(!is_comparable, change.before.pico, change.after.pico);
                changes.push_back(std::move(change));
            }
    return changes;
}

}   // namespace gilmok::catalog
