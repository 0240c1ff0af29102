// SPDX-License-Identifier: MIT
/* pool.c - pooling, equations (46) to (48) forward, (53) to (55) backward.
 *
 * Maximum: cells outside the picture take no part; of equal cells the first in row-major order
 * wins; a NaN beats every number. Its gradient goes whole to the winner's recorded position, which
 * is S(x)^T without the matrix. Average: the cells are added in row-major order and divided by
 * their number. */
#include <string.h>
#include "kernel/isa/isa.h"

typedef struct {
    const limpid_window *s;
    const float *in;
    float *out;
    int32_t *positions_out;
    const int32_t *positions;
    void (*plane)(const void *work, int64_t plane);
    int64_t planes; /* of a task */
} pool_work;

static void pool_task(void *argument, int64_t index, int worker)
{
    const pool_work *work = argument;
    int64_t end = limpid_min((index + 1) * work->planes, work->s->n * work->s->c);
    (void)worker;
    for (int64_t plane = index * work->planes; plane < end; plane++)
        work->plane(work, plane);
}

static void over_planes(const limpid_worksite *site, pool_work *work)
{
    const limpid_window *s = work->s;
    work->planes = limpid_max(1, (1 << 15) / limpid_max(1, s->h * s->w));
    limpid_parallel(site->context, limpid_ceil_divide(s->n * s->c, work->planes), pool_task, work);
}

/* The cells of one window along one dimension that lie inside: offsets [from, to) of `size`. */
INLINE void clip(int64_t first, int64_t dilation, int64_t size, int64_t extent, int64_t *from,
                 int64_t *to)
{
    *from = first < 0 ? limpid_ceil_divide(-first, dilation) : 0;
    *to = first >= extent ? 0 : limpid_min(size, (extent - 1 - first) / dilation + 1);
}

/* ---- maximum ---- */

INLINE bool beats(float value, float best)
{
    return value > best || (value != value && best == best);
}

/* The winner of output (i, j): its place in the plane. The planner saw to it that a window has a
 * cell. */
static int32_t winner(const limpid_window *s, const float *x, int64_t i, int64_t j)
{
    int64_t top = i * s->stride[0] - s->pad[0], left = j * s->stride[1] - s->pad[1];
    int64_t u0, u1, v0, v1;
    clip(top, s->dilation[0], s->size[0], s->h, &u0, &u1);
    clip(left, s->dilation[1], s->size[1], s->w, &v0, &v1);
    int64_t best = (top + u0 * s->dilation[0]) * s->w + left + v0 * s->dilation[1];
    for (int64_t u = u0; u < u1; u++)
        for (int64_t v = v0; v < v1; v++) {
            int64_t cell = (top + u * s->dilation[0]) * s->w + left + v * s->dilation[1];
            if (beats(x[cell], x[best]))
                best = cell;
        }
    return (int32_t)best;
}

/* Eight (or four) neighbouring windows of stride 1 or 2 at once, none of which leaves the picture.
 * `first` is the place of the first window's first cell. */
#define WINNERS(width, even, whole_run)                                                            \
    typedef int32_t places##width __attribute__((vector_size(width * 4), aligned(4), may_alias));  \
    INLINE void winners##width(const limpid_window *s, const float *x, int64_t first, float *y,    \
                               int32_t *positions)                                                 \
    {                                                                                              \
        run##width best = { 0 };                                                                   \
        places##width place = { 0 }, start = whole_run;                                            \
        start = start * (int32_t)s->stride[1] + (int32_t)first;                                    \
        for (int64_t u = 0; u < s->size[0]; u++)                                                   \
            for (int64_t v = 0; v < s->size[1]; v++) {                                             \
                int64_t offset = u * s->dilation[0] * s->w + v * s->dilation[1];                   \
                const float *cells = x + first + offset;                                           \
                run##width value = *(const run##width *)cells;                                     \
                if (s->stride[1] == 2)                                                             \
                    value = __builtin_shufflevector(value, *(const run##width *)(cells + width),   \
                                                    even);                                         \
                places##width here = start + (int32_t)offset;                                      \
                places##width takes = (value > best) | ((value != value) & (best == best));        \
                if (u == 0 && v == 0)                                                              \
                    takes = start == start;                                                        \
                best =                                                                             \
                    (run##width)((takes & (places##width)value) | (~takes & (places##width)best)); \
                place = (takes & here) | (~takes & place);                                         \
            }                                                                                      \
        *(run##width *)y = best;                                                                   \
        if (positions)                                                                             \
            *(places##width *)positions = place;                                                   \
    }

#define EVEN_8 0, 2, 4, 6, 8, 10, 12, 14
#define EVEN_4 0, 2, 4, 6
#define RUN_8                                                                                      \
    {                                                                                              \
        0, 1, 2, 3, 4, 5, 6, 7                                                                     \
    }
#define RUN_4                                                                                      \
    {                                                                                              \
        0, 1, 2, 3                                                                                 \
    }
#define LIST(...) __VA_ARGS__
WINNERS(8, LIST(EVEN_8), LIST(RUN_8))
WINNERS(4, LIST(EVEN_4), LIST(RUN_4))

static void max_row(const limpid_window *s, const float *x, int64_t room, int64_t i, float *y,
                    int32_t *positions)
{
    int64_t top = i * s->stride[0] - s->pad[0];
    int64_t reach = (s->size[1] - 1) * s->dilation[1];
    bool rows_inside = top >= 0 && top + (s->size[0] - 1) * s->dilation[0] < s->h;
    for (int64_t j = 0; j < s->ow;) {
        int64_t left = j * s->stride[1] - s->pad[1], first = top * s->w + left, width = 0;
        if (rows_inside && left >= 0 && s->stride[1] <= 2) {
            /* the furthest cell read by a run, in the picture and in memory */
            int64_t row = top + (s->size[0] - 1) * s->dilation[0];
            for (width = 8; width >= 4; width /= 2)
                if (j + width <= s->ow && left + (width - 1) * s->stride[1] + reach < s->w &&
                    row * s->w + left + reach + width * s->stride[1] <= room)
                    break;
        }
        if (width == 8)
            winners8(s, x, first, y + j, positions ? positions + j : NULL);
        else if (width == 4)
            winners4(s, x, first, y + j, positions ? positions + j : NULL);
        else {
            int32_t best = winner(s, x, i, j);
            y[j] = x[best];
            if (positions)
                positions[j] = best;
        }
        j += width >= 4 ? width : 1;
    }
}

static void max_plane(const void *argument, int64_t plane)
{
    const pool_work *work = argument;
    const limpid_window *s = work->s;
    int64_t area = s->h * s->w, count = pixels(s), room = (s->n * s->c - plane) * area;
    for (int64_t i = 0; i < s->oh; i++) {
        int64_t at = plane * count + i * s->ow;
        max_row(s, work->in + plane * area, room, i, work->out + at,
                work->positions_out ? work->positions_out + at : NULL);
    }
}

void KERNEL(pool_max_forward)(const limpid_worksite *site, const limpid_window *s, const float *x,
                              float *y, int32_t *positions)
{
    pool_work work = { .s = s, .in = x, .out = y, .positions_out = positions, .plane = max_plane };
    over_planes(site, &work);
}

static void max_back_plane(const void *argument, int64_t plane)
{
    const pool_work *work = argument;
    int64_t area = work->s->h * work->s->w, count = pixels(work->s);
    float *dx = work->out + plane * area;
    const float *dy = work->in + plane * count;
    const int32_t *positions = work->positions + plane * count;
    memset(dx, 0, (size_t)area * sizeof *dx);
    for (int64_t p = 0; p < count; p++)
        dx[positions[p]] += dy[p];
}

void KERNEL(pool_max_backward)(const limpid_worksite *site, const limpid_window *s, const float *dy,
                               const int32_t *positions, float *dx)
{
    pool_work work = {
        .s = s, .in = dy, .out = dx, .positions = positions, .plane = max_back_plane
    };
    over_planes(site, &work);
}

/* ---- average ---- */

/* Calls for each window of a plane with its cells and divisor. Forward reads x, backward adds to
 * dx. */
INLINE void average_windows(const limpid_window *s, const float *x, float *y, const float *dy,
                            float *dx)
{
    for (int64_t i = 0; i < s->oh; i++)
        for (int64_t j = 0; j < s->ow; j++) {
            int64_t top = i * s->stride[0] - s->pad[0], left = j * s->stride[1] - s->pad[1];
            int64_t u0, u1, v0, v1;
            float sum = 0;
            clip(top, s->dilation[0], s->size[0], s->h, &u0, &u1);
            clip(left, s->dilation[1], s->size[1], s->w, &v0, &v1);
            float cells = (float)(s->count_pad ? s->size[0] * s->size[1] : (u1 - u0) * (v1 - v0));
            float share = dy ? dy[i * s->ow + j] / cells : 0;
            for (int64_t u = u0; u < u1; u++)
                for (int64_t v = v0; v < v1; v++) {
                    int64_t at = (top + u * s->dilation[0]) * s->w + left + v * s->dilation[1];
                    if (dx)
                        dx[at] += share;
                    else
                        sum += x[at];
                }
            if (y)
                y[i * s->ow + j] = sum / cells;
        }
}

static void average_plane(const void *argument, int64_t plane)
{
    const pool_work *work = argument;
    const limpid_window *s = work->s;
    average_windows(s, work->in + plane * s->h * s->w, work->out + plane * pixels(s), NULL, NULL);
}

void KERNEL(pool_average_forward)(const limpid_worksite *site, const limpid_window *s,
                                  const float *x, float *y)
{
    pool_work work = { .s = s, .in = x, .out = y, .plane = average_plane };
    over_planes(site, &work);
}

static void average_back_plane(const void *argument, int64_t plane)
{
    const pool_work *work = argument;
    const limpid_window *s = work->s;
    int64_t area = s->h * s->w;
    memset(work->out + plane * area, 0, (size_t)area * sizeof(float));
    average_windows(s, NULL, NULL, work->in + plane * pixels(s), work->out + plane * area);
}

void KERNEL(pool_average_backward)(const limpid_worksite *site, const limpid_window *s,
                                   const float *dy, float *dx)
{
    pool_work work = { .s = s, .in = dy, .out = dx, .plane = average_back_plane };
    over_planes(site, &work);
}
