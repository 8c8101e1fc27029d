#include "base/node_path.hpp"

#include <doctest/doctest.h>

using namespace gilmok;

TEST_CASE("a node is above itself and what hangs below it, and not above what only begins alike") {
    CHECK(is_at_or_below("acme", "acme"));
    CHECK(is_at_or_below("acme/research", "acme"));
    CHECK(is_at_or_below("acme/research/team", "acme/research"));
    CHECK(!is_at_or_below("acmeology", "acme"));
    CHECK(!is_at_or_below("acme", "acme/research"));
    CHECK(!is_at_or_below("acme", "other"));
    CHECK(!is_at_or_below("", "acme"));
}
