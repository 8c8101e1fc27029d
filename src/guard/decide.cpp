#include "guard/decide.hpp"

#include <algorithm>

#include "guard/decide_inside.hpp"

namespace gilmok::guard {

using config::GuardRule;
using model::DataClass;
using model::DataKind;
using model::GuardAction;
using model::TenantId;

namespace {

std::size_t at(DataKind kind) { return static_cast<std::size_t>(kind); }
DataKind kind_at(std::size_t index) { return static_cast<DataKind>(index); }

bool is_own_machine(std::string_view place) { return place == "local" || matches_place("*-onprem*", place); }

}   // namespace

bool Verdict::changes_text() const {
    return std::any_of(kinds.begin(), kinds.end(), [](const Of& each) {
        return each.action == GuardAction::swap || each.action == GuardAction::mask;
    });
}

GuardAction Verdict::of(DataKind kind) const {
    for (const Of& each : kinds)
        if (each.kind == kind) return each.action;
    return GuardAction::allow;
}

const std::vector<bool>* Rules::Inside::known_matches(const Destination& to) const {
    const std::pair key{to.place, to.operator_};
    const auto found = std::lower_bound(known.begin(), known.end(), key,
                                        [](const Known& each, const auto& wanted) { return each.key() < wanted; });
    return found != known.end() && found->key() == key ? &found->matches : nullptr;
}

bool Rules::Inside::is_of_tenant(std::size_t rule, TenantId tenant) const {
    const std::vector<bool>& tenants = compiled[rule].tenants;
    if (tenants.empty()) return rules[rule].tenants.empty();
    return tenant != TenantId::none && tenants[model::index_of(tenant)];
}

struct Rules::Inside::Counts {
    std::array<std::uint32_t, model::data_kinds_count> by_kind{};
    [[nodiscard]] bool has(const GuardRule& rule) const {
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < by_kind.size(); ++i)
            if (by_kind[i] != 0 && rule.kinds.has(kind_at(i))) sum += by_kind[i];
        return sum >= rule.findings_min;
    }
};
// One request before one place.
struct Rules::Inside::Case {
    const Asked& asked;
    const Destination& to;
    const std::vector<bool>& matches;   // by rule
    const Counts& counts;
};

bool Rules::Inside::is_asked(std::uint16_t index, const Case& one) const {
    return one.matches[index] && (compiled[index].classes & bit(one.asked.data_class)) != 0 &&
           is_of_tenant(index, one.asked.tenant) && (rules[index].findings_min <= 1 || one.counts.has(rules[index]));
}

Rules::Inside::Pick Rules::Inside::decide(const List& list, const Case& one, bool is_finding) const {
    Pick out = pick(list, [&](std::uint16_t index) { return is_asked(index, one); });
    const bool is_own = out.rule != none && compiled[out.rule].group == 0;
    const bool is_careful = is_finding || one.asked.data_class != DataClass::open;
    if (one.to.place.empty() && is_careful && out.action < GuardAction::local &&
        !(is_own && compiled[out.rule].names_unknown))
        out = {GuardAction::local, unknown_place};
    const bool is_classified = one.asked.data_class == DataClass::classified;
    if (is_classified && !is_finding && !is_own_machine(one.to.place) && out.action < GuardAction::local &&
        !(is_own && compiled[out.rule].names_classified))
        out = {GuardAction::local, classified};
    if (out.rule == none) out.rule = otherwise;
    return out;
}

Verdict Rules::Inside::decide(const Asked& asked, const Destination& to, const std::vector<bool>& matches) const {
    Counts counts;
    for (const model::Finding& finding : asked.findings)
        if (finding.kind < DataKind::count_) ++counts.by_kind[at(finding.kind)];
    const Case one{asked, to, matches, counts};
    const Pick request = decide(of_request, one, false);
    Verdict verdict;
    verdict.action = request.action;
    verdict.rule = request.rule;
    for (std::size_t i = 0; i < counts.by_kind.size(); ++i) {
        if (counts.by_kind[i] == 0) continue;
        const Pick found = decide(by_kind[i], one, true);
        verdict.kinds.push_back({kind_at(i), found.action, found.rule, counts.by_kind[i]});
        // Among equals the rule that says so is told before the one that stands for none.
        const bool tells_more = found.action == verdict.action && verdict.rule == otherwise;
        if (found.action <= verdict.action && !tells_more) continue;
        verdict.action = found.action;
        verdict.rule = found.rule;
    }
    return verdict;
}

Rules::Rules(const config::Snapshot& snapshot) : inside_(std::make_shared<const Inside>(snapshot)) {}

Verdict Rules::decide(const Asked& asked, const Destination& destination) const {
    if (!inside_->is_on) {
        Verdict verdict;
        verdict.rule = inside_->otherwise;
        return verdict;
    }
    if (const auto* known = inside_->known_matches(destination)) return inside_->decide(asked, destination, *known);
    // A place that no upstream has: people ask about it, requests do not go there.
    return inside_->decide(asked, destination, inside_->matches_of(destination, inside_->compiled.size()));
}

bool Rules::allows_plain(TenantId tenant, const Destination& destination) const {
    if (!inside_->is_on || inside_->of_request.empty()) return true;
    Asked asked;
    asked.tenant = tenant;
    const Inside::Counts nothing;
    const std::vector<bool>* known = inside_->known_matches(destination);
    if (known == nullptr) return decide(asked, destination).leaves();
    return inside_->decide(inside_->of_request, {asked, destination, *known, nothing}, false).action <
           GuardAction::local;
}

const Rules::ForAnswers& Rules::for_answers(DataClass data_class, TenantId tenant) const {
    const std::uint32_t profile =
        tenant == TenantId::none ? inside_->answers_nobody : inside_->answers_profile[model::index_of(tenant)];
    return inside_->answers[profile * Inside::classes_count + static_cast<std::size_t>(data_class)];
}

DataClass Rules::raise(DataClass declared, std::span<const model::Finding> findings) const {
    if (!inside_->is_on || !inside_->detected || declared >= *inside_->detected) return declared;
    const bool is_found = std::any_of(findings.begin(), findings.end(), [](const model::Finding& each) {
        return each.kind < DataKind::count_ && raises_class(each.kind);
    });
    return is_found ? *inside_->detected : declared;
}

DataClass Rules::class_of(TenantId tenant) const {
    return tenant == TenantId::none ? inside_->class_default : inside_->tenant_classes[model::index_of(tenant)];
}

std::span<const GuardRule> Rules::rules() const { return inside_->rules; }
model::KindSet Rules::kinds() const { return inside_->kinds; }
bool Rules::is_plain() const { return inside_->is_plain; }

}   // namespace gilmok::guard
