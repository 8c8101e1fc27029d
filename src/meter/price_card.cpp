// The text of a price card. Reading goes through writing again: what text() would not have written is refused, so that a
// card in the ledger has one form and one hash.
#include <algorithm>
#include <tuple>

#include "base/text.hpp"
#include "meter/price_book.hpp"
#include "wire/json.hpp"

namespace gilmok::meter {
namespace {

namespace json = wire::json;

// A NAME record of the ledger holds no more (docs/ledger-format.md), and a card of our own making stays far below.
constexpr std::size_t text_bytes_max = 65'400;

std::string_view name_of(TierMode mode) { return mode == TierMode::whole ? "whole" : "excess"; }

void append_member(std::string& out, std::string_view name, std::string_view value) {
    out += out.back() == '{' ? "\"" : ",\"";
    out += name;
    out += "\":\"";
    append_json_escaped(out, value);
    out += '"';
}

void append_member(std::string& out, std::string_view name, std::int64_t value) {
    out += out.back() == '{' ? "\"" : ",\"";
    out += name;
    out += "\":";
    append_number(out, value);
}

Error refusal(std::string_view detail) { return {Code::bad_json, Fault::gateway, Retry::never, detail}; }

std::string string_of(const json::Value& object, std::string_view name) {
    std::string text;
    const json::Value value = json::find(object, name);
    if (value.type == json::Type::string && !value.text.empty()) json::append_unescaped(text, value, text_bytes_max);
    return text;
}

std::int64_t integer_of(const json::Value& object, std::string_view name) {
    std::int64_t number = -1;
    const json::Value value = json::find(object, name);
    if (value.text.empty() || !json::to_i64(value, number)) return -1;
    return number;
}

Result<PriceCard::Line> read_line(const json::Value& object) {
    const auto meter = model::meter_named(string_of(object, "meter"));
    const auto price = parse_decimal(string_of(object, "price"));
    PriceCard::Line line;
    line.above_input_tokens = integer_of(object, "above");
    line.per = integer_of(object, "per");
    line.tier_mode = string_of(object, "mode") == name_of(TierMode::excess) ? TierMode::excess : TierMode::whole;
    if (!meter) return fail(refusal("a line of the price card names no meter"));
    if (!price || *price < 0) return fail(refusal("a line of the price card has no price"));
    if (line.above_input_tokens < 0 || line.per <= 0)
        return fail(refusal("a line of the price card has a number out of range"));
    line.meter = *meter;
    line.price = *price;
    return line;
}

bool is_sorted_and_unique(const std::vector<PriceCard::Line>& lines) {
    const auto key = [](const PriceCard::Line& line) { return std::tuple(line.meter, line.above_input_tokens); };
    return std::adjacent_find(lines.begin(), lines.end(), [&](const auto& left, const auto& right) {
               return key(left) >= key(right);
           }) == lines.end();
}

}   // namespace

std::string PriceCard::text() const {
    std::string out = "{";
    append_member(out, "provider", provider);
    append_member(out, "sku", sku);
    append_member(out, "region", region);
    append_member(out, "tier", model::name_of(tier));
    append_member(out, "currency", currency.view());
    out += ",\"lines\":[";
    for (const Line& line : lines) {
        out += out.back() == '[' ? "{" : ",{";
        append_member(out, "meter", model::name_of(line.meter));
        append_member(out, "above", line.above_input_tokens);
        append_member(out, "mode", name_of(line.tier_mode));
        append_member(out, "per", line.per);
        append_member(out, "price", decimal(line.price));
        out += '}';
    }
    out += "]}";
    return out;
}

Result<PriceCard> parse_price_card(std::string_view text) {
    if (text.size() > text_bytes_max) return fail(refusal("the price card is too long"));
    GILMOK_TRY(type, json::scan(text, {}, nullptr));
    if (type != json::Type::object) return fail(refusal("a price card is a JSON object"));
    const json::Value root{json::Type::object, text};
    const auto tier = model::service_tier_named(string_of(root, "tier"));
    const auto currency = parse_currency(string_of(root, "currency"));
    if (!tier || !currency) return fail(refusal("the price card names no tier or no currency"));

    PriceCard card;
    card.provider = string_of(root, "provider");
    card.sku = string_of(root, "sku");
    card.region = string_of(root, "region");
    card.tier = *tier;
    card.currency = *currency;
    json::Cursor lines(json::find(root, "lines"));
    for (json::Value each; lines.next_element(each);) {
        GILMOK_TRY(line, read_line(each));
        card.lines.push_back(line);
    }
    if (!is_sorted_and_unique(card.lines)) return fail(refusal("the lines of the price card are not in order"));
    if (card.text() != text) return fail(refusal("the price card is not in its canonical form"));
    return card;
}

}   // namespace gilmok::meter
