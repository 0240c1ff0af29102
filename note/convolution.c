// SPDX-License-Identifier: MIT
/* convolution.c - section 4.2: convolution by its definition (12), first as the note has it, then
 * in full (A1 to A4: window, groups, bias, mini-batch) with its three derivatives.
 *
 * The filter is not flipped. Padding cells are zeros: their products are left out. */
#include "note/note.h"

note_tensor note_subvolume(note_sheet *s, note_tensor x, long i_l1, long j_l1, long H, long W)
{
    note_tensor part = note_volume(s, H, W, x.size[2], 1);
    if (!x.data || !part.data || i_l1 < 0 || i_l1 + H > x.size[0] || j_l1 < 0 ||
        j_l1 + W > x.size[1])
        return (note_tensor){ 0 };
    for (long d_l = 0; d_l < x.size[2]; d_l++)
        for (long j = 0; j < W; j++)
            for (long i = 0; i < H; i++)
                *note_at(part, i, j, d_l, 0) = *note_at(x, i_l1 + i, j_l1 + j, d_l, 0);
    return part;
}

/* The sum of (12) for one output: the d-th filter times the subvolume, element by element. */
static double sum_12(note_tensor f, note_tensor x, long i_l1, long j_l1, long d)
{
    double sum = 0;
    for (long i = 0; i < f.size[0]; i++)
        for (long j = 0; j < f.size[1]; j++)
            for (long d_l = 0; d_l < f.size[2]; d_l++)
                sum += *note_at(f, i, j, d_l, d) * *note_at(x, i_l1 + i, j_l1 + j, d_l, 0);
    return sum;
}

/* (12) */
note_tensor note_convolve(note_sheet *s, note_tensor x, note_tensor f)
{
    long H_l1 = x.size[0] - f.size[0] + 1, W_l1 = x.size[1] - f.size[1] + 1, D = f.size[3];
    note_tensor y = note_volume(s, H_l1, W_l1, D, 1);
    if (!x.data || !f.data || !y.data || f.size[2] != x.size[2] || x.size[3] != 1)
        return (note_tensor){ 0 };
    for (long d = 0; d < D; d++)
        for (long j_l1 = 0; j_l1 < W_l1; j_l1++)
            for (long i_l1 = 0; i_l1 < H_l1; i_l1++)
                *note_at(y, i_l1, j_l1, d, 0) = sum_12(f, x, i_l1, j_l1, d);
    return y;
}

/* From here on: (12) in full. */

/* The upper bound keeps products of sizes from overflowing. */
static bool between(long least, long number)
{
    return least <= number && number < 1L << 20;
}

static bool valid(note_window g, int axis)
{
    return between(1, g.size[axis]) && between(1, g.stride[axis]) && between(1, g.dilation[axis]) &&
           between(0, g.pad[axis]) && between(0, g.pad[axis + 2]);
}

long note_out_size(note_window g, int axis, long in)
{
    if (!valid(g, axis))
        return 0;
    long extent = g.dilation[axis] * (g.size[axis] - 1) + 1;
    long steps = in + g.pad[axis] + g.pad[axis + 2] - extent;
    return steps < 0 ? 0 : steps / g.stride[axis] + 1;
}

note_window note_filter_window(long H, long W)
{
    return (note_window){ .size = { H, W }, .stride = { 1, 1 }, .dilation = { 1, 1 } };
}

note_window note_pool_window(long H, long W)
{
    return (note_window){ .size = { H, W }, .stride = { H, W }, .dilation = { 1, 1 } };
}

/* Do x, f, y and their window belong together? */
static bool fits(note_tensor x, note_tensor f, note_tensor y, note_window g, long groups)
{
    return x.data && f.data && y.data && groups > 0 && f.size[0] == g.size[0] &&
           f.size[1] == g.size[1] && f.size[2] * groups == x.size[2] && f.size[3] % groups == 0 &&
           y.size[2] == f.size[3] && y.size[3] == x.size[3] &&
           y.size[0] == note_out_size(g, 0, x.size[0]) &&
           y.size[1] == note_out_size(g, 1, x.size[1]);
}

enum role { SUM_TO_Y, SUM_TO_X, SUM_TO_F };

/* The sum of (12) says y += f x, product by product. For each product dy/dx is f and dy/df is x,
 * so the same walk over the same products gives the derivatives: dx += f dy and df += x dy. This
 * is the walk for one output; x, f, y hold the numbers or their derivatives, as the role needs. */
static void sum_products(note_tensor x, note_tensor f, note_tensor y, note_place out, note_window g,
                         long groups, enum role role)
{
    double *here = y.data + note_index(y, out);
    long first =
        out.d / (f.size[3] / groups) * f.size[2]; /* first slice of the group of filter d */
    for (long d_l = 0; d_l < f.size[2]; d_l++)
        for (long j = 0; j < f.size[1]; j++)
            for (long i = 0; i < f.size[0]; i++) {
                note_place in = { note_i(g, out.i, i), note_j(g, out.j, j), first + d_l, out.n };
                if (!note_inside(x, in))
                    continue;
                double *there = x.data + note_index(x, in), *by = note_at(f, i, j, d_l, out.d);
                if (role == SUM_TO_Y)
                    *here += *by * *there;
                else if (role == SUM_TO_X)
                    *there += *by * *here;
                else
                    *by += *there * *here;
            }
}

static bool walk(note_tensor x, note_tensor f, note_tensor y, note_window g, long groups,
                 enum role role)
{
    if (!fits(x, f, y, g, groups))
        return false;
    for (long k = 0; k < note_count(y); k++)
        sum_products(x, f, y, note_place_of(y, k), g, groups, role);
    return true;
}

note_tensor note_convolution(note_sheet *s, note_tensor x, note_tensor f, note_tensor b,
                             note_window g, long groups)
{
    long H_l1 = note_out_size(g, 0, x.size[0]), W_l1 = note_out_size(g, 1, x.size[1]);
    note_tensor y = note_volume(s, H_l1, W_l1, f.size[3], x.size[3]);
    if (b.data && note_count(b) != f.size[3])
        return (note_tensor){ 0 };
    for (long k = 0; b.data && k < note_count(y); k++)
        y.data[k] = b.data[note_place_of(y, k).d];
    return walk(x, f, y, g, groups, SUM_TO_Y) ? y : (note_tensor){ 0 };
}

note_tensor note_convolution_gradient_x(note_sheet *s, note_tensor x, note_tensor f, note_tensor dy,
                                        note_window g, long groups)
{
    note_tensor dx = note_like(s, x);
    return walk(dx, f, dy, g, groups, SUM_TO_X) ? dx : (note_tensor){ 0 };
}

note_tensor note_convolution_gradient_f(note_sheet *s, note_tensor x, note_tensor f, note_tensor dy,
                                        note_window g, long groups)
{
    note_tensor df = note_like(s, f);
    return walk(x, df, dy, g, groups, SUM_TO_F) ? df : (note_tensor){ 0 };
}

/* A bias is added to every output of its slice, so it gets the sum of their derivatives. */
note_tensor note_convolution_gradient_b(note_sheet *s, note_tensor dy)
{
    note_tensor db = note_volume(s, 1, 1, dy.size[2], 1);
    if (!dy.data || !db.data)
        return (note_tensor){ 0 };
    for (long k = 0; k < note_count(dy); k++)
        db.data[note_place_of(dy, k).d] += dy.data[k];
    return db;
}
