// SPDX-License-Identifier: MIT
/* filter.c - the gradient of the filters, phi(x)^T dz/dY (equation 33), and of the biases.
 *
 * Rows are filters, columns are (c, u, v), terms are the pixels of the samples. Each shard of the
 * batch sums into a part of its own; the parts are joined by one tree. Columns are taken in waves,
 * as many at a time as keep the parts small. */
#include <string.h>
#include "kernel/isa/isa.h"

enum {
    PARTS = 1 << 20, /* floats all shards' parts of a wave may take */
    BLOCK = 1 << 16  /* floats of phi and dy gathered at a time: they stay in a level 2 cache */
};

typedef struct {
    const limpid_worksite *site;
    const limpid_window *s;
    const float *x, *dy;
    float *dw, *parts;
    int64_t filters, width; /* of a group; columns of a wave's parts, whole panels */
    int64_t g, k0, k1;      /* this wave */
    int64_t pieces;         /* into which a wave's columns are cut, beside the shards */
    int64_t block;          /* terms gathered at a time */
} filter_work;

static int64_t wave_width(const limpid_window *s)
{
    int64_t filters = s->k / s->groups;
    int64_t fitting = PARTS / LIMPID_SHARDS / filters / PANEL * PANEL;
    return limpid_min(panels(taps(s)) * PANEL, limpid_max(fitting, PANEL));
}

static int64_t block_terms(const limpid_window *s)
{
    return limpid_max(16, BLOCK / (wave_width(s) + s->k / s->groups));
}

/* Rows of phi: an odd number of cache lines apart, so that they do not all fall on the same ones.
 */
static int64_t phi_stride(int64_t width)
{
    return width + (width / 16 % 2 ? 32 : 16);
}

limpid_scratch_need KERNEL(conv_backward_filter_need)(const limpid_window *s)
{
    int64_t filters = s->k / s->groups, width = wave_width(s);
    int64_t worker = block_terms(s) * (phi_stride(width) + filters) + filters * width;
    return (limpid_scratch_need){ (size_t)(LIMPID_SHARDS * filters * width) * sizeof(float),
                                  (size_t)worker * sizeof(float) };
}

/* dy at columns [q0, q1) as the tiles want it: for each row tile [terms][rows]. */
static void gather_rows(const filter_work *work, int64_t q0, int64_t q1, float *to)
{
    const limpid_window *s = work->s;
    int64_t count = pixels(s), first = work->g * work->filters;
    for (int64_t t = 0; t < row_tiles(work->filters); t++) {
        int64_t r0 = row_begin(work->filters, t), rows = row_begin(work->filters, t + 1) - r0;
        float *packed = to + (q1 - q0) * r0;
        for (int64_t q = q0, run; q < q1; q += run, packed += run * rows) {
            int64_t n = q / count, p = q % count;
            const float *from = work->dy + (n * s->k + first + r0) * count + p;
            run = limpid_min(count - p, q1 - q);
            KERNEL(transpose)(rows, run, from, count, packed, rows);
        }
    }
}

/* One chain over the columns' terms [q0, q1): into out, `width` floats a row, for columns [k0, k1).
 */
static void filter_chain(const filter_work *work, int64_t q0, int64_t q1, int64_t k0, int64_t k1,
                         float *memory, float *out)
{
    int64_t stride = phi_stride(work->width);
    float *phi = memory, *rows_packed = memory + work->block * stride;
    for (int64_t q = q0; q < q1; q += work->block) {
        int64_t terms = limpid_min(work->block, q1 - q);
        KERNEL(phi_by_pixel)(work->s, work->x, work->g, q, q + terms, k0, k1, phi, stride);
        gather_rows(work, q, q + terms, rows_packed);
        for (int64_t t = 0; t < row_tiles(work->filters); t++) {
            int64_t r0 = row_begin(work->filters, t), rows = row_begin(work->filters, t + 1) - r0;
            for (int64_t k = 0; k < k1 - k0; k += PANEL) {
                tile part = { .rows = (int)rows,
                              .columns = (int)limpid_min(PANEL, k1 - k0 - k),
                              .terms = terms,
                              .a = rows_packed + terms * r0,
                              .a_stride = rows,
                              .b = phi + k,
                              .b_stride = stride,
                              .c = out + r0 * work->width + k,
                              .c_stride = work->width,
                              .resume = q > q0 };
                KERNEL(tile_chain)(&part);
            }
        }
    }
}

static void filter_task(void *argument, int64_t index, int worker)
{
    const filter_work *work = argument;
    const limpid_scratch *scratch = &work->site->scratch;
    int64_t shard = index / work->pieces, piece = index % work->pieces, count = pixels(work->s);
    int64_t n0 = limpid_shard_begin(work->s->n, shard),
            n1 = limpid_shard_begin(work->s->n, shard + 1);
    int64_t all = panels(work->k1 - work->k0);
    int64_t offset = all * piece / work->pieces * PANEL;
    int64_t k0 = work->k0 + offset;
    int64_t k1 = limpid_min(work->k0 + all * (piece + 1) / work->pieces * PANEL, work->k1);
    float *memory = (float *)(void *)(scratch->worker + (size_t)worker * scratch->stride);
    float *extra = memory + work->block * (phi_stride(work->width) + work->filters);
    float *part = work->parts + shard * work->filters * work->width + offset;
    /* A chain takes whole samples, or parts of one that has more pixels than a chain may. */
    int64_t step = count > LIMPID_CHAIN ? LIMPID_CHAIN : LIMPID_CHAIN / count * count;
    for (int64_t q = n0 * count; k0 < k1 && q < n1 * count;) {
        int64_t limit = count > LIMPID_CHAIN ? (q / count + 1) * count : n1 * count;
        int64_t end = limpid_min(q + step, limit);
        bool first = q == n0 * count;
        filter_chain(work, q, end, k0, k1, memory, first ? part : extra);
        if (!first)
            for (int64_t r = 0; r < work->filters; r++)
                add_run(part + r * work->width, extra + r * work->width, k1 - k0);
        q = end;
    }
}

/* out[i] = the tree over the shards of parts[shard][i]; shards without samples count as 0. */
static void join_shards(int64_t n, const float *parts, int64_t stride, int64_t count, float *out)
{
    for (int64_t i = 0; i < count; i += LANES) {
        vector sum[LIMPID_SHARDS];
        for (int64_t shard = 0; shard < LIMPID_SHARDS; shard++)
            sum[shard] = limpid_shard_begin(n, shard) < limpid_shard_begin(n, shard + 1)
                             ? load(parts + shard * stride + i)
                             : broadcast(0);
        for (int width = 1; width < LIMPID_SHARDS; width *= 2)
            for (int shard = 0; shard < LIMPID_SHARDS; shard += 2 * width)
                sum[shard] += sum[shard + width];
        if (i + LANES <= count)
            store(out + i, sum[0]);
        else
            memcpy(out + i, &sum[0], (size_t)(count - i) * sizeof *out);
    }
}

static void join_task(void *argument, int64_t row, int worker)
{
    const filter_work *work = argument;
    (void)worker;
    join_shards(work->s->n, work->parts + row * work->width, work->filters * work->width,
                work->k1 - work->k0,
                work->dw + (work->g * work->filters + row) * taps(work->s) + work->k0);
}

void KERNEL(conv_backward_filter)(const limpid_worksite *site, const limpid_window *s,
                                  const float *x, const float *dy, float *dw)
{
    filter_work work = { .site = site, .s = s, .x = x, .dy = dy, .dw = dw };
    work.parts = site->scratch.shared;
    work.filters = s->k / s->groups;
    work.width = wave_width(s);
    work.block = block_terms(s);
    int64_t shards = limpid_min(LIMPID_SHARDS, s->n); /* that have samples */
    for (work.g = 0; work.g < s->groups; work.g++)
        for (work.k0 = 0; work.k0 < taps(s); work.k0 += work.width) {
            work.k1 = limpid_min(work.k0 + work.width, taps(s));
            work.pieces = limpid_min(panels(work.k1 - work.k0), LIMPID_SHARDS / shards);
            limpid_parallel(site->context, LIMPID_SHARDS * work.pieces, filter_task, &work);
            limpid_parallel(site->context, work.filters, join_task, &work);
        }
}

/* ---- biases
 * ------------------------------------------------------------------------------------------ */

/* Sixteen lanes whatever the vector is: lane i sums the pixels i, i + 16, ... */
typedef float lanes __attribute__((vector_size(64), aligned(4), may_alias));

static float plane_sum(const float *plane, int64_t count)
{
    float lane[16] = { 0 };
    lanes sum = { 0 };
    int64_t i = 0;
    for (; i + 16 <= count; i += 16)
        sum += *(const lanes *)(plane + i);
    memcpy(lane, &sum, sizeof lane);
    for (int t = 0; i + t < count; t++)
        lane[t] += plane[i + t];
    for (int width = 8; width; width /= 2)
        for (int t = 0; t < width; t++)
            lane[t] += lane[t + width];
    return lane[0];
}

typedef struct {
    int64_t n, c, pixels;
    const float *dy;
    float *db, *parts; /* parts: [shard][c] */
} sum_work;

limpid_scratch_need KERNEL(channel_sum_need)(int64_t n, int64_t c)
{
    (void)n;
    return (limpid_scratch_need){ (size_t)(LIMPID_SHARDS * (c + PANEL)) * sizeof(float), 0 };
}

static void sum_task(void *argument, int64_t shard, int worker)
{
    const sum_work *work = argument;
    float *part = work->parts + shard * (work->c + PANEL);
    (void)worker;
    memset(part, 0, (size_t)work->c * sizeof *part);
    for (int64_t n = limpid_shard_begin(work->n, shard); n < limpid_shard_begin(work->n, shard + 1);
         n++)
        for (int64_t c = 0; c < work->c; c++)
            for (int64_t p = 0; p < work->pixels; p += 16 * LIMPID_CHAIN)
                part[c] += plane_sum(work->dy + (n * work->c + c) * work->pixels + p,
                                     limpid_min(16 * LIMPID_CHAIN, work->pixels - p));
}

void KERNEL(channel_sum)(const limpid_worksite *site, int64_t n, int64_t c, int64_t count,
                         const float *dy, float *db)
{
    sum_work work = { n, c, count, dy, db, site->scratch.shared };
    limpid_parallel(site->context, LIMPID_SHARDS, sum_task, &work);
    join_shards(n, work.parts, c + PANEL, c, db);
}
