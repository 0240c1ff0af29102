// SPDX-License-Identifier: MIT
/* What must hold whatever the numbers are, with no other program to compare with: linearity,
 * shifts, adjoints, sums that are kept. Integers, so that "equal" means equal. */
#include <string.h>
#include "op/trial.h"

typedef struct {
    const limpid_op *op;
    const char *attributes, *shapes;
} sliding;

static const sliding linear[] = {
    { &limpid_op_conv, "out=5 size=3 bias=false", "2x3x7x9" },
    { &limpid_op_conv, "out=6 size=3x2 stride=2x3 pad=1x0x2x1 dilation=1x2 groups=3 bias=false",
      "3x3x8x9" },
    { &limpid_op_conv, "out=17 size=1 bias=false", "5x4x3x3" },
    { &limpid_op_dense, "out=9 bias=false", "4x23" },
    { &limpid_op_pool_average, "size=2 stride=2", "2x3x6x8" },
    { &limpid_op_pool_average, "size=2x4 stride=1x3 pad=1x2 count-pad=true", "2x1x5x7" },
};
enum { LINEAR = sizeof linear / sizeof *linear };

static trial new_trial(limpid_context *context, const sliding *l, uint64_t seed)
{
    trial t = trial_new(context, l->op, l->attributes, l->shapes, 0);
    trial_fill_integers(&t, seed, 8); /* 8: means of 4 and 8 are integers */
    return t;
}

static void copy_tensor(const limpid_tensor *from, const limpid_tensor *to)
{
    if (from->data)
        memcpy(to->data, from->data, (size_t)limpid_count(&from->shape) * sizeof(float));
}

/* y(2 a + b) = 2 y(a) + y(b), in input `which`; the others are the same. */
static void check_linear(limpid_context *context, const sliding *l, int which)
{
    trial a = new_trial(context, l, 1), b = new_trial(context, l, 2), c = new_trial(context, l, 3);
    limpid_tensor xa = trial_in(&a, which), xb = trial_in(&b, which), xc = trial_in(&c, which);
    for (int i = 0; i < a.node->inputs; i++) {
        limpid_tensor from = trial_in(&a, i), to_b = trial_in(&b, i), to_c = trial_in(&c, i);
        if (i != which) {
            copy_tensor(&from, &to_b);
            copy_tensor(&from, &to_c);
        }
    }
    for (int64_t i = 0; i < limpid_count(&xc.shape); i++)
        xc.f[i] = 2 * xa.f[i] + xb.f[i];
    trial_run(&a);
    trial_run(&b);
    trial_run(&c);
    limpid_tensor ya = trial_out(&a, 0), yb = trial_out(&b, 0), yc = trial_out(&c, 0);
    for (int64_t i = 0; i < limpid_count(&yc.shape); i++)
        assert_true(yc.f[i] == 2 * ya.f[i] + yb.f[i]);
    trial_free(&a);
    trial_free(&b);
    trial_free(&c);
}

static void sums_and_multiples_come_through(void **state)
{
    (void)state;
    limpid_context *context = trial_context(LIMPID_ISA_generic, 2);
    for (int i = 0; i < LINEAR; i++) {
        check_linear(context, &linear[i], 0);
        if (linear[i].op != &limpid_op_pool_average)
            check_linear(context, &linear[i], 1);
    }
    limpid_context_free(context);
}

static double inner(const limpid_tensor *a, const limpid_tensor *b)
{
    double sum = 0;
    for (int64_t i = 0; i < limpid_count(&a->shape); i++)
        sum += (double)a->f[i] * (double)b->f[i];
    return sum;
}

/* <y, dy> = <x, dx> = <w, dw>: what goes back is the adjoint of what went forward. */
static void backward_is_the_adjoint(void **state)
{
    (void)state;
    limpid_context *context = trial_context(LIMPID_ISA_generic, 2);
    for (int k = 0; k < LINEAR; k++) {
        trial t = new_trial(context, &linear[k], 4);
        trial_run(&t);
        limpid_tensor y = trial_out(&t, 0), dy = trial_dout(&t, 0);
        double forward = inner(&y, &dy);
        assert_true(forward != 0);
        for (int i = 0; i < t.node->inputs; i++) {
            limpid_tensor x = trial_in(&t, i), dx = trial_din(&t, i);
            if (x.data && inner(&x, &dx) != forward)
                fail_msg("%s %s: <y, dy> is %g, but <x, dx> %g for input %d", linear[k].op->name,
                         linear[k].attributes, forward, inner(&x, &dx), i);
        }
        trial_free(&t);
    }
    limpid_context_free(context);
}

/* A picture moved by the stride gives the result moved by one, wherever no edge is in the way. */
static void check_shift(limpid_context *context, const sliding *l, int64_t rows, int64_t columns)
{
    trial here = new_trial(context, l, 5), there = new_trial(context, l, 6);
    for (int i = 0; i < here.node->inputs; i++) {
        limpid_tensor from = trial_in(&here, i), to = trial_in(&there, i);
        copy_tensor(&from, &to);
    }
    limpid_tensor a = trial_in(&here, 0), b = trial_in(&there, 0);
    int64_t h = a.shape.dim[2], w = a.shape.dim[3], planes = limpid_shape_part(&a.shape, 0, 2);
    for (int64_t p = 0; p < planes; p++)
        for (int64_t i = rows; i < h; i++)
            for (int64_t j = columns; j < w; j++)
                b.f[(p * h + i) * w + j] = a.f[(p * h + i - rows) * w + j - columns];
    trial_run(&here);
    trial_run(&there);
    a = trial_out(&here, 0);
    b = trial_out(&there, 0);
    h = a.shape.dim[2];
    w = a.shape.dim[3];
    planes = limpid_shape_part(&a.shape, 0, 2);
    assert_true(h > 1 && w > 1);
    for (int64_t p = 0; p < planes; p++)
        for (int64_t i = 1; i < h; i++)
            for (int64_t j = 1; j < w; j++)
                assert_true(b.f[(p * h + i) * w + j] == a.f[(p * h + i - 1) * w + j - 1]);
    trial_free(&here);
    trial_free(&there);
}

static void what_is_moved_stays_the_same(void **state)
{
    (void)state;
    limpid_context *context = trial_context(LIMPID_ISA_generic, 2);
    check_shift(context, &(sliding){ &limpid_op_conv, "out=4 size=3x2", "2x3x8x7" }, 1, 1);
    check_shift(context,
                &(sliding){ &limpid_op_conv, "out=4 size=2 stride=2x3 groups=2", "2x4x9x13" }, 2,
                3);
    check_shift(context, &(sliding){ &limpid_op_pool_max, "size=3 stride=2", "2x3x9x19" }, 2, 2);
    check_shift(context, &(sliding){ &limpid_op_pool_average, "size=2 stride=1x2", "2x3x8x9" }, 1,
                2);
    limpid_context_free(context);
}

static double sum_of(const limpid_tensor *x)
{
    double sum = 0;
    for (int64_t i = 0; i < limpid_count(&x->shape); i++)
        sum += (double)x->f[i];
    return sum;
}

/* Windows side by side: the mean of the means is the mean, forward; and pooling of either kind
 * hands on all of the gradient it gets, overlapping or not. */
static void pooling_keeps_sums(void **state)
{
    static const sliding pools[] = {
        { &limpid_op_pool_average, "size=2 stride=2", "3x2x8x6" },
        { &limpid_op_pool_average, "size=1x2 stride=1x2 pad=0x1", "1x3x4x6" },
        { &limpid_op_pool_average, "size=4 stride=1", "2x2x7x6" },
        { &limpid_op_pool_max, "size=3 stride=2 pad=1", "2x3x9x8" },
        { &limpid_op_pool_max, "size=2x3 stride=1 dilation=2x1", "2x3x9x18" },
    };
    (void)state;
    limpid_context *context = trial_context(LIMPID_ISA_generic, 2);
    for (int k = 0; k < 5; k++) {
        trial t = new_trial(context, &pools[k], 7);
        trial_run(&t);
        limpid_tensor x = trial_in(&t, 0), y = trial_out(&t, 0), dx = trial_din(&t, 0),
                      dy = trial_dout(&t, 0);
        if (k == 0)
            assert_true(sum_of(&x) == 4 * sum_of(&y));
        assert_true(sum_of(&dx) == sum_of(&dy));
        trial_free(&t);
    }
    limpid_context_free(context);
}

/* Probabilities are positive and add up to 1; a number added to a whole row changes nothing, so the
 * gradient of a row adds up to 0. */
static void rows_of_softmax(void **state)
{
    (void)state;
    limpid_context *context = trial_context(LIMPID_ISA_generic, 2);
    trial t = trial_new(context, &limpid_op_softmax, "", "7x11", 0);
    trial moved = trial_new(context, &limpid_op_softmax, "", "7x11", 0);
    trial_fill_integers(&t, 8, 1);
    trial_fill_integers(&moved, 8, 1);
    limpid_tensor x = trial_in(&moved, 0);
    for (int64_t i = 0; i < limpid_count(&x.shape); i++)
        x.f[i] += (float)(i / 11) * 16 - 40;
    trial_run(&t);
    trial_run(&moved);
    assert_same_results(&t, &moved, "moved");
    for (int64_t row = 0; row < 7; row++) {
        double sum = 0, gradients = 0;
        for (int64_t c = 0; c < 11; c++) {
            assert_true(trial_out(&t, 0).f[row * 11 + c] > 0);
            sum += (double)trial_out(&t, 0).f[row * 11 + c];
            gradients += (double)trial_din(&t, 0).f[row * 11 + c];
        }
        assert_true(sum > 1 - 1e-6 && sum < 1 + 1e-6);
        assert_true(gradients > -1e-6 && gradients < 1e-6);
    }
    trial_free(&t);
    trial_free(&moved);
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_multiples_come_through),
        cmocka_unit_test(backward_is_the_adjoint),
        cmocka_unit_test(what_is_moved_stays_the_same),
        cmocka_unit_test(pooling_keeps_sums),
        cmocka_unit_test(rows_of_softmax),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
