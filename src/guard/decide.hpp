// What may go where: the rules of the configuration and its jurisdiction packs, asked for one request and one place at a
// time. Every way out asks here: first attempts, retries, fallbacks, hedges, external detectors.
//
// How they are asked, for each kind that was found and once for the request itself:
// - The first own rule that matches decides, and then only the obligatory rules of the packs are asked besides; those too are
//   relaxed where an own rule with a `basis` matches.
// - Without an own rule each pack is asked by itself, its first rule that matches decides, and of the packs' answers the strictest
//   counts: no law is relaxed by another.
// - To an unknown place ("") goes only open data in which nothing was found, and class C leaves own machines (`*-onprem*`, `local`)
//   not at all: unless an own rule names that place (or that class) itself.
// Sans-IO. Immutable after its making: shared by all shards.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/snapshot.hpp"
#include "guard/places.hpp"
#include "model/guarded.hpp"

namespace gilmok::guard {

struct Asked {
    model::DataClass data_class = model::DataClass::open;   // as raised by detection
    model::TenantId tenant = model::TenantId::none;
    std::span<const model::Finding> findings;   // of all texts of the request; positions are not looked at
};

struct Verdict {
    model::GuardAction action = model::GuardAction::allow;   // the strictest
    std::uint16_t rule = 0;                                  // index in rules() of the one that decided `action`
    // By kind, for the kinds that were found.
    struct Of {
        model::DataKind kind = model::DataKind::count_;
        model::GuardAction action = model::GuardAction::allow;
        std::uint16_t rule = 0;
        std::uint32_t count = 0;
    };
    std::vector<Of> kinds;
    [[nodiscard]] bool leaves() const { return action < model::GuardAction::local; }
    [[nodiscard]] bool changes_text() const;   // a kind is swapped or masked
    [[nodiscard]] model::GuardAction of(model::DataKind kind) const;
};

class Rules {
public:
    explicit Rules(const config::Snapshot& snapshot);
    [[nodiscard]] Verdict decide(const Asked& asked, const Destination& destination) const;
    // Nothing was found and the class is open: whether the place is allowed then too, without the cost of a Verdict.
    [[nodiscard]] bool allows_plain(model::TenantId tenant, const Destination& destination) const;
    // What answers may not hold, for this tenant and class.
    struct ForAnswers {
        model::KindSet masked, blocked;
        std::array<std::uint16_t, model::data_kinds_count> rule{};
    };
    [[nodiscard]] const ForAnswers& for_answers(model::DataClass data_class, model::TenantId tenant) const;
    // `declared` (the tenant's, or the header's where that is higher), raised by what was found; never lowered.
    [[nodiscard]] model::DataClass raise(model::DataClass declared, std::span<const model::Finding> findings) const;
    [[nodiscard]] model::DataClass class_of(model::TenantId tenant) const;   // its own, an ancestor's, or the default

    // Own ones, those of the packs, then three that are built in: an unknown place, class C outside, and the last, which stands
    // for what no rule speaks of: it goes as it is.
    [[nodiscard]] std::span<const config::GuardRule> rules() const;
    // Which kinds any rule speaks of: the detector looks for no others.
    [[nodiscard]] model::KindSet kinds() const;
    // Whether what is said of a request hangs on what was found, its class and the place alone: then it can be told beforehand which
    // kinds matter at a place. Not so where a rule asks for tenants or a number of findings, where findings raise the class, or
    // somebody else is asked.
    [[nodiscard]] bool is_plain() const;

private:
    struct Inside;
    std::shared_ptr<const Inside> inside_;
};

}   // namespace gilmok::guard
