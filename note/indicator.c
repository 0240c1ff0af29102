// SPDX-License-Identifier: MIT
/* indicator.c - sections 4.7 and 4.8: the indicator matrix H (34)-(36) and the derivative by the
 * input, the supervision signal for the layer below, (37) to (45), a function for each line.
 *
 * The row of H for a padding cell is all zeros: nothing in x is copied there. */
#include "note/note.h"

/* (34) Row (p, q), column (i_l, j_l, d_l): 1 if t(p, q) = (i_l, j_l, d_l). */
note_tensor note_H(note_sheet *s, note_tensor x, note_window g)
{
    long H_l1 = note_out_size(g, 0, x.size[0]), P = H_l1 * note_out_size(g, 1, x.size[1]);
    note_tensor H = note_matrix(s, P * g.size[0] * g.size[1] * x.size[2], note_count(x));
    if (!x.data || !H.data || x.size[3] != 1)
        return (note_tensor){ 0 };
    for (long column = 0; column < H.size[1]; column++)
        for (long row = 0; row < H.size[0]; row++) {
            note_place t = note_t(g, H_l1, row % P, row / P), at = note_place_of(x, column);
            *note_entry(H, row, column) = t.i == at.i && t.j == at.j && t.d == at.d;
        }
    return H;
}

/* (35) vec(phi(x)) = H vec(x) */
note_tensor note_phi_35(note_sheet *s, note_tensor x, note_window g)
{
    return note_multiply(s, note_H(s, x, g), note_vec(x));
}

/* (36) d vec(phi(x))/d vec(x)^T = H */
note_tensor note_phi_36(note_sheet *s, note_tensor x, note_window g)
{
    return note_H(s, x, g);
}

/* I has H_l1 W_l1 rows. */
static note_tensor identity(note_sheet *s, const note_layer *l)
{
    long H_l1 = note_out_size(l->window, 0, l->x.size[0]);
    long W_l1 = note_out_size(l->window, 1, l->x.size[1]);
    return note_identity(s, H_l1 * W_l1);
}

static note_tensor FT_kronecker_I(note_sheet *s, const note_layer *l)
{
    return note_kronecker(s, note_transpose(s, note_F(l->f)), identity(s, l));
}

static note_tensor F_kronecker_I(note_sheet *s, const note_layer *l)
{
    return note_kronecker(s, note_F(l->f), identity(s, l));
}

static note_tensor dY_FT(note_sheet *s, const note_layer *l)
{
    return note_multiply(s, l->dY, note_transpose(s, note_F(l->f)));
}

/* (37) d vec(y)/d vec(x)^T = (F^T (x) I) H */
note_tensor note_input_37(note_sheet *s, const note_layer *l)
{
    return note_multiply(s, FT_kronecker_I(s, l), note_H(s, l->x, l->window));
}

/* (38) dz/d vec(x)^T = dz/d vec(y)^T (F^T (x) I) H */
note_tensor note_input_38(note_sheet *s, const note_layer *l)
{
    note_tensor dyT = note_transpose(s, note_vec(l->dY));
    note_tensor dyT_FT_I = note_multiply(s, dyT, FT_kronecker_I(s, l));
    return note_multiply(s, dyT_FT_I, note_H(s, l->x, l->window));
}

/* (39) dz/d vec(y)^T (F^T (x) I) = ((F (x) I) dz/d vec(y))^T, by (22); dz/d vec(y) as a vector */
note_tensor note_input_39(note_sheet *s, const note_layer *l)
{
    note_tensor dy = note_vec(l->dY);
    return note_transpose(s, note_multiply(s, F_kronecker_I(s, l), dy));
}

/* (40) = ((F (x) I) vec(dz/dY))^T: the vector column by column of the matrix dz/dY */
note_tensor note_input_40(note_sheet *s, const note_layer *l)
{
    note_tensor vec = note_vector(s, note_count(l->dY));
    for (long d = 0, k = 0; vec.data && d < l->dY.size[1]; d++)
        for (long p = 0; p < l->dY.size[0]; p++)
            vec.data[k++] = *note_entry(l->dY, p, d);
    return note_transpose(s, note_multiply(s, F_kronecker_I(s, l), vec));
}

/* (41) = vec(I dz/dY F^T)^T, by (23) */
note_tensor note_input_41(note_sheet *s, const note_layer *l)
{
    return note_transpose(s, note_vec(note_multiply(s, identity(s, l), dY_FT(s, l))));
}

/* (42) = vec(dz/dY F^T)^T */
note_tensor note_input_42(note_sheet *s, const note_layer *l)
{
    return note_transpose(s, note_vec(dY_FT(s, l)));
}

/* (43) dz/d vec(x)^T = vec(dz/dY F^T)^T H */
note_tensor note_input_43(note_sheet *s, const note_layer *l)
{
    return note_multiply(s, note_input_42(s, l), note_H(s, l->x, l->window));
}

/* (44) dz/d vec(x) = H^T vec(dz/dY F^T) */
note_tensor note_input_44(note_sheet *s, const note_layer *l)
{
    note_tensor HT = note_transpose(s, note_H(s, l->x, l->window));
    return note_multiply(s, HT, note_vec(dY_FT(s, l)));
}

/* Is offset * step == distance for an index 0 <= offset < size? Then that index, else -1. */
static long divide(long distance, long step, long size)
{
    return distance >= 0 && distance % step == 0 && distance / step < size ? distance / step : -1;
}

note_tensor note_t_inverse(note_sheet *s, note_tensor x, note_window g, note_place at)
{
    long H_l1 = note_out_size(g, 0, x.size[0]), W_l1 = note_out_size(g, 1, x.size[1]), found = 0;
    note_tensor all = note_matrix(s, 2, g.size[0] * g.size[1]);
    for (long j = 0; all.data && j < g.size[1]; j++)
        for (long i = 0; i < g.size[0]; i++) {
            /* (18) and (19), solved for i_l1 and j_l1 */
            long i_l1 = divide(at.i - i * g.dilation[0] + g.pad[0], g.stride[0], H_l1);
            long j_l1 = divide(at.j - j * g.dilation[1] + g.pad[1], g.stride[1], W_l1);
            if (i_l1 < 0 || j_l1 < 0)
                continue;
            *note_entry(all, 0, found) = (double)note_p(i_l1, j_l1, H_l1);
            *note_entry(all, 1, found++) = (double)note_q(g, i, j, at.d);
        }
    note_tensor pq = note_matrix(s, 2, found);
    for (long k = 0; k < note_count(pq); k++)
        pq.data[k] = all.data[k];
    return pq;
}

/* (45) (dz/d vec(x))_(i_l, j_l, d_l) = sum of vec(dz/dY F^T)_(p, q) over (p, q) in t^-1(i_l, j_l,
 * d_l) */
note_tensor note_input_45(note_sheet *s, const note_layer *l)
{
    note_tensor dYFT = dY_FT(s, l), dx = note_vector(s, note_count(l->x));
    for (long k = 0; dYFT.data && k < note_count(dx); k++) {
        note_tensor pq = note_t_inverse(s, l->x, l->window, note_place_of(l->x, k));
        for (long m = 0; pq.data && m < pq.size[1]; m++)
            dx.data[k] +=
                *note_entry(dYFT, (long)*note_entry(pq, 0, m), (long)*note_entry(pq, 1, m));
    }
    return dYFT.data ? dx : dYFT;
}
