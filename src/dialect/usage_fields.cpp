#include "dialect/usage_fields.hpp"

#include <algorithm>

#include "model/spend.hpp"

namespace gilmok::dialect {

namespace json = wire::json;

namespace {

constexpr std::int64_t no_count = model::Meters::missing;

}   // namespace

class UsageFields::Taker final : public json::Members {
public:
    explicit Taker(UsageFields& fields) : fields_(fields) {}
    Result<bool> member(std::string_view name, const json::Value& value) override {
        fields_.take(name, value);
        return true;
    }

private:
    UsageFields& fields_;
};

UsageFields::UsageFields(std::string_view text, bool& is_suspect) : is_suspect_(is_suspect) {
    if (text.size() > usage_bytes_max) {
        is_suspect_ = true;
        return;
    }
    Taker taker(*this);
    const auto type = json::scan(text, {}, &taker);
    is_object_ = type && *type == json::Type::object;
    if (!type && !text.empty()) is_suspect_ = true;
    if (!is_object_) seen_ = 0;   // what stood before the fault is not believed
}

void UsageFields::read(const json::Value& object) {
    is_object_ = true;
    Taker taker(*this);
    static_cast<void>(json::scan_members(object, taker));   // a checked object, and the taker takes all
}

void UsageFields::take(std::string_view name, const json::Value& value) {
    const std::size_t index = usage_name_index(name);
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

json::Value UsageFields::find(UsageName name) const {
    if (!stands_once(name)) return {};
    const Member& member = members_[name.index()];
    return {member.type, {member.text, member.bytes}};
}

std::int64_t UsageFields::count_of(UsageName name) const {
    if ((seen_ & name.bit()) == 0) return no_count;
    const json::Value value = find(name);
    if (value.text.empty() || value.type == json::Type::null) return no_count;
    std::int64_t count = 0;
    if (value.type != json::Type::number || !json::to_i64(value, count) || count < 0 || count > count_max) {
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

UsageFields UsageFields::object(std::initializer_list<UsageName> names) const {
    UsageFields fields(is_suspect_);
    for (const UsageName name : names) {
        const json::Value value = find(name);
        if (value.type != json::Type::object || value.text.empty()) continue;
        fields.read(value);
        break;
    }
    return fields;
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
