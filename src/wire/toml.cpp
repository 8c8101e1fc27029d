#include "wire/toml.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "wire/toml_hazard.hpp"

// Macros of the library, not ours. Without exceptions toml++ hands its error back as a value. toml++ 3.3 asserts that a key begins
// with a letter or a quote before it has looked (`[` and a line end break it); with NDEBUG clang is even told to assume it. Without the
// assertion the code behind it reports the mistake as it should; load_fuzz watches over the rest.
#undef NDEBUG
#define TOML_ASSERT(claim) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace gilmok::wire {
namespace {

TextPlace place_of(const toml::source_region& region, std::uint32_t file) {
    TextPlace place{file, region.begin.line, region.begin.column, 1};
    if (region.end.line == region.begin.line && region.end.column > region.begin.column)
        place.length = region.end.column - region.begin.column;
    return place;
}

struct Converter {
    std::uint32_t file;
    std::uint32_t depth_max;
    bool is_too_deep = false;
    TextPlace too_deep_place{};

    TomlNode convert(const toml::node& from, std::uint32_t depth) {
        TomlNode node;
        node.place = place_of(from.source(), file);
        if (depth > depth_max) {
            if (!is_too_deep) too_deep_place = node.place;
            is_too_deep = true;
            return node;
        }
        switch (from.type()) {
            case toml::node_type::none:
            case toml::node_type::table: convert_table(*from.as_table(), depth, node); break;
            case toml::node_type::array:
                node.type = TomlNode::Type::array;
                for (const auto& element : *from.as_array()) node.elements.push_back(convert(element, depth + 1));
                break;
            case toml::node_type::string:
                node.type = TomlNode::Type::text;
                node.text = from.as_string()->get();
                break;
            case toml::node_type::integer:
                node.type = TomlNode::Type::integer;
                node.integer = from.as_integer()->get();
                break;
            case toml::node_type::floating_point:
                node.type = TomlNode::Type::real;
                node.real = from.as_floating_point()->get();
                break;
            case toml::node_type::boolean:
                node.type = TomlNode::Type::boolean;
                node.boolean = from.as_boolean()->get();
                break;
            case toml::node_type::date:
            case toml::node_type::time:
            case toml::node_type::date_time: node.type = TomlNode::Type::date; break;
        }
        return node;
    }

    void convert_table(const toml::table& table, std::uint32_t depth, TomlNode& node) {
        for (const auto& [key, value] : table) {
            TomlMember member{std::string(key.str()), place_of(key.source(), file), convert(value, depth + 1)};
            // A table written [[name]] or [name] reports its first header; the name inside it is what a person looks for.
            if (member.value.is_table() && member.value.place.line == member.place.line)
                member.value.place = member.place;
            node.members.push_back(std::move(member));
        }
        std::sort(node.members.begin(), node.members.end(), [](const TomlMember& left, const TomlMember& right) {
            return std::tie(left.place.line, left.place.column) < std::tie(right.place.line, right.place.column);
        });
    }
};

TomlDocument mistaken(std::string mistake, TextPlace place) {
    TomlDocument document;
    document.mistake = std::move(mistake);
    document.mistake_place = place;
    return document;
}

}   // namespace

const TomlNode* TomlNode::find(std::string_view name) const {
    const auto found =
        std::find_if(members.begin(), members.end(), [&](const TomlMember& member) { return member.name == name; });
    return found == members.end() ? nullptr : &found->value;
}

std::string_view words_of(TomlNode::Type type) {
    switch (type) {
        case TomlNode::Type::table: return "a table";
        case TomlNode::Type::array: return "a list";
        case TomlNode::Type::text: return "text";
        case TomlNode::Type::integer: return "a whole number";
        case TomlNode::Type::real: return "a decimal number";
        case TomlNode::Type::boolean: return "true or false";
        case TomlNode::Type::date: return "a date or time";
    }
    return "?";
}

TomlDocument parse_toml(std::string_view text, std::uint32_t file, const TomlLimits& limits) {
    if (text.size() > limits.bytes_max)
        return mistaken("the file is larger than " + std::to_string(limits.bytes_max) + " bytes", {file, 0, 0, 1});
    if (const TomlHazard hazard = find_toml_hazard(text); !hazard.mistake.empty())
        return mistaken(std::string(hazard.mistake), {file, hazard.line, hazard.column, 1});
    const toml::parse_result parsed = toml::parse(text, std::string_view("gilmok"));
    if (!parsed) return mistaken(std::string(parsed.error().description()), place_of(parsed.error().source(), file));
    Converter converter{file, limits.depth_max};
    TomlDocument document;
    document.root = converter.convert(parsed.table(), 0);
    if (converter.is_too_deep)
        return mistaken("more than " + std::to_string(limits.depth_max) + " tables or lists inside each other",
                        converter.too_deep_place);
    document.is_whole = true;
    return document;
}

void append_toml_string(std::string& out, std::string_view text) {
    // The escapes of JSON strings are a part of those of TOML basic strings.
    out += '"';
    append_json_escaped(out, text);
    out += '"';
}

void append_toml_key(std::string& out, std::string_view key) {
    const auto is_bare = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    if (!key.empty() && std::all_of(key.begin(), key.end(), is_bare))
        out += key;
    else
        append_toml_string(out, key);
}

}   // namespace gilmok::wire
