// What the parts of `gilmok guard` share.
#pragma once

#include <memory>
#include <string>

#include "cli/guard.hpp"
#include "config/snapshot.hpp"
#include "guard/decide.hpp"
#include "guard/detector.hpp"

namespace gilmok::cli {

struct GuardOptions {
    std::string config_path;   // "" = gilmok.toml where it is there, else nothing but the packs
    std::string output = "table";
    std::string explain, data_class, place, operator_, tenant;   // rules; class, tenant: test too
    std::string pack;                                            // rules: only this one's
    std::string file = "-";                                      // test
    std::uint32_t seconds = 1;                                   // bench
    [[nodiscard]] bool is_json() const { return output == "json"; }
    [[nodiscard]] bool is_csv() const { return output == "csv"; }
};

inline constexpr std::string_view guard_verb = "gilmok guard";

// Of --class and --tenant; "" of both: what nobody declared. False: `outcome` says what is wrong.
bool declared_class(const GuardOptions& options, const config::Snapshot& snapshot, const guard::Rules& rules,
                    model::DataClass& data_class, model::TenantId& tenant, Outcome& outcome);

Outcome guard_rules(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot);
Outcome guard_explain(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot);
Outcome guard_test(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot);
Outcome guard_bench(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot);

// With the own patterns and dictionaries of the configuration. Null: `outcome` says why.
std::unique_ptr<guard::Detector> make_detector(const config::Snapshot& snapshot, const model::KindSet& kinds,
                                               io::Files& files, Outcome& outcome);

}   // namespace gilmok::cli
