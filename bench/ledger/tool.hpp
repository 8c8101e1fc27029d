// What the programs of bench/ledger share: words of the command line, clocks, and an end that says why.
#pragma once

#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace gilmok::bench {

[[noreturn]] inline void die(std::string_view what) {
    std::fprintf(stderr, "%s: %.*s\n", program_invocation_short_name, static_cast<int>(what.size()), what.data());
    std::exit(2);
}

inline std::uint64_t number(std::string_view text) {
    const auto value = parse_u64(text);
    if (!value) die("not a number: " + std::string(text));
    return *value;
}

inline std::int64_t nanoseconds(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

inline double seconds(clockid_t clock) { return static_cast<double>(nanoseconds(clock)) * 1e-9; }

}   // namespace gilmok::bench
