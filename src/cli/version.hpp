// The version of this build. One place; CMakeLists.txt reads the number from here for packages.
#pragma once

#include <string_view>

namespace gilmok::cli {
inline constexpr std::string_view version = "0.1.0";
}
