// SPDX-License-Identifier: MIT
/* check_chain.c - verifies (1) to (11). */
#include <math.h>
#include <stddef.h>
#include "note/check.h"

/* vec as the note tells it: the first slice, then the second, each in the same way. */
static long slice_by_slice(note_tensor x, double *out)
{
    if (x.order < 2) {
        for (long k = 0; k < note_count(x); k++)
            out[k] = x.data[k];
        return note_count(x);
    }
    long written = 0;
    for (long k = 0; k < x.size[x.order - 1]; k++)
        written += slice_by_slice(note_slice(x, k), out + written);
    return written;
}

/* The example A = (1 2; 3 4); a 4D tensor, slice by slice; and where an index stands. */
double note_verify_1(note_trial *t)
{
    note_tensor A = note_matrix(t->s, 2, 2), x = note_random_volume(t, 2, 3, 4, 2);
    note_tensor vecA = note_vector(t->s, 4), vecx = note_vector(t->s, 48);
    if (!A.data || !vecA.data || !vecx.data || !x.data)
        return HUGE_VAL;
    for (int k = 0; k < 4; k++)
        *note_entry(A, k / 2, k % 2) = k + 1;
    for (int k = 0; k < 4; k++)
        vecA.data[k] = (const double[]){ 1, 3, 2, 4 }[k];
    slice_by_slice(x, vecx.data);
    double worst =
        note_worst(note_difference(note_vec(A), vecA), note_difference(note_vec(x), vecx));
    for (long k = 0; k < 48; k++) {
        note_place at = note_place_of(x, k);
        worst = note_worst(worst, fabs(vecx.data[k] - *note_at(x, at.i, at.j, at.d, at.n)));
    }
    return worst;
}

/* z = sum of a y^3 */
static note_tensor cubes(note_sheet *s, note_tensor y, const void *a)
{
    note_tensor z = note_vector(s, 1);
    for (long k = 0; z.data && k < note_count(y); k++)
        z.data[0] += ((const note_tensor *)a)->data[k] * pow(y.data[k], 3);
    return z;
}

static note_tensor cubes_derivative(note_sheet *s, note_tensor y, const note_tensor *a)
{
    note_tensor dy = note_like(s, y);
    for (long k = 0; k < note_count(dy); k++)
        dy.data[k] = 3 * a->data[k] * y.data[k] * y.data[k];
    return dy;
}

double note_verify_2(note_trial *t)
{
    note_tensor y = note_random_volume(t, 3, 2, 2, 1), a = note_random_like(t, y);
    return note_difference(note_derivative(t->s, cubes, &a, y), cubes_derivative(t->s, y, &a));
}

/* y_i = sum of A_ij x_j^2 */
static note_tensor squares(note_sheet *s, note_tensor x, const void *A)
{
    note_tensor squared = note_like(s, x);
    for (long j = 0; j < note_count(squared); j++)
        squared.data[j] = x.data[j] * x.data[j];
    return note_multiply(s, *(const note_tensor *)A, squared);
}

static note_tensor squares_derivative(note_sheet *s, note_tensor x, const note_tensor *A)
{
    note_tensor J = note_like(s, *A);
    for (long k = 0; k < note_count(J); k++)
        J.data[k] = 2 * A->data[k] * x.data[k / A->size[0]];
    return J;
}

double note_verify_3(note_trial *t)
{
    note_tensor A = note_random_matrix(t, 3, 5), x = note_random_matrix(t, 5, 1);
    return note_difference(note_jacobian(t->s, squares, &A, x), squares_derivative(t->s, x, &A));
}

struct composed {
    note_tensor A, a;
};

static note_tensor cubes_of_squares(note_sheet *s, note_tensor x, const void *with)
{
    const struct composed *c = with;
    return cubes(s, squares(s, x, &c->A), &c->a);
}

/* The row has as many numbers as x, and sizes that do not match are refused. */
double note_verify_4(note_trial *t)
{
    note_tensor A = note_random_matrix(t, 3, 5), x = note_random_matrix(t, 5, 1);
    struct composed c = { A, note_random_matrix(t, 3, 1) };
    note_tensor dzdy = cubes_derivative(t->s, squares(t->s, x, &A), &c.a);
    note_tensor dzdyT = note_transpose(t->s, dzdy), dydxT = squares_derivative(t->s, x, &A);
    note_tensor direct = note_transpose(t->s, note_derivative(t->s, cubes_of_squares, &c, x));
    bool refused = !note_chain_rule(t->s, dzdy, dydxT).data &&
                   !note_chain_rule(t->s, dzdyT, note_transpose(t->s, dydxT)).data;
    return note_worst(note_must(refused),
                      note_difference(note_chain_rule(t->s, dzdyT, dydxT), direct));
}

/* A small network: convolution, ReLU, max pooling, a filter as large as its input, loss. */
enum { L = 5 };

struct network {
    note_box box[L];
    note_tensor x[L + 1];
};

/* No two numbers, and none and 0, so close that a small step could reorder them. */
static bool far_apart(note_tensor x)
{
    bool far = true;
    for (long k = 0; k < note_count(x); k++) {
        far = far && fabs(x.data[k]) > 1e-4;
        for (long m = 0; m < k; m++)
            far = far && fabs(x.data[k] - x.data[m]) > 1e-4;
    }
    return far;
}

static bool network_new(note_trial *t, struct network *net)
{
    note_box *box = net->box;
    do {
        box[0] = (note_box){ &note_convolution_box, note_random_volume(t, 2, 2, 2, 2),
                             note_filter_window(2, 2) };
        box[1] = (note_box){ .kind = &note_relu_box };
        box[2] = (note_box){ .kind = &note_max_pool_box, .window = note_pool_window(2, 2) };
        box[3] = (note_box){ &note_convolution_box, note_random_volume(t, 2, 2, 2, 3),
                             note_filter_window(2, 2) };
        box[4] = (note_box){ .kind = &note_loss_box, .w = note_random_volume(t, 1, 1, 3, 1) };
        net->x[0] = note_random_volume(t, 5, 5, 2, 1);
        if (!note_run(t->s, box, L, net->x))
            return false;
    } while (!far_apart(net->x[1]));
    return true;
}

/* The chain is one layer after the other, and running it in two parts is running it. */
double note_verify_5(note_trial *t)
{
    struct network net, again;
    if (!network_new(t, &net))
        return HUGE_VAL;
    again = net;
    note_tensor x2 = note_convolve(t->s, net.x[0], net.box[0].w), x3 = note_relu(t->s, x2);
    note_tensor x4 = note_max_pool(t->s, x3, note_pool_window(2, 2), NOTE_COLUMN_FIRST, NULL);
    note_tensor x5 = note_convolve(t->s, x4, net.box[3].w);
    note_tensor z = note_squared_loss(t->s, net.box[4].w, x5);
    bool parts =
        note_run(t->s, again.box, 2, again.x) && note_run(t->s, again.box + 2, L - 2, again.x + 2);
    double layers = note_worst(note_difference(net.x[4], x5), note_difference(net.x[L], z));
    return note_worst(layers, note_worst(note_must(parts), note_difference(again.x[L], net.x[L])));
}

static note_tensor loss_of_x(note_sheet *s, note_tensor x, const void *target)
{
    return note_squared_loss(s, *(const note_tensor *)target, x);
}

/* ||t - x||^2 = t.t - 2 t.x + x.x, averaged over the samples; and its derivative 2 (x - t) / N. */
double note_verify_6(note_trial *t)
{
    long N = note_random_between(t, 1, 3);
    note_tensor x = note_random_volume(t, 2, 1, 3, N), target = note_random_like(t, x);
    note_tensor z = note_squared_loss(t->s, target, x), expanded = note_vector(t->s, 1);
    for (long k = 0; expanded.data && k < note_count(x); k++)
        expanded.data[0] += (target.data[k] * target.data[k] - 2 * target.data[k] * x.data[k] +
                             x.data[k] * x.data[k]) /
                            (double)N;
    return note_worst(note_difference(z, expanded),
                      note_difference(note_squared_loss_gradient(t->s, target, x),
                                      note_derivative(t->s, loss_of_x, &target, x)));
}

/* Nothing is larger than the predicted one, and what comes before it is smaller. */
double note_verify_7(note_trial *t)
{
    note_tensor x = note_random_ties(t, 1, 1, 6, 1);
    long best = note_predict(x);
    bool first = 0 <= best && best < 6;
    for (long i = 0; first && i < note_count(x); i++)
        first = i < best ? x.data[i] < x.data[best] : x.data[i] <= x.data[best];
    return note_must(first && note_predict((note_tensor){ 0 }) == -1);
}

static note_tensor pull(note_sheet *s, note_tensor w, const void *target)
{
    return note_squared_loss_gradient(s, *(const note_tensor *)target, w);
}

/* On z = ||t - w||^2 each step shrinks w - t by 1 - 2 eta. */
static note_tensor descended(note_sheet *s, note_tensor target, note_tensor w, double eta,
                             int steps)
{
    note_tensor at = note_like(s, w);
    for (long k = 0; k < note_count(at); k++)
        at.data[k] = target.data[k] + pow(1 - 2 * eta, steps) * (w.data[k] - target.data[k]);
    return at;
}

double note_verify_8(note_trial *t)
{
    note_tensor w = note_random_matrix(t, 4, 3), target = note_random_like(t, w);
    double eta = 0.3 + 0.2 * note_random(t);
    note_tensor expected = descended(t->s, target, w, eta, 1);
    bool stepped = note_sgd_step(w, eta, note_squared_loss_gradient(t->s, target, w));
    return note_worst(note_must(stepped), note_difference(w, expected));
}

/* (9) is (8) with a history: at each time t both have the same w. */
double note_verify_9(note_trial *t)
{
    note_tensor w[6] = { note_random_matrix(t, 4, 3) }, now = note_copy(t->s, w[0]);
    note_tensor target = note_random_like(t, now);
    double eta = 0.3 + 0.2 * note_random(t), worst = 0;
    if (!note_sgd_history(t->s, pull, &target, eta, 5, w))
        return HUGE_VAL;
    for (int time = 0; time <= 5; time++) {
        worst = note_worst(worst, note_difference(w[time], now));
        worst =
            note_worst(worst, note_difference(w[time], descended(t->s, target, w[0], eta, time)));
        note_sgd_step(now, eta, pull(t->s, now, &target));
    }
    return worst;
}

struct part {
    const struct network *net;
    int layer;
};

static note_tensor loss_of_w(note_sheet *s, note_tensor w, const void *with)
{
    const struct part *part = with;
    struct network net = *part->net;
    net.box[part->layer].w = w;
    return note_run(s, net.box, L, net.x) ? net.x[L] : (note_tensor){ 0 };
}

static note_tensor loss_of_input(note_sheet *s, note_tensor x, const void *with)
{
    const struct part *part = with;
    struct network net = *part->net;
    int i = part->layer;
    net.x[i] = x;
    return note_run(s, net.box + i, L - i, net.x + i) ? net.x[L] : (note_tensor){ 0 };
}

static double against_differences(note_sheet *s, note_function *z, const struct part *part,
                                  note_tensor at, note_tensor row)
{
    note_tensor derivative = note_derivative(s, z, part, at);
    return note_difference(row, note_transpose(s, note_vec(derivative)));
}

double note_verify_10(note_trial *t)
{
    struct network net;
    note_tensor dw[L], dx[L];
    if (!network_new(t, &net) || !note_back_propagate(t->s, net.box, L, net.x, dw, dx))
        return HUGE_VAL;
    double worst = 0;
    for (int i = 0; i < L; i++)
        if (net.box[i].kind->by_w)
            worst =
                note_worst(worst, against_differences(t->s, loss_of_w, &(struct part){ &net, i },
                                                      net.box[i].w, dw[i]));
    return worst;
}

double note_verify_11(note_trial *t)
{
    struct network net;
    note_tensor dw[L], dx[L];
    if (!network_new(t, &net) || !note_back_propagate(t->s, net.box, L, net.x, dw, dx))
        return HUGE_VAL;
    double worst = 0;
    for (int i = 0; i < L; i++)
        if (i != 2) /* what ReLU sets to 0 is tied there: differences of that layer alone would see
                       a kink */
            worst =
                note_worst(worst, against_differences(t->s, loss_of_input,
                                                      &(struct part){ &net, i }, net.x[i], dx[i]));
    return worst;
}
