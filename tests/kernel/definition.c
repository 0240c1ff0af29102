// SPDX-License-Identifier: MIT
/* definition.c - see definition.h. */
#include "kernel/definition.h"
#include <math.h>
#include <string.h>

/* ---- chains, and how they are joined ---- */

/* A sum of products by its parts: the k-th product is a(k) * b(k). */
typedef struct {
    const limpid_window *s;
    const float *x, *w, *dy;
    int64_t n, group, i, j, k, c, u, v; /* what is summed for; not all are used */
} place;
typedef void factors(const place *p, int64_t term, float *a, float *b);

static float chain(const place *p, factors *both, int64_t from, int64_t to, float start)
{
    float sum = start, a, b;
    for (int64_t term = from; term < to; term++) {
        both(p, term, &a, &b);
        sum = fmaf(a, b, sum);
    }
    return sum;
}

/* Chains [from, to) of LIMPID_CHAIN terms: the first half of them is the largest power of two. */
static float tree(const place *p, factors *both, int64_t terms, int64_t from, int64_t to,
                  float start)
{
    if (to - from <= 1)
        return chain(p, both, from * LIMPID_CHAIN, limpid_min(terms, to * LIMPID_CHAIN), start);
    int64_t half = 1;
    while (2 * half < to - from)
        half *= 2;
    float first = tree(p, both, terms, from, from + half, start);
    return first + tree(p, both, terms, from + half, to, 0);
}

static float sum_of(const place *p, factors *both, int64_t terms, float start)
{
    return tree(p, both, terms, 0, limpid_ceil_divide(terms, LIMPID_CHAIN), start);
}

/* A tree over the shards' sums: neighbours first. */
static float join(const float sums[LIMPID_SHARDS])
{
    float level[LIMPID_SHARDS];
    memcpy(level, sums, sizeof level);
    for (int count = LIMPID_SHARDS; count > 1; count /= 2)
        for (int i = 0; i < count / 2; i++)
            level[i] = level[2 * i] + level[2 * i + 1];
    return level[0];
}

/* ---- windows ---- */

static int64_t at(const limpid_window *s, int d, int64_t output, int64_t offset)
{
    return output * s->stride[d] - s->pad[d] + offset * s->dilation[d];
}

/* x[n][c] at the cell, 0 outside. */
static float cell(const limpid_window *s, const float *x, int64_t n, int64_t c, int64_t row,
                  int64_t column)
{
    bool inside = row >= 0 && row < s->h && column >= 0 && column < s->w;
    return inside ? x[((n * s->c + c) * s->h + row) * s->w + column] : 0;
}

static int64_t window_terms(const limpid_window *s)
{
    return s->c / s->groups * s->size[0] * s->size[1];
}

static void factors_forward(const place *p, int64_t term, float *a, float *b)
{
    const limpid_window *s = p->s;
    int64_t v = term % s->size[1], u = term / s->size[1] % s->size[0];
    int64_t c = p->group * (s->c / s->groups) + term / s->size[1] / s->size[0];
    *a = p->w[p->k * window_terms(s) + term];
    *b = cell(s, p->x, p->n, c, at(s, 0, p->i, u), at(s, 1, p->j, v));
}

void define_conv_forward(const limpid_window *s, const float *x, const float *w, const float *b,
                         float *y)
{
    place p = { .s = s, .x = x, .w = w };
    for (p.n = 0; p.n < s->n; p.n++)
        for (p.k = 0; p.k < s->k; p.k++)
            for (p.i = 0; p.i < s->oh; p.i++)
                for (p.j = 0; p.j < s->ow; p.j++) {
                    p.group = p.k / (s->k / s->groups);
                    *y++ = sum_of(&p, factors_forward, window_terms(s), b ? b[p.k] : 0);
                }
}

/* The term-th filter of the group. */
static void factors_input(const place *p, int64_t term, float *a, float *b)
{
    const limpid_window *s = p->s;
    int64_t k = p->group * (s->k / s->groups) + term;
    *a = p->w[((k * (s->c / s->groups) + p->c) * s->size[0] + p->u) * s->size[1] + p->v];
    *b = p->dy[((p->n * s->k + k) * s->oh + p->i) * s->ow + p->j];
}

void define_conv_backward_input(const limpid_window *s, const float *dy, const float *w, float *dx)
{
    place p = { .s = s, .dy = dy, .w = w };
    int64_t channels = s->c / s->groups;
    memset(dx, 0, (size_t)(s->n * s->c * s->h * s->w) * sizeof *dx);
    for (p.n = 0; p.n < s->n; p.n++)
        for (p.group = 0; p.group < s->groups; p.group++)
            for (p.c = 0; p.c < channels; p.c++)
                for (p.i = 0; p.i < s->oh; p.i++)
                    for (p.j = 0; p.j < s->ow; p.j++)
                        for (p.u = 0; p.u < s->size[0]; p.u++)
                            for (p.v = 0; p.v < s->size[1]; p.v++) {
                                int64_t row = at(s, 0, p.i, p.u), column = at(s, 1, p.j, p.v);
                                int64_t plane = p.n * s->c + p.group * channels + p.c;
                                if (row < 0 || row >= s->h || column < 0 || column >= s->w)
                                    continue;
                                dx[(plane * s->h + row) * s->w + column] +=
                                    sum_of(&p, factors_input, s->k / s->groups, 0);
                            }
}

/* The term-th output pixel of the batch. */
static void factors_filter(const place *p, int64_t term, float *a, float *b)
{
    const limpid_window *s = p->s;
    int64_t j = term % s->ow, i = term / s->ow % s->oh, n = term / s->ow / s->oh;
    *a = p->dy[((n * s->k + p->k) * s->oh + i) * s->ow + j];
    *b = cell(s, p->x, n, p->c, at(s, 0, i, p->u), at(s, 1, j, p->v));
}

/* Whole samples to a chain, as many as it may have terms for; or parts of one sample. */
static float shard_sum(const place *p, int64_t first, int64_t last)
{
    int64_t pixels = p->s->oh * p->s->ow, together = limpid_max(1, LIMPID_CHAIN / pixels);
    float sum = 0;
    for (int64_t n = first; n < last; n += together) {
        int64_t end = limpid_min(n + together, last) * pixels;
        for (int64_t from = n * pixels; from < end; from += LIMPID_CHAIN) {
            float part = chain(p, factors_filter, from, limpid_min(from + LIMPID_CHAIN, end), 0);
            sum = from == first * pixels ? part : sum + part;
        }
    }
    return sum;
}

void define_conv_backward_filter(const limpid_window *s, const float *x, const float *dy, float *dw)
{
    place p = { .s = s, .x = x, .dy = dy };
    int64_t channels = s->c / s->groups;
    for (p.k = 0; p.k < s->k; p.k++)
        for (int64_t c = 0; c < channels; c++)
            for (p.u = 0; p.u < s->size[0]; p.u++)
                for (p.v = 0; p.v < s->size[1]; p.v++) {
                    float sums[LIMPID_SHARDS];
                    p.c = p.k / (s->k / s->groups) * channels + c;
                    for (int shard = 0; shard < LIMPID_SHARDS; shard++)
                        sums[shard] = shard_sum(&p, s->n * shard / LIMPID_SHARDS,
                                                s->n * (shard + 1) / LIMPID_SHARDS);
                    *dw++ = join(sums);
                }
}

/* 16 lanes, the i-th sums the numbers i, i + 16, ...; then halves of them are added. */
static float lanes_sum(const float *x, int64_t count)
{
    float lane[16] = { 0 };
    for (int64_t i = 0; i < count; i++)
        lane[i % 16] += x[i];
    for (int width = 8; width; width /= 2)
        for (int i = 0; i < width; i++)
            lane[i] += lane[i + width];
    return lane[0];
}

void define_channel_sum(int64_t n, int64_t c, int64_t pixels, const float *dy, float *db)
{
    for (int64_t channel = 0; channel < c; channel++) {
        float sums[LIMPID_SHARDS] = { 0 };
        for (int shard = 0; shard < LIMPID_SHARDS; shard++)
            for (int64_t i = n * shard / LIMPID_SHARDS; i < n * (shard + 1) / LIMPID_SHARDS; i++)
                for (int64_t from = 0; from < pixels; from += 16 * LIMPID_CHAIN)
                    sums[shard] += lanes_sum(dy + (i * c + channel) * pixels + from,
                                             limpid_min(16 * LIMPID_CHAIN, pixels - from));
        db[channel] = join(sums);
    }
}

/* ---- pooling ---- */

/* Where in its plane the cells of output p lie, in row-major order; how many there are. */
static int64_t cells_of(const limpid_window *s, int64_t p, int64_t *cells)
{
    int64_t count = 0;
    for (int64_t u = 0; u < s->size[0]; u++)
        for (int64_t v = 0; v < s->size[1]; v++) {
            int64_t row = at(s, 0, p / s->ow, u), column = at(s, 1, p % s->ow, v);
            if (row >= 0 && row < s->h && column >= 0 && column < s->w)
                cells[count++] = row * s->w + column;
        }
    return count;
}

enum { CELLS_MAX = 4096 };

void define_pool_max_forward(const limpid_window *s, const float *x, float *y, int32_t *positions)
{
    int64_t cells[CELLS_MAX];
    for (int64_t plane = 0; plane < s->n * s->c; plane++, x += s->h * s->w)
        for (int64_t p = 0; p < s->oh * s->ow; p++) {
            int64_t count = cells_of(s, p, cells), best = cells[0];
            for (int64_t i = 1; i < count && !isnan(x[best]); i++)
                if (isnan(x[cells[i]]) || x[cells[i]] > x[best])
                    best = cells[i];
            *y++ = x[best];
            *positions++ = (int32_t)best;
        }
}

void define_pool_max_backward(const limpid_window *s, const float *dy, const int32_t *positions,
                              float *dx)
{
    memset(dx, 0, (size_t)(s->n * s->c * s->h * s->w) * sizeof *dx);
    for (int64_t i = 0; i < s->n * s->c * s->oh * s->ow; i++)
        dx[i / (s->oh * s->ow) * s->h * s->w + positions[i]] += dy[i];
}

static float divisor(const limpid_window *s, int64_t cells)
{
    return (float)(s->count_pad ? s->size[0] * s->size[1] : cells);
}

void define_pool_average_forward(const limpid_window *s, const float *x, float *y)
{
    int64_t cells[CELLS_MAX];
    for (int64_t plane = 0; plane < s->n * s->c; plane++, x += s->h * s->w)
        for (int64_t p = 0; p < s->oh * s->ow; p++) {
            int64_t count = cells_of(s, p, cells);
            float sum = 0;
            for (int64_t i = 0; i < count; i++)
                sum += x[cells[i]];
            *y++ = sum / divisor(s, count);
        }
}

void define_pool_average_backward(const limpid_window *s, const float *dy, float *dx)
{
    int64_t cells[CELLS_MAX];
    memset(dx, 0, (size_t)(s->n * s->c * s->h * s->w) * sizeof *dx);
    for (int64_t plane = 0; plane < s->n * s->c; plane++, dx += s->h * s->w)
        for (int64_t p = 0; p < s->oh * s->ow; p++) {
            int64_t count = cells_of(s, p, cells);
            float share = *dy++ / divisor(s, count);
            for (int64_t i = 0; i < count; i++)
                dx[cells[i]] += share;
        }
}

/* ---- element by element ---- */

void define_relu_forward(int64_t count, const float *x, float *y)
{
    for (int64_t i = 0; i < count; i++)
        y[i] = x[i] <= 0 ? 0 : x[i];
}

void define_relu_backward(int64_t count, const float *y, const float *dy, float *dx)
{
    for (int64_t i = 0; i < count; i++)
        dx[i] = y[i] > 0 ? dy[i] : 0;
}

void define_add(int64_t count, const float *a, const float *b, float *sum)
{
    for (int64_t i = 0; i < count; i++)
        sum[i] = a[i] + b[i];
}

void define_sgd(int64_t count, float rate, float momentum, float decay, const float *g, float *m,
                float *w)
{
    for (int64_t i = 0; i < count; i++) {
        float kept = momentum * m[i], shrunk = decay * w[i], pull = g[i] + shrunk;
        m[i] = kept + pull;
        float step = rate * m[i];
        w[i] = w[i] - step;
    }
}
