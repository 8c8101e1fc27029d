// Cases of matchers as data: a text, and what is told of it.
#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

#include "guard/test_look.hpp"

namespace gilmok::guard::test {

struct ToldCase {
    std::string text;
    std::string told;
};

inline void check_all(std::initializer_list<ToldCase> cases) {
    for (const ToldCase& c : cases) {
        CAPTURE(c.text);
        CHECK(told(c.text) == c.told);
    }
}

}   // namespace gilmok::guard::test
