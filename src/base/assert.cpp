#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace gilmok::base {

void assertion_failed(const char* claim, const char* file, int line) noexcept {
    std::fprintf(stderr, "gilmok: assertion failed: %s (%s:%d)\n", claim, file, line);
    std::abort();
}

}  // namespace gilmok::base
