// The version of this build. One place; CMakeLists.txt reads the number from here for packages.
#pragma once

#include <string>
#include <string_view>

namespace gilmok::cli {

inline constexpr std::string_view gilmok_version = "0.1.0";

// `gilmok version`: version, commit when it is known, compiler, TLS library.
std::string version_text(bool is_json);

}   // namespace gilmok::cli
