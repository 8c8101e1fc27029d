// For tests: the normative rules of FOCUS 1.2 that a file by itself can break, as data, with the ids of the specification's own
// requirements model (1.2.0.1). What needs an invoice, a price list or last month's file beside it is not here.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.hpp"
#include "wire/json.hpp"

namespace gilmok::report::focus_rules {

using Row = std::map<std::string, std::string, std::less<>>;   // an empty field is null

struct File {
    std::vector<std::string> columns;
    std::vector<Row> rows;
};

// RFC 4180.
inline File read(std::string_view csv) {
    File file;
    std::vector<std::string> fields(1);
    bool is_quoted = false;
    for (std::size_t i = 0; i < csv.size(); ++i) {
        const char c = csv[i];
        if (is_quoted) {
            if (c == '"' && i + 1 < csv.size() && csv[i + 1] == '"')
                fields.back() += '"', ++i;
            else if (c == '"')
                is_quoted = false;
            else
                fields.back() += c;
        } else if (c == '"') {
            is_quoted = true;
        } else if (c == ',') {
            fields.emplace_back();
        } else if (c == '\n') {
            if (file.columns.empty()) {
                file.columns = fields;
            } else {
                Row& row = file.rows.emplace_back();
                for (std::size_t column = 0; column < fields.size() && column < file.columns.size(); ++column)
                    row[file.columns[column]] = fields[column];
                if (fields.size() != file.columns.size()) row["fields"] = "wrong";
            }
            fields.assign(1, {});
        } else if (c != '\r') {
            fields.back() += c;
        }
    }
    return file;
}

enum class Check {
    present,
    not_null,
    null,
    one_of,
    decimal,
    not_negative,
    date,
    currency,
    key_value,
    product,
    equal,
    order,
    unit,
    null_with,
    not_null_with
};

// Where a rule holds: `column` has one of `values`; "!" in front of a value turns it round. No column: everywhere.
struct When {
    std::string_view column{};
    std::vector<std::string_view> values{};
};

struct Rule {
    std::string_view id;
    Check check;
    std::string_view column;
    std::vector<std::string_view> with{};   // allowed values, or the other columns
    std::vector<When> when{};
};

inline bool is_decimal(std::string_view text) {
    bool has_digit = false, has_point = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '-' && i == 0) continue;
        if (text[i] == '.' && !has_point && has_digit)
            has_point = true;
        else if (text[i] >= '0' && text[i] <= '9')
            has_digit = true;
        else
            return false;
    }
    return has_digit && text.back() != '.';
}

inline bool is_date(std::string_view text) {
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:ddZ";
    if (text.size() != form.size()) return false;
    for (std::size_t i = 0; i < form.size(); ++i)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i]) return false;
    return true;
}

inline bool is_key_value(std::string_view text) {
    const auto type = wire::json::scan(text, {}, nullptr);
    if (!type || *type != wire::json::Type::object) return false;
    std::set<std::string_view> names;
    wire::json::Cursor cursor(text);
    std::string_view name;
    for (wire::json::Value value; cursor.next_member(name, value);)
        if (!names.insert(name).second || value.type == wire::json::Type::object ||
            value.type == wire::json::Type::array)
            return false;
    return true;
}

// Exact: digits of any length. Whether a × b, rounded to 12 digits behind the point, is c.
inline bool is_product(std::string_view a, std::string_view b, std::string_view c) {
    struct Digits {
        std::vector<int> value;   // most significant first
        std::size_t scale = 0;
    };
    const auto parse = [](std::string_view text) {
        Digits digits;
        bool is_behind = false;
        for (const char letter : text) {
            if (letter == '.') is_behind = true;
            if (letter < '0' || letter > '9') continue;
            digits.value.push_back(letter - '0');
            if (is_behind) ++digits.scale;
        }
        return digits;
    };
    const Digits left = parse(a), right = parse(b);
    std::vector<int> product(left.value.size() + right.value.size());
    for (std::size_t i = left.value.size(); i-- > 0;)
        for (std::size_t j = right.value.size(); j-- > 0;) {
            product[i + j + 1] += left.value[i] * right.value[j];
            product[i + j] += product[i + j + 1] / 10;
            product[i + j + 1] %= 10;
        }
    std::size_t scale = left.scale + right.scale;
    while (scale < pico_digits) product.push_back(0), ++scale;
    Pico rounded_product = 0;
    const std::size_t kept = product.size() - (scale - pico_digits);
    for (std::size_t i = 0; i < kept; ++i) rounded_product = rounded_product * 10 + product[i];
    if (kept < product.size() && product[kept] >= 5) ++rounded_product;
    const auto wanted = parse_decimal(c);
    return wanted && rounded_product == *wanted;
}

inline bool holds(const When& when, const Row& row) {
    if (when.column.empty()) return true;
    const std::string& value = row.find(when.column)->second;
    for (const std::string_view wanted : when.values) {
        if (wanted.starts_with('!') ? value == wanted.substr(1) : false) return false;
        if (!wanted.starts_with('!') && value == wanted) return true;
    }
    return when.values.front().starts_with('!');
}

// "" when the rule holds for the row.
inline std::string judge(const Rule& rule, const Row& row) {
    for (const When& when : rule.when)
        if (!holds(when, row)) return {};
    const std::string& value = row.find(rule.column)->second;
    const auto other = [&](std::size_t i) -> const std::string& { return row.find(rule.with[i])->second; };
    bool is_right = true;
    switch (rule.check) {
        case Check::present: break;
        case Check::not_null: is_right = !value.empty() && value.find_first_not_of(' ') != std::string::npos; break;
        case Check::null: is_right = value.empty(); break;
        case Check::one_of:
            is_right = value.empty() || std::find(rule.with.begin(), rule.with.end(), value) != rule.with.end();
            break;
        case Check::decimal: is_right = value.empty() || is_decimal(value); break;
        case Check::not_negative: is_right = !value.starts_with('-'); break;
        case Check::date: is_right = is_date(value); break;
        case Check::currency: is_right = parse_currency(value).has_value(); break;
        case Check::key_value: is_right = value.empty() || is_key_value(value); break;
        case Check::product:
            is_right = value.empty() || other(0).empty() || is_product(value, other(0), other(1));
            break;
        case Check::equal: is_right = value == other(0); break;
        case Check::order: is_right = value < other(0); break;
        case Check::unit:
            is_right = value.empty() || (value.find("  ") == std::string::npos && value.front() != ' ' &&
                                         !(value.front() >= 'a' && value.front() <= 'z'));
            break;
        case Check::null_with: is_right = !other(0).empty() || value.empty(); break;
        case Check::not_null_with: is_right = other(0).empty() || !value.empty(); break;
    }
    return is_right ? std::string() : std::string(rule.id) + ": " + std::string(rule.column) + " = \"" + value + '"';
}

inline const std::vector<When> usage_not_corrected = {{"ChargeCategory", {"Usage", "Purchase"}},
                                                      {"ChargeClass", {"!Correction"}}};
inline const std::vector<When> not_usage = {{"ChargeCategory", {"!Usage"}}};
inline const std::vector<When> unrelated = {{"ChargeCategory", {"Credit", "Adjustment"}}};

inline const std::vector<Rule>& rules() {
    static const std::vector<Rule> all = {
        // columns that must be there, for a provider with prices, units, sub accounts, regions, tags and resources
        {"CostAndUsage-D-004-C", Check::present, "ListUnitPrice"},
        {"CostAndUsage-D-005-M", Check::present, "BillingAccountName"},
        {"CostAndUsage-D-006-M", Check::present, "BilledCost"},
        {"CostAndUsage-D-007-C", Check::present, "BillingAccountType"},
        {"CostAndUsage-D-008-M", Check::present, "ChargeCategory"},
        {"CostAndUsage-D-009-M", Check::present, "BillingPeriodStart"},
        {"CostAndUsage-D-010-M", Check::present, "BillingPeriodEnd"},
        {"CostAndUsage-D-011-C", Check::present, "ConsumedQuantity"},
        {"CostAndUsage-D-019-C", Check::present, "SubAccountId"},
        {"CostAndUsage-D-021-M", Check::present, "PublisherName"},
        {"CostAndUsage-D-022-C", Check::present, "PricingCategory"},
        {"CostAndUsage-D-023-M", Check::present, "InvoiceIssuerName"},
        {"CostAndUsage-D-024-M", Check::present, "BillingAccountId"},
        {"CostAndUsage-D-025-M", Check::present, "ChargeDescription"},
        {"CostAndUsage-D-026-M", Check::present, "ChargeClass"},
        {"CostAndUsage-D-027-O", Check::present, "ChargeFrequency"},
        {"CostAndUsage-D-028-M", Check::present, "ChargePeriodEnd"},
        {"CostAndUsage-D-029-C", Check::present, "SubAccountName"},
        {"CostAndUsage-D-030-M", Check::present, "ContractedCost"},
        {"CostAndUsage-D-031-M", Check::present, "EffectiveCost"},
        {"CostAndUsage-D-032-M", Check::present, "ListCost"},
        {"CostAndUsage-D-033-O", Check::present, "InvoiceId"},
        {"CostAndUsage-D-034-C", Check::present, "ContractedUnitPrice"},
        {"CostAndUsage-D-035-M", Check::present, "BillingCurrency"},
        {"CostAndUsage-D-036-M", Check::present, "PricingQuantity"},
        {"CostAndUsage-D-037-M", Check::present, "ChargePeriodStart"},
        {"CostAndUsage-D-038-M", Check::present, "ProviderName"},
        {"CostAndUsage-D-039-C", Check::present, "ResourceType"},
        {"CostAndUsage-D-040-M", Check::present, "ServiceCategory"},
        {"CostAndUsage-D-041-M", Check::present, "ServiceName"},
        {"CostAndUsage-D-042-O", Check::present, "ServiceSubcategory"},
        {"CostAndUsage-D-043-C", Check::present, "ResourceId"},
        {"CostAndUsage-D-044-C", Check::present, "ResourceName"},
        {"CostAndUsage-D-045-C", Check::present, "PricingCurrency"},
        {"CostAndUsage-D-048-C", Check::present, "PricingCurrencyContractedUnitPrice"},
        {"CostAndUsage-D-052-C", Check::present, "PricingCurrencyEffectiveCost"},
        {"CostAndUsage-D-056-C", Check::present, "PricingCurrencyListUnitPrice"},
        {"CostAndUsage-D-058-C", Check::present, "SkuPriceId"},
        {"CostAndUsage-D-059-C", Check::present, "SkuMeter"},
        {"CostAndUsage-D-060-C", Check::present, "SkuId"},
        {"CostAndUsage-D-061-C", Check::present, "SkuPriceDetails"},
        {"CostAndUsage-D-062-C", Check::present, "RegionName"},
        {"CostAndUsage-D-063-C", Check::present, "RegionId"},
        {"CostAndUsage-D-064-C", Check::present, "Tags"},
        {"CostAndUsage-D-066-C", Check::present, "ConsumedUnit"},
        {"CostAndUsage-D-067-C", Check::present, "SubAccountType"},
        {"CostAndUsage-D-068-M", Check::present, "PricingUnit"},
        // never null
        {"InvoiceIssuerName-C-003-M", Check::not_null, "InvoiceIssuerName"},
        {"ProviderName-C-003-M", Check::not_null, "ProviderName"},
        {"PublisherName-C-003-M", Check::not_null, "PublisherName"},
        {"BillingAccountId-C-001-M", Check::not_null, "BillingAccountId"},
        {"BillingAccountName-C-003-C", Check::not_null, "BillingAccountName"},
        {"ChargeCategory-C-002-M", Check::not_null, "ChargeCategory"},
        {"ChargeDescription-C-003-O", Check::not_null, "ChargeDescription"},
        {"ChargeFrequency-C-002-M", Check::not_null, "ChargeFrequency"},
        {"ServiceCategory-C-002-M", Check::not_null, "ServiceCategory"},
        {"ServiceSubcategory-C-002-M", Check::not_null, "ServiceSubcategory"},
        {"ServiceName-C-003-M", Check::not_null, "ServiceName"},
        {"BillingCurrency-C-004-M", Check::not_null, "BillingCurrency"},
        {"PricingCurrency-C-004-M", Check::not_null, "PricingCurrency"},
        {"BilledCost-C-003-M", Check::not_null, "BilledCost"},
        {"EffectiveCost-C-003-M", Check::not_null, "EffectiveCost"},
        {"ContractedCost-C-003-M", Check::not_null, "ContractedCost"},
        {"ListCost-C-003-M", Check::not_null, "ListCost"},
        {"PricingCurrencyEffectiveCost-C-003-M", Check::not_null, "PricingCurrencyEffectiveCost"},
        // allowed values
        {"ChargeCategory-C-003-M",
         Check::one_of,
         "ChargeCategory",
         {"Usage", "Purchase", "Tax", "Credit", "Adjustment"}},
        {"ChargeClass-C-005-C", Check::one_of, "ChargeClass", {"Correction"}},
        {"ChargeFrequency-C-003-M", Check::one_of, "ChargeFrequency", {"One-Time", "Recurring", "Usage-Based"}},
        {"PricingCategory-C-007-M", Check::one_of, "PricingCategory", {"Standard", "Dynamic", "Committed", "Other"}},
        {"ServiceCategory-C-003-M", Check::one_of, "ServiceCategory", {"AI and Machine Learning", "Compute", "Other"}},
        {"ServiceSubcategory-C-004-M",
         Check::one_of,
         "ServiceSubcategory",
         {"AI Platforms", "Bots", "Generative AI", "Machine Learning", "Natural Language Processing",
          "Other (AI and Machine Learning)"},
         {{"ServiceCategory", {"AI and Machine Learning"}}}},
        // numbers
        {"BilledCost-C-001-M", Check::decimal, "BilledCost"},
        {"EffectiveCost-C-001-M", Check::decimal, "EffectiveCost"},
        {"ContractedCost-C-001-M", Check::decimal, "ContractedCost"},
        {"ListCost-C-001-M", Check::decimal, "ListCost"},
        {"ListUnitPrice-C-001-M", Check::decimal, "ListUnitPrice"},
        {"ContractedUnitPrice-C-002-M", Check::decimal, "ContractedUnitPrice"},
        {"PricingQuantity-C-001-M", Check::decimal, "PricingQuantity"},
        {"ConsumedQuantity-C-001-M", Check::decimal, "ConsumedQuantity"},
        {"PricingCurrencyEffectiveCost-C-001-M", Check::decimal, "PricingCurrencyEffectiveCost"},
        {"PricingCurrencyListUnitPrice-C-001-M", Check::decimal, "PricingCurrencyListUnitPrice"},
        {"PricingCurrencyContractedUnitPrice-C-001-M", Check::decimal, "PricingCurrencyContractedUnitPrice"},
        {"ListUnitPrice-C-008-M", Check::not_negative, "ListUnitPrice"},
        {"ContractedUnitPrice-C-009-C", Check::not_negative, "ContractedUnitPrice"},
        {"PricingCurrencyListUnitPrice-C-008-M", Check::not_negative, "PricingCurrencyListUnitPrice"},
        {"PricingCurrencyContractedUnitPrice-C-008-C", Check::not_negative, "PricingCurrencyContractedUnitPrice"},
        // times, currencies, key-value texts, units
        {"BillingPeriodStart-C-002-M", Check::date, "BillingPeriodStart"},
        {"BillingPeriodEnd-C-002-M", Check::date, "BillingPeriodEnd"},
        {"ChargePeriodStart-C-002-M", Check::date, "ChargePeriodStart"},
        {"ChargePeriodEnd-C-002-M", Check::date, "ChargePeriodEnd"},
        {"BillingPeriodEnd-C-004-M", Check::order, "BillingPeriodStart", {"BillingPeriodEnd"}},
        {"ChargePeriodEnd-C-004-M", Check::order, "ChargePeriodStart", {"ChargePeriodEnd"}},
        {"BillingCurrency-C-003-M", Check::currency, "BillingCurrency"},
        {"PricingCurrency-C-003-M", Check::currency, "PricingCurrency"},
        {"Tags-C-001-M", Check::key_value, "Tags"},
        {"SkuPriceDetails-C-001-M", Check::key_value, "SkuPriceDetails"},
        {"ConsumedUnit-C-003-O", Check::unit, "ConsumedUnit"},
        {"PricingUnit-C-003-O", Check::unit, "PricingUnit"},
        // what a charge for usage must have
        {"SkuId-C-005-C", Check::not_null, "SkuId", {}, usage_not_corrected},
        {"SkuPriceId-C-005-C", Check::not_null, "SkuPriceId", {}, usage_not_corrected},
        {"ListUnitPrice-C-005-C", Check::not_null, "ListUnitPrice", {}, usage_not_corrected},
        {"ContractedUnitPrice-C-006-C", Check::not_null, "ContractedUnitPrice", {}, usage_not_corrected},
        {"PricingQuantity-C-005-C", Check::not_null, "PricingQuantity", {}, usage_not_corrected},
        {"PricingCategory-C-004-C", Check::not_null, "PricingCategory", {}, usage_not_corrected},
        {"ConsumedQuantity-C-006-C", Check::not_null, "ConsumedQuantity", {}, usage_not_corrected},
        {"PricingCurrencyListUnitPrice-C-005-C",
         Check::not_null,
         "PricingCurrencyListUnitPrice",
         {},
         usage_not_corrected},
        {"PricingCurrencyContractedUnitPrice-C-005-C",
         Check::not_null,
         "PricingCurrencyContractedUnitPrice",
         {},
         usage_not_corrected},
        {"ConsumedQuantity-C-004-C", Check::null, "ConsumedQuantity", {}, not_usage},
        // pairs
        {"ConsumedUnit-C-005-C", Check::null_with, "ConsumedUnit", {"ConsumedQuantity"}},
        {"ConsumedUnit-C-006-C", Check::not_null_with, "ConsumedUnit", {"ConsumedQuantity"}},
        {"PricingUnit-C-005-C", Check::null_with, "PricingUnit", {"PricingQuantity"}},
        {"PricingUnit-C-006-C", Check::not_null_with, "PricingUnit", {"PricingQuantity"}},
        {"SkuMeter-C-004-C", Check::null_with, "SkuMeter", {"SkuId"}},
        {"SkuMeter-C-005-C", Check::not_null_with, "SkuMeter", {"SkuId"}},
        {"SkuPriceDetails-C-004-C", Check::null_with, "SkuPriceDetails", {"SkuPriceId"}},
        {"ResourceType-C-004-C", Check::null_with, "ResourceType", {"ResourceId"}},
        {"ResourceType-C-005-C", Check::not_null_with, "ResourceType", {"ResourceId"}},
        {"ResourceName-C-004-C", Check::null_with, "ResourceName", {"ResourceId"}},
        {"RegionName-C-004-C", Check::null_with, "RegionName", {"RegionId"}},
        {"RegionName-C-005-C", Check::not_null_with, "RegionName", {"RegionId"}},
        {"SubAccountName-C-004-C", Check::null_with, "SubAccountName", {"SubAccountId"}},
        {"SubAccountName-C-005-C", Check::not_null_with, "SubAccountName", {"SubAccountId"}},
        {"SubAccountType-C-004-C", Check::null_with, "SubAccountType", {"SubAccountId"}},
        {"SubAccountType-C-005-C", Check::not_null_with, "SubAccountType", {"SubAccountId"}},
        {"BillingAccountType-C-005-C", Check::not_null_with, "BillingAccountType", {"BillingAccountId"}},
        // price × quantity is the cost
        {"ListUnitPrice-C-010-C",
         Check::product,
         "ListUnitPrice",
         {"PricingQuantity", "ListCost"},
         {{"ChargeClass", {"!Correction"}}}},
        {"ContractedUnitPrice-C-011-C",
         Check::product,
         "ContractedUnitPrice",
         {"PricingQuantity", "ContractedCost"},
         {{"ChargeClass", {"!Correction"}}}},
        {"PricingQuantity-C-009-C",
         Check::product,
         "PricingCurrencyContractedUnitPrice",
         {"PricingQuantity", "PricingCurrencyEffectiveCost"},
         {{"ChargeClass", {"!Correction"}}}},
        // charges that no other charge explains
        {"EffectiveCost-C-010-C", Check::equal, "EffectiveCost", {"BilledCost"}, unrelated},
        {"ContractedCost-C-008-C", Check::equal, "ContractedCost", {"BilledCost"}, unrelated},
        {"ListCost-C-008-C", Check::equal, "ListCost", {"BilledCost"}, unrelated},
        // 1.3: the names of providers, and no quantity without a price
        {"1.3 ServiceProviderName", Check::not_null, "ServiceProviderName"},
        {"1.3 HostProviderName", Check::not_null, "HostProviderName"},
        {"1.3 ConsumedQuantity", Check::null_with, "ConsumedQuantity", {"SkuPriceId"}},
        {"1.3 PricingQuantity", Check::null_with, "PricingQuantity", {"SkuPriceId"}},
    };
    return all;
}

// Everything that is wrong with the file, at most some dozens.
inline std::vector<std::string> broken(const File& file) {
    std::vector<std::string> found;
    const auto add = [&](std::string what) {
        if (!what.empty() && found.size() < 40) found.push_back(std::move(what));
    };
    bool is_custom = false;
    std::set<std::string> names;
    for (const std::string& name : file.columns) {
        if (!names.insert(name).second) add("ColumnHandling: " + name + " stands twice");
        const bool is_ours = name.starts_with("x_");
        if (is_custom && !is_ours) add("ColumnHandling-A-013-O: " + name);
        is_custom |= is_ours;
        const char first = is_ours ? name[2] : name[0];
        const bool is_plain = std::all_of(name.begin() + (is_ours ? 2 : 0), name.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        });
        if (first < 'A' || first > 'Z' || !is_plain || name.size() > 50) add("ColumnHandling-A-001-M: " + name);
    }
    for (const Rule& rule : rules())
        if (!names.contains(std::string(rule.column))) add(std::string(rule.id) + ": the column is missing");
    if (!found.empty()) return found;
    std::map<std::string, std::string> parents;   // SkuPriceId-C-008-M, ServiceName-C-005-C
    for (const Row& row : file.rows) {
        if (row.contains("fields")) add("a row has another number of fields than the head");
        for (const Rule& rule : rules()) add(judge(rule, row));
        const auto one_parent = [&](const char* id, const std::string& child, const std::string& parent) {
            if (!child.empty() && parents.try_emplace(std::string(id) + child, parent).first->second != parent)
                add(std::string(id) + ": " + child);
        };
        one_parent("SkuPriceId-C-008-M", row.at("SkuPriceId"), row.at("SkuId"));
        one_parent("ServiceName-C-005-C", row.at("ServiceName"), row.at("ServiceCategory"));
        one_parent("SkuMeter-C-006-O", row.at("SkuId"), row.at("SkuMeter"));
    }
    return found;
}

}   // namespace gilmok::report::focus_rules
