// The packs of catalog/jurisdictions/ as rules of the configuration.
#include <algorithm>

#include "catalog/jurisdictions.hpp"
#include "config/load.hpp"

namespace gilmok::config {
namespace {

GuardRule rule_of(const catalog::Jurisdiction& pack, const catalog::JurisdictionRule& from) {
    GuardRule rule;
    rule.name = pack.id + "/" + from.id;
    rule.where = catalog::where_of(pack, from);
    rule.classes = from.classes;
    rule.kinds = from.kinds;
    rule.has_kinds = !from.kinds.is_empty();
    rule.places = from.places;
    rule.places_not = from.places_not;
    rule.operators = from.operators;
    rule.operators_not = from.operators_not;
    rule.findings_min = from.findings_min;
    rule.action = from.action;
    rule.is_obligatory = from.is_obligatory;
    rule.is_for_answers = from.is_for_answers;
    rule.citations = from.citations;
    rule.effective = from.effective;
    rule.evidence = from.evidence;
    return rule;
}

}   // namespace

void apply_packs(Guard& guard) {
    guard.default_class = model::DataClass::open;
    guard.detected_class.reset();
    for (const std::string& id : guard.packs) {
        const catalog::Jurisdiction* pack = catalog::jurisdiction(id);
        if (pack == nullptr) continue;
        for (const catalog::JurisdictionRule& rule : pack->rules) guard.rules.push_back(rule_of(*pack, rule));
        // Of several packs the one that asks for more care counts.
        const auto by_default = model::data_class_named(pack->class_default);
        const auto when_found = model::data_class_named(pack->class_detected);
        guard.default_class = std::max(guard.default_class, by_default.value_or(model::DataClass::open));
        if (when_found) guard.detected_class = std::max(guard.detected_class.value_or(*when_found), *when_found);
    }
    if (!guard.class_default.empty())
        guard.default_class = model::data_class_named(guard.class_default).value_or(guard.default_class);
    if (!guard.class_detected.empty()) guard.detected_class = model::data_class_named(guard.class_detected);
}

}   // namespace gilmok::config
