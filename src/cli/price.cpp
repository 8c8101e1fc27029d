#include "cli/price.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "cli/grammar.hpp"
#include "cli/open_config.hpp"
#include "cli/price_inside.hpp"
#include "cli/table.hpp"
#include "gateway/accounts.hpp"
#include "report/json_writer.hpp"

namespace gilmok::cli {

std::string per_words(std::int64_t per) {
    if (per % 1'000'000 == 0) return std::to_string(per / 1'000'000) + "M";
    return per % 1'000 == 0 ? std::to_string(per / 1'000) + "k" : std::to_string(per);
}

namespace {

using meter::PriceRow;
using model::Meter;

std::string day_of(WallTime time) { return time == WallTime{} ? std::string() : rfc3339(time).substr(0, 10); }

std::string hours_of(const PriceRow& row) {
    if (row.day_from_minutes == row.day_until_minutes) return {};
    const auto clock = [](int minutes) {
        const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
        return two(minutes / 60) + ":" + two(minutes % 60);
    };
    const int offset = row.utc_offset_minutes;
    return clock(row.day_from_minutes) + "-" + clock(row.day_until_minutes) + (offset < 0 ? "-" : "+") +
           clock(offset < 0 ? -offset : offset);
}

void write_row(report::JsonWriter& json, const PriceRow& row) {
    json.begin_object();
    json.text("provider", row.provider);
    json.text("sku", row.sku);
    json.text("meter", model::name_of(row.meter));
    json.text("tier", model::name_of(row.tier));
    json.number("above_input_tokens", row.above_input_tokens);
    json.text("tier_mode", row.tier_mode == meter::TierMode::excess ? "excess" : "whole");
    json.text_or_null("region", row.region);
    json.number("per", row.per);
    json.text("price", decimal(row.price.pico));
    json.text("currency", row.price.currency.view());
    json.text_or_null("valid_from", day_of(row.valid_from));
    json.text_or_null("valid_until", row.valid_until == WallTime::max() ? std::string() : day_of(row.valid_until));
    json.text_or_null("hours", hours_of(row));
    json.text_or_null("source", row.source);
    json.text_or_null("date", row.date);
    json.end_object();
}

bool is_wanted(const PriceRow& row, const PriceOptions& options, WallTime now) {
    if (!options.provider.empty() && row.provider != options.provider) return false;
    if (!options.sku.empty() && row.sku.find(options.sku) == std::string::npos) return false;
    return options.is_all || (row.valid_from <= now && now < row.valid_until);
}

// One line for all meters of a SKU in a tier; what has no column is in `show`.
Table list_table(const std::vector<const PriceRow*>& rows) {
    using Key =
        std::tuple<std::string, std::string, model::ServiceTier, std::int64_t, std::string, WallTime, std::string>;
    std::map<Key, std::map<Meter, const PriceRow*>> lines;
    for (const PriceRow* row : rows)
        lines[{row->provider, row->sku, row->tier, row->above_input_tokens, row->region, row->valid_from,
               hours_of(*row)}][row->meter] = row;
    Table table({"PROVIDER", "SKU", "TIER", ">ABOVE", ">INPUT", ">CACHE READ", ">CACHE WRITE", ">OUTPUT", "UNIT",
                 "FROM", "READ ON"});
    for (const auto& [key, meters] : lines) {
        const PriceRow& first = *meters.begin()->second;
        const auto cell = [&](Meter meter) {
            const auto found = meters.find(meter);
            return found == meters.end() ? std::string() : decimal(found->second->price.pico);
        };
        std::string unit = std::string(first.price.currency.view()) + "/" + per_words(first.per);
        if (meters.contains(Meter::pages)) unit += " pages";
        if (meters.contains(Meter::requests)) unit += " requests";
        std::string input = cell(Meter::input_fresh);
        if (input.empty()) input = cell(Meter::pages).empty() ? cell(Meter::requests) : cell(Meter::pages);
        table.add({first.provider, first.sku, std::string(model::name_of(first.tier)),
                   first.above_input_tokens == 0 ? std::string() : std::to_string(first.above_input_tokens), input,
                   cell(Meter::cache_read), cell(Meter::cache_write_5m), cell(Meter::output_text), unit,
                   day_of(first.valid_from) + hours_of(first), first.date});
    }
    return table;
}

Outcome list(const PriceOptions& options, const PriceWorld& world, const OpenedPrices& opened) {
    std::vector<const PriceRow*> rows;
    for (const PriceRow& row : opened.book->rows())
        if (is_wanted(row, options, world.now)) rows.push_back(&row);
    if (options.is_json()) {
        report::JsonWriter json;
        json.begin_array();
        for (const PriceRow* row : rows) write_row(json, *row);
        json.end_array();
        return {exit_ok, json.take() + '\n', {}};
    }
    const Table table = list_table(rows);
    if (options.is_csv()) return {exit_ok, table.csv(), {}};
    if (table.is_empty())
        return failed(exit_failed, price_verb, "no price is known for that; `gilmok price list` shows all");
    return {exit_ok, table.text(), {}};
}

// How a meter without a line of its own is charged (meter/price_book.hpp, cost_of).
std::optional<Meter> fallback_of(Meter meter) {
    if (meter == Meter::input_fresh || meter == Meter::output_text) return std::nullopt;
    if (model::is_input(meter)) return Meter::input_fresh;
    return model::is_output(meter) ? std::optional(Meter::output_text) : std::nullopt;
}

struct Sources {
    std::set<std::pair<std::string, std::string>> all;   // source, date
};
Sources sources_of(const meter::PriceBook& book, const meter::PriceCard& card, WallTime at) {
    Sources sources;
    for (const PriceRow& row : book.rows())
        if (row.provider == card.provider && row.sku == card.sku && row.region == card.region &&
            row.tier == card.tier && row.valid_from <= at && at < row.valid_until)
            sources.all.emplace(row.source, row.date);
    return sources;
}

// "gpt-5-mni": the nearest names at that provider.
std::string near_words(const meter::PriceBook& book, std::string_view provider, std::string_view sku) {
    std::set<std::string> names;
    for (const PriceRow& row : book.rows())
        if (row.provider == provider &&
            row.sku.find(sku.substr(0, std::min<std::size_t>(sku.size(), 5))) != std::string::npos)
            names.insert(row.sku);
    std::string words;
    for (const std::string& name : names) {
        if (words.size() > 200) break;
        words += (words.empty() ? "; known there: " : ", ") + name;
    }
    return words.empty() ? "; `gilmok price list` shows all" : words;
}

std::string show_json(const meter::PriceBook& book, const meter::PriceCard& card, WallTime at) {
    report::JsonWriter json;
    json.begin_object();
    json.text("provider", card.provider);
    json.text("sku", card.sku);
    json.text("tier", model::name_of(card.tier));
    json.text_or_null("region", card.region);
    json.text("currency", card.currency.view());
    json.text("at", rfc3339(at));
    json.begin_array("lines");
    for (const auto& line : card.lines) {
        json.begin_object();
        json.text("meter", model::name_of(line.meter));
        json.number("above_input_tokens", line.above_input_tokens);
        json.text("tier_mode", line.tier_mode == meter::TierMode::excess ? "excess" : "whole");
        json.number("per", line.per);
        json.text("price", decimal(line.price));
        json.end_object();
    }
    json.end_array();
    json.begin_array("sources");
    for (const auto& [source, date] : sources_of(book, card, at).all) {
        json.begin_object();
        json.text_or_null("source", source);
        json.text_or_null("date", date);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take() + '\n';
}

Outcome show(const PriceOptions& options, const PriceWorld& world, const OpenedPrices& opened) {
    const std::size_t slash = options.what.find('/');
    if (slash == 0 || slash == std::string::npos || slash + 1 == options.what.size())
        return failed(exit_usage, price_verb, "show wants PROVIDER/SKU, such as openai/gpt-5-mini");
    const std::string provider = options.what.substr(0, slash), sku = options.what.substr(slash + 1);
    WallTime at = world.now;
    if (!options.at.empty()) {
        const auto asked = parse_rfc3339(options.at);
        if (!asked) return failed(exit_usage, price_verb, "--at wants a day such as 2026-11-21");
        at = *asked;
    }
    const auto tier = model::service_tier_named(options.tier);
    if (!tier) return failed(exit_usage, price_verb, "--tier is standard, flex, priority or batch");
    const meter::PriceCard* card = opened.book->find(provider, sku, options.region, *tier, at);
    if (card == nullptr)
        return failed(exit_failed, price_verb,
                      "no price is known for " + options.what + " in tier " + options.tier +
                          near_words(*opened.book, provider, sku));
    if (options.is_json()) return {exit_ok, show_json(*opened.book, *card, at), {}};
    Table table({"METER", ">ABOVE", "MODE", ">PRICE", "UNIT"});
    for (const auto& line : card->lines)
        table.add({std::string(model::name_of(line.meter)),
                   line.above_input_tokens == 0 ? "" : std::to_string(line.above_input_tokens),
                   line.tier_mode == meter::TierMode::excess ? "excess" : "whole", decimal(line.price),
                   std::string(card->currency.view()) + "/" + per_words(line.per)});
    for (std::size_t i = 0; i < model::meters_count; ++i) {
        const auto meter = static_cast<Meter>(i);
        const auto has = [&](Meter which) {
            return std::any_of(card->lines.begin(), card->lines.end(),
                               [&](const auto& line) { return line.meter == which; });
        };
        const auto fallback = fallback_of(meter);
        if (fallback && !has(meter) && has(*fallback))
            table.add({std::string(model::name_of(meter)), "", "", "", "as " + std::string(model::name_of(*fallback))});
    }
    if (options.is_csv()) return {exit_ok, table.csv(), {}};
    std::string out = card->provider + "/" + card->sku + "  " + std::string(model::name_of(card->tier)) + "  " +
                      rfc3339(at) + "\n\n" + table.text() + '\n';
    for (const auto& [source, date] : sources_of(*opened.book, *card, at).all)
        out += "source  " + (source.empty() ? std::string("none is named") : source) +
               (date.empty() ? "" : "  (" + date + ")") + '\n';
    return {exit_ok, out, {}};
}

std::optional<OpenedPrices> open_prices(const PriceOptions& options, const PriceWorld& world, Outcome& outcome) {
    OpenedPrices opened;
    // The catalogue alone answers too, as long as nobody named a file or asks about one.
    if (!options.needs_config && !world.files.exists(options.config_path)) {
        opened.snapshot = std::make_shared<config::Snapshot>();
    } else {
        opened.snapshot = open_config(options.config_path, world.files, world.secrets, price_verb, outcome);
        if (opened.snapshot == nullptr) return std::nullopt;
    }
    opened.book = gateway::build_price_book(*opened.snapshot);
    return opened;
}

}   // namespace

Outcome price_command(const std::vector<std::string>& arguments, const PriceWorld& world) {
    PriceOptions options;
    const Grammar grammar("What models cost: the catalogue's prices and the configuration's", price_verb);
    const Command top = grammar.top();
    top.wants_verb();
    std::vector<Option> config_options;
    const auto add = [&](const char* name, const char* help, const char* example) {
        const Command command = top.verb(name, help);
        config_options.push_back(command.config(options.config_path));
        command.output(options.output, {"table", "json", "csv"});
        command.footer(example);
        return command;
    };
    const Command list_app = add("list", "Show the prices that hold now",
                                 "  gilmok price list --provider openai\n  gilmok price list --sku mini -o csv");
    list_app.option("--provider", options.provider, "Only of this provider");
    list_app.option("--sku", options.sku, "Only names that hold this text");
    list_app.flag("--all", options.is_all, "Those that no longer or not yet hold as well");
    const Command show_app =
        add("show", "Show one price card: what a request would be charged by, and where that was read",
            "  gilmok price show anthropic/claude-opus-4-5 --at 2026-10-01\n  gilmok price show "
            "openai/gpt-5.5 --tier priority");
    show_app.option("what", options.what, "PROVIDER/SKU").required();
    show_app.option("--at", options.at, "Day or moment; without it now");
    show_app.option("--tier", options.tier, "Service tier").shows_default();
    show_app.option("--region", options.region, "Place of the upstream");
    const Command check_app =
        add("check", "Look for models without a price, prices without a source, and old exchange rates",
            "  gilmok price check -c /etc/gilmok/gilmok.toml\n\nExit code 1: something that is used has no price or no "
            "rate.");
    const Command import_app =
        add("import", "Compare somebody's price list with the present prices, and write what differs",
            "  gilmok price import --from litellm model_prices_and_context_window.json --provider openai\n"
            "  gilmok price import --from litellm prices.json --apply conf.d/prices.toml\n\n"
            "Nothing is written without --apply, and the catalogue never. A change of more than ten times is refused\n"
            "without --accept-large: it is most often a price per token taken for one per million.");
    import_app.option("--from", options.from, "Whose format").one_of({"litellm"}).shows_default();
    import_app.option("file", options.file, "The list").required().type_name("FILE");
    import_app.option("--provider", options.provider, "Only of this provider");
    import_app.option("--apply", options.apply, "Write new and changed prices there as [[price]] tables")
        .type_name("OUT.toml");
    import_app.flag("--accept-large", options.accept_large, "Also changes of more than ten times");
    import_app.flag("--all", options.is_all, "Show every new price");
    if (auto said = grammar.refuse(arguments)) return std::move(*said);
    options.needs_config = check_app.is_parsed() || std::any_of(config_options.begin(), config_options.end(),
                                                                [](const Option& option) { return option.is_given(); });
    Outcome outcome;
    const auto opened = open_prices(options, world, outcome);
    if (!opened) return outcome;
    if (list_app.is_parsed()) return list(options, world, *opened);
    if (show_app.is_parsed()) return show(options, world, *opened);
    return check_app.is_parsed() ? check_prices(options, world, *opened) : import_prices(options, world, *opened);
}

}   // namespace gilmok::cli
