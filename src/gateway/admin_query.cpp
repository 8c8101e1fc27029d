#include "gateway/admin_query.hpp"

#include <algorithm>

#include "wire/query.hpp"

namespace gilmok::gateway::admin {

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
        std::string value;
        if (equals != std::string_view::npos && !wire::append_from_query(value, pair.substr(equals + 1)))
            return report::tell("the parameter \"" + std::string(name) + "\" has a broken escape");
        const auto* const found =
            std::find_if(into.begin(), into.end(), [&](const auto& each) { return each.first == name; });
        if (found == into.end()) return report::tell("there is no parameter \"" + std::string(name) + '"');
        if (!found->second->empty()) return report::tell("the parameter \"" + std::string(name) + "\" is given twice");
        *found->second = std::move(value);
    }
    return true;
}

}   // namespace gilmok::gateway::admin
