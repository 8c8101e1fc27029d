#include "meter/token_ratio.hpp"

#include <doctest/doctest.h>

namespace {

using gilmok::meter::TokenRatio;

TEST_CASE("before anything was learned four bytes are a token and so is an event") {
    const TokenRatio ratio;
    CHECK(ratio.input_tokens(400) == 100);
    CHECK(ratio.output_tokens(7, 999) == 7);
    CHECK(ratio.output_tokens(0, 10) == 3);
    CHECK(ratio.input_tokens(0) == 0);
    CHECK(ratio.output_tokens(0, 0) == 0);
}

TEST_CASE("what whole answers reported decides how a cut one is counted") {
    TokenRatio ratio;
    ratio.learn({.input_bytes = 300, .input_tokens = 100, .output_events = 50, .output_bytes = 5'000, .output_tokens = 100});
    CHECK(ratio.input_tokens(30) == 10);
    CHECK(ratio.output_tokens(10, 1) == 20);   // two tokens in an event
    ratio.learn({.input_bytes = 0, .input_tokens = 0, .output_events = 0, .output_bytes = 600, .output_tokens = 100});
    CHECK(ratio.output_tokens(0, 60) == 10);
    CHECK(ratio.output_tokens(10, 1) == 20);   // an answer in one piece says nothing of events
}

TEST_CASE("something that was delivered is never counted as nothing") {
    TokenRatio ratio;
    ratio.learn({.input_bytes = 1'000'000, .input_tokens = 1, .output_events = 1'000'000, .output_bytes = 0, .output_tokens = 1});
    CHECK(ratio.input_tokens(1) == 1);
    CHECK(ratio.output_tokens(1, 0) == 1);
}

TEST_CASE("reports that cannot be true teach nothing") {
    TokenRatio ratio;
    ratio.learn({.input_bytes = 4, .input_tokens = 1LL << 52, .output_events = 1, .output_bytes = 1, .output_tokens = 1LL << 52});
    ratio.learn({.input_bytes = 4, .input_tokens = -1, .output_events = 1, .output_bytes = 1, .output_tokens = -1});
    CHECK(ratio.input_tokens(4) == 1);
    CHECK(ratio.output_tokens(1, 1) == 1);
}

TEST_CASE("a model that changes its tokenizer is learned anew") {
    TokenRatio ratio;
    for (int i = 0; i < 100; ++i) ratio.learn({.input_bytes = 400'000, .input_tokens = 100'000});
    for (int i = 0; i < 400; ++i) ratio.learn({.input_bytes = 400'000, .input_tokens = 200'000});
    CHECK(ratio.input_tokens(1'000) > 490);
}

}   // namespace
