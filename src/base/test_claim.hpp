// What a fuzz target says of its input. A broken claim ends the program, which is how libFuzzer and tests/fuzz_main.cpp learn of it.
#pragma once

#include <cstdio>
#include <cstdlib>

inline void claim(bool holds, const char* property) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", property);
    std::abort();
}
