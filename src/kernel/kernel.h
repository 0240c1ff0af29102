// SPDX-License-Identifier: MIT
/* kernel.h - the arithmetic: one table of functions for each instruction set.
 *
 * The files in isa/ are one source, compiled once for every instruction set; limpid_kernels_for()
 * picks a table. All tables give the same bits: each output is one chain of fused multiply-adds
 * whose order depends on the shape of one sample, never on the width of a vector. Chains stop at
 * LIMPID_CHAIN terms and are joined by a fixed tree. Sums over samples run over LIMPID_SHARDS
 * contiguous shards of the batch, joined by one tree.
 *
 * All tensors are dense float32, rows last (N, C, H, W). Nothing here can fail or allocates:
 * scratch sizes are asked for beforehand. Memory given to a kernel never overlaps unless it says
 * so. */
#ifndef LIMPID_KERNEL_H
#define LIMPID_KERNEL_H

#include "tensor/tensor.h"

enum { LIMPID_CHAIN = 4096, LIMPID_SHARDS = 16 };

/* The samples of shard s of a batch of n: [begin, end), empty for some when n < LIMPID_SHARDS. */
static inline int64_t limpid_shard_begin(int64_t n, int64_t shard)
{
    return n * shard / LIMPID_SHARDS;
}

typedef struct {
    void *shared; /* for the whole call */
    char *worker; /* worker i's part begins at i * stride */
    size_t stride;
} limpid_scratch;

typedef struct {
    size_t shared, worker; /* bytes */
} limpid_scratch_need;

/* Who computes: threads, and the memory to do it in. */
typedef struct {
    const limpid_context *context;
    limpid_scratch scratch;
} limpid_worksite;

/* A sliding window over the planes of a batch: x is n, c, h, w; y is n, k, oh, ow, where
 * oh = (h + pad[0] + pad[2] - (size[0] - 1) dilation[0] - 1) / stride[0] + 1 and so for ow. Cell
 * (u, v) of the window of output (i, j) lies at (i stride[0] - pad[0] + u dilation[0], ...). */
typedef struct {
    int64_t n, c, h, w, k, oh, ow;
    int64_t size[2], stride[2], dilation[2];
    int64_t pad[4]; /* top, left, bottom, right */
    int64_t groups; /* channels [g c / groups, ...) make outputs [g k / groups, ...) */
    bool count_pad; /* average: cells outside x count in the divisor */
} limpid_window;

typedef struct limpid_kernels {
    /* Convolution, equations (12), (20): y[k][i][j] = b[k] + sum over (c, u, v) of w[k][c][u][v]
     * x[c][...]; the chain starts with the bias (or 0 where b is NULL) and runs in the order of w.
     * A fully connected layer is the convolution whose window is the whole of x. */
    limpid_scratch_need (*conv_forward_need)(const limpid_window *s);
    void (*conv_forward)(const limpid_worksite *site, const limpid_window *s, const float *x,
                         const float *w, const float *b, float *y);
    /* dz/dx, equation (45): each cell sums the windows it lies in, in the order of the output's
     * pixels; within one, a chain over k in order. */
    limpid_scratch_need (*conv_backward_input_need)(const limpid_window *s);
    void (*conv_backward_input)(const limpid_worksite *site, const limpid_window *s,
                                const float *dy, const float *w, float *dx);
    /* dz/dF = phi(x)^T dz/dY, equation (33). Within a shard a chain runs over samples and their
     * pixels in order, as many whole samples as fit LIMPID_CHAIN terms (or parts of one); chains
     * are added up. */
    limpid_scratch_need (*conv_backward_filter_need)(const limpid_window *s);
    void (*conv_backward_filter)(const limpid_worksite *site, const limpid_window *s,
                                 const float *x, const float *dy, float *dw);
    /* db[c] = sum of dy over samples and pixels; a plane is summed in 16 lanes. */
    limpid_scratch_need (*channel_sum_need)(int64_t n, int64_t c);
    void (*channel_sum)(const limpid_worksite *site, int64_t n, int64_t c, int64_t pixels,
                        const float *dy, float *db);

    /* Pooling, equations (47), (48); k = c. Cells outside x take no part in a maximum. Of equal
     * cells the first in row-major order wins, a NaN beats every number. positions (NULL: not
     * wanted) gets the winner's place in its plane, row * w + column. */
    void (*pool_max_forward)(const limpid_worksite *site, const limpid_window *s, const float *x,
                             float *y, int32_t *positions);
    void (*pool_max_backward)(const limpid_worksite *site, const limpid_window *s, const float *dy,
                              const int32_t *positions, float *dx);
    void (*pool_average_forward)(const limpid_worksite *site, const limpid_window *s,
                                 const float *x, float *y);
    void (*pool_average_backward)(const limpid_worksite *site, const limpid_window *s,
                                  const float *dy, float *dx);

    /* Element by element. */
    void (*relu_forward)(const limpid_worksite *site, int64_t count, const float *x, float *y);
    /* dx = dy where y > 0, else 0 (equations 59, 60) */
    void (*relu_backward)(const limpid_worksite *site, int64_t count, const float *y,
                          const float *dy, float *dx);
    void (*add)(const limpid_worksite *site, int64_t count, const float *a, const float *b,
                float *sum); /* sum may be a or b */
    /* m = momentum m + (g + decay w); w = w - rate m: each + and * rounded by itself. */
    void (*sgd)(const limpid_worksite *site, int64_t count, float rate, float momentum, float decay,
                const float *g, float *m, float *w);

    /* Does `rounds` times a fixed number of independent fused multiply-adds on one thread and
     * returns that number: the measure all others are compared with. */
    int64_t (*peak)(int64_t rounds);
} limpid_kernels;

/* The table of an instruction set limpid_isa_available() allows, or of the best compiled below it.
 */
const limpid_kernels *limpid_kernels_for(limpid_isa_kind isa);

#endif
