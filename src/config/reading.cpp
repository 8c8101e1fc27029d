#include "config/reading.hpp"

#include "base/text.hpp"

namespace gilmok::config {

using wire::TomlNode;
using Type = TomlNode::Type;

bool Reading::refuse(std::string_view code, std::string what, std::string why, std::string fix) const {
    return refuse_at(node.place, code, std::move(what), std::move(why), std::move(fix));
}
bool Reading::refuse_at(const wire::TextPlace& place, std::string_view code, std::string what, std::string why,
                        std::string fix) const {
    context.problems.add(place, {code, std::move(what), std::move(why), std::move(fix)});
    return false;
}
bool Reading::refuse_type(std::string_view wanted, std::string fix) const {
    return refuse(
        "E0102",
        quoted(field.name) + " must be " + std::string(wanted) + ", not " + std::string(wire::words_of(node.type)), {},
        std::move(fix));
}

bool Reading::text(const TomlNode& from, std::string& into) const {
    if (!from.is_text()) return refuse_type("text");
    if (has_controls(from.text) || from.text.size() > text_bytes_max)
        return refuse_at(from.place, "E0107",
                         quoted(field.name) + " holds control characters or is longer than " +
                             std::to_string(text_bytes_max) + " bytes",
                         {}, {});
    into = from.text;
    return true;
}

bool Reading::file(std::string& into) const {
    if (!text(node, into)) return false;
    if (into.empty() || context.files.exists(into)) return true;
    return refuse("E0204", "there is no file" + shown(into));
}

bool Reading::secret(std::string& into) const {
    if (!node.is_text()) return refuse_type("a reference: \"env:NAME\", \"file:/path\" or \"cmd:program\"");
    if (node.text.empty())
        return !field.is_required ||
               refuse("E0203", quoted(field.name) + " is empty", "an empty key would let nobody in, or everybody");
    for (const std::string_view prefix : {"env:", "file:", "cmd:"})
        if (node.text.starts_with(prefix) && node.text.size() > prefix.size()) return text(node, into);
    context.problems.add(node.place, {"E0201", quoted(field.name) + " must be a reference, not the secret itself",
                                      "a file that holds a secret is copied, committed and shown",
                                      "write \"env:NAME\", \"file:/path\" or \"cmd:program\"", true});
    return false;
}

bool Reading::choice(std::uint8_t& number, std::string& into) const {
    if (!node.is_text()) return refuse_type("one of " + std::string(field.choices));
    bool is_found = false;
    Nearest nearest(node.text);
    std::string all;
    for_each_choice(field.choices, [&](std::string_view name, std::uint8_t each) {
        nearest.offer(name);
        all += (all.empty() ? "" : ", ") + quoted(name);
        if (name != node.text) return;
        is_found = true;
        number = each;
    });
    if (!is_found)
        return refuse("E0106", quoted(field.name) + " cannot be" + shown(node.text), "it is one of " + all,
                      nearest.fix());
    into = node.text;
    return true;
}

bool Reading::boolean(bool& into) const {
    if (node.type != Type::boolean) return refuse_type("true or false", "write true or false, without quotes");
    into = node.boolean;
    return true;
}

bool Reading::count(std::uint64_t& into) const {
    if (node.type != Type::integer) return refuse_type("a whole number");
    if (!in_range(node.integer, [](std::int64_t value) { return std::to_string(value); })) return false;
    into = static_cast<std::uint64_t>(node.integer);
    return true;
}

bool Reading::real(double& into) const {
    if (node.type != Type::real && node.type != Type::integer) return refuse_type("a number");
    const double value = node.type == Type::real ? node.real : static_cast<double>(node.integer);
    // Written so that NaN is refused as well.
    if (!(value >= static_cast<double>(field.min) && value <= static_cast<double>(field.max)))
        return refuse("E0104", quoted(field.name) + " is outside its range", {},
                      "write " + std::to_string(field.min) + " to " + std::to_string(field.max));
    into = value == 0 ? 0 : value;   // -0.0 would be written differently
    return true;
}

// A quantity with a unit, read by `parse`; a bare number is told which unit it would have been.
template <class Parse>
bool Reading::quantity(Parse parse, std::string_view kind, std::string_view unit, std::string_view example,
                       std::int64_t& into) const {
    if (node.type == Type::integer || node.type == Type::real) {
        const std::string number = node.type == Type::integer ? std::to_string(node.integer) : real_text(node.real);
        return refuse(
            "E0103", quoted(field.name) + " needs a unit", "a bare number is taken for another unit sooner or later",
            "write \"" + number + std::string(unit) + "\" if you mean " + (unit == "ms" ? "milliseconds" : "bytes"));
    }
    if (!node.is_text()) return refuse_type(std::string(kind) + " such as " + quoted(example));
    const auto value = parse(node.text);
    if (!value) {
        const auto digits = node.text.find_first_not_of("0123456789");
        const bool has_no_unit = digits == std::string::npos && !node.text.empty();
        return refuse("E0103", quoted(field.name) + (has_no_unit ? " needs a unit" : " is no " + std::string(kind)), {},
                      unit == "ms" ? "write a whole number with ms, s, m, h or d: " + quoted(example)
                                   : "write a whole number with B, KiB, MiB, GiB, kB, MB or GB: " + quoted(example));
    }
    into = static_cast<std::int64_t>(*value);
    return true;
}

bool Reading::in_range(std::int64_t value, std::string (*words)(std::int64_t)) const {
    if (value >= field.min && value <= field.max) return true;
    return refuse("E0104", quoted(field.name) + " is " + words(value) + ", which is outside its range", {},
                  "write " + words(field.min) + " to " + words(field.max));
}

bool Reading::size(std::uint64_t& into) const {
    std::int64_t value = 0;
    if (!quantity(parse_size, "size", "B", "32MiB", value)) return false;
    if (!in_range(value, [](std::int64_t bytes) { return size_text(static_cast<std::uint64_t>(bytes)); })) return false;
    into = static_cast<std::uint64_t>(value);
    return true;
}

bool Reading::duration(Milliseconds& into) const {
    std::int64_t value = 0;
    const auto parse = [](std::string_view words) -> std::optional<std::int64_t> {
        const auto parsed = parse_duration(words);
        return parsed ? std::optional(parsed->count()) : std::nullopt;
    };
    if (!quantity(parse, "duration", "ms", "30s", value)) return false;
    if (!in_range(value, [](std::int64_t ms) { return duration_text(Milliseconds(ms)); })) return false;
    into = Milliseconds(value);
    return true;
}

bool Reading::address(const TomlNode& from, io::Address& into) const {
    if (!from.is_text()) return refuse_type("text such as \"127.0.0.1:8080\"");
    const auto parsed = parse_address(from.text);
    if (!parsed) {
        const bool is_local = from.text.starts_with("localhost:");
        return refuse_at(from.place, "E0107", quoted(field.name) + " is not a numeric address with a port",
                         "a name may mean another address tomorrow",
                         is_local ? "write " + quoted("127.0.0.1:" + from.text.substr(10))
                                  : "write \"127.0.0.1:8080\", \"0.0.0.0:8080\" or \"[::]:8080\"");
    }
    into = *parsed;
    return true;
}

bool Reading::addresses(std::vector<io::Address>& into) const {
    const auto read = [this](const TomlNode& from, io::Address& one) { return address(from, one); };
    if (!list(into, listen_max, true, read)) return false;
    return !into.empty() || refuse("E0105", quoted(field.name) + " is empty", "nobody could reach the door");
}

bool Reading::parsed_url(Url& into) const {
    std::string whole;
    if (!text(node, whole)) return false;
    std::string_view failure;
    const auto parsed = parse_url(whole, failure);
    if (!parsed) return refuse("E0107", quoted(field.name) + " is no URL that can be used", std::string(failure));
    into = *parsed;
    return true;
}

bool Reading::url(Upstream& into) const {
    Url parsed;
    if (!parsed_url(parsed)) return false;
    into.is_tls = parsed.is_tls;
    into.host = parsed.host;
    into.port = parsed.port;
    into.base_path = parsed.base_path;
    into.authority = parsed.authority;
    return true;
}

bool Reading::endpoint(std::string& into) const {
    Url parsed;
    if (node.is_text() && node.text.empty()) return true;
    return parsed_url(parsed) && text(node, into);
}

bool Reading::refuse_element(const TomlNode& element) const {
    return refuse_at(
        element.place, "E0102",
        quoted(field.name) + " is a list of texts, and this is " + std::string(wire::words_of(element.type)), {}, {});
}

}   // namespace gilmok::config
