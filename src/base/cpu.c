// SPDX-License-Identifier: MIT
/* cpu.c - which instruction sets this processor and its operating system run. */
#include "base/base.h"

bool limpid_isa_available(limpid_isa_kind isa)
{
    switch (isa) {
    case LIMPID_ISA_generic:
        return true;
#if defined(__x86_64__)
    case LIMPID_ISA_avx2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case LIMPID_ISA_avx512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
#elif defined(__aarch64__)
    case LIMPID_ISA_neon:
        return true;
#endif
    default:
        return false;
    }
}

const char *limpid_isa_name(limpid_isa_kind isa)
{
    static const char *const names[] = {
#define X(name) #name,
        LIMPID_ISAS(X)
#undef X
    };
    return names[isa];
}
