// SPDX-License-Identifier: MIT
/* check_additions.c - verifies A1 to A15. */
#include <math.h>
#include <stddef.h>
#include "note/check.h"

static const note_tensor none = { 0 };

/* A convolution in full and the loss above it. */
struct full {
    note_tensor x, f, b, y, c, dy;
    note_window g;
    long groups;
};

static struct full full_new(note_trial *t, long groups, long N)
{
    struct full e = { .groups = groups };
    long D_l = groups * note_random_between(t, 1, 2), D = groups * note_random_between(t, 1, 2);
    e.x = note_random_volume(t, note_random_between(t, 1, 5), note_random_between(t, 1, 5), D_l, N);
    e.g = note_random_window(t, e.x.size[0], e.x.size[1]);
    e.f = note_random_volume(t, e.g.size[0], e.g.size[1], D_l / groups, D);
    e.b = note_random_volume(t, 1, 1, D, 1);
    e.y = note_convolution(t->s, e.x, e.f, e.b, e.g, groups);
    e.c = note_random_like(t, e.y);
    e.dy = note_trial_loss_gradient(t->s, e.y, e.c);
    return e;
}

/* With any window: phi(x) F, both Kronecker forms, and the last line of both derivations. */
double note_verify_A1(note_trial *t)
{
    struct full e = full_new(t, 1, 1);
    note_tensor y = note_convolution(t->s, e.x, e.f, none, e.g, 1);
    note_layer l = { e.x, e.f, note_as_matrix(e.dy, y.size[0] * y.size[1], y.size[2]), e.g };
    note_tensor df = note_convolution_gradient_f(t->s, e.x, e.f, e.dy, e.g, 1);
    note_tensor dx = note_convolution_gradient_x(t->s, e.x, e.f, e.dy, e.g, 1);
    double forward =
        note_worst(note_difference(note_convolve_phi(t->s, e.x, e.f, e.g), y),
                   note_difference(note_convolve_24(t->s, e.x, e.f, e.g), note_vec(y)));
    forward =
        note_worst(forward, note_difference(note_convolve_25(t->s, e.x, e.f, e.g), note_vec(y)));
    double backward = note_worst(note_difference(note_filters_33(t->s, &l), note_F(df)),
                                 note_difference(note_input_44(t->s, &l), note_vec(dx)));
    backward = note_worst(backward, note_difference(note_input_45(t->s, &l), note_vec(dx)));
    return note_worst(forward, backward);
}

/* Slices first .. first + count of each sample, or of each filter's outputs. */
static note_tensor slices(note_sheet *s, note_tensor x, long first, long count)
{
    note_tensor part = note_volume(s, x.size[0], x.size[1], count, x.size[3]);
    for (long k = 0; k < note_count(part); k++) {
        note_place at = note_place_of(part, k);
        part.data[k] = *note_at(x, at.i, at.j, first + at.d, at.n);
    }
    return part;
}

static note_tensor filters(note_tensor f, long first, long count)
{
    note_tensor part = f;
    part.size[3] = count;
    part.data = note_at(f, 0, 0, 0, first);
    return part;
}

/* Each group is a convolution of its own, forward and backward. */
double note_verify_A2(note_trial *t)
{
    long groups = note_random_between(t, 2, 3);
    struct full e = full_new(t, groups, 1);
    note_tensor dx = note_convolution_gradient_x(t->s, e.x, e.f, e.dy, e.g, groups);
    note_tensor df = note_convolution_gradient_f(t->s, e.x, e.f, e.dy, e.g, groups);
    double worst = note_must(e.y.data && dx.data && df.data);
    for (long k = 0; worst < HUGE_VAL && k < groups; k++) {
        long in = e.x.size[2] / groups, out = e.y.size[2] / groups;
        note_tensor x = slices(t->s, e.x, k * in, in), f = filters(e.f, k * out, out);
        note_tensor b = slices(t->s, e.b, k * out, out), dy = slices(t->s, e.dy, k * out, out);
        note_tensor y = note_convolution(t->s, x, f, b, e.g, 1);
        double forward = note_difference(slices(t->s, e.y, k * out, out), y);
        double to_x = note_difference(slices(t->s, dx, k * in, in),
                                      note_convolution_gradient_x(t->s, x, f, dy, e.g, 1));
        double to_f = note_difference(filters(df, k * out, out),
                                      note_convolution_gradient_f(t->s, x, f, dy, e.g, 1));
        worst = note_worst(worst, note_worst(forward, note_worst(to_x, to_f)));
    }
    return worst;
}

static note_tensor z_of_b(note_sheet *s, note_tensor b, const void *with)
{
    const struct full *e = with;
    return note_trial_loss(s, note_convolution(s, e->x, e->f, b, e->g, e->groups), e->c);
}

static note_tensor z_of_x(note_sheet *s, note_tensor x, const void *with)
{
    const struct full *e = with;
    return note_trial_loss(s, note_convolution(s, x, e->f, e->b, e->g, e->groups), e->c);
}

static note_tensor z_of_f(note_sheet *s, note_tensor f, const void *with)
{
    const struct full *e = with;
    return note_trial_loss(s, note_convolution(s, e->x, f, e->b, e->g, e->groups), e->c);
}

/* b_d is added to every output of slice d; all three derivatives against central differences. */
double note_verify_A3(note_trial *t)
{
    struct full e = full_new(t, note_random_between(t, 1, 2), note_random_between(t, 1, 2));
    note_tensor y = note_convolution(t->s, e.x, e.f, none, e.g, e.groups);
    for (long k = 0; k < note_count(y); k++)
        y.data[k] += e.b.data[note_place_of(y, k).d];
    double to_b = note_difference(note_convolution_gradient_b(t->s, e.dy),
                                  note_derivative(t->s, z_of_b, &e, e.b));
    double to_x = note_difference(note_convolution_gradient_x(t->s, e.x, e.f, e.dy, e.g, e.groups),
                                  note_derivative(t->s, z_of_x, &e, e.x));
    double to_f = note_difference(note_convolution_gradient_f(t->s, e.x, e.f, e.dy, e.g, e.groups),
                                  note_derivative(t->s, z_of_f, &e, e.f));
    return note_worst(note_difference(y, e.y), note_worst(to_b, note_worst(to_x, to_f)));
}

static note_tensor sample(note_tensor x, long n)
{
    return note_slice(x, n);
}

static void add(note_tensor sum, note_tensor x)
{
    for (long k = 0; k < note_count(x); k++)
        sum.data[k] += x.data[k];
}

/* N samples in one tensor are N convolutions, poolings and ReLUs; the filters get the sum over
 * them. */
double note_verify_A4(note_trial *t)
{
    long N = note_random_between(t, 1, 3);
    struct full e = full_new(t, 1, N);
    note_tensor pooled = note_max_pool(t->s, e.x, e.g, NOTE_ROW_FIRST, NULL);
    note_tensor average = note_average_pool(t->s, e.x, e.g, false);
    note_tensor dx = note_convolution_gradient_x(t->s, e.x, e.f, e.dy, e.g, 1);
    note_tensor df = note_like(t->s, e.f);
    double worst = note_must(df.data);
    for (long n = 0; worst < HUGE_VAL && n < N; n++) {
        note_tensor x = sample(e.x, n), dy = sample(e.dy, n);
        double y = note_difference(sample(e.y, n), note_convolution(t->s, x, e.f, e.b, e.g, 1));
        double to_x =
            note_difference(sample(dx, n), note_convolution_gradient_x(t->s, x, e.f, dy, e.g, 1));
        double max =
            note_difference(sample(pooled, n), note_max_pool(t->s, x, e.g, NOTE_ROW_FIRST, NULL));
        double mean = note_difference(sample(average, n), note_average_pool(t->s, x, e.g, false));
        add(df, note_convolution_gradient_f(t->s, x, e.f, dy, e.g, 1));
        worst = note_worst(worst, note_worst(note_worst(y, to_x), note_worst(max, mean)));
    }
    return note_worst(
        worst, note_difference(df, note_convolution_gradient_f(t->s, e.x, e.f, e.dy, e.g, 1)));
}

double note_verify_A5(note_trial *t)
{
    long H = note_random_between(t, 1, 3), W = note_random_between(t, 1, 3);
    note_tensor x = note_random_volume(t, H, W, 2, 2), f = note_random_volume(t, H, W, 2, 4);
    note_tensor b = note_random_volume(t, 1, 1, 4, 1), dy = note_random_volume(t, 1, 1, 4, 2);
    note_window g = note_filter_window(H, W);
    double forward =
        note_difference(note_dense(t->s, x, note_F(f), b), note_convolution(t->s, x, f, b, g, 1));
    double to_x = note_difference(note_dense_gradient_x(t->s, x, note_F(f), dy),
                                  note_convolution_gradient_x(t->s, x, f, dy, g, 1));
    double to_F = note_difference(note_dense_gradient_F(t->s, x, dy),
                                  note_F(note_convolution_gradient_f(t->s, x, f, dy, g, 1)));
    return note_worst(forward, note_worst(to_x, to_F));
}

static note_tensor z_of_softmax(note_sheet *s, note_tensor x, const void *c)
{
    return note_trial_loss(s, note_softmax(s, x), *(const note_tensor *)c);
}

/* Ratios are those of exp, each column adds up to 1, and a shift by 1000, past what exp() holds,
 * changes nothing. */
double note_verify_A6(note_trial *t)
{
    note_tensor x = note_random_volume(t, 2, 1, 4, 2), y = note_softmax(t->s, x);
    note_tensor c = note_random_like(t, x), shifted = note_copy(t->s, x);
    double worst = note_must(y.data);
    for (long k = 0; worst < HUGE_VAL && k < note_count(x); k++) {
        note_place at = note_place_of(x, k);
        double sum = 0;
        for (long d = 0; d < 4; d++)
            sum += exp(*note_at(x, at.i, at.j, d, at.n));
        worst = note_worst(worst, fabs(y.data[k] - exp(x.data[k]) / sum));
        shifted.data[k] += 1000;
    }
    note_tensor dx = note_softmax_gradient(t->s, y, note_trial_loss_gradient(t->s, y, c));
    return note_worst(note_worst(worst, note_difference(note_softmax(t->s, shifted), y)),
                      note_difference(dx, note_derivative(t->s, z_of_softmax, &c, x)));
}

static note_tensor z_of_labels(note_sheet *s, note_tensor x, const void *label)
{
    return note_cross_entropy(s, x, label);
}

/* The loss is -log of the soft-max; its short gradient is the long way through the soft-max's. */
double note_verify_A7(note_trial *t)
{
    note_tensor x = note_random_volume(t, 1, 2, 3, 2), y = note_softmax(t->s, x);
    note_tensor z = note_vector(t->s, 1), dy = note_like(t->s, x);
    long label[4] = { 0 };
    double worst = note_must(y.data && z.data && dy.data);
    for (long k = 0; worst < HUGE_VAL && k < 4; k++) {
        label[k] = note_random_between(t, 0, 2);
        double *p = note_at(y, 0, k % 2, label[k], k / 2);
        z.data[0] -= log(*p) / 4;
        dy.data[p - y.data] = -1 / *p / 4;
    }
    note_tensor dx = note_cross_entropy_gradient(t->s, x, label);
    worst = note_worst(worst, note_difference(note_cross_entropy(t->s, x, label), z));
    worst = note_worst(worst, note_difference(dx, note_softmax_gradient(t->s, y, dy)));
    return note_worst(worst, note_difference(dx, note_derivative(t->s, z_of_labels, label, x)));
}

/* Batch normalization and a loss above it. */
struct norm {
    note_batch_norm b;
    note_tensor x, c;
};

static note_tensor normalized(note_sheet *s, note_tensor x, const note_batch_norm *b)
{
    return note_normalize(s, x, b, note_batch_mean(s, x), note_batch_variance(s, x));
}

static note_tensor z_of_normalized(note_sheet *s, note_tensor x, const void *with)
{
    const struct norm *e = with;
    return note_trial_loss(s, normalized(s, x, &e->b), e->c);
}

static note_tensor z_of_gamma(note_sheet *s, note_tensor gamma, const void *with)
{
    const struct norm *e = with;
    note_batch_norm b = { gamma, e->b.beta, e->b.epsilon };
    return note_trial_loss(s, normalized(s, e->x, &b), e->c);
}

static note_tensor z_of_fixed(note_sheet *s, note_tensor x, const void *with)
{
    const struct norm *e = with;
    note_tensor mean = note_batch_mean(s, e->x), variance = note_batch_variance(s, e->x);
    return note_trial_loss(s, note_normalize(s, x, &e->b, mean, variance), e->c);
}

/* Without gamma, beta and epsilon each slice has mean 0 and variance 1. */
static double standardized(note_trial *t, note_tensor x)
{
    note_tensor one = note_volume(t->s, 1, 1, x.size[2], 1), zero = note_like(t->s, one);
    for (long d = 0; d < note_count(one); d++)
        one.data[d] = 1;
    note_tensor y = normalized(t->s, x, &(note_batch_norm){ one, zero, 0 });
    return note_worst(note_difference(note_batch_mean(t->s, y), zero),
                      note_difference(note_batch_variance(t->s, y), one));
}

double note_verify_A8(note_trial *t)
{
    struct norm e = { .x = note_random_volume(t, 2, 3, 2, 2) };
    e.b = (note_batch_norm){ note_random_volume(t, 1, 1, 2, 1), note_random_volume(t, 1, 1, 2, 1),
                             1e-3 };
    e.c = note_random_like(t, e.x);
    note_tensor mean = note_batch_mean(t->s, e.x), variance = note_batch_variance(t->s, e.x);
    note_tensor dy = note_trial_loss_gradient(t->s, normalized(t->s, e.x, &e.b), e.c);
    note_tensor dx = note_batch_norm_gradient_x(t->s, e.x, &e.b, dy);
    note_tensor fixed = note_normalize_gradient_x(t->s, e.x, &e.b, variance, dy);
    note_tensor dgamma = note_batch_norm_gradient_gamma(t->s, e.x, &e.b, mean, variance, dy);
    double worst = note_difference(dx, note_derivative(t->s, z_of_normalized, &e, e.x));
    worst = note_worst(worst, note_difference(fixed, note_derivative(t->s, z_of_fixed, &e, e.x)));
    worst = note_worst(worst,
                       note_difference(dgamma, note_derivative(t->s, z_of_gamma, &e, e.b.gamma)));
    return note_worst(worst, standardized(t, e.x));
}

struct local {
    note_local_response r;
    note_tensor c;
};

static note_tensor z_of_local(note_sheet *s, note_tensor x, const void *with)
{
    const struct local *e = with;
    return note_trial_loss(s, note_local_normalize(s, x, &e->r), e->c);
}

/* One slice alone: y = x (kappa + alpha x^2)^-beta. Then the gradient, with even and odd sizes. */
double note_verify_A9(note_trial *t)
{
    note_tensor x = note_random_volume(t, 1, 2, 6, 2), alone = note_copy(t->s, x);
    struct local e = { { note_random_between(t, 1, 5), 0.7, 0.75, 1.5 }, note_random_like(t, x) };
    note_local_response one = { 1, 0.7, 0.75, 1.5 };
    for (long k = 0; k < note_count(alone); k++)
        alone.data[k] *= pow(1.5 + 0.7 * x.data[k] * x.data[k], -0.75);
    note_tensor y = note_local_normalize(t->s, x, &e.r);
    note_tensor dy = note_trial_loss_gradient(t->s, y, e.c);
    return note_worst(note_difference(note_local_normalize(t->s, x, &one), alone),
                      note_difference(note_local_normalize_gradient(t->s, x, &e.r, dy),
                                      note_derivative(t->s, z_of_local, &e, x)));
}

struct average {
    note_window g;
    bool count_padding;
    note_tensor c;
};

static note_tensor z_of_average(note_sheet *s, note_tensor x, const void *with)
{
    const struct average *e = with;
    return note_trial_loss(s, note_average_pool(s, x, e->g, e->count_padding), e->c);
}

/* Three ways: shares of dy, the transposed matrix, central differences. Counting the padding is
 * pooling a bigger input with zeros around it. */
double note_verify_A10(note_trial *t)
{
    note_tensor x =
        note_random_volume(t, note_random_between(t, 1, 4), note_random_between(t, 1, 4), 2, 2);
    struct average e = { note_random_window(t, x.size[0], x.size[1]), note_random_between(t, 0, 1),
                         none };
    note_tensor y = note_average_pool(t->s, x, e.g, e.count_padding);
    e.c = note_random_like(t, y);
    note_tensor dy = note_trial_loss_gradient(t->s, y, e.c);
    note_tensor dx = note_average_pool_gradient(t->s, x, e.g, e.count_padding, dy);
    note_tensor A = note_average_matrix(t->s, x, e.g, e.count_padding);
    note_tensor filter = note_volume(t->s, e.g.size[0], e.g.size[1], 1, 2);
    for (long k = 0; k < note_count(filter); k++)
        filter.data[k] = 1 / (double)(e.g.size[0] * e.g.size[1]);
    note_tensor counted = note_average_pool(t->s, x, e.g, true);
    double worst = note_difference(counted, note_convolution(t->s, x, filter, none, e.g, 2));
    worst = note_worst(worst, note_difference(note_multiply(t->s, A, note_vec(x)), note_vec(y)));
    worst = note_worst(
        worst,
        note_difference(note_multiply(t->s, note_transpose(t->s, A), note_vec(dy)), note_vec(dx)));
    return note_worst(worst, note_difference(dx, note_derivative(t->s, z_of_average, &e, x)));
}

struct maximum {
    note_window g;
    note_tensor c;
};

static note_tensor z_of_maximum(note_sheet *s, note_tensor x, const void *with)
{
    const struct maximum *e = with;
    note_tensor y = note_max_pool(s, x, e->g, NOTE_ROW_FIRST, NULL);
    for (long k = 0; k < note_count(y); k++)
        if (y.data[k] < -1e300) /* nothing but padding */
            y.data[k] = 0;
    return note_trial_loss(s, y, e->c);
}

/* Transposing the input (and its windows) turns one scan order into the other, ties and all. */
static double scans_agree(note_trial *t)
{
    note_tensor x = note_random_ties(t, 5, 4, 1, 1), rows, columns;
    note_tensor xT = note_as_volume(note_transpose(t->s, note_as_matrix(x, 5, 4)), 4, 5, 1, 1);
    note_window g = note_random_window(t, 5, 4), gT = g;
    for (int axis = 0; axis < 2; axis++) {
        gT.size[axis] = g.size[!axis];
        gT.stride[axis] = g.stride[!axis];
        gT.dilation[axis] = g.dilation[!axis];
        gT.pad[axis] = g.pad[!axis];
        gT.pad[axis + 2] = g.pad[!axis + 2];
    }
    *note_at(x, 2, 2, 0, 0) = *note_at(xT, 2, 2, 0, 0) = (double)NAN;
    note_max_pool(t->s, x, g, NOTE_ROW_FIRST, &rows);
    note_max_pool(t->s, xT, gT, NOTE_COLUMN_FIRST, &columns);
    double worst = note_must(rows.data && columns.data);
    for (long k = 0; k < note_count(columns); k++) {
        note_place out = note_place_of(columns, k), from = note_place_of(xT, (long)columns.data[k]);
        double there =
            columns.data[k] < 0 ? -1 : (double)note_index(x, (note_place){ from.j, from.i, 0, 0 });
        worst = note_worst(worst, fabs(there - *note_at(rows, out.j, out.i, 0, 0)));
    }
    return worst;
}

double note_verify_A11(note_trial *t)
{
    note_tensor x = note_random_distinct(t, 4, 5, 2, 2), positions;
    struct maximum e = { note_random_window(t, 4, 5), none };
    note_tensor y = note_max_pool(t->s, x, e.g, NOTE_ROW_FIRST, &positions), S;
    S = note_S_recorded(t->s, positions, note_count(x));
    for (long k = 0; k < note_count(y); k++)
        y.data[k] = positions.data[k] < 0 ? 0 : y.data[k];
    e.c = note_random_like(t, y);
    note_tensor dy = note_trial_loss_gradient(t->s, y, e.c);
    note_tensor dx = note_max_pool_gradient(t->s, x, positions, dy);
    double worst = note_worst(note_difference(note_max_pool_53(t->s, S, x), note_vec(y)),
                              note_difference(note_max_pool_55(t->s, S, dy), note_vec(dx)));
    worst = note_worst(worst, scans_agree(t));
    return note_worst(worst, note_difference(dx, note_derivative(t->s, z_of_maximum, &e, x)));
}

static double inner(note_tensor a, note_tensor b)
{
    double sum = 0;
    for (long k = 0; k < note_count(a); k++)
        sum += a.data[k] * b.data[k];
    return note_count(a) == note_count(b) && note_count(a) > 0 ? sum : (double)NAN;
}

/* <H vec(x), phi> = <vec(x), H^T phi>; and back through the filters is the gradient of a
 * convolution. */
double note_verify_A12(note_trial *t)
{
    struct full e = full_new(t, 1, 1);
    note_tensor phi = note_random_like(t, note_phi(t->s, e.x, e.g));
    note_tensor back = note_deconvolute(t->s, e.x, phi, e.g);
    note_tensor Y = note_as_matrix(e.y, e.y.size[0] * e.y.size[1], e.y.size[2]);
    note_tensor YFT = note_multiply(t->s, Y, note_transpose(t->s, note_F(e.f)));
    note_tensor upsampled = note_convolution_gradient_x(t->s, e.x, e.f, e.y, e.g, 1);
    double adjoint = fabs(inner(note_phi(t->s, e.x, e.g), phi) - inner(e.x, back));
    return note_worst(
        note_worst(adjoint, note_difference(back, note_deconvolute_57(t->s, e.x, phi, e.g))),
        note_difference(note_deconvolute(t->s, e.x, YFT, e.g), upsampled));
}

/* Unpooling is the adjoint of pooling; what was constant comes back divided by H W. */
double note_verify_A13(note_trial *t)
{
    bool count_padding = note_random_between(t, 0, 1);
    note_tensor x = note_random_volume(t, 4, 6, 2, 1), y, back;
    note_window g = note_random_window(t, 4, 6);
    y = note_random_like(t, note_average_pool(t->s, x, g, count_padding));
    back = note_average_unpool(t->s, x, y, g, count_padding);
    double adjoint = fabs(inner(note_average_pool(t->s, x, g, count_padding), y) - inner(x, back));
    note_tensor twice = note_average_pool(t->s, x, note_pool_window(2, 3), false);
    twice = note_average_unpool(t->s, x, twice, note_pool_window(2, 3), false);
    note_tensor once = note_average_pool(t->s, x, note_pool_window(2, 3), false);
    double worst = note_worst(adjoint, note_must(twice.data && once.data));
    for (long k = 0; worst < HUGE_VAL && k < note_count(twice); k++) {
        note_place at = note_place_of(x, k);
        worst = note_worst(worst,
                           fabs(twice.data[k] - *note_at(once, at.i / 2, at.j / 3, at.d, 0) / 6));
    }
    return worst;
}

/* The maxima stand where they were and all else is 0: pooling again, of numbers above 0, finds
 * them. */
double note_verify_A14(note_trial *t)
{
    note_tensor x = note_random_volume(t, 4, 6, 2, 2), positions;
    for (long k = 0; k < note_count(x); k++)
        x.data[k] += 2;
    note_window g = note_pool_window(2, 3);
    note_tensor y = note_max_pool(t->s, x, g, NOTE_COLUMN_FIRST, &positions);
    note_tensor back = note_max_unpool(t->s, x, y, positions), kept = note_like(t->s, x);
    for (long k = 0; k < note_count(kept); k++)
        for (long r = 0; r < note_count(positions); r++)
            if ((long)positions.data[r] == k)
                kept.data[k] = x.data[k];
    return note_worst(note_difference(back, kept),
                      note_difference(note_max_pool(t->s, back, g, NOTE_COLUMN_FIRST, NULL), y));
}

/* A layer with empty w has no dz/dw but passes dz/dx on; at x = 0 ReLU passes nothing; of equal
 * maxima one alone, the first, gets the derivative. */
double note_verify_A15(note_trial *t)
{
    note_tensor x = note_volume(t->s, 2, 2, 1, 1), dy = note_random_like(t, x), positions, dw[2],
                dx[2];
    note_box box[] = { { .kind = &note_relu_box }, { .kind = &note_loss_box, .w = dy } };
    note_tensor chain[3] = { note_random_like(t, x) };
    note_tensor blocked = note_relu_gradient(t->s, x, dy);
    note_max_pool(t->s, x, note_pool_window(2, 2), NOTE_COLUMN_FIRST, &positions);
    bool ran = note_run(t->s, box, 2, chain) && note_back_propagate(t->s, box, 2, chain, dw, dx);
    return note_worst(
        note_must(ran && !dw[0].data && !dw[1].data && dx[0].data),
        note_worst(note_difference(blocked, x),
                   note_must(positions.data && positions.data[0] <= 0 && positions.data[0] >= 0)));
}
