// What of the rules can be known before any request comes.
#include <algorithm>
#include <map>

#include "base/assert.hpp"
#include "guard/decide_inside.hpp"

namespace gilmok::guard {

using config::GuardRule;
using model::DataClass;
using model::DataFamily;
using model::DataKind;
using model::GuardAction;
using model::TenantId;

namespace {

DataKind kind_at(std::size_t index) { return static_cast<DataKind>(index); }

bool is_any_of(const std::vector<std::string>& patterns, std::string_view text) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return matches_place(pattern, text); });
}

bool names_unknown(const std::vector<std::string>& patterns) {
    return std::find(patterns.begin(), patterns.end(), "") != patterns.end();
}

bool matches_destination(const GuardRule& rule, const Destination& to) {
    if (!rule.places.empty() && !is_any_of(rule.places, to.place)) return false;
    if (is_any_of(rule.places_not, to.place)) return false;
    if (!rule.operators.empty() && !is_any_of(rule.operators, to.operator_)) return false;
    // "Not a US operator" is more than anybody knows of an unknown one: it opens no door.
    if (rule.action == GuardAction::allow && !rule.operators_not.empty() && to.operator_.empty()) return false;
    return !is_any_of(rule.operators_not, to.operator_);
}

GuardRule built_in(std::string name, GuardAction action) {
    GuardRule rule;
    rule.name = "built-in/" + std::move(name);
    rule.where = "gilmok itself";
    rule.action = action;
    return rule;
}

// Parents come before their children, so one pass brings a rule down the tree.
std::vector<bool> tenants_of(const GuardRule& rule, const config::Snapshot& snapshot) {
    std::vector<bool> out(snapshot.tenants.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const config::Tenant& tenant = snapshot.tenants[i];
        const bool is_named = std::find(rule.tenants.begin(), rule.tenants.end(), tenant.path) != rule.tenants.end();
        out[i] = is_named || (tenant.parent != TenantId::none && out[model::index_of(tenant.parent)]);
    }
    return out;
}

}   // namespace

bool raises_class(DataKind kind) {
    const DataFamily family = model::family_of(kind);
    return family == DataFamily::unique_id || family == DataFamily::financial || family == DataFamily::secret;
}

Rules::Inside::Inside(const config::Snapshot& snapshot) : is_on(snapshot.guard.is_on) {
    if (is_on) rules = snapshot.guard.rules;
    const std::size_t count = rules.size();
    GILMOK_ASSERT(count + 3 < none);   // config::guard_rules_max and the packs
    unknown_place = static_cast<std::uint16_t>(count);
    classified = static_cast<std::uint16_t>(count + 1);
    otherwise = static_cast<std::uint16_t>(count + 2);
    class_default = snapshot.guard.default_class;
    detected = snapshot.guard.detected_class;
    is_plain = !detected && snapshot.guard.external.upstream.empty();
    compile(snapshot);
    rules.push_back(built_in("unknown-place", GuardAction::local));
    rules.push_back(built_in("classified-outside", GuardAction::local));
    rules.push_back(built_in("otherwise", GuardAction::allow));
    know_destinations(snapshot, count);
    know_classes(snapshot);
    know_answers(snapshot, count);
    know_kinds(snapshot, count);
}

void Rules::Inside::compile(const config::Snapshot& snapshot) {
    std::map<std::string, std::uint16_t> packs;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const GuardRule& rule = rules[i];
        Compiled& one = compiled.emplace_back();
        for (const DataClass each : rule.classes) one.classes |= bit(each);
        if (rule.classes.empty()) one.classes = 0xFF;
        if (config::is_of_pack(rule)) {
            const std::string pack = rule.name.substr(0, rule.name.find('/'));
            one.group = packs.try_emplace(pack, static_cast<std::uint16_t>(packs.size() + 1)).first->second;
        }
        one.names_unknown = names_unknown(rule.places);
        one.names_classified =
            std::find(rule.classes.begin(), rule.classes.end(), DataClass::classified) != rule.classes.end();
        if (!rule.tenants.empty()) one.tenants = tenants_of(rule, snapshot);
        is_plain = is_plain && rule.tenants.empty() && rule.findings_min <= 1;
        if (rule.is_for_answers) continue;
        const auto index = static_cast<std::uint16_t>(i);
        if (!rule.has_kinds) of_request.push_back(index);
        for (std::size_t kind = 0; rule.has_kinds && kind < by_kind.size(); ++kind)
            if (rule.kinds.has(kind_at(kind))) by_kind[kind].push_back(index);
    }
}

void Rules::Inside::know_destinations(const config::Snapshot& snapshot, std::size_t count) {
    const auto add = [&](std::string_view place, std::string_view operator_) {
        const bool is_known = std::any_of(known.begin(), known.end(), [&](const Known& each) {
            return each.place == place && each.operator_ == operator_;
        });
        if (is_known) return;
        Known one{std::string(place), std::string(operator_), {}};
        one.matches = matches_of({place, operator_}, count);
        known.push_back(std::move(one));
    };
    for (const config::Upstream& upstream : snapshot.upstreams) add(upstream.place, upstream.operator_);
    for (const config::Model& model : snapshot.models)
        for (const config::Candidate& candidate : model.candidates) {
            const config::Upstream& upstream = snapshot.upstream(candidate.upstream);
            add(place_of(upstream, candidate.served_name), upstream.operator_);
        }
    std::sort(known.begin(), known.end(), [](const Known& a, const Known& b) { return a.key() < b.key(); });
}

std::vector<bool> Rules::Inside::matches_of(const Destination& to, std::size_t count) const {
    std::vector<bool> out(count);
    for (std::size_t i = 0; i < count; ++i) out[i] = matches_destination(rules[i], to);
    return out;
}

void Rules::Inside::know_classes(const config::Snapshot& snapshot) {
    for (const config::Tenant& tenant : snapshot.tenants) {
        const auto own = model::data_class_named(tenant.class_);
        const bool is_top = tenant.parent == TenantId::none;
        tenant_classes.push_back(own ? *own : is_top ? class_default : tenant_classes[model::index_of(tenant.parent)]);
    }
}

// Tenants for whom the same rules hold share one answer.
void Rules::Inside::know_answers(const config::Snapshot& snapshot, std::size_t count) {
    std::map<List, std::uint32_t> profiles;
    const auto profile_of = [&](TenantId tenant) {
        List list;
        for (std::size_t i = 0; i < count; ++i)
            if (rules[i].is_for_answers && is_of_tenant(i, tenant)) list.push_back(static_cast<std::uint16_t>(i));
        const auto [found, is_new] = profiles.try_emplace(list, static_cast<std::uint32_t>(profiles.size()));
        for (std::size_t i = 0; is_new && i < classes_count; ++i)
            answers.push_back(answers_of(list, static_cast<DataClass>(i)));
        return found->second;
    };
    answers_nobody = profile_of(TenantId::none);
    for (std::size_t i = 0; i < snapshot.tenants.size(); ++i)
        answers_profile.push_back(profile_of(static_cast<TenantId>(i)));
}

Rules::ForAnswers Rules::Inside::answers_of(const List& list, DataClass data_class) const {
    ForAnswers out;
    out.rule.fill(otherwise);
    for (std::size_t kind = 0; kind < model::data_kinds_count; ++kind) {
        const Pick found = pick(list, [&](std::uint16_t rule) {
            return (compiled[rule].classes & bit(data_class)) != 0 && rules[rule].kinds.has(kind_at(kind));
        });
        if (found.rule == none) continue;
        out.rule[kind] = found.rule;
        if (found.action == GuardAction::mask) out.masked.add(kind_at(kind));
        if (found.action >= GuardAction::local) out.blocked.add(kind_at(kind));
    }
    return out;
}

void Rules::Inside::know_kinds(const config::Snapshot& snapshot, std::size_t count) {
    if (!is_on) return;
    for (std::size_t i = 0; i < count; ++i)
        if (!rules[i].is_for_answers || snapshot.guard.looks_at_answers) kinds.add(rules[i].kinds);
    const bool has_unknown = std::any_of(snapshot.upstreams.begin(), snapshot.upstreams.end(),
                                         [](const config::Upstream& each) { return each.place.empty(); });
    for (std::size_t i = 0; i < model::data_kinds_count; ++i) {
        const DataKind kind = kind_at(i);
        if (detected && raises_class(kind)) kinds.add(kind);
        if (has_unknown && model::family_of(kind) != DataFamily::media) kinds.add(kind);
    }
}

}   // namespace gilmok::guard
