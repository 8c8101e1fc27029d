#include "config/profile.hpp"

#include "base/assert.hpp"

namespace gilmok::config {

const catalog::EngineProfile& profile_of(Kind kind) {
    const catalog::EngineProfile* profile = catalog::engine_profile(name_of(kind));
    GILMOK_ASSERT(profile != nullptr);   // a test holds the catalog to it
    return *profile;
}

}   // namespace gilmok::config
