// What the guard's rules say of a class at a place, as the evidence asks it. Pure.
#pragma once

#include "config/snapshot.hpp"
#include "report/evidence.hpp"

namespace gilmok::gateway {

// Of the rules of this configuration, which must live as long. A tenant that is no longer configured is judged as its nearest ancestor
// that is.
report::JudgeClass judge_class_by(const config::Snapshot& snapshot);

}   // namespace gilmok::gateway
