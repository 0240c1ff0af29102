// SPDX-License-Identifier: MIT
/* dense.c - A5: the fully connected layer. Every output sees every input, so it is a convolution
 * whose filter is as large as its input: phi(x) has one row, vec(x)^T, and (20) becomes y = F^T
 * vec(x). */
#include "note/note.h"

/* The samples as columns: K x N. */
static note_tensor columns(note_tensor x)
{
    long N = x.data ? x.size[3] : 1;
    return note_as_matrix(x, note_count(x) / N, N);
}

note_tensor note_dense(note_sheet *s, note_tensor x, note_tensor F, note_tensor b)
{
    note_tensor Y = note_multiply(s, note_transpose(s, F), columns(x));
    if (b.data && note_count(b) != Y.size[0])
        return (note_tensor){ 0 };
    for (long k = 0; b.data && k < note_count(Y); k++)
        Y.data[k] += b.data[k % Y.size[0]];
    return note_as_volume(Y, 1, 1, Y.size[0], Y.size[1]);
}

/* Sizes of x. */
note_tensor note_dense_gradient_x(note_sheet *s, note_tensor x, note_tensor F, note_tensor dy)
{
    return note_reshape(note_multiply(s, F, columns(dy)), x.order, x.size);
}

/* The outer products vec(x) dy^T of all samples, added. The bias is as in
 * note_convolution_gradient_b(). */
note_tensor note_dense_gradient_F(note_sheet *s, note_tensor x, note_tensor dy)
{
    return note_multiply(s, columns(x), note_transpose(s, columns(dy)));
}
