// `gilmok guard rules`: the rules themselves, and which of them decides a case.
#include "catalog/jurisdictions.hpp"
#include "cli/guard_inside.hpp"
#include "cli/open_config.hpp"
#include "cli/table.hpp"
#include "report/json_writer.hpp"

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

void write_list(report::JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
    json.begin_array(name);
    for (const std::string& text : texts) json.text({}, text);
    json.end_array();
}

void write_rule(report::JsonWriter& json, const GuardRule& rule) {
    json.begin_object();
    json.text("name", rule.name);
    json.text("where", rule.where);
    json.text_or_null("title", title_of(rule, Language::en));
    json.text_or_null("title_ko", title_of(rule, Language::ko));
    write_list(json, "classes", classes_of(rule));
    write_list(json, "kinds", model::words_of(rule.kinds));
    write_list(json, "places", rule.places);
    write_list(json, "places_not", rule.places_not);
    write_list(json, "operators", rule.operators);
    write_list(json, "operators_not", rule.operators_not);
    write_list(json, "tenants", rule.tenants);
    json.number("findings_min", rule.findings_min);
    json.text("action", model::name_of(rule.action));
    json.flag("obligatory", rule.is_obligatory);
    json.text_or_null("basis", rule.basis);
    json.flag("answers", rule.is_for_answers);
    write_list(json, "citations", rule.citations);
    json.text_or_null("effective", rule.effective);
    json.text_or_null("evidence", rule.evidence);
    const catalog::JurisdictionRule* from = catalog::jurisdiction_rule(rule.name);
    json.text_or_null("source", from == nullptr ? "" : from->provenance.source);
    json.text_or_null("read_on", from == nullptr ? "" : from->provenance.date);
    if (from != nullptr) json.flag("verified", from->provenance.is_verified);
    json.end_object();
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
    std::string out = rule.name + "  (" + rule.where + ")\n";
    if (const std::string title = title_of(rule, language); !title.empty()) out += "  " + title + "\n";
    if (!rule.citations.empty()) out += "  " + cited(rule.citations, "; ") + ", since " + rule.effective + "\n";
    if (!rule.basis.empty()) out += "  basis: " + rule.basis + "\n";
    if (rule.is_obligatory) out += "  obligatory: an own rule relaxes it only with a `basis`\n";
    if (!rule.evidence.empty()) out += "  evidence: " + rule.evidence + "\n";
    return out;
}

}   // namespace

Outcome guard_rules(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot) {
    std::vector<GuardRule> rules;
    if (options.pack.empty()) {
        const guard::Rules all(snapshot);
        rules.assign(all.rules().begin(), all.rules().end());
    } else {
        if (catalog::jurisdiction(options.pack) == nullptr) {
            std::string known;
            for (const catalog::Jurisdiction& pack : catalog::jurisdictions()) known += " " + pack.id;
            return failed(exit_usage, guard_verb, "there is no pack \"" + options.pack + "\"; there are" + known);
        }
        config::Guard guard;
        guard.packs = {options.pack};
        config::apply_packs(guard);
        rules = std::move(guard.rules);
    }
    if (options.is_json()) {
        report::JsonWriter json;
        json.begin_array();
        for (const GuardRule& rule : rules) write_rule(json, rule);
        json.end_array();
        return {exit_ok, json.take() + '\n', {}};
    }
    const Table table = table_of(rules, world.language, !options.is_csv());
    return {exit_ok, options.is_csv() ? table.csv() : table.text(), {}};
}

Outcome guard_explain(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot) {
    const auto kind = model::data_kind_named(options.explain);
    if (!kind)
        return failed(exit_usage, guard_verb, "there is no kind \"" + options.explain + "\"; docs/guard.md lists them");
    const guard::Rules rules(snapshot);
    model::DataClass data_class{};
    model::TenantId tenant = model::TenantId::none;
    Outcome outcome;
    if (!declared_class(options, snapshot, rules, data_class, tenant, outcome)) return outcome;
    const std::vector<model::Finding> findings{{0, 1, *kind, 100, 0}};
    data_class = rules.raise(data_class, findings);
    const guard::Verdict verdict = rules.decide({data_class, tenant, findings}, {options.place, options.operator_});
    const GuardRule& rule = rules.rules()[verdict.rule];
    if (options.is_json()) {
        report::JsonWriter json;
        json.begin_object();
        json.text("kind", options.explain);
        json.text("class", model::name_of(data_class));
        json.text_or_null("place", options.place);
        json.text_or_null("operator", options.operator_);
        json.text("action", model::name_of(verdict.action));
        json.text("rule", rule.name);
        json.text("where", rule.where);
        json.end_object();
        return {exit_ok, json.take() + '\n', {}};
    }
    const std::string place = options.place.empty() ? "an unknown place" : options.place;
    return {exit_ok,
            options.explain + " in a request of class " + std::string(model::name_of(data_class)) + " to " + place +
                ": " + std::string(model::name_of(verdict.action)) + "\nby " + why(rule, world.language),
            {}};
}

}   // namespace gilmok::cli
