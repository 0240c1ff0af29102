// SPDX-License-Identifier: MIT
/* tile.c - the register tile: the only place where two numbers are multiplied and summed in bulk.
 *
 * A tile holds up to ROWS x VECTORS accumulators in registers; each term costs VECTORS loads of B,
 * one broadcast of A for every row, and ROWS x VECTORS fused multiply-adds. Continuing from memory
 * (resume) gives the bits of an unbroken chain, so callers may cut a chain wherever their caches
 * want it. */
#include <string.h>
#include "kernel/isa/isa.h"

INLINE void chain(int rows, int vectors, const tile *t)
{
    vector acc[ROWS][VECTORS];
    const float *a = t->a, *b = t->b;
    float *c = t->c;
    int64_t a_stride = t->a_stride, b_stride = t->b_stride, c_stride = t->c_stride;
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (int j = 0; j < vectors; j++)
            acc[i][j] = t->resume ? load(c + i * c_stride + j * LANES)
                                  : broadcast(t->bias ? t->bias[i] : 0);
    for (int64_t k = t->terms; k > 0; k--) {
        vector row[VECTORS];
#pragma GCC unroll 4
        for (int j = 0; j < vectors; j++)
            row[j] = load(b + j * LANES);
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++) {
            vector each = broadcast(a[i]);
#pragma GCC unroll 4
            for (int j = 0; j < vectors; j++)
                acc[i][j] = fma_v(each, row[j], acc[i][j]);
        }
        a += a_stride;
        b += b_stride;
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (int j = 0; j < vectors; j++)
            store(c + i * c_stride + j * LANES, acc[i][j]);
}

/* One function for each height and width, so that the loops over rows and vectors are unrolled and
 * the accumulators live in registers. */
#define UP_TO_4(X) X(1) X(2) X(3) X(4)
#define UP_TO_6(X) UP_TO_4(X) X(5) X(6)
#define UP_TO_14(X) UP_TO_6(X) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#if ISA_NUMBER(LIMPID_ISA) == 3
#define HEIGHTS UP_TO_14
#elif ISA_NUMBER(LIMPID_ISA) == 0
#define HEIGHTS UP_TO_4
#else
#define HEIGHTS UP_TO_6
#endif

typedef void chain_function(const tile *t);

#define FUNCTION(rows, vectors)                                                                    \
    static void chain_##rows##_##vectors(const tile *t)                                            \
    {                                                                                              \
        chain(rows, vectors, t);                                                                   \
    }
#if ISA_NUMBER(LIMPID_ISA) == 1
#define FUNCTIONS(rows) FUNCTION(rows, 1) FUNCTION(rows, 2) FUNCTION(rows, 3) FUNCTION(rows, 4)
#define ENTRIES(rows) { chain_##rows##_1, chain_##rows##_2, chain_##rows##_3, chain_##rows##_4 },
#else
#define FUNCTIONS(rows) FUNCTION(rows, 1) FUNCTION(rows, 2)
#define ENTRIES(rows) { chain_##rows##_1, chain_##rows##_2 },
#endif
HEIGHTS(FUNCTIONS)

void KERNEL(tile_chain)(const tile *t)
{
    static chain_function *const functions[ROWS][VECTORS] = { HEIGHTS(ENTRIES) };
    functions[t->rows - 1][(t->columns - 1) / LANES](t);
}

/* The tree over chunks: after chunk i, as many neighbours are joined as i + 1 has trailing zero
 * bits, so that ((0 + 1) + (2 + 3)) + ... comes out with few partial sums alive. */
void KERNEL(tile_sum)(const tile *t)
{
    enum { LEVELS = 24 };
    float partial[LEVELS][ROWS * PANEL];
    if (t->terms <= LIMPID_CHAIN) {
        KERNEL(tile_chain)(t);
        return;
    }
    int top = 0;
    int64_t width = limpid_ceil_divide(t->columns, LANES) * LANES, size = t->rows * width;
    for (int64_t done = 0, chunk = 0; done < t->terms; done += LIMPID_CHAIN, chunk++) {
        tile part = *t;
        part.terms = limpid_min(LIMPID_CHAIN, t->terms - done);
        part.a += done * t->a_stride;
        part.b += done * t->b_stride;
        part.bias = done ? NULL : t->bias;
        part.c = partial[top++];
        part.c_stride = width;
        KERNEL(tile_chain)(&part);
        for (int64_t joined = chunk; joined & 1; joined >>= 1, top--)
            add_run(partial[top - 2], partial[top - 1], size);
    }
    for (; top > 1; top--)
        add_run(partial[top - 2], partial[top - 1], size);
    for (int i = 0; i < t->rows; i++)
        copy_run(t->c + i * t->c_stride, partial[0] + i * width, width);
}

int64_t KERNEL(peak)(int64_t rounds)
{
    enum { CHAINS = 12, STEPS = 64 };
    vector acc[CHAINS], x = broadcast(0.999f), y = broadcast(1e-6f);
    float sink[LANES];
#pragma GCC unroll 12
    for (int i = 0; i < CHAINS; i++)
        acc[i] = broadcast((float)i);
    for (int64_t r = 0; r < rounds * STEPS; r++) {
#pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++)
            acc[i] = fma_v(acc[i], x, y);
    }
#pragma GCC unroll 12
    for (int i = 1; i < CHAINS; i++)
        acc[0] += acc[i];
    store(sink, acc[0]);
    __asm__ volatile("" : : "r"(sink) : "memory"); /* the sum is wanted, so the loop is */
    return rounds * STEPS * CHAINS * LANES;
}
