#include "gateway/admin_query.hpp"

#include <optional>

#include "base/text.hpp"

namespace gilmok::gateway::admin {

namespace {

// %XX and + of a query; nothing for a broken escape.
std::optional<std::string> unescaped(std::string_view text) {
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        const char lower = ascii_lower(c);
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1,
                  low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

struct Parameter {
    std::string_view name;
    std::string report::Asked::* value;
};
constexpr Parameter parameters[] = {
    {"by", &report::Asked::by},         {"period", &report::Asked::period},
    {"from", &report::Asked::from},     {"to", &report::Asked::to},
    {"tenant", &report::Asked::tenant}, {"key", &report::Asked::key},
    {"model", &report::Asked::model},   {"upstream", &report::Asked::upstream},
    {"place", &report::Asked::place},   {"class", &report::Asked::data_class},
    {"tag", &report::Asked::tag},
};

}   // namespace

report::Told<report::Asked> read_query(std::string_view query) {
    report::Asked asked;
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        if (pair.empty()) continue;
        const std::size_t equals = pair.find('=');
        const std::string_view name = pair.substr(0, equals);
        const auto value = unescaped(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
        if (!value) return report::tell("the parameter \"" + std::string(name) + "\" has a broken escape");
        if (name == "simulated") {
            if (*value != "true" && *value != "false") return report::tell("simulated is true or false");
            asked.with_simulated = *value == "true";
            continue;
        }
        const Parameter* found = nullptr;
        for (const Parameter& parameter : parameters)
            if (parameter.name == name) found = &parameter;
        if (found == nullptr) return report::tell("there is no parameter \"" + std::string(name) + '"');
        if (!(asked.*found->value).empty())
            return report::tell("the parameter \"" + std::string(name) + "\" is given twice");
        asked.*found->value = *value;
    }
    return asked;
}

}   // namespace gilmok::gateway::admin
