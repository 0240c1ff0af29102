// SPDX-License-Identifier: MIT
/* check_convolution.c - verifies (12) to (25). */
#include <math.h>
#include "note/check.h"

/* A random input and filter bank as section 4 has them, and what (12) makes of them. */
struct convolution {
    note_tensor x, f, y;
    note_window g;
};

static struct convolution convolution_new(note_trial *t)
{
    struct convolution c;
    long H = note_random_between(t, 1, 3), W = note_random_between(t, 1, 3);
    long D_l = note_random_between(t, 1, 3), D = note_random_between(t, 1, 3);
    c.x = note_random_volume(t, note_random_between(t, H, 5), note_random_between(t, W, 5), D_l, 1);
    c.f = note_random_volume(t, H, W, D_l, D);
    c.y = note_convolve(t->s, c.x, c.f);
    c.g = note_filter_window(H, W);
    return c;
}

/* "Multiply the two 3D tensors and sum all the per-element products into a single number." */
double note_verify_12(note_trial *t)
{
    struct convolution c = convolution_new(t);
    note_tensor y = note_like(t->s, c.y);
    if (!y.data)
        return HUGE_VAL;
    for (long k = 0; k < note_count(y); k++) {
        note_place out = note_place_of(y, k);
        note_tensor part = note_subvolume(t->s, c.x, out.i, out.j, c.f.size[0], c.f.size[1]);
        note_tensor filter = note_slice(c.f, out.d);
        for (long e = 0; e < note_count(part) && e < note_count(filter); e++)
            y.data[k] += part.data[e] * filter.data[e];
    }
    return note_difference(c.y, y);
}

double note_verify_13(note_trial *t)
{
    note_tensor A = note_example_input(t->s), F = note_example_filter(t->s);
    return note_difference(note_convolve(t->s, A, F),
                           note_as_volume(note_example_output(t->s), 2, 3, 1, 1));
}

/* phi(x) is the transposed im2col, also for more than one slice; of the example it is C. */
double note_verify_14(note_trial *t)
{
    struct convolution c = convolution_new(t);
    long H = c.f.size[0], W = c.f.size[1];
    note_tensor B = note_im2col(t->s, c.x, H, W),
                C = note_im2col(t->s, note_example_input(t->s), 2, 2);
    const double expected[] = { 1, 4, 2, 5, 4, 7, 5, 8, 2, 5, 3, 6,
                                5, 8, 6, 9, 3, 6, 1, 1, 6, 9, 1, 1 };
    double worst = note_difference(note_phi(t->s, c.x, c.g), note_transpose(t->s, B));
    for (long k = 0; k < 24; k++) /* the rows of C are the columns of B */
        worst = note_worst(worst, note_count(C) == 24 ? fabs(C.data[k] - expected[k]) : HUGE_VAL);
    return worst;
}

/* The expanded matrix times the vectorized filter, reshaped, is the result: the example, then
 * any. */
double note_verify_15(note_trial *t)
{
    note_tensor A = note_example_input(t->s), F = note_example_filter(t->s);
    note_tensor x = note_random_volume(t, 4, 5, 1, 1), f = note_random_volume(t, 2, 3, 1, 1);
    note_tensor C = note_transpose(t->s, note_im2col(t->s, A, 2, 2));
    note_tensor phi = note_transpose(t->s, note_im2col(t->s, x, 2, 3));
    return note_worst(
        note_difference(note_multiply(t->s, C, note_vec(F)), note_vec(note_example_output(t->s))),
        note_difference(note_multiply(t->s, phi, note_vec(f)),
                        note_vec(note_convolve(t->s, x, f))));
}

/* p counts the outputs column-first, and its remainder and quotient give them back. */
double note_verify_16(note_trial *t)
{
    struct convolution c = convolution_new(t);
    long p = 0;
    bool right = c.y.data;
    for (long j_l1 = 0; right && j_l1 < c.y.size[1]; j_l1++)
        for (long i_l1 = 0; right && i_l1 < c.y.size[0]; i_l1++, p++) {
            note_place at = note_t(c.g, c.y.size[0], p, 0);
            right = note_p(i_l1, j_l1, c.y.size[0]) == p && at.i == i_l1 && at.j == j_l1;
        }
    return note_must(right);
}

/* q counts the elements of a filter column-first, and gives back i, j and the slice. */
double note_verify_17(note_trial *t)
{
    struct convolution c = convolution_new(t);
    bool right = c.y.data;
    for (long q = 0; right && q < note_count(c.f) / c.f.size[3]; q++) {
        note_place element = note_place_of(c.f, q), at = note_t(c.g, c.y.size[0], 0, q);
        right = note_q(c.g, element.i, element.j, element.d) == q && at.i == element.i &&
                at.j == element.j && at.d == element.d;
    }
    return note_must(right);
}

/* im2col of a tensor that holds its own row, or column, numbers tells where each (p, q) comes
 * from. */
static double where_from(note_trial *t, bool rows)
{
    struct convolution c = convolution_new(t);
    note_tensor own = note_like(t->s, c.x);
    for (long k = 0; k < note_count(own); k++)
        own.data[k] = (double)(rows ? note_place_of(own, k).i : note_place_of(own, k).j);
    note_tensor B = note_im2col(t->s, own, c.g.size[0], c.g.size[1]);
    double worst = note_must(B.data);
    for (long k = 0; k < note_count(B); k++) {
        note_place element = note_place_of(c.f, k % B.size[0]),
                   out = note_place_of(c.y, k / B.size[0]);
        long from = rows ? note_i(c.g, out.i, element.i) : note_j(c.g, out.j, element.j);
        worst = note_worst(worst, fabs(B.data[k] - (double)from));
    }
    return worst;
}

double note_verify_18(note_trial *t)
{
    return where_from(t, true);
}

double note_verify_19(note_trial *t)
{
    return where_from(t, false);
}

double note_verify_20(note_trial *t)
{
    struct convolution c = convolution_new(t);
    return note_difference(note_convolve_phi(t->s, c.x, c.f, c.g), c.y);
}

/* Entry (r, c) is a(r / p, c / q) b(r mod p, c mod q). */
double note_verify_21(note_trial *t)
{
    note_tensor A = note_random_matrix(t, 2, 3), B = note_random_matrix(t, 3, 2);
    note_tensor K = note_kronecker(t->s, A, B);
    double worst = note_must(K.size[0] == 6 && K.size[1] == 6);
    for (long k = 0; k < note_count(K); k++) {
        long r = k % 6, c = k / 6;
        worst = note_worst(worst, fabs(*note_entry(K, r, c) - *note_entry(A, r / 3, c / 2) *
                                                                  *note_entry(B, r % 3, c % 2)));
    }
    return worst;
}

static note_tensor any_matrix(note_trial *t)
{
    return note_random_matrix(t, note_random_between(t, 1, 4), note_random_between(t, 1, 4));
}

double note_verify_22(note_trial *t)
{
    note_tensor A = any_matrix(t), B = any_matrix(t);
    return note_difference(note_transpose(t->s, note_kronecker(t->s, A, B)),
                           note_kronecker_transposed(t->s, A, B));
}

double note_verify_23(note_trial *t)
{
    note_tensor A = any_matrix(t), B = any_matrix(t);
    note_tensor X = note_random_matrix(t, A.size[1], B.size[0]);
    note_tensor product = note_multiply(t->s, note_multiply(t->s, A, X), B);
    note_tensor vec = note_as_matrix(product, note_count(product), 1);
    return note_difference(note_vec_of_product(t->s, A, X, B), vec);
}

double note_verify_24(note_trial *t)
{
    struct convolution c = convolution_new(t);
    return note_difference(note_convolve_24(t->s, c.x, c.f, c.g), note_vec(c.y));
}

double note_verify_25(note_trial *t)
{
    struct convolution c = convolution_new(t);
    return note_difference(note_convolve_25(t->s, c.x, c.f, c.g), note_vec(c.y));
}
