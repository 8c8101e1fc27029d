// What the law of a place asks of data that goes to a model: packs in catalog/jurisdictions/, one file each, embedded. A pack
// has rules that decide by kind, class, place and operator; duties that are met by labels, notices, registers and retention
// instead; and its list of domains of high impact. Each names its articles, its date, its source, and the evidence that it leaves.
// Thread-safe, immutable, lives for ever.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.hpp"
#include "model/guarded.hpp"

namespace gilmok::catalog {

struct JurisdictionRule {
    std::string id;                          // "rrn"; elsewhere "kr/rrn"
    std::string title, title_ko;             // what it does, in a few words
    std::vector<model::DataClass> classes;   // empty = any
    model::KindSet kinds;                    // empty = the request itself
    std::vector<std::string> places, places_not, operators, operators_not;
    std::uint32_t findings_min = 1;
    model::GuardAction action = model::GuardAction::block;
    bool is_obligatory = false;   // relaxed only by a rule that names its basis
    bool is_for_answers = false;
    std::vector<std::string> citations;   // "KR PIPA art. 24-2": one control may answer to many laws
    std::string effective;                // "2014-08-07"
    std::string evidence;                 // what an auditor finds of it
    std::string notes;
    std::uint32_t line = 0;   // in its file, for refusals
    Provenance provenance;
};

// What the gateway helps with besides deciding where data goes.
struct JurisdictionDuty {
    std::string id, title, title_ko;
    std::string control;   // "label", "notice", "register", "retention", "record" or "configuration"
    std::vector<std::string> citations;
    std::string effective, evidence, notes;
    Provenance provenance;
};

struct HighImpactDomain {
    std::string name;   // "hiring": as [app.NAME] writes it
    std::string title, title_ko;
    std::string citation;
    Provenance provenance;
};

struct Jurisdiction {
    std::string id;   // "kr-public"
    std::string title, title_ko;
    std::string class_default;    // "O", "S", "C"; "" = it does not say
    std::string class_detected;   // "none", "S", "C"; "" = it does not say
    std::uint32_t retention_days =
        0;   // of decision records of high-impact applications, at least; 0 = it does not say
    std::vector<JurisdictionRule> rules;
    std::vector<JurisdictionDuty> duties;
    std::vector<HighImpactDomain> domains;
};

const std::vector<Jurisdiction>& jurisdictions();
const Jurisdiction* jurisdiction(std::string_view id);              // null for one that is not there
const JurisdictionRule* jurisdiction_rule(std::string_view name);   // "kr/rrn"
// "catalog/jurisdictions/kr.toml:12"
std::string where_of(const Jurisdiction& pack, const JurisdictionRule& rule);

// What is wrong with the files, one line each; empty when they are sound. For the test of the committed files.
std::vector<std::string> check_jurisdictions();

}   // namespace gilmok::catalog
