// SPDX-License-Identifier: MIT
/* check_gradient.c - verifies (26) to (45): each line of the two derivations against the line
 * before it, and where it starts and ends against central differences and against the definition
 * of convolution. */
#include "note/check.h"

/* A layer, and above it the loss z of note_trial_loss(), so that dz/dY = c + Y. */
struct derivation {
    note_layer l;
    note_tensor c, dy; /* dy is dz/dy in the shape of y */
};

static note_tensor y_of(note_sheet *s, note_tensor x, note_tensor f, note_window g)
{
    return note_convolution(s, x, f, (note_tensor){ 0 }, g, 1);
}

static struct derivation derivation_new(note_trial *t)
{
    struct derivation e;
    long H = note_random_between(t, 1, 3), W = note_random_between(t, 1, 3);
    long D_l = note_random_between(t, 1, 2), D = note_random_between(t, 1, 3);
    e.l.x =
        note_random_volume(t, note_random_between(t, H, 4), note_random_between(t, W, 4), D_l, 1);
    e.l.f = note_random_volume(t, H, W, D_l, D);
    e.l.window = note_filter_window(H, W);
    note_tensor y = y_of(t->s, e.l.x, e.l.f, e.l.window);
    e.c = note_random_like(t, y);
    e.dy = note_trial_loss_gradient(t->s, y, e.c);
    e.l.dY = note_as_matrix(e.dy, y.size[0] * y.size[1], D);
    return e;
}

static note_tensor y_of_f(note_sheet *s, note_tensor f, const void *with)
{
    const struct derivation *e = with;
    return note_vec(y_of(s, e->l.x, f, e->l.window));
}

static note_tensor y_of_x(note_sheet *s, note_tensor x, const void *with)
{
    const struct derivation *e = with;
    return note_vec(y_of(s, x, e->l.f, e->l.window));
}

static note_tensor z_of_f(note_sheet *s, note_tensor f, const void *with)
{
    return note_trial_loss(s, y_of_f(s, f, with), ((const struct derivation *)with)->c);
}

static note_tensor z_of_x(note_sheet *s, note_tensor x, const void *with)
{
    return note_trial_loss(s, y_of_x(s, x, with), ((const struct derivation *)with)->c);
}

/* One line of a derivation. */
typedef note_tensor line(note_sheet *s, const note_layer *l);

static double same(note_trial *t, line *this, line *before)
{
    struct derivation e = derivation_new(t);
    return note_difference(this(t->s, &e.l), before(t->s, &e.l));
}

static double same_transposed(note_trial *t, line *this, line *before)
{
    struct derivation e = derivation_new(t);
    return note_difference(this(t->s, &e.l), note_transpose(t->s, before(t->s, &e.l)));
}

static double row_is_dz_by_f(note_trial *t, line *row)
{
    struct derivation e = derivation_new(t);
    return note_difference(row(t->s, &e.l), note_jacobian(t->s, z_of_f, &e, e.l.f));
}

double note_verify_26(note_trial *t)
{
    return row_is_dz_by_f(t, note_filters_26);
}

double note_verify_27(note_trial *t)
{
    struct derivation e = derivation_new(t);
    return note_difference(note_filters_27(t->s, &e.l), note_jacobian(t->s, y_of_f, &e, e.l.f));
}

double note_verify_28(note_trial *t)
{
    return row_is_dz_by_f(t, note_filters_28);
}

double note_verify_29(note_trial *t)
{
    return same_transposed(t, note_filters_29, note_filters_28);
}

double note_verify_30(note_trial *t)
{
    return same(t, note_filters_30, note_filters_29);
}

double note_verify_31(note_trial *t)
{
    return same(t, note_filters_31, note_filters_30);
}

double note_verify_32(note_trial *t)
{
    return same(t, note_filters_32, note_filters_31);
}

double note_verify_33(note_trial *t)
{
    struct derivation e = derivation_new(t);
    note_tensor dF = note_filters_33(t->s, &e.l);
    note_tensor df = note_convolution_gradient_f(t->s, e.l.x, e.l.f, e.dy, e.l.window, 1);
    return note_worst(note_difference(note_vec(dF), note_filters_32(t->s, &e.l)),
                      note_difference(dF, note_F(df)));
}

/* One 1 in each row, where (16) to (19) say. */
double note_verify_34(note_trial *t)
{
    struct derivation e = derivation_new(t);
    note_tensor y = e.dy, f = note_slice(e.l.f, 0), H = note_H(t->s, e.l.x, e.l.window);
    note_tensor expected = note_like(t->s, H);
    long P = y.size[0] * y.size[1];
    for (long k = 0; expected.data && k < P * note_count(f); k++) {
        note_place out = note_place_of(y, k % P), element = note_place_of(f, k / P);
        note_place in = { out.i + element.i, out.j + element.j, element.d, 0 };
        *note_entry(expected, k, note_index(e.l.x, in)) = 1;
    }
    return note_difference(H, expected);
}

double note_verify_35(note_trial *t)
{
    struct derivation e = derivation_new(t);
    return note_difference(note_phi_35(t->s, e.l.x, e.l.window),
                           note_vec(note_phi(t->s, e.l.x, e.l.window)));
}

static note_tensor phi_of_x(note_sheet *s, note_tensor x, const void *with)
{
    return note_phi(s, x, ((const struct derivation *)with)->l.window);
}

double note_verify_36(note_trial *t)
{
    struct derivation e = derivation_new(t);
    return note_difference(note_phi_36(t->s, e.l.x, e.l.window),
                           note_jacobian(t->s, phi_of_x, &e, e.l.x));
}

double note_verify_37(note_trial *t)
{
    struct derivation e = derivation_new(t);
    return note_difference(note_input_37(t->s, &e.l), note_jacobian(t->s, y_of_x, &e, e.l.x));
}

double note_verify_38(note_trial *t)
{
    struct derivation e = derivation_new(t);
    return note_difference(note_input_38(t->s, &e.l), note_jacobian(t->s, z_of_x, &e, e.l.x));
}

/* The left-hand side of (39): dz/d vec(y)^T (F^T (x) I). */
double note_verify_39(note_trial *t)
{
    struct derivation e = derivation_new(t);
    note_tensor FT = note_transpose(t->s, note_F(e.l.f)), I = note_identity(t->s, e.l.dY.size[0]);
    note_tensor dyT = note_transpose(t->s, note_vec(e.dy));
    return note_difference(note_input_39(t->s, &e.l),
                           note_multiply(t->s, dyT, note_kronecker(t->s, FT, I)));
}

double note_verify_40(note_trial *t)
{
    return same(t, note_input_40, note_input_39);
}

double note_verify_41(note_trial *t)
{
    return same(t, note_input_41, note_input_40);
}

double note_verify_42(note_trial *t)
{
    return same(t, note_input_42, note_input_41);
}

double note_verify_43(note_trial *t)
{
    return same(t, note_input_43, note_input_38);
}

double note_verify_44(note_trial *t)
{
    return same_transposed(t, note_input_44, note_input_43);
}

double note_verify_45(note_trial *t)
{
    struct derivation e = derivation_new(t);
    note_tensor sum = note_input_45(t->s, &e.l);
    note_tensor dx = note_convolution_gradient_x(t->s, e.l.x, e.l.f, e.dy, e.l.window, 1);
    return note_worst(note_difference(sum, note_input_44(t->s, &e.l)),
                      note_difference(sum, note_vec(dx)));
}
