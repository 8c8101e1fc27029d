// Paths of the tenant tree.
#pragma once

#include <string_view>

namespace gilmok {

// "acme/research" is at or below "acme", and "acmeology" is not. "" is no node.
inline bool is_at_or_below(std::string_view path, std::string_view node) {
    return path.starts_with(node) && (path.size() == node.size() || path[node.size()] == '/');
}

}   // namespace gilmok
