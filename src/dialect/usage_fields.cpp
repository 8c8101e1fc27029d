#include "dialect/usage_fields.hpp"

#include <algorithm>

#include "model/spend.hpp"

namespace gilmok::dialect {

namespace json = wire::json;

namespace {

constexpr std::int64_t missing = model::Meters::missing;

std::uint64_t length_bit(std::string_view name) { return std::uint64_t{1} << std::min<std::size_t>(name.size(), 63); }

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
    read_members();
}

UsageFields::UsageFields(json::Value object, bool& is_suspect) : object_(object), is_suspect_(is_suspect) {
    read_members();
}

void UsageFields::read_members() {
    if (!is_object()) return;
    json::Cursor members(object_);
    std::string_view name;
    for (json::Value value; members.next_member(name, value);) {
        // A name written with escapes might be any; whoever sends such a thing is not believed.
        if (json::has_escape(name)) is_suspect_ = true;
        lengths_ |= length_bit(name);
        if (count_ == members_max) {
            is_long_ = true;
            return;
        }
        members_[count_++] = {name, value};
    }
}

json::Value UsageFields::find(std::string_view wanted) const {
    if (is_long_) return find_in_text(wanted);
    if ((lengths_ & length_bit(wanted)) == 0) return {};
    json::Value found{};
    for (std::size_t i = 0; i < count_; ++i) {
        if (members_[i].name != wanted) continue;
        if (!found.text.empty()) {
            is_suspect_ = true;
            return {};
        }
        found = members_[i].value;
    }
    return found;
}

json::Value UsageFields::find_in_text(std::string_view wanted) const {
    json::Value found{};
    json::Cursor members(object_);
    std::string_view name;
    for (json::Value value; members.next_member(name, value);) {
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
    auto amount = value.type == json::Type::number ? parse_number(value.text) : std::nullopt;
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

}   // namespace gilmok::dialect
