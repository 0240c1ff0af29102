// SPDX-License-Identifier: MIT
/* chain.c - section 2.2: what a derivative is (2), (3), and the chain rule (4).
 *
 * The derivatives here are taken by central differences, (f(x + h) - f(x - h)) / 2h, which knows
 * nothing of formulas: this is what every formula of the note is held to. With h = 1e-5 the error
 * is near 1e-10. */
#include "note/note.h"

static const double h = 1e-5;

/* vec of f at x with its k-th number moved. */
static note_tensor moved(note_sheet *s, note_function *f, const void *with, note_tensor x, long k,
                         double by)
{
    note_tensor near = note_copy(s, x);
    if (near.data)
        near.data[k] += by;
    return near.data ? note_vec(f(s, near, with)) : near;
}

/* (2) (dz/dx)_i = dz/dx_i: z has one number, so (3) has one row. */
note_tensor note_derivative(note_sheet *s, note_function *z, const void *with, note_tensor x)
{
    note_tensor row = note_jacobian(s, z, with, x);
    return note_reshape(row, x.order, x.size);
}

/* (3) (dy/dx^T)_ij = dy_i/dx_j. */
note_tensor note_jacobian(note_sheet *s, note_function *y, const void *with, note_tensor x)
{
    note_tensor J = note_matrix(s, note_count(y(s, x, with)), note_count(x));
    for (long j = 0; J.data && j < J.size[1]; j++) {
        note_sheet *scratch = note_sheet_new(1L << 24);
        if (!scratch)
            return (note_tensor){ 0 };
        note_tensor up = moved(scratch, y, with, x, j, h);
        note_tensor down = moved(scratch, y, with, x, j, -h);
        bool made = note_count(up) == J.size[0] && note_count(down) == J.size[0];
        for (long i = 0; made && i < J.size[0]; i++)
            *note_entry(J, i, j) = (up.data[i] - down.data[i]) / (2 * h);
        note_sheet_free(scratch);
        if (!made)
            return (note_tensor){ 0 };
    }
    return J;
}

/* (4) A 1 x H row times an H x W matrix: note_multiply() refuses sizes that do not match. */
note_tensor note_chain_rule(note_sheet *s, note_tensor dzdyT, note_tensor dydxT)
{
    return dzdyT.size[0] == 1 ? note_multiply(s, dzdyT, dydxT) : (note_tensor){ 0 };
}
