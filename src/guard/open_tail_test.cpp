// The open end of a stream, by lists of secrets of our own. Its rules on real texts are asked in detector_test.cpp.
#include "guard/open_tail.hpp"

#include <doctest/doctest.h>

#include <array>

namespace gilmok::guard {

TEST_CASE(
    "of two secrets that may go on, what is held begins with the first in the text, whatever their order in the list") {
    constexpr std::string_view text = "say alpha_key=bravo_key=xyz";
    for (const auto& list : {std::array<std::string_view, 2>{"alpha_key", "bravo_key"},
                             std::array<std::string_view, 2>{"bravo_key", "alpha_key"}}) {
        const OpenTail tail(list);
        CHECK(tail.bytes(text, {}) == text.size() - text.find("alpha_key"));
        CHECK(tail.bytes("say alpha_key", {}) == 9);
        CHECK(tail.bytes("say alp", {}) == 3);
        CHECK(tail.bytes("say alpha_key no, bravo_key=1", {}) == 11);
    }
}

}   // namespace gilmok::guard
