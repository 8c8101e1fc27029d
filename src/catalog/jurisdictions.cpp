#include "catalog/jurisdictions.hpp"

#include <algorithm>
#include <array>

#include "catalog/row.hpp"

namespace gilmok::catalog {
namespace {

// In the order in which documents and hints list them.
constexpr std::array<std::string_view, 7> pack_ids{"kr", "kr-public", "kr-finance", "eu", "us", "jp", "sg"};
constexpr std::array<std::string_view, 6> controls{"label",     "notice", "register",
                                                   "retention", "record", "configuration"};

std::vector<std::string> list_if_there(Row& row, std::string_view name) {
    return row.has(name) ? row.list(name) : std::vector<std::string>{};
}
bool flag_if_there(Row& row, std::string_view name) { return row.has(name) && row.flag(name); }

void read_date(Row& row, std::string& effective) {
    effective = row.text("effective");
    row.day("effective", WallTime{});   // tells what is no date
}

JurisdictionRule read_rule(Row& row) {
    JurisdictionRule rule;
    row.texts({{"id", rule.id}, {"title", rule.title}, {"title_ko", rule.title_ko}, {"evidence", rule.evidence}});
    for (const std::string& name : list_if_there(row, "classes")) {
        const auto data_class = model::data_class_named(name);
        if (!data_class) row.fault("classes", "names a class that is not known: " + name);
        rule.classes.push_back(data_class.value_or(model::DataClass::classified));
    }
    for (const std::string& word : list_if_there(row, "kinds")) {
        const auto kinds = model::kinds_named(word);
        if (!kinds) row.fault("kinds", "names a kind that is not known: " + word);
        rule.kinds.add(kinds.value_or(model::KindSet{}));
    }
    rule.places = list_if_there(row, "places");
    rule.places_not = list_if_there(row, "places_not");
    rule.operators = list_if_there(row, "operators");
    rule.operators_not = list_if_there(row, "operators_not");
    rule.findings_min =
        static_cast<std::uint32_t>(std::clamp<std::int64_t>(row.integer("findings_min", 1), 1, 1'000'000));
    const auto action = model::guard_action_named(row.text("action"));
    if (!action) row.fault("action", "is not known");
    rule.action = action.value_or(model::GuardAction::block);
    rule.is_obligatory = flag_if_there(row, "obligatory");
    rule.is_for_answers = flag_if_there(row, "answers");
    rule.citations = row.list("citations");
    read_date(row, rule.effective);
    rule.notes = row.text("notes", false);
    rule.provenance = row.provenance();
    return rule;
}

JurisdictionDuty read_duty(Row& row) {
    JurisdictionDuty duty;
    row.texts({{"id", duty.id},
               {"title", duty.title},
               {"title_ko", duty.title_ko},
               {"control", duty.control},
               {"evidence", duty.evidence}});
    if (std::find(controls.begin(), controls.end(), duty.control) == controls.end())
        row.fault("control", "is not known");
    duty.citations = row.list("citations");
    read_date(row, duty.effective);
    duty.notes = row.text("notes", false);
    duty.provenance = row.provenance();
    return duty;
}

HighImpactDomain read_domain(Row& row) {
    HighImpactDomain domain;
    row.texts(
        {{"name", domain.name}, {"title", domain.title}, {"title_ko", domain.title_ko}, {"citation", domain.citation}});
    domain.provenance = row.provenance();
    return domain;
}

struct Packs {
    std::vector<std::string> faults;
    std::vector<Jurisdiction> all;

    Packs() {
        for (const std::string_view id : pack_ids) read(std::string(id));
    }

private:
    void read(const std::string& id) {
        CatalogFile file("jurisdictions/" + id + ".toml", faults);
        Jurisdiction pack;
        pack.id = id;
        file.one("pack", [&](Row& row) {
            row.texts({{"title", pack.title}, {"title_ko", pack.title_ko}});
            pack.class_default = row.text("class_default", false);
            pack.class_detected = row.text("class_detected", false);
            pack.retention_days =
                static_cast<std::uint32_t>(std::clamp<std::int64_t>(row.integer("retention_days", 0), 0, 36'600));
        });
        file.each_if_any("rule", [&](Row& row, std::uint32_t line) {
            pack.rules.push_back(read_rule(row));
            pack.rules.back().line = line;
        });
        file.each_if_any("duty", [&](Row& row, std::uint32_t) { pack.duties.push_back(read_duty(row)); });
        file.each_if_any("domain", [&](Row& row, std::uint32_t) { pack.domains.push_back(read_domain(row)); });
        all.push_back(std::move(pack));
    }
};

const Packs& packs() {
    static const Packs whole;
    return whole;
}

}   // namespace

const std::vector<Jurisdiction>& jurisdictions() { return packs().all; }
std::vector<std::string> check_jurisdictions() { return packs().faults; }

const Jurisdiction* jurisdiction(std::string_view id) {
    for (const Jurisdiction& pack : jurisdictions())
        if (pack.id == id) return &pack;
    return nullptr;
}

const JurisdictionRule* jurisdiction_rule(std::string_view name) {
    const auto slash = name.find('/');
    const Jurisdiction* pack = slash == std::string_view::npos ? nullptr : jurisdiction(name.substr(0, slash));
    if (pack == nullptr) return nullptr;
    for (const JurisdictionRule& rule : pack->rules)
        if (rule.id == name.substr(slash + 1)) return &rule;
    return nullptr;
}

std::string where_of(const Jurisdiction& pack, const JurisdictionRule& rule) {
    return "catalog/jurisdictions/" + pack.id + ".toml:" + std::to_string(rule.line);
}

}   // namespace gilmok::catalog
