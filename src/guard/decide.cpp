#include "guard/decide.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/assert.hpp"

namespace gilmok::guard {
namespace {

using config::GuardRule;
using model::DataClass;
using model::DataFamily;
using model::DataKind;
using model::GuardAction;
using model::TenantId;

constexpr std::size_t classes_count = static_cast<std::size_t>(DataClass::count_);
constexpr std::uint16_t none = 0xFFFF;

std::size_t at(DataKind kind) { return static_cast<std::size_t>(kind); }
DataKind kind_at(std::size_t index) { return static_cast<DataKind>(index); }

bool is_any_of(const std::vector<std::string>& patterns, std::string_view text) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return matches_place(pattern, text); });
}

bool names_unknown(const std::vector<std::string>& patterns) {
    return std::find(patterns.begin(), patterns.end(), "") != patterns.end();
}

bool is_own_machine(std::string_view place) { return place == "local" || matches_place("*-onprem*", place); }

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

bool raises_class(DataKind kind) {
    const DataFamily family = model::family_of(kind);
    return family == DataFamily::unique_id || family == DataFamily::financial || family == DataFamily::secret;
}

}   // namespace

bool matches_place(std::string_view pattern, std::string_view place) {
    if (pattern.empty() || place.empty()) return pattern.empty() && place.empty();
    // Greedy with one point to go back to: linear in the length of the place for each star.
    std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
    while (t < place.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && pattern[p] == place[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

std::string_view place_of(const config::Upstream& upstream, std::string_view served_name) {
    constexpr std::pair<std::string_view, std::string_view> profiles[] = {
        {"us", "us-profile"},     {"us-gov", "us-profile"}, {"eu", "eu-profile"},
        {"apac", "apac-profile"}, {"jp", "jp-profile"},     {"au", "au-profile"},
        {"ca", "ca-profile"},     {"sg", "sg-profile"},     {"global", "global-profile"},
    };
    if (upstream.place.empty()) return {};
    // Also at the end of an ARN, "…:inference-profile/us.anthropic.claude…".
    const std::string_view name = served_name.substr(served_name.rfind('/') + 1);
    const auto dot = name.find('.');
    if (dot == std::string_view::npos || name.find('.', dot + 1) == std::string_view::npos) return upstream.place;
    for (const auto& [prefix, place] : profiles)
        if (name.substr(0, dot) == prefix) return place;
    return upstream.place;
}

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

struct Rules::Inside {
    // What of a rule is asked for each request.
    struct Compiled {
        std::uint8_t classes = 0;     // bits
        std::uint16_t group = 0;      // 0 = own; else a pack
        bool names_unknown = false;   // the place "" itself
        bool names_classified = false;
        std::vector<bool> tenants;   // by id; empty = all
    };
    // The rules that match a place and operator, which upstreams have.
    struct Known {
        std::string place, operator_;
        std::vector<bool> matches;
        [[nodiscard]] std::pair<std::string_view, std::string_view> key() const { return {place, operator_}; }
    };
    using List = std::vector<std::uint16_t>;

    bool is_on = true;
    std::vector<GuardRule> rules;   // the built-in ones last
    std::vector<Compiled> compiled;
    std::array<List, model::data_kinds_count> by_kind;
    List of_request;
    std::vector<Known> known;   // sorted by place and operator
    std::uint16_t unknown_place = 0, classified = 0, otherwise = 0;
    std::optional<DataClass> detected;
    DataClass class_default = DataClass::open;
    std::vector<DataClass> tenant_classes;
    model::KindSet kinds;
    std::vector<ForAnswers> answers;              // classes_count for each of the tenants' profiles
    std::vector<std::uint32_t> answers_profile;   // by tenant
    std::uint32_t answers_nobody = 0;             // profile of who is no tenant

    explicit Inside(const config::Snapshot& snapshot) : is_on(snapshot.guard.is_on) {
        if (is_on) rules = snapshot.guard.rules;
        const std::size_t count = rules.size();
        GILMOK_ASSERT(count + 3 < none);   // config::guard_rules_max and the packs
        unknown_place = static_cast<std::uint16_t>(count);
        classified = static_cast<std::uint16_t>(count + 1);
        otherwise = static_cast<std::uint16_t>(count + 2);
        class_default = snapshot.guard.default_class;
        detected = snapshot.guard.detected_class;
        compile(snapshot);
        rules.push_back(built_in("unknown-place", GuardAction::local));
        rules.push_back(built_in("classified-outside", GuardAction::local));
        rules.push_back(built_in("otherwise", GuardAction::allow));
        know_destinations(snapshot, count);
        know_classes(snapshot);
        know_answers(snapshot, count);
        know_kinds(snapshot, count);
    }

    void compile(const config::Snapshot& snapshot) {
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
            if (rule.is_for_answers) continue;
            const auto index = static_cast<std::uint16_t>(i);
            if (!rule.has_kinds) of_request.push_back(index);
            for (std::size_t kind = 0; rule.has_kinds && kind < by_kind.size(); ++kind)
                if (rule.kinds.has(kind_at(kind))) by_kind[kind].push_back(index);
        }
    }

    static std::uint8_t bit(DataClass data_class) {
        return static_cast<std::uint8_t>(1U << static_cast<unsigned>(data_class));
    }

    // Parents come before their children, so one pass brings a rule down the tree.
    static std::vector<bool> tenants_of(const GuardRule& rule, const config::Snapshot& snapshot) {
        std::vector<bool> out(snapshot.tenants.size());
        for (std::size_t i = 0; i < out.size(); ++i) {
            const config::Tenant& tenant = snapshot.tenants[i];
            const bool is_named =
                std::find(rule.tenants.begin(), rule.tenants.end(), tenant.path) != rule.tenants.end();
            out[i] = is_named || (tenant.parent != TenantId::none && out[model::index_of(tenant.parent)]);
        }
        return out;
    }

    void know_destinations(const config::Snapshot& snapshot, std::size_t count) {
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

    [[nodiscard]] std::vector<bool> matches_of(const Destination& to, std::size_t count) const {
        std::vector<bool> out(count);
        for (std::size_t i = 0; i < count; ++i) out[i] = matches_destination(rules[i], to);
        return out;
    }

    [[nodiscard]] const std::vector<bool>* known_matches(const Destination& to) const {
        const std::pair key{to.place, to.operator_};
        const auto found = std::lower_bound(known.begin(), known.end(), key,
                                            [](const Known& each, const auto& wanted) { return each.key() < wanted; });
        return found != known.end() && found->key() == key ? &found->matches : nullptr;
    }

    void know_classes(const config::Snapshot& snapshot) {
        for (const config::Tenant& tenant : snapshot.tenants) {
            const auto own = model::data_class_named(tenant.class_);
            const bool is_top = tenant.parent == TenantId::none;
            tenant_classes.push_back(own      ? *own
                                     : is_top ? class_default
                                              : tenant_classes[model::index_of(tenant.parent)]);
        }
    }

    [[nodiscard]] bool is_of_tenant(std::size_t rule, TenantId tenant) const {
        const std::vector<bool>& tenants = compiled[rule].tenants;
        if (tenants.empty()) return rules[rule].tenants.empty();
        return tenant != TenantId::none && tenants[model::index_of(tenant)];
    }

    // Tenants for whom the same rules hold share one answer.
    void know_answers(const config::Snapshot& snapshot, std::size_t count) {
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

    [[nodiscard]] ForAnswers answers_of(const List& list, DataClass data_class) const {
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

    void know_kinds(const config::Snapshot& snapshot, std::size_t count) {
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

    struct Pick {
        GuardAction action = GuardAction::allow;
        std::uint16_t rule = none;   // none: no rule speaks of it
        void take(GuardAction other, std::uint16_t its_rule) {
            if (rule == none || other > action) *this = {other, its_rule};
        }
    };

    // The answer of own rules and packs, as the head of decide.hpp tells. `list` is in the order of rules.
    template <class Matches>
    [[nodiscard]] Pick pick(const List& list, Matches matches) const {
        Pick out;
        bool is_own = false, has_basis = false;
        std::uint16_t done = 0;   // the pack that has answered
        for (const std::uint16_t index : list) {
            const GuardRule& rule = rules[index];
            const std::uint16_t group = compiled[index].group;
            const bool is_settled = group == 0 ? is_own && (has_basis || rule.basis.empty()) : group == done;
            if (is_settled || !matches(index)) continue;
            if (group == 0) {
                if (!is_own) out.take(rule.action, index);
                is_own = true;
                has_basis = has_basis || !rule.basis.empty();
                continue;
            }
            done = group;
            if (!is_own || (rule.is_obligatory && !has_basis)) out.take(rule.action, index);
        }
        return out;
    }

    struct Counts {
        std::array<std::uint32_t, model::data_kinds_count> by_kind{};
        [[nodiscard]] bool has(const GuardRule& rule) const {
            std::uint64_t sum = 0;
            for (std::size_t i = 0; i < by_kind.size(); ++i)
                if (by_kind[i] != 0 && rule.kinds.has(kind_at(i))) sum += by_kind[i];
            return sum >= rule.findings_min;
        }
    };
    // One request before one place.
    struct Case {
        const Asked& asked;
        const Destination& to;
        const std::vector<bool>& matches;   // by rule
        const Counts& counts;
    };

    [[nodiscard]] bool is_asked(std::uint16_t index, const Case& one) const {
        return one.matches[index] && (compiled[index].classes & bit(one.asked.data_class)) != 0 &&
               is_of_tenant(index, one.asked.tenant) &&
               (rules[index].findings_min <= 1 || one.counts.has(rules[index]));
    }

    [[nodiscard]] Pick decide(const List& list, const Case& one, bool is_finding) const {
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

    [[nodiscard]] Verdict decide(const Asked& asked, const Destination& to, const std::vector<bool>& matches) const {
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
};

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
    return inside_->answers[profile * classes_count + static_cast<std::size_t>(data_class)];
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

}   // namespace gilmok::guard
