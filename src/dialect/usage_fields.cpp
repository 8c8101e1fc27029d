#include "dialect/usage_fields.hpp"

#include <charconv>

#include "model/spend.hpp"

namespace gilmok::dialect {

namespace json = wire::json;

namespace {

constexpr std::int64_t missing = model::Meters::missing;

Pico power_of_ten(int exponent) {
    Pico power = 1;
    while (exponent-- > 0) power *= 10;
    return power;
}

}   // namespace

UsageFields::UsageFields(std::string_view text, bool& is_suspect) : is_suspect_(is_suspect) {
    if (text.size() > usage_bytes_max) {
        is_suspect_ = true;
        return;
    }
    const auto type = json::scan(text, {}, nullptr);
    if (type && *type == json::Type::object)
        object_ = {json::Type::object, text};
    else if (!type && !text.empty())
        is_suspect_ = true;
}

json::Value UsageFields::find(std::string_view wanted) const {
    json::Value found{};
    if (!is_object()) return found;
    json::Cursor members(object_);
    std::string_view name;
    for (json::Value value; members.next_member(name, value);) {
        // A name written with escapes might be this one; whoever sends such a thing is not believed.
        if (json::has_escape(name)) is_suspect_ = true;
        if (name != wanted) continue;
        if (!found.text.empty()) {
            is_suspect_ = true;
            return {};
        }
        found = value;
    }
    return found;
}

std::int64_t UsageFields::count_of(std::string_view name) const {
    const json::Value value = find(name);
    if (value.text.empty() || value.type == json::Type::null) return missing;
    std::int64_t count = 0;
    if (value.type != json::Type::number || !json::to_i64(value, count) || count < 0 || count > count_max) {
        is_suspect_ = true;
        return missing;
    }
    return count;
}

std::int64_t UsageFields::count(std::initializer_list<std::string_view> names) const {
    std::int64_t first = missing;
    for (const std::string_view name : names) {
        const std::int64_t each = count_of(name);
        if (first == missing)
            first = each;
        else if (each != missing && each != first)
            is_suspect_ = true;
    }
    return first;
}

UsageFields UsageFields::object(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names) {
        const json::Value value = find(name);
        if (value.type == json::Type::object && !value.text.empty()) return {value, is_suspect_};
    }
    return {json::Value{}, is_suspect_};
}

std::int64_t UsageFields::modality_count(std::string_view list, std::string_view modality) const {
    const json::Value all = find(list);
    if (all.text.empty() || all.type != json::Type::array) return missing;
    std::int64_t sum = missing;
    json::Cursor elements(all);
    for (json::Value element; elements.next_element(element);) {
        if (element.type != json::Type::object) continue;
        const UsageFields each(element, is_suspect_);
        const std::int64_t count = each.count_of("tokenCount");
        if (count == missing || each.text("modality") != modality) continue;
        sum = sum == missing ? count : sum + count;
    }
    return sum;
}

std::optional<Pico> UsageFields::amount(std::string_view name) const {
    const json::Value value = find(name);
    if (value.text.empty() || value.type == json::Type::null || value.type == json::Type::object) return std::nullopt;
    auto amount = value.type == json::Type::number ? pico_of_number(value.text) : std::nullopt;
    if (!amount) is_suspect_ = true;
    return amount;
}

std::optional<std::string> UsageFields::text(std::string_view name) const {
    constexpr std::size_t text_bytes_max = 64;
    const json::Value value = find(name);
    if (value.text.empty() || value.type != json::Type::string) return std::nullopt;
    std::string text;
    json::append_unescaped(text, value, text_bytes_max);
    return text;
}

std::optional<Pico> pico_of_number(std::string_view number) {
    if (number.starts_with('-'))
        return number.find_first_of("123456789") == std::string_view::npos ? std::optional<Pico>(0) : std::nullopt;
    // 36 digits are less than 2^120; those behind say nothing about a pico of what is below pico_max.
    constexpr int digits_max = 36;
    Pico mantissa = 0;
    int digits = 0;
    int scale = pico_digits;   // the amount in pico is mantissa × 10^scale
    std::size_t i = 0;
    bool is_behind_point = false;
    for (; i < number.size() && number[i] != 'e' && number[i] != 'E'; ++i) {
        if (number[i] == '.') {
            is_behind_point = true;
            continue;
        }
        if (is_behind_point) --scale;
        if (digits == digits_max) {
            ++scale;
            continue;
        }
        mantissa = mantissa * 10 + (number[i] - '0');
        if (mantissa != 0) ++digits;
    }
    if (i < number.size()) {
        ++i;
        if (i < number.size() && number[i] == '+') ++i;
        int exponent = 0;
        const auto [end, error] = std::from_chars(number.data() + i, number.data() + number.size(), exponent);
        if (error != std::errc{} || exponent > 1'000 || exponent < -1'000) return std::nullopt;
        scale += exponent;
    }
    if (mantissa == 0) return Pico{0};
    // A number of a thousand digits has a scale far out too: above it is too much, below it rounds to nothing.
    if (scale > pico_digits + 15) return std::nullopt;
    if (scale < -digits_max) return Pico{0};
    const auto amount = scale >= 0 ? multiply_divide(mantissa, power_of_ten(scale), 1)
                                   : multiply_divide(mantissa, 1, power_of_ten(-scale));
    return amount && *amount <= pico_max ? amount : std::nullopt;
}

}   // namespace gilmok::dialect
