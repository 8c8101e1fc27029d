// How a row of the table is written: the member is checked against the shape when gilmok is compiled. Only for schema.cpp
// and the fields_*.hpp that it joins.
#pragma once

#include <type_traits>

#include "config/schema.hpp"

namespace gilmok::config::table {

template <class Member>
struct MemberOf;
template <class Owner, class Value>
struct MemberOf<Value Owner::*> {
    using owner = Owner;
    using value = Value;
};

template <Shape shape, class Value>
constexpr bool fits() {
    switch (shape) {
        case Shape::text:
        case Shape::file:
        case Shape::secret:
        case Shape::choice_text:
        case Shape::tenant_path:
        case Shape::endpoint: return std::is_same_v<Value, std::string>;
        case Shape::choice_enum: return std::is_enum_v<Value> && sizeof(Value) == 1;
        case Shape::count:
        case Shape::size32: return std::is_same_v<Value, std::uint32_t>;
        case Shape::size64: return std::is_same_v<Value, std::uint64_t>;
        case Shape::duration: return std::is_same_v<Value, Milliseconds>;
        case Shape::real: return std::is_same_v<Value, double>;
        case Shape::address: return std::is_same_v<Value, io::Address>;
        case Shape::addresses: return std::is_same_v<Value, std::vector<io::Address>>;
        case Shape::texts:
        case Shape::tenant_paths:
        case Shape::model_names: return std::is_same_v<Value, std::vector<std::string>>;
        case Shape::candidates: return std::is_same_v<Value, std::vector<Candidate>>;
        case Shape::tenant: return std::is_same_v<Value, model::TenantId>;
        case Shape::boolean: return std::is_same_v<Value, bool>;
        case Shape::count64:
        case Shape::per: return std::is_same_v<Value, std::uint64_t>;
        case Shape::money:
        case Shape::money_kwh: return std::is_same_v<Value, Money>;
        case Shape::percent: return std::is_same_v<Value, std::uint32_t>;
        case Shape::percents: return std::is_same_v<Value, std::vector<std::uint32_t>>;
        case Shape::rate: return std::is_same_v<Value, Pico>;
        case Shape::currency: return std::is_same_v<Value, Currency>;
        case Shape::date: return std::is_same_v<Value, WallTime>;
        case Shape::hours: return std::is_same_v<Value, Hours>;
        case Shape::utc_offset: return std::is_same_v<Value, std::int32_t>;
        case Shape::data_classes: return std::is_same_v<Value, std::vector<model::DataClass>>;
        case Shape::url:
        case Shape::data_kinds:
        case Shape::at_limit: return false;
    }
    return false;
}

struct Range {
    std::int64_t min = 0;
    std::int64_t max = 0;
};

template <Shape shape, auto member>
constexpr Field field(std::string_view name, std::string_view meaning, Range range = {}) {
    using Owner = typename MemberOf<decltype(member)>::owner;
    static_assert(fits<shape, typename MemberOf<decltype(member)>::value>(), "the member cannot hold this shape");
    return {name,    shape,     [](void* object) -> void* { return &(static_cast<Owner*>(object)->*member); },
            meaning, range.min, range.max};
}
template <Shape shape, auto member>
constexpr Field choice(std::string_view name, std::string_view choices, std::string_view meaning) {
    Field row = field<shape, member>(name, meaning);
    row.choices = choices;
    return row;
}
constexpr Field required(Field row, std::string_view example) {
    row.is_required = true;
    row.example = example;
    return row;
}

inline constexpr std::int64_t second = 1'000;
inline constexpr std::int64_t minute = 60 * second;
inline constexpr std::int64_t hour = 60 * minute;
inline constexpr std::int64_t day = 24 * hour;
inline constexpr std::int64_t kib = 1'024;
inline constexpr std::int64_t mib = 1'024 * kib;
inline constexpr std::int64_t gib = 1'024 * mib;

inline constexpr std::int64_t whole_ppm = 1'000'000;

using enum Shape;

}   // namespace gilmok::config::table
