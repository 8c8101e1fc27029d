// What moved the spend: volume, mix, price. By the logarithmic mean (LMDI-I, Ang 2005): each factor gets its share of the
// log of the ratio, so that the parts add up exactly and none depends on an order of the factors.
#pragma once

#include "plan/forecast.hpp"

namespace gilmok::plan {

// The last season against the one before it. Where a factor is not known (no requests, no tokens, nothing spent in one of
// the two), no ratio can be told and the whole change counts as volume.
Drivers drivers_of(std::span<const Step> history, std::size_t season);

}   // namespace gilmok::plan
