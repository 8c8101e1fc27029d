// What an auditor is given: what left in a span of time, to where, under which rule; what was refused; and whether anything of class C or S
// was where the rules do not allow it, computed from what was booked and not from what was meant. Pure but for the questions
// to the tables. docs/evidence.md explains each part.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/node_path.hpp"
#include "config/snapshot.hpp"
#include "ledger/tables.hpp"
#include "report/question.hpp"

namespace gilmok::report {

// What the rules in force say of a class at a place, asked of the guard by whoever may know it.
struct ClassJudged {
    bool is_allowed = false;
    std::string rule;   // the one that decided; "" = none did
};
using JudgeClass = std::function<ClassJudged(model::DataClass data_class, std::string_view tenant,
                                             std::string_view place, std::string_view operator_)>;

// Beside the tables: what the caller knows. "" = unknown, and told so.
struct CheckpointFacts {
    std::string origin, root_hex, key, note;
    std::uint64_t size = 0;
};
struct ArchiveFacts {
    bool is_readable = false;   // somebody looked
    struct Destroyed {
        std::string tenant, at;   // when its last key was
    };
    std::uint64_t tenants = 0, texts = 0, bytes = 0;
    std::vector<Destroyed> destroyed;
    std::vector<std::string> problems;
};
struct EvidenceContext {
    const config::Snapshot& snapshot;
    JudgeClass judge;   // empty: places are listed and not judged, and the report says so
    CheckpointFacts checkpoint;
    ArchiveFacts archive;
    std::uint64_t listed_max = 1'000;   // of each list; sums are always of all
};
inline constexpr std::uint64_t evidence_listed_max = 10'000;

// Attempts of a class at a place.
struct ClassAtPlace {
    std::string data_class, tenant, place, operator_, upstream;
    std::uint64_t attempts = 0;
    bool is_judged = false, is_allowed = false;
    std::string rule;
};
// An attempt that must not have been.
struct Breach {
    ledger::AttemptRow attempt;
    bool was_refused = false;   // by a decision of that time; else only by the rules as they stand now
    std::string rule;
};

struct Evidence {
    Period period;
    std::int32_t utc_offset_minutes = 0;
    std::string tenant;   // "" = all
    WallTime made_at{};
    std::vector<ledger::VerdictSum> verdicts;
    std::vector<ledger::FoundSum> found;
    std::vector<ClassAtPlace> classes;   // C and S
    std::vector<ClassAtPlace> others;    // the rest, of all tenants together: counted and not judged
    std::vector<Breach> breaches;
    std::vector<ledger::DecisionRow> refusals;   // place left out or request refused; the first of them
    std::vector<ledger::DecisionRow> left;       // with something found; the first of them
    std::uint64_t refusals_all = 0, left_all = 0;
    bool is_judged = false;
    bool is_cut = false;   // at a place that is not allowed there were more attempts than are looked at one by one
    std::uint64_t records = 0;   // of the log, in the tables
    // The statement: everything was judged, and nothing was where it must not be.
    [[nodiscard]] bool is_clean() const { return is_judged && !is_cut && breaches.empty(); }
    // Whether it is about this tenant: about all, about it or one below, or about one that lives under its rules.
    [[nodiscard]] bool is_about(std::string_view node) const {
        return tenant.empty() || is_at_or_below(node, tenant) || is_at_or_below(tenant, node);
    }
    // Of everything that is listed, each once, in order.
    [[nodiscard]] std::vector<model::RequestId> requests() const;
};

// `asked`: period or from and to, and tenant; nothing else of it counts. A tenant that neither the configuration nor the ledger
// knows is refused: of a name that is only misspelt, everything would hold.
Told<Evidence> evidence(ledger::Questions& tables, const EvidenceContext& context, const Asked& asked,
                        const Clock& clock);

std::string evidence_json(const Evidence& evidence, const EvidenceContext& context);
std::string evidence_csv(const Evidence& evidence);
std::string evidence_text(const Evidence& evidence, const EvidenceContext& context, bool is_korean);

}   // namespace gilmok::report
