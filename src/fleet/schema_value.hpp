// A JSON value that a simple JSON Schema accepts; what a simulated model answers when it is held to a schema.
// Understood: type (also lists of types), enum, const, default, properties (all are given), items and prefixItems,
// minItems, minimum, maximum, exclusiveMinimum, multipleOf, minLength, maxLength, format (date, date-time, time, email,
// uuid, uri, ipv4), anyOf and oneOf (the first), allOf (members joined), $ref into the same document.
// Not understood: pattern, if/then, not, and other ways to take back what was allowed.
// Recursion is bounded by a depth, size by a count of values; beyond them optional members and items are left out.
#pragma once

#include <string>
#include <string_view>

#include "base/prng.hpp"

namespace gilmok::fleet {

// `schema` is checked JSON. An empty one gives {}.
void append_schema_value(std::string& out, std::string_view schema, Prng& prng);

}  // namespace gilmok::fleet
