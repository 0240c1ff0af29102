// SPDX-License-Identifier: MIT
/* filter.c - the gradient of the filters, phi(x)^T dz/dY (equation 33), and of the biases.
 *
 * Rows are filters, columns are (c, u, v), terms are the pixels of the samples. Each shard of the
 * batch has a sum of its own, and the shards' sums are joined by one tree. Few filters and columns:
 * every shard is a task, with a part of its own for the sum. Many: a task takes one panel of
 * columns through all shards and joins them as it goes. Both give the same bits. */
#include <string.h>
#include "kernel/isa/isa.h"

enum {
    PARTS = 1 << 19, /* floats all shards' parts may take together */
    BLOCK = 1 << 16, /* floats of phi and dy gathered at a time: they stay in a level 2 cache */
    LEVELS = 6       /* of the tree over LIMPID_SHARDS, with one being summed */
};

typedef struct {
    const limpid_worksite *site;
    const limpid_window *s;
    const float *x, *dy;
    float *dw, *parts;
    int64_t filters; /* of a group */
    int64_t width;   /* columns of a sum in memory, whole panels */
    int64_t pieces;  /* into which the columns are cut, beside the shards */
    int64_t block;   /* terms gathered at a time */
} filter_work;

static bool by_shard(const limpid_window *s)
{
    return LIMPID_SHARDS * s->k * panels(taps(s)) * PANEL <= PARTS;
}

static int64_t sum_width(const limpid_window *s)
{
    return by_shard(s) ? panels(taps(s)) * PANEL : PANEL;
}

static int64_t block_terms(const limpid_window *s)
{
    return limpid_max(16, BLOCK / (sum_width(s) + s->k / s->groups));
}

/* Rows of phi: an odd number of cache lines apart, so that they do not all fall on the same ones.
 */
static int64_t phi_stride(int64_t width)
{
    return width + (width / 16 % 2 ? 32 : 16);
}

limpid_scratch_need KERNEL(conv_backward_filter_need)(const limpid_window *s)
{
    int64_t filters = s->k / s->groups, width = sum_width(s), sums = by_shard(s) ? 1 : 1 + LEVELS;
    int64_t worker = block_terms(s) * (phi_stride(width) + filters) + sums * filters * width;
    int64_t shared = by_shard(s) ? LIMPID_SHARDS * s->k * width : 0;
    return (limpid_scratch_need){ (size_t)shared * sizeof(float), (size_t)worker * sizeof(float) };
}

/* dy of group g at columns [q0, q1), a row for each: to[q - q0][filter]. */
static void gather_rows(const filter_work *work, int64_t g, int64_t q0, int64_t q1, float *to)
{
    const limpid_window *s = work->s;
    int64_t count = pixels(s), filters = work->filters;
    for (int64_t q = q0, run; q < q1; q += run, to += run * filters) {
        int64_t n = q / count, p = q % count;
        const float *from = work->dy + (n * s->k + g * filters) * count + p;
        run = limpid_min(count - p, q1 - q);
        KERNEL(transpose)(filters, run, from, count, to, filters);
    }
}

/* The columns [k0, k1) of a group, and the memory to sum them in. */
typedef struct {
    int64_t g, k0, k1;
    float *phi, *rows, *extra;
} place;

static place make_place(const filter_work *work, int64_t g, int64_t k0, int64_t k1, int worker)
{
    const limpid_scratch *scratch = &work->site->scratch;
    float *memory = (float *)(void *)(scratch->worker + (size_t)worker * scratch->stride);
    float *rows = memory + work->block * phi_stride(work->width);
    return (place){ g, k0, k1, memory, rows, rows + work->block * work->filters };
}

/* One block of a chain: the terms [q, q + terms) through all row tiles. */
static void filter_block(const filter_work *work, const place *at, int64_t q, int64_t terms,
                         bool resume, float *out)
{
    const limpid_window *s = work->s;
    int64_t stride = phi_stride(work->width);
    bool natural = pixels(s) == 1; /* dy already lies as the tiles want it */
    KERNEL(phi_by_pixel)(s, work->x, at->g, q, q + terms, at->k0, at->k1, at->phi, stride);
    if (!natural)
        gather_rows(work, at->g, q, q + terms, at->rows);
    for (int64_t t = 0; t < row_tiles(work->filters); t++) {
        int64_t r0 = row_begin(work->filters, t), rows = row_begin(work->filters, t + 1) - r0;
        for (int64_t k = 0; k < at->k1 - at->k0; k += PANEL) {
            tile part = { .rows = (int)rows,
                          .columns = (int)limpid_min(PANEL, at->k1 - at->k0 - k),
                          .terms = terms,
                          .a = r0 +
                               (natural ? work->dy + q * s->k + at->g * work->filters : at->rows),
                          .a_stride = natural ? s->k : work->filters,
                          .b = at->phi + k,
                          .b_stride = stride,
                          .c = out + r0 * work->width + k,
                          .c_stride = work->width,
                          .resume = resume };
            KERNEL(tile_chain)(&part);
        }
    }
}

static void add_sums(const filter_work *work, const place *at, float *to, const float *from)
{
    for (int64_t r = 0; r < work->filters; r++)
        add_run(to + r * work->width, from + r * work->width, at->k1 - at->k0);
}

/* The sum of one shard into out, `width` floats a row. A chain takes whole samples, or parts of one
 * that has more pixels than a chain may; chains are added in order. A shard without samples gives
 * 0. */
static void shard_sum(const filter_work *work, const place *at, int64_t shard, float *out)
{
    int64_t count = pixels(work->s), begin = limpid_shard_begin(work->s->n, shard) * count;
    int64_t end = limpid_shard_begin(work->s->n, shard + 1) * count;
    int64_t step = count > LIMPID_CHAIN ? LIMPID_CHAIN : LIMPID_CHAIN / count * count;
    for (int64_t r = 0; begin == end && r < work->filters; r++)
        memset(out + r * work->width, 0, (size_t)(at->k1 - at->k0) * sizeof *out);
    for (int64_t q = begin, stop; q < end; q = stop) {
        int64_t sample_end = (q / count + 1) * count;
        float *sum = q == begin ? out : at->extra;
        stop = limpid_min(q + step, count > LIMPID_CHAIN ? sample_end : end);
        for (int64_t t = q; t < stop; t += work->block)
            filter_block(work, at, t, limpid_min(work->block, stop - t), t > q, sum);
        if (sum != out)
            add_sums(work, at, out, sum);
    }
}

/* ---- a shard a task ---- */

static void shard_task(void *argument, int64_t index, int worker)
{
    const filter_work *work = argument;
    int64_t piece = index % work->pieces, shard = index / work->pieces % LIMPID_SHARDS;
    int64_t g = index / work->pieces / LIMPID_SHARDS, all = panels(taps(work->s));
    int64_t k0 = all * piece / work->pieces * PANEL;
    int64_t k1 = limpid_min(all * (piece + 1) / work->pieces * PANEL, taps(work->s));
    place at = make_place(work, g, k0, k1, worker);
    int64_t sums = work->filters * work->width;
    shard_sum(work, &at, shard, work->parts + (g * LIMPID_SHARDS + shard) * sums + k0);
}

/* out[i] = the tree over the shards of parts[shard][i]. */
static void join_shards(const float *parts, int64_t stride, int64_t count, float *out)
{
    for (int64_t i = 0; i < count; i += LANES) {
        vector sum[LIMPID_SHARDS];
        for (int64_t shard = 0; shard < LIMPID_SHARDS; shard++)
            sum[shard] = load(parts + shard * stride + i);
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
    int64_t g = row / work->filters, sums = work->filters * work->width;
    (void)worker;
    join_shards(work->parts + g * LIMPID_SHARDS * sums + row % work->filters * work->width, sums,
                taps(work->s), work->dw + row * taps(work->s));
}

/* ---- a panel a task ---- */

static void panel_task(void *argument, int64_t index, int worker)
{
    const filter_work *work = argument;
    int64_t all = panels(taps(work->s)), g = index / all, k0 = index % all * PANEL;
    place at = make_place(work, g, k0, limpid_min(k0 + PANEL, taps(work->s)), worker);
    int64_t sums = work->filters * work->width, top = 0;
    float *level = at.extra + sums; /* partial sums of the tree, the joined ones below */
    for (int64_t shard = 0; shard < LIMPID_SHARDS; shard++) {
        shard_sum(work, &at, shard, level + top++ * sums);
        for (int64_t joined = shard; joined & 1; joined >>= 1, top--)
            add_sums(work, &at, level + (top - 2) * sums, level + (top - 1) * sums);
    }
    for (int64_t r = 0; r < work->filters; r++)
        copy_run(work->dw + (g * work->filters + r) * taps(work->s) + k0, level + r * work->width,
                 at.k1 - k0);
}

void KERNEL(conv_backward_filter)(const limpid_worksite *site, const limpid_window *s,
                                  const float *x, const float *dy, float *dw)
{
    filter_work work = { .site = site, .s = s, .x = x, .dy = dy, .dw = dw };
    work.parts = site->scratch.shared;
    work.filters = s->k / s->groups;
    work.width = sum_width(s);
    work.block = block_terms(s);
    int64_t all = panels(taps(s)), shards = limpid_min(LIMPID_SHARDS, s->n);
    if (by_shard(s)) {
        work.pieces = limpid_min(all, LIMPID_SHARDS / shards);
        limpid_parallel(site->context, s->groups * LIMPID_SHARDS * work.pieces, shard_task, &work);
        limpid_parallel(site->context, s->k, join_task, &work);
    } else
        limpid_parallel(site->context, s->groups * all, panel_task, &work);
}

/* ---- biases ---- */

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
        if (work->pixels == 1)
            add_run(part, work->dy + n * work->c, work->c);
        else
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
    join_shards(work.parts, c + PANEL, c, db);
}
