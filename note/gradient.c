// SPDX-License-Identifier: MIT
/* gradient.c - section 4.6: the derivative by the parameters, (26) to (33), a function for each
 * line.
 *
 * l->dY is dz/dY, a (H_l1 W_l1) x D matrix; dz/d vec(y) is its vec. A trailing T on a name is the
 * note's transpose. (27) is printed in the note with a transpose on phi that does not belong
 * there. */
#include "note/note.h"

static note_tensor phi(note_sheet *s, const note_layer *l)
{
    return note_phi(s, l->x, l->window);
}

static note_tensor transpose(note_sheet *s, note_tensor A)
{
    return note_transpose(s, A);
}

/* vec(F) -> vec(y), for the derivative by differences. */
static note_tensor y_of_F(note_sheet *s, note_tensor f, const void *with)
{
    const note_layer *l = with;
    return note_vec(note_convolve_phi(s, l->x, f, l->window));
}

/* (26) dz/d vec(F)^T = dz/d vec(y)^T  d vec(y)/d vec(F)^T */
note_tensor note_filters_26(note_sheet *s, const note_layer *l)
{
    note_tensor dydFT = note_jacobian(s, y_of_F, l, l->f);
    return note_chain_rule(s, transpose(s, note_vec(l->dY)), dydFT);
}

/* (27) d vec(y)/d vec(F)^T = I (x) phi(x) */
note_tensor note_filters_27(note_sheet *s, const note_layer *l)
{
    return note_kronecker(s, note_identity(s, l->f.size[3]), phi(s, l));
}

/* (28) dz/d vec(F)^T = dz/d vec(y)^T (I (x) phi(x)) */
note_tensor note_filters_28(note_sheet *s, const note_layer *l)
{
    return note_multiply(s, transpose(s, note_vec(l->dY)), note_filters_27(s, l));
}

/* (29) dz/d vec(F) = (I (x) phi(x))^T vec(dz/dY) */
note_tensor note_filters_29(note_sheet *s, const note_layer *l)
{
    return note_multiply(s, transpose(s, note_filters_27(s, l)), note_vec(l->dY));
}

/* (30) = (I (x) phi(x)^T) vec(dz/dY), by (22) */
note_tensor note_filters_30(note_sheet *s, const note_layer *l)
{
    note_tensor I = note_identity(s, l->f.size[3]);
    return note_multiply(s, note_kronecker(s, I, transpose(s, phi(s, l))), note_vec(l->dY));
}

/* (31) = vec(phi(x)^T dz/dY I^T), by (23) */
note_tensor note_filters_31(note_sheet *s, const note_layer *l)
{
    note_tensor IT = transpose(s, note_identity(s, l->f.size[3]));
    note_tensor phiTdY = note_multiply(s, transpose(s, phi(s, l)), l->dY);
    return note_vec(note_multiply(s, phiTdY, IT));
}

/* (32) = vec(phi(x)^T dz/dY) */
note_tensor note_filters_32(note_sheet *s, const note_layer *l)
{
    return note_vec(note_multiply(s, transpose(s, phi(s, l)), l->dY));
}

/* (33) dz/dF = phi(x)^T dz/dY */
note_tensor note_filters_33(note_sheet *s, const note_layer *l)
{
    return note_multiply(s, transpose(s, phi(s, l)), l->dY);
}
