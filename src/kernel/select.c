// SPDX-License-Identifier: MIT
/* select.c - which tables this library was compiled with. */
#include "kernel/kernel.h"

extern const limpid_kernels limpid_generic_kernels;
#if defined(LIMPID_HAVE_neon)
extern const limpid_kernels limpid_neon_kernels;
#endif
#if defined(LIMPID_HAVE_avx2)
extern const limpid_kernels limpid_avx2_kernels;
#endif
#if defined(LIMPID_HAVE_avx512)
extern const limpid_kernels limpid_avx512_kernels;
#endif

const limpid_kernels *limpid_kernels_for(limpid_isa_kind isa)
{
    const limpid_kernels *const tables[LIMPID_ISA_COUNT] = {
        [LIMPID_ISA_generic] = &limpid_generic_kernels,
#if defined(LIMPID_HAVE_neon)
        [LIMPID_ISA_neon] = &limpid_neon_kernels,
#endif
#if defined(LIMPID_HAVE_avx2)
        [LIMPID_ISA_avx2] = &limpid_avx2_kernels,
#endif
#if defined(LIMPID_HAVE_avx512)
        [LIMPID_ISA_avx512] = &limpid_avx512_kernels,
#endif
    };
    int best = (int)isa;
    while (!tables[best])
        best--;
    return tables[best];
}
