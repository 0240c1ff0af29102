// SPDX-License-Identifier: MIT
/* isa.h - what the kernels of one instruction set share: the vector, the fused multiply-add, the
 * sizes of the register tile, and each other's declarations. LIMPID_ISA is the set this compilation
 * is for. */
#ifndef LIMPID_ISA_H
#define LIMPID_ISA_H

#include "kernel/kernel.h"

#define PASTE_(a, b, c) a##b##_##c
#define PASTE(a, b, c) PASTE_(a, b, c)
#define KERNEL(name) PASTE(limpid_, LIMPID_ISA, name)

#define ISA_NUMBER_generic 0
#define ISA_NUMBER_neon 1
#define ISA_NUMBER_avx2 2
#define ISA_NUMBER_avx512 3
#define ISA_NUMBER_(isa) ISA_NUMBER_##isa
#define ISA_NUMBER(isa) ISA_NUMBER_(isa)

/* LANES floats a vector; a register tile is at most ROWS rows by VECTORS vectors. */
#if ISA_NUMBER(LIMPID_ISA) == 3
#include <immintrin.h>
enum { LANES = 16, ROWS = 14, VECTORS = 2 };
#elif ISA_NUMBER(LIMPID_ISA) == 2
#include <immintrin.h>
enum { LANES = 8, ROWS = 6, VECTORS = 2 };
#elif ISA_NUMBER(LIMPID_ISA) == 1
#include <arm_neon.h>
enum { LANES = 4, ROWS = 6, VECTORS = 4 };
#else
enum { LANES = 4, ROWS = 4, VECTORS = 2 };
#endif
enum { PANEL = LANES * VECTORS }; /* columns of a tile */

#define INLINE static inline __attribute__((always_inline))

typedef float vector __attribute__((vector_size(LANES * 4)));
typedef float vector_at __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef int32_t mask __attribute__((vector_size(LANES * 4)));
/* Runs of 8 and 4 floats, whatever the instruction set: rows of small pictures. */
typedef float run8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef float run4 __attribute__((vector_size(16), aligned(4), may_alias));

INLINE vector load(const float *p)
{
    return *(const vector_at *)p;
}

INLINE void store(float *p, vector v)
{
    *(vector_at *)p = v;
}

INLINE vector broadcast(float s)
{
    return s - (vector){ 0 }; /* not (vector){ 0 } + s, which compilers turn into a real addition */
}

#if ISA_NUMBER(LIMPID_ISA) == 3
INLINE vector fma_v(vector a, vector b, vector c)
{
    return (vector)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
#elif ISA_NUMBER(LIMPID_ISA) == 2
INLINE vector fma_v(vector a, vector b, vector c)
{
    return (vector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
#elif ISA_NUMBER(LIMPID_ISA) == 1
INLINE vector fma_v(vector a, vector b, vector c)
{
    return (vector)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
#else
/* The fused multiply-add without the instruction (S. Boldo, G. Melquiond, 2008): the product of two
 * floats is exact in double; the sum is rounded to odd there, which keeps what the last rounding,
 * to float, needs to know. An inexact sum with an even last bit moves one step towards its error.
 */
typedef float pair_float __attribute__((vector_size(8)));
typedef double pair_double __attribute__((vector_size(16)));
typedef int64_t pair_bits __attribute__((vector_size(16)));

INLINE pair_float fma_pair(pair_float a, pair_float b, pair_float c)
{
    pair_double p =
        __builtin_convertvector(a, pair_double) * __builtin_convertvector(b, pair_double);
    pair_double q = __builtin_convertvector(c, pair_double);
    pair_double s = p + q, back = s - p;
    pair_double error = (p - (s - back)) + (q - back);
    pair_bits bits = (pair_bits)s;
    pair_bits inexact = (pair_bits)(error > 0.0) | (pair_bits)(error < 0.0);
    pair_bits even = (bits & 1) - 1;
    pair_bits step = ((pair_bits)(s > 0.0) ^ (pair_bits)(error > 0.0)) | 1;
    bits += inexact & even & step;
    return __builtin_convertvector((pair_double)bits, pair_float);
}

INLINE vector fma_v(vector a, vector b, vector c)
{
    pair_float low =
        fma_pair(__builtin_shufflevector(a, a, 0, 1), __builtin_shufflevector(b, b, 0, 1),
                 __builtin_shufflevector(c, c, 0, 1));
    pair_float high =
        fma_pair(__builtin_shufflevector(a, a, 2, 3), __builtin_shufflevector(b, b, 2, 3),
                 __builtin_shufflevector(c, c, 2, 3));
    return __builtin_shufflevector(low, high, 0, 1, 2, 3);
}
#endif

/* a where the mask is set, b elsewhere */
INLINE vector choose(mask m, vector a, vector b)
{
    return (vector)((m & (mask)a) | (~m & (mask)b));
}

INLINE void copy_run(float *to, const float *from, int64_t count)
{
    int64_t i = 0;
    for (; i + 8 <= count; i += 8)
        *(run8 *)(to + i) = *(const run8 *)(from + i);
    if (i + 4 <= count) {
        *(run4 *)(to + i) = *(const run4 *)(from + i);
        i += 4;
    }
    for (; i < count; i++)
        to[i] = from[i];
}

INLINE void add_run(float *to, const float *from, int64_t count)
{
    int64_t i = 0;
    for (; i + 8 <= count; i += 8)
        *(run8 *)(to + i) += *(const run8 *)(from + i);
    if (i + 4 <= count) {
        *(run4 *)(to + i) += *(const run4 *)(from + i);
        i += 4;
    }
    for (; i < count; i++)
        to[i] += from[i];
}

/* ---- tile.c ---- */

/* C[rows][columns] = start + A B over `terms`, all in order, one chain of fused multiply-adds an
 * element: a is [terms][rows] with a_stride between terms, b is [terms][columns] with b_stride.
 * rows <= ROWS, columns <= PANEL; b is readable, and c writable, up to whole vectors. The start is
 * c itself (resume), else the bias of the row, else 0. */
typedef struct {
    int rows, columns;
    int64_t terms;
    const float *a;
    int64_t a_stride;
    const float *b;
    int64_t b_stride;
    float *c;
    int64_t c_stride;
    const float *bias;
    bool resume;
} tile;

void KERNEL(tile_chain)(const tile *t); /* terms in one chain, however many */
void KERNEL(tile_sum)(const tile *t); /* chains of at most LIMPID_CHAIN terms, joined by the tree */

INLINE int64_t panels(int64_t columns)
{
    return limpid_ceil_divide(columns, PANEL);
}

/* Rows are cut into pieces of nearly equal height, at most ROWS; piece i begins at row_begin. */
INLINE int64_t row_tiles(int64_t of)
{
    return limpid_ceil_divide(of, ROWS);
}

INLINE int64_t row_begin(int64_t of, int64_t index)
{
    return of * index / row_tiles(of);
}

/* ---- pack.c ---- */

/* The columns of a batch: output pixel p of sample n is column n * pixels + p, so that small
 * pictures (one pixel, for a fully connected layer) fill vectors together. */

/* to[c][r] = from[r][c] for r < rows, c < columns; strides in floats. */
void KERNEL(transpose)(int64_t rows, int64_t columns, const float *from, int64_t from_stride,
                       float *to, int64_t to_stride);

/* phi(x)^T of group g (equation 16: one row for each (c, u, v)) at columns [q0, q1): to[k][q - q0],
 * rows PANEL floats apart. */
void KERNEL(phi_by_tap)(const limpid_window *s, const float *x, int64_t g, int64_t q0, int64_t q1,
                        float *to);
/* phi(x) itself, its columns [k0, k1): to[q - q0][k - k0], rows `stride` floats apart; writes up to
 * 8 floats behind a row's end. */
void KERNEL(phi_by_pixel)(const limpid_window *s, const float *x, int64_t g, int64_t q0, int64_t q1,
                          int64_t k0, int64_t k1, float *to, int64_t stride);
/* Adds from[k - k0][q - q0], rows PANEL floats apart, for channels [c0, c1) of group g (k0 is the
 * first row of c0) to the cells of dx that phi gathered them from, in the order of q. */
void KERNEL(phi_add_back)(const limpid_window *s, const float *from, int64_t g, int64_t c0,
                          int64_t c1, int64_t q0, int64_t q1, float *dx);
/* Between the tensor y (n, k, pixels) and a tile of its group g: rows r0 .. r0 + rows of that
 * group, columns [q0, q1); tile rows are PANEL floats apart. */
void KERNEL(load_columns)(const limpid_window *s, const float *y, int64_t g, int64_t r0,
                          int64_t rows, int64_t q0, int64_t q1, float *to);
void KERNEL(store_columns)(const limpid_window *s, const float *from, int64_t g, int64_t r0,
                           int64_t rows, int64_t q0, int64_t q1, float *y);

/* What follows from a window: terms of a forward chain, output pixels, and the batch's columns. */
INLINE int64_t taps(const limpid_window *s)
{
    return s->c / s->groups * s->size[0] * s->size[1];
}

INLINE int64_t pixels(const limpid_window *s)
{
    return s->oh * s->ow;
}

/* ---- the table's functions ---- */

#define NEED(name, ...) limpid_scratch_need KERNEL(name##_need)(__VA_ARGS__);
NEED(conv_forward, const limpid_window *s)
NEED(conv_backward_input, const limpid_window *s)
NEED(conv_backward_filter, const limpid_window *s)
NEED(channel_sum, int64_t n, int64_t c)
#undef NEED

#define RUN(name, ...) void KERNEL(name)(const limpid_worksite *site, __VA_ARGS__);
RUN(conv_forward, const limpid_window *s, const float *x, const float *w, const float *b, float *y)
RUN(conv_backward_input, const limpid_window *s, const float *dy, const float *w, float *dx)
RUN(conv_backward_filter, const limpid_window *s, const float *x, const float *dy, float *dw)
RUN(channel_sum, int64_t n, int64_t c, int64_t pixels, const float *dy, float *db)
RUN(pool_max_forward, const limpid_window *s, const float *x, float *y, int32_t *positions)
RUN(pool_max_backward, const limpid_window *s, const float *dy, const int32_t *positions, float *dx)
RUN(pool_average_forward, const limpid_window *s, const float *x, float *y)
RUN(pool_average_backward, const limpid_window *s, const float *dy, float *dx)
RUN(relu_forward, int64_t count, const float *x, float *y)
RUN(relu_backward, int64_t count, const float *y, const float *dy, float *dx)
RUN(add, int64_t count, const float *a, const float *b, float *sum)
RUN(sgd, int64_t count, float rate, float momentum, float decay, const float *g, float *m, float *w)
#undef RUN
int64_t KERNEL(peak)(int64_t rounds);

#endif
