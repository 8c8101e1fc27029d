// The table as JSON Schema, draft 2020-12: editors complete and check gilmok.toml with it.
#include "base/text.hpp"
#include "config/schema.hpp"
#include "config/value.hpp"

namespace gilmok::config {
namespace {

std::string json_text(std::string_view text) {
    std::string out = "\"";
    append_json_escaped(out, text);
    return out + "\"";
}

struct Writer {
    std::string out{};

    void line(std::size_t depth, std::string_view text) {
        out.append(depth * 2, ' ');
        out += text;
        out += '\n';
    }

    // Members of the object that one table is; ends with the closing brace, without a line end.
    void table(const Section& table, std::size_t depth) {
        line(depth, "\"type\": \"object\", \"additionalProperties\": false,");
        std::string required;
        for (const Field& field : table.fields)
            if (field.is_required) required += (required.empty() ? "" : ", ") + json_text(field.name);
        if (!required.empty()) line(depth, "\"required\": [" + required + "],");
        line(depth, "\"properties\": {");
        const auto children = children_of(table.path);
        for (std::size_t i = 0; i < table.fields.size(); ++i) {
            const Field& field = table.fields[i];
            const bool is_last = i + 1 == table.fields.size() && children.empty();
            line(depth + 1, json_text(field.name) + ": {" + shape_json_schema(field) + default_of(table, field) +
                                ",\"description\":" + json_text(field.meaning) + (is_last ? "}" : "},"));
        }
        for (std::size_t i = 0; i < children.size(); ++i)
            section(*children[i], children[i]->path.substr(table.path.size() + 1), depth + 1, i + 1 == children.size());
        line(depth, "}");
    }

    void section(const Section& section, std::string_view name, std::size_t depth, bool is_last) {
        line(depth, json_text(name) + ": {");
        line(depth + 1, "\"description\": " + json_text(section.meaning) + ",");
        switch (section.form) {
            case Section::Form::single: table(section, depth + 1); break;
            case Section::Form::named:
                line(depth + 1, "\"type\": \"object\", \"additionalProperties\": {");
                table(section, depth + 2);
                line(depth + 1, "}");
                break;
            case Section::Form::list:
                line(depth + 1, "\"type\": \"array\", \"items\": {");
                table(section, depth + 2);
                line(depth + 1, "}");
                break;
        }
        line(depth, is_last ? "}" : "},");
    }

    static std::vector<const Section*> children_of(std::string_view parent) {
        std::vector<const Section*> children;
        for (const Section& each : sections())
            if (each.path.size() > parent.size() && each.path.starts_with(parent) && each.path[parent.size()] == '.')
                children.push_back(&each);
        return children;
    }

    // TOML texts, numbers and lists of texts, as the table writes them, are JSON too.
    static std::string default_of(const Section& section, const Field& field) {
        if (field.is_required) return {};
        const std::string text = value_text(field, field.member(section.defaults()), Snapshot{});
        return text.empty() ? std::string{} : ",\"default\":" + text;
    }
};

}   // namespace

std::string json_schema() {
    Writer writer;
    writer.line(0, "{");
    writer.line(1, R"("$schema": "https://json-schema.org/draft/2020-12/schema",)");
    writer.line(1, R"("title": "gilmok.toml",)");
    writer.line(1, R"("type": "object", "additionalProperties": false,)");
    writer.line(1, R"("properties": {)");
    writer.line(2, R"("schema": {"const":)" + std::to_string(schema_version) + R"(,"description":)" +
                       json_text(schema_meaning) + "},");
    std::vector<const Section*> tops;
    for (const Section& each : sections())
        if (each.path.find('.') == std::string_view::npos) tops.push_back(&each);
    for (const Section* each : tops) writer.section(*each, each->path, 2, each == tops.back());
    writer.line(1, "}");
    writer.line(0, "}");
    return writer.out;
}

}   // namespace gilmok::config
