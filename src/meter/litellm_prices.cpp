#include "meter/litellm_prices.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "wire/json.hpp"

namespace gilmok::meter {
namespace {

namespace json = wire::json;
using model::Meter;
using model::ServiceTier;

struct Base {
    std::string_view name;
    Meter meter;
    std::int64_t per = 1'000'000;
};
constexpr Base bases[] = {
    {"input_cost_per_token", Meter::input_fresh},
    {"output_cost_per_token", Meter::output_text},
    {"cache_read_input_token_cost", Meter::cache_read},
    {"input_cost_per_token_cache_hit", Meter::cache_read},
    {"cache_creation_input_token_cost", Meter::cache_write_5m},
    {"cache_creation_input_token_cost_above_1hr", Meter::cache_write_1h},
    {"output_cost_per_reasoning_token", Meter::output_reasoning},
    {"input_cost_per_audio_token", Meter::input_audio},
    {"output_cost_per_audio_token", Meter::output_audio},
    {"input_cost_per_image_token", Meter::input_image},
    {"output_cost_per_image_token", Meter::output_image},
    {"input_cost_per_query", Meter::requests, 1},
    {"input_cost_per_request", Meter::requests, 1},
    {"ocr_cost_per_page", Meter::pages, 1},
};

constexpr std::pair<std::string_view, ServiceTier> tier_suffixes[] = {
    {"_batches", ServiceTier::batch}, {"_flex", ServiceTier::flex}, {"_priority", ServiceTier::priority}};

// Where the two name one provider differently.
constexpr std::pair<std::string_view, std::string_view> provider_names[] = {{"together_ai", "together"}};

// "_above_272k_tokens" at the end of `name`: its number, and `name` without it.
std::optional<std::int64_t> take_threshold(std::string_view& name) {
    static constexpr std::string_view before = "_above_", after = "k_tokens";
    if (!name.ends_with(after)) return std::nullopt;
    const std::string_view rest = name.substr(0, name.size() - after.size());
    const std::size_t at = rest.rfind(before);
    if (at == std::string_view::npos) return std::nullopt;
    const auto thousands = parse_u64(rest.substr(at + before.size()));
    constexpr std::uint64_t thousands_max = 1'000'000;
    if (!thousands || *thousands == 0 || *thousands > thousands_max) return std::nullopt;
    name = rest.substr(0, at);
    return static_cast<std::int64_t>(*thousands * 1'000);
}

bool looks_like_price(std::string_view name) { return name.find("cost") != std::string_view::npos; }

std::string text_of(const json::Value& value) {
    constexpr std::size_t bytes_max = 1'024;
    std::string text;
    if (value.type != json::Type::string || !json::append_unescaped(text, value, bytes_max)) text.clear();
    return text;
}

class Reader {
public:
    Reader(const LitellmOptions& options, LitellmPrices& prices) : options_(options), prices_(prices) {}

    Result<bool> entry(std::string_view key, const json::Value& entry) {
        if (key == "sample_spec" || entry.type != json::Type::object) return true;
        if (json::has_escape(key)) {
            doubt(key, "its name holds escapes");
            return true;
        }
        PriceRow row;
        const std::string provider = text_of(json::find(entry, "litellm_provider"));
        if (provider.empty()) {
            doubt(key, "nothing says whose model it is");
            return true;
        }
        row.provider = provider;
        for (const auto& [theirs, ours] : provider_names)
            if (provider == theirs) row.provider = ours;
        if (!options_.provider.empty() && row.provider != options_.provider) return true;
        // "groq/llama-3.1-8b-instant" is asked for as "llama-3.1-8b-instant" at Groq itself.
        const bool is_prefixed = key.size() > provider.size() + 1 && key.starts_with(provider) && key[provider.size()] == '/';
        row.sku = is_prefixed ? key.substr(provider.size() + 1) : key;
        if (row.sku.empty()) return true;
        // A star would match other models here, and there it is a placeholder.
        if (row.sku.find('*') != std::string::npos) {
            doubt(key, "a name with a star prices no model");
            return true;
        }
        row.source = text_of(json::find(entry, "source"));
        if (row.source.empty()) row.source = "LiteLLM model_prices_and_context_window.json";
        row.date = options_.date;
        const std::size_t before = prices_.rows.size();
        json::Cursor members(entry);
        std::string_view name;
        json::Value value;
        while (members.next_member(name, value)) amount(key, name, value, row);
        ++(prices_.rows.size() > before ? prices_.models : prices_.models_unpriced);
        if (prices_.rows.size() > litellm_rows_max)
            return fail(Code::body_too_large, Fault::client, Retry::never, "more prices than anybody has");
        return true;
    }

private:
    void amount(std::string_view key, std::string_view name, const json::Value& value, const PriceRow& pattern) {
        if (value.type == json::Type::null || !looks_like_price(name)) return;
        const auto field = read_litellm_field(name);
        if (!field) {
            const auto at = std::lower_bound(prices_.not_taken.begin(), prices_.not_taken.end(), name);
            constexpr std::size_t names_max = 200, name_bytes_max = 128;
            if ((at == prices_.not_taken.end() || *at != name) && prices_.not_taken.size() < names_max &&
                name.size() <= name_bytes_max)
                prices_.not_taken.emplace(at, name);
            return;
        }
        const int shift = field->per == 1 ? 0 : 6;   // a number per token, written as an amount per 1M
        const auto price = value.type == json::Type::number ? parse_number(value.text, shift) : std::nullopt;
        if (!price) return doubt(key, std::string(name) + " is no amount");
        if (*price == 0) {
            ++prices_.zeros;
            return;
        }
        PriceRow row = pattern;
        row.meter = field->meter;
        row.tier = field->tier;
        row.above_input_tokens = field->above_input_tokens;
        row.per = field->per;
        row.price = {*price, Currency{{'U', 'S', 'D'}}};
        prices_.rows.push_back(std::move(row));
    }

    void doubt(std::string_view key, std::string_view why) {
        if (prices_.doubts.size() >= LitellmPrices::doubts_max) return;
        constexpr std::size_t key_bytes_max = 128;
        std::string words = "\"";
        append_json_escaped(words, key.substr(0, key_bytes_max));
        prices_.doubts.push_back(words.append("\": ").append(why));
    }

    const LitellmOptions& options_;
    LitellmPrices& prices_;
};

}   // namespace

std::optional<LitellmField> read_litellm_field(std::string_view name) {
    LitellmField field;
    bool has_tier = false, has_threshold = false;
    for (;;) {
        const auto suffix = std::find_if(std::begin(tier_suffixes), std::end(tier_suffixes),
                                         [&](const auto& each) { return name.ends_with(each.first); });
        if (suffix != std::end(tier_suffixes) && !has_tier) {
            has_tier = true;
            field.tier = suffix->second;
            name.remove_suffix(suffix->first.size());
        } else if (const auto threshold = has_threshold ? std::nullopt : take_threshold(name)) {
            has_threshold = true;
            field.above_input_tokens = *threshold;
        } else {
            break;
        }
    }
    for (const Base& base : bases)
        if (base.name == name) {
            field.meter = base.meter;
            field.per = base.per;
            return field;
        }
    return std::nullopt;
}

Result<LitellmPrices> read_litellm_prices(std::string_view text, const LitellmOptions& options) {
    if (text.size() > litellm_bytes_max)
        return fail(Code::body_too_large, Fault::client, Retry::never, "larger than 64 MiB");
    GILMOK_TRY(type, json::scan(text, {}, nullptr));
    if (type != json::Type::object)
        return fail(Code::bad_json, Fault::client, Retry::never, "not an object of models");
    LitellmPrices prices;
    Reader reader(options, prices);
    json::Cursor models(text);
    std::string_view key;
    json::Value entry;
    while (models.next_member(key, entry)) {
        GILMOK_TRY(is_read, reader.entry(key, entry));
        static_cast<void>(is_read);
    }
    return prices;
}

}   // namespace gilmok::meter
