// What a token costs: the price book, made at each reload out of catalog/prices.toml and the [[price]] tables of the
// configuration, and the arithmetic. One row prices one meter of one SKU in one tier for one span of time. An unknown price
// is unknown, never zero. All integers; docs/ledger-format.md ("Price cards") gives the rounding rule.
// Pure. Owner: the Setup; immutable after build(), read by all shards.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/spend.hpp"

namespace gilmok::meter {

enum class TierMode : std::uint8_t {
    whole,    // above the threshold all tokens of the request have this price (OpenAI, Anthropic, Gemini long context)
    excess,   // only those above it
};

// One row, as the catalogue or the configuration gives it.
struct PriceRow {
    std::string provider;   // "openai"; of catalog/providers.toml, or the name of an upstream
    std::string sku;        // the model's name at the provider; a trailing "*" matches what begins so, the longest wins
    model::Meter meter = model::Meter::input_fresh;
    model::ServiceTier tier = model::ServiceTier::standard;
    std::int64_t above_input_tokens = 0;   // context tier: requests whose whole input is larger
    TierMode tier_mode = TierMode::whole;
    std::string region;             // "" = any; else the place of the upstream
    std::int64_t per = 1'000'000;   // tokens (or pages, requests) that `price` buys
    Money price{};
    WallTime valid_from{}, valid_until = WallTime::max();   // half open
    // Time of use, local to `utc_offset_minutes`: minutes of the day [from, until), wrapping at midnight. Equal: all day.
    std::int16_t day_from_minutes = 0, day_until_minutes = 0, utc_offset_minutes = 0;
    std::string source, date;
};

// A rate of one currency in another from a date on. Decimal in the file, pico inside.
struct FxRate {
    Currency from{}, to{};
    Pico rate = 0;   // pico of `to` for one unit of `from`
    WallTime valid_from{};
    std::string source;
};

// All prices that hold for one SKU at one moment: what the ledger writes down once and refers to by name, so that every
// charge can be computed again by anybody.
struct PriceCard {
    struct Line {
        model::Meter meter{};
        std::int64_t above_input_tokens = 0;
        TierMode tier_mode = TierMode::whole;
        std::int64_t per = 1'000'000;
        Pico price = 0;
        bool operator==(const Line&) const = default;
    };
    std::string provider, sku, region;
    model::ServiceTier tier = model::ServiceTier::standard;
    Currency currency{};
    std::vector<Line> lines;   // by meter, then by threshold
    // Canonical JSON (members in a fixed order, no spaces, amounts as decimal strings); the same card is the same text.
    [[nodiscard]] std::string text() const;
    bool operator==(const PriceCard&) const = default;
};
// Errors: bad_json for what text() did not write.
Result<PriceCard> parse_price_card(std::string_view text);

struct Cost {
    Pico total = 0;
    std::array<Pico, model::meters_count> by_meter{};   // adds up to total exactly
};
// Each line: count × price ÷ per, rounded half to even to one pico. A meter that was used and has no line falls back:
// cache_read, cache_write and input_audio/image → input_fresh, output_reasoning/audio/image → output_text; `requests` and
// `pages` without a line cost nothing. Nothing when a used meter has no price even so, or on overflow. Missing counts are
// unknown, not zero: nothing when input, output, pages or requests are missing altogether and the card prices them.
// A card that prices neither input nor output bills by pages or requests alone: tokens are free in it.
// For `excess`, tokens stand in this order: cache read, cache writes, fresh input, audio, images; all output behind them.
std::optional<Cost> cost_of(const PriceCard& card, const model::Meters& meters);
// The most that so many tokens (and pages, and one request) can cost: the dearest line of every meter, thresholds included.
// Where a price does not divide into whole pico, some pico are added for the roundings. Nothing when it cannot be told.
std::optional<Pico> cost_bound(const PriceCard& card, std::int64_t input_tokens, std::int64_t output_tokens,
                               std::int64_t pages = 1);

class PriceBook {
public:
    // Where two rows for the same meter and threshold hold, the later one wins (so overrides follow the catalogue, and a
    // row for some hours follows that for the whole day). Rows that make no sense (no currency, below zero, per 0) are not
    // taken: what they meant to price stays unknown.
    static std::shared_ptr<const PriceBook> build(std::vector<PriceRow> rows, std::vector<FxRate> rates);
    // The card for one SKU at one moment; nullptr when no row matches. Cards are interned: the same pointer for the same
    // card as long as the book lives. `discount_ppm` of the upstream is taken off every line (rounded half to even).
    // All lines come from one group of rows, never mixed: the exact name before the longest beginning, then a named region
    // before any; a tier without rows of its own is unknown. Rows in another currency than the last one are left out.
    // The card's `sku` and `region` are the rows', so that answers with made-up names make no new cards.
    // Thread-safe. Cheap when asked again (a small cache for each combination).
    const PriceCard* find(std::string_view provider, std::string_view sku, std::string_view region,
                          model::ServiceTier tier, WallTime at, std::int64_t discount_ppm = 0) const;
    // An amount in another currency at the rate of the day, rounded half to even. Direct or inverse rate; nothing when no
    // rate is known for that day.
    std::optional<Pico> convert(Pico amount, Currency from, Currency to, WallTime at) const;
    [[nodiscard]] std::span<const PriceRow> rows() const;
    [[nodiscard]] std::span<const FxRate> rates() const;

private:
    struct Inside;
    std::shared_ptr<Inside> inside_;
};
using PriceBookPtr = std::shared_ptr<const PriceBook>;

}   // namespace gilmok::meter
