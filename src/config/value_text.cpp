// Member → TOML.
#include <cstring>

#include "config/amount.hpp"
#include "config/quantity.hpp"
#include "config/value.hpp"

namespace gilmok::config {
namespace {

template <class Value>
const Value& as(const void* member) {
    return *static_cast<const Value*>(member);
}

std::string list_text(const std::vector<std::string>& entries) {
    std::string out = "[";
    for (const std::string& entry : entries) {
        if (out.size() > 1) out += ", ";
        wire::append_toml_string(out, entry);
    }
    return out + "]";
}

std::string text_of(std::string_view text) {
    std::string out;
    wire::append_toml_string(out, text);
    return out;
}

std::string url_text(const Upstream& upstream) {
    if (upstream.host.empty()) return {};
    return text_of((upstream.is_tls ? "https://" : "http://") + upstream.authority + upstream.base_path);
}

std::string at_limit_text(const Tenant& tenant) {
    switch (tenant.at_limit) {
        case AtLimit::reject: return "reject";
        case AtLimit::queue: return "queue";
        case AtLimit::degrade: return "degrade:" + tenant.degrade_to;
        case AtLimit::local_only: return "local-only";
    }
    return {};
}

}   // namespace

std::string value_text(const Field& field, const void* member, const Snapshot& snapshot) {
    switch (field.shape) {
        case Shape::text:
        case Shape::file:
        case Shape::secret:
        case Shape::endpoint:
        case Shape::choice_text: return text_of(as<std::string>(member));
        case Shape::choice_enum: {
            std::uint8_t number = 0;
            std::memcpy(&number, member, 1);
            std::string name;
            for_each_choice(field.choices, [&](std::string_view each, std::uint8_t its) {
                if (its == number) name = each;
            });
            return text_of(name);
        }
        case Shape::boolean: return as<bool>(member) ? "true" : "false";
        case Shape::count: return std::to_string(as<std::uint32_t>(member));
        case Shape::count64: return std::to_string(as<std::uint64_t>(member));
        case Shape::size32: return text_of(size_text(as<std::uint32_t>(member)));
        case Shape::size64: return text_of(size_text(as<std::uint64_t>(member)));
        case Shape::duration: return text_of(duration_text(as<Milliseconds>(member)));
        case Shape::real: return real_text(as<double>(member));
        case Shape::address: return text_of(io::to_string(as<io::Address>(member)));
        case Shape::addresses: {
            std::vector<std::string> entries;
            for (const io::Address& address : as<std::vector<io::Address>>(member))
                entries.push_back(io::to_string(address));
            return entries.size() == 1 ? text_of(entries.front()) : list_text(entries);
        }
        case Shape::tenant_path: return text_of(as<std::string>(member));
        case Shape::data_classes: {
            std::vector<std::string> entries;
            for (const model::DataClass each : as<std::vector<model::DataClass>>(member))
                entries.emplace_back(model::name_of(each));
            return list_text(entries);
        }
        case Shape::data_kinds: return list_text(model::words_of(as<GuardRule>(member).kinds));
        case Shape::texts:
        case Shape::tenant_paths:
        case Shape::model_names: return list_text(as<std::vector<std::string>>(member));
        case Shape::url: return url_text(as<Upstream>(member));
        case Shape::candidates: {
            std::vector<std::string> entries;
            for (const Candidate& each : as<std::vector<Candidate>>(member))
                entries.push_back(snapshot.upstream(each.upstream).name + "/" + each.served_name);
            return list_text(entries);
        }
        case Shape::tenant: {
            const auto id = as<model::TenantId>(member);
            return id == model::TenantId::none ? std::string{} : text_of(snapshot.tenant(id).path);
        }
        case Shape::at_limit: return text_of(at_limit_text(as<Tenant>(member)));
        case Shape::money: return text_of(money_text(as<Money>(member)));
        case Shape::money_kwh: {
            const std::string text = money_text(as<Money>(member));
            return text_of(text.empty() ? text : text + "/kWh");
        }
        case Shape::percent: return text_of(percent_text(as<std::uint32_t>(member)));
        case Shape::percents: {
            std::vector<std::string> entries;
            for (const std::uint32_t ppm : as<std::vector<std::uint32_t>>(member)) entries.push_back(percent_text(ppm));
            return list_text(entries);
        }
        case Shape::per: return text_of(per_text(as<std::uint64_t>(member)));
        case Shape::rate: return text_of(decimal(as<Pico>(member)));
        case Shape::currency: return text_of(as<Currency>(member).view());
        case Shape::date: {
            const auto day = as<WallTime>(member);
            return text_of(day == WallTime{} || day == WallTime::max() ? std::string{} : date_text(day));
        }
        case Shape::hours: return text_of(hours_text(as<Hours>(member)));
        case Shape::utc_offset: return text_of(utc_offset_text(as<std::int32_t>(member)));
    }
    return {};
}

}   // namespace gilmok::config
