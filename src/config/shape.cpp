// What a shape is called in documents, and in JSON Schema.
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
        case Shape::count: return "whole number" + range(std::to_string(field.min), std::to_string(field.max));
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
        case Shape::tenant: return "path of a tenant";
    }
    return {};
}

std::string shape_json_schema(const Field& field) {
    const std::string text_type = R"("type":"string")";
    const std::string address = R"("type":"string","pattern":"^(\\[[0-9A-Fa-f:.]+\\]|[0-9.]+):[0-9]{1,5}$")";
    switch (field.shape) {
        case Shape::text:
        case Shape::file:
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
        case Shape::texts:
        case Shape::model_names: return R"("type":"array","items":{"type":"string"})";
        case Shape::url: return text_type + R"(,"pattern":"^[Hh][Tt][Tt][Pp][Ss]?://[^?#@]+$")";
        case Shape::endpoint: return text_type + R"(,"pattern":"^([Hh][Tt][Tt][Pp][Ss]?://[^?#@]+)?$")";
        case Shape::candidates:
            return R"("type":"array","minItems":1,"uniqueItems":true,"maxItems":)" + std::to_string(candidates_max) +
                   R"(,"items":{"type":"string","pattern":"^[^/]+/.+$"})";
    }
    return {};
}

}   // namespace gilmok::config
