// The merged tree of all files → a Snapshot, by the table of schema.cpp. Then check() looks for contradictions.
#pragma once

#include "config/load.hpp"
#include "config/places.hpp"
#include "config/problems.hpp"
#include "wire/toml.hpp"

namespace gilmok::config {

struct ReadInput {
    const wire::TomlNode& root;
    Problems& problems;
    io::Files& files;
    Secrets& secrets;
};
// Fills `snapshot` as far as it can and tells every problem of the values. Names must not move afterwards: the indexes
// by name are views.
Places read_snapshot(const ReadInput& input, Snapshot& snapshot);

// What only shows when all is read: limits against limits, listeners against listeners, keys against doors.
void check(const Snapshot& snapshot, const Places& places, Problems& problems);
// The same for budgets, pools, prices, rates, the ledger and the webhook; called by check().
void check_money(const Snapshot& snapshot, const Places& places, Problems& problems);

// The same for the guard, the register of applications and the archive; called by check().
void check_guard(const Snapshot& snapshot, const Places& places, Problems& problems);

// For tests and fuzzing: as render_toml(), but every value is written, defaults too.
std::string render_everything(const Snapshot& snapshot);

}   // namespace gilmok::config
