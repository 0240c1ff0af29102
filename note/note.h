// SPDX-License-Identifier: MIT
/* note.h - the note "CNN for Dummies", executable: the room's only public header.
 *
 * Numbers in parentheses are the note's equations, A1, A2 ... the additions of docs/note.md, which
 * also lists where the note slips. Everything here is slow and obvious: doubles, dense matrices
 * where the note writes dense matrices, one function for each thing the note defines.
 *
 * Letters  As in the note. A superscript becomes a suffix: H^l is H_l, H^{l+1} is H_l1, i^{l+1}
 *          is i_l1. A derivative of z keeps only what it is taken by: dY is dz/dY. Indices count
 *          from zero.
 * Order    Column-first, as Matlab: the FIRST index runs fastest. Element (i, j, d, n) of an
 *          H x W x D x N tensor is data[i + H * (j + W * (d + D * n))]: row i, column j, slice d,
 *          sample n. Filters are H x W x D_l x D. Matrices are rows x columns, vectors n x 1.
 * Sheet    Every result is written on the caller's sheet and lives as long as the sheet does.
 *          Functions without a sheet return another view of the same numbers. Arguments are never
 *          changed, but for the w of note_sgd_step().
 * Failure  A result whose data is NULL is no result: sizes did not fit or the sheet is full. It is
 *          accepted everywhere and yields no result again, so only the end of a derivation need
 *          look. One exception: as the bias b it means that there is none. */
#ifndef LIMPID_NOTE_NOTE_H
#define LIMPID_NOTE_NOTE_H

#include <stdbool.h>
#include <stdint.h>

/* ---- Section 2: tensors ---- */

enum { NOTE_ORDERS = 8 };

typedef struct note_tensor {
    int order;              /* how many indices */
    long size[NOTE_ORDERS]; /* each at least 1; those beyond the order are 1 */
    double *data;           /* column-first */
} note_tensor;

/* The four indices of an element. A place outside a tensor is a padding cell. */
typedef struct note_place {
    long i, j, d, n;
} note_place;

typedef struct note_sheet note_sheet;

/* A sheet with room for so many numbers, at most 2^31; NULL without memory. note_sheet_free
 * accepts NULL. */
note_sheet *note_sheet_new(long numbers);
void note_sheet_free(note_sheet *s);

/* New tensors, all zeros; note_like has the sizes of x, note_copy its numbers too. */
note_tensor note_tensor_new(note_sheet *s, int order, const long *size);
note_tensor note_vector(note_sheet *s, long n);
note_tensor note_matrix(note_sheet *s, long rows, long columns);
note_tensor note_volume(note_sheet *s, long H, long W, long D, long N);
note_tensor note_like(note_sheet *s, note_tensor x);
note_tensor note_copy(note_sheet *s, note_tensor x);

/* How many numbers; 0 for no result. */
long note_count(note_tensor x);

/* Where element (i, j, d, n) stands in vec(x), the reverse, and whether there is such an
 * element. */
long note_index(note_tensor x, note_place at);
note_place note_place_of(note_tensor x, long index);
bool note_inside(note_tensor x, note_place at);

static inline double *note_at(note_tensor x, long i, long j, long d, long n)
{
    return x.data + (i + x.size[0] * (j + x.size[1] * (d + x.size[2] * n)));
}

static inline double *note_entry(note_tensor A, long row, long column)
{
    return A.data + (row + A.size[0] * column);
}

/* (1) vec(x): the same numbers as one long vector. */
note_tensor note_vec(note_tensor x);

/* The same numbers in another shape: a view. No result if the counts differ. */
note_tensor note_reshape(note_tensor x, int order, const long *size);
note_tensor note_as_matrix(note_tensor x, long rows, long columns);
note_tensor note_as_volume(note_tensor x, long H, long W, long D, long N);

/* Slice k along the last index: a matrix of a 3D tensor, sample k of a mini-batch. A view. */
note_tensor note_slice(note_tensor x, long k);

note_tensor note_transpose(note_sheet *s, note_tensor A);
note_tensor note_multiply(note_sheet *s, note_tensor A, note_tensor B);
note_tensor note_identity(note_sheet *s, long n);

/* The largest |a - b|: 0 for equal ones (equal infinities and two NaNs count as equal), +infinity
 * when sizes differ, either is no result or only one is NaN. */
double note_difference(note_tensor a, note_tensor b);

/* The engine's order is N x C x H x W row-major (dense NCHW): the same memory is read as
 * x(i, j, d, n) = nchw[((n * D + d) * H + i) * W + j].
 * Filters (out, in, H, W) become H x W x in x out, vectors (1, count) 1 x 1 x count x 1. */
note_tensor note_from_nchw(note_sheet *s, const double *nchw, long n, long c, long h, long w);
note_tensor note_from_nchw_float(note_sheet *s, const float *nchw, long n, long c, long h, long w);
void note_to_nchw(note_tensor x, double *nchw);
long note_nchw_index(note_tensor x, long index); /* where vec(x)[index] stands in NCHW */

/* A function of one tensor; `with` carries what it holds fixed. */
typedef note_tensor note_function(note_sheet *s, note_tensor x, const void *with);

/* (2) dz/dx, by central differences: same size as x. z must be a single number. */
note_tensor note_derivative(note_sheet *s, note_function *z, const void *with, note_tensor x);

/* (3) dy/dx^T, by central differences: row i, column j is dy_i/dx_j. */
note_tensor note_jacobian(note_sheet *s, note_function *y, const void *with, note_tensor x);

/* (4) dz/dx^T = dz/dy^T dy/dx^T: a row of H numbers times H x W. */
note_tensor note_chain_rule(note_sheet *s, note_tensor dzdyT, note_tensor dydxT);

/* ---- Section 3: the network ---- */

/* Where a filter or a pooling subregion lies on its input (A1): position i_l1, offset i reads row
 * i_l = i_l1 * stride + i * dilation - pad. */
typedef struct note_window {
    long size[2];     /* H, W */
    long stride[2];   /* at least 1 */
    long pad[4];      /* top, left, bottom, right; at least 0 */
    long dilation[2]; /* at least 1 */
} note_window;

note_window note_filter_window(long H, long W); /* section 4: stride 1, no padding */
note_window note_pool_window(long H, long W);   /* section 5: the stride is the size */

typedef struct note_box note_box;

/* What a layer does with its input x and its parameters box->w; the derivatives are the dense
 * matrices d vec(x^{i+1}) / d vec(w^i)^T and d vec(x^{i+1}) / d vec(x^i)^T. by_w is NULL where w
 * is empty. */
typedef struct note_kind {
    note_tensor (*run)(note_sheet *s, const note_box *box, note_tensor x);
    note_tensor (*by_w)(note_sheet *s, const note_box *box, note_tensor x);
    note_tensor (*by_x)(note_sheet *s, const note_box *box, note_tensor x);
} note_kind;

/* One box of (5). The loss box keeps its target t in w. */
struct note_box {
    const note_kind *kind;
    note_tensor w;
    note_window window;
};

extern const note_kind note_convolution_box, note_relu_box, note_max_pool_box, note_loss_box;

/* (5) x^1 -> [w^1] -> x^2 -> ... -> [w^L] -> z. x has L + 1 places: x[0] is given, x[i + 1] is
 * what box i makes of x[i], and x[L] is z. False if a layer gave no result. */
bool note_run(note_sheet *s, const note_box *box, int L, note_tensor *x);

/* (6) z = ||t - x^L||^2; over a mini-batch (last of four sizes) the mean over its N samples. */
note_tensor note_squared_loss(note_sheet *s, note_tensor t, note_tensor x);
note_tensor note_squared_loss_gradient(note_sheet *s, note_tensor t, note_tensor x);

/* (7) arg max_i x_i: the first of equal ones; -1 for no result. */
long note_predict(note_tensor x);

/* (8) w <- w - eta dz/dw, in place. False, and nothing changed, if the sizes differ. */
bool note_sgd_step(note_tensor w, double eta, note_tensor dw);

/* (9) w^{t+1} = w^t - eta dz/dw^t, with time t explicit: w[0 .. steps] is the whole history, w[0]
 * given. gradient(w, with) is dz/dw at w. */
bool note_sgd_history(note_sheet *s, note_function *gradient, const void *with, double eta,
                      int steps, note_tensor *w);

/* (10) and (11): one layer back. Given dz/d vec(x^{i+1})^T, a row, these are the rows dz/d
 * vec(w^i)^T and dz/d vec(x^i)^T. */
note_tensor note_back_to_w(note_sheet *s, const note_box *box, note_tensor x, note_tensor row);
note_tensor note_back_to_x(note_sheet *s, const note_box *box, note_tensor x, note_tensor row);

/* Error back propagation: x as note_run() left it; dw[i] and dx[i], i < L, become the rows of
 * layer i (dw[i] no result where w^i is empty). False if a step gave no result. */
bool note_back_propagate(note_sheet *s, const note_box *box, int L, const note_tensor *x,
                         note_tensor *dw, note_tensor *dx);

/* ---- Section 4: convolution ---- */

/* The H x W x D_l subvolume of x at (i_l1, j_l1). */
note_tensor note_subvolume(note_sheet *s, note_tensor x, long i_l1, long j_l1, long H, long W);

/* (12) y = f * x: H_l1 x W_l1 x D with H_l1 = H_l - H + 1, W_l1 = W_l - W + 1. */
note_tensor note_convolve(note_sheet *s, note_tensor x, note_tensor f);

/* Outputs along axis 0 (rows) or 1 (columns) for `in` inputs; 0 when the window does not fit. */
long note_out_size(note_window g, int axis, long in);

/* (13) The worked example: input A, filter of ones, and what comes out. */
note_tensor note_example_input(note_sheet *s);
note_tensor note_example_filter(note_sheet *s);
note_tensor note_example_output(note_sheet *s);

/* (14) B = im2col(A, [H W]): column p is the p-th subvolume, vectorized. C is its transpose. */
note_tensor note_im2col(note_sheet *s, note_tensor x, long H, long W);

/* (16) - (19), with strides, padding and dilation from A1. */
long note_p(long i_l1, long j_l1, long H_l1);
long note_q(note_window g, long i, long j, long d_l);
long note_i(note_window g, long i_l1, long i);
long note_j(note_window g, long j_l1, long j);

/* t : (p, q) -> (i_l, j_l, d_l), many-to-one. With padding the place may be outside x. */
note_place note_t(note_window g, long H_l1, long p, long q);

/* phi(x): (H_l1 W_l1) x (H W D_l), entry (p, q) is x at t(p, q), 0 in the padding. x is one
 * sample. */
note_tensor note_phi(note_sheet *s, note_tensor x, note_window g);

/* The filter bank f as the matrix F: (H W D_l) x D. A view. */
note_tensor note_F(note_tensor f);

/* (20) y = phi(x) F, H_l1 x W_l1 x D. */
note_tensor note_convolve_phi(note_sheet *s, note_tensor x, note_tensor f, note_window g);

/* (21) A (x) B, the mp x nq matrix of blocks a_ij B. */
note_tensor note_kronecker(note_sheet *s, note_tensor A, note_tensor B);

/* (22) (A (x) B)^T, right-hand side: A^T (x) B^T. */
note_tensor note_kronecker_transposed(note_sheet *s, note_tensor A, note_tensor B);

/* (23) vec(A X B), right-hand side: (B^T (x) A) vec(X). */
note_tensor note_vec_of_product(note_sheet *s, note_tensor A, note_tensor X, note_tensor B);

/* (24) vec(y) = (I (x) phi(x)) vec(F), (25) vec(y) = (F^T (x) I) vec(phi(x)). */
note_tensor note_convolve_24(note_sheet *s, note_tensor x, note_tensor f, note_window g);
note_tensor note_convolve_25(note_sheet *s, note_tensor x, note_tensor f, note_window g);

/* The l-th layer while its derivatives are derived, line by line, in (26) - (45). */
typedef struct note_layer {
    note_tensor x;  /* x^l: H_l x W_l x D_l */
    note_tensor f;  /* H x W x D_l x D */
    note_tensor dY; /* dz/dY: (H_l1 W_l1) x D */
    note_window window;
} note_layer;

/* The parameters: (26) and (28) are the row dz/d vec(F)^T, (27) is d vec(y)/d vec(F)^T,
 * (29) - (32) the column dz/d vec(F), (33) the matrix dz/dF. (26) takes its second factor by
 * differences. */
note_tensor note_filters_26(note_sheet *s, const note_layer *l);
note_tensor note_filters_27(note_sheet *s, const note_layer *l);
note_tensor note_filters_28(note_sheet *s, const note_layer *l);
note_tensor note_filters_29(note_sheet *s, const note_layer *l);
note_tensor note_filters_30(note_sheet *s, const note_layer *l);
note_tensor note_filters_31(note_sheet *s, const note_layer *l);
note_tensor note_filters_32(note_sheet *s, const note_layer *l);
note_tensor note_filters_33(note_sheet *s, const note_layer *l);

/* (34) The indicator matrix H: (H_l1 W_l1 H W D_l) x (H_l W_l D_l). Only the sizes of x matter. */
note_tensor note_H(note_sheet *s, note_tensor x, note_window g);

/* (35) vec(phi(x)) = H vec(x), (36) d vec(phi(x)) / d vec(x)^T = H. */
note_tensor note_phi_35(note_sheet *s, note_tensor x, note_window g);
note_tensor note_phi_36(note_sheet *s, note_tensor x, note_window g);

/* The supervision signal: (37) is d vec(y)/d vec(x)^T, (38) and (43) the row dz/d vec(x)^T,
 * (39) - (42) the row dz/d vec(y)^T (F^T (x) I), (44) and (45) the column dz/d vec(x). */
note_tensor note_input_37(note_sheet *s, const note_layer *l);
note_tensor note_input_38(note_sheet *s, const note_layer *l);
note_tensor note_input_39(note_sheet *s, const note_layer *l);
note_tensor note_input_40(note_sheet *s, const note_layer *l);
note_tensor note_input_41(note_sheet *s, const note_layer *l);
note_tensor note_input_42(note_sheet *s, const note_layer *l);
note_tensor note_input_43(note_sheet *s, const note_layer *l);
note_tensor note_input_44(note_sheet *s, const note_layer *l);
note_tensor note_input_45(note_sheet *s, const note_layer *l);

/* t^-1(i_l, j_l, d_l) of x: the k-th pair (p, q) is (pq(0, k), pq(1, k)); a 2 x K matrix. No
 * result when the set is empty: no subvolume reads that place. */
note_tensor note_t_inverse(note_sheet *s, note_tensor x, note_window g, note_place at);

/* ---- Section 5: pooling ---- */

/* Which of equal cells is the first: Matlab's order, or the engine's. */
typedef enum note_scan { NOTE_COLUMN_FIRST, NOTE_ROW_FIRST } note_scan;

/* (46) The sizes of the pooled tensor, H_l / H and W_l / W; false if H or W does not divide. */
bool note_pool_sizes(note_tensor x, long H, long W, long *H_l1, long *W_l1, long *D_l1);

/* (47) Max pooling. NaN beats every number, of equal cells the first wins, padding takes no part.
 * `positions`, if not NULL, becomes the place in vec(x) of each winner, same sizes as y. A
 * subregion of nothing but padding gives -infinity and position -1. */
note_tensor note_max_pool(note_sheet *s, note_tensor x, note_window g, note_scan scan,
                          note_tensor *positions);

/* (48) Average pooling: the sum over the cells inside x, divided by H W if padding counts (as
 * zeros), else by the number of cells inside; 0 where there are none. */
note_tensor note_average_pool(note_sheet *s, note_tensor x, note_window g, bool count_padding);

/* Does y at `out` come from x at `in`? (49) same slice, (50) in the subregion, (51) the largest
 * there. As section 5: stride equal to size, no padding. */
bool note_same_slice(note_place in, note_place out);
bool note_same_subregion(note_place in, note_place out, long H, long W);
bool note_is_largest(note_tensor x, note_place in, note_place out, long H, long W);

/* (52) S(x) by these conditions, one 1 in each row: of equal ones the first, column-first. */
note_tensor note_S(note_sheet *s, note_tensor x, long H, long W);

/* The same from recorded positions, with any window; `count` columns. */
note_tensor note_S_recorded(note_sheet *s, note_tensor positions, long count);

/* (53) vec(y) = S vec(x), (54) dz/d vec(x)^T = dz/d vec(y)^T S,
 * (55) dz/d vec(x) = S^T dz/d vec(y). */
note_tensor note_max_pool_53(note_sheet *s, note_tensor S, note_tensor x);
note_tensor note_max_pool_54(note_sheet *s, note_tensor S, note_tensor dy);
note_tensor note_max_pool_55(note_sheet *s, note_tensor S, note_tensor dy);

/* dz/dx through recorded positions alone: each dy goes whole to its winner. Sizes of x. */
note_tensor note_max_pool_gradient(note_sheet *s, note_tensor x, note_tensor positions,
                                   note_tensor dy);

/* Average pooling is linear: its matrix, for sizes of x, and the gradient (A10). */
note_tensor note_average_matrix(note_sheet *s, note_tensor x, note_window g, bool count_padding);
note_tensor note_average_pool_gradient(note_sheet *s, note_tensor x, note_window g,
                                       bool count_padding, note_tensor dy);

/* ---- Section 6: the reverse operators ---- */

/* (56) H vec(x), (57) H^T vec(phi), reshaped like x. */
note_tensor note_convolute_56(note_sheet *s, note_tensor x, note_window g);
note_tensor note_deconvolute_57(note_sheet *s, note_tensor x, note_tensor phi, note_window g);

/* (57) without H: each phi(p, q) is added where it came from; padding is dropped. */
note_tensor note_deconvolute(note_sheet *s, note_tensor x, note_tensor phi, note_window g);

/* Unpooling y to the sizes of x: through the transposed average matrix, or to recorded
 * positions. */
note_tensor note_average_unpool(note_sheet *s, note_tensor x, note_tensor y, note_window g,
                                bool count_padding);
note_tensor note_max_unpool(note_sheet *s, note_tensor x, note_tensor y, note_tensor positions);

/* ---- Section 7: ReLU ---- */

/* (58) max{0, x}, NaN stays NaN. (59) 1[x > 0]. (60) dy where x > 0, else 0 (also for NaN and x =
 * 0). */
note_tensor note_relu(note_sheet *s, note_tensor x);
note_tensor note_relu_indicator(note_sheet *s, note_tensor x);
note_tensor note_relu_gradient(note_sheet *s, note_tensor x, note_tensor dy);

/* ---- Additions ---- */

/* (12) in full (A1): window, groups, bias, N samples. Group k of `groups` reads slices [k D_l /
 * groups, (k + 1) D_l / groups) of x and makes as many of D; f is H x W x (D_l / groups) x D. b
 * is D numbers, or no tensor: (note_tensor){ 0 }. */
note_tensor note_convolution(note_sheet *s, note_tensor x, note_tensor f, note_tensor b,
                             note_window g, long groups);
/* dz/dx, with the sizes of x; dz/df, with the sizes of f; dz/db, D numbers as 1 x 1 x D. */
note_tensor note_convolution_gradient_x(note_sheet *s, note_tensor x, note_tensor f, note_tensor dy,
                                        note_window g, long groups);
note_tensor note_convolution_gradient_f(note_sheet *s, note_tensor x, note_tensor f, note_tensor dy,
                                        note_window g, long groups);
note_tensor note_convolution_gradient_b(note_sheet *s, note_tensor dy);

/* Fully connected: y = F^T vec(x) + b for each sample. x has N as its fourth size and K numbers
 * in each sample, F is K x D with row q as in (17), y is 1 x 1 x D x N. */
note_tensor note_dense(note_sheet *s, note_tensor x, note_tensor F, note_tensor b);
note_tensor note_dense_gradient_x(note_sheet *s, note_tensor x, note_tensor F, note_tensor dy);
note_tensor note_dense_gradient_F(note_sheet *s, note_tensor x, note_tensor dy);

/* Soft-max over the slices, at each (i, j, n). gradient: dz/dx from y and dz/dy. */
note_tensor note_softmax(note_sheet *s, note_tensor x);
note_tensor note_softmax_gradient(note_sheet *s, note_tensor y, note_tensor dy);

/* Cross-entropy of soft-max: z = mean of -log softmax(x)_c over every (i, j, n); label[i + H (j +
 * W n)] is the class c there, 0 <= c < D, else no result. */
note_tensor note_cross_entropy(note_sheet *s, note_tensor x, const long *label);
note_tensor note_cross_entropy_gradient(note_sheet *s, note_tensor x, const long *label);

/* Batch normalization: y = gamma (x - mean) / sqrt(variance + epsilon) + beta, slice by slice;
 * gamma, beta, mean and variance have D numbers each. */
typedef struct note_batch_norm {
    note_tensor gamma, beta;
    double epsilon;
} note_batch_norm;

/* The mean and the biased variance of each slice over H, W and N. */
note_tensor note_batch_mean(note_sheet *s, note_tensor x);
note_tensor note_batch_variance(note_sheet *s, note_tensor x);
/* With given moments (as when predicting), which are then constants to the gradient. */
note_tensor note_normalize(note_sheet *s, note_tensor x, const note_batch_norm *b, note_tensor mean,
                           note_tensor variance);
note_tensor note_normalize_gradient_x(note_sheet *s, note_tensor x, const note_batch_norm *b,
                                      note_tensor variance, note_tensor dy);
/* The gradient when the moments are those of x itself (as when training). */
note_tensor note_batch_norm_gradient_x(note_sheet *s, note_tensor x, const note_batch_norm *b,
                                       note_tensor dy);
note_tensor note_batch_norm_gradient_gamma(note_sheet *s, note_tensor x, const note_batch_norm *b,
                                           note_tensor mean, note_tensor variance, note_tensor dy);
note_tensor note_batch_norm_gradient_beta(note_sheet *s, note_tensor dy);
/* (1 - rate) running + rate batch. `unbiased` multiplies the batch moment by m / (m - 1), m = H W
 * N: for a variance PyTorch does, ONNX does not. x gives m. */
note_tensor note_running_moment(note_sheet *s, note_tensor running, note_tensor batch, double rate,
                                note_tensor x, bool unbiased);

/* Local response normalization over `size` neighbouring slices, from d - floor((size - 1) / 2) to
 * d + ceil((size - 1) / 2): y = x (kappa + alpha / size * sum of x^2)^-beta. */
typedef struct note_local_response {
    long size;
    double alpha, beta, kappa;
} note_local_response;

note_tensor note_local_normalize(note_sheet *s, note_tensor x, const note_local_response *r);
note_tensor note_local_normalize_gradient(note_sheet *s, note_tensor x,
                                          const note_local_response *r, note_tensor dy);

/* ---- Checking ---- */

/* One verified, or not verified, equation. */
typedef struct note_finding {
    bool addition; /* A3, not (3) */
    int number;
    const char *title;
    double difference; /* the largest found over all trials */
    double allowed;
    bool verified; /* difference <= allowed; a NaN never is */
} note_finding;

typedef struct note_tally {
    int equations, equations_verified;
    int additions, additions_verified;
} note_tally;

typedef void note_report(void *user, const note_finding *finding);

/* Verifies every row of equations.def on fresh random cases that depend on the seed alone.
 * report, which may be NULL, is called once for each row, in order. */
note_tally note_check(uint64_t seed, note_report *report, void *user);

#endif
