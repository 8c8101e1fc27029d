// Goal: a set of names finds each of its own and nothing else. Method: every name, and every name changed by one byte.
#include "base/name_set.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace gilmok;

namespace {

constexpr NameSet set(std::array<std::string_view, 6>{"n", "user", "model", "tools", "input", "max_tokens"});
static_assert(set.index_of("model") == 2);

}   // namespace

TEST_CASE("a name of the set is found where it stands") {
    for (std::size_t i = 0; i < set.size(); ++i) CHECK(set.index_of(set.names()[i]) == i);
}

TEST_CASE("what differs in one byte, in case or in length is no name of the set") {
    for (const std::string_view name : set.names()) {
        CAPTURE(name);
        for (std::size_t at = 0; at < name.size(); ++at) {
            std::string other(name);
            other[at] = static_cast<char>(other[at] ^ 0x20);
            CHECK(set.index_of(other) == set.size());
            CHECK(set.index_of(name.substr(0, at)) == set.size());
        }
        CHECK(set.index_of(std::string(name) + "s") == set.size());
    }
    CHECK(set.index_of({}) == set.size());
    CHECK(set.index_of(std::string(30, 'm')) == set.size());
    CHECK(set.index_of(std::string(1000, 'm')) == set.size());
}
