// `gilmok guard rules`: the rules themselves, and which of them decides a case.
#include "catalog/jurisdictions.hpp"
#include "cli/guard_inside.hpp"
#include "cli/open_config.hpp"
#include "cli/table.hpp"
#include "gateway/guard_answers.hpp"

namespace gilmok::cli {
namespace {

using config::GuardRule;

std::string cited(const std::vector<std::string>& parts, std::string_view between = ", ") {
    std::string out;
    for (const std::string& part : parts) {
        if (&part != &parts.front()) out += between;
        out += part.empty() ? "(unknown)" : part;
    }
    return out;
}

std::string without(const std::vector<std::string>& yes, const std::vector<std::string>& no) {
    constexpr std::size_t shown_max = 4;
    std::string out = yes.empty() ? "any" : cited(yes);
    if (no.empty()) return out;
    std::vector<std::string> shown(no.begin(),
                                   no.begin() + static_cast<std::ptrdiff_t>(std::min(no.size(), shown_max)));
    out += (yes.empty() ? " but " : ", not ") + cited(shown);
    return no.size() > shown_max ? out + " and " + std::to_string(no.size() - shown_max) + " more" : out;
}

std::vector<std::string> classes_of(const GuardRule& rule) {
    std::vector<std::string> out;
    for (const model::DataClass each : rule.classes) out.emplace_back(model::name_of(each));
    return out;
}

std::string title_of(const GuardRule& rule, Language language) {
    const catalog::JurisdictionRule* from = catalog::jurisdiction_rule(rule.name);
    if (from == nullptr) return {};
    return language == Language::ko ? from->title_ko : from->title;
}

Table table_of(const std::vector<GuardRule>& rules, Language language, bool is_short) {
    // Evidence and titles are sentences: a terminal has room for one of them.
    std::vector<std::string> titles{"RULE", "ACTION", "CLASS", "KINDS", "PLACES", "OPERATORS", "CITATIONS", "SINCE"};
    if (is_short)
        titles.emplace_back("WHAT");
    else
        for (const char* title : {"WHAT", "EVIDENCE", "WHERE", "OBLIGATORY", "TENANTS"}) titles.emplace_back(title);
    Table table(titles);
    for (const GuardRule& rule : rules) {
        const std::string kinds = rule.has_kinds ? cited(model::words_of(rule.kinds)) : "(the request)";
        std::string action(model::name_of(rule.action));
        if (rule.is_for_answers) action += " (answers)";
        std::vector<std::string> cells{rule.name,
                                       action,
                                       cited(classes_of(rule), ""),
                                       kinds,
                                       without(rule.places, rule.places_not),
                                       without(rule.operators, rule.operators_not),
                                       cited(rule.citations, "; "),
                                       rule.effective,
                                       title_of(rule, language)};
        if (!is_short)
            for (const std::string& cell :
                 {rule.evidence, rule.where, std::string(rule.is_obligatory ? "yes" : "no"), cited(rule.tenants)})
                cells.push_back(cell);
        table.add(std::move(cells));
    }
    return table;
}

std::string why(const GuardRule& rule, Language language) {
    const bool is_korean = language == Language::ko;
    std::string out = rule.name + "  (" + rule.where + ")\n";
    if (const std::string title = title_of(rule, language); !title.empty()) out += "  " + title + "\n";
    if (!rule.citations.empty())
        out += "  " + cited(rule.citations, "; ") + (is_korean ? ", 시행 " : ", since ") + rule.effective + "\n";
    if (!rule.basis.empty()) out += (is_korean ? "  근거: " : "  basis: ") + rule.basis + "\n";
    if (rule.is_obligatory)
        out += is_korean ? "  의무 규칙: 자체 규칙은 `basis`를 밝혀야만 완화할 수 있음\n"
                         : "  obligatory: an own rule relaxes it only with a `basis`\n";
    if (!rule.evidence.empty()) out += (is_korean ? "  증적: " : "  evidence: ") + rule.evidence + "\n";
    return out;
}

}   // namespace

Outcome guard_rules(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot) {
    const auto rules = gateway::guard_rules_of(snapshot, options.pack);
    if (!rules) return failed(exit_usage, guard_verb, rules.error());
    if (options.is_json()) return {exit_ok, gateway::guard_rules_json(*rules) + '\n', {}};
    const Table table = table_of(*rules, world.language, !options.is_csv());
    return {exit_ok, options.is_csv() ? table.csv() : table.text(), {}};
}

Outcome guard_explain(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot) {
    const auto told = gateway::guard_explain(snapshot, options.explain, options.asked);
    if (!told) return failed(exit_usage, guard_verb, told.error());
    if (options.is_json()) return {exit_ok, gateway::guard_explained_json(*told) + '\n', {}};
    const bool is_korean = world.language == Language::ko;
    const std::string place = !options.asked.place.empty() ? options.asked.place
                              : is_korean                  ? "알 수 없는 장소"
                                                           : "an unknown place";
    const std::string data_class(model::name_of(told->data_class)), action(model::name_of(told->action));
    const std::string said =
        is_korean ? "장소 " + place + ", " + data_class + "등급 요청의 " + options.explain + ": " + action
                  : options.explain + " in a request of class " + data_class + " to " + place + ": " + action;
    return {exit_ok, said + (is_korean ? "\n규칙 " : "\nby ") + why(told->rule, world.language), {}};
}

}   // namespace gilmok::cli
