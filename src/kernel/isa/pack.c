// SPDX-License-Identifier: MIT
/* pack.c - gathering phi(x) in pieces that fit a cache, and spreading gradients back along the same
 * map.
 *
 * phi(x) has a row for each output pixel and a column for each (c, u, v) (equations 16 to 19, with
 * stride, padding and dilation); cells that fall outside the picture are 0. It is never formed as a
 * whole. */
#include <string.h>
#include "kernel/isa/isa.h"

void KERNEL(transpose)(int64_t rows, int64_t columns, const float *from, int64_t from_stride,
                       float *to, int64_t to_stride)
{
    int64_t r = 0;
    for (; r + 4 <= rows; r += 4) {
        const float *f = from + r * from_stride;
        int64_t c = 0;
        for (; c + 4 <= columns; c += 4) {
            run4 a = *(const run4 *)(f + c), b = *(const run4 *)(f + from_stride + c);
            run4 d = *(const run4 *)(f + 2 * from_stride + c),
                 e = *(const run4 *)(f + 3 * from_stride + c);
            run4 ab0 = __builtin_shufflevector(a, b, 0, 4, 1, 5),
                 ab1 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
            run4 de0 = __builtin_shufflevector(d, e, 0, 4, 1, 5),
                 de1 = __builtin_shufflevector(d, e, 2, 6, 3, 7);
            float *t = to + c * to_stride + r;
            *(run4 *)t = __builtin_shufflevector(ab0, de0, 0, 1, 4, 5);
            *(run4 *)(t + to_stride) = __builtin_shufflevector(ab0, de0, 2, 3, 6, 7);
            *(run4 *)(t + 2 * to_stride) = __builtin_shufflevector(ab1, de1, 0, 1, 4, 5);
            *(run4 *)(t + 3 * to_stride) = __builtin_shufflevector(ab1, de1, 2, 3, 6, 7);
        }
        for (; c < columns; c++)
            for (int i = 0; i < 4; i++)
                to[c * to_stride + r + i] = f[i * from_stride + c];
    }
    for (; r < rows; r++)
        for (int64_t c = 0; c < columns; c++)
            to[c * to_stride + r] = from[r * from_stride + c];
}

/* The window is the whole picture: phi(x) is x, a row a sample. */
static bool whole(const limpid_window *s)
{
    return pixels(s) == 1 && s->h == s->size[0] && s->w == s->size[1] && s->pad[0] == 0 &&
           s->pad[1] == 0 && (s->dilation[0] == 1 || s->h == 1) &&
           (s->dilation[1] == 1 || s->w == 1);
}

/* A stretch of columns within one row of one sample's output. */
typedef struct {
    int64_t n, i, j, length;
} stretch;

INLINE stretch stretch_first(const limpid_window *s, int64_t q0, int64_t q1)
{
    int64_t n = q0 / pixels(s), p = q0 % pixels(s);
    return (stretch){ n, p / s->ow, p % s->ow, limpid_min(s->ow - p % s->ow, q1 - q0) };
}

INLINE void stretch_next(const limpid_window *s, stretch *at, int64_t left)
{
    at->j = 0;
    if (++at->i == s->oh) {
        at->i = 0;
        at->n++;
    }
    at->length = limpid_min(s->ow, left);
}

/* Of outputs j .. j + length, those [*from, *to) whose cell with offset v lies inside the row. */
INLINE void inside(const limpid_window *s, const stretch *at, int64_t v, int64_t *from, int64_t *to)
{
    int64_t first = at->j * s->stride[1] - s->pad[1] + v * s->dilation[1], step = s->stride[1];
    if (step == 1) { /* by far the most frequent, and divisions are slow */
        *from = limpid_min(limpid_max(-first, 0), at->length);
        *to = limpid_min(limpid_max(s->w - first, 0), at->length);
    } else {
        *from = first >= 0 ? 0 : limpid_min(limpid_ceil_divide(-first, step), at->length);
        *to = first >= s->w ? 0 : limpid_min((s->w - 1 - first) / step + 1, at->length);
    }
    *to = limpid_max(*from, *to);
}

/* Whether no tap of the window leaves the picture on this stretch. */
INLINE bool interior(const limpid_window *s, const stretch *at)
{
    int64_t top = at->i * s->stride[0] - s->pad[0], left = at->j * s->stride[1] - s->pad[1];
    return top >= 0 && top + (s->size[0] - 1) * s->dilation[0] < s->h && left >= 0 &&
           left + (at->length - 1) * s->stride[1] + (s->size[1] - 1) * s->dilation[1] < s->w;
}

/* Where in a plane the first cell of a stretch lies for the tap (u, v); may be outside. */
INLINE int64_t cell(const limpid_window *s, const stretch *at, int64_t u, int64_t v)
{
    return (at->i * s->stride[0] - s->pad[0] + u * s->dilation[0]) * s->w + at->j * s->stride[1] -
           s->pad[1] + v * s->dilation[1];
}

INLINE void gather_stretch(const limpid_window *s, const float *plane, const stretch *at, int64_t u,
                           int64_t v, float *to)
{
    int64_t row = at->i * s->stride[0] - s->pad[0] + u * s->dilation[0], from = 0, end = 0;
    if (row >= 0 && row < s->h)
        inside(s, at, v, &from, &end);
    for (int64_t j = 0; j < from; j++)
        to[j] = 0;
    const float *cells = plane + cell(s, at, u, v);
    if (s->stride[1] == 1)
        copy_run(to + from, cells + from, end - from);
    else
        for (int64_t j = from; j < end; j++)
            to[j] = cells[j * s->stride[1]];
    for (int64_t j = end; j < at->length; j++)
        to[j] = 0;
}

/* One stretch for all taps: the loop of small pictures, whose rows are a vector long. */
INLINE void stretch_by_tap(const limpid_window *s, const float *x, const stretch *at, float *to)
{
    bool plain = s->stride[1] == 1 && interior(s, at);
    for (int64_t c = 0; c < s->c / s->groups; c++, x += s->h * s->w)
        for (int64_t u = 0; u < s->size[0]; u++) {
            const float *cells = x + cell(s, at, u, 0);
            for (int64_t v = 0; v < s->size[1]; v++, to += PANEL)
                if (plain && at->length == 8)
                    *(run8 *)to = *(const run8 *)(cells + v * s->dilation[1]);
                else if (plain)
                    copy_run(to, cells + v * s->dilation[1], at->length);
                else
                    gather_stretch(s, x, at, u, v, to);
        }
}

void KERNEL(phi_by_tap)(const limpid_window *s, const float *x, int64_t g, int64_t q0, int64_t q1,
                        float *to)
{
    int64_t area = s->h * s->w;
    x += g * (s->c / s->groups) * area;
    if (whole(s)) {
        KERNEL(transpose)(q1 - q0, taps(s), x + q0 * s->c * area, s->c * area, to, PANEL);
        return;
    }
    stretch at = stretch_first(s, q0, q1);
    for (int64_t q = q0; q < q1; stretch_next(s, &at, q1 - q)) {
        stretch_by_tap(s, x + at.n * s->c * area, &at, to + q - q0);
        q += at.length;
    }
}

/* A row of phi whose window lies inside the picture: a run for each (c, u), each written eight
 * floats wide over the start of the next. */
INLINE void plain_row(const limpid_window *s, const float *cells, int64_t channels, float *to)
{
    for (int64_t c = 0; c < channels; c++, cells += s->h * s->w)
        for (int64_t u = 0; u < s->size[0]; u++, to += s->size[1])
            *(run8 *)to = *(const run8 *)(cells + u * s->dilation[0] * s->w);
}

/* One row of phi: columns k0 .. k1, a run of v for each (c, u). `end` is where x ends. */
INLINE void pixel_row(const limpid_window *s, const float *x, const float *end, int64_t i,
                      int64_t j, int64_t k0, int64_t k1, float *to)
{
    int64_t width = s->size[1], area = s->size[0] * width;
    int64_t c = k0 / area, u = k0 % area / width, v = k0 % width;
    int64_t left = j * s->stride[1] - s->pad[1];
    bool dense = s->dilation[1] == 1 && left >= 0 && left + width <= s->w;
    for (int64_t k = k0; k < k1;) {
        int64_t row = i * s->stride[0] - s->pad[0] + u * s->dilation[0];
        int64_t run = limpid_min(width - v, k1 - k);
        const float *cells = x + (c * s->h + row) * s->w + left + v;
        if (row < 0 || row >= s->h)
            memset(to, 0, (size_t)run * sizeof *to);
        else if (dense && run <= 8 && cells + 8 <= end)
            *(run8 *)to = *(const run8 *)cells;
        else if (dense)
            copy_run(to, cells, run);
        else
            for (int64_t t = 0; t < run; t++) {
                int64_t column = left + (v + t) * s->dilation[1];
                to[t] = column >= 0 && column < s->w ? x[(c * s->h + row) * s->w + column] : 0;
            }
        to += run;
        k += run;
        v = 0;
        if (++u == s->size[0]) {
            u = 0;
            c++;
        }
    }
}

void KERNEL(phi_by_pixel)(const limpid_window *s, const float *x, int64_t g, int64_t q0, int64_t q1,
                          int64_t k0, int64_t k1, float *to, int64_t stride)
{
    int64_t sample = s->c * s->h * s->w, group = sample / s->groups;
    const float *end = x + s->n * sample;
    int64_t window = s->size[0] * s->size[1], channels = (k1 - k0) / window;
    /* whole channels, runs of at most eight cells that lie side by side */
    bool plain = k0 % window == 0 && k1 % window == 0 && s->size[1] <= 8 && s->dilation[1] == 1;
    int64_t last = ((channels - 1) * s->h + (s->size[0] - 1) * s->dilation[0]) * s->w;
    bool copy = whole(s);
    stretch at = stretch_first(s, q0, q1);
    for (int64_t q = q0; q < q1; stretch_next(s, &at, q1 - q)) {
        const float *from = x + at.n * sample + g * group;
        const float *first = from + k0 / window * s->h * s->w;
        for (int64_t j = 0; j < at.length; j++, to += stride) {
            stretch one = { at.n, at.i, at.j + j, 1 };
            const float *cells = first + cell(s, &one, 0, 0);
            if (copy)
                copy_run(to, from + k0, k1 - k0);
            else if (plain && interior(s, &one) && cells + last + 8 <= end)
                plain_row(s, cells, channels, to);
            else
                pixel_row(s, from, end, at.i, at.j + j, k0, k1, to);
        }
        q += at.length;
    }
}

INLINE void add_stretch(const limpid_window *s, const float *from, const stretch *at, int64_t u,
                        int64_t v, float *plane)
{
    int64_t row = at->i * s->stride[0] - s->pad[0] + u * s->dilation[0], begin, end;
    if (row < 0 || row >= s->h)
        return;
    inside(s, at, v, &begin, &end);
    float *cells = plane + cell(s, at, u, v);
    if (s->stride[1] == 1)
        add_run(cells + begin, from + begin, end - begin);
    else
        for (int64_t j = begin; j < end; j++)
            cells[j * s->stride[1]] += from[j];
}

/* The rows of `channels` channels for one stretch. A cell's windows in the order of q have falling
 * u, and within one output row falling v: so the order of addition is the same wherever columns are
 * cut. Channels are innermost so that a sum is written long before the next one reads it. */
INLINE void stretch_add_back(const limpid_window *s, const float *from, const stretch *at,
                             int64_t channels, float *planes)
{
    int64_t area = s->h * s->w, window = s->size[0] * s->size[1];
    bool plain = s->stride[1] == 1 && interior(s, at);
    for (int64_t u = s->size[0] - 1; u >= 0; u--)
        for (int64_t v = s->size[1] - 1; v >= 0; v--) {
            const float *row = from + (u * s->size[1] + v) * PANEL;
            float *cells = planes + cell(s, at, u, v);
            for (int64_t c = 0; c < channels; c++, row += window * PANEL)
                if (plain && at->length == 8)
                    *(run8 *)(cells + c * area) += *(const run8 *)row;
                else if (plain)
                    add_run(cells + c * area, row, at->length);
                else
                    add_stretch(s, row, at, u, v, planes + c * area);
        }
}

void KERNEL(phi_add_back)(const limpid_window *s, const float *from, int64_t g, int64_t c0,
                          int64_t c1, int64_t q0, int64_t q1, float *dx)
{
    int64_t area = s->h * s->w;
    dx += (g * (s->c / s->groups) + c0) * area;
    if (whole(s)) {
        KERNEL(transpose)
        ((c1 - c0) * area, q1 - q0, from, PANEL, dx + q0 * s->c * area, s->c * area);
        return;
    }
    stretch at = stretch_first(s, q0, q1);
    for (int64_t q = q0; q < q1; stretch_next(s, &at, q1 - q)) {
        stretch_add_back(s, from + q - q0, &at, c1 - c0, dx + at.n * s->c * area);
        q += at.length;
    }
}

void KERNEL(load_columns)(const limpid_window *s, const float *y, int64_t g, int64_t r0,
                          int64_t rows, int64_t q0, int64_t q1, float *to)
{
    int64_t count = pixels(s), first = g * (s->k / s->groups) + r0;
    for (int64_t q = q0, run; q < q1; q += run) {
        int64_t n = q / count, p = q % count;
        run = limpid_min(count - p, q1 - q);
        if (count == 1) {
            run = q1 - q;
            KERNEL(transpose)(run, rows, y + n * s->k + first, s->k, to + q - q0, PANEL);
        } else
            for (int64_t r = 0; r < rows; r++)
                copy_run(to + r * PANEL + q - q0, y + (n * s->k + first + r) * count + p, run);
    }
}

void KERNEL(store_columns)(const limpid_window *s, const float *from, int64_t g, int64_t r0,
                           int64_t rows, int64_t q0, int64_t q1, float *y)
{
    int64_t count = pixels(s), first = g * (s->k / s->groups) + r0;
    for (int64_t q = q0, run; q < q1; q += run) {
        int64_t n = q / count, p = q % count;
        run = limpid_min(count - p, q1 - q);
        if (count == 1) {
            run = q1 - q;
            KERNEL(transpose)(rows, run, from + q - q0, PANEL, y + n * s->k + first, s->k);
        } else
            for (int64_t r = 0; r < rows; r++)
                copy_run(y + (n * s->k + first + r) * count + p, from + r * PANEL + q - q0, run);
    }
}
