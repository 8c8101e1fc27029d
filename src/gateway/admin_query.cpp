#include "gateway/admin_query.hpp"

#include <algorithm>
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

}   // namespace

report::Told<report::Asked> read_query(std::string_view query) {
    report::Asked asked;
    std::string simulated;
    const auto read = read_parameters(query, {{"by", &asked.by},
                                              {"period", &asked.period},
                                              {"from", &asked.from},
                                              {"to", &asked.to},
                                              {"tenant", &asked.tenant},
                                              {"key", &asked.key},
                                              {"model", &asked.model},
                                              {"upstream", &asked.upstream},
                                              {"place", &asked.place},
                                              {"class", &asked.data_class},
                                              {"tag", &asked.tag},
                                              {"simulated", &simulated}});
    if (!read) return report::tell(read.error());
    if (!simulated.empty() && simulated != "true" && simulated != "false")
        return report::tell("simulated is true or false");
    if (!simulated.empty()) asked.with_simulated = simulated == "true";
    return asked;
}

report::Told<bool> read_parameters(std::string_view query,
                                   std::initializer_list<std::pair<std::string_view, std::string*>> into) {
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        if (pair.empty()) continue;
        const std::size_t equals = pair.find('=');
        const std::string_view name = pair.substr(0, equals);
        auto value = unescaped(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
        if (!value) return report::tell("the parameter \"" + std::string(name) + "\" has a broken escape");
        const auto* const found =
            std::find_if(into.begin(), into.end(), [&](const auto& each) { return each.first == name; });
        if (found == into.end()) return report::tell("there is no parameter \"" + std::string(name) + '"');
        if (!found->second->empty()) return report::tell("the parameter \"" + std::string(name) + "\" is given twice");
        *found->second = std::move(*value);
    }
    return true;
}

}   // namespace gilmok::gateway::admin
