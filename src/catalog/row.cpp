#include "catalog/row.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "catalog/embedded.hpp"

namespace gilmok::catalog {

using wire::TomlNode;

namespace {

std::optional<int> digits(std::string_view text) {
    const auto number = parse_u64(text);
    return number ? std::optional<int>(static_cast<int>(*number)) : std::nullopt;
}

std::optional<WallTime> parse_day(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = digits(text.substr(0, 4)), month = digits(text.substr(5, 2)), day = digits(text.substr(8, 2));
    if (!year || !month || !day || *year < 1970 || *year > 2199) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return WallTime(std::chrono::sys_days(date));
}

}   // namespace

Row::~Row() {
    for (const auto& member : table_.members)
        if (std::find(read_.begin(), read_.end(), member.name) == read_.end()) fault(member.name, "is read by nobody");
}

std::string Row::text(std::string_view name, bool is_required) {
    const TomlNode* node = find(name, is_required);
    if (node == nullptr) return {};
    if (!node->is_text()) fault(name, "is no text");
    return node->text;
}

void Row::texts(std::initializer_list<std::pair<std::string_view, std::string&>> places) {
    for (const auto& [name, place] : places) place = text(name);
}

double Row::number(std::string_view name, double fallback) {
    const TomlNode* node = find(name, false);
    if (node == nullptr) return fallback;
    if (node->type == TomlNode::Type::integer) return static_cast<double>(node->integer);
    if (node->type != TomlNode::Type::real) fault(name, "is no number");
    return node->real;
}

std::int64_t Row::integer(std::string_view name, std::int64_t fallback) {
    const TomlNode* node = find(name, false);
    if (node == nullptr) return fallback;
    if (node->type != TomlNode::Type::integer) fault(name, "is no whole number");
    return node->integer;
}

bool Row::flag(std::string_view name) {
    const TomlNode* node = find(name, true);
    if (node == nullptr) return false;
    if (node->type != TomlNode::Type::boolean) fault(name, "is not true or false");
    return node->boolean;
}

std::vector<std::string> Row::list(std::string_view name) {
    std::vector<std::string> out;
    const TomlNode* node = find(name, true);
    if (node == nullptr) return out;
    for (const TomlNode& element : node->elements) out.push_back(element.text);
    if (out.empty()) fault(name, "is empty");
    return out;
}

const std::vector<TomlNode>& Row::tables(std::string_view name) {
    static const std::vector<TomlNode> none;
    const TomlNode* node = find(name, false);
    return node == nullptr ? none : node->elements;
}

Money Row::money(std::string_view name) {
    const std::string amount = text(name, false);
    if (amount.empty()) return {};
    const auto money = parse_money(amount);
    if (!money || money->pico < 0) fault(name, "is no price like \"1.25 USD\"");
    return money.value_or(Money{});
}

Pico Row::decimal(std::string_view name) {
    const auto amount = parse_decimal(text(name));
    if (!amount || *amount < 0) fault(name, "is no decimal like \"1.25\"");
    return amount.value_or(0);
}

Currency Row::currency(std::string_view name) {
    const auto currency = parse_currency(text(name));
    if (!currency) fault(name, "is no currency like \"USD\"");
    return currency.value_or(Currency{});
}

WallTime Row::day(std::string_view name, WallTime fallback) {
    const std::string date = text(name, false);
    if (date.empty()) return fallback;
    const auto day = parse_day(date);
    if (!day) fault(name, "is no date");
    return day.value_or(fallback);
}

Provenance Row::provenance() {
    Provenance from;
    from.source = text("source");
    from.date = text("date");
    from.is_verified = flag("verified");
    if (!from.source.starts_with("https://")) fault("source", "is no https URL");
    if (!parse_day(from.date)) fault("date", "is no date");
    return from;
}

void Row::fault(std::string_view name, std::string_view what) {
    faults_.push_back(where_ + ": \"" + std::string(name) + "\" " + std::string(what));
}

const TomlNode* Row::find(std::string_view name, bool is_required) {
    read_.emplace_back(name);
    const TomlNode* node = table_.find(name);
    if (node == nullptr && is_required) fault(name, "is missing");
    return node;
}

CatalogFile::CatalogFile(std::string name, std::vector<std::string>& faults) : name_(std::move(name)), faults_(faults) {
    wire::TomlDocument document = wire::parse_toml(embedded(name_));
    if (!document.is_whole)
        faults_.push_back(name_ + ":" + std::to_string(document.mistake_place.line) + ": " + document.mistake);
    root_ = std::move(document.root);
}

CatalogFile::~CatalogFile() {
    for (const wire::TomlMember& member : root_.members)
        if (std::find(asked_.begin(), asked_.end(), member.name) == asked_.end())
            faults_.push_back(name_ + ": \"" + member.name + "\" is read by nobody");
}

const wire::TomlNode* CatalogFile::find(std::string_view name) {
    asked_.push_back(name);
    return root_.find(name);
}

}   // namespace gilmok::catalog
