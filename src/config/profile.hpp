// Upstream kind → what the catalog knows of such engines.
#pragma once

#include "catalog/catalog.hpp"
#include "config/snapshot.hpp"

namespace gilmok::config {

// Every kind has one; lives for ever.
const catalog::EngineProfile& profile_of(Kind kind);

}  // namespace gilmok::config
