// What a Setup knows about the guard: the rules, the detector with the organisation's own patterns and terms, the key of
// the stand-ins, and the numbers by which the ledger knows rules, operators and applications.
// Made by control at each reload; immutable, shared by all shards.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/secret.hpp"
#include "config/snapshot.hpp"
#include "guard/decide.hpp"
#include "guard/detector.hpp"
#include "guard/labels.hpp"
#include "io/files.hpp"
#include "ledger/keeper.hpp"
#include "model/guarded.hpp"

namespace gilmok::gateway {

struct Guards {
    explicit Guards(const config::Snapshot& snapshot) : rules(snapshot), labels(snapshot) {}

    bool is_on = false;
    guard::Rules rules;
    guard::Labels labels;
    std::unique_ptr<const guard::Detector> detector;   // of all kinds that any rule speaks of
    // By ModelId: of the kinds that a rule acts on at a place where this model (or one that a budget degrades to) is served. What is
    // allowed at each of them need not be looked for: a model at home costs little.
    std::vector<std::shared_ptr<const guard::Detector>> detectors;
    std::shared_ptr<const guard::Detector> answers_detector;   // of the kinds that answers may not hold
    Secret secret;                                             // of the stand-ins
    model::UpstreamId external = model::UpstreamId::none;      // the external detector; none: nobody else is asked
    // The applications of [app.NAME], and which one a tenant belongs to: the nearest ancestor's. Index or `no_application`.
    static constexpr std::uint32_t no_application = 0xffffffff;
    std::vector<std::uint32_t> application_of;   // by TenantId
    // Numbers in the ledger; none without one.
    model::NameId external_place = model::NameId::none;
    std::vector<model::NameId> rule_names;     // by index of rules().rules()
    std::vector<model::NameId> operators;      // by UpstreamId
    std::vector<model::NameId> classes;        // by DataClass
    std::vector<model::NameId> applications;   // by index
    std::vector<std::vector<model::NameId>>
        places;   // by ModelId, then candidate: an inference profile is a place of its own

    [[nodiscard]] guard::Destination destination(const config::Snapshot& snapshot,
                                                 const config::Candidate& candidate) const;
};
using GuardsPtr = std::shared_ptr<const Guards>;

// A detector of these kinds, with the own patterns and terms of the configuration. Errors as build_guards() has them.
tl::expected<guard::DetectorOptions, std::string> detector_options(const config::Snapshot& snapshot, io::Files& files,
                                                                   const model::KindSet& kinds);

// `secret` keys the stand-ins where the configuration names none. The problem in people's words where a pattern does not
// compile, or a dictionary cannot be read or is not signed as it should be: such a configuration does not come into service.
tl::expected<GuardsPtr, std::string> build_guards(const config::Snapshot& snapshot, io::Files& files,
                                                  const Secret& secret, ledger::Keeper* keeper, WallTime now);

}   // namespace gilmok::gateway
