// Of findings that overlap, the ones that stay. Pure.
#pragma once

#include <vector>

#include "model/guarded.hpp"

namespace gilmok::guard {

// Sorts by begin and leaves no two that overlap: the higher score stays, then the longer, then the kind that stands first.
void resolve(std::vector<model::Finding>& findings);

}   // namespace gilmok::guard
