// `gilmok price import`: somebody's list beside the present prices; written only with --apply, and slips only with --accept-large.
#include <set>

#include "base/text.hpp"
#include "cli/open_config.hpp"
#include "cli/price_inside.hpp"
#include "cli/table.hpp"
#include "meter/litellm_prices.hpp"
#include "meter/price_diff.hpp"
#include "report/json_writer.hpp"

namespace gilmok::cli {
namespace {

using meter::PriceChange;

constexpr std::size_t new_shown_max = 20;
// The first line of what we wrote, so that only such a file is written over.
constexpr std::string_view mark = "# Prices that `gilmok price import` wrote";

std::string_view name_of(PriceChange::Kind kind) {
    switch (kind) {
        case PriceChange::Kind::added: return "new";
        case PriceChange::Kind::changed: return "changed";
        case PriceChange::Kind::gone: return "gone";
    }
    return "";
}

std::string amount(const std::optional<Money>& money) {
    return money ? decimal(money->pico) + " " + std::string(money->currency.view()) : std::string();
}

std::string factor_of(const PriceChange& change) {
    constexpr int digits = 4;
    return change.factor ? "x" + rounded(*change.factor, digits) : std::string();
}

// `new_max`: how many new ones are shown.
Table table_of(const meter::PriceDiff& diff, std::size_t new_max) {
    Table table({"WHAT", "PROVIDER", "SKU", "TIER", ">ABOVE", "METER", ">BEFORE", ">AFTER", "PER", ">FACTOR", "MARK"});
    std::size_t shown = 0;
    for (const PriceChange& change : diff.changes) {
        if (change.kind == PriceChange::Kind::added && shown++ >= new_max) continue;
        const bool is_gone = change.kind == PriceChange::Kind::gone;
        table.add({std::string(name_of(change.kind)), change.provider, change.sku,
                   is_gone ? "" : std::string(model::name_of(change.tier)),
                   change.above_input_tokens == 0 ? "" : std::to_string(change.above_input_tokens),
                   is_gone ? "" : std::string(model::name_of(change.meter)), amount(change.before),
                   amount(change.after), is_gone ? "" : per_words(change.per), factor_of(change),
                   change.is_large ? "!!" : ""});
    }
    return table;
}

std::string json_of(const meter::LitellmPrices& prices, const meter::PriceDiff& diff) {
    report::JsonWriter json;
    json.begin_object();
    json.number("models", std::uint64_t{prices.models});
    json.number("models_unpriced", std::uint64_t{prices.models_unpriced});
    json.number("zeros_not_taken", std::uint64_t{prices.zeros});
    json.number("same", std::uint64_t{diff.same});
    json.number("large", std::uint64_t{diff.large});
    json.begin_array("fields_not_taken");
    for (const std::string& name : prices.not_taken) json.text({}, name);
    json.end_array();
    json.begin_array("doubts");
    for (const std::string& doubt : prices.doubts) json.text({}, doubt);
    json.end_array();
    json.begin_array("changes");
    for (const PriceChange& change : diff.changes) {
        json.begin_object();
        json.text("what", name_of(change.kind));
        json.text("provider", change.provider);
        json.text("sku", change.sku);
        if (change.kind != PriceChange::Kind::gone) {
            json.text("tier", model::name_of(change.tier));
            json.number("above_input_tokens", change.above_input_tokens);
            json.text("meter", model::name_of(change.meter));
            json.number("per", change.per);
            json.text_or_null("before", amount(change.before));
            json.text_or_null("after", amount(change.after));
            if (change.factor)
                json.decimal("factor", decimal(*change.factor));
            else
                json.null("factor");
            json.flag("large", change.is_large);
        }
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take() + '\n';
}

std::string summary(const meter::LitellmPrices& prices, const meter::PriceDiff& diff, std::size_t new_max) {
    std::string words = std::to_string(prices.models) + " models read: " + std::to_string(diff.added) +
                        " prices new, " + std::to_string(diff.changed) + " changed, " + std::to_string(diff.same) +
                        " the same, " + std::to_string(diff.gone) + " SKUs gone\n";
    if (diff.added > new_max)
        words += "the first " + std::to_string(new_max) + " new ones are shown; --all shows every one\n";
    if (prices.zeros > 0)
        words +=
            std::to_string(prices.zeros) + " amounts of 0 were not taken: a zero there also means that nobody knows\n";
    if (!prices.not_taken.empty())
        words += std::to_string(prices.not_taken.size()) + " kinds of prices have no meter here (-o json names them)\n";
    for (const std::string& doubt : prices.doubts) words += "not taken: " + doubt + '\n';
    if (diff.large > 0)
        words += "\nATTENTION: " + std::to_string(diff.large) +
                 " prices change by more than ten times (marked !!). That is most often a price per token taken for "
                 "one per\n"
                 "million, or the other way round. Look at each before you take it with --accept-large.\n";
    return words;
}

// All rows of every SKU of which one is new or changed: a card is never mixed out of two groups of rows, so a part of one would
// hide the rest of it that stands in the catalogue under a pattern. What is the same throughout need not be written.
std::vector<meter::PriceRow> rows_to_write(const std::vector<meter::PriceRow>& rows, const meter::PriceDiff& diff) {
    std::set<std::pair<std::string, std::string>> skus;
    for (const PriceChange& change : diff.changes)
        if (change.kind != PriceChange::Kind::gone) skus.emplace(change.provider, change.sku);
    std::vector<meter::PriceRow> wanted;
    for (const meter::PriceRow& row : rows)
        if (skus.contains({row.provider, row.sku})) wanted.push_back(row);
    return wanted;
}

Outcome write_prices(const PriceOptions& options, const PriceWorld& world, const std::vector<meter::PriceRow>& rows,
                     Outcome outcome) {
    constexpr std::size_t bytes_max = 64U << 20;
    if (world.files.exists(options.apply)) {
        const auto present = world.files.read(options.apply, bytes_max);
        if (!present || !present->starts_with(mark)) {
            outcome.exit_code = exit_failed;
            outcome.err += "gilmok price: " + options.apply +
                           " is there and was not written by an import; nothing is written. Name another file.\n";
            return outcome;
        }
    }
    const std::string text =
        std::string(mark) + " on " + rfc3339(world.now).substr(0, 10) + ", from " + options.from +
        ".\n# They add to the catalogue and override it; remove a table to have the catalogue's again.\n\n" +
        meter::price_toml(rows);
    if (const auto written = world.files.write_atomically(options.apply, text, 0644); !written) {
        outcome.exit_code = exit_config;
        outcome.err += "gilmok price: " + written.error().message + '\n';
        return outcome;
    }
    outcome.err +=
        std::to_string(rows.size()) + " prices written to " + options.apply +
        ". In conf.d beside the configuration it is read at the next `gilmok reload`; `gilmok check` first.\n";
    return outcome;
}

}   // namespace

Outcome import_prices(const PriceOptions& options, const PriceWorld& world, const OpenedPrices& opened) {
    const auto text = world.files.read(options.file, meter::litellm_bytes_max);
    if (!text) return failed(exit_config, price_verb, text.error().message);
    const auto prices = meter::read_litellm_prices(*text, {options.provider, rfc3339(world.now).substr(0, 10)});
    if (!prices)
        return failed(exit_config, price_verb,
                      options.file + " is not LiteLLM's list of prices: " + std::string(prices.error().detail));
    if (prices->rows.empty())
        return failed(
            exit_failed, price_verb,
            options.file + " holds no price" + (options.provider.empty() ? "" : " of provider " + options.provider));
    const meter::PriceDiff diff = meter::diff_prices(*opened.book, prices->rows, world.now);
    const std::size_t new_max = options.is_all ? diff.added : new_shown_max;
    Outcome outcome;
    if (options.is_json())
        outcome.out = json_of(*prices, diff);
    else if (options.is_csv())
        outcome.out = table_of(diff, diff.added).csv();
    else if (!diff.changes.empty())
        outcome.out = table_of(diff, new_max).text();
    outcome.err = summary(*prices, diff, options.is_json() || options.is_csv() ? diff.added : new_max);
    if (options.apply.empty()) return outcome;
    if (diff.large > 0 && !options.accept_large) {
        outcome.exit_code = exit_failed;
        outcome.err += "gilmok price: refused, nothing is written: --accept-large takes these changes as well\n";
        return outcome;
    }
    return write_prices(options, world, rows_to_write(prices->rows, diff), std::move(outcome));
}

}   // namespace gilmok::cli
