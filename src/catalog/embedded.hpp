// The files of catalog/ as they were when gilmok was built; cmake/embed.cmake writes the definition.
#pragma once

#include <string_view>

namespace gilmok::catalog {

// The text of "engines.toml"; "" for a name that is not there.
std::string_view embedded(std::string_view name);

}   // namespace gilmok::catalog
