// SPDX-License-Identifier: MIT
/* pointwise.c - what happens to each element by itself: ReLU (58 to 60), addition, the update (8).
 *
 * ReLU keeps a NaN, so that one is never hidden; its gradient at 0 is 0. */
#include <string.h>
#include "kernel/isa/isa.h"

enum { PIECE = 1 << 14 };

typedef struct {
    const float *a, *b;
    float *c, *d;
    float rate, momentum, decay;
    int64_t count;
} piece;

/* The last vector of a row may be partly there. */
INLINE vector load_part(const float *p, int64_t left)
{
    vector v = { 0 };
    if (left >= LANES)
        return load(p);
    memcpy(&v, p, (size_t)left * sizeof *p);
    return v;
}

INLINE void store_part(float *p, vector v, int64_t left)
{
    if (left >= LANES)
        store(p, v);
    else
        memcpy(p, &v, (size_t)left * sizeof *p);
}

#define EACH_VECTOR(i, left)                                                                       \
    int64_t first_ = index * PIECE, last_ = limpid_min(first_ + PIECE, work->count);               \
    (void)worker;                                                                                  \
    for (int64_t i = first_, left = last_ - first_; i < last_; i += LANES, left -= LANES)

static void relu_task(void *argument, int64_t index, int worker)
{
    const piece *work = argument;
    EACH_VECTOR(i, left)
    {
        vector x = load_part(work->a + i, left);
        store_part(work->c + i, choose((mask)(x <= broadcast(0)), broadcast(0), x), left);
    }
}

static void relu_back_task(void *argument, int64_t index, int worker)
{
    const piece *work = argument;
    EACH_VECTOR(i, left)
    {
        vector y = load_part(work->a + i, left), dy = load_part(work->b + i, left);
        store_part(work->c + i, choose((mask)(y > broadcast(0)), dy, broadcast(0)), left);
    }
}

static void add_task(void *argument, int64_t index, int worker)
{
    const piece *work = argument;
    EACH_VECTOR(i, left)
    store_part(work->c + i, load_part(work->a + i, left) + load_part(work->b + i, left), left);
}

static void sgd_task(void *argument, int64_t index, int worker)
{
    const piece *work = argument;
    vector rate = broadcast(work->rate), momentum = broadcast(work->momentum);
    vector decay = broadcast(work->decay);
    EACH_VECTOR(i, left)
    {
        vector w = load_part(work->d + i, left), m = load_part(work->c + i, left);
        m = momentum * m + (load_part(work->a + i, left) + decay * w);
        store_part(work->c + i, m, left);
        store_part(work->d + i, w - rate * m, left);
    }
}

static void over_pieces(const limpid_worksite *site, limpid_task *task, piece work)
{
    limpid_parallel(site->context, limpid_ceil_divide(work.count, PIECE), task, &work);
}

void KERNEL(relu_forward)(const limpid_worksite *site, int64_t count, const float *x, float *y)
{
    over_pieces(site, relu_task, (piece){ .a = x, .c = y, .count = count });
}

void KERNEL(relu_backward)(const limpid_worksite *site, int64_t count, const float *y,
                           const float *dy, float *dx)
{
    over_pieces(site, relu_back_task, (piece){ .a = y, .b = dy, .c = dx, .count = count });
}

void KERNEL(add)(const limpid_worksite *site, int64_t count, const float *a, const float *b,
                 float *sum)
{
    over_pieces(site, add_task, (piece){ .a = a, .b = b, .c = sum, .count = count });
}

void KERNEL(sgd)(const limpid_worksite *site, int64_t count, float rate, float momentum,
                 float decay, const float *g, float *m, float *w)
{
    over_pieces(site, sgd_task,
                (piece){ .a = g,
                         .c = m,
                         .d = w,
                         .rate = rate,
                         .momentum = momentum,
                         .decay = decay,
                         .count = count });
}
