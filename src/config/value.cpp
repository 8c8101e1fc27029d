#include "config/value.hpp"

#include <algorithm>
#include <cstring>

#include "config/reading.hpp"

namespace gilmok::config {
namespace {

template <class Value>
Value& as(void* member) {
    return *static_cast<Value*>(member);
}

}   // namespace

bool has_controls(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool is_name(std::string_view text, bool is_slash_allowed) {
    if (text.empty() || text.size() > name_bytes_max || has_controls(text)) return false;
    return text.find_first_of(is_slash_allowed ? " \"'\\" : " \"'\\/") == std::string_view::npos;
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string shown(std::string_view text) {
    return text.size() <= 48 && !has_controls(text) ? " " + quoted(text) : std::string{};
}

bool read_value(const ReadContext& context, const Field& field, const wire::TomlNode& node, void* member) {
    const Reading reading{context, field, node};
    switch (field.shape) {
        case Shape::text: return reading.text(node, as<std::string>(member));
        case Shape::file: return reading.file(as<std::string>(member));
        case Shape::secret: return reading.secret(as<std::string>(member));
        case Shape::endpoint: return reading.endpoint(as<std::string>(member));
        case Shape::choice_text: {
            std::uint8_t number = 0;
            return reading.choice(number, as<std::string>(member));
        }
        case Shape::choice_enum: {
            std::uint8_t number = 0;
            std::string name;
            if (!reading.choice(number, name)) return false;
            std::memcpy(member, &number, 1);
            return true;
        }
        case Shape::boolean: return reading.boolean(as<bool>(member));
        case Shape::count: {
            std::uint64_t number = 0;
            if (!reading.count(number)) return false;
            as<std::uint32_t>(member) = static_cast<std::uint32_t>(number);   // the table keeps the range in 32 bits
            return true;
        }
        case Shape::count64: return reading.count(as<std::uint64_t>(member));
        case Shape::size32: {
            std::uint64_t bytes = 0;
            if (!reading.size(bytes)) return false;
            as<std::uint32_t>(member) = static_cast<std::uint32_t>(bytes);   // the table keeps the range below 4 GiB
            return true;
        }
        case Shape::size64: return reading.size(as<std::uint64_t>(member));
        case Shape::duration: return reading.duration(as<Milliseconds>(member));
        case Shape::real: return reading.real(as<double>(member));
        case Shape::address: return reading.address(node, as<io::Address>(member));
        case Shape::addresses: return reading.addresses(as<std::vector<io::Address>>(member));
        case Shape::tenant_path: return reading.tenant_path(node, as<std::string>(member));
        case Shape::tenant_paths: return reading.tenant_paths(as<std::vector<std::string>>(member));
        case Shape::data_classes: return reading.data_classes(as<std::vector<model::DataClass>>(member));
        case Shape::data_kinds: return reading.data_kinds(as<GuardRule>(member));
        case Shape::texts:
        case Shape::model_names: return reading.names(as<std::vector<std::string>>(member));
        case Shape::url: return reading.url(as<Upstream>(member));
        case Shape::candidates: return reading.candidates(as<std::vector<Candidate>>(member));
        case Shape::tenant: return reading.tenant(as<model::TenantId>(member));
        case Shape::at_limit: return reading.limit(as<Tenant>(member));
        case Shape::money: return reading.money(as<Money>(member));
        case Shape::money_kwh: return reading.money_kwh(as<Money>(member));
        case Shape::percent: return reading.percent(as<std::uint32_t>(member));
        case Shape::percents: return reading.percents(as<std::vector<std::uint32_t>>(member));
        case Shape::per: return reading.per(as<std::uint64_t>(member));
        case Shape::rate: return reading.rate(as<Pico>(member));
        case Shape::currency: return reading.currency(as<Currency>(member));
        case Shape::date: return reading.date(as<WallTime>(member));
        case Shape::hours: return reading.hours(as<Hours>(member));
        case Shape::utc_offset: return reading.utc_offset(as<std::int32_t>(member));
    }
    return false;
}

}   // namespace gilmok::config
