// Assertions stay on in release: a broken invariant in a gateway that moves money and personal data must end the
// process, not go on. Never assert on bytes that came from a socket; those are values to refuse.
// GILMOK_DASSERT is for hot loops and is compiled only where sanitizers run.
#pragma once

namespace gilmok::base {
[[noreturn]] void assertion_failed(const char* claim, const char* file, int line) noexcept;
}

#define GILMOK_ASSERT(claim) \
    (__builtin_expect(static_cast<bool>(claim), 1) ? void(0) : ::gilmok::base::assertion_failed(#claim, __FILE__, __LINE__))

#ifdef GILMOK_DEBUG_ASSERTIONS
#define GILMOK_DASSERT(claim) GILMOK_ASSERT(claim)
#else
#define GILMOK_DASSERT(claim) void(0)
#endif
