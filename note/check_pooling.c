// SPDX-License-Identifier: MIT
/* check_pooling.c - verifies (46) to (60). */
#include <math.h>
#include <stddef.h>
#include "note/check.h"

/* A random input whose sizes H and W divide, without ties, and its pooled maxima. */
struct pooling {
    note_tensor x, y, positions;
    long H, W;
    note_window g;
};

static struct pooling pool(note_trial *t, note_tensor x, long H, long W)
{
    struct pooling p = { .x = x, .H = H, .W = W, .g = note_pool_window(H, W) };
    p.y = note_max_pool(t->s, x, p.g, NOTE_COLUMN_FIRST, &p.positions);
    return p;
}

static struct pooling pooling_new(note_trial *t)
{
    long H = note_random_between(t, 1, 3), W = note_random_between(t, 1, 3);
    long H_l = H * note_random_between(t, 1, 2), W_l = W * note_random_between(t, 1, 2);
    return pool(t, note_random_distinct(t, H_l, W_l, note_random_between(t, 1, 2), 1), H, W);
}

static struct pooling pooling_tied(note_trial *t)
{
    return pool(t, note_random_ties(t, 4, 6, 2, 1), 2, 3);
}

/* As many subregions as fit side by side; refused if something is left over. */
double note_verify_46(note_trial *t)
{
    struct pooling p = pooling_new(t);
    long H_l1 = 0, W_l1 = 0, D_l1 = 0, rows = 0, columns = 0;
    bool sizes = note_pool_sizes(p.x, p.H, p.W, &H_l1, &W_l1, &D_l1);
    for (long i = 0; i < p.x.size[0]; i += p.H)
        rows++;
    for (long j = 0; j < p.x.size[1]; j += p.W)
        columns++;
    bool refused = !note_pool_sizes(p.x, p.x.size[0] + 1, 1, &rows, &rows, &rows);
    return note_must(sizes && refused && H_l1 == rows && W_l1 == columns && D_l1 == p.x.size[2] &&
                     p.y.size[0] == H_l1 && p.y.size[1] == W_l1 && p.y.size[2] == D_l1);
}

/* The slice d of the subregion at out, cut out of x. */
static note_tensor subregion(note_sheet *s, const struct pooling *p, note_place out)
{
    note_tensor all = note_subvolume(s, p->x, out.i * p->H, out.j * p->W, p->H, p->W);
    return note_slice(note_reshape(all, 3, all.size), out.d);
}

double note_verify_47(note_trial *t)
{
    struct pooling p = pooling_new(t);
    double worst = note_must(p.y.data);
    for (long k = 0; k < note_count(p.y); k++) {
        note_tensor cells = subregion(t->s, &p, note_place_of(p.y, k));
        double largest = -HUGE_VAL;
        for (long c = 0; c < note_count(cells); c++)
            largest = fmax(largest, cells.data[c]);
        worst = note_worst(worst, fabs(p.y.data[k] - largest));
    }
    return worst;
}

double note_verify_48(note_trial *t)
{
    struct pooling p = pooling_new(t);
    note_tensor y = note_average_pool(t->s, p.x, p.g, false);
    double worst = note_must(y.data);
    for (long k = 0; k < note_count(y); k++) {
        note_tensor cells = subregion(t->s, &p, note_place_of(y, k));
        double sum = 0;
        for (long c = 0; c < note_count(cells); c++)
            sum += cells.data[c];
        worst = note_worst(worst, fabs(y.data[k] - sum / (double)(p.H * p.W)));
    }
    return worst;
}

/* Does the k-th output of p.y come from the u-th number of x, by each condition? */
static bool from_slice(const struct pooling *p, long u, long k)
{
    return note_same_slice(note_place_of(p->x, u), note_place_of(p->y, k));
}

static bool from_subregion(const struct pooling *p, long u, long k)
{
    return note_same_subregion(note_place_of(p->x, u), note_place_of(p->y, k), p->H, p->W);
}

/* The whole slice meets it, the recorded position among it. */
double note_verify_49(note_trial *t)
{
    struct pooling p = pooling_new(t);
    bool right = p.y.data;
    for (long k = 0; right && k < note_count(p.y); k++) {
        long met = 0, slice = p.x.size[0] * p.x.size[1];
        for (long u = 0; u < note_count(p.x); u++)
            met += from_slice(&p, u, k) && u / slice == k / (p.y.size[0] * p.y.size[1]);
        right = met == slice && from_slice(&p, (long)p.positions.data[k], k);
    }
    return note_must(right);
}

/* In each slice H W numbers meet it, those of the subregion. */
double note_verify_50(note_trial *t)
{
    struct pooling p = pooling_new(t);
    bool right = p.y.data;
    for (long k = 0; right && k < note_count(p.y); k++) {
        note_place out = note_place_of(p.y, k);
        long met = 0;
        for (long u = 0; u < note_count(p.x); u++)
            met += from_subregion(&p, u, k);
        for (long c = 0; c < p.H * p.W; c++) {
            note_place in = { out.i * p.H + c % p.H, out.j * p.W + c / p.H, out.d, 0 };
            right = right && note_same_subregion(in, out, p.H, p.W);
        }
        right = right && met == p.H * p.W * p.x.size[2];
    }
    return note_must(right);
}

/* In the subregion it is met exactly by what equals the output; with ties by more than one
 * number. */
double note_verify_51(note_trial *t)
{
    struct pooling p = note_random_between(t, 0, 1) ? pooling_tied(t) : pooling_new(t);
    bool right = p.y.data;
    for (long k = 0; right && k < note_count(p.y); k++)
        for (long u = 0; u < note_count(p.x); u++)
            if (from_slice(&p, u, k) && from_subregion(&p, u, k))
                right = right && note_is_largest(p.x, note_place_of(p.x, u), note_place_of(p.y, k),
                                                 p.H, p.W) == (p.x.data[u] >= p.y.data[k]);
    return note_must(right);
}

/* The conditions and the recorded positions give the same matrix, ties or not: one 1 in each
 * row. */
double note_verify_52(note_trial *t)
{
    struct pooling p[] = { pooling_new(t), pooling_tied(t) };
    double worst = 0;
    for (int k = 0; k < 2; k++) {
        note_tensor S = note_S(t->s, p[k].x, p[k].H, p[k].W),
                    ones = note_matrix(t->s, S.size[1], 1);
        note_tensor recorded = note_S_recorded(t->s, p[k].positions, note_count(p[k].x));
        for (long u = 0; u < note_count(ones); u++)
            ones.data[u] = 1;
        note_tensor row_sums = note_multiply(t->s, S, ones);
        worst =
            note_worst(worst, note_worst(note_must(row_sums.data), note_difference(S, recorded)));
        for (long row = 0; row < note_count(row_sums); row++)
            worst = note_worst(worst, fabs(row_sums.data[row] - 1));
    }
    return worst;
}

double note_verify_53(note_trial *t)
{
    struct pooling p = note_random_between(t, 0, 1) ? pooling_tied(t) : pooling_new(t);
    note_tensor S = note_S(t->s, p.x, p.H, p.W);
    return note_difference(note_max_pool_53(t->s, S, p.x), note_vec(p.y));
}

struct loss_of_pooling {
    note_window g;
    note_tensor c;
};

static note_tensor y_of_x(note_sheet *s, note_tensor x, const void *with)
{
    return note_max_pool(s, x, ((const struct loss_of_pooling *)with)->g, NOTE_COLUMN_FIRST, NULL);
}

static note_tensor z_of_x(note_sheet *s, note_tensor x, const void *with)
{
    return note_trial_loss(s, y_of_x(s, x, with), ((const struct loss_of_pooling *)with)->c);
}

/* Both halves: S is the derivative of vec(y), and the row through it is the derivative of z. */
double note_verify_54(note_trial *t)
{
    struct pooling p = pooling_new(t);
    struct loss_of_pooling with = { p.g, note_random_like(t, p.y) };
    note_tensor S = note_S(t->s, p.x, p.H, p.W), dy = note_trial_loss_gradient(t->s, p.y, with.c);
    return note_worst(
        note_difference(S, note_jacobian(t->s, y_of_x, &with, p.x)),
        note_difference(note_max_pool_54(t->s, S, dy), note_jacobian(t->s, z_of_x, &with, p.x)));
}

double note_verify_55(note_trial *t)
{
    struct pooling p = note_random_between(t, 0, 1) ? pooling_tied(t) : pooling_new(t);
    note_tensor S = note_S(t->s, p.x, p.H, p.W), dy = note_random_like(t, p.y);
    note_tensor column = note_max_pool_55(t->s, S, dy);
    note_tensor recorded = note_max_pool_gradient(t->s, p.x, p.positions, dy);
    return note_worst(note_difference(column, note_transpose(t->s, note_max_pool_54(t->s, S, dy))),
                      note_difference(column, note_vec(recorded)));
}

double note_verify_56(note_trial *t)
{
    note_tensor x = note_random_volume(t, 4, 5, 2, 1);
    note_window g = note_filter_window(2, 3);
    note_tensor B = note_im2col(t->s, x, 2, 3);
    return note_difference(note_convolute_56(t->s, x, g), note_vec(note_transpose(t->s, B)));
}

/* H^T vec(phi) is phi added back where it came from; of phi(x) it is x times how often each is
 * used. */
double note_verify_57(note_trial *t)
{
    note_tensor x = note_random_volume(t, 4, 4, 2, 1);
    note_window g = note_filter_window(note_random_between(t, 1, 3), note_random_between(t, 1, 3));
    note_tensor phi = note_phi(t->s, x, g), any = note_random_like(t, phi);
    note_tensor back = note_deconvolute_57(t->s, x, phi, g), often = note_copy(t->s, x);
    for (long k = 0; k < note_count(often); k++)
        often.data[k] *= (double)note_t_inverse(t->s, x, g, note_place_of(x, k)).size[1];
    return note_worst(
        note_difference(note_deconvolute_57(t->s, x, any, g), note_deconvolute(t->s, x, any, g)),
        note_difference(back, often));
}

/* max{0, x} = (x + |x|) / 2 */
double note_verify_58(note_trial *t)
{
    note_tensor x = note_random_volume(t, 3, 4, 2, 2), half = note_like(t->s, x);
    for (long k = 0; k < note_count(half); k++)
        half.data[k] = (x.data[k] + fabs(x.data[k])) / 2;
    return note_difference(note_relu(t->s, x), half);
}

static note_tensor relu_of_x(note_sheet *s, note_tensor x, const void *with)
{
    (void)with;
    return note_relu(s, x);
}

/* Element by element: the derivative of y is a diagonal matrix with the indicator on it. */
double note_verify_59(note_trial *t)
{
    note_tensor x = note_random_distinct(t, 3, 2, 2, 1), one = note_relu_indicator(t->s, x);
    note_tensor diagonal = note_identity(t->s, note_count(one));
    for (long k = 0; k < note_count(one); k++)
        *note_entry(diagonal, k, k) = one.data[k];
    return note_difference(diagonal, note_jacobian(t->s, relu_of_x, NULL, x));
}

static note_tensor z_of_relu(note_sheet *s, note_tensor x, const void *c)
{
    return note_trial_loss(s, note_relu(s, x), *(const note_tensor *)c);
}

double note_verify_60(note_trial *t)
{
    note_tensor x = note_random_distinct(t, 3, 2, 2, 2), c = note_random_like(t, x);
    note_tensor dy = note_trial_loss_gradient(t->s, note_relu(t->s, x), c);
    return note_difference(note_relu_gradient(t->s, x, dy),
                           note_derivative(t->s, z_of_relu, &c, x));
}
