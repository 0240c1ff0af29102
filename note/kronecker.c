// SPDX-License-Identifier: MIT
/* kronecker.c - section 4.5: the Kronecker product (21), its transpose (22), the vec identity
 * (23), and both Kronecker forms of the convolution (24), (25). The products really are formed. */
#include "note/note.h"

/* (21) Block (i, j) is a_ij B. */
note_tensor note_kronecker(note_sheet *s, note_tensor A, note_tensor B)
{
    long m = A.size[0], n = A.size[1], p = B.size[0], q = B.size[1];
    note_tensor K = note_matrix(s, m * p, n * q);
    if (!A.data || !B.data || !K.data || A.order > 2 || B.order > 2)
        return (note_tensor){ 0 };
    for (long j = 0; j < n; j++)
        for (long i = 0; i < m; i++)
            for (long column = 0; column < q; column++)
                for (long row = 0; row < p; row++)
                    *note_entry(K, i * p + row, j * q + column) =
                        *note_entry(A, i, j) * *note_entry(B, row, column);
    return K;
}

/* (22) */
note_tensor note_kronecker_transposed(note_sheet *s, note_tensor A, note_tensor B)
{
    return note_kronecker(s, note_transpose(s, A), note_transpose(s, B));
}

/* (23) */
note_tensor note_vec_of_product(note_sheet *s, note_tensor A, note_tensor X, note_tensor B)
{
    return note_multiply(s, note_kronecker(s, note_transpose(s, B), A), note_vec(X));
}

/* (24) */
note_tensor note_convolve_24(note_sheet *s, note_tensor x, note_tensor f, note_window g)
{
    note_tensor I = note_identity(s, f.size[3]);
    return note_multiply(s, note_kronecker(s, I, note_phi(s, x, g)), note_vec(note_F(f)));
}

/* (25) */
note_tensor note_convolve_25(note_sheet *s, note_tensor x, note_tensor f, note_window g)
{
    note_tensor phi = note_phi(s, x, g), I = note_identity(s, phi.size[0]);
    return note_multiply(s, note_kronecker(s, note_transpose(s, note_F(f)), I), note_vec(phi));
}
