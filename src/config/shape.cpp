// What a shape is called in documents, and in JSON Schema.
#include "config/amount.hpp"
#include "config/quantity.hpp"
#include "config/value.hpp"

namespace gilmok::config {

std::string shape_words(const Field& field) {
    const auto range = [](const std::string& least, const std::string& most) {
        return ", `" + least + "` to `" + most + "`";
    };
    switch (field.shape) {
        case Shape::text: return "text";
        case Shape::file: return "path of a file";
        case Shape::secret: return "reference: `env:`, `file:` or `cmd:`";
        case Shape::choice_text:
        case Shape::choice_enum: {
            std::string out;
            for_each_choice(field.choices, [&out](std::string_view name, std::uint8_t) {
                if (!name.empty()) out += (out.empty() ? "`" : ", `") + std::string(name) + "`";
            });
            return out;
        }
        case Shape::count:
        case Shape::count64: return "whole number" + range(std::to_string(field.min), std::to_string(field.max));
        case Shape::size32:
        case Shape::size64:
            return "size" + range(size_text(static_cast<std::uint64_t>(field.min)),
                                  size_text(static_cast<std::uint64_t>(field.max)));
        case Shape::duration:
            return "duration" + range(duration_text(Milliseconds(field.min)), duration_text(Milliseconds(field.max)));
        case Shape::real: return "number" + range(std::to_string(field.min), std::to_string(field.max));
        case Shape::address: return "address";
        case Shape::addresses: return "address, or a list of them";
        case Shape::texts: return "list of texts";
        case Shape::model_names: return "list of model names";
        case Shape::url:
        case Shape::endpoint: return "URL";
        case Shape::candidates: return "list of `upstream/served-name`";
        case Shape::tenant:
        case Shape::tenant_path: return "path of a tenant";
        case Shape::tenant_paths: return "list of paths of tenants";
        case Shape::data_classes: return "list of `C`, `S`, `O`";
        case Shape::data_kinds: return "list of kinds, `family:NAME`, `all`";
        case Shape::boolean: return "`true` or `false`";
        case Shape::at_limit: return "`reject`, `queue`, `degrade:MODEL`, `local-only`";
        case Shape::money: return "money, e.g. `5000000 KRW`";
        case Shape::money_kwh: return "money by energy, e.g. `160 KRW/kWh`";
        case Shape::percent:
        case Shape::percents:
            return (field.shape == Shape::percents ? "list of shares" : "share") +
                   range(percent_text(static_cast<std::uint32_t>(field.min)),
                         percent_text(static_cast<std::uint32_t>(field.max)));
        case Shape::per: return "`1M`, `1k`, `1` or a whole number";
        case Shape::rate: return "decimal in quotes, above zero";
        case Shape::currency: return "currency, e.g. `KRW`";
        case Shape::date: return "date, e.g. `2026-11-01`";
        case Shape::hours: return "hours, e.g. `09:00-23:00+09:00`";
        case Shape::utc_offset: return "offset from UTC, e.g. `+09:00`";
    }
    return {};
}

std::string shape_json_schema(const Field& field) {
    const std::string text_type = R"("type":"string")";
    const std::string address = R"("type":"string","pattern":"^(\\[[0-9A-Fa-f:.]+\\]|[0-9.]+):[0-9]{1,5}$")";
    const std::string percent = R"("type":"string","pattern":"^[0-9]+(\\.[0-9]{1,4})?%$")";
    switch (field.shape) {
        case Shape::text:
        case Shape::file:
        case Shape::tenant_path:
        case Shape::tenant: return text_type;
        case Shape::secret: return text_type + R"(,"pattern":"^((env|file|cmd):.+)?$")";
        case Shape::choice_text:
        case Shape::choice_enum: {
            std::string out;
            for_each_choice(field.choices,
                            [&out](std::string_view name, std::uint8_t) { out += "\"" + std::string(name) + "\","; });
            out.pop_back();
            return "\"enum\":[" + out + "]";
        }
        case Shape::count:
        case Shape::count64:
            return R"("type":"integer","minimum":)" + std::to_string(field.min) + R"(,"maximum":)" +
                   std::to_string(field.max);
        case Shape::size32:
        case Shape::size64: return text_type + R"(,"pattern":"^[0-9]+(B|KiB|MiB|GiB|kB|KB|MB|GB)$")";
        case Shape::duration: return text_type + R"(,"pattern":"^[0-9]+(ms|s|m|h|d)$")";
        case Shape::real:
            return R"("type":"number","minimum":)" + std::to_string(field.min) + R"(,"maximum":)" +
                   std::to_string(field.max);
        case Shape::address: return address;
        case Shape::addresses:
            return R"("oneOf":[{)" + address + R"(},{"type":"array","minItems":1,"maxItems":)" +
                   std::to_string(listen_max) + R"(,"items":{)" + address + "}}]";
        case Shape::data_classes: return R"("type":"array","uniqueItems":true,"items":{"enum":["C","S","O"]})";
        case Shape::data_kinds: {
            std::string names;
            for (std::size_t i = 0; i < model::data_kinds_count; ++i)
                names += "\"" + std::string(model::name_of(static_cast<model::DataKind>(i))) + "\",";
            for (std::size_t i = 0; i < static_cast<std::size_t>(model::DataFamily::count_); ++i)
                names += "\"family:" + std::string(model::name_of(static_cast<model::DataFamily>(i))) + "\",";
            return R"("type":"array","uniqueItems":true,"items":{"enum":[)" + names + R"("all"]})";
        }
        case Shape::texts:
        case Shape::tenant_paths:
        case Shape::model_names: return R"("type":"array","items":{"type":"string"})";
        case Shape::url: return text_type + R"(,"pattern":"^[Hh][Tt][Tt][Pp][Ss]?://[^?#@]+$")";
        case Shape::endpoint: return text_type + R"(,"pattern":"^([Hh][Tt][Tt][Pp][Ss]?://[^?#@]+)?$")";
        case Shape::candidates:
            return R"("type":"array","minItems":1,"uniqueItems":true,"maxItems":)" + std::to_string(candidates_max) +
                   R"(,"items":{"type":"string","pattern":"^[^/]+/.+$"})";
        case Shape::boolean: return R"("type":"boolean")";
        case Shape::at_limit: return text_type + R"(,"pattern":"^(reject|queue|local-only|degrade:.+)$")";
        case Shape::money: return text_type + R"(,"pattern":"^([0-9]+(\\.[0-9]{1,12})? [A-Z]{3})?$")";
        case Shape::money_kwh: return text_type + R"(,"pattern":"^([0-9]+(\\.[0-9]{1,12})? [A-Z]{3}/kWh)?$")";
        case Shape::percent: return percent;
        case Shape::percents:
            return R"("type":"array","uniqueItems":true,"maxItems":)" + std::to_string(warnings_max) + R"(,"items":{)" +
                   percent + "}";
        case Shape::per:
            return R"("oneOf":[{"type":"string","pattern":"^[0-9]+[kM]?$"},{"type":"integer","minimum":1}])";
        case Shape::rate: return text_type + R"(,"pattern":"^[0-9]+(\\.[0-9]{1,12})?$")";
        case Shape::currency: return text_type + R"(,"pattern":"^[A-Z]{3}$")";
        case Shape::date: return text_type + R"(,"pattern":"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")";
        case Shape::hours: return text_type + R"(,"pattern":"^([0-9:]{5}-[0-9:]{5}[+-][0-9:]{5})?$")";
        case Shape::utc_offset: return text_type + R"(,"pattern":"^[+-][0-9]{2}:[0-9]{2}$")";
    }
    return {};
}

}   // namespace gilmok::config
