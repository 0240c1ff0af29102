// SPDX-License-Identifier: MIT
/* conv.c - convolution forward and the gradient of its input: the tile fed with pieces of phi(x).
 *
 * Forward (20): rows are filters, columns are output pixels, terms are (c, u, v). Gradient of the
 * input (44, 45): rows are (c, u, v), columns pixels, terms are filters; the result is a piece of
 * dz/d phi(x)^T, added back at once to the cells it was gathered from. */
#include <string.h>
#include "kernel/isa/isa.h"

/* Work of about this many multiply-adds is worth handing to a thread. */
enum { TASK = 1 << 19 };

static limpid_scratch_need need(int64_t shared_floats, int64_t worker_floats)
{
    return (limpid_scratch_need){ (size_t)shared_floats * sizeof(float),
                                  (size_t)worker_floats * sizeof(float) };
}

/* ---- forward ---- */

typedef struct {
    const limpid_worksite *site;
    const limpid_window *s;
    const float *x, *w, *b;
    float *y, *packed; /* packed: for each group and row tile, [terms][rows] */
    int64_t filters;   /* of a group */
    int64_t column_panels, column_parts, row_parts;
} forward_work;

limpid_scratch_need KERNEL(conv_forward_need)(const limpid_window *s)
{
    return need(s->k * taps(s), taps(s) * PANEL + ROWS * PANEL);
}

static void pack_filters(void *argument, int64_t index, int worker)
{
    const forward_work *work = argument;
    int64_t tiles = row_tiles(work->filters), g = index / tiles, t = index % tiles;
    int64_t r0 = row_begin(work->filters, t), rows = row_begin(work->filters, t + 1) - r0;
    int64_t terms = taps(work->s), at = (g * work->filters + r0) * terms;
    (void)worker;
    KERNEL(transpose)(rows, terms, work->w + at, terms, work->packed + at, rows);
}

/* One panel of columns through the row tiles [t0, t1) of group g. */
static void forward_panel(const forward_work *work, int64_t g, int64_t panel, int64_t t0,
                          int64_t t1, float *phi)
{
    const limpid_window *s = work->s;
    int64_t q0 = panel * PANEL, q1 = limpid_min(q0 + PANEL, s->n * pixels(s)), p = q0 % pixels(s);
    float *spare = phi + taps(s) * PANEL;
    /* A full panel inside one sample goes straight to y. */
    bool direct = q1 - q0 == PANEL && p + PANEL <= pixels(s);
    KERNEL(phi_by_tap)(s, work->x, g, q0, q1, phi);
    for (int64_t t = t0; t < t1; t++) {
        int64_t r0 = row_begin(work->filters, t), rows = row_begin(work->filters, t + 1) - r0;
        int64_t filter = g * work->filters + r0;
        tile part = { .rows = (int)rows,
                      .columns = (int)(q1 - q0),
                      .terms = taps(s),
                      .a = work->packed + filter * taps(s),
                      .a_stride = rows,
                      .b = phi,
                      .b_stride = PANEL,
                      .c = direct ? work->y + (q0 / pixels(s) * s->k + filter) * pixels(s) + p
                                  : spare,
                      .c_stride = direct ? pixels(s) : PANEL,
                      .bias = work->b ? work->b + filter : NULL };
        KERNEL(tile_sum)(&part);
        if (!direct)
            KERNEL(store_columns)(s, spare, g, r0, rows, q0, q1, work->y);
    }
}

static void forward_task(void *argument, int64_t index, int worker)
{
    const forward_work *work = argument;
    const limpid_scratch *scratch = &work->site->scratch;
    float *phi = (float *)(void *)(scratch->worker + (size_t)worker * scratch->stride);
    int64_t rp = index % work->row_parts, cp = index / work->row_parts % work->column_parts;
    int64_t g = index / work->row_parts / work->column_parts, tiles = row_tiles(work->filters);
    for (int64_t panel = cp * work->column_panels / work->column_parts;
         panel < (cp + 1) * work->column_panels / work->column_parts; panel++)
        forward_panel(work, g, panel, rp * tiles / work->row_parts,
                      (rp + 1) * tiles / work->row_parts, phi);
}

void KERNEL(conv_forward)(const limpid_worksite *site, const limpid_window *s, const float *x,
                          const float *w, const float *b, float *y)
{
    forward_work work = { .site = site, .s = s, .x = x, .w = w, .b = b, .y = y };
    work.packed = site->scratch.shared;
    work.filters = s->k / s->groups;
    work.column_panels = panels(s->n * pixels(s));
    int64_t panel_cost = limpid_max(PANEL * work.filters * taps(s), 1);
    work.column_parts =
        limpid_ceil_divide(work.column_panels, limpid_ceil_divide(TASK, panel_cost));
    int64_t tasks = s->groups * work.column_parts;
    /* Few panels: rows are shared out too, at the price of gathering each panel more than once. */
    work.row_parts = tasks >= LIMPID_SHARDS ? 1
                                            : limpid_min(row_tiles(work.filters),
                                                         limpid_ceil_divide(LIMPID_SHARDS, tasks));
    limpid_parallel(site->context, s->groups * row_tiles(work.filters), pack_filters, &work);
    limpid_parallel(site->context, tasks * work.row_parts, forward_task, &work);
}

/* ---- gradient of the input ---- */

typedef struct {
    const limpid_worksite *site;
    const limpid_window *s;
    const float *dy, *w;
    float *dx;
    int64_t samples;  /* of one task */
    int64_t channels; /* worked on together */
    int64_t sample_parts, channel_parts;
} input_work;

/* Channels whose rows of phi fill some tiles. */
static int64_t channels_together(const limpid_window *s)
{
    int64_t wanted = limpid_max(1, 512 / (s->size[0] * s->size[1]));
    return limpid_min(wanted, s->c / s->groups);
}

limpid_scratch_need KERNEL(conv_backward_input_need)(const limpid_window *s)
{
    int64_t rows = channels_together(s) * s->size[0] * s->size[1];
    return need(0, (s->k / s->groups + rows) * PANEL);
}

/* Adds what the columns [q0, q1) give to the channels [c0, c1) of group g. */
static void input_panel(const input_work *work, int64_t g, int64_t c0, int64_t c1, int64_t q0,
                        int64_t q1, float *scratch)
{
    const limpid_window *s = work->s;
    int64_t filters = s->k / s->groups, window = s->size[0] * s->size[1];
    float *columns = scratch, *result = scratch + filters * PANEL;
    KERNEL(load_columns)(s, work->dy, g, 0, filters, q0, q1, columns);
    for (int64_t c = c0; c < c1; c += work->channels) {
        int64_t end = limpid_min(c + work->channels, c1), height = (end - c) * window;
        for (int64_t t = 0; t < row_tiles(height); t++) {
            int64_t r0 = row_begin(height, t);
            tile part = { .rows = (int)(row_begin(height, t + 1) - r0),
                          .columns = (int)(q1 - q0),
                          .terms = filters,
                          .a = work->w + g * filters * taps(s) + c * window + r0,
                          .a_stride = taps(s),
                          .b = columns,
                          .b_stride = PANEL,
                          .c = result + r0 * PANEL,
                          .c_stride = PANEL };
            KERNEL(tile_sum)(&part);
        }
        KERNEL(phi_add_back)(s, result, g, c, end, q0, q1, work->dx);
    }
}

static void input_task(void *argument, int64_t index, int worker)
{
    const input_work *work = argument;
    const limpid_window *s = work->s;
    const limpid_scratch *scratch = &work->site->scratch;
    float *memory = (float *)(void *)(scratch->worker + (size_t)worker * scratch->stride);
    int64_t part = index % work->channel_parts, channels = s->c / s->groups;
    int64_t n0 = index / work->channel_parts % work->sample_parts * work->samples;
    int64_t n1 = limpid_min(n0 + work->samples, s->n);
    int64_t g = index / work->channel_parts / work->sample_parts;
    int64_t c0 = channels * part / work->channel_parts,
            c1 = channels * (part + 1) / work->channel_parts;
    for (int64_t n = n0; n < n1; n++)
        memset(work->dx + ((n * s->groups + g) * channels + c0) * s->h * s->w, 0,
               (size_t)((c1 - c0) * s->h * s->w) * sizeof(float));
    for (int64_t q = n0 * pixels(s); q < n1 * pixels(s); q += PANEL)
        input_panel(work, g, c0, c1, q, limpid_min(q + PANEL, n1 * pixels(s)), memory);
}

void KERNEL(conv_backward_input)(const limpid_worksite *site, const limpid_window *s,
                                 const float *dy, const float *w, float *dx)
{
    input_work work = { .site = site, .s = s, .dy = dy, .w = w, .dx = dx };
    work.channels = channels_together(s);
    work.samples = limpid_ceil_divide(4 * PANEL, pixels(s)); /* whole samples fill some panels */
    work.sample_parts = limpid_ceil_divide(s->n, work.samples);
    int64_t tasks = work.sample_parts * s->groups;
    int64_t most = limpid_ceil_divide(s->c / s->groups, work.channels);
    work.channel_parts =
        tasks >= LIMPID_SHARDS ? 1 : limpid_min(most, limpid_ceil_divide(LIMPID_SHARDS, tasks));
    limpid_parallel(site->context, tasks * work.channel_parts, input_task, &work);
}
