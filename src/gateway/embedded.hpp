// The files of web/admin/ as they were when gilmok was built; cmake/embed.cmake writes the definition.
#pragma once

#include <string_view>

namespace gilmok::gateway {

// The text of "index.html"; "" for a name that is not there.
std::string_view embedded(std::string_view name);

}   // namespace gilmok::gateway
