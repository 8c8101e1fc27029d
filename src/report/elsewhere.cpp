#include "report/elsewhere.hpp"

#include <algorithm>
#include <array>

namespace gilmok::report {

namespace {

constexpr auto note_names = std::to_array<std::string_view>(
    {"other_tokenizer", "caches_differ", "long_context", "unpriced_here", "idle_left_out", "no_price", "no_rate"});
static_assert(note_names.size() == static_cast<std::size_t>(Note::count_));

void note(std::vector<Note>& notes, Note what) {
    if (std::ranges::find(notes, what) == notes.end()) notes.push_back(what);
}

bool has_thresholds(const meter::PriceCard& card) {
    return std::ranges::any_of(card.lines,
                               [](const meter::PriceCard::Line& line) { return line.above_input_tokens > 0; });
}

OfferCost cost_at(const Offer& offer, const ledger::UsageRow& usage, WallTime at, Currency currency,
                  const meter::PriceBook& prices, std::vector<Note>& notes) {
    const meter::PriceCard* card = prices.find(offer.provider, offer.sku, {}, model::ServiceTier::standard, at);
    if (card == nullptr) return {std::nullopt, Note::no_price};
    if (has_thresholds(*card)) note(notes, Note::long_context);
    const auto cost = meter::cost_of(without_thresholds(*card), meters_of(usage));
    if (!cost) return {std::nullopt, Note::no_price};
    if (card->currency == currency) return {cost->total, {}};
    const auto converted = prices.convert(cost->total, card->currency, currency, at);
    if (!converted) return {std::nullopt, Note::no_rate};
    return {*converted, {}};
}

bool reads_caches(const ledger::UsageRow& row) {
    return meter(row, model::Meter::cache_read) > 0 || meter(row, model::Meter::cache_write_5m) > 0 ||
           meter(row, model::Meter::cache_write_1h) > 0;
}

void write_costs(JsonWriter& json, const std::vector<Offer>& offers, const std::vector<OfferCost>& costs) {
    json.begin_array("elsewhere");
    for (std::size_t i = 0; i < offers.size(); ++i) {
        json.begin_object();
        json.text("as", offers[i].text());
        if (costs[i].cost) {
            json.text("cost", decimal(*costs[i].cost));
            json.null("why_unknown");
        } else {
            json.null("cost");
            json.text("why_unknown", name_of(costs[i].why));
        }
        json.end_object();
    }
    json.end_array();
}

}   // namespace

std::string_view name_of(Note note) {
    const auto index = static_cast<std::size_t>(note);
    return index < note_names.size() ? note_names[index] : std::string_view{};
}

Told<Offer> read_offer(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == 0 || slash == std::string_view::npos || slash + 1 == text.size())
        return tell("an offer is written provider/sku, as openai/gpt-5-mini, not \"" + std::string(text) + '"');
    return Offer{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

meter::PriceCard without_thresholds(const meter::PriceCard& card) {
    meter::PriceCard plain = card;
    std::erase_if(plain.lines, [](const meter::PriceCard::Line& line) { return line.above_input_tokens > 0; });
    return plain;
}

model::Meters meters_of(const ledger::UsageRow& row) {
    model::Meters meters;
    meters.counts = row.meters;
    return meters;
}

Told<Elsewhere> elsewhere(ledger::Questions& tables, Question question, Currency currency,
                          const meter::PriceBook& prices, std::vector<Offer> offers) {
    question.by = {*group_named("month")};
    auto asked = answer(tables, question, currency);
    if (!asked) return tell(asked.error());
    Elsewhere result;
    result.answer = std::move(*asked);
    result.offers = std::move(offers);
    result.totals.assign(result.offers.size(), {Pico{0}, {}});
    note(result.notes, Note::other_tokenizer);
    if (reads_caches(result.answer.total)) note(result.notes, Note::caches_differ);
    if (result.answer.total.unpriced > 0) note(result.notes, Note::unpriced_here);
    if (result.answer.idle_cost() != 0) note(result.notes, Note::idle_left_out);
    for (const ledger::UsageRow& row : result.answer.rows) {
        MonthElsewhere& month = result.months.emplace_back();
        month.usage = row;
        month.month = row.keys[0];
        // The last prices of the month, or of what was asked of it.
        const auto span = read_month(month.month, {{}, question.utc_offset_minutes});
        const WallTime end = span ? std::min(span->until, question.period.until) : question.period.until;
        for (std::size_t i = 0; i < result.offers.size(); ++i) {
            month.costs.push_back(cost_at(result.offers[i], row, end - Duration(1), currency, prices, result.notes));
            const OfferCost& cost = month.costs.back();
            OfferCost& total = result.totals[i];
            if (!cost.cost) {
                note(result.notes, cost.why);
                total = cost;
            } else if (total.cost) {
                *total.cost += *cost.cost;
            }
        }
    }
    return result;
}

std::string elsewhere_json(const Elsewhere& elsewhere) {
    JsonWriter json;
    json.begin_object();
    write_period(json, elsewhere.answer.question);
    json.text("currency", elsewhere.answer.currency.view());
    json.begin_array("months");
    for (const MonthElsewhere& month : elsewhere.months) {
        json.begin_object();
        json.text("month", month.month);
        json.text("cost", decimal(month.usage.cost_ledger));
        json.number("input_tokens", input_tokens(month.usage));
        json.number("output_tokens", output_tokens(month.usage));
        write_unpriced(json, month.usage);
        write_costs(json, elsewhere.offers, month.costs);
        json.end_object();
    }
    json.end_array();
    json.begin_object("total");
    json.text("cost", decimal(elsewhere.answer.total.cost_ledger));
    write_costs(json, elsewhere.offers, elsewhere.totals);
    json.end_object();
    json.begin_array("not_comparable");
    for (const Note what : elsewhere.notes) json.text({}, name_of(what));
    json.end_array();
    json.end_object();
    return json.take() + '\n';
}

std::string elsewhere_csv(const Elsewhere& elsewhere) {
    std::string out = "month,as,cost,currency,why_unknown,input_tokens,output_tokens\r\n";
    const auto append = [&](const MonthElsewhere& month, std::string_view as, const std::string& cost,
                            std::string_view why) {
        append_csv(out, month.month, true);
        append_csv_text(out, as);
        append_csv(out, cost);
        append_csv(out, elsewhere.answer.currency.view());
        append_csv(out, why);
        append_csv(out, std::to_string(input_tokens(month.usage)));
        append_csv(out, std::to_string(output_tokens(month.usage)));
        out += "\r\n";
    };
    for (const MonthElsewhere& month : elsewhere.months) {
        append(month, "booked", decimal(month.usage.cost_ledger), {});
        for (std::size_t i = 0; i < elsewhere.offers.size(); ++i) {
            const OfferCost& cost = month.costs[i];
            append(month, elsewhere.offers[i].text(), cost.cost ? decimal(*cost.cost) : std::string(),
                   cost.cost ? std::string_view{} : name_of(cost.why));
        }
    }
    return out;
}

}   // namespace gilmok::report
