#include "fleet/schema_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/text.hpp"
#include "fleet/words.hpp"
#include "wire/json.hpp"

namespace gilmok::fleet {

namespace {

namespace json = wire::json;
using json::Cursor;
using json::Type;
using json::Value;

constexpr int depth_max = 12;     // then only what is required
constexpr int depth_limit = 40;   // then null: a schema that requires itself has no value
constexpr int values_max = 2'000;

bool is_given(const Value& value) { return !value.text.empty(); }

double number_of(const Value& value, double otherwise) {
    double number = otherwise;
    if (value.type == Type::number && is_given(value))
        std::from_chars(value.text.data(), value.text.data() + value.text.size(), number);
    return std::clamp(number, -9e15, 9e15);
}

std::string plain(const Value& value) {
    return is_given(value) && value.type == Type::string ? std::string(value.text.substr(1, value.text.size() - 2))
                                                         : std::string();
}

class Writer {
public:
    Writer(std::string& out, std::string_view root, Prng& prng) : out_(out), root_{Type::object, root}, prng_(prng) {}

    void write(const Value& given, int depth) {
        const Value schema = resolve(given, depth);
        if (schema.type != Type::object || !is_given(schema)) return put("{}");
        if (++values_ > values_max || depth > depth_limit) return put("null");
        for (const std::string_view exact : {"const", "default"})
            if (const Value value = json::find(schema, exact); is_given(value)) return put(value.text);
        if (const Value values = json::find(schema, "enum"); is_given(values) && values.type == Type::array)
            return write_one_of(values);
        for (const std::string_view choice : {"anyOf", "oneOf"})
            if (const Value options = json::find(schema, choice); is_given(options) && options.type == Type::array) {
                Value first;
                if (Cursor(options).next_element(first)) return write(simplest(options, first, depth), depth + 1);
            }
        write_type(type_of(schema), schema, depth);
    }

private:
    void put(std::string_view text) { out_.append(text); }

    // Follows "#/a/b" within the document; anything else stays what it is.
    [[nodiscard]] Value resolve(Value schema, int depth) const {
        for (int hops = 0; hops < 8 + depth && is_given(schema) && schema.type == Type::object; ++hops) {
            const std::string reference = plain(json::find(schema, "$ref"));
            if (reference.empty() || reference.front() != '#') return schema;
            Value target = root_;
            std::string_view rest = std::string_view(reference).substr(1);
            while (!rest.empty() && is_given(target) && target.type == Type::object) {
                rest.remove_prefix(1);
                const std::string_view name = rest.substr(0, rest.find('/'));
                target = json::find(target, name);
                rest.remove_prefix(name.size());
            }
            schema = target;
        }
        return schema;
    }

    // The first option, but deep in a recursion one that ends it.
    [[nodiscard]] Value simplest(const Value& options, const Value& first, int depth) const {
        if (depth < depth_max) return first;
        Cursor cursor(options);
        for (Value option; cursor.next_element(option);) {
            const std::string type = option.type == Type::object ? plain(json::find(option, "type")) : "";
            if (!type.empty() && type != "object" && type != "array") return option;
        }
        return first;
    }

    void write_one_of(const Value& values) {
        std::uint64_t count = 0;
        Cursor counting(values);
        for (Value value; counting.next_element(value);) ++count;
        if (count == 0) return put("null");
        std::uint64_t index = prng_.below(count);
        Cursor cursor(values);
        Value value;
        while (cursor.next_element(value) && index-- > 0) {}
        put(value.text);
    }

    static std::string type_of(const Value& schema) {
        const Value type = json::find(schema, "type");
        if (is_given(type) && type.type == Type::array) {
            Cursor cursor(type);
            for (Value entry; cursor.next_element(entry);)
                if (const std::string name = plain(entry); name != "null") return name;
            return "null";
        }
        if (std::string name = plain(type); !name.empty()) return name;
        if (is_given(json::find(schema, "properties")) || is_given(json::find(schema, "allOf"))) return "object";
        if (is_given(json::find(schema, "items"))) return "array";
        return "";
    }

    void write_type(std::string_view type, const Value& schema, int depth) {
        if (type == "object") return write_object(schema, depth);
        if (type == "array") return write_array(schema, depth);
        if (type == "string") return write_string(schema);
        if (type == "integer") return write_number(schema, true);
        if (type == "number") return write_number(schema, false);
        if (type == "boolean") return put(prng_.chance(1, 2) ? "true" : "false");
        if (type == "null") return put("null");
        put("{}");   // no type: anything is accepted
    }

    void write_object(const Value& schema, int depth) {
        put("{");
        bool is_first = true;
        write_members(schema, depth, is_first);
        if (const Value all = json::find(schema, "allOf"); is_given(all) && all.type == Type::array) {
            Cursor cursor(all);
            for (Value part; cursor.next_element(part);) write_members(resolve(part, depth), depth, is_first);
        }
        put("}");
    }

    void write_members(const Value& schema, int depth, bool& is_first) {
        const Value properties = schema.type == Type::object ? json::find(schema, "properties") : Value{};
        if (!is_given(properties) || properties.type != Type::object) return;
        const Value required = json::find(schema, "required");
        Cursor cursor(properties);
        std::string_view name;
        for (Value property; cursor.next_member(name, property);) {
            if ((depth >= depth_max || values_ >= values_max) && !is_listed(required, name)) continue;
            put(is_first ? "\"" : ",\"");
            is_first = false;
            put(name);
            put("\":");
            write(property, depth + 1);
        }
    }

    static bool is_listed(const Value& list, std::string_view name) {
        if (!is_given(list) || list.type != Type::array) return false;
        Cursor cursor(list);
        for (Value entry; cursor.next_element(entry);)
            if (plain(entry) == name) return true;
        return false;
    }

    void write_array(const Value& schema, int depth) {
        const auto least =
            static_cast<std::uint64_t>(std::clamp(number_of(json::find(schema, "minItems"), 0), 0.0, 1000.0));
        const auto most =
            static_cast<std::uint64_t>(std::clamp(number_of(json::find(schema, "maxItems"), 1000), 0.0, 1000.0));
        const bool is_deep = depth >= depth_max || values_ >= values_max;
        const std::uint64_t count =
            std::min(std::max(most, least), is_deep ? least : std::max<std::uint64_t>(least, 1 + prng_.below(3)));
        const Value items = json::find(schema, "items"), fixed = json::find(schema, "prefixItems");
        put("[");
        std::uint64_t written = 0;
        if (is_given(fixed) && fixed.type == Type::array) {
            Cursor cursor(fixed);
            for (Value item; cursor.next_element(item); ++written) {
                if (written > 0) put(",");
                write(item, depth + 1);
            }
        }
        if (is_given(items) && items.type == Type::object)
            for (; written < count; ++written) {
                if (written > 0) put(",");
                write(items, depth + 1);
            }
        else
            for (; written < least; ++written) put(written > 0 ? ",null" : "null");
        put("]");
    }

    void write_number(const Value& schema, bool is_whole) {
        double low = number_of(json::find(schema, "minimum"), 0);
        if (const Value above = json::find(schema, "exclusiveMinimum"); is_given(above))
            low = is_whole ? std::floor(number_of(above, 0)) + 1 : number_of(above, 0) + 0.5;
        double high = number_of(json::find(schema, "maximum"), std::max(low, 0.0) + 100);
        if (const Value below = json::find(schema, "exclusiveMaximum"); is_given(below))
            high = is_whole ? std::ceil(number_of(below, 0)) - 1 : (low + number_of(below, high)) / 2;
        if (!is_given(json::find(schema, "minimum")) && !is_given(json::find(schema, "exclusiveMinimum")))
            low = std::min(low, high);
        const double step = number_of(json::find(schema, "multipleOf"), 0);
        if (step > 0) {
            out_.append(shortest(std::ceil(low / step) * step));
        } else if (is_whole) {
            const auto first = static_cast<std::int64_t>(std::ceil(low)),
                       last = static_cast<std::int64_t>(std::floor(high));
            append_number(out_, prng_.between(first, std::max(first, last)));
        } else {
            // Quarters are exact in binary and in decimal; between narrow bounds the middle must do.
            const double quarter = std::ceil(low * 4) / 4 + static_cast<double>(prng_.below(8)) / 4;
            out_.append(shortest(quarter <= high ? quarter : (low + std::max(low, high)) / 2));
        }
    }

    static std::string shortest(double number) {
        std::array<char, 32> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        return {digits.data(), end};
    }

    void write_string(const Value& schema) {
        const std::string format = plain(json::find(schema, "format"));
        const auto least =
            static_cast<std::size_t>(std::clamp(number_of(json::find(schema, "minLength"), 0), 0.0, 10'000.0));
        const auto most =
            static_cast<std::size_t>(std::clamp(number_of(json::find(schema, "maxLength"), 10'000), 0.0, 10'000.0));
        std::string text = formatted(format);
        if (text.empty()) {
            text = english_word(prng_);
            if (prng_.chance(1, 2)) text.append(" ").append(english_word(prng_));
            while (text.size() < least) text.append(" ").append(english_word(prng_));
            if (text.size() > std::max(most, least)) text.resize(std::max(most, least));
        }
        put("\"");
        put(text);
        put("\"");
    }

    std::string formatted(std::string_view format) {
        const auto digits = [&](std::uint64_t below, std::uint64_t from) {
            std::string text = std::to_string(prng_.below(below) + from);
            return text.size() < 2 ? "0" + text : text;
        };
        if (format == "date") return "2026-" + digits(12, 1) + "-" + digits(28, 1);
        if (format == "time") return digits(24, 0) + ":" + digits(60, 0) + ":00Z";
        if (format == "date-time")
            return "2026-" + digits(12, 1) + "-" + digits(28, 1) + "T" + digits(24, 0) + ":00:00Z";
        if (format == "email") return std::string(english_word(prng_)) + "@example.com";
        if (format == "uri") return "https://example.com/" + std::string(english_word(prng_));
        if (format == "ipv4") return "192.0.2." + digits(254, 1);
        if (format == "uuid") {
            std::string text = "00000000-0000-4000-8000-000000000000";
            for (char& c : text)
                if (c == '0') c = "0123456789abcdef"[prng_.below(16)];
            return text;
        }
        return {};
    }

    std::string& out_;
    Value root_;
    Prng& prng_;
    int values_ = 0;
};

}  // namespace

void append_schema_value(std::string& out, std::string_view schema, Prng& prng) {
    if (schema.empty()) {
        out.append("{}");
        return;
    }
    const Value root{Type::object, schema};
    Writer writer(out, schema, prng);
    writer.write(root, 0);
}

}  // namespace gilmok::fleet
