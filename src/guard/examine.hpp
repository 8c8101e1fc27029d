// What the configuration cannot judge of itself: whether the organisation's patterns run in linear time, and whether its
// dictionaries are there, signed and sound. An Examiner of config::load(): `gilmok check`, `serve`, `up` and reloads pass it.
#pragma once

#include <vector>

#include "config/load.hpp"

namespace gilmok::guard {

std::vector<config::Flaw> examine(const config::Snapshot& snapshot, io::Files& files);

}   // namespace gilmok::guard
