#include "config/value.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"
#include "config/quantity.hpp"

namespace gilmok::config {
namespace {

using wire::TomlNode;
using Type = TomlNode::Type;

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// The longest text of the file that a message repeats. Longer ones are shown by the line they stand in.
std::string shown(std::string_view text) {
    return text.size() <= 48 && !has_controls(text) ? " " + quoted(text) : std::string{};
}

template <class Value>
Value& as(void* member) {
    return *static_cast<Value*>(member);
}
template <class Value>
const Value& as(const void* member) {
    return *static_cast<const Value*>(member);
}

struct Reading {
    const ReadContext& context;
    const Field& field;
    const TomlNode& node;

    bool refuse(std::string_view code, std::string what, std::string why = {}, std::string fix = {}) const {
        return refuse_at(node.place, code, std::move(what), std::move(why), std::move(fix));
    }
    bool refuse_at(const wire::TextPlace& place, std::string_view code, std::string what, std::string why,
                   std::string fix) const {
        context.problems.add(place, {code, std::move(what), std::move(why), std::move(fix)});
        return false;
    }
    bool refuse_type(std::string_view wanted, std::string fix = {}) const {
        return refuse(
            "E0102",
            quoted(field.name) + " must be " + std::string(wanted) + ", not " + std::string(wire::words_of(node.type)),
            {}, std::move(fix));
    }

    bool text(const TomlNode& from, std::string& into) const {
        if (!from.is_text()) return refuse_type("text");
        if (has_controls(from.text) || from.text.size() > text_bytes_max)
            return refuse_at(from.place, "E0107",
                             quoted(field.name) + " holds control characters or is longer than " +
                                 std::to_string(text_bytes_max) + " bytes",
                             {}, {});
        into = from.text;
        return true;
    }

    // A quantity with a unit, read by `parse`; a bare number is told which unit it would have been.
    template <class Parse>
    bool quantity(Parse parse, std::string_view kind, std::string_view unit, std::string_view example,
                  std::int64_t& into) const {
        if (node.type == Type::integer || node.type == Type::real) {
            const std::string number = node.type == Type::integer ? std::to_string(node.integer) : real_text(node.real);
            return refuse("E0103", quoted(field.name) + " needs a unit",
                          "a bare number is taken for another unit sooner or later",
                          "write \"" + number + std::string(unit) + "\" if you mean " +
                              (unit == "ms" ? "milliseconds" : "bytes"));
        }
        if (!node.is_text()) return refuse_type(std::string(kind) + " such as " + quoted(example));
        const auto value = parse(node.text);
        if (!value) {
            const auto digits = node.text.find_first_not_of("0123456789");
            const bool has_no_unit = digits == std::string::npos && !node.text.empty();
            return refuse(
                "E0103", quoted(field.name) + (has_no_unit ? " needs a unit" : " is no " + std::string(kind)), {},
                unit == "ms" ? "write a whole number with ms, s, m, h or d: " + quoted(example)
                             : "write a whole number with B, KiB, MiB, GiB, kB, MB or GB: " + quoted(example));
        }
        into = static_cast<std::int64_t>(*value);
        return true;
    }

    bool in_range(std::int64_t value, std::string (*words)(std::int64_t)) const {
        if (value >= field.min && value <= field.max) return true;
        return refuse("E0104", quoted(field.name) + " is " + words(value) + ", which is outside its range", {},
                      "write " + words(field.min) + " to " + words(field.max));
    }

    bool choice(std::uint8_t& number, std::string& into) const {
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

    bool address(const TomlNode& from, io::Address& into) const {
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

    template <class Value, class Read>
    bool list(std::vector<Value>& into, std::size_t count_max, bool may_be_alone, Read read) const {
        into.clear();
        if (may_be_alone && node.is_text()) {
            Value value{};
            if (!read(node, value)) return false;
            into.push_back(std::move(value));
            return true;
        }
        if (!node.is_array()) return refuse_type(may_be_alone ? "text or a list of texts" : "a list of texts");
        if (node.elements.size() > count_max)
            return refuse("E0003", quoted(field.name) + " has more than " + std::to_string(count_max) + " entries");
        bool is_fine = true;
        for (const TomlNode& element : node.elements) {
            Value value{};
            if (!element.is_text()) {
                is_fine = refuse_at(element.place, "E0102",
                                    quoted(field.name) + " is a list of texts, and this is " +
                                        std::string(wire::words_of(element.type)),
                                    {}, {});
            } else if (read(element, value)) {
                into.push_back(std::move(value));
            } else {
                is_fine = false;
            }
        }
        return is_fine;
    }

    bool candidate(const TomlNode& from, Candidate& into) const {
        const auto slash = from.text.find('/');
        if (slash == std::string::npos || slash == 0 || !is_name(std::string_view(from.text).substr(slash + 1), true))
            return refuse_at(from.place, "E0107", "a candidate is written \"upstream/served-name\"",
                             "the served name is what the upstream itself calls the model", {});
        const std::string_view name = std::string_view(from.text).substr(0, slash);
        Nearest nearest(name);
        const auto& upstreams = context.snapshot.upstreams;
        for (std::size_t i = 0; i < upstreams.size(); ++i) {
            nearest.offer(upstreams[i].name);
            if (upstreams[i].name != name) continue;
            into = {static_cast<model::UpstreamId>(i), from.text.substr(slash + 1)};
            return true;
        }
        return refuse_at(from.place, "E0301", "there is no upstream" + shown(name), {}, nearest.fix());
    }

    bool candidates(std::vector<Candidate>& into) const {
        if (!list(into, candidates_max, false,
                  [this](const TomlNode& from, Candidate& one) { return candidate(from, one); }))
            return false;
        if (into.empty())
            return refuse("E0105", "\"try\" is empty", "a model that nobody serves cannot be asked for",
                          "write [\"upstream/served-name\"]");
        for (std::size_t i = 0; i < into.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (into[i].upstream == into[j].upstream && into[i].served_name == into[j].served_name)
                    return refuse_at(node.elements[i].place, "E0308", "this candidate stands twice", {},
                                     "remove one of the two");
        return true;
    }

    bool model_name(const TomlNode& from, std::string& into) const {
        if (!text(from, into)) return false;
        if (into == "*") return true;
        Nearest nearest(into);
        for (const Model& each : context.snapshot.models) {
            if (each.name == into) return true;
            nearest.offer(each.name);
        }
        return refuse_at(from.place, "E0303", "there is no model" + shown(into), {}, nearest.fix());
    }

    bool tenant(model::TenantId& into) const {
        std::string path;
        if (!text(node, path)) return false;
        Nearest nearest(path);
        const auto& tenants = context.snapshot.tenants;
        for (std::size_t i = 0; i < tenants.size(); ++i) {
            if (tenants[i].path == path) {
                into = static_cast<model::TenantId>(i);
                return true;
            }
            nearest.offer(tenants[i].path);
        }
        const std::string fix = nearest.fix();
        return refuse("E0304", "there is no tenant" + shown(path), {},
                      fix.empty() ? "add [tenant." + quoted(path) + "]" : fix);
    }

    bool secret(std::string& into) const {
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

    bool file(std::string& into) const {
        if (!text(node, into)) return false;
        if (into.empty() || context.files.exists(into)) return true;
        return refuse("E0204", "there is no file" + shown(into));
    }

    bool parsed_url(Url& into) const {
        std::string whole;
        if (!text(node, whole)) return false;
        std::string_view failure;
        const auto parsed = parse_url(whole, failure);
        if (!parsed) return refuse("E0107", quoted(field.name) + " is no URL that can be used", std::string(failure));
        into = *parsed;
        return true;
    }

    bool url(Upstream& into) const {
        Url parsed;
        if (!parsed_url(parsed)) return false;
        into.is_tls = parsed.is_tls;
        into.host = parsed.host;
        into.port = parsed.port;
        into.base_path = parsed.base_path;
        into.authority = parsed.authority;
        return true;
    }

    bool endpoint(std::string& into) const {
        Url parsed;
        if (node.is_text() && node.text.empty()) return true;
        return parsed_url(parsed) && text(node, into);
    }

    bool count(std::uint32_t& into) const {
        if (node.type != Type::integer) return refuse_type("a whole number");
        if (!in_range(node.integer, [](std::int64_t value) { return std::to_string(value); })) return false;
        into = static_cast<std::uint32_t>(node.integer);
        return true;
    }

    bool real(double& into) const {
        if (node.type != Type::real && node.type != Type::integer) return refuse_type("a number");
        const double value = node.type == Type::real ? node.real : static_cast<double>(node.integer);
        // Written so that NaN is refused as well.
        if (!(value >= static_cast<double>(field.min) && value <= static_cast<double>(field.max)))
            return refuse("E0104", quoted(field.name) + " is outside its range", {},
                          "write " + std::to_string(field.min) + " to " + std::to_string(field.max));
        into = value == 0 ? 0 : value;   // -0.0 would be written differently
        return true;
    }

    bool size(std::uint64_t& into) const {
        std::int64_t value = 0;
        if (!quantity(parse_size, "size", "B", "32MiB", value)) return false;
        if (!in_range(value, [](std::int64_t bytes) { return size_text(static_cast<std::uint64_t>(bytes)); }))
            return false;
        into = static_cast<std::uint64_t>(value);
        return true;
    }

    bool duration(Milliseconds& into) const {
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
};

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

}   // namespace

bool has_controls(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool is_name(std::string_view text, bool is_slash_allowed) {
    if (text.empty() || text.size() > name_bytes_max || has_controls(text)) return false;
    return text.find_first_of(is_slash_allowed ? " \"'\\" : " \"'\\/") == std::string_view::npos;
}

bool read_value(const ReadContext& context, const Field& field, const TomlNode& node, void* member) {
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
        case Shape::count: return reading.count(as<std::uint32_t>(member));
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
        case Shape::addresses: {
            auto& addresses = as<std::vector<io::Address>>(member);
            const auto read = [&reading](const TomlNode& from, io::Address& one) { return reading.address(from, one); };
            if (!reading.list(addresses, listen_max, true, read)) return false;
            return !addresses.empty() || reading.refuse("E0105", "\"" + std::string(field.name) + "\" is empty",
                                                        "nobody could reach the door");
        }
        case Shape::texts:
        case Shape::model_names: {
            const bool are_models = field.shape == Shape::model_names;
            const auto read = [&](const TomlNode& from, std::string& one) {
                return are_models ? reading.model_name(from, one) : reading.text(from, one);
            };
            return reading.list(as<std::vector<std::string>>(member), models_max, false, read);
        }
        case Shape::url: return reading.url(as<Upstream>(member));
        case Shape::candidates: return reading.candidates(as<std::vector<Candidate>>(member));
        case Shape::tenant: return reading.tenant(as<model::TenantId>(member));
    }
    return false;
}

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
        case Shape::count: return std::to_string(as<std::uint32_t>(member));
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
        case Shape::texts:
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
    }
    return {};
}

}   // namespace gilmok::config
