// SPDX-License-Identifier: MIT
/* reverse.c - section 6: deconvolution (56), (57) and unpooling.
 *
 * H^T undoes phi only "to some extent": H^T H vec(x) is each number of x times the number of
 * subvolumes that contain it. H^T is the adjoint of H, not its inverse. */
#include "note/note.h"

static note_tensor like(note_tensor vec, note_tensor x)
{
    return note_reshape(vec, x.order, x.size);
}

/* (56) */
note_tensor note_convolute_56(note_sheet *s, note_tensor x, note_window g)
{
    return note_multiply(s, note_H(s, x, g), note_vec(x));
}

/* (57) */
note_tensor note_deconvolute_57(note_sheet *s, note_tensor x, note_tensor phi, note_window g)
{
    note_tensor HT = note_transpose(s, note_H(s, x, g));
    return like(note_multiply(s, HT, note_vec(phi)), x);
}

note_tensor note_deconvolute(note_sheet *s, note_tensor x, note_tensor phi, note_window g)
{
    long H_l1 = note_out_size(g, 0, x.size[0]);
    note_tensor dx = note_like(s, x);
    if (!dx.data || !phi.data || x.size[3] != 1 ||
        phi.size[0] != H_l1 * note_out_size(g, 1, x.size[1]) ||
        phi.size[1] != g.size[0] * g.size[1] * x.size[2])
        return (note_tensor){ 0 };
    for (long q = 0; q < phi.size[1]; q++)
        for (long p = 0; p < phi.size[0]; p++) {
            note_place at = note_t(g, H_l1, p, q);
            if (note_inside(x, at))
                dx.data[note_index(dx, at)] += *note_entry(phi, p, q);
        }
    return dx;
}

note_tensor note_average_unpool(note_sheet *s, note_tensor x, note_tensor y, note_window g,
                                bool count_padding)
{
    note_tensor AT = note_transpose(s, note_average_matrix(s, x, g, count_padding));
    return like(note_multiply(s, AT, note_vec(y)), x);
}

/* Each number goes back to where the maximum was; everywhere else is 0. Where overlapping
 * subregions share their maximum, that place holds the same number once, not their sum. */
note_tensor note_max_unpool(note_sheet *s, note_tensor x, note_tensor y, note_tensor positions)
{
    note_tensor back = note_like(s, x);
    if (!back.data || !positions.data || note_count(y) != note_count(positions))
        return (note_tensor){ 0 };
    for (long k = 0; k < note_count(y); k++)
        if (positions.data[k] >= 0)
            back.data[(long)positions.data[k]] = y.data[k];
    return back;
}
