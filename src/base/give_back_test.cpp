#include "base/give_back.hpp"

#include <doctest/doctest.h>

TEST_CASE("a text that is given back is empty and holds no memory, whatever it held") {
    for (const std::size_t bytes : {0UL, 1UL, 15UL, 16UL, 100'000UL}) {
        std::string text(bytes, 'x');
        gilmok::give_back(text);
        CHECK(text.empty());
        CHECK(text.capacity() == std::string().capacity());
    }
}
