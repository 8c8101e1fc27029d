#include "meter/price_diff.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/text.hpp"

namespace gilmok::meter {
namespace {

const PriceCard::Line* line_of(const PriceCard& card, model::Meter meter, std::int64_t above) {
    for (const PriceCard::Line& line : card.lines)
        if (line.meter == meter && line.above_input_tokens == above) return &line;
    return nullptr;
}

bool is_large_step(Pico before, Pico after) {
    constexpr Pico large_factor = 10;
    const auto exceeds = [](Pico larger, Pico smaller) {
        const auto most = multiply_divide(smaller, large_factor, 1);
        return most && larger > *most;
    };
    if (before == 0 || after == 0) return before != after;
    return exceeds(after, before) || exceeds(before, after);
}

// The amount for as many as `per` of the other.
std::optional<Pico> scaled(const PriceCard::Line& line, std::int64_t per) { return multiply_divide(line.price, per, line.per); }

auto order_of(const PriceChange& change) {
    return std::tie(change.provider, change.sku, change.kind, change.tier, change.above_input_tokens, change.meter);
}

PriceChange change_of(const PriceRow& row) {
    PriceChange change;
    change.provider = row.provider;
    change.sku = row.sku;
    change.meter = row.meter;
    change.tier = row.tier;
    change.above_input_tokens = row.above_input_tokens;
    change.after = row.price;
    change.per = row.per;
    return change;
}

// False: nothing changed.
bool compare(PriceChange& change, const PriceBook& book, const PriceCard* card, WallTime at) {
    const PriceCard::Line* line = card == nullptr ? nullptr : line_of(*card, change.meter, change.above_input_tokens);
    const auto before = line == nullptr ? std::nullopt : scaled(*line, change.per);
    if (!before) return true;
    change.kind = PriceChange::Kind::changed;
    change.before = Money{*before, card->currency};
    if (change.before == change.after) return false;
    const auto comparable = book.convert(change.after->pico, change.after->currency, card->currency, at);
    if (!comparable) return true;
    change.is_large = is_large_step(*before, *comparable);
    if (*before > 0 && *comparable > 0) change.factor = multiply_divide(*comparable, pico_per_unit, *before);
    return true;
}

bool holds(const PriceRow& row, WallTime at) { return row.valid_from <= at && at < row.valid_until; }

std::string quoted(std::string_view text) {
    std::string out = "\"";
    append_json_escaped(out, text);   // TOML's basic strings have the escapes of JSON
    return out + '"';
}

}   // namespace

PriceDiff diff_prices(const PriceBook& book, std::span<const PriceRow> offered, WallTime at) {
    PriceDiff diff;
    std::set<std::pair<std::string, std::string>> skus;
    std::set<std::string> providers;
    // Of two rows for one thing the later one holds, as in a book.
    std::map<std::tuple<std::string, std::string, model::ServiceTier, std::int64_t, model::Meter>, const PriceRow*> last;
    for (const PriceRow& row : offered) {
        skus.emplace(row.provider, row.sku);
        providers.insert(row.provider);
        last[{row.provider, row.sku, row.tier, row.above_input_tokens, row.meter}] = &row;
    }
    for (const auto& [key, row] : last) {
        PriceChange change = change_of(*row);
        if (!compare(change, book, book.find(row->provider, row->sku, row->region, row->tier, at), at)) {
            ++diff.same;
            continue;
        }
        ++(change.kind == PriceChange::Kind::added ? diff.added : diff.changed);
        diff.large += change.is_large ? 1 : 0;
        diff.changes.push_back(std::move(change));
    }
    std::set<std::pair<std::string, std::string>> told;
    for (const PriceRow& row : book.rows()) {
        if (!holds(row, at) || row.sku.ends_with('*') || !providers.contains(row.provider) ||
            skus.contains({row.provider, row.sku}) || !told.emplace(row.provider, row.sku).second)
            continue;
        PriceChange change;
        change.kind = PriceChange::Kind::gone;
        change.provider = row.provider;
        change.sku = row.sku;
        ++diff.gone;
        diff.changes.push_back(std::move(change));
    }
    std::sort(diff.changes.begin(), diff.changes.end(),
              [](const PriceChange& left, const PriceChange& right) { return order_of(left) < order_of(right); });
    return diff;
}

std::string price_toml(std::span<const PriceRow> rows) {
    using Key = std::tuple<std::string, std::string, model::ServiceTier, std::int64_t, std::int64_t, std::string>;
    std::map<Key, std::map<model::Meter, const PriceRow*>> tables;
    for (const PriceRow& row : rows)
        tables[{row.provider, row.sku, row.tier, row.above_input_tokens, row.per, row.source}][row.meter] = &row;
    std::string out;
    for (const auto& [key, meters] : tables) {
        const PriceRow& row = *meters.begin()->second;
        out += out.empty() ? "[[price]]\n" : "\n[[price]]\n";
        out += "provider = " + quoted(row.provider) + "\nsku = " + quoted(row.sku) + '\n';
        if (row.tier != model::ServiceTier::standard) out += "tier = " + quoted(model::name_of(row.tier)) + '\n';
        if (row.above_input_tokens != 0)
            out += "above_input_tokens = " + std::to_string(row.above_input_tokens) + '\n';
        if (row.tier_mode == TierMode::excess) out += "tier_mode = \"excess\"\n";
        if (!row.region.empty()) out += "region = " + quoted(row.region) + '\n';
        out += std::string("per = ") + (row.per == 1'000'000 ? "\"1M\"" : quoted(std::to_string(row.per))) + '\n';
        for (const auto& [meter, each] : meters)
            out.append(model::name_of(meter))
                .append(" = \"")
                .append(decimal(each->price.pico))
                .append(" ")
                .append(each->price.currency.view())
                .append("\"\n");
        if (!row.source.empty()) out += "source = " + quoted(row.source) + '\n';
        if (!row.date.empty()) out += "date = " + quoted(row.date) + '\n';
    }
    return out;
}

}   // namespace gilmok::meter
