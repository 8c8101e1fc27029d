#include "dialect/usage_fields.hpp"

#include <algorithm>

#include "model/spend.hpp"

namespace gilmok::dialect {

namespace json = wire::json;

namespace {

constexpr std::int64_t no_count = model::Meters::missing;

}   // namespace

UsageFields::UsageFields(std::string_view text, bool& is_suspect) : is_suspect_(is_suspect) {
    if (text.size() > usage_bytes_max) {
        is_suspect_ = true;
        return;
    }
    Walk walk(text, json::Limits{}.depth_max, true);
    walk.space();
    if (walk.is_at('{')) {
        const bool is_read = read_members(walk);
        walk.space();
        is_object_ = is_read && walk.is_at_end();
        if (!is_object_) is_suspect_ = true;
    } else if (!text.empty() && !json::scan(text, {}, nullptr)) {
        is_suspect_ = true;
    }
    if (!is_object_) seen_ = 0;   // what stood before the fault is not believed
}

void UsageFields::read(const json::Value& object) {
    is_object_ = true;
    Walk walk(object.text, json::depth_limit, false);
    read_members(walk);   // of a checked object
}

// In line, for it is called in one loop only.
inline void UsageFields::take(std::string_view name, const json::Value& value) {
    const std::size_t index = usage_name_set.index_of(name);
    if (index == usage_names.size()) {
        // A name written with escapes might be any; whoever sends such a thing is not believed.
        if (json::has_escape(name)) is_suspect_ = true;
        return;
    }
    const std::uint64_t bit = std::uint64_t{1} << index;
    seen_twice_ |= seen_ & bit;
    seen_ |= bit;
    members_[index] = {value.text.data(), static_cast<std::uint32_t>(value.text.size()), value.type};
}

bool UsageFields::read_members(Walk& walk) {
    return walk.members([&](std::string_view name) {
        json::Value value;
        if (!walk.value(value)) return false;
        take(name, value);
        return true;
    });
}

json::Value UsageFields::find(UsageName name) const {
    if (!stands_once(name)) return {};
    const Member& member = members_[name.index()];
    return {member.type, {member.text, member.bytes}};
}

std::int64_t UsageFields::count_of(UsageName name) const {
    if (!stands_once(name)) return no_count;
    const Member& member = members_[name.index()];
    if (member.type == json::Type::null) return no_count;
    std::int64_t count = 0;
    const bool is_whole = json::to_i64({member.type, {member.text, member.bytes}}, count);
    if (!is_whole || count < 0 || count > count_max) {
        is_suspect_ = true;
        return no_count;
    }
    return count;
}

std::int64_t UsageFields::count_first(std::initializer_list<UsageName> names) const {
    std::int64_t first = no_count;
    for (const UsageName name : names) {
        const std::int64_t each = count_of(name);
        if (first == no_count)
            first = each;
        else if (each != no_count && each != first)
            is_suspect_ = true;
    }
    return first;
}

void UsageFields::read_first(const UsageFields& of, std::initializer_list<UsageName> names) {
    for (const UsageName name : names) {
        const json::Value value = of.find(name);
        if (value.type != json::Type::object || value.text.empty()) continue;
        return read(value);
    }
}

std::int64_t UsageFields::modality_count(UsageName list, std::string_view modality) const {
    const json::Value all = find(list);
    if (all.text.empty() || all.type != json::Type::array) return no_count;
    std::int64_t sum = no_count;
    json::Cursor elements(all);
    for (json::Value element; elements.next_element(element);) {
        if (element.type != json::Type::object) continue;
        UsageFields each(is_suspect_);
        each.read(element);
        const std::int64_t count = each.count_of("tokenCount");
        if (count == no_count || each.text("modality") != modality) continue;
        sum = sum == no_count ? count : sum + count;
    }
    return sum;
}

std::optional<Pico> UsageFields::amount(UsageName name) const {
    const json::Value value = find(name);
    if (value.text.empty() || value.type == json::Type::null || value.type == json::Type::object) return std::nullopt;
    auto amount = value.type == json::Type::number ? parse_number(value.text) : std::nullopt;
    if (!amount) is_suspect_ = true;
    return amount;
}

std::optional<std::string> UsageFields::text(UsageName name) const {
    constexpr std::size_t text_bytes_max = 64;
    const json::Value value = find(name);
    if (value.text.empty() || value.type != json::Type::string) return std::nullopt;
    std::string text;
    json::append_unescaped(text, value, text_bytes_max);
    return text;
}

}   // namespace gilmok::dialect
