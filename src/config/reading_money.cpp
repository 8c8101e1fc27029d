// Values that price things. A bare number is refused everywhere here: the next reader would take it for another currency,
// and a bare fraction is a binary one, which no price is.
#include <algorithm>

#include "config/amount.hpp"
#include "config/reading.hpp"

namespace gilmok::config {

using wire::TomlNode;
using Type = TomlNode::Type;

namespace {

std::string number_text(const TomlNode& node) {
    return node.type == Type::integer ? std::to_string(node.integer) : real_text(node.real);
}

bool is_number(const TomlNode& node) { return node.type == Type::integer || node.type == Type::real; }

}   // namespace

bool Reading::refuse_money(std::string_view unit) const {
    const std::string example = field.shape == Shape::money_kwh ? "160 KRW/kWh" : "5000000 KRW";
    if (is_number(node))
        return refuse("E0103", quoted(field.name) + " needs a currency",
                      "an amount without its currency is read as another one sooner or later",
                      "write " + quoted(number_text(node) + " KRW" + std::string(unit)) + " if you mean won");
    if (!node.is_text()) return refuse_type("an amount such as " + quoted(example));
    std::string_view words = node.text;
    const bool has_unit = !unit.empty() && words.ends_with(unit);
    if (has_unit) words.remove_suffix(unit.size());
    if (parse_decimal(words))
        return refuse("E0103", quoted(field.name) + " needs a currency",
                      "an amount without its currency is read as another one sooner or later",
                      "write " + quoted(std::string(words) + " KRW" + std::string(unit)) + " if you mean won");
    if (!unit.empty() && !has_unit && parse_money(words))
        return refuse("E0103", quoted(field.name) + " does not say for how much", {},
                      "write " + quoted(std::string(words) + std::string(unit)));
    const auto meant = guess_money(words);
    return refuse("E0103", quoted(field.name) + " is no amount of money",
                  "it is a decimal with at most 12 digits behind the point, one space, three capital letters",
                  meant ? "did you mean " + quoted(money_text(*meant) + std::string(unit)) + "?"
                        : "write it as " + quoted(example));
}

bool Reading::money(Money& into) const {
    if (node.is_text() && node.text.empty()) {
        into = {};
        return true;
    }
    const auto value = node.is_text() ? parse_money(node.text) : std::nullopt;
    if (!value) return refuse_money({});
    if (value->pico < 0) return refuse("E0104", quoted(field.name) + " is less than nothing");
    if (value->pico == 0 && field.min > 0)
        return refuse("E0104", quoted(field.name) + " is nothing",
                      "no budget and a budget of nothing are easily mistaken",
                      "write \"\" for no budget, or the smallest amount that may be spent");
    into = *value;
    return true;
}

bool Reading::money_kwh(Money& into) const {
    if (node.is_text() && node.text.empty()) {
        into = {};
        return true;
    }
    const auto value = node.is_text() ? parse_money_kwh(node.text) : std::nullopt;
    if (!value) return refuse_money("/kWh");
    if (value->pico < 0) return refuse("E0104", quoted(field.name) + " is less than nothing");
    into = *value;
    return true;
}

bool Reading::percent_of(const TomlNode& from, std::uint32_t& into) const {
    const bool is_bare = is_number(from) || (from.is_text() && parse_decimal(from.text));
    if (is_bare)
        return refuse_at(
            from.place, "E0103", quoted(field.name) + " needs a %",
            "a bare number is taken for a share of one or of a hundred",
            "write " + quoted((from.is_text() ? from.text : number_text(from)) + "%") + " if you mean that");
    if (!from.is_text())
        return refuse_at(
            from.place, "E0102",
            quoted(field.name) + " must be a share such as \"12.5%\", not " + std::string(wire::words_of(from.type)),
            {}, {});
    const auto value = parse_percent(from.text);
    if (!value)
        return refuse_at(from.place, "E0103", quoted(field.name) + " is no share of a whole",
                         "it is a decimal from 0 to 100 with at most four digits behind the point, and %",
                         "write it as \"12.5%\"");
    if (*value < field.min || *value > field.max)
        return refuse_at(from.place, "E0104", quoted(field.name) + " is " + from.text + ", which is outside its range",
                         {},
                         "write " + percent_text(static_cast<std::uint32_t>(field.min)) + " to " +
                             percent_text(static_cast<std::uint32_t>(field.max)));
    into = *value;
    return true;
}

bool Reading::percent(std::uint32_t& into) const { return percent_of(node, into); }

bool Reading::percents(std::vector<std::uint32_t>& into) const {
    const auto read = [this](const TomlNode& from, std::uint32_t& one) { return percent_of(from, one); };
    if (!list(into, warnings_max, false, read)) return false;
    std::sort(into.begin(), into.end());
    return std::adjacent_find(into.begin(), into.end()) == into.end() ||
           refuse("E0308", "one share stands twice in " + quoted(field.name), {}, "remove one of the two");
}

bool Reading::per(std::uint64_t& into) const {
    if (node.type == Type::integer) return count(into);
    if (!node.is_text()) return refuse_type("a number such as \"1M\"");
    const auto value = parse_per(node.text);
    if (!value)
        return refuse("E0103", quoted(field.name) + " is no number of tokens", {}, "write \"1M\", \"1k\" or \"1\"");
    into = *value;
    return true;
}

bool Reading::rate(Pico& into) const {
    if (is_number(node))
        return refuse("E0102", quoted(field.name) + " must be a decimal in quotes",
                      "a bare fraction is a binary one, and would not be exact", "write " + quoted(number_text(node)));
    if (!node.is_text()) return refuse_type("a decimal in quotes");
    const auto value = parse_decimal(node.text);
    if (!value)
        return refuse("E0107", quoted(field.name) + " is no decimal",
                      "it has digits, at most 12 of them behind a point, no separators and no exponent",
                      "write it as \"1385.5\"");
    if (*value <= 0)
        return refuse("E0104", quoted(field.name) + " must be above zero", "nothing could be converted back");
    into = *value;
    return true;
}

bool Reading::currency(Currency& into) const {
    if (!node.is_text()) return refuse_type("a currency such as \"KRW\"");
    const auto value = parse_currency(node.text);
    if (!value) {
        const auto meant = guess_money("1 " + node.text);
        return refuse("E0107", quoted(field.name) + " is no currency", "it is the ISO 4217 code: three capital letters",
                      meant ? "did you mean " + quoted(meant->currency.view()) + "?" : "write \"KRW\" or \"USD\"");
    }
    into = *value;
    return true;
}

bool Reading::date(WallTime& into) const {
    if (node.type == Type::date)
        return refuse_type("a date in quotes", "write it in quotes, without a time: \"2026-11-01\"");
    if (!node.is_text()) return refuse_type("a date such as \"2026-11-01\"");
    if (node.text.empty() && !field.is_required) return true;
    const auto value = parse_date(node.text);
    if (!value)
        return refuse("E0107", quoted(field.name) + " is no day of the calendar",
                      "it is year, month and day, from 2000 to 2199", "write it as \"2026-11-01\"");
    into = *value;
    return true;
}

bool Reading::hours(Hours& into) const {
    if (!node.is_text()) return refuse_type("a span such as \"09:00-23:00+09:00\"");
    if (node.text.empty()) {
        into = {};
        return true;
    }
    const auto value = parse_hours(node.text);
    if (!value)
        return refuse("E0107", quoted(field.name) + " is no span of a day",
                      "it is from, until (not included, and another minute) and the offset from UTC",
                      "write it as \"09:00-23:00+09:00\"");
    into = *value;
    return true;
}

bool Reading::utc_offset(std::int32_t& into) const {
    if (!node.is_text()) return refuse_type("an offset such as \"+09:00\"");
    const auto value = parse_utc_offset(node.text);
    if (!value)
        return refuse("E0107", quoted(field.name) + " is no offset from UTC",
                      "a name of a time zone may mean another offset tomorrow", "write it as \"+09:00\"");
    into = *value;
    return true;
}

}   // namespace gilmok::config
