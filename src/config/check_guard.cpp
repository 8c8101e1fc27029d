// Contradictions of the guard's rules, the register of applications and the archive.
#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/node_path.hpp"
#include "base/text.hpp"
#include "catalog/jurisdictions.hpp"
#include "config/amount.hpp"
#include "config/check_base.hpp"
#include "config/reader.hpp"
#include "config/schema.hpp"
#include "config/value.hpp"

namespace gilmok::config {
namespace {

using model::GuardAction;

constexpr std::string_view this_machine = "local";
constexpr std::size_t secret_bytes_min = 22;   // as for client keys
constexpr std::size_t notice_bytes_max = 1'024;
constexpr std::size_t master_key_digits = 64;      // of 256 bits
constexpr std::size_t ed25519_base64_bytes = 44;   // of a public key of 32 bytes

bool is_base64(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
               c == '=';
    });
}

// Whether `inner` holds only what `outer` holds too; an empty list holds everything.
template <class Value>
bool is_within(const std::vector<Value>& inner, const std::vector<Value>& outer) {
    if (outer.empty()) return true;
    return !inner.empty() && std::all_of(inner.begin(), inner.end(), [&](const Value& each) {
        return std::find(outer.begin(), outer.end(), each) != outer.end();
    });
}
// Whether what `excluded_by` leaves out is left out by `also` already.
bool excludes_as_much(const std::vector<std::string>& also, const std::vector<std::string>& excluded_by) {
    return std::all_of(excluded_by.begin(), excluded_by.end(), [&](const std::string& each) {
        return std::find(also.begin(), also.end(), each) != also.end();
    });
}
bool are_tenants_within(const std::vector<std::string>& inner, const std::vector<std::string>& outer) {
    if (outer.empty()) return true;
    const auto is_below = [&](const std::string& path) {
        return std::any_of(outer.begin(), outer.end(),
                           [&](const std::string& top) { return is_at_or_below(path, top); });
    };
    return !inner.empty() && std::all_of(inner.begin(), inner.end(), is_below);
}
bool are_kinds_within(const GuardRule& inner, const GuardRule& outer) {
    model::KindSet both = outer.kinds;
    both.add(inner.kinds);
    return inner.has_kinds == outer.has_kinds && both == outer.kinds;
}

// Whether `first` matches whenever `second` does. Not every such pair is found, but each that is found is one.
bool covers(const GuardRule& first, const GuardRule& second) {
    // The second may still relax what is obligatory, and the first cannot.
    if (first.basis.empty() && !second.basis.empty()) return false;
    // What is unknown is let through only by a rule that names it, so the two answer differently there.
    if (first.action < GuardAction::local && second.action >= GuardAction::local) return false;
    return first.is_for_answers == second.is_for_answers && are_kinds_within(second, first) &&
           is_within(second.classes, first.classes) && is_within(second.places, first.places) &&
           excludes_as_much(second.places_not, first.places_not) && is_within(second.operators, first.operators) &&
           excludes_as_much(second.operators_not, first.operators_not) &&
           are_tenants_within(second.tenants, first.tenants) && first.findings_min <= second.findings_min;
}

struct GuardChecker : CheckBase {
    std::set<std::string> known_places{};

    void packs() const {
        const Guard& guard = snapshot.guard;
        const std::string path = Places::join("guard", "packs");
        std::set<std::string_view> seen;
        for (const std::string& id : guard.packs) {
            if (!seen.insert(id).second) add(path, "E0308", "pack " + quoted(id) + " stands twice");
            const catalog::Jurisdiction* pack = catalog::jurisdiction(id);
            if (pack != nullptr) {
                less_care_than(*pack);
                continue;
            }
            Nearest nearest(id);
            std::string all;
            for (const catalog::Jurisdiction& each : catalog::jurisdictions()) {
                nearest.offer(each.id);
                all += (all.empty() ? "" : ", ") + quoted(each.id);
            }
            add(path, "E0106", "there is no pack" + shown(id), "it is one of " + all, nearest.fix());
        }
    }

    void less_care_than(const catalog::Jurisdiction& pack) const {
        const Guard& guard = snapshot.guard;
        const auto is_less = [](const std::string& own, const std::string& asked) {
            return !own.empty() && model::data_class_named(asked) &&
                   model::data_class_named(own).value_or(model::DataClass::open) < *model::data_class_named(asked);
        };
        if (is_less(guard.class_default, pack.class_default))
            add(Places::join("guard", "class_default"), "W0410",
                "pack " + quoted(pack.id) + " takes what has no class as " + quoted(pack.class_default), {},
                "remove class_default, unless somebody decided so");
        if (is_less(guard.class_detected, pack.class_detected))
            add(Places::join("guard", "class_detected"), "W0410",
                "pack " + quoted(pack.id) + " raises what holds an identifier to " + quoted(pack.class_detected), {},
                "remove class_detected, unless somebody decided so");
    }

    void secret() const {
        const Guard& guard = snapshot.guard;
        if (!guard.secret.is_empty() && guard.secret.reveal().size() < secret_bytes_min)
            add(Places::join("guard", "secret"), "W0406",
                "the secret is shorter than " + std::to_string(secret_bytes_min) + " characters",
                "who guesses it can tell which value a pseudonym stands for", "make one with: openssl rand -hex 24");
    }

    void know_places() {
        known_places.insert(std::string(this_machine));
        for (const Upstream& upstream : snapshot.upstreams) known_places.insert(upstream.place);
        for (const catalog::Provider& provider : catalog::providers()) known_places.insert(provider.place);
        for (const catalog::Jurisdiction& pack : catalog::jurisdictions())
            for (const catalog::JurisdictionRule& rule : pack.rules)
                for (const auto* list : {&rule.places, &rule.places_not})
                    for (const std::string& pattern : *list) known_places.insert(pattern.substr(0, pattern.find('*')));
    }

    // A typing error in a place would open or close the wrong door in silence.
    void place_patterns(const std::string& path, const std::vector<std::string>& patterns) const {
        constexpr std::size_t country_bytes = 3;   // "ve-": any country's places
        for (const std::string& pattern : patterns) {
            const std::string_view begin = std::string_view(pattern).substr(0, pattern.find('*'));
            const bool is_whole = begin.size() == pattern.size();
            const bool is_country = !is_whole && begin.size() == country_bytes && begin.back() == '-';
            const auto is_meant = [&](const std::string& place) {
                return is_whole ? place == begin : place.starts_with(begin);
            };
            if (is_country || std::any_of(known_places.begin(), known_places.end(), is_meant)) continue;
            Nearest nearest(begin);
            for (const std::string& place : known_places) nearest.offer(place);
            add(path, "W0412", "nothing is at a place" + shown(pattern),
                "a rule for a misspelt place does nothing, or too much", nearest.fix_or_all());
        }
    }

    void rules() const {
        const auto& all = snapshot.guard.rules;
        std::unordered_map<std::string_view, std::size_t> by_name;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const GuardRule& rule = all[i];
            const std::string table = Places::join(Places::of_section("guard.rule"), std::to_string(i));
            const std::string name_path = Places::join(table, "name");
            if (!places.has(table)) break;   // those of packs follow
            if (places.has(name_path) && !is_name(rule.name, false))
                add(name_path, "E0107", "this name of a rule cannot be used", "those of packs have a slash",
                    "use letters, digits, dots, dashes and underscores");
            if (!rule.name.empty() && !by_name.emplace(rule.name, i).second)
                add(name_path, "E0308", "there are two rules named " + quoted(rule.name),
                    "a refusal could not tell them apart", "give one of them another name");
            place_patterns(Places::join(table, "places"), rule.places);
            place_patterns(Places::join(table, "places_not"), rule.places_not);
            one_rule(rule, table);
            relaxes_nothing(rule, table);
            for (std::size_t j = 0; j < i; ++j)
                if (covers(all[j], rule)) {
                    add(table, "W0411", "rule " + quoted(rule.name) + " never decides",
                        quoted(all[j].name) + " at " + all[j].where + " always comes first",
                        "put it before that one, or remove it");
                    break;
                }
        }
    }

    // Who writes such a rule believes that it holds.
    void relaxes_nothing(const GuardRule& rule, const std::string& table) const {
        for (const GuardRule& law : snapshot.guard.rules)
            if (is_of_pack(law) && law.is_obligatory && rule.action < law.action && covers(law, rule)) {
                add(table, "W0416", "rule " + quoted(rule.name) + " relaxes nothing",
                    quoted(law.name) + " is obligatory, and decides all the same",
                    "name the statute, contract or designation in \"basis\", or remove the rule");
                return;
            }
    }

    void one_rule(const GuardRule& rule, const std::string& table) const {
        const bool changes = rule.action == GuardAction::swap || rule.action == GuardAction::mask;
        const std::string action = Places::join(table, "action");
        if (!rule.has_kinds && !rule.is_for_answers && changes)
            add(action, "E0305", "nothing says what is to be changed", {},
                "add kinds = [\"family:unique_id\"], or write \"local\" or \"block\"");
        if (!rule.has_kinds && rule.findings_min > 1)
            add(Places::join(table, "findings_min"), "E0305", "nothing says what is counted", {}, "add kinds");
        if (!rule.basis.empty() && rule.is_for_answers)
            add(Places::join(table, "basis"), "E0305", "no obligatory rule is about answers", {}, "remove \"basis\"");
        if (!rule.is_for_answers) return;
        if (!rule.has_kinds)
            add(table, "E0105", "a rule for answers needs \"kinds\"", {}, "add kinds = [\"family:secret\"]");
        if (rule.action == GuardAction::swap || rule.action == GuardAction::local)
            add(action, "E0305", "answers are allowed, masked or blocked", "they have no other place to go to");
        const bool has_place = !rule.places.empty() || !rule.places_not.empty() || !rule.operators.empty() ||
                               !rule.operators_not.empty() || rule.findings_min > 1;
        if (has_place)
            add(table, "E0305", "a rule for answers cannot name places, operators or a number of findings",
                "an answer is looked through as it comes", "remove them");
    }

    void dictionaries() const {
        const std::string& config_path = problems.path_of(0);
        const auto slash = config_path.rfind('/');
        const std::string directory = slash == std::string::npos ? std::string() : config_path.substr(0, slash + 1);
        for (const GuardDictionary& dictionary : snapshot.guard.dictionaries) {
            const std::string table = Places::join(Places::of_section("guard.dictionary"), dictionary.name);
            const std::string& key = dictionary.public_key;
            if (!key.empty() && (key.size() != ed25519_base64_bytes || !is_base64(key)))
                add(Places::join(table, "public_key"), "E0107", "\"public_key\" is no Ed25519 key in base64",
                    "it is 32 bytes, written as 44 characters");
            const std::string& file = dictionary.file;
            const bool is_below = file.starts_with(directory) && !(directory.empty() && file.starts_with('/')) &&
                                  file.find("..") == std::string::npos;
            if (key.empty() && !file.empty() && !is_below)
                add(Places::join(table, "file"), "E0305", "nobody has signed this dictionary",
                    "outside the directory of the configuration anybody may have changed it",
                    "add public_key = \"…\", or put it beside the configuration");
        }
    }

    void external() const {
        const GuardExternal& external = snapshot.guard.external;
        const std::string table = Places::of_section("guard.external");
        place_patterns(Places::join(table, "places_not"), external.places_not);
        if (!external.path.starts_with('/') || has_controls(external.path))
            add(Places::join(table, "path"), "E0107", "\"path\" does not begin with a slash");
        if (external.upstream.empty()) return;
        Nearest nearest(external.upstream);
        for (const Upstream& upstream : snapshot.upstreams) {
            nearest.offer(upstream.name);
            if (upstream.name != external.upstream) continue;
            if (upstream.place.empty())
                add(Places::join(table, "upstream"), "W0413", quoted(upstream.name) + " has no \"place\"",
                    "rules hold for what is sent to it as well", "add place to [upstream." + upstream.name + "]");
            return;
        }
        add(Places::join(table, "upstream"), "E0301", "there is no upstream" + shown(external.upstream), {},
            nearest.fix_or_all("add [upstream.NAME] with its url"));
    }

    void applications() const {
        std::unordered_map<std::string_view, std::string_view> by_tenant;
        for (const Application& app : snapshot.applications) {
            const std::string table = Places::join("app", app.name);
            if (!app.tenant.empty())
                if (const auto [first, is_new] = by_tenant.emplace(app.tenant, app.name); !is_new)
                    add(Places::join(table, "tenant"), "E0308",
                        quoted(app.tenant) + " already belongs to application " + quoted(first->second),
                        "whose request it is could not be known", "give each application a tenant of its own");
            if (!app.decided_on.empty() && !parse_date(app.decided_on))
                add(Places::join(table, "decided_on"), "E0107", "\"decided_on\" is no day of the calendar", {},
                    "write it as \"2026-11-01\"");
            if (app.notice.size() > notice_bytes_max)
                add(Places::join(table, "notice"), "E0107",
                    "\"notice\" is longer than " + std::to_string(notice_bytes_max) + " bytes",
                    "it goes into a header, three times as long", "write a sentence, or the URL of a page");
            if (app.is_notice_first && app.notice.empty())
                add(Places::join(table, "notice_first"), "E0305", "\"notice_first\" needs a \"notice\"", {},
                    "add notice = \"…\"");
            domain(app, table);
            if (app.is_high_impact) high_impact(app, table);
        }
    }

    void domain(const Application& app, const std::string& table) const {
        if (app.domain.empty()) return;
        Nearest nearest(app.domain);
        for (const catalog::Jurisdiction& pack : catalog::jurisdictions())
            for (const catalog::HighImpactDomain& each : pack.domains) {
                nearest.offer(each.name);
                if (each.name != app.domain) continue;
                if (!app.is_high_impact && app.decided_by.empty())
                    add(Places::join(table, "domain"), "W0414",
                        quoted(app.domain) + " is a domain of high impact (" + each.citation + ")",
                        "somebody has to decide whether this application is",
                        "add high_impact, decided_by, decided_on, basis");
                return;
            }
        add(Places::join(table, "domain"), "E0106", "there is no domain of high impact" + shown(app.domain), {},
            nearest.fix_or("docs/jurisdictions.md lists them; write \"\" for any other"));
    }

    void high_impact(const Application& app, const std::string& table) const {
        using Wanted = std::pair<std::string_view, const std::string*>;
        for (const auto& [name, value] :
             {Wanted{"decided_by", &app.decided_by}, Wanted{"decided_on", &app.decided_on}, Wanted{"basis", &app.basis},
              Wanted{"notice", &app.notice}, Wanted{"oversight", &app.oversight}})
            if (value->empty())
                add(table, "E0105", quoted(name) + " is missing", "an application of high impact needs it",
                    "add " + std::string(name) + " = \"…\"");
        for (const std::string& id : snapshot.guard.packs)
            if (const catalog::Jurisdiction* pack = catalog::jurisdiction(id);
                pack != nullptr && app.retention_days < pack->retention_days)
                add(Places::join(table, "retention_days"), "W0415",
                    "pack " + quoted(id) + " keeps records for " + std::to_string(pack->retention_days) + " days", {},
                    "write retention_days = " + std::to_string(pack->retention_days));
    }

    void archive() const {
        const Archive& archive = snapshot.archive;
        if (!archive.tenants.empty() && archive.dir.empty() && snapshot.server.state_dir.empty())
            add(Places::join("archive", "tenants"), "E0305", "the archive has no place to be in", {},
                "set dir in [archive] or state_dir in [server]");
        const std::string_view key = archive.key.reveal();
        const bool is_hexadecimal = key.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
        if (!archive.key.is_empty() && (key.size() != master_key_digits || !is_hexadecimal))
            add(Places::join("archive", "key"), "E0203", "the secret is not 64 hexadecimal digits", {},
                "make one with: openssl rand -hex 32");
    }
};

}   // namespace

void check_guard(const Snapshot& snapshot, const Places& places, Problems& problems) {
    GuardChecker checker{{snapshot, places, problems}};
    checker.know_places();
    checker.packs();
    checker.secret();
    checker.rules();
    checker.dictionaries();
    checker.external();
    checker.applications();
    checker.archive();
}

}   // namespace gilmok::config
