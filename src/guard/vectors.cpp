#include "guard/vectors.hpp"

namespace gilmok::guard {

namespace {

Vectors look() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool has_avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
                          __builtin_cpu_supports("bmi2") != 0 && __builtin_cpu_supports("popcnt") != 0;
    const bool has_avx512 = __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
                            __builtin_cpu_supports("avx512vbmi") != 0 && __builtin_cpu_supports("avx512vbmi2") != 0;
    if (has_avx2) return has_avx512 ? Vectors::avx512 : Vectors::avx2;
#endif
    return Vectors::none;
}

}   // namespace

Vectors widest_vectors() {
    static const Vectors widest = look();
    return widest;
}

}   // namespace gilmok::guard
