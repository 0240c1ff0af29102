// SPDX-License-Identifier: MIT
/* phi.c - sections 4.3 and 4.4: expanding the convolution (13)-(15), the maps between (p, q) and
 * (i_l, j_l, d_l) (16)-(19), phi(x), and convolution as the product phi(x) F (20).
 *
 * Row p of phi(x) is the p-th subvolume, column-first over the outputs; column q is the same
 * element of every subvolume. In the note stride and dilation are 1 and there is no padding. */
#include <string.h>
#include "note/note.h"

static note_tensor filled(note_sheet *s, long rows, long columns, const double *numbers)
{
    note_tensor A = note_matrix(s, rows, columns);
    if (A.data)
        memcpy(A.data, numbers, (size_t)(rows * columns) * sizeof *numbers);
    return A;
}

/* (13), column by column */
note_tensor note_example_input(note_sheet *s)
{
    return filled(s, 3, 4, (const double[]){ 1, 4, 7, 2, 5, 8, 3, 6, 9, 1, 1, 1 });
}

note_tensor note_example_filter(note_sheet *s)
{
    return filled(s, 2, 2, (const double[]){ 1, 1, 1, 1 });
}

note_tensor note_example_output(note_sheet *s)
{
    return filled(s, 2, 3, (const double[]){ 12, 24, 16, 28, 11, 17 });
}

/* (14) */
note_tensor note_im2col(note_sheet *s, note_tensor x, long H, long W)
{
    long H_l1 = x.size[0] - H + 1, W_l1 = x.size[1] - W + 1, elements = H * W * x.size[2];
    note_tensor B = note_matrix(s, elements, H_l1 * W_l1);
    for (long p = 0; B.data && p < H_l1 * W_l1; p++) {
        note_tensor column = note_subvolume(s, x, p % H_l1, p / H_l1, H, W);
        if (!column.data)
            return column;
        memcpy(note_entry(B, 0, p), column.data, (size_t)elements * sizeof(double));
    }
    return B;
}

/* (16) */
long note_p(long i_l1, long j_l1, long H_l1)
{
    return i_l1 + H_l1 * j_l1;
}

/* (17) */
long note_q(note_window g, long i, long j, long d_l)
{
    long H = g.size[0], W = g.size[1];
    return i + H * j + H * W * d_l;
}

/* (18) i_l = i_l1 + i */
long note_i(note_window g, long i_l1, long i)
{
    return i_l1 * g.stride[0] + i * g.dilation[0] - g.pad[0];
}

/* (19) j_l = j_l1 + j */
long note_j(note_window g, long j_l1, long j)
{
    return j_l1 * g.stride[1] + j * g.dilation[1] - g.pad[1];
}

/* Quotients and remainders undo (16) and (17); (18) and (19) do the rest. */
note_place note_t(note_window g, long H_l1, long p, long q)
{
    long H = g.size[0], W = g.size[1];
    long i_l1 = p % H_l1, j_l1 = p / H_l1;
    long i = q % H, j = q / H % W, d_l = q / (H * W);
    return (note_place){ note_i(g, i_l1, i), note_j(g, j_l1, j), d_l, 0 };
}

note_tensor note_phi(note_sheet *s, note_tensor x, note_window g)
{
    long H_l1 = note_out_size(g, 0, x.size[0]), W_l1 = note_out_size(g, 1, x.size[1]);
    note_tensor phi = note_matrix(s, H_l1 * W_l1, g.size[0] * g.size[1] * x.size[2]);
    if (!x.data || !phi.data || x.size[3] != 1)
        return (note_tensor){ 0 };
    for (long q = 0; q < phi.size[1]; q++)
        for (long p = 0; p < phi.size[0]; p++) {
            note_place at = note_t(g, H_l1, p, q);
            *note_entry(phi, p, q) = note_inside(x, at) ? x.data[note_index(x, at)] : 0;
        }
    return phi;
}

note_tensor note_F(note_tensor f)
{
    return note_as_matrix(f, f.size[0] * f.size[1] * f.size[2], f.size[3]);
}

/* (20) */
note_tensor note_convolve_phi(note_sheet *s, note_tensor x, note_tensor f, note_window g)
{
    note_tensor y = note_multiply(s, note_phi(s, x, g), note_F(f));
    return note_as_volume(y, note_out_size(g, 0, x.size[0]), note_out_size(g, 1, x.size[1]),
                          f.size[3], 1);
}
